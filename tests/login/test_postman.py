"""The postman: every order is carried out once, by one process, however long the mail server is away."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from hardtack.login import Account, Accounts, HashingPool
from hardtack.login import postman as postman_module
from hardtack.login.addressee import Meant
from hardtack.login.carriers import Deferred, Folder, NotCarried, NothingGoes, Server, Undeliverable
from hardtack.login.outbox import LIFETIME, Notice, Order
from hardtack.login.postman import LEASE, PAUSES, Duty
from hardtack.login.smtp import MailServer
from hardtack.seal import Keyring, keyfile
from hardtack.store import StoreUnavailable
from hardtack.store import outbox as rows
from hardtack.store.schema import outbox
from tests.login.test_addressee import member
from tests.mail_server import Mailbox, mail_server

NOW = 1_800_000_000


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = NOW

    def __call__(self) -> float:
        """Return Unix seconds."""
        return self.now


@dataclass
class Carried:
    """A carrier that does what the test says, and keeps what it was given."""

    place: str = "a test"
    fails: list[NotCarried] = field(default_factory=list)
    """Raised one after the other, before anything goes."""
    mails: list[EmailMessage] = field(default_factory=list)

    def carry(self, mail: EmailMessage, to: str) -> None:
        """Keep *mail*, or fail."""
        if self.fails:
            raise self.fails.pop(0)
        assert to == mail["To"]
        self.mails.append(mail)


def compose(order: Order, meant: Meant, *, message_id: str, now: int) -> EmailMessage:
    """Write the shortest mail there is."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "hardtack@id.example.org"
    mail["To"] = meant.to
    mail["Subject"] = order.notice.value
    mail["Message-ID"] = f"<{message_id}@id.example.org>"
    mail.set_content(f"{now} {meant.code}\n")
    return mail


@dataclass
class Round:
    """A postman and everything that it goes by."""

    accounts: Accounts
    carrier: Carried = field(default_factory=Carried)
    clock: Clock = field(default_factory=Clock)

    @property
    def duty(self) -> Duty:
        """What it goes by."""
        return Duty(self.carrier, compose, self.clock)

    def put(self, notice: Notice = Notice.NEW_DEVICE, *, account: int = 0, **fields: Any) -> None:
        """Order mail."""
        with self.accounts._database.write() as connection:
            order = Order(notice=notice, at=int(self.clock.now), account=account, **fields)
            self.accounts.outbox.put(connection, order)

    def go(self) -> int:
        """Carry out what is due; return how many orders were looked at."""
        looked_at = 0
        while self.accounts.postman.carry_one(self.duty):
            looked_at += 1
        return looked_at

    @property
    def waiting(self) -> list[tuple[int, int]]:
        """How often each order that waits was tried, and in how many seconds it is due."""
        with self.accounts._database.read() as connection:
            found = connection.execute(select(outbox.c.attempts, outbox.c.due).order_by(outbox.c.due))
            return [(attempts, due - int(self.clock.now)) for attempts, due in found]


@pytest.fixture
def round_(accounts: Accounts) -> Round:
    """A postman whose carrier can be made to fail."""
    return Round(accounts)


