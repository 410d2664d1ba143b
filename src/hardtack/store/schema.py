"""The tables of the store, as SQLAlchemy Core metadata.

What the tables promise: a name is given once and never again, in any form that could be taken for it (``name_form``);
a change that every process must learn of carries a number that only grows (``feed``, ``revocation.change``,
``account.change``, ``revoked_key.change``); nothing here is a secret that could be used as it lies: passwords are
argon2id hashes; codes, client addresses in budgets and names that match no account are keyed hashes; what sessions hold
is sealed; and a mark of what was used opens nothing.

Times are whole Unix seconds in UTC. The tables are STRICT, so that SQLite refuses a value of the wrong type, as
PostgreSQL does anyway. A change here needs a revision in ``migrations/versions``; a test compares the two, on both.
Longer than a module should be because it is one table after another.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

REVISION = "0005"
"""The Alembic revision that makes these tables; the head of ``migrations/versions``."""

VERSION_TABLE = "schema_version"
"""Where Alembic keeps the revision that a database has."""

APPLICATION_ID = 0x48415244
"""SQLite's ``application_id`` of our files: ``HARD`` in ASCII. It tells another program's database from ours."""

metadata: MetaData = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# INTEGER PRIMARY KEY is SQLite's row id, and the only 64-bit type that a STRICT table knows.
_Whole = BigInteger().with_variant(Integer(), "sqlite")

# Compared and put in order by code point, as SQLite does it, whatever the language of the server.
_Words = Text().with_variant(Text(collation="C"), "postgresql")

account: Table = Table(
    "account",
    metadata,
    Column("id", _Whole, Identity(), primary_key=True),
    Column("name", _Words, nullable=False, unique=True),
    Column("display_name", _Words, nullable=False),
    # Only an address whose owner has shown that mail reaches them; as it was typed, and as it is compared.
    Column("email", _Words),
    Column("email_canonical", _Words, unique=True),
    # In which language mail is written to them; unknown until they have chosen one.
    Column("language", _Words),
    # Words with spaces between, in alphabetical order; "administrator" is none of them.
    Column("roles", _Words, nullable=False, server_default=text("''")),
    # Without a hash no password signs in: an account that is closed, or that has other factors only.
    Column("password_hash", _Words),
    Column("password_changed", _Whole),
    Column("administrator", Integer, nullable=False, server_default="0"),
    # Whether a password alone is never enough, whatever the assurance: its second factor was reset.
    Column("second_factor", Integer, nullable=False, server_default="0"),
    # A session of a lower epoch than its account's is over.
    Column("epoch", _Whole, nullable=False, server_default="0"),
    Column("profile_version", _Whole, nullable=False, server_default="0"),
    # The feed's number of the last change of epoch, name, address or roles; 0: there was none.
    Column("change", _Whole, nullable=False, server_default="0"),
    Column("created", _Whole, nullable=False),
    Column("disabled_at", _Whole),
    # A closed account's row stays, so that its name and its id are never given out again.
    Column("closed_at", _Whole),
    CheckConstraint("administrator IN (0, 1)", name="administrator"),
    Index(None, "change"),
    Index(None, "administrator"),
    # Partial: few rows are in them, and they take no other statement's way.
    Index(
        None,
        "disabled_at",
        sqlite_where=text("disabled_at IS NOT NULL"),
        postgresql_where=text("disabled_at IS NOT NULL"),
    ),
    Index(
        None, "closed_at", sqlite_where=text("closed_at IS NOT NULL"), postgresql_where=text("closed_at IS NOT NULL")
    ),
    # Of those that are not closed: a page of them passes over no others, however many there are.
    Index(
        "ix_account_open_name",
        "name",
        "closed_at",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

name_form: Table = Table(
    "name_form",
    metadata,
    Column("form", _Words, primary_key=True),
    Column("account_id", _Whole, ForeignKey("account.id"), nullable=False),
    Index(None, "account_id"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""Every form in which a name is taken: as it is compared, and as it looks. Rows are never deleted."""

feed: Table = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("change", _Whole, nullable=False),
    # Up to which change the list of sign-ins was looked through for what has ended.
    Column("swept", _Whole, nullable=False, server_default="0"),
    CheckConstraint("id = 1", name="single_row"),
    sqlite_strict=True,
)
"""One row: the number of the last change. It is raised inside the writer's transaction, so numbers commit in order."""

