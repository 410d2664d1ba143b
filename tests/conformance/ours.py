"""Hardtack's layer around applications that leave it everything: under ASGI, under WSGI and in Flask.

None of them looks at a precondition or a range: they send the whole, and declare with ``rules`` what an unsafe method
must be asked about. Where the whole is in memory, it is sent with its tag and date; where it comes in pieces, these are
only declared, and the layer sends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hardtack.status.errors import Forbidden, NotFound, Unauthorized, challenge
from hardtack.status.rules import rules
from tests.conformance.cases import CONTENT, LENGTH
from tests.conformance.served import DATE, TAG, UNSAFE, Environ, Handled, StartResponse, etag_of, modified_of

CLOSED = ("/401", "/403", "/404")
"""Where something is, with a tag and a date, that nobody may see; and what whoever asks is told."""


def permit(path: str) -> None:
    """Check who asks, before any rule is looked at."""
    if path == "/401":
        raise Unauthorized(challenge=challenge("example"))
    if path in CLOSED:
        raise Forbidden if path == "/403" else NotFound


def asgi(*, streamed: bool) -> Any:
    """Return an ASGI application with content in memory, or sent in pieces."""
    from hardtack.adapters.asgi.status import StatusLayer

    handled = Handled()

    @rules(etag=etag_of, last_modified=modified_of)
    async def change(path: str) -> None:
        handled.one_more()

    @rules(etag=etag_of, last_modified=modified_of)
    async def pieces(path: str) -> list[bytes]:
        return [CONTENT[at : at + 64] for at in range(0, LENGTH, 64)]

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        permit(scope["path"])
        status, fields, content = 200, [(b"content-type", b"text/plain")], [b""]
        if scope["method"] in UNSAFE:
            await change(path=scope["path"])
            status = 204
        elif scope["path"] == "/handled":
            content = [handled.said]
        elif scope["path"] == "/file":
            fields.append((b"content-length", b"%d" % LENGTH))
            if streamed:
                content = await pieces(path=scope["path"])
            else:
                fields += [(b"etag", f'"{TAG}"'.encode()), (b"last-modified", DATE.encode())]
                content = [CONTENT]
        else:
            status = 404
        await send({"type": "http.response.start", "status": status, "headers": fields})
        for piece in content[:-1]:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": content[-1]})

    return StatusLayer(app)


def wsgi(root: Path, *, file: bool) -> Any:
    """Return a WSGI application with content in memory, or read from a file in pieces."""
    from hardtack.adapters.wsgi.status import StatusLayer

    handled = Handled()

    @rules(etag=etag_of, last_modified=modified_of)
    def change(path: str) -> None:
        handled.one_more()

    @rules(etag=etag_of, last_modified=modified_of)
    def pieces(path: str) -> Iterator[bytes]:
        return _pieces(root / "file")

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        permit(environ["PATH_INFO"])
        if environ["REQUEST_METHOD"] in UNSAFE:
            change(path=environ["PATH_INFO"])
            start_response("204 No Content", [])
            return []
        fields = [("Content-Type", "text/plain")]
        if environ["PATH_INFO"] == "/handled":
            start_response("200 OK", fields)
            return [handled.said]
        if environ["PATH_INFO"] != "/file":
            start_response("404 Not Found", fields)
            return [b"nothing here"]
        fields.append(("Content-Length", str(LENGTH)))
        if file:
            content = pieces(path=environ["PATH_INFO"])
            start_response("200 OK", fields)
            return content
        start_response("200 OK", [*fields, ("ETag", f'"{TAG}"'), ("Last-Modified", DATE)])
        return [CONTENT]

    return StatusLayer(app)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while piece := opened.read(64):
            yield piece


def in_flask(root: Path) -> Any:
    """Return an application in Flask."""
    import flask

    from hardtack.adapters.flask.status import Status

    app = flask.Flask(__name__, static_folder=None)
    Status(app)
    handled = Handled()

    @app.get("/handled")
    def count() -> bytes:
        return handled.said

    @app.get("/file")
    def file() -> flask.Response:
        # Whether it was changed, and which part is wanted, is left to the layer.
        return flask.send_file(root / "file", mimetype="text/plain", etag=TAG, conditional=False)

    @app.before_request
    def ask() -> None:
        permit(flask.request.path)

    @app.route("/<any(file, new):name>", methods=UNSAFE)
    @app.route("/<any('401', '403', '404'):name>", methods=["GET", *UNSAFE])
    @rules(etag=lambda name: etag_of(f"/{name}"), last_modified=lambda name: modified_of(f"/{name}"))
    def change(name: str) -> tuple[str, int]:
        handled.one_more()
        return "", 204

    return app


def around_asgi(app: Any) -> Any:
    """Return *app* in the layer, which alone cuts."""
    from hardtack.adapters.asgi.status import StatusLayer

    return StatusLayer(app, take_ranges=True)


def around_wsgi(app: Any) -> Any:
    """Return *app* in the layer, which alone cuts."""
    from hardtack.adapters.wsgi.status import StatusLayer

    return StatusLayer(app, take_ranges=True)


def around_flask(app: Any) -> Any:
    """Return *app* with the extension."""
    from hardtack.adapters.flask.status import Status

    Status(app)
    return app
