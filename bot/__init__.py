"""The bot: everything that runs."""
