"""Alembic's entry: the connection is always handed in by `emergency.store.schema`."""

from alembic import context

from emergency.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
