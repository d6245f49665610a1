"""Alembic's entry: runs the steps on the connection that it is handed."""

from alembic import context

# Both databases can undo changes of tables with their transaction, so that a step that fails leaves no half of it.
context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
