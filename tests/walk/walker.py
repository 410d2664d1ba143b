"""Somebody new, who has the root, a browser, and the pages: types what a page says, and looks whether it prints that.

A page's own blocks are what is typed and written (``tests.docs.followed`` reads them), so that a page which is changed
is walked as it is then. Where something else has to be typed than it says, the log says what and why.
"""

from __future__ import annotations

import re
import shlex
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.docs.followed import Block, Call, blocks, calls
from tests.walk import log
from tests.walk.log import Part, Step
from tests.walk.root import HOME, USER, Root
from tests.walk.terminal import Terminal, Typed

PASSWORD = "correct horse battery staple"
ANSWERS = {"Password: ": PASSWORD, "Password again: ": PASSWORD}
SHELL = ("/bin/bash", "--noprofile", "--norc", "--noediting", "-i")
ENVIRONMENT = f"{HOME}/hardtack/.venv"
DOWNLOADS = re.compile(r"(apt|apt-get|pip|git clone)\b")
SERVERS = {
    re.compile(r"hardtack serve\b"): 8000,
    re.compile(r"flask .*\brun$"): 5000,
    re.compile(r"uvicorn "): 8000,
    re.compile(r"python manage\.py runserver"): 8000,
    re.compile(r"python -m http\.server (\d+)"): 9000,
}
"""What goes on when it was typed, and the port on which it then listens."""

PORTS = frozenset({80, *SERVERS.values(), 8080})


SERVING = 120
"""Seconds after which a server must have spoken and listen."""


class AstrayError(Exception):
    """Something was not as the page says."""


class Walker:
    """The newcomer.

    Args:
        root: where they sit.
    """

    def __init__(self, root: Root) -> None:
        self._root = root
        self._terminals: list[Terminal] = []
        self._servers: list[tuple[str, Terminal]] = []
        self.part = Part("", "", 0)
        self.folder = HOME
        self.shell = self.terminal()
        self.superuser = self.terminal("root")

    def terminal(self, user: str = USER) -> Terminal:
        """Open another terminal, in the same folder, with the environment that was made."""
        made = Terminal(self._root.command(user, *SHELL), ANSWERS)
        self._terminals.append(made)
        if self._inside(ENVIRONMENT).exists():
            made.type(f". {ENVIRONMENT}/bin/activate")
        made.type(f"cd {self.folder}")
        return made

    def _inside(self, path: str) -> Path:
        return self._root.folder / path.lstrip("/")

    def type(self, words: str, *, note: str = "", expected: str = "", may_fail: bool = False) -> Typed:
        """Type a command, as the superuser where it begins with ``sudo``, and note what came of it.

        Args:
            words: the command.
            note: why it is not what the page says.
            expected: what the page shows below it.
            may_fail: whether another exit status than 0 is no reason to stop.
        """
        user = "root" if words.startswith("sudo ") else USER
        if user == USER and any(pattern.match(words) for pattern in SERVERS):
            return self._serve(words, note)
        shell, typed = (self.superuser, words.removeprefix("sudo ")) if "root" == user else (self.shell, words)
        done = shell.type(typed)
        self._noted(words, done, user, note)
        if done.status and not may_fail:
            raise AstrayError(f"{words}: exit status {done.status}\n" + "\n".join(done.lines))
        if expected and expected.rstrip("\n").split("\n") != done.lines:
            raise AstrayError(f"{words}: not as the page shows it, but\n" + "\n".join(done.lines))
        return done

    def _noted(self, words: str, done: Typed, user: str, note: str) -> None:
        download = bool(DOWNLOADS.match(words.removeprefix("sudo ")))
        self.part.steps.append(
            Step(
                kind=log.DOWNLOAD if download else log.TYPED,
                words=words,
                seconds=round(done.seconds, 2),
                lines=log.kept(done.lines, last=download),
                status=done.status,
                user=user,
                note=note,
            )
        )

    def _serve(self, words: str, note: str) -> Typed:
        """Type it in a terminal of its own, and wait until it listens."""
        port = next(port for pattern, port in SERVERS.items() if pattern.match(words))
        free(port)
        terminal, began = self.terminal(), time.monotonic()
        terminal.type(words, wait_for="")
        self._servers.append((words, terminal))
        said: list[str] = []
        took = 0.0
        # It listens, and has said what it has to say.
        while not listens(port) or not said or terminal.more() != said:
            said, took = terminal.more(0.05), time.monotonic() - began
            if took > SERVING:
                raise AstrayError(f"{words}: it does not serve\n" + "\n".join(said))
        done = Typed(None, took, said)
        self._noted(words, done, USER, note)
        return done

    def stop(self) -> None:
        """Stop every server that was started, by Ctrl-C."""
        for words, terminal in reversed(self._servers):
            done = terminal.stop()
            self._noted(f"Ctrl-C ({words})", done, USER, "")
        self._servers.clear()

    def write(self, block: Block) -> None:
        """Put a block into its file; the settings of a new project take the place of those that are there."""
        path = self._inside(f"{self.folder}/{block.file}")
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") if path.exists() and "settings" in path.name else ""
        path.write_text(before + block.code, "utf-8")
        self.shell.type("true")
        for each in (path, *path.parents):
            if each == self._root.folder / HOME.lstrip("/"):
                break
            self.superuser.type(f"chown {USER}: {shlex.quote(str(each).removeprefix(str(self._root.folder)))}")
        self.part.steps.append(Step(log.WRITTEN, block.file, lines=[f"{len(block.code.splitlines())}"], user=USER))

    def enter(self, name: str) -> None:
        """Make a folder and go there."""
        self.folder = f"{HOME}/{name}"
        self.type(f"mkdir {self.folder} && cd {self.folder}")
        self.superuser.type(f"cd {self.folder}")

    def follow(self, page: Path, instead: Mapping[str, tuple[str, str]] | None = None) -> None:
        """Do all that a page says, also what the tests of the documents leave out.

        Args:
            page: the page.
            instead: for a command that cannot be typed here, what is typed and why.
        """
        for block in blocks(page):
            if block.kind == "console":
                for call in calls(block.code):
                    self._call(call, instead or {})
            elif block.file:
                self.write(block)

    def _call(self, call: Call, instead: Mapping[str, tuple[str, str]]) -> None:
        words, note = instead.get(call.words, (call.words, ""))
        self.type(words, note=note, expected=call.shown)

    def close(self) -> None:
        """Leave every terminal."""
        for each in self._terminals:
            with suppress(OSError, TimeoutError):
                each.close()


def listens(port: int) -> bool:
    """Return whether somebody listens on a port of this machine."""
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


def free(port: int) -> None:
    """Make sure that nobody listens there.

    Raises:
        AstrayError: somebody does.
    """
    if listens(port):
        raise AstrayError(f"port {port} is in use on this machine")
