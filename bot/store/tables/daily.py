"""Reminders and the question of the day."""
