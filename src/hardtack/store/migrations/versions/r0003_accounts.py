"""What the life of an account needs: language and roles, sign-ins, invitations, tokens, outgoing mail, failures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add columns, tables and indexes; no row is copied."""
    op.add_column("account", sa.Column("language", WORDS, nullable=True))
    op.add_column("account", sa.Column("roles", WORDS, server_default=sa.text("''"), nullable=False))
    op.add_column("audit", sa.Column("actor_id", WHOLE, nullable=True))
    op.add_column("audit", sa.Column("device", WORDS, server_default=sa.text("''"), nullable=False))
    some = sa.text("disabled_at IS NOT NULL")
    op.create_index(
        op.f("ix_account_disabled_at"), "account", ["disabled_at"], sqlite_where=some, postgresql_where=some
    )
    some = sa.text("closed_at IS NOT NULL")
    op.create_index(op.f("ix_account_closed_at"), "account", ["closed_at"], sqlite_where=some, postgresql_where=some)
    op.create_index(op.f("ix_audit_event_at"), "audit", ["event", "at"])
    op.create_index(op.f("ix_audit_account_id_event_at"), "audit", ["account_id", "event", "at"])
    _failures()
    _sign_ins()
    _mail()
    _invitations()
    _tokens()


def _failures() -> None:
    op.create_table(
        "streak",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("last", WHOLE, nullable=False),
        sa.Column("told", WHOLE, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_streak")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_streak_failures_last"), "streak", ["failures", "last"])


def _sign_ins() -> None:
    op.create_table(
        "signed_in",
        sa.Column("lineage", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("epoch", WHOLE, nullable=False),
        sa.Column("began", WHOLE, nullable=False),
        sa.Column("last_seen", WHOLE, nullable=False),
        sa.Column("deadline", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.Column("client", WORDS, nullable=False),
        sa.Column("device", WORDS, nullable=False),
        sa.Column("place", WORDS, nullable=False),
        sa.Column("factors", WORDS, nullable=False),
        sa.CheckConstraint("length(lineage) = 16", name=op.f("ck_signed_in_lineage")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signed_in_account_id_account")),
        sa.PrimaryKeyConstraint("lineage", name=op.f("pk_signed_in")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_signed_in_account_id_began"), "signed_in", ["account_id", "began"])
    op.create_index(op.f("ix_signed_in_until"), "signed_in", ["until"])


def _mail() -> None:
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("due", WHOLE, nullable=False),
        sa.Column("claimed", WHOLE, server_default="0", nullable=False),
        sa.Column("attempts", WHOLE, server_default="0", nullable=False),
        sa.Column("stuck", WHOLE, server_default="0", nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.CheckConstraint("length(message_id) = 16", name=op.f("ck_outbox_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox")),
        sqlite_strict=True,
    )
    for column in ("due", "until", "stuck"):
        op.create_index(op.f(f"ix_outbox_{column}"), "outbox", [column])


def _invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("invitation_id", sa.LargeBinary(), nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.Column("invited_by", WHOLE, nullable=True),
        sa.Column("email", WORDS, nullable=True),
        sa.Column("roles", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("withdrawn", WHOLE, nullable=True),
        sa.Column("used", WHOLE, nullable=True),
        sa.Column("account_id", WHOLE, nullable=True),
        sa.CheckConstraint("length(invitation_id) = 16", name=op.f("ck_invitation_invitation_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["account.id"], name=op.f("fk_invitation_invited_by_account")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id_account")),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_invitation")),
        sqlite_strict=True,
    )
    for column in ("created", "until", "invited_by", "account_id"):
        op.create_index(op.f(f"ix_invitation_{column}"), "invitation", [column])


def _tokens() -> None:
    op.create_table(
        "access_token",
        sa.Column("id", WHOLE, sa.Identity(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=True),
        sa.Column("last_used", WHOLE, nullable=True),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_access_token_hash")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_access_token_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_access_token_hash")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    for column in ("account_id", "until"):
        op.create_index(op.f(f"ix_access_token_{column}"), "access_token", [column])
