"""Accounts, their names, the feed of revocations, budgets, the first administrator's link and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "account",
        sa.Column("id", WHOLE, sa.Identity(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("display_name", WORDS, nullable=False),
        sa.Column("email", WORDS, nullable=True),
        sa.Column("email_canonical", WORDS, nullable=True),
        sa.Column("password_hash", WORDS, nullable=True),
        sa.Column("password_changed", WHOLE, nullable=True),
        sa.Column("administrator", sa.Integer(), server_default="0", nullable=False),
        sa.Column("epoch", WHOLE, server_default="0", nullable=False),
        sa.Column("profile_version", WHOLE, server_default="0", nullable=False),
        sa.Column("change", WHOLE, server_default="0", nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("disabled_at", WHOLE, nullable=True),
        sa.Column("closed_at", WHOLE, nullable=True),
        sa.CheckConstraint("administrator IN (0, 1)", name=op.f("ck_account_administrator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_canonical", name=op.f("uq_account_email_canonical")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_account_administrator"), "account", ["administrator"])
    op.create_index(op.f("ix_account_change"), "account", ["change"])
    op.create_table(
        "name_form",
        sa.Column("form", WORDS, nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_name_form_account_id_account")),
        sa.PrimaryKeyConstraint("form", name=op.f("pk_name_form")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_name_form_account_id"), "name_form", ["account_id"])
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change", WHOLE, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_feed_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO feed (id, change) VALUES (1, 0)")
    op.create_table(
        "revocation",
        sa.Column("change", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.CheckConstraint("kind IN ('lineage', 'session')", name=op.f("ck_revocation_kind")),
        sa.CheckConstraint("length(subject) = 16", name=op.f("ck_revocation_subject")),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_revocation")),
        sa.UniqueConstraint("subject", name=op.f("uq_revocation_subject")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_revocation_account_id"), "revocation", ["account_id"])
    op.create_index(op.f("ix_revocation_until"), "revocation", ["until"])
    op.create_table(
        "throttle",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("arrival", WHOLE, nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("told IN (0, 1)", name=op.f("ck_throttle_told")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_throttle_arrival"), "throttle", ["arrival"])
    op.create_table(
        "welcome",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires", WHOLE, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_welcome_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welcome")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", WHOLE, sa.Identity(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("event", WORDS, nullable=False),
        sa.Column("account_id", WHOLE, nullable=True),
        sa.Column("name_hash", sa.LargeBinary(), nullable=True),
        sa.Column("client", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("factors", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_audit_account_id_at"), "audit", ["account_id", "at"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
