"""From nothing to signed in, in Starlette.

Run ``hardtack keys new`` once, then ``uvicorn --app-dir examples starlette_app:app``, and open http://localhost:8000.
"""

from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hardtack.adapters.starlette import Hardtack, signed_in


async def home(request: Request) -> Response:
    """Greet anybody, and count the visits in a cookie that nobody can read or forge."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    known = request.user.is_authenticated
    return JSONResponse({"known": known, "visits": request.session["visits"], "sign in": "/auth/sign-in"})


async def me(request: Request) -> Response:
    """Answer nobody but whoever is signed in; a person is led to the sign-in page and back."""
    account = await signed_in(request)
    return JSONResponse({"name": account.name})


@requires("authenticated")
async def members(request: Request) -> Response:
    """Let members see it, by Starlette's own decorator and without a look into the database."""
    return JSONResponse({"number": request.user.identity})


app = Starlette(routes=[Route("/", home), Route("/me", me), Route("/members", members)])
Hardtack(app, keyring="hardtack-data/hardtack.key", application="shop")
