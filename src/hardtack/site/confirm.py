"""``/account/confirm``: the password again, before something that cannot be undone.

Being signed in says that the person was here; this page says that they still are. Whose password it must be follows
from the sign-in alone, so whatever else is sent means nothing (attacks 26 and 28). If it is right, the session goes on
under a new id and as of now (ASVS 7.2.4, 7.5.1); the old id ends, other sign-ins of the account stay, and so do the
forms that are open in other tabs. A sign-in is a proof as well: whoever is signed out is led there and on from there.
"""

from __future__ import annotations

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.message import Request, Response
from hardtack.site import answers, forms, texts
from hardtack.site.services import Services


def show(request: Request, services: Services) -> Response:
    """Return the form.

    Raises:
        Unauthorized: nobody is signed in, and a redirect would not lead to a person.
    """
    asked_next = forms.query(request).get("next", "")
    account = services.account
    if account is None:
        return services.ask_to_sign_in(request, back=services.destination(asked_next))
    if answers.speaks_json(request):
        return answers.json({"fields": ["password", "next"], "csrf_token": services.csrf_token()})
    return _page(services, account, asked_next=asked_next)


def prove(request: Request, services: Services) -> Response:
    """Note that whoever is signed in has given the password again, and go on.

    Raises:
        Unauthorized: nobody is signed in, and the request is a script's.
        Refused: as the login room decides, or the cookie is from before a step-up; for a form, its page is shown again.
    """
    form = services.form
    account, identity = services.account, services.identity
    if account is None or identity is None:
        return services.ask_to_sign_in(request, back=services.destination(form.get("next")))
    try:
        form.require(("password",))
        asked_next = form.get("next")
        proved = services.confirm(identity, form.get("password"), client=request.client)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, account, asked_next=form.said("next"), error=error)
    if answers.speaks_json(request):
        at = texts.machine_time(proved.authenticated_at)
        return answers.json({"account": services.described(account), "session": {"authenticated_at": at}})
    return answers.see_other(services.destination(asked_next))


def _page(services: Services, account: Account, *, asked_next: str, error: Refused | None = None) -> Response:
    onward = services.destination(asked_next, default="")
    way_back = services.way_back(error)
    return services.render("confirm.html", error=error, way_back=way_back, account=account, next=onward)
