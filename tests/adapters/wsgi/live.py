"""A real WSGI server with a sign-in in an application, in a folder of its own, and browsers that visit it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx2

from tests import empty
from tests.adapters.raw import request, send, until_it_listens
from tests.adapters.visits import EXAMPLES

PASSWORD = "a long walk to the sea"
FORM = "application/x-www-form-urlencoded"
PERSON = {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}
SCRIPT = {"accept": "application/json"}
SERVERS: Mapping[str, Sequence[str]] = {
    "waitress": ("waitress", "--listen", "127.0.0.1:{port}"),
    "gunicorn": ("gunicorn", "--bind", "127.0.0.1:{port}", "--threads", "4", "--workers", "2"),
}


class Live:
    """A server that runs.

    Args:
        port: where it listens.
        log: what it says goes there.
    """

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.origin = f"http://localhost:{port}"
        self._log = log

    @property
    def said(self) -> str:
        """Everything that the server has said so far."""
        return self._log.read_text()

    def browser(self, **headers: str) -> httpx2.Client:
        """Return a browser that knows nothing yet; it says what a person's browser says, unless told otherwise."""
        return httpx2.Client(base_url=self.origin, headers={**PERSON, **headers}, timeout=60)

    def old_browser(self) -> httpx2.Client:
        """Return a browser that does not say whose page a form was on."""
        return httpx2.Client(base_url=self.origin, headers={"accept": "text/html"}, timeout=60)

    def raw(
        self, method: str, path: str, *fields: str, content: bytes = b"", cookies: Mapping[str, str] | None = None
    ) -> bytes:
        """Return the whole answer to a request of octets."""
        said = [f"Cookie: {'; '.join(f'{name}={value}' for name, value in cookies.items())}"] if cookies else []
        head = request(method, path, "Connection: close", *said, *fields, port=self.port)
        return send(self.port, head, then=content)


@contextmanager
def running(command: Sequence[str], folder: Path, *, modules: Path = EXAMPLES) -> Iterator[Live]:
    """Make keys if there are none, run ``python -m`` with *command* in *folder*, and yield where it is.

    Args:
        command: the words; ``{port}`` is a free port.
        folder: the current folder of the server.
        modules: where the application is.
    """
    environ = {**os.environ, "PYTHONPATH": str(modules), "PYTHONUNBUFFERED": "1"}
    if not (folder / "hardtack-data").exists():
        subprocess.run([sys.executable, "-m", "hardtack", "keys", "new"], cwd=folder, check=True, capture_output=True)
        empty.put(folder / "hardtack-data" / "hardtack.db")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / f"{port}.log"
    words = [sys.executable, "-m", *(word.format(port=port) for word in command)]
    with log.open("wb") as output:
        process = subprocess.Popen(words, cwd=folder, env=environ, stdout=output, stderr=output)
    try:
        until_it_listens(port, process, log)
        yield Live(port, log)
    finally:
        process.terminate()
        process.wait(timeout=60)


def token_in(text: str) -> str:
    """Return the token of the form on a page."""
    found = re.search(r'name="csrf_token"\s+value="([^"]+)"', text)
    assert found, text
    return found[1]


def sent(values: Mapping[str, str]) -> tuple[list[str], bytes]:
    """Return the fields and the content of a form as a browser sends it."""
    content = urlencode(values).encode()
    return [f"Content-Type: {FORM}", f"Content-Length: {len(content)}"], content


def cookies(client: httpx2.Client) -> dict[str, str]:
    """Return the cookies of a browser."""
    return {cookie.name: cookie.value or "" for cookie in client.cookies.jar}
