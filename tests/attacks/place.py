"""What is attacked: ``hardtack serve`` with two workers, a clock that can be set, mail in a folder, nginx before it.

Nothing of it is opened from inside. What a test knows, it knows from answers, from mail, from the log and from the
command line, as somebody outside does who also reads their own mail; the operator's commands are run as an operator
runs them.
"""

from __future__ import annotations

import email
import email.policy
import html
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

from tests import empty
from tests.attacks.attacker import IDENTITY, Answer, Client
from tests.conftest import Service, Start
from tests.failures.running import alone
from tests.proxies import stand

PASSWORD = "correct horse battery staple"
WRONG = "wrong horse battery staple"
DOMAIN = stand.DOMAIN
PATIENCE = 60
PAGES = ("/", "/sign-in", "/sign-up", "/forgot", "/account", "/account/sessions", "/status", "/language?to=zh")
"""What a visitor may look at."""
_names = count(1)


class Clock:
    """The time of day of the processes that are started with ``environ``; see ``clock/sitecustomize.py``.

    Args:
        file: where they read by how much it is off.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0)
        self.environ = {"ATTACKS_CLOCK": str(file), "PYTHONPATH": str(Path(__file__).with_name("clock"))}

    def set(self, seconds: int) -> None:
        """Let it be so many seconds ahead of the right time from now on."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(b"%+15d " % seconds)

    def stop(self, at: int) -> None:
        """Let it stand still at a time, in Unix seconds."""
        with self._file.open("r+b") as file:
            file.write(b"%+15d=" % at)


