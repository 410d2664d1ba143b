"""The postman: a thread of each process that takes orders for mail from the database and carries them out.

It is woken by an order of its own process, a moment after the commit, so that the request is over before any work
begins whose time could tell something (attack 8); for orders of other processes it looks every few seconds. A claim is
atomic, so that no two processes carry one order. An order is deleted once its mail has gone: it goes at least once,
and twice only if a process or the database dies in between; both mails then have one Message-ID.

What cannot go now is tried again after ``PAUSES``, until the order's time is over; what never can is given up. If
nothing goes at all, every process knows it from the database, the log says so once, and once when mail goes again.
The log names an account by its number and an address by a keyed hash. A mail server that is down concerns no request.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from functools import partial
from typing import Any, Protocol
from weakref import WeakSet

from sqlalchemy import Connection

from hardtack.login.addressee import Addressees, Meant, NobodyMeant
from hardtack.login.carriers import Carrier, NotCarried, NothingGoes, Undeliverable
from hardtack.login.outbox import Order, Outbox
from hardtack.login.services import Services
from hardtack.store import StoreUnavailable
from hardtack.store import outbox as rows
from hardtack.store.committed import after_commit
from hardtack.store.outbox import State, Waiting

INTERVAL = 5.0
"""Seconds between two looks for orders of other processes, and between two tries while nothing goes."""

MOMENT = 0.2, 0.5
"""Seconds, anywhere between these, from an order to the work on it."""

PAUSES = 10, 60, 300, 1800, 7200
"""Seconds until the next try, by how many there were; the last goes on."""

LEASE = 300
"""Seconds for which an order is in one process's hands: longer than a mail can take."""

STOPPING = 10.0
"""Seconds that stopping waits for a mail that is on its way."""

_SETTLING = 3
"""How often it is tried to write down what became of a mail."""

logger: logging.Logger = logging.getLogger("hardtack.mail")


class Compose(Protocol):
    """Writes a mail."""

    def __call__(self, order: Order, meant: Meant, *, message_id: str, now: int) -> EmailMessage:
        """Return the mail of *order* to whom is *meant*.

        Args:
            order: what happened.
            meant: who gets it.
            message_id: what is before the ``@`` of its Message-ID.
            now: Unix seconds.
        """


@dataclass(frozen=True, slots=True)
class Duty:
    """What a postman goes by.

    Args:
        carrier: carries mail.
        compose: writes it.
        clock: returns Unix seconds.
        interval: seconds between two looks.
    """

    carrier: Carrier
    compose: Compose
    clock: Callable[[], float] = time.time
    interval: float = INTERVAL


