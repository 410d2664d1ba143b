"""What lies beyond the password: half of a sign-in, authenticator apps, passkeys, recovery codes, trusted devices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add a column, tables and indexes; no row is copied."""
    op.add_column("account", sa.Column("second_factor", sa.Integer(), server_default="0", nullable=False))
    _half_signed_in()
    _totp()
    _passkeys()
    _recovery_codes()
    _trusted_devices()
    _resets()


def _half_signed_in() -> None:
    op.create_table(
        "half_signed_in",
        sa.Column("half_id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("epoch", WHOLE, nullable=False),
        sa.Column("factors", WORDS, nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.Column("failures", WHOLE, server_default="0", nullable=False),
        sa.CheckConstraint("length(half_id) = 16", name=op.f("ck_half_signed_in_half_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_half_signed_in_account_id_account")),
        sa.PrimaryKeyConstraint("half_id", name=op.f("pk_half_signed_in")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for column in ("account_id", "until"):
        op.create_index(op.f(f"ix_half_signed_in_{column}"), "half_signed_in", [column])


def _totp() -> None:
    op.create_table(
        "totp",
        sa.Column("factor_id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", WHOLE, server_default="0", nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.CheckConstraint("length(factor_id) = 16", name=op.f("ck_totp_factor_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_totp_account_id_account")),
        sa.PrimaryKeyConstraint("factor_id", name=op.f("pk_totp")),
        sa.UniqueConstraint("account_id", name=op.f("uq_totp_account_id")),
        sqlite_strict=True,
    )


def _passkeys() -> None:
    op.create_table(
        "passkey",
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", WHOLE, nullable=False),
        sa.Column("user_verified", sa.Integer(), nullable=False),
        sa.Column("backup_eligible", sa.Integer(), nullable=False),
        sa.Column("backed_up", sa.Integer(), nullable=False),
        sa.Column("transports", WORDS, nullable=False),
        sa.Column("aaguid", sa.LargeBinary(), nullable=False),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("last_used", WHOLE, nullable=True),
        sa.CheckConstraint("user_verified IN (0, 1)", name=op.f("ck_passkey_user_verified")),
        sa.CheckConstraint("backup_eligible IN (0, 1)", name=op.f("ck_passkey_backup_eligible")),
        sa.CheckConstraint("backed_up IN (0, 1)", name=op.f("ck_passkey_backed_up")),
        sa.CheckConstraint("length(aaguid) = 16", name=op.f("ck_passkey_aaguid")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id_account")),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_passkey")),
        sqlite_strict=True,
    )
    in_order = ["account_id", "created", "credential_id"]
    op.create_index(op.f("ix_passkey_account_id_created_credential_id"), "passkey", in_order)


def _recovery_codes() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("used", WHOLE, nullable=True),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_recovery_code_hash")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_code")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])


def _trusted_devices() -> None:
    op.create_table(
        "trusted_device",
        sa.Column("family", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("epoch", WHOLE, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("renewed", WHOLE, nullable=False),
        sa.Column("created", WHOLE, nullable=False),
        sa.Column("until", WHOLE, nullable=False),
        sa.Column("client", WORDS, nullable=False),
        sa.Column("device", WORDS, nullable=False),
        sa.CheckConstraint("length(family) = 16", name=op.f("ck_trusted_device_family")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_trusted_device_hash")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_trusted_device_account_id_account")),
        sa.PrimaryKeyConstraint("family", name=op.f("pk_trusted_device")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_trusted_device_account_id_created"), "trusted_device", ["account_id", "created"])
    op.create_index(op.f("ix_trusted_device_until"), "trusted_device", ["until"])


def _resets() -> None:
    op.create_table(
        "factor_reset",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("asked", WHOLE, nullable=False),
        sa.Column("due", WHOLE, nullable=False),
        sa.Column("actor_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_factor_reset_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_factor_reset")),
        sqlite_strict=True,
    )
    for column in ("due", "actor_id"):
        op.create_index(op.f(f"ix_factor_reset_{column}"), "factor_reset", [column])