@dataclass
class House:
    """One running service.

    Args:
        service: the processes.
        host: what the service is called by visitors.
        clock: the time of day of its processes.
        mail: the folder with what it has sent.
        scheme: over which visitors reach it.
    """

    service: Service
    host: str
    clock: Clock
    mail: Path
    scheme: str = "https"
    ahead: int = 0
    still: int = 0
    chief: Client = field(init=False)
    _read: dict[Path, EmailMessage] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Give its administrator a browser."""
        self.chief = self.client()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.service.port

    @property
    def origin(self) -> str:
        """How browsers call it."""
        return f"{self.scheme}://{self.host}"

    def client(self, address: str = "") -> Client:
        """Return a browser without any cookie, from an address of its own."""
        made = Client(self.port, self.host, self.scheme)
        return made if not address else Client(self.port, self.host, self.scheme, address)

    def person(self, name: str = "", *, address: bool = False) -> Person:
        """Return somebody who has just signed up, by a name that nobody else has, and is signed in.

        Args:
            name: what they are called, before a number.
            address: whether they have an e-mail address too, which is proved.
        """
        called = f"{name or 'person'}{next(_names)}"
        made = Person(self, called, PASSWORD, f"{called}@example.org" if address else "", self.client())
        values = {"username": called, "password": PASSWORD, **({"email": made.email} if address else {})}
        answer = made.browser.post("/sign-up", **values)
        assert 201 == answer.status, answer.text
        if address:
            proved = made.browser.post("/verify", code=self.code(made.email, "/verify"))
            assert 200 == proved.status, proved.text
        return made

    def sign_in(self, name: str, password: str = PASSWORD, client: Client | None = None) -> Answer:
        """Try to sign in, from an address of one's own."""
        return (client or self.client()).post("/sign-in", username=name, password=password)

    def letters(self, to: str) -> list[EmailMessage]:
        """Return every mail to an address so far, the oldest first."""
        # Two of one second have no order by their names: so they are kept as they are found.
        for path in sorted(self.mail.glob("*.eml")):
            if path not in self._read:
                self._read[path] = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        return [each for each in self._read.values() if each["To"] == to]

    def code(self, to: str, path: str, *, after: int = 0) -> str:
        """Return the code of the newest link to *path* in the mail to an address, as soon as there is one.

        Args:
            to: the address.
            path: where the link leads.
            after: how many such links there were before.
        """
        self.until(lambda: len(self.codes(to, path)) > after)
        return self.codes(to, path)[-1]

    def codes(self, to: str, path: str) -> list[str]:
        """Return the codes of all links to *path* that were mailed to an address so far."""
        found: list[str] = []
        for each in self.letters(to):
            text = each.get_body(("plain",))
            assert text is not None
            link = re.escape(self.origin + path) + r"\?code=([\w-]+)"
            found += dict.fromkeys(re.findall(link, html.unescape(text.get_content())))
        return found

    def until(self, condition: Callable[[], bool], *, pause: float = 0.02) -> None:
        """Wait until *condition* holds, and look again after each *pause* of so many seconds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, self.service.said[-4000:]
            time.sleep(pause)

    def let_pass(self, seconds: int) -> None:
        """Let time pass for the service, or take it back."""
        self.ahead += seconds
        self.clock.set(self.ahead)

    @contextmanager
    def later(self, seconds: int) -> Iterator[None]:
        """Have it be so much later, or earlier, meanwhile."""
        before = self.ahead
        self.let_pass(seconds)
        try:
            yield
        finally:
            self.ahead = before
            self.clock.set(before)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have time stand still meanwhile: no budget fills up, and no code gets old, however slow the machine is."""
        self.still = self.now
        self.clock.stop(self.still)
        try:
            yield
        finally:
            self.still = 0
            self.clock.set(self.ahead)

    @property
    def now(self) -> int:
        """What time it is there."""
        return self.still or int(time.time()) + self.ahead

    def statuses(self, cookie: str, path: str = "/account", name: str = IDENTITY) -> set[int]:
        """Return what each worker says to whoever shows a cookie, while the others do not answer."""
        found = set()
        for pid in self.service.workers or [0]:
            with alone(self.service, pid):
                client = self.client()
                client.cookies[name] = cookie
                found.add(client.call("GET", path).status)
        return found

    def begin(self) -> None:
        """Make the first administrator by the link that the service has printed."""
        found = re.search(r"/welcome\?code=(\S+)", self.service.said)
        assert found, self.service.said
        made = self.chief.post("/welcome", code=found[1], username="chief", password=PASSWORD)
        assert 201 == made.status, made.text

    def account(self, name: str) -> dict[str, Any]:
        """Return what an administrator sees of an account."""
        assert 200 == self.chief.post("/account/confirm", password=PASSWORD).status
        every = self.chief.call("GET", f"/admin/accounts?q={name}").json["accounts"]
        (found,) = [each for each in every if each["name"] == name]
        return dict(found)

    def administer(self, action: str, name: str) -> None:
        """Do something to an account, as an administrator."""
        done = self.chief.post("/admin/account", action=action, id=str(self.account(name)["id"]))
        assert 200 == done.status, done.text

    def command(self, *words: str, sent: str = "") -> str:
        """Run a command of the operator's; return what it prints."""
        line = [sys.executable, "-m", "hardtack", *words, "--data", str(self.service.data)]
        done = subprocess.run(line, input=sent, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert 0 == done.returncode, done.stderr
        return done.stdout


@dataclass
class Person:
    """Somebody with an account.

    Args:
        house: where.
        name: by which they sign in.
        password: theirs.
        email: their address, or nothing.
        browser: in which they have signed up.
    """

    house: House
    name: str
    password: str
    email: str
    browser: Client

    def elsewhere(self, **more: object) -> Client:
        """Return another browser in which they have just signed in."""
        client = self.house.client()
        answer = client.post("/sign-in", username=self.name, password=self.password, **more)
        assert 200 == answer.status, answer.text
        return client

    def begins(self) -> Client:
        """Return a browser in which they have typed their password, and a second factor is to follow."""
        client = self.house.client()
        answer = client.post("/sign-in", username=self.name, password=self.password)
        assert 401 == answer.status, answer.text
        return client

    def app(self) -> App:
        """Set up an authenticator app."""
        begun = self.browser.post("/account/two-factor", action="set-up")
        assert 200 == begun.status, begun.text
        app, ceremony = App(self.house, begun.json["secret"]), begun.json["ceremony"]
        with self.house.stopped():  # the code of the step before is refused a step later
            code = app.code(-30)
            answer = self.browser.post("/account/two-factor", action="confirm", ceremony=ceremony, code=code)
        assert 201 == answer.status, answer.text
        app.recovery_codes = answer.json["codes"]
        return app


@dataclass
class App:
    """An authenticator app; oathtool makes its codes."""

    house: House
    secret: str
    recovery_codes: list[str] = field(default_factory=list)

    def code(self, skew: int = 0) -> str:
        """Return the code of now, or of some seconds later or earlier."""
        line = ["oathtool", "--totp", "--base32", f"--now=@{self.house.now + skew}", self.secret]
        return subprocess.run(line, capture_output=True, check=True, text=True).stdout.strip()

    def wrong(self) -> str:
        """Return six digits that are no code of now."""
        near = {self.code(skew) for skew in (-60, -30, 0, 30, 60)}
        return next(each for each in (f"{digit}" * 6 for digit in range(10)) if each not in near)


SETTINGS = """
origin = "{origin}"
trusted_proxies = ["127.0.0.1"]
sign_up = "open"
sign_up_by = "{by}"
mail = "folder:{mail}"
token_scopes = ["read"]
access_log = true
"""


def housed(start: Start, place: Path, *, by: str = "name", workers: int = 2, port: int = 0, more: str = "") -> House:
    """Start a service in *place*.

    Args:
        start: starts it.
        place: an empty folder.
        by: what people sign up with.
        workers: how many.
        port: that visitors see in its origin; 0: none.
        more: further lines of its settings.
    """
    clock = Clock(place / "clock")
    host = f"id.{DOMAIN}{f':{port}' if port else ''}"
    data, mail = place / "data", place / "mail"
    data.mkdir(mode=0o700)
    mail.mkdir()
    (data / "hardtack.toml").write_text(SETTINGS.format(origin=f"https://{host}", by=by, mail=mail) + more)
    empty.put(data / "hardtack.db")
    service = start("--workers", str(workers), data=data, environ=clock.environ)
    return House(service, host, clock, mail)
