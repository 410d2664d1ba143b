"""``hardtack serve``: the service, ready to run, with nothing configured.

The process that is started prepares the data folder and binds the socket before any worker exists, so that whatever
is wrong is one line and a hint. One worker runs in this process; several run as children that are started afresh when
one dies. It speaks at most eight lines before it serves.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import click
import msgspec
import uvicorn
from uvicorn.protocols.http import h11_impl

from hardtack.adapters.asgi import service
from hardtack.adapters.asgi.listening import Listening
from hardtack.adapters.asgi.types import ASGIApp
from hardtack.adapters.asgi.watched import Watched
from hardtack.cli import leaving, logs, open_files, operator, passed, shown, sockets, voice
from hardtack.cli.leaving import Leaving, Together
from hardtack.errors import MisuseError
from hardtack.playground.app import Playground
from hardtack.playground.beside import beside
from hardtack.playground.echo import MOST_MESSAGE
from hardtack.site import Settings, before_start, configured, listening
from hardtack.site.metrics import CONNECTIONS_REFUSED, PLAYGROUND_REFUSED, UNCOUNTED, Metric
from hardtack.status import Status, unparsed

BACKLOG = 2048
"""Connections that wait to be accepted; more are not answered by the system."""

GRACE = 10
"""Seconds that running requests have to end once the service stops."""

HEALTHY = 60
"""Seconds in which a worker must answer the process that has started it, and be ready to take another's place."""

AGAIN = 1
"""Seconds after which a worker that could not start tries again."""

WORKER_SETTINGS = "_HARDTACK_WORKER_SETTINGS"
"""The environment variable through which the workers get their settings as JSON; nothing in it is secret."""
_log = logging.getLogger("hardtack.cli")

SAY = {
    "en": {
        "opens": "opening the database",
        "made": "made {files}: keep the key secret, and back both up",
        "serving": "serving {url}, listening on {address}",
        "development": "serving {url} (this machine only; --origin URL opens it to others)",
        "codes": "every status code, and how each comes about: {url}/status",
        "mail": "mail is not sent, but kept in {place} (--mail smtps://user@host sends it)",
        "mail-goes": "mail goes to {place}",
        "welcome": "no administrator yet: open {url} to make the first one (valid for 15 minutes, once)",
        "busy": "port {port} on {host} is in use",
        "busy-hint": "stop what uses it, or choose another: hardtack serve --port {next}",
        "denied": "port {port} on {host} may not be used: {reason}",
        "denied-hint": "choose a port above 1023, or an address of this machine",
        "files": "warning: a process may have {allowed} files open, and {needed} are needed when many people are there "
        "(ulimit -n, LimitNOFILE=)",
        "operator": "counts for Prometheus at http://{address}/metrics",
        "operator-open": "warning: whoever reaches {address} can read them; a port alone is this machine's",
    },
    "zh": {
        "opens": "正在打开数据库",
        "made": "已生成 {files}：请妥善保管密钥，并备份这两个文件",
        "serving": "正在提供服务：{url}，监听 {address}",
        "development": "正在提供服务：{url}（仅限本机；用 --origin URL 向外开放）",
        "codes": "每个状态码，以及它怎样出现：{url}/status",
        "mail": "邮件不会发出，只存放在 {place}（用 --mail smtps://user@host 发送）",
        "mail-goes": "邮件发往 {place}",
        "welcome": "还没有管理员：请打开 {url} 创建第一位（15 分钟内有效，只能使用一次）",
        "busy": "{host} 的端口 {port} 已被占用",
        "busy-hint": "请停止占用它的程序，或换一个端口：hardtack serve --port {next}",
        "denied": "无法使用 {host} 的端口 {port}：{reason}",
        "denied-hint": "请选择 1023 以上的端口，或本机的地址",
        "files": "警告：一个进程可打开 {allowed} 个文件，人多时需要 {needed} 个（ulimit -n、LimitNOFILE=）",
        "operator": "供 Prometheus 读取的计数：http://{address}/metrics",
        "operator-open": "警告：凡是能访问 {address} 的人都能读取这些计数；只写端口则仅限本机",
    },
}


