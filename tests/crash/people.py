"""People who sign up, in and out without a pause, and remember what they were told.

An answer of 200 or 201 is a promise: the account is there, the sign-in is over. Whatever else comes back, or nothing,
promises nothing. So what was promised is kept here, and looked for after every crash.
"""

from __future__ import annotations

import http.client
import json
import random
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.crash.nodes import HOST

PASSWORD = "correct horse battery staple"
PAUSE = 0.01


@dataclass
class Promises:
    """What was promised since somebody took it away last; safe to share among threads."""

    accounts: list[str] = field(default_factory=list)
    ended: list[tuple[float, str]] = field(default_factory=list)
    """When the answer to a sign-out came, and the cookie that it ended."""

    lock: threading.Lock = field(default_factory=threading.Lock)

    def taken(self) -> tuple[list[str], list[tuple[float, str]]]:
        """Return all of it, and forget it."""
        with self.lock:
            found = self.accounts, self.ended
            self.accounts, self.ended = [], []
            return found


def ask(port: int, method: str, path: str, body: dict[str, str] | None = None, cookie: str = "") -> tuple[int, str]:
    """Send one request from an address of its own; return the status, 0 where no answer came, and the new cookie."""
    client = f"203.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"  # noqa: S311 - no secret
    headers = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": client, "Accept": "application/json"}
    content = None
    if cookie:
        headers["Cookie"] = cookie
    if body is not None:
        headers |= {"Content-Type": "application/json", "Origin": f"https://{HOST}"}
        content = json.dumps(body)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
    kept = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie", [])]
    found = [each for each in kept if each.startswith("__Host-hardtack=") and not each.endswith("=")]
    return answer.status, found[0] if found else ""


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
        self._threads = [threading.Thread(target=self._live) for _ in range(people)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None, cookie: str = "") -> tuple[int, str]:
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
                self._go_on(name, cookie)
            time.sleep(PAUSE)

    def _go_on(self, name: str, cookie: str) -> None:
        """Look at one's page, sign out, sign in again and out again."""
        for _ in range(2):
            self._ask("GET", "/account", cookie=cookie)
            if self._enough.is_set() or not cookie:
                return
            status, _ = self._ask("POST", "/sign-out", {}, cookie)
            if status == 200:
                with self.promises.lock:
                    self.promises.ended.append((time.monotonic(), cookie))
            status, cookie = self._ask("POST", "/sign-in", {"username": name, "password": PASSWORD})
