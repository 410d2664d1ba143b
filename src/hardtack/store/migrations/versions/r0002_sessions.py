"""Ids that are superseded before they are over, session data on the server, revoked keys, and what was used once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add a column and tables; no row is copied, so that a million of them take no time."""
    op.add_column("revocation", sa.Column("since", WHOLE, server_default="0", nullable=False))
    op.create_table(
        "session_data",
        sa.Column("session_id", sa.LargeBinary(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.CheckConstraint("length(session_id) = 16", name=op.f("ck_session_data_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_data")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_session_data_until"), "session_data", ["until"])
    op.create_table(
        "revoked_key",
        sa.Column("change", WHOLE, autoincrement=False, nullable=False),
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint("length(key_id) = 4", name=op.f("ck_revoked_key_key_id")),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_revoked_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_revoked_key_key_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "spent",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.CheckConstraint("length(mark) = 32", name=op.f("ck_spent_mark")),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_spent")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_spent_until"), "spent", ["until"])
