"""``/account/password``: a new password, with the present one beside it.

The form is its own proof that the owner sits there, so nothing is asked before it (ASVS 6.2.3); a cookie from before a
step-up is led to prove itself first. Afterwards every other session has ended, in every process, and this one goes on
under a new id. Passwords never come back in a form.
"""

from __future__ import annotations

from typing import Any

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.login.credentials import NEW, NoPassword
from hardtack.login.passwords import MIN_LENGTH, MIN_LENGTH_BESIDE
from hardtack.message import Request, Response
from hardtack.site import answers, demands, own_account, renewal, texts
from hardtack.site.services import Services

FIELDS = ("password", NEW)


def show(request: Request, services: Services) -> Response:
    """Return the form.

    Raises:
        Unauthorized: nobody is signed in, and a redirect would not lead to a person.
    """
    account, _ = demands.signed_in(request, services)
    if answers.speaks_json(request):
        return answers.json({"fields": FIELDS, "csrf_token": services.csrf_token()})
    if not services.accounts.credentials.has_password(account.id):
        return _page(services, account, error=NoPassword())
    return _page(services, account)


def change(request: Request, services: Services) -> Response:
    """Set the new password, and let this session go on.

    Raises:
        Unauthorized: nobody is signed in, or by an old cookie, and the request is a script's.
        Refused: as the login room decides; for a form, its page is shown again instead.
    """
    # However long ago: only what a step-up has replaced is sent away.
    account, identity = demands.recent(request, services, max_age=services.settings.kept_absolute_timeout)
    form = services.form
    try:
        form.require(FIELDS)
        changed = services.accounts.credentials.change(
            identity,
            form.get("password"),
            form.get(NEW),
            client=request.client,
            now=services.now,
            device=services.whence.device,
            language=services.language,
            known=services.known(),
        )
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, account, error=error)
    renewed = renewal.after_change(services, changed, factors=("password",))
    if answers.speaks_json(request):
        at = texts.machine_time(renewed.authenticated_at)
        return answers.json({"account": own_account.described(changed), "session": {"authenticated_at": at}})
    return _page(services, changed, done=True)


def _page(services: Services, account: Account, *, done: bool = False, error: Refused | None = None) -> Response:
    return services.render(
        "password.html",
        error=error,
        account=account,
        done=done,
        missing=isinstance(error, NoPassword),
        way_back=services.way_back(error),
        **length(services, account),
    )


def length(services: Services, account: Account) -> dict[str, Any]:
    """Return how long a new password of *account* must be, as the pages with its form say it."""
    beside = services.accounts.second_factors.held(account.id).second
    return {"beside": beside, "password_least": MIN_LENGTH_BESIDE if beside else MIN_LENGTH}
