"""Accounts on a database of the test's own, with a hash that costs next to nothing where its cost is not the point."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from hardtack.errors import Refused
from hardtack.login import Accounts, Argon2id, HashingPool, Known
from hardtack.login.outbox import Order, Outbox
from hardtack.seal import Keyring, columns
from hardtack.store import Database, schema
from hardtack.store.room import Room
from hardtack.store.schema import outbox
from hardtack.store.sealed import OUTGOING
from tests import postgres

CHEAP = Argon2id(memory=8, passes=1)
NOW = 1_800_000_000
CLIENT = "192.0.2.7"
PASSWORD = "correct horse battery staple"
WRONG = "correct horse battery stable"

BOTH = frozenset(
    {
        *(
            "test_accounts",
            "test_addressee",
            "test_administration",
            "test_closing",
            "test_export",
            "test_factor_changes",
        ),
        *("test_half", "test_invitations", "test_joining", "test_recovery_codes", "test_sign_ins", "test_sign_up"),
        *("test_throttle", "test_tokens", "test_trusted", "test_welcome"),
    }
)
"""The modules whose tests run on SQLite and on PostgreSQL: those in which most of the SQL is run."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some modules on both engines; with ``HARDTACK_TEST_ENGINES=both`` those of all."""
    chosen = os.environ.get("HARDTACK_TEST_ENGINES") == "both" or metafunc.module.__name__.rpartition(".")[2] in BOTH
    if "engine" in metafunc.fixturenames and chosen:
        metafunc.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def count_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tables with a cap be counted with every attempt, so that whatever an attempt can run is compared."""
    monkeypatch.setattr(Room, "is_due", lambda _room: True)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "hardtack.db"
    database = Database.connect(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine the test's database is of."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def url(engine: str, tmp_path: Path, template: Path) -> str:
    """Where a test's database is."""
    if engine == "postgresql":
        return postgres.shared()
    shutil.copy(template, tmp_path)
    return f"sqlite:///{tmp_path}/hardtack.db"


@pytest.fixture
def keyring() -> Keyring:
    """A keyring of the test's own."""
    return Keyring.generate()


@pytest.fixture
def pool() -> Iterator[HashingPool]:
    """A pool that hashes in microseconds."""
    made = HashingPool(CHEAP, threads=2, places=1000)
    yield made
    made.close()


@pytest.fixture
def accounts(url: str, keyring: Keyring, pool: HashingPool, tmp_path: Path) -> Iterator[Accounts]:
    """An empty account store."""
    with Accounts.connect(url, keyring=keyring, hashing=pool, folder=tmp_path) as opened:
        yield opened


def tried(
    accounts: Accounts,
    name: str = "ada",
    password: str = WRONG,
    *,
    client: str = CLIENT,
    now: int = NOW,
    known: Known | None = None,
) -> str:
    """Try to sign in; return what came of it: the account's name or the slug of the refusal."""
    try:
        return accounts.sign_in(name, password, client=client, now=now, known=known or Known()).name
    except Refused as refused:
        return refused.slug


def orders(accounts: Accounts) -> list[Order]:
    """Return the mail that was ordered."""
    services = accounts._services
    with accounts._database.read() as connection:
        in_order = "rowid" if connection.dialect.name == "sqlite" else "xmin::text::bigint, cmin::text::bigint"
        rows = connection.execute(select(outbox).order_by(text(in_order))).all()
    opened = [columns.open(services.keyring, row.content, OUTGOING.place(row.message_id)) for row in rows]
    found = [Outbox.decode(content) for content in opened]
    return [order for order in found if order is not None]


def stored(accounts: Accounts) -> bytes:
    """Return every value that the database holds, as it lies there."""
    with accounts._database.read() as connection:
        rows = [row for table in schema.metadata.sorted_tables for row in connection.execute(select(table))]
    values = (value for row in rows for value in row if value is not None)
    return b"\0".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def statements(accounts: Accounts, work: Callable[[], object]) -> list[str]:
    """Return every statement that *work* sends to the database, in order."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(accounts._database._engine, "before_cursor_execute", note)
    work()
    event.remove(accounts._database._engine, "before_cursor_execute", note)
    return sent
