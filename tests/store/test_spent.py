"""What was used and counts no second time."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

import flask
import pytest
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError

from hardtack.session.upgrade import Spent
from hardtack.store import Database, SpentTable, StoreUnavailable
from hardtack.store.feed import MARGIN
from hardtack.store.schema import spent
from tests.store.conftest import only_sqlite

SECRET = "a secret that is long enough to be a source of keys"
ONE, OTHER = b"1" * 32, b"2" * 32
UNTIL = 2_000_000_000

FLASK_WORKER = """
import logging, sys, time
import flask
from hardtack.adapters.flask import SealedSessionInterface
from hardtack.store import Database, SpentTable

app = flask.Flask("shop")
app.secret_key = SECRET
database = Database.connect(sys.argv[1])
until = int(time.time()) + 3600
app.session_interface = SealedSessionInterface(accept_signed_until=until, spent=SpentTable(database))
app.add_url_rule("/", view_func=lambda: repr(dict(flask.session)))
lines = []
handler = logging.Handler()
handler.emit = lambda record: lines.append(record.__dict__.get("reason", ""))
logging.getLogger("hardtack").addHandler(handler)
client = app.test_client(use_cookies=False)
print("ready", flush=True)
sys.stdin.read()
answers = [client.get("/", headers={"Cookie": f"session={value}"}) for value in VALUES]
won = [number for number, answer in enumerate(answers) if answer.text == repr({"number": number})]
assert [answer.text for answer in answers].count("{}") == 20 - len(won) == lines.count("replayed") == len(lines)
assert [number for number, answer in enumerate(answers) if "Set-Cookie" in answer.headers] == won
print(*won)
database.close()
"""


@pytest.fixture
def table(database: Database) -> SpentTable:
    """A table on an empty database."""
    return SpentTable(database)


def mark(number: int) -> bytes:
    """Return the mark with this number."""
    return hashlib.sha256(b"%d" % number).digest()


def rows(database: Database) -> int:
    """Return how many marks are kept."""
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(spent)).scalar_one()


class TestOneProcess:
    """Spending, once."""

    def test_only_the_first_time_is_the_first(self, table: SpentTable) -> None:
        """Each mark for itself, whatever is said of its time, and through another table on the same database too."""
        asked: Spent = table
        assert [True, False, False] == [asked.spend(ONE, until) for until in (UNTIL, UNTIL, UNTIL + 1)]
        assert [True, False] == [asked.spend(OTHER, UNTIL) for _ in range(2)]
        assert not SpentTable(table._database).spend(ONE, UNTIL)

    @pytest.mark.parametrize("other", [b"", b"x" * 31, b"x" * 33])
    def test_a_mark_of_another_length_is_never_kept(self, database: Database, other: bytes) -> None:
        """It would be our own mistake, so it is loud."""
        with pytest.raises(IntegrityError):
            SpentTable(database).spend(other, UNTIL)
        assert 0 == rows(database)

    def test_nobody_is_told_of_it(self, database: Database, table: SpentTable) -> None:
        """The feed is for what every process must know; whoever spends asks the table."""
        table.spend(ONE, UNTIL)
        table.prune(UNTIL)
        assert 0 == database.generation.number

    def test_a_database_that_fails_is_a_503_and_spends_nothing(self, database: Database, table: SpentTable) -> None:
        """Every method; the mark may be tried again."""
        with database.write() as connection:
            connection.execute(text("ALTER TABLE spent RENAME TO away"))
        calls: list[Callable[[], object]] = [lambda: table.spend(ONE, UNTIL), lambda: table.prune(1)]
        for call in calls:
            with pytest.raises(StoreUnavailable):
                call()
        with database.write() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO spent"))
        assert table.spend(ONE, UNTIL)

    def test_a_commit_that_fails_spends_nothing(self, database: Database, table: SpentTable) -> None:
        """Nobody was told that it was the first time, so somebody may still be."""

        def fail(_: object) -> None:
            raise OSError("no space is left")

        event.listen(database._engine, "commit", fail)
        with pytest.raises(OSError, match="no space"):
            table.spend(ONE, UNTIL)
        event.remove(database._engine, "commit", fail)
        assert table.spend(ONE, UNTIL)


class TestPruning:
    """What cannot count any more goes."""

    def test_a_mark_is_kept_a_day_longer_than_it_could_count(self, table: SpentTable) -> None:
        """Clocks differ: none may forget what another one would still accept."""
        table.spend(ONE, 1000)
        table.spend(OTHER, 2000)
        assert [0, 1, 0] == [table.prune(now + MARGIN) for now in (1000, 1001, 2000)]
        assert [True, False] == [table.spend(one, 2000) for one in (ONE, OTHER)]

    @pytest.mark.parametrize(("batch", "transactions"), [(4, 3), (5, 3), (10, 2), (11, 1)])
    def test_many_go_in_several_transactions(
        self, database: Database, table: SpentTable, batch: int, transactions: int
    ) -> None:
        """However the number divides; writers get their turn in between."""
        for number in range(11):
            table.spend(mark(number), number)
        begun: list[object] = []
        event.listen(database._engine, "begin", begun.append)
        assert (10, transactions) == (table.prune(10 + MARGIN, batch=batch), len(begun))
        assert not table.spend(mark(10), UNTIL)


class TestSameTime:
    """Threads and processes that spend the same marks at the same moment."""

    def test_one_thread_is_the_first(self, table: SpentTable) -> None:
        """Of eight that begin together, with each of twenty marks."""
        won: list[int] = []
        together = threading.Barrier(8)

        def spend() -> None:
            together.wait()
            won.extend(number for number in range(20) if table.spend(mark(number), UNTIL))

        threads = [threading.Thread(target=spend) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert list(range(20)) == sorted(won)

    def test_one_process_is_the_first(
        self, database: Database, table: SpentTable, run_at_once: Callable[[str, int], list[str]]
    ) -> None:
        """Each process says which of a hundred marks it was the first to spend: together all, none twice."""
        script = """
