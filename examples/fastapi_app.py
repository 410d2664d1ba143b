"""From nothing to signed in, in FastAPI.

Run ``hardtack keys new`` once, then ``uvicorn --app-dir examples fastapi_app:app``, and open http://localhost:8000.
Whoever is not signed in is led to a page and back, a script hears 401; what is asked of whom stands in ``/docs``.
"""

from typing import Annotated

from fastapi import FastAPI, Security

from hardtack.adapters.fastapi import Hardtack, MaybeSignedIn, RecentlySignedIn, Session, SignedIn, recently_signed_in
from hardtack.login import Account

app = FastAPI(title="A shop")
Hardtack(app, keyring="hardtack-data/hardtack.key", application="shop")


@app.get("/")
def home(account: MaybeSignedIn, session: Session) -> dict[str, str | int]:
    """Greet anybody, and count the visits in a cookie that nobody can read or forge."""
    session["visits"] = session.get("visits", 0) + 1
    return {"hello": account.name if account else "stranger", "visits": session["visits"], "sign in": "/auth/sign-in"}


@app.get("/me")
def me(account: SignedIn) -> dict[str, str]:
    """Answer nobody but whoever is signed in."""
    return {"name": account.name}


@app.post("/orders")
def order(item: str, account: RecentlySignedIn) -> dict[str, str]:
    """Sell to whoever has given the password a moment ago, and only from a page of this site."""
    return {"item": item, "for": account.name}


@app.post("/refunds")
def refund(item: str, account: Annotated[Account, Security(recently_signed_in(factor="second"))]) -> dict[str, str]:
    """Pay back for whoever has just shown a second factor; one is set up at ``/auth/account/two-factor``."""
    return {"item": item, "by": account.name}
