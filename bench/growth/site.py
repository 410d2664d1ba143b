"""One installation, asked as browsers ask it: the site of ``hardtack serve`` on a data folder that is there.

It is called without a server, so that what is timed is ours: form, budgets, hash, session, database and page. Whoever
signs in comes from a client that was never seen before, since one that tries hundreds of times would be throttled.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import count, islice
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Connection, func, select, update

from bench.growth.rows import STRUGGLING, is_closed, is_disabled, name_of
from bench.visits import HOST, PASSWORD
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.message import Headers, Request, Response
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.site import Settings, Site
from hardtack.store import audit, schema
from hardtack.store.audit import Kept
from hardtack.store.pruning import in_batches

WARDEN = "warden"
"""Who administers."""

QUICK_HASH = Argon2id(memory=8, passes=1)
"""Costs microseconds, so that of a sign-in everything else is left."""


ROWS = 100_000_000
"""Events that the audit trail may hold: an installation of this size has raised the setting."""


class Installed:
    """The site of one data folder, and an administrator who is signed in.

    Args:
        data: the folder of the key and the database.
        url: of the database.
        hashing: how passwords are hashed.
    """

    def __init__(self, data: Path, url: str, hashing: HashingPool) -> None:
        keyring = Keyring.load(data / "hardtack.key")
        settings = Settings(data=str(data), database=url, origin=f"https://{HOST}", sign_up="open")
        self.url = url
        self.now = int(time.time())
        self.accounts = Accounts.connect(url, keyring=keyring, hashing=hashing, kept=Kept(rows=ROWS), folder=data)
        sessions = Sessions(keyring, origin=settings.origin, application="site", revocations=self.accounts.revocations)
        self.site = Site(self.accounts, sessions, settings, keyring, clock=lambda: self.now)
        self._clients = count(1)
        self.accounts.revocations.refresh()
        self._warden: list[str] = []

    def close(self) -> None:
        """Let go of the database."""
        self.accounts.close()

    def forget(self, kept: Kept) -> None:
        """Delete the events that are not kept, as it is done every hour."""

        def step(connection: Connection, batch: int) -> int:
            return audit.prune(connection, self.now, age=kept.age, rows=kept.rows, batch=batch)

        in_batches(self.accounts._database, step)

    def people(self, number: int, *, hashed: str | None = None) -> list[str]:
        """Return the names of *number* people who can sign in, all over the installation, or made now.

        Args:
            number: how many.
            hashed: of their password, instead of the hash that they have.
        """
        database, first = self.accounts._database, 0 if hashed is None else number
        with database.read() as connection:
            there = connection.execute(select(func.max(schema.account.c.id))).scalar() or 0
        if there > 10 * number:
            # From all over, and none that is closed or disabled or already struggling.
            step = (there - STRUGGLING) // (2 * number)
            able = (each for each in range(STRUGGLING + 1, there) if not (is_closed(each) or is_disabled(each)))
            found = [name_of(each) for each in islice(able, first * step, None, max(1, step * 9 // 10))][:number]
        else:
            found = [f"visitor{each}" for each in range(first, first + number)]
            for each in found:
                if self.accounts.find(each) is None:
                    self.accounts.add(each, PASSWORD, now=self.now)
        if hashed is not None:
            with database.write() as connection:
                change = update(schema.account).where(schema.account.c.name.in_(found))
                connection.execute(change.values(password_hash=hashed))
        return found

    @property
    def warden(self) -> list[str]:
        """The cookies of an administrator who has just signed in."""
        if not self._warden:
            if self.accounts.find(WARDEN) is None:
                self.accounts.add(WARDEN, PASSWORD, now=self.now, administrator=True)
            self._warden = self.sign_in(WARDEN)
        return self._warden

    def sign_in(self, name: str, password: str = PASSWORD, *, status: int = 303) -> list[str]:
        """Sign somebody in and return their cookies."""
        answer = self.ask("POST", "/sign-in", (), status=status, fields={"username": name, "password": password})
        return [value.partition(";")[0] for key, value in answer.headers if key.lower() == "set-cookie"]

    def ask(
        self,
        method: str,
        path: str,
        cookies: Sequence[str] = (),
        *,
        status: int = 200,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        client: str = "",
    ) -> Response:
        """Send one request, from a client that was never seen before, and see that the answer is that *status*."""
        number = next(self._clients)
        path, _, query = path.partition("?")
        sent = {"host": HOST, "accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
        if cookies:
            sent["cookie"] = "; ".join(cookies)
        if method == "POST":
            sent["content-type"] = "application/x-www-form-urlencoded"
        answer = self.site.answer(
            Request(
                method=method,
                path=path,
                query=query,
                headers=Headers((sent | dict(headers or {})).items()),
                body=urlencode(fields or {}).encode(),
                scheme="https",
                host=HOST,
                client=client or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            )
        )
        assert answer.status == status, (path, answer.status)
        return answer
