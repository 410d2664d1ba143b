"""``hardtack demo``: the story of HTTP's missing memory, told with a real server.

Every line shows a request that was really sent and the status that really came back. The server runs in a process of
its own on a free port, with a throw-away data folder. The exit status is 0 only if every step went as told; a step that
did not is marked and makes it 1. Nothing here knows how the server works inside: it sends what a browser would.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from hardtack.cli import shown, voice
from hardtack.errors import HardtackError
from hardtack.login import PasswordRules
from hardtack.session import policy

START_TIMEOUT = 30
NAME = "greyli"

STORY = {
    "en": {
        "starts": "starting a server",
        "stateless": "HTTP is stateless: it forgets you between two requests",
        "plain": "the cookie that everybody can write, login_user={name}, is worth nothing here",
        "sign-up": "an account, with a password of {length} characters",
        "sign-in": "form, look-up, password check: signed in",
        "cookie": "the cookie as the browser keeps it: {cookie}",
        "unreadable": "decoded it is {size} bytes, and neither the name nor a word can be read in them",
        "recognised": "recognised by the cookie alone: {name}",
        "forged": "one character changed: refused",
        "wrong": "a wrong password, and a name that nobody has: the same answer",
        "sign-out": "signed out",
        "replayed": "the old cookie, kept and sent again: refused",
        "words": "and the right word, in the visitor's language:",
        "late": "written, changed, and changed once more by somebody who had not seen that: too late",
        "why": "what decided it, as the answer says: {trace}",
        "more": "every code arises so: run hardtack serve, and open http://localhost:8000/status",
        "good": "all of it held",
        "bad": "not all of it held",
    },
    "zh": {
        "starts": "正在启动服务器",
        "stateless": "HTTP 是无状态的：两次请求之间，它就把你忘了",
        "plain": "谁都能写的 cookie（login_user={name}）在这里毫无用处",
        "sign-up": "注册账户，密码长 {length} 个字符",
        "sign-in": "表单、查找账户、核对密码：已登录",
        "cookie": "浏览器里的 cookie：{cookie}",
        "unreadable": "解码后是 {size} 个字节，既读不出名字，也读不出任何单词",
        "recognised": "只凭 cookie 就认出来了：{name}",
        "forged": "改动一个字符：拒绝",
        "wrong": "密码错误，或者用户名根本不存在：回答完全一样",
        "sign-out": "已退出",
        "replayed": "把旧 cookie 留着再发一次：拒绝",
        "words": "还有恰当的措辞，用访客自己的语言：",
        "late": "写下，修改，又有人没看到这次修改就再改：来迟了",
        "why": "响应里写明了由什么决定：{trace}",
        "more": "每个状态码都能这样出现：运行 hardtack serve，再打开 http://localhost:8000/status",
        "good": "以上全部成立",
        "bad": "并非全部成立",
    },
}


class DemoError(HardtackError):
    """The demo's server did not start."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request."""

    status: int
    cookies: dict[str, str]
    text: str
    trace: str = ""


