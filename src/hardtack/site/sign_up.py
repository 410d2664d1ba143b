"""``/sign-up``: a name and a password become an account, and its owner is signed in.

Closed unless the settings open it. The form's two fields are all that is read: whatever else is sent, such as
``administrator``, means nothing (attack: mass assignment). Names are public in this mode, so a taken one is said.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.site import answers, forms
from hardtack.site.services import Services
from hardtack.status import Forbidden


def show(request: Request, services: Services) -> Response:
    """Return the form.

    Raises:
        Forbidden: sign-up is closed.
    """
    _check_open(services)
    if answers.speaks_json(request):
        return answers.json({"fields": ["username", "password", "next"], "csrf_token": services.csrf_token()})
    return _page(services, asked_next=forms.query(request).get("next", ""))


def create(request: Request, services: Services) -> Response:
    """Make the account and sign its owner in.

    Raises:
        Forbidden: sign-up is closed.
        Refused: as the login room decides; for a form, its page is shown again instead.
    """
    _check_open(services)
    form = services.form
    try:
        form.require(("username", "password"))
        name, password, asked_next = form.get("username"), form.get("password"), form.get("next")
        account = services.accounts.sign_up(name, password, client=request.client, now=services.now)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, asked_next=form.get("next"), username=form.get("username"), error=error)
    services.sign_in(account)
    return services.made(request, account, services.destination(asked_next))


def _check_open(services: Services) -> None:
    if not services.settings.sign_up_open:
        raise Forbidden(services.texts.both("sign_up.closed"), reason="sign-up-is-closed")


def _page(services: Services, *, asked_next: str, username: str = "", error: Refused | None = None) -> Response:
    onward = services.destination(asked_next, default="")
    return services.render(
        "sign_up.html",
        error=error,
        username=username,
        next=onward,
        next_query=f"?{urlencode({'next': onward}, safe='/')}" if onward else "",
    )
