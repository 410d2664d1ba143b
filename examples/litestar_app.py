"""From nothing to signed in, in Litestar, and so in any ASGI application: one line around it.

Run ``hardtack keys new`` once, then ``uvicorn --app-dir examples litestar_app:app``, and open http://localhost:8000.
"""

from typing import Any

from litestar import Litestar, Request, get, post

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.sign_in import SignIn


@get("/")
async def home(request: Request[Any, Any, Any]) -> dict[str, str | int]:
    """Greet anybody, and count the visits in a cookie that nobody can read or forge."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return {"visits": request.session["visits"], "sign in": "/auth/sign-in"}


@get("/me", sync_to_thread=True)
def me(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Answer nobody but whoever is signed in; in a thread, since an account is a row in a database."""
    return {"name": request.scope["hardtack"].require().name}  # type: ignore[typeddict-item]


@post("/orders", sync_to_thread=True)
def order(request: Request[Any, Any, Any], item: str) -> dict[str, str]:
    """Sell to whoever has given the password a moment ago, and only from a page of this site."""
    return {"item": item, "for": request.scope["hardtack"].require_recent().name}  # type: ignore[typeddict-item]


shop = Litestar([home, me, order])
app = Hardtack(shop, session=SignIn(application="shop", keyring="hardtack-data/hardtack.key"), status={})
