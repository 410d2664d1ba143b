"""The examples: short, run as their own first lines say, shown in the documents, and tested for what they promise."""

from __future__ import annotations

import ast
import http.client
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.adapters.raw import EXAMPLES, ROOT
from tests.docs.code_blocks import blocks
from tests.docs.commands import typed

NAMES = sorted(path.name for path in EXAMPLES.glob("*.py"))
MOST_LINES = 40
PATIENCE = 60

PORT = {
    "uvicorn": ["--port", "{port}"],
    "flask": ["--port", "{port}"],
    "gunicorn": ["--bind", "127.0.0.1:{port}"],
    "python": ["{port}", "--noreload"],
}
"""How each server is told where to listen, and to be one process that ends when it is told to."""


def commands(name: str, port: int) -> list[list[str]]:
    """Return what an example's first lines say to run, with this interpreter; the last is a server, on *port*."""
    said = re.findall(r"``([^`]+)``", ast.get_docstring(ast.parse((EXAMPLES / name).read_text())) or "")
    found = []
    for server, *words in map(shlex.split, said):
        if server in ("hardtack", *PORT):
            module = [] if server == "python" else ["-m", server]
            told = [word.format(port=port) for word in PORT.get(server, ())]
            found.append([sys.executable, *module, *words, *told])
    assert found, f"{name} does not say how to run it"
    return found


def first_answer(port: int, process: subprocess.Popen[bytes], log: Path) -> int:
    """Return the status of the first answer that the server on *port* gives."""
    deadline = time.monotonic() + PATIENCE
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            # The examples of the status layer answer for this host alone; the others look at no host, or at no port.
            connection.request("GET", "/", headers={"Host": "localhost:8000"})
            return connection.getresponse().status
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        finally:
            connection.close()


def test_there_is_one_for_each_kind_of_application() -> None:
    """A reader finds their own framework."""
    kinds = {name.partition("_")[0].removesuffix(".py") for name in NAMES}
    assert {"asgi", "django", "flask", "starlette", "wsgi"} <= kinds


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_at_most_40_lines(name: str) -> None:
    """With everything that is in it: from nothing to a running application on one screen."""
    assert len((EXAMPLES / name).read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", NAMES)
def test_an_example_runs_as_its_first_lines_say(name: str, tmp_path: Path) -> None:
    """Pasted into a terminal in a fresh folder, and it answers."""
    (tmp_path / "examples").symlink_to(EXAMPLES)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = tmp_path / "log"
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("HARDTACK_", "SECRET_KEY"))}
    *before, server = commands(name, port)
    with log.open("wb") as output:
        for each in before:
            subprocess.run(each, stdout=output, stderr=output, cwd=tmp_path, env=clean, check=True)
        process = subprocess.Popen(server, stdout=output, stderr=output, cwd=tmp_path, env=clean)
    try:
        assert first_answer(port, process, log) in (200, 303, 401, 404), log.read_text()
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_shown_in_the_documents(name: str, language: str) -> None:
    """All of it, from the file itself, so that what is shown is what is tested."""
    shown = "".join(page.read_text() for page in (ROOT / "docs" / language).glob("*.md"))
    assert f"```{{literalinclude}} ../../examples/{name}\n" in shown


@pytest.mark.parametrize("page", ["asgi.md", "fastapi.md", "flask.md", "starlette.md"])
def test_a_page_types_what_its_example_says(page: str) -> None:
    """Once what is needed is installed: the lines that are run above."""
    (block,) = (block.code for block in blocks(ROOT / "docs" / "en" / page) if block.kind == "console")
    installing, *lines = (command for command, _ in typed(block))
    (name,) = (each for each in NAMES if each in lines[-1] or f" {each.removesuffix('.py')}:" in lines[-1])
    said = ast.get_docstring(ast.parse((EXAMPLES / name).read_text())) or ""
    assert installing.startswith("pip install ")
    assert re.findall(r"``([^`]+)``", said)[: len(lines)] == lines


@pytest.mark.parametrize("name", NAMES)
def test_what_an_example_does_is_tested_elsewhere(name: str) -> None:
    """By a test that names it or its module."""
    module = name.removesuffix(".py")
    tests = (path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))
    assert any(re.search(rf"\b{module}\b", path.read_text()) for path in tests)
