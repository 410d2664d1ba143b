"""Run Alembic's revisions on the connection that is handed in; there is no ini file and no offline mode.

``Database.migrate`` opens the transaction and holds the lock, so that all revisions of one run commit together or not
at all (SQLite's DDL is transactional).
"""

from __future__ import annotations

from alembic import context

from hardtack.store import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    version_table=schema.VERSION_TABLE,
    # SQLite changes a table by making a new one; Alembic does it in batches.
    render_as_batch=True,
    compare_server_default=True,
)
context.run_migrations()
