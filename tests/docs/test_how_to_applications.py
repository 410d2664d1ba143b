"""The recipes for applications: each runs as it stands, and prints what it says that it prints."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from hardtack.adapters.sign_in import SignIn
from hardtack.site import Settings
from tests.adapters.raw import ROOT
from tests.docs import followed
from tests.docs.commands import known
from tests.docs.followed import DOCS, Reader, blocks, calls
from tests.docs.test_documents import shape
from tests.proxies import stand
from tests.warned import STRICT

PROXIES = ("nginx", "caddy", "traefik")
COMPARED = {
    "protect-flask": 2,
    "protect-fastapi": 3,
    "protect-starlette": 2,
    "protect-asgi": 2,
    "protect-wsgi": 2,
    "seal-the-session": 1,
    "share-a-sign-in": 1,
    "replace-pages": 1,
    "your-own-look": 2,
    "error-pages": 3,
}
"""The recipes that are followed in this process, and how many of the answers that each shows are compared."""
RECIPES = (*COMPARED, "protect-django", "test-signed-in", *PROXIES)


def page(name: str, language: str = "en") -> Path:
    """Return a recipe."""
    return DOCS / language / "how-to" / f"{name}.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Be in an empty folder; close afterwards what a recipe has opened, and forget its modules."""
    made: list[SignIn] = []
    begin = SignIn.__init__

    def noted(self: SignIn, *args: Any, **settings: Any) -> None:
        begin(self, *args, **settings)
        made.append(self)

    monkeypatch.setattr(SignIn, "__init__", noted)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    with followed.undone():
        yield tmp_path
        for each in made:
            each.close()


@pytest.mark.parametrize("name", COMPARED)
def test_a_recipe_runs_as_it_stands(name: str, folder: Path) -> None:
    """In an empty folder: its files, its commands, and what it shows below them."""
    assert COMPARED[name] == Reader().follow(page(name)), folder


@pytest.mark.parametrize("name", RECIPES)
def test_both_languages_are_equal_in_headings_and_code(name: str) -> None:
    """Neither is behind the other; each begins with how one does it."""
    assert shape(page(name)) == shape(page(name, "zh"))
    assert blocks(page(name)) == blocks(page(name, "zh"))
    assert page(name).read_text("utf-8").startswith("# How to ")
    assert page(name, "zh").read_text("utf-8").startswith("# 如何")


@pytest.mark.parametrize("name", RECIPES)
def test_every_block_that_is_not_run_says_why(name: str) -> None:
    """What is not followed is left out on purpose, and nothing is shown in a language that nobody follows."""
    kinds = {"python", "pycon", "console", "toml", "html", "xml", "nginx"}
    assert {block.kind for block in blocks(page(name))} <= kinds
    for why in re.findall(r"<!-- not run[^:]*:(.*)-->", page(name).read_text("utf-8")):
        assert why.strip()


@pytest.mark.parametrize("name", RECIPES)
def test_every_command_of_ours_is_one(name: str) -> None:
    """With those options, also where the recipe is not followed."""
    for block in blocks(page(name)):
        for call in calls(block.code) if "console" == block.kind else ():
            before, ours, words = call.words.partition("hardtack ")
            if ours and (not before or before.endswith(("shop ", "manage.py "))):
                known(shlex.split(words.partition(" | ")[0].partition(" > ")[0]))


def elsewhere(folder: Path, *command: str) -> str:
    """Run a program in *folder* with warnings as errors; return what it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HARDTACK_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, *STRICT, *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT)},
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_recipes_for_django_run_as_they_stand(tmp_path: Path) -> None:
    """In a new project; then the tests that a later recipe writes for it."""
    assert elsewhere(tmp_path, "-m", "tests.docs.followed", str(page("protect-django"))).startswith("2\n")
    for block in blocks(page("test-signed-in")):
        if block.file.startswith("shop/"):
            (tmp_path / block.file).write_text(block.code, "utf-8")
    (command,) = (
        call for block in blocks(page("test-signed-in")) for call in calls(block.code) if "manage" in call.words
    )
    assert "Ran 2 tests" in elsewhere(tmp_path, *shlex.split(command.words)[1:])


def test_the_tests_of_the_recipe_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of Flask and FastAPI, in a pytest of their own."""
    for block in blocks(page("test-signed-in")):
        if block.file.startswith("test_"):
            (tmp_path / block.file).write_text(block.code, "utf-8")
    (command,) = (
        call for block in blocks(page("test-signed-in")) for call in calls(block.code) if "pytest" in call.words
    )
    told = [*STRICT, "-p", "no:cacheprovider"]
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # none of them is needed, and each takes its time
    assert "4 passed" in elsewhere(tmp_path, *shlex.split(command.words)[1:], *told)


def test_the_line_for_django_names_our_session() -> None:
    """And nothing else is needed."""
    (line,) = (block.code for block in blocks(page("seal-the-session")) if block.code.startswith("SESSION_ENGINE"))
    said: dict[str, str] = {}
    exec(line, said)  # noqa: S102 - it is our own page
    assert importlib.import_module(said["SESSION_ENGINE"]).SessionStore


