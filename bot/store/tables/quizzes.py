"""Quizzes that run or ran, and what was answered in them."""