counted: Table = Table(
    "counted",
    metadata,
    Column("name", _Words, primary_key=True),
    Column("number", _Whole, nullable=False),
    Column("at", _Whole, nullable=False),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""How much there was of what is too much to be counted for a page, and when that was."""

revocation: Table = Table(
    "revocation",
    metadata,
    Column("change", _Whole, primary_key=True, autoincrement=False),
    Column("kind", _Words, nullable=False),
    Column("subject", LargeBinary, nullable=False, unique=True),
    Column("account_id", _Whole, nullable=False),
    Column("until", _Whole, nullable=False),
    # From when on it is over; before, it is superseded. 0: over at once.
    Column("since", _Whole, nullable=False, server_default="0"),
    CheckConstraint("kind IN ('lineage', 'session')", name="kind"),
    CheckConstraint("length(subject) = 16", name="subject"),
    Index(None, "until"),
    Index(None, "account_id"),
    sqlite_strict=True,
)
"""Lineages and session ids that are over, each until no cookie that names it can be alive any more."""

revoked_key: Table = Table(
    "revoked_key",
    metadata,
    Column("change", _Whole, primary_key=True, autoincrement=False),
    Column("key_id", LargeBinary, nullable=False, unique=True),
    Column("at", _Whole, nullable=False),
    CheckConstraint("length(key_id) = 4", name="key_id"),
    sqlite_strict=True,
)
"""Keys that were stolen, by id: no process opens a token under one, whatever its file says. Rows are never deleted."""

session_data: Table = Table(
    "session_data",
    metadata,
    Column("session_id", LargeBinary, primary_key=True),
    # 1 for a new row, one more with every change of it.
    Column("version", _Whole, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("until", _Whole, nullable=False),
    CheckConstraint("length(session_id) = 16", name="session_id"),
    Index(None, "until"),
    sqlite_strict=True,
)
"""What a session holds that is kept here instead of in its cookie, sealed (``sealed``)."""

spent: Table = Table(
    "spent",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("until", _Whole, nullable=False),
    CheckConstraint("length(mark) = 32", name="mark"),
    Index(None, "until"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""What was used and counts no second time: hashes that give back nothing, each for as long as it could count."""

throttle: Table = Table(
    "throttle",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    # GCRA's theoretical arrival time; from then on the row says nothing and may go.
    Column("arrival", _Whole, nullable=False),
    # When the budget was whole last: a place that was taken before then has come back by itself.
    Column("since", _Whole, nullable=False),
    # Whether a refusal was written to the audit trail since the last place that was given.
    Column("told", Integer, nullable=False, server_default="0"),
    CheckConstraint("told IN (0, 1)", name="told"),
    Index(None, "arrival"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

streak: Table = Table(
    "streak",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    # Failures since the last success.
    Column("failures", _Whole, nullable=False),
    Column("last", _Whole, nullable=False),
    # When the owner was told of a burst last; 0: never.
    Column("told", _Whole, nullable=False, server_default="0"),
    Index(None, "failures", "last"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""Consecutive failures by keyed hash, of names whether they exist or not, and of known devices."""

signed_in: Table = Table(
    "signed_in",
    metadata,
    Column("lineage", LargeBinary, primary_key=True),
    Column("account_id", _Whole, ForeignKey("account.id"), nullable=False),
    # That of its cookies: a sign-in of a lower one than its account's is over.
    Column("epoch", _Whole, nullable=False),
    Column("began", _Whole, nullable=False),
    # Not exact: written now and then, never on the way of a request.
    Column("last_seen", _Whole, nullable=False),
    # When it ends if it is not used again; moves on with every use.
    Column("deadline", _Whole, nullable=False),
    # When it ends however much it is used.
    Column("until", _Whole, nullable=False),
    Column("client", _Words, nullable=False),
    # Browser and system in words of ours, made from what the browser says of itself.
    Column("device", _Words, nullable=False),
    Column("place", _Words, nullable=False),
    Column("factors", _Words, nullable=False),
    CheckConstraint("length(lineage) = 16", name="lineage"),
    Index(None, "account_id", "began"),
    Index(None, "until"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""The sign-ins that a person sees and can end. What ends one is the revocation; a row that is missing opens nothing."""

outbox: Table = Table(
    "outbox",
    metadata,
    Column("message_id", LargeBinary, primary_key=True),
    # Sealed: it names people and what they asked for.
    Column("content", LargeBinary, nullable=False),
    Column("due", _Whole, nullable=False),
    # Until when a process has it in hand; 0: none has.
    Column("claimed", _Whole, nullable=False, server_default="0"),
    Column("attempts", _Whole, nullable=False, server_default="0"),
    # Since when it waits because nothing can be sent at all; 0: it does not.
    Column("stuck", _Whole, nullable=False, server_default="0"),
    Column("until", _Whole, nullable=False),
    CheckConstraint("length(message_id) = 16", name="message_id"),
    Index(None, "due"),
    Index(None, "until"),
    Index(None, "stuck"),
    sqlite_strict=True,
)
"""Mail that is to be written and sent, and has not been yet."""

invitation: Table = Table(
    "invitation",
    metadata,
    Column("invitation_id", LargeBinary, primary_key=True),
    Column("created", _Whole, nullable=False),
    Column("until", _Whole, nullable=False),
    # Nobody: the operator, on the command line.
    Column("invited_by", _Whole, ForeignKey("account.id")),
    # The only address that it is good for; none: whoever has the link.
    Column("email", _Words),
    Column("roles", _Words, nullable=False, server_default=text("''")),
    Column("withdrawn", _Whole),
    Column("used", _Whole),
    Column("account_id", _Whole, ForeignKey("account.id")),
    CheckConstraint("length(invitation_id) = 16", name="invitation_id"),
    Index(None, "created"),
    Index(None, "until"),
    # Of those that nobody has used: most are, within their time.
    Index(
        "ix_invitation_open_until",
        "until",
        sqlite_where=text("used IS NULL AND withdrawn IS NULL"),
        postgresql_where=text("used IS NULL AND withdrawn IS NULL"),
    ),
    Index(None, "invited_by"),
    Index(None, "account_id"),
    sqlite_strict=True,
)
"""Who was invited, by whom, and what became of it. The link itself is nowhere."""

access_token: Table = Table(
    "access_token",
    metadata,
    Column("id", _Whole, Identity(), primary_key=True),
    Column("account_id", _Whole, ForeignKey("account.id"), nullable=False),
    # SHA-256: the token has 160 random bits, so nothing slower is needed.
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("label", _Words, nullable=False),
    Column("scopes", _Words, nullable=False),
    Column("created", _Whole, nullable=False),
    Column("until", _Whole),
    Column("last_used", _Whole),
    CheckConstraint("length(hash) = 32", name="hash"),
    Index(None, "account_id"),
    Index(None, "until"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
"""Personal access tokens, by hash."""

half_signed_in: Table = Table(
    "half_signed_in",
    metadata,
    Column("half_id", LargeBinary, primary_key=True),
    Column("account_id", _Whole, ForeignKey("account.id"), nullable=False),
    Column("epoch", _Whole, nullable=False),
    # What was proved so far, words with spaces between.
    Column("factors", _Words, nullable=False),
    Column("until", _Whole, nullable=False),
    # Wrong answers so far; a few of them end it.
    Column("failures", _Whole, nullable=False, server_default="0"),
    CheckConstraint("length(half_id) = 16", name="half_id"),
    Index(None, "account_id"),
    Index(None, "until"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""Who has proved a first factor and not yet the second. It is no session; a row that is gone opens nothing."""

totp: Table = Table(
    "totp",
    metadata,
    Column("factor_id", LargeBinary, primary_key=True),
    Column("account_id", _Whole, ForeignKey("account.id"), nullable=False, unique=True),
    # Sealed.
    Column("secret", LargeBinary, nullable=False),
    # The time step of the last code that counted: none up to it counts again.
    Column("last_step", _Whole, nullable=False, server_default="0"),
    Column("created", _Whole, nullable=False),
    CheckConstraint("length(factor_id) = 16", name="factor_id"),
    sqlite_strict=True,
)
"""The secrets of authenticator apps, one for an account."""

passkey: Table = Table(
    "passkey",
    metadata,
    # As the authenticator chose it, up to 1023 bytes.
    Column("credential_id", LargeBinary, primary_key=True),
    Column("account_id", _Whole, ForeignKey("account.id"), nullable=False),
    # COSE, in CBOR.
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", _Whole, nullable=False),
    # Whether the authenticator verified the person when it was made: then it must always, and may be the only factor.
    Column("user_verified", Integer, nullable=False),
    # Whether it may be copied to other devices, and whether it is.
    Column("backup_eligible", Integer, nullable=False),
    Column("backed_up", Integer, nullable=False),
    # As the authenticator said: words with spaces between.
    Column("transports", _Words, nullable=False),
    # Which model made it, where it says so; 16 bytes.
    Column("aaguid", LargeBinary, nullable=False),
    Column("label", _Words, nullable=False),
    Column("created", _Whole, nullable=False),
    Column("last_used", _Whole),
    CheckConstraint("user_verified IN (0, 1)", name="user_verified"),
    CheckConstraint("backup_eligible IN (0, 1)", name="backup_eligible"),
    CheckConstraint("backed_up IN (0, 1)", name="backed_up"),
    CheckConstraint("length(aaguid) = 16", name="aaguid"),
    Index(None, "account_id", "created", "credential_id"),
    sqlite_strict=True,
)
"""Public keys, by which their owners sign in."""

recovery_code: Table = Table(
    "recovery_code",
    metadata,
    # Keyed: of the account and the code.
    Column("hash", LargeBinary, primary_key=True),
    Column("account_id", _Whole, ForeignKey("account.id"), nullable=False),
    Column("created", _Whole, nullable=False),
    # When it was used; it counts no second time.
    Column("used", _Whole),
    CheckConstraint("length(hash) = 32", name="hash"),
    Index(None, "account_id"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""Codes for somebody who has lost a factor, each good once."""

trusted_device: Table = Table(
    "trusted_device",
    metadata,
    # Kept through every renewal of its token; what the list names.
    Column("family", LargeBinary, primary_key=True),
    Column("account_id", _Whole, ForeignKey("account.id"), nullable=False),
    Column("epoch", _Whole, nullable=False),
    # Keyed, of the token that is good now, and of the one before it.
    Column("hash", LargeBinary, nullable=False),
    Column("before", LargeBinary),
    # When the present token was made.
    Column("renewed", _Whole, nullable=False),
    Column("created", _Whole, nullable=False),
    Column("until", _Whole, nullable=False),
    Column("client", _Words, nullable=False),
    Column("device", _Words, nullable=False),
    CheckConstraint("length(family) = 16", name="family"),
    CheckConstraint("length(hash) = 32", name="hash"),
    Index(None, "account_id", "created"),
    Index(None, "until"),
    sqlite_with_rowid=False,
    sqlite_strict=True,
)
"""Browsers in which the second factor is not asked for, for a while."""

factor_reset: Table = Table(
    "factor_reset",
    metadata,
    Column("account_id", _Whole, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("asked", _Whole, nullable=False),
    # From when on it holds; until then the owner can call it off.
    Column("due", _Whole, nullable=False),
    # 0: the operator, on the command line.
    Column("actor_id", _Whole, nullable=False),
    Index(None, "due"),
    Index(None, "actor_id"),
    sqlite_strict=True,
)
"""Second factors that an administrator is about to take away from who has lost them."""

welcome: Table = Table(
    "welcome",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("expires", _Whole, nullable=False),
    CheckConstraint("id = 1", name="single_row"),
    sqlite_strict=True,
)
"""At most one row: the keyed hash of the first administrator's link."""

audit: Table = Table(
    "audit",
    metadata,
    Column("id", _Whole, Identity(), primary_key=True),
    Column("at", _Whole, nullable=False),
    Column("event", _Words, nullable=False),
    # No foreign key: what happened stays written whatever becomes of the account.
    Column("account_id", _Whole),
    # A name that matches no account, as a keyed hash only: people type passwords into that field.
    Column("name_hash", LargeBinary),
    Column("client", _Words, nullable=False),
    Column("reason", _Words, nullable=False),
    Column("factors", _Words, nullable=False),
    # Who did it, where that is somebody else: an administrator. 0: the operator, on the command line.
    Column("actor_id", _Whole),
    Column("device", _Words, nullable=False, server_default=text("''")),
    # One for each way in which the trail is read, newest first.
    Index(None, "at"),
    Index(None, "event", "at"),
    Index(None, "account_id", "at"),
    Index(None, "account_id", "event", "at"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
"""Every authentication event, in the order of commit."""
