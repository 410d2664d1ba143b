"""Follow a recipe of the documents as a reader does: make its files, run its commands, and compare what they print.

A block of code, or of a picture, goes into the file that the sentence before it names. In a ``console`` block, what the
recipe shows below a command is what the command must print. ``hardtack …`` is really called; a server is not started,
but the application that it would serve is loaded, and ``curl`` asks that one, as a client of this machine. What stands
below a comment ``not run`` is left out. As a program (``python -m tests.docs.followed PAGE…``) it follows recipes in
the present folder, which those of Django need, since a process has one project.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import importlib.metadata
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import click
import pytest
import werkzeug.test
from click.testing import CliRunner
from starlette.testclient import TestClient

from hardtack.cli.commands import hardtack_command

DOCS = Path(__file__).parents[2] / "docs"
PASSWORD = "correct horse battery staple\n"
BLOCK = re.compile(r"^(<!-- not run[^\n]*-->\n\n)?```([A-Za-z]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`([\w./-]+\.(?:py|html|svg|toml))`")
ASGI = ("uvicorn",)


class Block(NamedTuple):
    """A block of code.

    Args:
        kind: its language.
        code: what is in it.
        file: the file that it belongs into, or "".
        left_out: whether a comment says that it is not run.
    """

    kind: str
    code: str
    file: str
    left_out: bool


class Call(NamedTuple):
    """A command, and what is shown below it."""

    words: str
    shown: str


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a recipe."""
    text, found, last = page.read_text("utf-8"), [], 0
    for match in BLOCK.finditer(text):
        before = text[last : match.start()].strip().rpartition("\n\n")[2]
        names = NAMED.findall(before)
        found.append(Block(match[2], match[3], names[-1] if names else "", bool(match[1])))
        last = match.end()
    return found


def calls(code: str) -> list[Call]:
    """Return the commands of a block."""
    return [Call(*each.partition("\n")[::2]) for each in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]]


def asked(words: list[str]) -> list[str]:
    """Return the words of a command, which here takes a password without a terminal."""
    return [*words, "--password-stdin"] if ["accounts", "add"] == words[:2] else words


def hardtack(words: list[str]) -> str:
    """Call the command line; return what it prints on standard output."""
    done = CliRunner().invoke(hardtack_command, asked(words), input=PASSWORD)
    assert 0 == done.exit_code, (words, done.output)
    return done.stdout


