"""Alembic's folder: the versions of the schema, in order."""