@pytest.fixture
def account(accounts: Accounts) -> Account:
    """Somebody who gets mail."""
    return member(accounts)


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return the events of the log with their reasons, and look that none names anybody."""
    assert "mike" not in caplog.text
    extras = [vars(record) for record in caplog.records if record.name == "hardtack.mail"]
    assert "mike" not in repr(extras)
    return [(extra["event"], str(extra.get("reason", ""))) for extra in extras]


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> None:
    """Keep everything that is logged."""
    caplog.set_level(logging.INFO, "hardtack")


class TestOnce:
    """An order is one mail."""

    def test_a_mail_goes_and_its_order_is_gone(
        self, round_: Round, account: Account, caplog: pytest.LogCaptureFixture
    ) -> None:
        """And the log says so, by the account's number."""
        round_.put(account=account.id)

        assert (1, ["new-device"]) == (round_.go(), [mail["Subject"] for mail in round_.carrier.mails])
        assert ([], [("mail-sent", "")]) == (round_.waiting, told(caplog))
        assert account.id == vars(caplog.records[-1])["account"]

    def test_one_who_has_no_account_yet_gets_mail(self, round_: Round, caplog: pytest.LogCaptureFixture) -> None:
        """The log has a keyed hash for a name."""
        round_.put(Notice.SIGN_UP, address="mike@example.org")

        assert (1, [("mail-sent", "")]) == (round_.go(), told(caplog))
        assert "account" not in vars(caplog.records[-1])

    def test_nobody_is_meant_so_nothing_is_sent_and_nothing_waits(
        self, round_: Round, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The log has the keyed hash of what was typed."""
        round_.put(Notice.FORGOT, address="mike@example.org")

        assert (1, [], []) == (round_.go(), round_.carrier.mails, round_.waiting)
        assert [("mail-not-due", "nobody")] == told(caplog)
        assert 32 <= len(vars(caplog.records[-1])["address_hash"])

    def test_one_that_a_dead_process_had_in_hand_goes_after_its_lease(self, round_: Round, account: Account) -> None:
        """With the same Message-ID, so that a mailbox can tell that it is the same."""
        round_.put(account=account.id)
        with round_.accounts._database.write() as connection:
            (taken,) = rows.claim(connection, round_.accounts._services.keyring, now=NOW, lease=LEASE)
        assert 0 == round_.go()

        round_.clock.now += LEASE
        assert 1 == round_.go()
        assert f"<{taken.message_id.hex()}@id.example.org>" == round_.carrier.mails[0]["Message-ID"]

    def test_two_processes_share_the_orders_and_send_none_twice(
        self, url: str, pool: HashingPool, tmp_path: Path
    ) -> None:
        """A real mail server sees each of them once."""
        keyfile.create(tmp_path / "hardtack.key")
        with (
            mail_server() as (mailbox, port),
            Accounts.connect(url, keyring=Keyring.load(tmp_path / "hardtack.key"), hashing=pool) as accounts,
        ):
            account = member(accounts)
            with accounts._database.write() as connection:
                for number in range(30):
                    order = Order(notice=Notice.TOKEN_MADE, at=int(time.time()), account=account.id, detail=str(number))
                    accounts.outbox.put(connection, order)
            said = [process.communicate(timeout=60)[0].split() for process in started(_PROCESS, 2, url, port, tmp_path)]

        subjects = [mail.message["Subject"] for mail in mailbox.mails]
        assert sorted(f"token-made {number}" for number in range(30)) == sorted(subjects)
        assert 30 == sum(int(each[-1]) for each in said)


_PROCESS = """
import sys, time
from pathlib import Path
from hardtack.login import Accounts
from hardtack.login.carriers import Server
from hardtack.login.postman import Duty
from hardtack.login.smtp import MailServer
from hardtack.seal import Keyring, keyfile
from tests.login import test_postman

def compose(order, meant, *, message_id, now):
    mail = test_postman.compose(order, meant, message_id=message_id, now=now)
    mail.replace_header("Subject", f"{order.notice} {order.detail}")
    return mail

url, port, folder = sys.argv[1:]
with Accounts.connect(url, keyring=Keyring.load(f"{folder}/hardtack.key")) as accounts:
    duty = Duty(MailServer(Server("smtp+plain", "127.0.0.1", int(port)), "", "id.example.org"), compose)
    done = 0
    deadline = time.monotonic() + 50
    while accounts.postman.state().waiting and time.monotonic() < deadline:
        done += accounts.postman.carry_one(duty)
    print(done)
"""


def started(script: str, number: int, *arguments: object) -> list[subprocess.Popen[str]]:
    """Run *script* in several processes at once."""
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    return [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(number)]


class TestAgain:
    """What cannot go now is tried again; what never can is not."""

    def test_the_pauses_grow_and_the_last_goes_on_until_the_order_is_over(
        self, round_: Round, account: Account, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Ten seconds first, since most troubles are short; two hours in the end; a day altogether."""
        round_.put(account=account.id)
        pauses = []
        while round_.waiting:
            round_.carrier.fails = [NothingGoes("unreachable")]
            assert 0 == round_.go()
            if round_.waiting:
                pauses.append(round_.waiting[0][1])
                round_.clock.now += pauses[-1]

        assert [10, 60, 300, 1800, 7200, 7200] == pauses[:6]
        assert sum(pauses[:-1]) < LIFETIME <= sum(pauses)
        assert [("mail-given-up", "too-late")] == told(caplog)[-1:]
        assert [] == round_.carrier.mails

    def test_one_that_has_to_wait_holds_up_no_other(
        self, round_: Round, account: Account, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A greylisted recipient says nothing about the server."""
        round_.put(account=account.id)
        round_.put(account=account.id)
        round_.carrier.fails = [Deferred("recipient-deferred", 450)]

        assert (2, 1, [(1, 10)]) == (round_.go(), len(round_.carrier.mails), round_.waiting)
        assert [("mail-deferred", "recipient-deferred"), ("mail-sent", "")] == told(caplog)
        assert 450 == vars(caplog.records[-2])["code"]
        assert 0 == round_.accounts.postman.state().failing_since

    @pytest.mark.parametrize("reason", ["recipient-refused", "content-refused", "no-smtputf8"])
    def test_one_that_is_refused_for_ever_is_given_up(
        self, round_: Round, account: Account, caplog: pytest.LogCaptureFixture, reason: str
    ) -> None:
        """The log says why, and never to whom."""
        round_.put(account=account.id)
        round_.carrier.fails = [Undeliverable(reason, 550)]

        assert (1, [], []) == (round_.go(), round_.waiting, round_.carrier.mails)
        assert [("mail-given-up", reason)] == told(caplog)

    def test_one_that_no_key_opens_is_given_up(self, round_: Round, caplog: pytest.LogCaptureFixture) -> None:
        """After the keyring was lost nobody can ever read it."""
        with round_.accounts._database.write() as connection:
            rows.put(connection, Keyring.generate(), b"?", now=NOW, until=NOW + 100)

        assert (1, [], [("mail-given-up", "no-key-opens-it")]) == (round_.go(), round_.waiting, told(caplog))

    def test_one_of_another_version_is_given_up(self, round_: Round, caplog: pytest.LogCaptureFixture) -> None:
        """Nobody guesses what it may have meant."""
        with round_.accounts._database.write() as connection:
            rows.put(connection, round_.accounts._services.keyring, b"\x90", now=NOW, until=NOW + 100)

        assert (1, [], [("mail-given-up", "other-version")]) == (round_.go(), round_.waiting, told(caplog))

    def test_one_that_cannot_be_written_waits_until_the_fault_is_mended(
        self, round_: Round, account: Account, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Only what it was is logged, not what it said."""

        def broken(order: Order, meant: Meant, *, message_id: str, now: int) -> EmailMessage:
            raise KeyError("mike@example.org")

        round_.put(account=account.id)
        assert round_.accounts.postman.carry_one(Duty(round_.carrier, broken, round_.clock))
        assert ([(1, 10)], [("mail-deferred", "KeyError")]) == (round_.waiting, told(caplog))

        round_.clock.now += 10
        assert (1, 1) == (round_.go(), len(round_.carrier.mails))

    def test_a_link_that_is_sent_again_is_a_new_one_and_counted_once(self, round_: Round, account: Account) -> None:
        """It is good for its whole time from when it went."""
        for _ in range(3):
            round_.put(Notice.FORGOT, address="mike@example.org")
        round_.carrier.fails = [Deferred("recipient-deferred", 450) for _ in range(3)]
        round_.go()
        round_.clock.now += PAUSES[0]

        assert 3 == round_.go()
        bodies = [mail.get_content() for mail in round_.carrier.mails]
        assert [True] * 3 == [body.startswith(f"{NOW + 10} ") for body in bodies]
        assert 3 == len(set(bodies))


class TestNothingGoes:
    """A mail server that is down is seen, once, and concerns nothing else."""

    def test_every_process_knows_it_and_the_log_says_it_once(
        self, round_: Round, account: Account, caplog: pytest.LogCaptureFixture
    ) -> None:
        """With the reason; and once when mail goes again, which it then does for all at once."""
        for _ in range(3):
            round_.put(account=account.id)
        for _ in range(3):
            round_.carrier.fails = [NothingGoes("unreachable")]
            assert 0 == round_.go()
            round_.clock.now += 1
        state = round_.accounts.postman.state()
        assert (3, NOW) == (state.waiting, state.failing_since)
        assert [("mail-failing", "unreachable"), ("mail-deferred", "unreachable")] == told(caplog)[:2]
        assert 1 == [event for event, _ in told(caplog)].count("mail-failing")

        round_.clock.now += 6
        assert (0, 0) == (round_.go(), len(round_.carrier.mails))
        round_.clock.now += 1
        assert (3, 3) == (round_.go(), len(round_.carrier.mails))
        assert (0, 0) == (round_.accounts.postman.state().waiting, round_.accounts.postman.state().failing_since)
        assert [event for event, _ in told(caplog)][-4:] == ["mail-recovered", "mail-sent", "mail-sent", "mail-sent"]
        assert NOW == vars(caplog.records[-4])["since"]

    @pytest.mark.parametrize("answer", [Undeliverable("recipient-refused", 550), Deferred("recipient-deferred", 450)])
    def test_a_server_that_refuses_somebody_is_there_again(
        self, round_: Round, account: Account, caplog: pytest.LogCaptureFixture, answer: NotCarried
    ) -> None:
        """It has answered."""
        round_.put(account=account.id)
        round_.carrier.fails = [NothingGoes("too-slow"), answer]
        round_.go()
        round_.clock.now += PAUSES[0]
        round_.go()

        assert 0 == round_.accounts.postman.state().failing_since
        assert "mail-recovered" in dict(told(caplog))

    def test_a_real_server_that_comes_back_gets_what_has_waited(self, round_: Round, account: Account) -> None:
        """Down, dying in the midst of a mail, there again."""
        round_.put(account=account.id)
        with mail_server() as (_, port):
            pass
        carrier = MailServer(Server("smtp+plain", "127.0.0.1", port), "", "id.example.org")
        duty = Duty(carrier, compose, round_.clock)
        assert not round_.accounts.postman.carry_one(duty)
        assert NOW == round_.accounts.postman.state().failing_since

        round_.clock.now += PAUSES[0]
        with mail_server(Mailbox(content="421 closing"), port=port):
            assert not round_.accounts.postman.carry_one(duty)
        round_.clock.now += PAUSES[1]
        with mail_server(port=port) as (mailbox, _):
            assert round_.accounts.postman.carry_one(duty)

        assert (["mike@example.org"], 0) == (
            mailbox.mails[0].recipients,
            round_.accounts.postman.state().failing_since,
        )


class TestTheDatabaseFails:
    """Mail waits in it, so it waits."""

    def test_what_became_of_a_mail_is_written_down_although_the_database_is_busy(
        self, round_: Round, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Otherwise it would be sent again after the lease."""
        monkeypatch.setattr("hardtack.store.database.BUSY_TIMEOUT", 0.2)
        round_.put(account=account.id)
        database = round_.accounts._database
        held, over = threading.Event(), threading.Event()

        def hold() -> None:
            with database.write():
                held.set()
                over.wait(0.5)

        class Holding(Carried):
            def carry(self, mail: EmailMessage, to: str) -> None:
                super().carry(mail, to)
                threading.Thread(target=hold).start()
                held.wait(10)

        round_.carrier = Holding()
        assert (1, []) == (round_.go(), round_.waiting)

    def test_a_database_that_is_gone_ends_no_thread(
        self, round_: Round, account: Account, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is said once, and mail goes when it is back."""
        database = round_.accounts._database
        with database.write() as connection:
            connection.execute(text("ALTER TABLE outbox RENAME TO away"))
        round_.accounts.postman.start(Duty(round_.carrier, compose, round_.clock, interval=0.02))
        wait_for(lambda: "postman-failed" in dict(told(caplog)))
        time.sleep(0.2)
        with database.write() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO outbox"))
        round_.put(account=account.id)
        wait_for(lambda: len(round_.carrier.mails) == 1)

        assert 1 == [event for event, _ in told(caplog)].count("postman-failed")

    def test_a_database_that_goes_while_somebody_is_looked_up_leaves_the_order(
        self, round_: Round, account: Account
    ) -> None:
        """It is no fault of the mail's."""
        round_.put(account=account.id)
        with round_.accounts._database.write() as connection:
            connection.execute(text("ALTER TABLE account RENAME TO away"))
        with pytest.raises(StoreUnavailable):
            round_.go()
        with round_.accounts._database.write() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO account"))

        assert ([], [(0, 0)]) == (round_.carrier.mails, round_.waiting)

    def test_a_database_that_goes_while_a_mail_is_written_leaves_the_order(
        self, round_: Round, account: Account, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is taken again after its lease."""
        database = round_.accounts._database

        def slow(order: Order, meant: Meant, *, message_id: str, now: int) -> EmailMessage:
            with database.write() as connection:
                connection.execute(text("ALTER TABLE outbox RENAME TO away"))
            return compose(order, meant, message_id=message_id, now=now)

        round_.put(account=account.id)
        round_.accounts.postman.start(Duty(round_.carrier, slow, round_.clock, interval=60))
        wait_for(lambda: "postman-failed" in dict(told(caplog)))
        with database.write() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO outbox"))

        assert (1, [(0, 0)]) == (len(round_.carrier.mails), round_.waiting)


class TestTheThread:
    """It begins and ends with its process, and is woken by an order."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Where mail goes."""
        return tmp_path / "mail"

    @pytest.fixture
    def working(self, accounts: Accounts, folder: Path) -> Round:
        """A postman that looks by itself once in an hour, so that only an order wakes it."""
        made = Round(accounts, clock=Clock(time.time()))

        def dated(order: Order, meant: Meant, *, message_id: str, now: int) -> EmailMessage:
            mail = compose(order, meant, message_id=message_id, now=now)
            mail["Date"] = "Sun, 29 Nov 2026 18:00:00 +0000"
            return mail

        accounts.postman.start(Duty(Folder(folder), dated, time.time, interval=3600))
        return made

    def test_an_order_wakes_it_after_its_commit(self, working: Round, account: Account, folder: Path) -> None:
        """A mail goes within a second or so, and not before the request is over."""
        with working.accounts._database.write() as connection:
            order = Order(notice=Notice.NEW_DEVICE, at=int(time.time()), account=account.id)
            working.accounts.outbox.put(connection, order)
            time.sleep(0.7)
            assert not folder.exists()
        wait_for(lambda: folder.exists() and len(list(folder.glob("*.eml"))) == 1)

    def test_what_has_waited_since_before_the_start_goes(self, round_: Round, account: Account) -> None:
        """Nobody wakes it for that."""
        round_.put(account=account.id)
        round_.accounts.postman.start(Duty(round_.carrier, compose, round_.clock, interval=3600))

        wait_for(lambda: len(round_.carrier.mails) == 1)

    def test_an_order_of_another_process_is_found_by_looking(self, round_: Round, account: Account) -> None:
        """The command line has no postman."""
        round_.accounts.postman.start(Duty(round_.carrier, compose, round_.clock, interval=0.05))
        time.sleep(0.7)
        wake, round_.accounts.outbox.arrived = round_.accounts.outbox.arrived, None
        round_.put(account=account.id)
        round_.accounts.outbox.arrived = wake

        wait_for(lambda: len(round_.carrier.mails) == 1)

    def test_it_ends_when_it_is_told_to_and_begins_anew(self, round_: Round, account: Account) -> None:
        """As often as an application is closed and opened."""
        postman = round_.accounts.postman
        for _ in range(2):
            postman.start(round_.duty)
            assert (True, 1) == (postman.carries, len(threads()))
            postman.stop()
            assert (False, 0) == (postman.carries, len(threads()))
        postman.stop()
        round_.put(account=account.id)

        assert ([], [(0, 0)]) == (round_.carrier.mails, round_.waiting)

    def test_a_mail_on_its_way_is_waited_for(self, round_: Round, account: Account) -> None:
        """A server that stops orderly sends no mail twice."""
        begun = threading.Event()

        class Slow(Carried):
            def carry(self, mail: EmailMessage, to: str) -> None:
                begun.set()
                time.sleep(0.5)
                super().carry(mail, to)

        round_.carrier = Slow()
        round_.put(account=account.id)
        round_.put(account=account.id)
        round_.accounts.postman.start(round_.duty)
        assert begun.wait(10)
        round_.accounts.postman.stop()

        assert (1, 1) == (len(round_.carrier.mails), len(round_.waiting))

    def test_closing_the_accounts_ends_it(self, round_: Round) -> None:
        """Nothing of ours outlives them."""
        round_.accounts.postman.start(round_.duty)
        round_.accounts.close()

        assert [] == threads()

    def test_it_may_be_told_to_stop_by_its_own_mail(self, round_: Round, account: Account) -> None:
        """It does not wait for itself."""

        class Stopping(Carried):
            def carry(self, mail: EmailMessage, to: str) -> None:
                round_.accounts.postman.stop()
                super().carry(mail, to)

        round_.carrier = Stopping()
        round_.put(account=account.id)
        round_.accounts.postman.start(round_.duty)

        wait_for(lambda: len(round_.carrier.mails) == 1 and not threads())

    def test_the_child_of_a_fork_begins_afresh(
        self, round_: Round, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a fork does to a postman, done in place: the thread is gone, and the next order starts one."""
        postman = round_.accounts.postman
        monkeypatch.setattr(postman_module, "_postmen", {postman})
        postman.start(round_.duty)
        parents, stopping, arrived = postman._thread, postman._stopping, postman._arrived
        assert parents is not None
        before = threads()
        postman_module._renew_all()
        round_.put(account=account.id)

        wait_for(lambda: len(round_.carrier.mails) == 1)
        assert 1 == len([thread for thread in threads() if thread not in before])

        # In a fork it would have stayed behind in the parent; here nobody but us knows of it any more.
        stopping.set()
        arrived.set()
        parents.join(20)
        assert not parents.is_alive()

    def test_a_forked_child_carries_what_it_orders_itself(self, url: str, tmp_path: Path) -> None:
        """A server may fork after it has begun; the thread stays in the parent."""
        keyfile.create(tmp_path / "hardtack.key")
        (process,) = started(_FORK, 1, url, tmp_path)

        assert (["0", "1"], 0) == (process.communicate(timeout=60)[0].split(), process.returncode)


_FORK = """
import os, sys, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of every fork beside a thread
from pathlib import Path
from hardtack.login import Accounts
from hardtack.login.carriers import Folder
from hardtack.login.outbox import Notice, Order
from hardtack.login.postman import Duty
from hardtack.seal import Keyring, keyfile
from tests.login import test_postman
from tests.login.test_addressee import member

def compose(order, meant, *, message_id, now):
    mail = test_postman.compose(order, meant, message_id=message_id, now=now)
    mail["Date"] = "Sun, 29 Nov 2026 18:00:00 +0000"
    return mail

url, folder = sys.argv[1:]
mail = Path(folder) / "mail"
accounts = Accounts.connect(url, keyring=Keyring.load(f"{folder}/hardtack.key"))
account = member(accounts)
accounts.postman.start(Duty(Folder(mail), compose, interval=3600))
child = os.fork()
if child == 0:
    alone = not test_postman.threads()
    with accounts._database.write() as connection:
        order = Order(notice=Notice.NEW_DEVICE, at=int(time.time()), account=account.id)
        accounts.outbox.put(connection, order)
    test_postman.wait_for(lambda: len(list(mail.glob("*.eml"))) == 1)
    os._exit(0 if alone and test_postman.threads() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(len(list(mail.glob("*.eml"))))
accounts.close()
"""


def threads() -> list[threading.Thread]:
    """Return the threads that carry mail in this process."""
    return [thread for thread in threading.enumerate() if thread.name == "hardtack-mail"]


def wait_for(happened: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)
