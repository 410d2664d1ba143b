"""Stepping up with the real store: what the session room's own tests show with a stand-in, among several workers."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from hardtack.seal import Keyring
from hardtack.session import Identity, Session, Sessions
from hardtack.session.revocation import GRACE, SupersededSession
from hardtack.store import Database, RevocationTable

NOW = 1_800_000_000
SLOW = 20


class Workers:
    """Some workers, each with a memory of its own, and a cookie that they have not seen yet."""

    def __init__(self, database: Database, number: int = 4) -> None:
        self.database = database
        keyring = Keyring.generate()
        self.sessions = [
            Sessions(keyring, origin="https://example.org", revocations=RevocationTable(database))
            for _ in range(number)
        ]
        session = self.sessions[0].open("", NOW)
        session.sign_in(account=7, epoch=0, now=NOW)
        session["basket"] = 1
        self.cookie = cookie_of(self.sessions[0].save(session, NOW))

    def open(self, worker: int, cookie: str = "", *, now: int = NOW) -> Session:
        """Return the session as one of them sees it."""
        return self.sessions[worker % len(self.sessions)].open(cookie or self.cookie, now)

    def supersede(self, old: Identity, now: int = NOW) -> bool:
        """Record that an id was renewed."""
        with self.database.write() as connection:
            return RevocationTable.supersede(
                connection, session_id=old.session_id, account_id=old.account, at=now, until=old.deadline
            )


def cookie_of(fields: Sequence[str]) -> str:
    """Return the Cookie field of a browser that got these Set-Cookie values."""
    return "; ".join(one.partition(";")[0] for one in fields)


def identity_of(session: Session) -> Identity:
    """Return who is signed in; somebody is."""
    assert session.identity is not None
    return session.identity


@pytest.fixture
def workers(database: Database) -> Workers:
    """Four workers."""
    return Workers(database)


def test_requests_under_way_in_every_worker_leave_the_new_cookie_alone(workers: Workers) -> None:
    """Twenty that began before the step-up, twenty that come after it: all are served, none sets a cookie."""
    before = [workers.open(number) for number in range(SLOW)]
    session = workers.open(0)
    old = identity_of(session)
    new = session.step_up(factors=("totp",), now=NOW)
    assert workers.supersede(old)
    cookie = cookie_of(workers.sessions[0].save(session, NOW))

    after = [workers.open(number, now=NOW + GRACE - 1) for number in range(SLOW)]
    for number, slow in enumerate([*before, *after]):
        slow["basket"] = 2
        assert [] == workers.sessions[number % SLOW % 4].save(slow, NOW + GRACE - 1)
        assert old == slow.identity
    assert [True] * SLOW == [slow.superseded for slow in after]
    with pytest.raises(SupersededSession):
        after[0].step_up(factors=("totp",), now=NOW)
    assert [None] * 4 == [workers.open(number, now=NOW + GRACE).identity for number in range(4)]
    assert [new.session_id] * 4 == [identity_of(workers.open(number, cookie)).session_id for number in range(4)]


def test_signing_out_ends_the_old_id_and_the_new_one_in_every_worker(database: Database, workers: Workers) -> None:
    """There is no grace."""
    session = workers.open(0)
    old = identity_of(session)
    session.step_up(factors=("totp",), now=NOW)
    workers.supersede(old)
    cookie = cookie_of(workers.sessions[0].save(session, NOW))
    with database.write() as connection:
        RevocationTable.revoke_lineage(connection, lineage=old.lineage, account_id=7, until=old.deadline)
    for number in range(4):
        assert [None, None] == [workers.open(number, one).identity for one in (workers.cookie, cookie)]


def test_of_several_step_ups_with_one_cookie_only_one_is_recorded(workers: Workers) -> None:
    """At the same moment, each in a worker that had found the cookie good; the others learn of it in time."""
    sessions = [workers.open(number) for number in range(8)]
    old = identity_of(sessions[0])
    for session in sessions:
        session.step_up(factors=("totp",), now=NOW)
    recorded: list[bool] = []
    threads = [threading.Thread(target=lambda: recorded.append(workers.supersede(old))) for _ in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [False] * 7 + [True] == sorted(recorded)
