"""A database of the version before this one: everybody stays signed in, and is on the list once they are seen."""

from __future__ import annotations

import multiprocessing
import multiprocessing.synchronize
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.seal import Keyring, keyfile
from hardtack.session import Sessions
from hardtack.store import Database, schema
from hardtack.store.database import alembic_configuration
from tests.login.conftest import NOW

PASSWORD = "a long walk 到海边"
PROCESSES = 3


@pytest.fixture
def before(url: str, pool: HashingPool) -> Database:
    """A database of revision 0002 with one account."""
    database = Database.connect(url)
    row = {"encoded": pool.hasher.hash(PASSWORD.encode()), "now": NOW}
    with database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        command.upgrade(alembic_configuration(connection), "0002")
        connection.execute(
            text(
                "INSERT INTO account (id, name, display_name, password_hash, epoch, created)"
                " VALUES (7, 'anna', 'Anna', :encoded, 2, :now)"
            ),
            row,
        )
        connection.execute(text("INSERT INTO name_form (form, account_id) VALUES ('anna', 7)"))
    return database


def test_whoever_was_signed_in_stays_so(before: Database, url: str, keyring: Keyring, pool: HashingPool) -> None:
    """By the cookie from before; the list knows of it after its next use, and the password is what it was."""
    sessions = Sessions(keyring, origin="https://example.org")
    session = sessions.open("", NOW)
    session.sign_in(account=7, epoch=2, now=NOW)
    cookie = "; ".join(value.split(";")[0] for value in sessions.save(session, NOW))
    before.close()
    with Accounts.connect(url, keyring=keyring, hashing=pool) as accounts:
        after = Sessions(keyring, origin="https://example.org", revocations=accounts.revocations)
        opened = after.open(cookie, NOW + 60)
        assert opened.identity is not None
        assert (7, ()) == (opened.identity.account, accounts.sign_ins.list(7, NOW + 60))
        accounts.sign_ins.note(opened.identity, NOW + 60, after)
        accounts.sign_ins.last_use.write()
        (seen,) = accounts.sign_ins.list(7, NOW + 60)
        assert (NOW, NOW + 60) == (seen.began, seen.last_seen)
        assert 7 == accounts.sign_in("anna", PASSWORD, client="203.0.113.7", now=NOW + 60).id
        accounts.sign_out(opened.identity, NOW + 61)
        assert None is after.open(cookie, NOW + 61).identity


def open_it(url: str, ring: str, gate: multiprocessing.synchronize.Barrier) -> None:
    """Open the store as a process that starts does, at the same moment as others."""
    keyring = Keyring.load(Path(ring))
    gate.wait(30)
    with Accounts.connect(url, keyring=keyring, hashing=Argon2id(memory=8, passes=1, lanes=1)) as accounts:
        assert accounts.named("anna").id == 7


def test_several_processes_may_bring_it_up_to_date_at_once(before: Database, url: str, tmp_path: Path) -> None:
    """One does it, and the others find it done."""
    ring = tmp_path / "ring"
    keyfile.create(ring)
    before.close()
    spawning = multiprocessing.get_context("spawn")
    gate = spawning.Barrier(PROCESSES)
    started = [spawning.Process(target=open_it, args=(url, str(ring), gate)) for _ in range(PROCESSES)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [0] * PROCESSES == [process.exitcode for process in started]
    before.check()
    before.close()
