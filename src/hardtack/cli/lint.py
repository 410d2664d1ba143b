"""``hardtack lint``: whether a server, or an application in this process, uses status codes as the RFCs say.

It asks as a client would (see ``hardtack.status.lint.walk``) and sends nothing that changes anything unless
``--unsafe`` is given. A redirect is followed on the same host and to no other. How often it has asked, it says. In a
terminal each finding has its text below it; piped, it is one line with tabs between.

Exit status: 0 nothing wrong; 1 an error was found (with ``--warnings`` a warning too), or the server does not answer;
2 wrong usage, such as a module that cannot be imported.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Generator, Iterable, Sequence
from typing import Literal
from urllib.parse import unquote, urljoin, urlsplit

import click

from hardtack.adapters.linting import kind
from hardtack.cli import lint_httplint, lint_inside, lint_report, lint_wire, shown, voice
from hardtack.cli.lint_addresses import addresses
from hardtack.message import Headers, Request
from hardtack.status.lint import lint
from hardtack.status.lint.walk import Answer, Asked, Walk, nowhere

MOST_ADDRESSES = 20
"""The most addresses that are asked without being named."""

_WIDEST = 110
"""Columns; longer lines are hard to read."""

_HOST_AND_PORT = re.compile(r"[^:]+:\d+(/.*)?\Z")
"""What is meant as a URL: no attribute of a module has a number for its name."""

At = Literal["application", "wire"]

SAY = {
    "en": {
        "no-scheme": "{target} has no scheme: http://{target} is a URL, module:app an application",
        "neither": "TARGET is a URL such as http://localhost:8000/ or an application such as module:app",
        "no-path": "{path!r} is no address: it begins with / and has no spaces",
        "asks": "requests so far: {number}",
        "counted": "requests: {requests}, addresses: {addresses}, errors: {error}, warnings: {warning}",
        "again": " (and {times} more)",
        "error": "error",
        "warning": "warning",
        "more": "{left} more addresses were not asked: name them with --path",
    },
    "zh": {
        "no-scheme": "{target} 没有写明协议：http://{target} 是网址，module:app 是应用",
        "neither": "TARGET 是网址，例如 http://localhost:8000/，或应用，例如 module:app",
        "no-path": "{path!r} 不是地址：地址以 / 开头，不含空格",
        "asks": "已发出 {number} 个请求",
        "counted": "请求 {requests} 个，地址 {addresses} 个，错误 {error} 个，警告 {warning} 个",
        "again": "（另有 {times} 次）",
        "error": "错误",
        "warning": "警告",
        "more": "还有 {left} 个地址没有检查：请用 --path 指定",
    },
}


@click.command()
@click.argument("target")
@click.option("--path", "paths", multiple=True, metavar="PATH", help="An address to ask; may be given several times.")
@click.option(
    "--methods",
    type=click.Choice(["safe", "all"]),
    default="safe",
    help="Whether only methods are sent that change nothing.  [default: safe]",
)
@click.option("--unsafe", is_flag=True, help="The same as --methods all: also POST, PUT, PATCH and DELETE.")
@click.option("--warnings", is_flag=True, help="Let a warning end in exit status 1, too.")
@click.option("--own", is_flag=True, help="Leave httplint out, although it is installed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, in both languages.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="The language; the terminal's if left out.")
def command(
    target: str,
    paths: tuple[str, ...],
    methods: str,
    unsafe: bool,
    warnings: bool,
    own: bool,
    as_json: bool,
    lang: str | None,
) -> int:
    """Look for misused status codes in what TARGET answers: a URL, or an application as module:app."""
    language = lang or voice.language()
    say = SAY[language]
    for path in paths:
        if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
            raise click.UsageError(say["no-path"].format(path=path))
    unsafe = unsafe or methods == "all"
    if "://" in target:
        asked = of_server(target, paths, unsafe=unsafe)
    elif _HOST_AND_PORT.match(target):
        raise click.UsageError(say["no-scheme"].format(target=target))
    elif ":" in target and not target.startswith((":", ".")):
        asked = of_application(target, paths, unsafe=unsafe)
    else:
        raise click.UsageError(say["neither"])
    rows = judged(asked, own=own)
    if as_json:
        click.echo(lint_report.as_json(target, len(asked), rows))
    elif rows:
        click.echo(lint_report.as_text(rows, language, _columns(), say))
    levels = [row.finding.level for row in rows]
    counted = {"error": levels.count("error"), "warning": levels.count("warning")}
    different = len({each.exchange.request.path for each in asked})
    voice.say(say["counted"].format(requests=len(asked), addresses=different, **counted))
    return int(counted["error"] > 0 or (warnings and counted["warning"] > 0))


def _columns() -> int | None:
    return min(shutil.get_terminal_size().columns, _WIDEST) if sys.stdout.isatty() else None


def judged(asked: Sequence[Asked], *, own: bool) -> list[lint_report.Row]:
    """Return what our rules find, and what httplint does where it is installed and not left out."""
    now, beside = time.time(), not own and lint_httplint.installed()
    found = []
    for each in asked:
        findings = lint(each.exchange)
        # In process the server's own fields are missing, which it would find and nobody could help.
        if beside and each.exchange.at == "wire":
            findings += lint_httplint.notes(each.exchange, at=now)
        found.append((each, findings))
    return lint_report.rows(found)


def of_server(url: str, paths: Sequence[str], *, unsafe: bool) -> list[Asked]:
    """Return the exchanges with the server at *url*.

    Raises:
        click.UsageError: it is no address of a server.
        MisuseError: the server does not answer.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or not url.isascii() or not url.isprintable() or " " in url:
        raise click.UsageError(SAY[voice.language()]["neither"])
    tls = parts.scheme == "https"
    server = lint_wire.Server(host, port or (443 if tls else 80), tls)
    first = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # A name and a password in the URL are for browsers, and are not sent.
    authority = parts.netloc.rpartition("@")[2]
    known = [(target, frozenset[str]()) for target in paths or (first,)]
    return _asked(parts.scheme, authority, known, "wire", server.ask, unsafe=unsafe)


