"""The story as it is told through one adapter: its steps, its server, and what the steps hand on to each other.

A step is a function that asks a running application for something, as a browser does, and asserts what comes back. It
says in one sentence, in English and in Chinese, what it means; the documents show these sentences. Steps build on each
other and are told in their order, each to its end, whatever became of those before it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hardtack.login import Accounts
from hardtack.seal import Keyring, keyfile
from tests.adapters.raw import ROOT, serving
from tests.forked import Parent
from tests.story import clock
from tests.story.browser import Browser

PASSWORD = "correct horse battery staple"
PATIENCE = 60
"""Seconds within which what happens at the side of a request must have happened: a line in the log, a new key."""

CLOCKED = "tests.story.clock"

LOADED = Parent(
    "tests.story.early",  # first: the others take their time from its clock
    "django.contrib.messages.storage.session",
    "django.core.handlers.asgi",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "bottle",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "hardtack.adapters.django.middleware",
    "hardtack.adapters.django.signing",
    "hardtack.adapters.fastapi",
    "hardtack.adapters.flask",
    "hardtack.adapters.sign_in",
    "hardtack.adapters.starlette",
    "hardtack.cli.accounts",
    "hardtack.cli.commands",
    "litestar",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.h11_impl",
    "uvicorn.protocols.websockets.auto",
    "waitress",
)
"""What the servers and commands are forks of."""


@dataclass
class Story:
    """One application that runs, and the people who use it.

    Args:
        port: where the server listens.
        folder: the data folder: keyring and database.
        log: what the server prints.
        anna: the browser of somebody who signs up at the beginning.
        phone: another browser of the same person.
        copied: cookies of a sign-in that somebody has kept a copy of.
    """

    port: int
    folder: Path
    log: Path
    anna: Browser = field(init=False)
    phone: Browser = field(init=False)
    copied: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give everybody a browser."""
        self.anna, self.phone = Browser(self.port), Browser(self.port)

    def stranger(self, language: str = "en") -> Browser:
        """Return a browser without any cookie."""
        return Browser(self.port, language)

    def copy(self, cookies: dict[str, str]) -> Browser:
        """Return a browser of somebody who has copied *cookies*."""
        return Browser(self.port, cookies=dict(cookies))

    def sign_in(self, browser: Browser) -> None:
        """Sign Anna in with her password."""
        answer = browser.submit("/auth/sign-in", {"username": "anna", "password": PASSWORD})
        assert 303 == answer.status, answer.text

    def who(self, browser: Browser) -> str | None:
        """Return whom the application believes to be before it."""
        answer = browser.call("GET", "/who")
        assert 200 == answer.status, answer.text
        name: str | None = answer.json
        return name

    @contextmanager
    def accounts(self) -> Iterator[Accounts]:
        """Open the accounts beside the server, as a command does."""
        with Accounts.connect(f"sqlite:///{self.folder / 'hardtack.db'}", keyring=self.keyring) as accounts:
            yield accounts

    # Time, keys, commands, the log ------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The server's time in Unix seconds."""
        return int(time.time()) + clock.seconds_later(self.folder / "clock")

    def let_pass(self, seconds: int) -> None:
        """Let time pass for the server."""
        clock.let_pass(self.folder / "clock", seconds)

    @property
    def keyring(self) -> Keyring:
        """The server's keys."""
        return keyfile.read(self.folder / "hardtack.key")

    def command(self, *arguments: str) -> str:
        """Run ``hardtack`` beside the server, on its data."""
        words = ["-m", CLOCKED, "hardtack", *arguments, "--data", str(self.folder)]
        done = LOADED.run(words, environ=environment(self.folder))
        done.check_returncode()
        return done.stdout

    @contextmanager
    def logging(self, *patterns: str) -> Iterator[None]:
        """Hold what happens inside to lines in the server's log in which *patterns* are found."""
        before = len(self.log.read_bytes())
        yield
        deadline = time.monotonic() + PATIENCE
        while True:
            said = self.log.read_bytes()[before:].decode()
            missing = [pattern for pattern in patterns if not re.search(pattern, said)]
            if not missing:
                return
            assert time.monotonic() < deadline, f"not in the log: {missing}; there is: {said}"
            time.sleep(0.05)


Told = Callable[[Story], None]


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        chapter: which chapter it is in.
        name: what it is called, in the table and in failures.
        en: what it means, in one sentence.
        zh: the same in Chinese.
        tell: asserts it.
    """

    chapter: str
    name: str
    en: str
    zh: str
    tell: Told


class Chapter(list[Step]):
    """Steps that belong together, in the order in which they are written.

    Args:
        name: what it is called.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def step(self, name: str, zh: str) -> Callable[[Told], Told]:
        """Make a function the next step; what it means in English is its docstring."""

        def take(tell: Told) -> Told:
            self.append(Step(self.name, name, tell.__doc__ or "", zh, tell))
            return tell

        return take


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a process on the data in *folder*."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HARDTACK_")}
    own = {"STORY_DATA": str(folder), clock.VARIABLE: str(folder / "clock"), "PYTHONPATH": str(ROOT)}
    return {**clean, **own, "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8"}


def begin(folder: Path, prepare: str = "") -> None:
    """Make the data folder: a keyring, a clock that is right, and what the module *prepare* adds."""
    folder.mkdir(mode=0o700)
    keyfile.create(folder / "hardtack.key")
    (folder / "clock").write_text("0")
    if prepare:
        LOADED.run(["-m", prepare], environ=environment(folder)).check_returncode()


@contextmanager
def told(command: Sequence[str], folder: Path, prepare: str = "") -> Iterator[Story]:
    """Run a server with new data in *folder*, and yield the story at its beginning; *prepare* is a module run first."""
    begin(folder, prepare)
    log = folder / "log"
    with serving((CLOCKED, *command), log, environment(folder), LOADED) as port:
        yield Story(port, folder, log)
