"""Every error of the house that a person may meet: its text is the sentence that they read."""

from __future__ import annotations


class TutorError(Exception):
    """Base of all errors whose message is one friendly sentence that says what to do next."""


class SettingsError(TutorError):
    """A setting is unknown or has a value that is not allowed."""


class StoreError(TutorError):
    """The database cannot be opened or read."""


class NotSaved(StoreError):
    """A change did not reach the database: the disk is full, read-only or locked, or the server is away."""


class BackupError(TutorError):
    """A file cannot be put back, or there is nothing to save."""


class DataFolderError(TutorError):
    """The data folder cannot be written."""


class NotConnected(TutorError):
    """Discord refuses the bot for a reason that trying again does not mend."""
