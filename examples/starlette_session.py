"""Starlette's own session, sealed: another import in an ordinary application.

Run it with ``uvicorn --app-dir examples starlette_session:app`` and look at the cookie in your browser: it tells
nothing. In FastAPI it is ``app.add_middleware(SessionMiddleware, secret_key=…)``.
"""

import os
import secrets

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from hardtack.adapters.starlette import SessionMiddleware


async def count(request: Request) -> PlainTextResponse:
    """Count the visits of one browser."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return PlainTextResponse(f"This is your visit number {request.session['visits']}.\n")


# Without a SECRET_KEY of its own, each start makes a new one, and the sessions end with the process.
secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex(32)
app = Starlette(routes=[Route("/", count)], middleware=[Middleware(SessionMiddleware, secret_key=secret_key)])