def test_the_settings_of_the_recipes_are_settings() -> None:
    """Those for a trial and those for the public, the same before each proxy."""
    shown = [[block.code for block in blocks(page(name)) if "toml" == block.kind] for name in PROXIES]
    assert shown[0] == shown[1] == shown[2]
    assert ["http://localhost:8000", "https://id.example.org"] == [
        Settings.given("the recipe", tomllib.loads(code)).origin for code in shown[0]
    ]


@pytest.mark.parametrize("name", PROXIES)
def test_what_stands_for_an_application_shows_no_key(name: str) -> None:
    """A file server that is started beside the data folder would give the key to whoever asks for it."""
    (call,) = (call for block in blocks(page(name)) for call in calls(block.code) if "http.server" in call.words)
    shown = Path(call.words.partition(" --directory ")[2])
    assert shown.is_absolute()
    assert "hardtack" not in str(shown)


def test_what_goes_into_nginx_is_taken_by_it(tmp_path: Path) -> None:
    """Before the applications that share a sign-in."""
    (block,) = (each for each in blocks(page("share-a-sign-in")) if "nginx" == each.kind)
    (tmp_path / "hardtack.conf").write_text(f"server {{ {block.code} }}", "utf-8")
    subprocess.run([*nginx(tmp_path), "-t"], check=True, capture_output=True)


def nginx(folder: Path) -> Sequence[str]:
    """Return the command that runs nginx with what lies in ``hardtack.conf``."""
    executable = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert executable, "this test needs a real proxy: apt-get install nginx-light (Debian)"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    told = f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
    whole = f"{told} http {{ access_log off; {places} include {folder}/hardtack.conf; }}"
    (folder / "nginx.conf").write_text(whole, "utf-8")
    return executable, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")


@contextmanager
def running(port: int, *command: str) -> Iterator[None]:
    """Run a program until it is not needed any more, and wait until it listens."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, command
                assert time.monotonic() < deadline, command
                time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def ports() -> dict[str, str]:
    """Return what stands in the place of the ports that the recipes name."""
    with ExitStack() as open_:
        free = [open_.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(3)]
    return dict(zip(("8000", "8080", "9000"), map(str, free), strict=True))


@pytest.fixture(scope="module")
def trial(ports: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run Hardtack and an application as the recipes say, and return the folder."""
    folder = tmp_path_factory.mktemp("trial")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        settings, console, *_ = blocks(page("nginx"))
        # 8000 is the port unless another is said, as here.
        Reader().write(settings._replace(code=f"port = {ports['8000']}\n{other(settings.code, ports)}"))
        for call in calls(console.code):
            program, *words = shlex.split(other(call.words, ports))
            if "serve" in words:
                stack.enter_context(running(int(ports["8000"]), sys.executable, "-m", "hardtack", *words))
            elif "python" == program:
                stack.enter_context(running(int(ports["9000"]), sys.executable, *words))
            elif "proxy" not in words:
                followed.hardtack(words)
        yield folder


def other(text: str, ports: dict[str, str]) -> str:
    """Return *text* with the ports of this test."""
    return re.sub(r"\b(8000|8080|9000)\b", lambda match: ports[match[0]], text)


def configured(name: str, ports: dict[str, str]) -> str:
    """Return what the command of a recipe prints."""
    (call,) = (call for block in blocks(page(name)) for call in calls(block.code) if " proxy " in call.words)
    words = shlex.split(other(call.words, ports).partition(" > ")[0])[1:]
    return followed.hardtack(words)


@pytest.mark.parametrize("name", ["nginx", "caddy"])
def test_the_proxy_refuses_scripts_and_leads_people_to_the_sign_in(
    name: str, trial: Path, ports: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the recipe shows it, by a real curl through the real proxy."""
    monkeypatch.chdir(trial)
    made, port = configured(name, ports), int(ports["8080"])
    (tmp_path / "hardtack.conf").write_text(made, "utf-8")
    command = nginx(tmp_path) if "nginx" == name else stand.caddy(tmp_path, made, port)
    asked = [call for block in blocks(page(name)) for call in calls(block.code) if call.words.startswith("curl ")]
    assert 2 == len(asked)
    with running(port, *command):
        for call in asked:
            words = shlex.split(other(call.words, ports))
            assert other(call.shown, ports) == subprocess.run(words, check=True, capture_output=True, text=True).stdout


def test_the_file_for_traefik_asks_before_the_application(
    trial: Path, ports: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the entry point that the recipe's command line opens."""
    monkeypatch.chdir(trial)
    routers = yaml.safe_load(configured("traefik", ports))["http"]["routers"]
    assert {("web",)} == {tuple(each["entryPoints"]) for each in routers.values()}
    assert "hardtack-auth" in routers["hardtack-app-1"]["middlewares"]
