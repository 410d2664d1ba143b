"""The peers, each as it ships: nothing is set that changes what it answers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.conformance.cases import CONTENT, LENGTH
from tests.conformance.served import (
    DATE,
    MODIFIED,
    TAG,
    UNSAFE,
    Environ,
    Handled,
    StartResponse,
    etag_of,
    folder_with_the_file,
    listening_socket,
)


def starlette_static(root: Path) -> Any:
    """Return Starlette's StaticFiles."""
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    return Starlette(routes=[Mount("/", StaticFiles(directory=root))])


def starlette_response(root: Path) -> Any:
    """Return a route of Starlette with a FileResponse."""
    from starlette.applications import Starlette
    from starlette.responses import FileResponse
    from starlette.routing import Route

    return Starlette(routes=[Route("/file", lambda _request: FileResponse(root / "file", media_type="text/plain"))])


def flask_send_file(root: Path) -> Any:
    """Return a view of Flask with ``send_file``."""
    import flask

    app = flask.Flask(__name__, static_folder=None)

    @app.get("/file")
    def file() -> flask.Response:
        return flask.send_file(root / "file", mimetype="text/plain")

    return app


def werkzeug_conditional(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer by Werkzeug's ``make_conditional``, told to accept ranges."""
    from werkzeug.exceptions import HTTPException, NotFound
    from werkzeug.wrappers import Response

    try:
        if environ["PATH_INFO"] != "/file":
            raise NotFound
        answer = Response(CONTENT, mimetype="text/plain")
        answer.set_etag(TAG)
        answer.headers["Last-Modified"] = DATE
        answer.make_conditional(environ, accept_ranges=True, complete_length=LENGTH)
    except HTTPException as error:
        return error(environ, start_response)
    return answer(environ, start_response)


def django_condition(root: Path) -> Any:
    """Return a view of Django under ``condition``, and its view for static files beside it."""
    import datetime

    import django  # type: ignore[import-untyped]  # Django has no types
    from django.conf import settings  # type: ignore[import-untyped]  # likewise
    from django.core.wsgi import get_wsgi_application  # type: ignore[import-untyped]  # likewise
    from django.http import HttpResponse  # type: ignore[import-untyped]  # likewise
    from django.urls import path  # type: ignore[import-untyped]  # likewise
    from django.views.decorators.http import condition  # type: ignore[import-untyped]  # likewise
    from django.views.static import serve  # type: ignore[import-untyped]  # likewise

    handled = Handled()

    def etag(_request: Any, name: str) -> str | None:
        found = etag_of(f"/{name}")
        return f'"{found}"' if found else None

    def modified(_request: Any, name: str) -> datetime.datetime | None:
        return datetime.datetime.fromtimestamp(MODIFIED, datetime.UTC) if name == "file" else None

    @condition(etag_func=etag, last_modified_func=modified)  # type: ignore[untyped-decorator]  # likewise
    def resource(request: Any, name: str) -> Any:
        if request.method in UNSAFE:
            handled.one_more()
            return HttpResponse(status=204)
        return HttpResponse(CONTENT, content_type="text/plain")

    urls = [
        path("static/<path:path>", serve, {"document_root": str(root)}),
        path("handled", lambda _request: HttpResponse(handled.said)),
        *(path(name, resource, {"name": name}) for name in ("file", "new")),
    ]
    settings.configure(ALLOWED_HOSTS=["localhost"], ROOT_URLCONF=tuple(urls), SECRET_KEY="nothing is signed with it")
    django.setup()
    return get_wsgi_application()


def django_static(root: Path) -> Any:
    """Return Django's view for static files."""
    app = django_condition(root)

    def below(environ: Environ, start_response: StartResponse) -> Any:
        return app({**environ, "PATH_INFO": "/static" + environ["PATH_INFO"]}, start_response)

    return below


def nginx(folder: Path) -> None:
    """Become nginx."""
    root = folder_with_the_file(folder)
    places = "\n".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    with listening_socket() as listening:
        port = listening.getsockname()[1]
    settings = folder / "nginx.conf"
    settings.write_text(
        f"""daemon off; master_process off; pid {folder / "pid"}; error_log stderr crit;
        events {{}}
        http {{ access_log off; default_type text/plain; {places}
            server {{ listen 127.0.0.1:{port}; root {root}; }} }}"""
    )
    # Another could take the port in between; then this one ends at once and its caller fails.
    os.execv(nginx_program(), ["nginx", "-p", str(folder), "-c", str(settings), "-e", "stderr"])  # noqa: S606


def nginx_program() -> str:
    """Return where nginx is; Debian keeps it off the path of ordinary users."""
    return shutil.which("nginx") or "/usr/sbin/nginx"
