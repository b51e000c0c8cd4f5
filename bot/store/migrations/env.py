"""Alembic's entry: always on the connection, and in the transaction, that the caller hands over."""

from alembic import context

from bot.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite cannot alter most of a table: Alembic copies it instead.
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
