"""An application without a framework, under the session layer and the pages, as real servers run it.

The public origin of ``app`` is unset: development mode. ``mounted`` is the same below ``/ship``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.wsgi import Hardtack
from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp
from hardtack.status.limits import Limits

PLAIN = ("Content-Type", "text/plain; charset=utf-8")


def ship(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer by the path."""
    return VIEWS.get(environ["PATH_INFO"], missing)(environ, start_response)


def whole(start_response: StartResponse, text: str, status: str = "200 OK") -> Iterable[bytes]:
    """Answer with a text."""
    start_response(status, [PLAIN])
    return [text.encode()]


def missing(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Say that there is nothing."""
    start_response("404 Not Found", [PLAIN])
    return []


def form(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Show a form's token, and how often it was shown."""
    session = environ["hardtack.session"]
    session["shown"] = session.get("shown", 0) + 1
    return whole(
        start_response, f'name="csrf_token" value="{environ["hardtack.visit"].csrf_token()}" {session["shown"]}'
    )


def say(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Read the form that was sent."""
    content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return whole(start_response, ", ".join(parse_qs(content.decode()).get("word", ["nothing"])))


def mine(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Say who it is."""
    return whole(start_response, environ["hardtack.visit"].require().name)


def pieces(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
    """Decide who may see it while the first piece is made, and after the head was given."""
    start_response("200 OK", [PLAIN])
    yield environ["hardtack.visit"].require_recent().name.encode()
    yield b" in pieces"


def late(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
    """Change the session when the first piece has left."""
    start_response("200 OK", [PLAIN])
    yield b"begun, "
    environ["hardtack.session"]["late"] = 1
    yield b"ended"


def explained(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Give a second head, which an error explains."""
    environ["hardtack.session"]["kept"] = "yes"
    start_response("200 OK", [PLAIN])
    try:
        raise ValueError("swordfish")
    except ValueError:
        start_response("409 Conflict", [PLAIN], sys.exc_info())
    return [b"explained at length, so that no page takes its place"]


def file(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Give a file, in whatever the server wraps it in."""
    environ["hardtack.session"]["read"] = True
    source = Path(__file__).open("rb")  # noqa: SIM115 - the server closes it
    start_response("200 OK", [PLAIN, ("Content-Length", str(Path(__file__).stat().st_size))])
    wrapper: Any = environ["wsgi.file_wrapper"]
    return wrapper(source)  # type: ignore[no-any-return]


VIEWS: dict[str, Callable[[Environ, StartResponse], Iterable[bytes]]] = {
    "/form": form,
    "/say": say,
    "/mine": mine,
    "/pieces": pieces,
    "/late": late,
    "/explained": explained,
    "/file": file,
}


def _mounted(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Mount the application below ``/ship``, as servers and dispatchers do."""
    path = environ["PATH_INFO"]
    if path.startswith("/ship/"):
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = environ.get("SCRIPT_NAME", "") + "/ship", path[len("/ship") :]
        return below(environ, start_response)
    return whole(start_response, "ashore")


KEYS = "hardtack-data/hardtack.key"
app = Hardtack(
    ship,
    session=SignIn(application="sailing", keyring=KEYS, max_body=2048),
    status={"limits": Limits(max_body=100_000), "maintenance_file": "closed"},
)
below = Hardtack(
    ship, session=SignIn(application="mounted", keyring=KEYS, prefix="/ship/auth", home="/ship/form"), status={}
)
mounted: WSGIApp = _mounted
