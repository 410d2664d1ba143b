"""A running service whose parts are made to fail, and the people who are about when they do.

What each of them sees is one word a request, so that a test reads as the table of docs/en/failures.md does. Nobody ever
sees a 500: whoever asks here looks at every answer for that, and for a time to come back in every 503.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import Service

PASSWORD = "correct horse battery staple"
HOST = "id.example.org"
OPTIONS = ("--origin", f"https://{HOST}", "--trusted-proxy", "127.0.0.1", "--log-format", "json", "--sign-up", "open")
PATIENCE = 60
"""Seconds within which whatever is waited for must have come about, on any machine."""

ASKED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": HOST,
    "X-Forwarded-Uri": "/",
}
"""How a proxy asks ``/auth``."""


@dataclass
class Running:
    """The service, and an administrator who is signed in."""

    service: Service
    cookies: dict[str, str] = field(default_factory=dict)
    at: int = 0
    name: str = "anna"
    """Who signs in, again and again; each test has somebody of its own, as one may have only so many sign-ins."""

    def ask(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        *,
        own: bool = False,
        accept: str = "application/json",
    ) -> int:
        """Send one request, as the one who is signed in if *own*; return the status, which is never 500."""
        headers = {**ASKED, "Host": HOST, "Accept": accept}
        del headers["X-Forwarded-Host"]
        if path == "/auth":
            headers = {**ASKED, "Host": HOST}
        if own:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        content = None
        if body is not None:
            headers |= {"Content-Type": "application/json", "Origin": f"https://{HOST}"}
            content = json.dumps(body).encode()
        status, fields, text = self.service.ask(method, path, body=content, headers=headers)
        assert status != 500, (method, path, text)
        assert "Traceback" not in text
        if status == 503:
            assert int(fields["Retry-After"]) > 0
        if own and status < 300:
            self._keep(fields)
        return status

    def _keep(self, fields: http.client.HTTPMessage) -> None:
        for value in fields.get_all("Set-Cookie", []):
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]

    def begin(self) -> Running:
        """Make the administrator, who is signed in from now on."""
        found = re.search(rf"https://{HOST}/welcome\?code=(\S+)", self.service.said)
        assert found, self.service.said
        assert 201 == self.ask(
            "POST", "/welcome", {"code": found[1], "username": "anna", "password": PASSWORD}, own=True
        )
        return self

    def auth(self) -> int:
        """Ask for an application behind the service."""
        return self.ask("GET", "/auth", own=True)

    def auth_of_each(self) -> int:
        """Ask both workers for an application; return what they agree on, or 0."""
        found = set()
        for pid in self.service.workers:
            with alone(self.service, pid):
                found.add(self.auth())
        return found.pop() if len(found) == 1 else 0

    def account(self) -> int:
        """Ask for one's own page."""
        return self.ask("GET", "/account", own=True)

    def sign_in(self, password: str = PASSWORD) -> int:
        """Sign in as somebody else does, in a browser of their own."""
        return self.ask("POST", "/sign-in", {"username": self.name, "password": password})

    def ready(self) -> int:
        """Ask whether it is ready, as a balancer does."""
        return self.ask("GET", "/readyz")

    def seen(self) -> dict[str, int]:
        """Return what everybody sees now, whichever worker answers."""
        found = []
        for pid in self.service.workers:
            with alone(self.service, pid):
                found.append(self.seen_of_one())
        assert found[1:] == found[:-1]
        return found[0]

    def seen_of_one(self) -> dict[str, int]:
        """Return what everybody sees now, of the worker that happens to answer."""
        return {
            "application": self.auth(),
            "page": self.account(),
            "sign-in": self.sign_in(),
            "ready": self.ready(),
            "alive": self.ask("GET", "/healthz"),
        }

    def said(self) -> list[dict[str, object]]:
        """Return the lines of the log that are new since the last test."""
        text = self.service.said[self.at :]
        return [json.loads(line) for line in text.splitlines(keepends=True) if line[0] == "{" and line[-1] == "\n"]

    def tells(self, event: str) -> bool:
        """Return whether the log tells of *event*."""
        return any(line["event"] == event for line in self.said())

    def told(self, event: str) -> str:
        """Wait until the log tells of *event*, and return its reason; there is no traceback in it."""
        until(lambda: self.tells(event))
        lines = self.said()
        assert [] == [line for line in lines if "traceback" in line]
        return next(str(line["reason"]) for line in lines if line["event"] == event)

    def whole(self) -> None:
        """Wait until everything is as it should be, in both workers, and begin a new page of the log."""
        until(lambda: len(self.service.workers) == 2)
        until(lambda: self._seen() == GOOD)
        self.at = len(self.service.said)

    def _seen(self) -> dict[str, int]:
        for pid in self.service.workers:
            with alone(self.service, pid):
                if not self._accepts():
                    return {}
        try:
            return self.seen()
        except AssertionError:
            return {}

    def _accepts(self) -> bool:
        """Return whether somebody answers who asks now; a worker that has just begun does not yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=0.3)
        try:
            connection.request("GET", "/healthz", headers={"Host": HOST})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


GOOD = {"application": 204, "page": 200, "sign-in": 200, "ready": 200, "alive": 200}
"""Where nothing fails."""

WITHOUT_STORE = {"application": 204, "page": 503, "sign-in": 503, "ready": 503, "alive": 200}
"""Where the database is gone, for as long as what is known of the ended sessions may be trusted."""

NOTHING_WRITTEN = {"application": 204, "page": 200, "sign-in": 503, "ready": 200, "alive": 200}
"""Where the database can be read and not written to."""


def until(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextmanager
def alone(service: Service, pid: int) -> Iterator[None]:
    """Let one worker alone answer: the others are stopped meanwhile, and accept nobody."""
    others = [each for each in service.workers if each != pid]
    for other in others:
        os.kill(other, signal.SIGSTOP)
    # Until then it may still take one more request, and leave it unanswered.
    until(lambda: all(Path(f"/proc/{other}/stat").read_text().rpartition(") ")[2][0] in "TZ" for other in others))
    try:
        yield
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)


@contextmanager
def limited(service: Service, which: int, limit: Callable[[int], int]) -> Iterator[None]:
    """Let each worker have no more of *which* than *limit* says of its process number; as before afterwards."""
    before = {pid: resource.prlimit(pid, which) for pid in service.workers}
    try:
        for pid, (_, most) in before.items():
            resource.prlimit(pid, which, (limit(pid), most))
        yield
    finally:
        for pid, limits in before.items():
            if os.path.exists(f"/proc/{pid}"):
                resource.prlimit(pid, which, limits)