@click.command(help="Run the service.")
@click.option("--data", metavar="DIR", help="The folder of the key and the database.  [default: hardtack-data]")
@click.option("--host", metavar="H", help="The address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, metavar="P", help="The port to listen on; 0 takes a free one.  [default: 8000]")
@click.option(
    "--origin", metavar="URL", help="The public origin, such as https://id.example.org; ends development mode."
)
@click.option("--workers", type=int, metavar="N", help="How many processes serve.  [default: 1]")
@click.option("--database", metavar="URL", help="The database.  [default: a SQLite file in the data folder]")
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    metavar="ADDRESS",
    multiple=True,
    help="A proxy to believe about the visitor's address, scheme and host; may be given several times.",
)
@click.option("--sign-up", type=click.Choice(["open", "invitation", "off"]), help="Who may make an account.")
@click.option(
    "--mail", metavar="URL", help="Where mail goes: smtps://host, smtp://user@host:587, folder:DIR, console:."
)
@click.option("--log-format", type=click.Choice(["text", "json"]), help="How log lines look.  [default: text]")
@click.option(
    "--admin-listen", metavar="PORT", help="The operator's own listener, with counts for Prometheus: PORT or HOST:PORT."
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings.  [default: hardtack.toml in the data folder]",
)
def command(config: Path | None, trusted_proxies: tuple[str, ...], **options: Any) -> None:
    """Prepare, bind, and serve until told to stop."""
    overrides = {name: value for name, value in options.items() if value is not None}
    if trusted_proxies:
        overrides["trusted_proxies"] = trusted_proxies
    settings = before_start.load(configured.gather(Settings, config, os.environ, overrides), os.environ)
    given = passed.listeners()
    settings, listener, own = listeners(settings, given)
    with shown.meanwhile(lambda: SAY[voice.language()]["opens"]):
        prepared = service.prepare(settings)
    announce(settings, prepared, address_of(listener))
    if (files := open_files.allowed()) < open_files.NEEDED:
        voice.say(SAY[voice.language()]["files"].format(allowed=files, needed=open_files.NEEDED))
    if own is not None:
        announce_operator(own)
    # The first lines are for the person who started it; what happens from now on is for the log.
    logs.configure(settings.log_format)
    if own is not None:
        operator.serve(settings, own)
    run(settings, listener, ends_listener=given.visitors is None)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to *host* and *port*.

    Raises:
        MisuseError: the port is in use, or may not be used.
    """
    say = SAY[voice.language()]
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # create_server sets SO_REUSEADDR, so that a restart need not wait for old connections to be forgotten.
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        words = {"host": host, "port": port, "next": port + 1, "reason": error.strerror or error}
        kind = "busy" if error.errno == errno.EADDRINUSE else "denied"
        raise MisuseError(say[kind].format(**words), say[f"{kind}-hint"].format(**words)) from None


def listeners(settings: Settings, given: passed.Passed) -> tuple[Settings, socket.socket, socket.socket | None]:
    """Return the settings as they are then, the visitors' listener, and the operator's, if there is one.

    Args:
        settings: what the operator set.
        given: what was opened already by whoever started the service.

    Raises:
        MisuseError: one cannot be opened.
    """
    listener = given.visitors or listen(settings.host, settings.port)
    if listener.family != socket.AF_UNIX:
        settings = msgspec.structs.replace(settings, port=listener.getsockname()[1])
        # Head and content are two writes; else the second waits until the visitor has confirmed the first (40 ms).
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.set_inheritable(True)
    if given.operator is not None:
        # Where it is was decided by whoever opened it; here it says that there is one.
        return msgspec.structs.replace(settings, admin_listen=settings.admin_listen or "0"), listener, given.operator
    if settings.admin_listen is None:
        return settings, listener, None
    asked = listening.parse(settings.admin_listen)
    return settings, listener, listen(asked.host, asked.port)


def address_of(listener: socket.socket) -> str:
    """Return where *listener* is, for people."""
    if listener.family == socket.AF_UNIX:
        return str(listener.getsockname())
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def announce(settings: Settings, prepared: service.Prepared, address: str) -> None:
    """Say what was made, where the service is, and how to make the first administrator."""
    say = SAY[voice.language()]
    url = settings.origin or f"http://localhost:{settings.port}"
    if prepared.made:
        voice.say(say["made"].format(files=", ".join(str(path) for path in prepared.made)))
    voice.say(say["development" if settings.development else "serving"].format(url=url, address=address))
    if settings.provokes:
        voice.say(say["codes"].format(url=url))
    if prepared.mail is not None:
        voice.say(say["mail" if settings.mail is None else "mail-goes"].format(place=prepared.mail))
    if prepared.welcome_code:
        voice.say(say["welcome"].format(url=f"{url}/welcome?code={prepared.welcome_code}"))
    sys.stderr.flush()


def announce_operator(listener: socket.socket) -> None:
    """Say where the operator's own listener is, and whether others reach it."""
    say = SAY[voice.language()]
    unix = listener.family == socket.AF_UNIX
    own = unix or listening.Listen(*listener.getsockname()[:2]).own
    address = f"localhost:{listener.getsockname()[1]}" if own and not unix else address_of(listener)
    voice.say(say["operator"].format(address=address))
    if not own:
        voice.say(say["operator-open"].format(address=address))
    sys.stderr.flush()


