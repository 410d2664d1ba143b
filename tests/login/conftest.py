"""Accounts on a database of the test's own, with a hash that costs next to nothing where its cost is not the point."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, select

from hardtack.errors import Refused
from hardtack.login import Accounts, Argon2id, HashingPool, Known
from hardtack.login.outbox import Order, Outbox
from hardtack.seal import Keyring, columns
from hardtack.store import Database
from hardtack.store.room import Room
from hardtack.store.schema import outbox
from hardtack.store.sealed import OUTGOING

CHEAP = Argon2id(memory=8, passes=1)
NOW = 1_800_000_000
CLIENT = "192.0.2.7"
PASSWORD = "correct horse battery staple"
WRONG = "correct horse battery stable"


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
def url(tmp_path: Path, template: Path) -> str:
    """Where a test's database lies."""
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
def accounts(url: str, keyring: Keyring, pool: HashingPool) -> Iterator[Accounts]:
    """An empty account store."""
    with Accounts.connect(url, keyring=keyring, hashing=pool) as opened:
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
        rows = connection.execute(select(outbox)).all()
    opened = [columns.open(services.keyring, row.content, OUTGOING.place(row.message_id)) for row in rows]
    found = [Outbox.decode(content) for content in opened]
    return [order for order in found if order is not None]


def statements(accounts: Accounts, work: Callable[[], object]) -> list[str]:
    """Return every statement that *work* sends to the database, in order."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(accounts._database._engine, "before_cursor_execute", note)
    work()
    event.remove(accounts._database._engine, "before_cursor_execute", note)
    return sent