class Reader:
    """Somebody who follows a recipe in an empty folder, the present one."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.server = ""
        self.app: Any = None
        self.modules: set[str] = set()

    def follow(self, page: Path) -> int:
        """Do everything that the recipe says; return how many answers were compared."""
        self.compared = 0
        for block in blocks(page):
            if block.kind == "console" and not block.left_out:
                for call in calls(block.code):
                    self.run(call)
            elif block.kind == "pycon":
                self.type(block.code)
            elif block.file:
                self.write(block)
            elif block.kind == "python":
                exec(compile(block.code, page.name, "exec"), {})  # noqa: S102 - it is our own page
        for name in sorted(self.modules):
            importlib.import_module(name)
        return self.compared

    def write(self, block: Block) -> None:
        """Put a block into its file; settings are added to those that a new project has."""
        file = Path(block.file)
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text("utf-8") if file.exists() and "settings" in file.name else ""
        file.write_text(before + block.code, "utf-8")
        if file.suffix == ".py" and file.parent == Path() and not file.stem.startswith("test_"):
            self.modules.add(file.stem)

    def type(self, code: str) -> None:
        """Type into Python, and compare each answer."""
        said: list[str] = []
        typed = doctest.DocTestParser().get_doctest(code, {}, "recipe", "recipe.md", 0)
        assert not doctest.DocTestRunner(verbose=False).run(typed, out=said.append).failed, "".join(said)
        self.compared += 1

    def run(self, call: Call) -> None:
        """Run a command, and compare what it prints with what is shown."""
        command, bar, filters = call.words.partition(" | ")
        command, _, file = command.partition(" > ")
        program, *words = shlex.split(command)
        said = getattr(self, f"run_{program.replace('-', '_')}")(words)
        if file:
            Path(file).write_text(said, "utf-8")
        if bar:
            said = subprocess.run(["sh", "-c", filters], input=said, capture_output=True, text=True, check=True).stdout
        if call.shown:
            assert call.shown.rstrip("\n") == said.rstrip("\n"), call.words
            self.compared += 1

    def run_hardtack(self, words: list[str]) -> str:
        """Call the command line."""
        return hardtack(words)

    def run_pip(self, words: list[str]) -> str:
        """Nothing is to be installed: the tests have it all, by those names."""
        assert "install" == words[0]
        for each in words[1:]:
            assert importlib.metadata.version(each.partition("[")[0])
        return ""

    def run_flask(self, words: list[str]) -> str:
        """Load the application, or call the commands that it has."""
        option, name, *rest = words
        assert "--app" == option
        app = importlib.import_module(name).app
        if ["run"] == rest:
            self.server, self.app = "flask", app
            return ""
        assert "hardtack" == rest[0]
        done = app.test_cli_runner().invoke(args=["hardtack", *asked(rest[1:])], input=PASSWORD)
        assert 0 == done.exit_code, done.output
        return str(done.stdout)

    def run_uvicorn(self, words: list[str]) -> str:
        """Load the application."""
        return self._serve("uvicorn", *words)

    def run_gunicorn(self, words: list[str]) -> str:
        """Load the application."""
        return self._serve("gunicorn", *words)

    def _serve(self, server: str, named: str) -> str:
        name, _, attribute = named.partition(":")
        self.server, self.app = server, getattr(importlib.import_module(name), attribute)
        return ""

    def run_python(self, words: list[str]) -> str:
        """Run a line of Python, or a command of a Django project."""
        if "-c" == words[0]:
            with contextlib.redirect_stdout(io.StringIO()) as said:
                exec(words[1], {})  # noqa: S102 - it is our own page
            return said.getvalue()
        assert "manage.py" == words[0], words
        return self._manage(words[1:])

    def _manage(self, words: list[str]) -> str:
        # Only the recipes of Django have it.
        from django.core import management  # type: ignore[import-untyped]

        if ["runserver"] == words:
            from django.core.wsgi import get_wsgi_application  # type: ignore[import-untyped]

            self.server, self.app = "django", get_wsgi_application()
            return ""
        line = ["manage.py", *(["hardtack", *asked(words[1:])] if "hardtack" == words[0] else words)]
        typed = io.TextIOWrapper(io.BytesIO(PASSWORD.encode()))
        with contextlib.redirect_stdout(io.StringIO()) as said, mock.patch("sys.stdin", typed):
            leaving = pytest.raises(SystemExit, match="0") if "hardtack" == words[0] else contextlib.nullcontext()
            with leaving:
                management.execute_from_command_line(line)
        return said.getvalue()

    def run_django_admin(self, words: list[str]) -> str:
        """Begin a project, and be in it as ``manage.py`` is."""
        # In a process of its own: Django begins once in a process, and here it would be without the project's settings.
        subprocess.run([sys.executable, "-m", "django", *words], check=True)
        os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
        return ""

    def run_curl(self, words: list[str]) -> str:
        """Ask the application that is being served."""
        options, [url] = {"-H": "Accept: */*"}, [each for each in words if each.startswith("http")]
        given = iter(word for word in words if word not in (url, "-s"))
        options.update(zip(given, given, strict=True))
        assert options.keys() <= {"-H", "-o", "-w"}, words
        name, _, value = options["-H"].partition(": ")
        answer = self._ask(url, {name: value})
        told = options.get("-w", "").replace("\\n", "\n").replace("%{http_code}", str(answer.status_code))
        origin = url[: url.index("/", 8)]
        told = told.replace("%{redirect_url}", origin + answer.headers.get("location", ""))
        return told if "-o" in options else str(answer.text) + told

    def _ask(self, url: str, head: dict[str, str]) -> Any:
        port = url.split("/")[2].partition(":")[2]
        assert ("5000" if self.server == "flask" else "8000") == port
        origin, path = url[: url.index("/", 8)], url[url.index("/", 8) :]
        if self.server in ASGI:
            with TestClient(self.app, base_url=origin, client=("127.0.0.1", 50000)) as client:
                return client.get(path, headers=head, follow_redirects=False)
        return werkzeug.test.Client(self.app).get(path, base_url=origin, headers=head)


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Forget afterwards the modules that a recipe has made."""
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            where = getattr(sys.modules[name], "__file__", None) or ""
            if Path(where).parent == Path.cwd():
                del sys.modules[name]


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    click.echo(sum(Reader().follow(Path(each)) for each in sys.argv[1:]))
