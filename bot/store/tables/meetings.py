"""Scheduled mock interviews, sign-ups and partners."""