def of_application(name: str, paths: Sequence[str], *, unsafe: bool) -> list[Asked]:
    """Return the exchanges with the application that *name* stands for, in this process.

    Raises:
        click.UsageError: it stands for none.
    """
    app = lint_inside.load(name)
    routed = addresses(app)
    known = [(path, routed.get(path, frozenset())) for path in paths] or [*routed.items()][:MOST_ADDRESSES]
    if not paths and len(routed) > MOST_ADDRESSES:
        voice.say(SAY[voice.language()]["more"].format(left=len(routed) - MOST_ADDRESSES))
    known = known or [("/", frozenset())]
    if kind(app) == "wsgi":
        return _asked("http", "localhost", known, "application", lint_inside.wsgi(app), unsafe=unsafe)
    with lint_inside.Asgi(app) as ask:
        return _asked("http", "localhost", known, "application", ask, unsafe=unsafe)


def _asked(
    scheme: str,
    host: str,
    known: Iterable[tuple[str, frozenset[str]]],
    at: At,
    ask: lint_inside.Ask,
    *,
    unsafe: bool,
) -> list[Asked]:
    asked: list[Asked] = []
    left = dict(known)
    done: set[str] = set()
    say = SAY[voice.language()]
    with shown.meanwhile(lambda: say["asks"].format(number=len(asked))):
        while left:
            target = next(iter(left))
            walk = Walk(plain(scheme, host, target), at, left.pop(target), unsafe)
            exchanges = carried(walk.requests(), ask)
            asked += exchanges
            done.add(target)
            further = _leads(exchanges[0])
            if further is not None and further not in done and len(done) < MOST_ADDRESSES:
                left.setdefault(further, frozenset())
        return [*asked, *carried(nowhere(plain(scheme, host, "/"), at), ask)]


def _leads(asked: Asked) -> str | None:
    """Return where a redirect leads, if that is on the same host."""
    request, response = asked.exchange.request, asked.exchange.response
    location = response.get("Location")
    if location is None or not 300 <= response.status < 400 or not location.isascii() or not location.isprintable():
        return None
    try:
        parts = urlsplit(urljoin(f"{request.scheme}://{request.host}{request.target}", location.strip()))
    except ValueError:
        return None
    if (parts.scheme, parts.netloc) != (request.scheme, request.host) or " " in location:
        return None
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def plain(scheme: str, host: str, target: str) -> Request:
    """Return the plain GET of *target*."""
    path, _, query = target.partition("?")
    fields = [("Host", host), ("User-Agent", "hardtack-lint"), ("Accept", "*/*")]
    return Request(
        method="GET",
        path=unquote(path, errors="replace"),
        query=query,
        headers=Headers(fields),
        scheme=scheme,
        host=host,
        target=target,
    )


def carried(steps: Generator[Request, Answer, list[Asked]], ask: lint_inside.Ask) -> list[Asked]:
    """Return what *steps* return, each of whose requests *ask* sends."""
    request = next(steps)
    while True:
        try:
            request = steps.send(ask(request))
        except StopIteration as ended:
            exchanges: list[Asked] = ended.value
            return exchanges
