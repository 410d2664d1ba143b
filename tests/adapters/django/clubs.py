"""The project with a sign-in on a real server, a browser that visits it, and what its operator can do beside it."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hardtack.login import Accounts
from hardtack.seal import Keyring, keyfile
from tests import empty
from tests.adapters.raw import ROOT, serving
from tests.forked import Parent

COMMANDS = {
    "wsgi": ("gunicorn", "--pythonpath", str(ROOT), "--bind", "127.0.0.1:{port}", "--threads", "4"),
    "asgi": ("uvicorn", "--app-dir", str(ROOT), "--port", "{port}", "--http", "h11", "--lifespan", "off"),
}
PARENT = Parent(
    "django.contrib.admin",
    "django.core.handlers.asgi",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "django.template.backends.django",
    "hardtack.adapters.django.middleware",
    "hardtack.adapters.django.signing",
    "hardtack.adapters.django.visiting",
    "sqlalchemy.dialects.sqlite",
)
"""What servers and commands of the project are forks of: no two of them have the same settings."""

PASSWORD = "a long walk 到海边"
MIGRATE = """
import sys
from pathlib import Path
from tests.adapters.django.club import configure
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def json(self) -> Any:
        """The content as a value."""
        return json.loads(self.text)


@dataclass
class Browser:
    """A browser: it keeps cookies and says whose page a request comes from."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    site: str = "same-origin"

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer to one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {
            "Host": f"localhost:{self.port}",
            "Accept": "text/html",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": self.site,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **{name.replace("_", "-"): value for name, value in (headers or {}).items()},
        }
        body = None
        if form is not None:
            body = urlencode(form).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, {name: value for name, value in sent.items() if value})
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read().decode())
        connection.close()
        for cookie in response.headers.get_all("Set-Cookie", ()):
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0].strip('"')
            if "Max-Age=0" in cookie or "1970" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        """Return the answer to GET."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, **form: str) -> Answer:
        """Return the answer to a form of Hardtack's pages."""
        return self.ask("POST", path, form)

    def post_django(self, path: str, of: str, **form: str) -> Answer:
        """Return the answer to a form of Django's, with the token of the page *of*."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(of).text)
        assert token is not None
        return self.ask("POST", path, {**form, "csrfmiddlewaretoken": token[1]})

    def sign_up(self, name: str) -> Answer:
        """Make an account and be signed in."""
        return self.post("/auth/sign-up", username=name, password=PASSWORD)

    def sign_in(self, name: str) -> Answer:
        """Sign in on our page."""
        return self.post("/auth/sign-in", username=name, password=PASSWORD)

    @property
    def who(self) -> Any:
        """Who the project takes the browser for."""
        return self.get("/who").json


@dataclass
class Club:
    """A server that runs the project."""

    name: str
    port: int
    data: Path
    log: Path

    def browser(self, **options: Any) -> Browser:
        """Return a browser without cookies."""
        return Browser(self.port, **options)

    @contextmanager
    def accounts(self) -> Iterator[Accounts]:
        """Open the accounts beside the server, as a command does."""
        with Accounts.connect(
            f"sqlite:///{self.data / 'hardtack.db'}", keyring=Keyring.load(self.data / "hardtack.key")
        ) as accounts:
            yield accounts

    def run(self, *words: str, code: str = "", said: str = "") -> subprocess.CompletedProcess[str]:
        """Run a management command of the project, or *code* in it, with *said* on standard input."""
        run = code or "import sys; from django.core.management import execute_from_command_line as run; run(sys.argv)"
        program = f"import tests.adapters.django.club\n{run}"
        environ = {**os.environ, "CLUB": json.dumps({"data": str(self.data)}), "LC_ALL": "C.UTF-8"}
        return PARENT.run(["-c", program, *words], environ=environ, said=said)


def founded(data: Path) -> Path:
    """Make the keyring, an empty database of ours and Django's in the folder *data*."""
    keyfile.create(data / "hardtack.key")
    empty.put(data / "hardtack.db")
    environ = {**os.environ, "CLUB": json.dumps({"data": str(data)})}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", MIGRATE],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environ,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return data


@contextmanager
def open_club(name: str, data: Path, log: Path, **changed: Any) -> Iterator[Club]:
    """Serve the project, some of whose settings are others."""
    with ExitStack() as stack:
        os.environ["CLUB"] = json.dumps({"data": str(data), **changed})
        try:
            port = stack.enter_context(
                serving((*COMMANDS[name], f"tests.adapters.django.club:{name}"), log, parent=PARENT)
            )
        finally:
            del os.environ["CLUB"]
        yield Club(name, port, data, log)
