"""People who sign up, in and out without a pause, and remember what they were told.

An answer of 200 or 201 is a promise: the account is there, one is signed in, the sign-in is over. Whatever else comes
back, or nothing, promises nothing. So what was promised is kept here, and looked for after every crash.
"""

from __future__ import annotations

import http.client
import json
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.crash.nodes import HOST, PATIENCE

PASSWORD = "correct horse battery staple"
PAUSE = 0.01
COOKIE = "__Host-hardtack="


@dataclass
class Promises:
    """What was promised since somebody took it away last; safe to share among threads."""

    accounts: list[str] = field(default_factory=list)
    ended: list[tuple[float, str]] = field(default_factory=list)
    """When the answer to a sign-out came, and the cookie that it ended."""

    good: list[str] = field(default_factory=list)
    """Cookies of those who are signed in, and have not asked to be signed out."""

    lock: threading.Lock = field(default_factory=threading.Lock)

    def taken(self) -> Promises:
        """Return all of it, and forget it."""
        with self.lock:
            found = Promises(self.accounts, self.ended, self.good)
            self.accounts, self.ended, self.good = [], [], []
            return found

    def signed_in(self, cookie: str) -> None:
        """Note that somebody is."""
        with self.lock:
            self.good.append(cookie)

    def asks_to_end(self, cookie: str) -> None:
        """Note that somebody will ask to be signed out: whether the cookie is good is not known from now on."""
        with self.lock:
            self.good = [each for each in self.good if each != cookie]


def headers() -> dict[str, str]:
    """Return the fields of a request from an address of its own, as the proxy sends them on."""
    client = f"203.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"  # noqa: S311 - no secret
    return {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": client, "Accept": "application/json"}


def ask(port: int, method: str, path: str, body: dict[str, str] | None = None, cookie: str = "") -> tuple[int, str]:
    """Send one request from an address of its own; return the status, 0 where no answer came, and the new cookie."""
    fields = headers()
    content = None
    if cookie:
        fields["Cookie"] = cookie
    if body is not None:
        fields |= {"Content-Type": "application/json", "Origin": f"https://{HOST}"}
        content = json.dumps(body)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, content, fields)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
    kept = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie", [])]
    found = [each for each in kept if each.startswith(COOKIE) and each != COOKIE]
    return answer.status, found[0] if found else ""


class Asking:
    """One connection, on which one asks about many cookies: all of it reaches the same worker."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection

    def is_let_in(self, cookie: str) -> bool:
        """Return whether one's own page is shown to whoever has *cookie*; anything but 200 and 401 is asked again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self._connection.request("GET", "/account", headers={**headers(), "Cookie": cookie})
            answer = self._connection.getresponse()
            answer.read()
            if answer.status in (200, 401):
                return answer.status == 200
            assert time.monotonic() < deadline, answer.status
            time.sleep(0.05)


@contextmanager
def asking(port: int) -> Iterator[Asking]:
    """Open a connection to ask on, to whichever worker accepts it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        yield Asking(connection)
    finally:
        connection.close()


class Load:
    """So many people at once.

    Args:
        port: of the proxy.
        people: how many.
    """

    def __init__(self, port: int, people: int) -> None:
        self._port = port
        self.promises = Promises()
        self.answers: Counter[int] = Counter()
        self._enough = threading.Event()
        self._turn = threading.Condition()
        self._paused = False
        self._resting = 0
        self._threads = [threading.Thread(target=self._live) for _ in range(people)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self.go_on()
        for thread in self._threads:
            thread.join()

    def pause(self) -> None:
        """Let nobody ask for anything more; return once nobody waits for an answer."""
        with self._turn:
            self._paused = True
            assert self._turn.wait_for(lambda: self._resting == len(self._threads), PATIENCE)

    def go_on(self) -> None:
        """Let people ask again."""
        with self._turn:
            self._paused = False
            self._turn.notify_all()

    def _rest(self) -> None:
        with self._turn:
            self._resting += 1
            self._turn.notify_all()
            self._turn.wait_for(lambda: not self._paused)
            self._resting -= 1

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None, cookie: str = "") -> tuple[int, str]:
        self._rest()
        found = ask(self._port, method, path, body, cookie)
        self.answers[found[0]] += 1
        return found

    def _live(self) -> None:
        while not self._enough.is_set():
            name = f"p{secrets.token_hex(6)}"
            status, cookie = self._ask("POST", "/sign-up", {"username": name, "password": PASSWORD})
            if status == 201:
                with self.promises.lock:
                    self.promises.accounts.append(name)
                self.promises.signed_in(cookie)
            self._go_on(name, cookie)
            # Whoever gets no account comes back as soon as somebody would who presses the button again.
            time.sleep(PAUSE if status == 201 else 10 * PAUSE)

    def _go_on(self, name: str, cookie: str) -> None:
        """Look at one's page, sign out, sign in again and out again."""
        for _ in range(2):
            if self._enough.is_set() or not cookie:
                return
            self._ask("GET", "/account", cookie=cookie)
            self.promises.asks_to_end(cookie)
            status, _ = self._ask("POST", "/sign-out", {}, cookie)
            if status == 200:
                with self.promises.lock:
                    self.promises.ended.append((time.monotonic(), cookie))
            status, cookie = self._ask("POST", "/sign-in", {"username": name, "password": PASSWORD})
            if status == 200:
                self.promises.signed_in(cookie)
