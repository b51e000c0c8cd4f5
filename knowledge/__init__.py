"""What the tutor knows, and how it finds it. Imports nothing from `bot`."""
