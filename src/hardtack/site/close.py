"""``/account/close``: the account ends for ever.

The page says what that means before it asks for anything. It takes a recent sign-in, the password and the account's
name, typed (ASVS 7.5.3); then nobody is signed in any more, here or elsewhere, and the browser is asked to forget what
it kept of these pages.
"""

from __future__ import annotations

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.login.administration import LastAdministrator
from hardtack.message import Request, Response
from hardtack.site import answers, demands, headers, way_out
from hardtack.site.services import Services

FIELDS = ("username", "password")


def show(request: Request, services: Services) -> Response:
    """Return the form, or say why the account cannot be closed.

    Raises:
        Unauthorized: nobody is signed in as of now, and a redirect would not lead to a person.
        LastAdministrator: the account cannot be closed, and the request is a script's.
    """
    account, _ = demands.recent(request, services)
    try:
        services.accounts.closing.check(account.id)
    except LastAdministrator as error:
        if answers.speaks_json(request):
            raise
        return _page(services, account, error=error)
    if answers.speaks_json(request):
        return answers.json({"fields": FIELDS, "csrf_token": services.csrf_token()})
    return _page(services, account)


def close(request: Request, services: Services) -> Response:
    """Close the account and say good-bye.

    Raises:
        Unauthorized: nobody is signed in as of now, and the request is a script's.
        Refused: as the login room decides; for a form, its page is shown again instead.
    """
    account, identity = demands.recent(request, services)
    form = services.form
    try:
        form.require(FIELDS)
        services.accounts.closing.close(
            identity,
            form.get("password"),
            form.get("username"),
            client=request.client,
            now=services.now,
            device=services.whence.device,
            language=services.language,
            known=services.known(),
        )
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, account, username=form.said("username"), error=error)
    way_out.sign_out(services)
    services.here = services.home
    if answers.speaks_json(request):
        response = answers.json({"account": None})
    else:
        response = services.render("closed.html", name=account.display_name)
    for name, value in headers.SIGNED_OUT:
        response.set(name, value)
    return response


def _page(services: Services, account: Account, *, username: str = "", error: Refused | None = None) -> Response:
    # Where people are known by their address, many have never seen the name that they were given.
    called = (services.settings.by_email and account.email) or account.name
    return services.render(
        "close.html",
        error=error,
        called=called,
        account=account,
        username=username,
        last=isinstance(error, LastAdministrator),
        way_back=services.way_back(error),
    )
