"""``/sign-in``: a name and a password become an identity.

The answer to a wrong password and to an unknown name is the same, whatever was typed; the login room sees to the
time, this page to everything else. A name that is locked by failures from unknown devices is told what is still open,
whether or not it exists. What was typed comes back in the form, except passwords. A visitor who is signed
in already is told so; signing in anew ends the old sign-in first (ASVS 7.2.4). Whoever ticks "keep me signed in" gets
longer lifetimes and a cookie that outlives the browser; nobody else's does.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.site import answers, forms, own_account, passkey_offers, way_in
from hardtack.site.services import Services


def show(request: Request, services: Services) -> Response:
    """Return the form, or say that the visitor is signed in already."""
    if answers.speaks_json(request):
        return answers.json({"fields": ["username", "password", "keep", "next"], "csrf_token": services.csrf_token()})
    return page(services, asked_next=forms.query(request).get("next", ""))


def enter(request: Request, services: Services) -> Response:
    """Sign the visitor in.

    Raises:
        Refused: as the login room decides; for a form, its page is shown again instead.
    """
    form = services.form
    try:
        form.require(("username", "password"))
        name, password, asked_next = form.get("username"), form.get("password"), form.get("next")
        keep = form.chosen("keep")
        entry = way_in.entry(services, keep=keep)
        account = services.accounts.sign_in(
            name,
            password,
            client=request.client,
            now=services.now,
            known=services.known(),
            device=services.whence.device,
            entering=entry.entering,
        )
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return page(
            services,
            asked_next=form.said("next"),
            username=form.said("username"),
            keep="keep" in form,
            error=error,
        )
    onward = services.destination(asked_next)
    way_in.sign_in_or_lead_on(services, account, keep=keep, onward=onward, entry=entry)
    if answers.speaks_json(request):
        return answers.json({"account": own_account.described(account)})
    return answers.see_other(onward)


def page(
    services: Services, *, asked_next: str, username: str = "", keep: bool = False, error: Refused | None = None
) -> Response:
    """Return the page with both forms, that of the password and that of a passkey.

    Args:
        services: the request's view of the site.
        asked_next: where to go afterwards, as it was asked for.
        username: what was typed.
        keep: whether they asked to be kept signed in.
        error: what was refused, where the page is shown again because of it.
    """
    # An address that would not be followed is not carried along either.
    onward = services.destination(asked_next, default="")
    return services.render(
        "sign_in.html",
        error=error,
        way_back=services.way_back(error),
        account=services.account,
        passkey=passkey_offers.to_show(services),
        username=username,
        keep=keep,
        kept_seconds=services.settings.kept_absolute_timeout,
        next=onward,
        next_query=f"?{urlencode({'next': onward}, safe='/')}" if onward else "",
    )
