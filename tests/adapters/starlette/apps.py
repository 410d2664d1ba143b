"""What the tests of Starlette's session share: an ordinary application, and clients that keep cookies or do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from hardtack.adapters.starlette import SessionMiddleware

SECRET = "a secret that is long enough to be a source of keys"


async def put(request: Request) -> Response:
    """Put one value in."""
    request.session[request.path_params["key"]] = request.path_params["value"]
    return Response()


async def everything(request: Request) -> Response:
    """Return what is in the session."""
    return JSONResponse(dict(request.session))


async def grow(request: Request) -> Response:
    """Change the session deep inside."""
    request.session.setdefault("cart", {"items": []})["items"].append(1)
    return Response()


async def clear(request: Request) -> Response:
    """Forget everything."""
    request.session.clear()
    return Response()


async def nothing(_request: Request) -> Response:
    """Do not look at the session."""
    return Response()


async def failing(request: Request) -> Response:
    """Look at the session and answer that something is wrong."""
    return Response(str(len(request.session)), status_code=503)


ROUTES = [
    Route("/set/{key}/{value}", put),
    Route("/all", everything),
    Route("/grow", grow),
    Route("/clear", clear),
    Route("/nothing", nothing),
    Route("/failing", failing),
]


def application(
    middleware: Callable[..., Any] = SessionMiddleware, *, routes: tuple[Any, ...] = (), **options: Any
) -> Starlette:
    """Return an ordinary application with the sealed session, or another."""
    options = {"secret_key": SECRET, **options}
    return Starlette(routes=[*ROUTES, *routes], middleware=[Middleware(middleware, **options)])


def seen(app: Starlette, header: str) -> Any:
    """Return the session that a browser with this Cookie field has."""
    response = TestClient(app).get("/all", headers={"Cookie": header})
    assert response.status_code == 200
    return response.json()


def cookie_of(response: httpx2.Response) -> str:
    """Return the name and value of the one cookie that a response sets."""
    (field,) = response.headers.get_list("set-cookie")
    return str(field.partition(";")[0])