def run(settings: Settings, listener: socket.socket, *, ends_listener: bool) -> None:
    """Serve on *listener* until a signal comes; SIGINT and SIGTERM let running requests finish.

    Args:
        settings: the service's.
        listener: where visitors come.
        ends_listener: whether that ends with the service; one that was passed does not.
    """
    # Both servers raise the signal again once they are done; by then it only means: leave.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    if settings.workers == 1:
        server = Leaving(_configuration(settings, application(settings)))
        server.ends_listener = ends_listener
        server.run(sockets=[listener])
    else:
        os.environ[WORKER_SETTINGS] = msgspec.json.encode(settings).decode()
        together = Together(_configuration(settings, "hardtack.cli.serve:worker"), sockets=[listener])
        together.ends_listener, together.stop_delay = ends_listener, settings.stop_delay
        together.run()


def worker() -> ASGIApp:
    """Return the application of one worker process, with the settings of the process that started it.

    What was there when the service started may be gone when a worker takes the place of another, such as the database.
    It waits then, and is not ready; a worker that ended instead would be started again and again, or end the service.
    Told to stop it waits no longer.

    Raises:
        SystemExit: it was told to stop while it waited.
    """
    settings = msgspec.json.decode(os.environ[WORKER_SETTINGS], type=Settings)
    logs.configure(settings.log_format)
    _speak_the_registered_phrases()
    logged = ""
    with leaving.told() as told_to_stop:
        while True:
            try:
                return application(settings)
            except MisuseError as error:
                if error.problem != logged:
                    said = {"event": "worker-cannot-start", "reason": error.problem, "hint": error.hint}
                    _log.error("a worker cannot start yet", extra=said)
                logged = error.problem
                time.sleep(AGAIN)
                if told_to_stop():
                    sys.exit()


def application(settings: Settings) -> ASGIApp:
    """Return all that a process serves: the service, the playground beside it, and what watches both."""
    counts = operator.kept(settings)
    # Whoever comes when no file can be opened any more is answered by nobody; a connection that gives way is.
    Listening.crowd.most = unparsed.connections_for(open_files.allowed())
    made = service.application(settings, UNCOUNTED if counts is None else counts)
    app = beside(made, settings)
    numbers: dict[Metric, Callable[[], float]] = {CONNECTIONS_REFUSED: lambda: Listening.crowd.turned_away}
    if isinstance(app, Playground):
        numbers[PLAYGROUND_REFUSED] = lambda: app.shed
    return Watched(app, made, settings, counts, numbers)


def _configuration(settings: Settings, app: ASGIApp | str) -> uvicorn.Config:
    _speak_the_registered_phrases()
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=settings.workers,
        # Which proxies are believed is decided by our own table, for the address, the scheme and the host alike.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
        lifespan="on",
        # Only the playground speaks WebSocket; what it is told is bounded before it is read.
        ws=sockets.Sockets if settings.provokes else "none",
        ws_max_size=MOST_MESSAGE,
        ws_per_message_deflate=False,
        http=sockets.Handshakes if settings.provokes else Listening,
        h11_max_incomplete_event_size=unparsed.MAX_HEAD,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=HEALTHY,
    )


def _speak_the_registered_phrases() -> None:
    # An ASGI application cannot choose the reason phrase, and the server takes it from a Python that may still call 413
    # "Request Entity Too Large".
    h11_impl.STATUS_PHRASES.update({status.code: status.phrase.encode("ascii") for status in Status})


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