class Postman:
    """Carries the orders of one database; safe to share among threads.

    Args:
        services: the parts of the login.
        outbox: where this process puts its orders.
    """

    def __init__(self, services: Services, outbox: Outbox) -> None:
        self._services = services
        self._addressees = Addressees(services)
        self._duty: Duty | None = None
        self._renew()
        outbox.arrived = self.wake
        _postmen.add(self)

    def _renew(self) -> None:
        """Begin afresh, also in the child of a fork, where neither the lock's holder nor the thread exists."""
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._arrived = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, duty: Duty) -> None:
        """Carry mail from now on, in a thread of this process."""
        self.stop()
        with self._starting:
            self._duty = duty
        self.wake()

    def stop(self) -> None:
        """Stop, and wait for a mail that is on its way, for ``STOPPING`` seconds at most."""
        with self._starting:
            self._duty = None
            self._stopping.set()
            self._arrived.set()
            thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(STOPPING)

    def wake(self) -> None:
        """Say that there is an order; in a forked child of a process that carries mail, this one does from now on."""
        with self._starting:
            duty = self._duty
            if duty is None:
                return
            if self._thread is None:
                self._stopping, self._arrived = threading.Event(), threading.Event()
                work = (duty, self._stopping, self._arrived)
                self._thread = threading.Thread(target=self._work, args=work, name="hardtack-mail", daemon=True)
                self._thread.start()
            self._arrived.set()

    @property
    def carries(self) -> bool:
        """Whether this process carries mail."""
        return self._duty is not None

    def state(self) -> State:
        """Return how mail goes, whichever process carries it.

        Raises:
            StoreUnavailable: the database failed.
        """
        with self._services.database.read() as connection:
            return rows.state(connection)

    def _work(self, duty: Duty, stopping: threading.Event, arrived: threading.Event) -> None:
        failing = False
        while not stopping.is_set():
            if arrived.wait(duty.interval):
                arrived.clear()
                stopping.wait(random.uniform(*MOMENT))  # noqa: S311 - no secret, only never the same
            try:
                while not stopping.is_set() and self.carry_one(duty):
                    pass
                failing = False
            except Exception as error:
                # Mail waits in the database and requests go on; the text of the error may hold anything.
                if not failing:
                    reason = error.reason if isinstance(error, StoreUnavailable) else type(error).__name__
                    logger.error("mail cannot be looked after", extra={"event": "postman-failed", "reason": reason})
                failing = True

    def carry_one(self, duty: Duty) -> bool:
        """Carry out one order that is due; return whether to go on at once.

        Raises:
            StoreUnavailable: the database failed; the order is tried again after its lease.
        """
        now = int(duty.clock())
        database, keyring = self._services.database, self._services.keyring
        with database.read() as connection:
            if not rows.any_due(connection, now=now):
                return False
        with database.write() as connection:
            late = rows.expire(connection, now=now)
            taken = rows.claim(connection, keyring, now=now, lease=LEASE, batch=1)
        if late:
            logger.error("orders for mail were given up", extra={**_GIVEN_UP, "reason": "too-late", "count": late})
        # One at a time: none is to wait in this process's hands for another that takes long.
        return self._carried(duty, taken[0], now) if taken else False

    def _carried(self, duty: Duty, waiting: Waiting, now: int) -> bool:
        """Carry one order out, write down what became of it, and return whether others may go now."""
        order = None if waiting.content is None else Outbox.decode(waiting.content)
        if order is None:
            reason = "no-key-opens-it" if waiting.content is None else "other-version"
            logger.error("an order for mail was given up", extra={**_GIVEN_UP, "reason": reason})
            self._settle(lambda connection: rows.done(connection, waiting.message_id))
            return True
        about = self._about(order, waiting)
        try:
            meant = self._addressees.of(order, now=now, first=waiting.attempts == 0)
            if meant.account is not None:
                about["account"] = meant.account.id
            mail = duty.compose(order, meant, message_id=waiting.message_id.hex(), now=now)
            duty.carrier.carry(mail, str(mail["To"].addresses[0].addr_spec))
        except NobodyMeant as nobody:
            logger.info("no mail is due", extra={"event": "mail-not-due", **about, "reason": nobody.reason})
            self._settle(lambda connection: rows.done(connection, waiting.message_id))
        except NotCarried as failed:
            reasons = {"reason": failed.reason, **({"code": failed.code} if failed.code else {})}
            return self._failed(failed, waiting, {**about, **reasons}, now)
        except StoreUnavailable:
            raise
        except Exception as error:
            # A fault of ours, or of a template: it may be mended before the order's time is over.
            self._defer(waiting, {**about, "reason": type(error).__name__}, now)
        else:
            self._settle(lambda connection: self._gone(connection, waiting, now))
            logger.info("mail was sent", extra={"event": "mail-sent", **about})
        return True

    def _failed(self, failed: NotCarried, waiting: Waiting, about: dict[str, Any], now: int) -> bool:
        if isinstance(failed, Undeliverable):
            self._settle(lambda connection: self._gone(connection, waiting, now))
            logger.error("a mail was given up", extra={**_GIVEN_UP, **about})
            return True
        if not isinstance(failed, NothingGoes):
            self._settle(lambda connection: self._flows(connection, now))
            self._defer(waiting, about, now)
            return True

        def stuck(connection: Connection) -> None:
            if rows.stick(connection, waiting.message_id, now=now):
                extra = {"event": "mail-failing", "reason": failed.reason}
                after_commit(connection, partial(logger.error, "mail does not go out", extra=extra))

        self._defer(waiting, about, now, stuck)
        return False

    def _gone(self, connection: Connection, waiting: Waiting, now: int) -> None:
        self._flows(connection, now)
        rows.done(connection, waiting.message_id)

    @staticmethod
    def _flows(connection: Connection, now: int) -> None:
        """Let what was stuck go at once: the server has answered."""
        if since := rows.free(connection, now=now):
            extra = {"event": "mail-recovered", "since": since}
            after_commit(connection, partial(logger.info, "mail goes out again", extra=extra))

    def _defer(
        self, waiting: Waiting, about: dict[str, Any], now: int, also: Callable[[Connection], None] | None = None
    ) -> None:
        due = now + PAUSES[min(waiting.attempts, len(PAUSES) - 1)]

        def again(connection: Connection) -> None:
            rows.again(connection, waiting.message_id, due=due)
            if also is not None:
                also(connection)

        self._settle(again)
        logger.warning("a mail has to wait", extra={"event": "mail-deferred", **about, "again_in": due - now})

    def _settle(self, write: Callable[[Connection], None]) -> None:
        """Write down what became of an order; a database that is busy is asked again, so that no mail goes twice.

        Raises:
            StoreUnavailable: it failed every time.
        """
        for _ in range(_SETTLING - 1):
            # A commit that fails takes the return back.
            with suppress(StoreUnavailable), self._services.database.write() as connection:
                write(connection)
                return
        with self._services.database.write() as connection:
            write(connection)

    def _about(self, order: Order, waiting: Waiting) -> dict[str, Any]:
        """Return how the log names an order: never by an address or a name."""
        fields = {
            "notice": order.notice.value,
            "account": order.account,
            "address_hash": self._addressees.hashed(order),
            "attempt": waiting.attempts + 1,
        }
        return {name: value for name, value in fields.items() if value}


_GIVEN_UP = {"event": "mail-given-up"}
_postmen: WeakSet[Postman] = WeakSet()


def _renew_all() -> None:
    for postman in _postmen:
        postman._renew()


os.register_at_fork(after_in_child=_renew_all)
