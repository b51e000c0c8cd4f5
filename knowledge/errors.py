"""Errors of the knowledge room; each message is a sentence that says what to do next."""

from __future__ import annotations


class KnowledgeError(Exception):
    """Base of what `knowledge` raises on purpose."""


class ModelError(KnowledgeError):
    """The embedding model is missing, damaged or of an unknown kind."""


class IndexDamaged(KnowledgeError):
    """An index on disk cannot be used; it has to be built again."""