import hashlib, sys
from hardtack.store import Database, SpentTable
database = Database.connect(sys.argv[1])
table = SpentTable(database)
print("ready", flush=True)
sys.stdin.read()
print(*(n for n in range(100) if table.spend(hashlib.sha256(b"%d" % n).digest(), 2000000000)))
database.close()
"""
        said = [[int(number) for number in line.split()] for line in run_at_once(script, 4)]
        assert list(range(100)) == sorted(number for numbers in said for number in numbers)
        assert 100 == rows(database)
        assert not table.spend(mark(7), UNTIL)


class TestBehindFlask:
    """The drop-in for Flask with this store, in several workers."""

    @only_sqlite
    def test_of_workers_that_get_the_same_cookie_one_gets_what_is_in_it(
        self, table: SpentTable, run_at_once: Callable[[str, int], list[str]]
    ) -> None:
        """Four processes, twenty cookies: each is taken over once; everybody else has an empty session and a line."""
        app = flask.Flask("shop")
        app.secret_key = SECRET
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        values = [str(serializer.dumps({"number": number})) for number in range(20)]
        script = FLASK_WORKER.replace("SECRET", repr(SECRET)).replace("VALUES", repr(values))
        said = [[int(number) for number in line.split()] for line in run_at_once(script, 4)]
        assert list(range(20)) == sorted(number for numbers in said for number in numbers)


def test_a_closed_database_keeps_every_mark(url: str, database: Database, table: SpentTable) -> None:
    """What ``spend`` answered is on the disk."""
    for number in range(20):
        table.spend(mark(number), UNTIL)
    database.close()
    again = Database.connect(url)
    assert 20 == rows(again)
    assert not any(SpentTable(again).spend(mark(number), UNTIL) for number in range(20))
    again.close()
