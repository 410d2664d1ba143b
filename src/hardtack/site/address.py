"""``/account/email``: the address of the account, which its owner changes or removes.

Asking for a new one changes nothing yet: a link goes there, and ``verify`` is where it leads. The answer is the same
whoever has the address. Who is signed in must have proved it a moment ago, by a second factor if they have one (what is
told of factors goes to the address), before the form is even shown, so that nothing typed is lost. After a change,
ending the other sign-ins is offered, since an address opens the account as a password does (DESIGN §4). Where people
sign up with an address, an account keeps one.
"""

from __future__ import annotations

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.login.credentials import SessionOver
from hardtack.login.links import Kind
from hardtack.message import Request, Response
from hardtack.site import answers, demands, forms, own_account
from hardtack.site.services import Services
from hardtack.site.sign_up import ORDERED
from hardtack.status import Forbidden, UnprocessableContent

_DONE = ("changed", "removed")


def show(request: Request, services: Services) -> Response:
    """Return the address and the forms.

    Raises:
        Onward, Unauthorized: nobody is signed in, or not since a moment ago.
    """
    account, _ = demands.for_factors(request, services)
    if answers.speaks_json(request):
        return answers.json(
            {
                "email": account.email,
                "fields": ["action", "email"],
                "actions": [*(["change"] if _sends(services) else []), *(["remove"] if _removable(services) else [])],
                "csrf_token": services.csrf_token(),
            }
        )
    done = forms.query(request).get("done", "")
    return _page(services, account, done=done if done in _DONE else "")


def change(request: Request, services: Services) -> Response:
    """Order the mail with the link to a new address, or remove the present one.

    Raises:
        Onward, Unauthorized: nobody is signed in, or not since a moment ago.
        Refused: as the login room decides; for a form, its page is shown again instead.
    """
    account, _ = demands.for_factors(request, services)
    form = services.form
    try:
        action = form.get("action", "change")
        if action == "remove":
            return _remove(request, services, account)
        if action != "change":
            said = services.texts.both("admin.no_action")
            raise UnprocessableContent(said, reason="no-such-action", fields={"action": said})
        form.require(("email",))
        return _ask(request, services, account, form.get("email"))
    except SessionOver:
        raise
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, account, email=form.said("email"), error=error)


def _ask(request: Request, services: Services, account: Account, email: str) -> Response:
    if not _sends(services):
        raise Forbidden(services.texts.both("address.no_mail"), reason="no-mail")
    services.accounts.addresses.ask(
        account,
        email,
        language=services.language,
        client=request.client,
        device=services.whence.device,
        now=services.now,
    )
    if answers.speaks_json(request):
        return answers.json({"mail": "ordered", "email": email.strip()}, ORDERED)
    response = services.render(
        "address_asked.html", account=account, email=email.strip(), lifetime=Kind.ADDRESS.lifetime
    )
    response.status = ORDERED
    return response


def _remove(request: Request, services: Services, account: Account) -> Response:
    if not _removable(services):
        raise Forbidden(services.texts.both("address.needed"), reason="address-is-needed")
    changed = services.accounts.addresses.remove(
        account.id,
        client=request.client,
        device=services.whence.device,
        now=services.now,
        identity=services.identity,
    )
    if answers.speaks_json(request):
        return answers.json({"account": own_account.described(changed)})
    return answers.see_other(services.url("/account/email") + "?done=removed")


def _sends(services: Services) -> bool:
    return services.settings.mail_url is not None


def _removable(services: Services) -> bool:
    account = services.account
    return account is not None and account.email is not None and not services.settings.by_email


def _page(
    services: Services, account: Account, *, email: str = "", done: str = "", error: Refused | None = None
) -> Response:
    return services.render(
        "address.html", error=error, account=account, email=email, done=done, removable=_removable(services)
    )