@dataclass(slots=True)
class Teller:
    """Send the requests of the story and print each beside its status."""

    port: int
    language: str
    held: bool = True
    shown: set[str] = field(default_factory=set)

    def ask(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        *,
        cookie: str = "",
        language: str = "",
        fields: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request as a browser on the same origin would, and return the answer."""
        headers = {"Accept-Language": language or self.language, "Origin": f"http://localhost:{self.port}"}
        headers["Accept"] = "text/plain" if language else "application/json"
        if cookie:
            headers["Cookie"] = cookie
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers["Host"] = f"localhost:{self.port}"
            headers |= fields or {}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            pairs = [value.partition(";")[0].partition("=") for value in response.headers.get_all("Set-Cookie", [])]
            cookies = {name: value for name, _, value in pairs if value}
            trace = response.headers.get("Hardtack-Trace", "")
            return Answer(response.status, cookies, response.read().decode(), trace)
        finally:
            connection.close()

    def step(self, request: str, answers: list[Answer], expected: int, key: str, **words: object) -> None:
        """Print one line: the request, the statuses that came, what they mean; mark it if they are not *expected*."""
        as_told = all(answer.status == expected for answer in answers)
        statuses = " ".join(str(answer.status) for answer in answers)
        self.line(f"{request:<16} → {statuses:<8}", key, as_told, **words)

    def line(self, left: str, key: str, as_told: bool = True, **words: object) -> None:
        """Print one line; *as_told* false marks it and makes the demo fail."""
        self.held = self.held and as_told
        mark = " " if as_told else "!"
        click.echo(f"{mark} {left:<28} {STORY[self.language][key].format(**words)}")


@click.command(help="Tell the story of a sign-in with a real server and a throw-away data folder.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="The language.  [default: the terminal's]")
def command(lang: str | None) -> int:
    """Start a server, tell the story, and return 0 if all of it held."""
    with server() as port:
        teller = Teller(port, lang or voice.language())
        tell(teller)
    click.echo(f"{' ' if teller.held else '!'} {STORY[teller.language]['good' if teller.held else 'bad']}")
    return 0 if teller.held else 1


def tell(teller: Teller) -> None:
    """Tell the story of the note, one request after the other."""
    password = PasswordRules().random()
    credentials = {"username": NAME, "password": password}

    teller.step("GET  /account", [teller.ask("GET", "/account") for _ in range(2)], 401, "stateless")
    plain = teller.ask("GET", "/account", cookie=f"login_user={NAME}")
    teller.step("GET  /account", [plain], 401, "plain", name=NAME)
    teller.step("POST /sign-up", [teller.ask("POST", "/sign-up", credentials)], 201, "sign-up", length=len(password))
    signed_in = teller.ask("POST", "/sign-in", credentials)
    teller.step("POST /sign-in", [signed_in], 200, "sign-in")

    name = policy.decide(None, application="site").for_host(f"localhost:{teller.port}").identity_name
    if name not in signed_in.cookies:  # a server that calls it something else is asked about that one
        name = next(iter(signed_in.cookies), "-")
    value = signed_in.cookies.get(name, "")
    teller.line("", "cookie", bool(value), cookie=f"{name}={value[:24]}…")
    raw = urlsafe_b64decode(value + "=" * (-len(value) % 4))
    readable = NAME in value or NAME.encode() in raw or re.search(rb"[A-Za-z]{10,}", raw) is not None
    teller.line("", "unreadable", not readable, size=len(raw))

    cookie = f"{name}={value}"
    recognised = teller.ask("GET", "/account", cookie=cookie)
    teller.step("GET  /account", [recognised], 200, "recognised", name=NAME if NAME in recognised.text else "?")
    middle = len(value) // 2
    forged = f"{name}={value[:middle]}{'A' if value[middle] != 'A' else 'B'}{value[middle + 1 :]}"
    teller.step("GET  /account", [teller.ask("GET", "/account", cookie=forged)], 401, "forged")
    wrong = [
        teller.ask("POST", "/sign-in", {"username": NAME, "password": "not the password"}),
        teller.ask("POST", "/sign-in", {"username": "nobody", "password": "not the password"}),
    ]
    teller.held = teller.held and wrong[0].text == wrong[1].text
    teller.step("POST /sign-in", wrong, 401, "wrong")
    teller.step("POST /sign-out", [teller.ask("POST", "/sign-out", {}, cookie=cookie)], 200, "sign-out")
    teller.step("GET  /account", [teller.ask("GET", "/account", cookie=cookie)], 401, "replayed")

    click.echo(f"  {STORY[teller.language]['words']}")
    for language in ("en", "zh"):
        answer = teller.ask("GET", "/nowhere", language=language)
        first = next((line for line in answer.text.splitlines() if line.strip()), "")
        chinese = re.search(r"[\u4e00-\u9fff]", answer.text) is not None
        teller.held = teller.held and answer.status == 404 and chinese == (language == "zh")
        click.echo(f"  {'GET  /nowhere':<16} → {answer.status:<8}   {first.strip()}")
    too_late(teller)


def too_late(teller: Teller) -> None:
    """Show one code that arises from its cause, and what the answer says about that."""
    conditions = [{"If-None-Match": "*"}, {"If-Match": '"1"'}, {"If-Match": '"1"'}]
    answers = [teller.ask("PUT", "/playground/drafts/demo", {"text": "Flour"}, fields=each) for each in conditions]
    statuses = [answer.status for answer in answers]
    teller.line(f"PUT  draft → {' '.join(map(str, statuses))}", "late", statuses == [201, 200, 412])
    trace = next((step for step in answers[-1].trace.split("; ") if step.startswith("precondition/")), "-")
    teller.line("", "why", trace == "precondition/if-match=if-match-failed", trace=trace)
    teller.line("", "more")


@contextmanager
def server() -> Iterator[int]:
    """Run ``hardtack serve`` on a free port with a throw-away data folder; yield the port.

    Raises:
        DemoError: it did not start; its own words are in the text.
    """
    # The operator's own settings and keys are none of the demo's business.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HARDTACK_")}
    environ["LC_ALL"] = "C"
    with tempfile.TemporaryDirectory(prefix="hardtack-demo-") as folder:
        errors = Path(folder) / "log"
        with errors.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "hardtack", "serve", "--data", str(Path(folder) / "data"), "--port", "0"],
                stdout=log,
                stderr=log,
                env=environ,
            )
        try:
            with shown.meanwhile(lambda: STORY[voice.language()]["starts"]):
                port = _port(process, errors)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _port(process: subprocess.Popen[bytes], errors: Path) -> int:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://localhost:(\d+)", errors.read_text())
        if found:
            return int(found[1])
        time.sleep(0.05)
    raise DemoError(f"the demo's server did not start:\n{errors.read_text()}")
