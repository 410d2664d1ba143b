"""``/sign-up?code=…``: whoever was sent a link makes an account, by invitation or with the address that they typed.

Looking at it consumes nothing, so previews and prefetches do no harm; sending the form does, and signs the person in.
The code travels on in a hidden field, never in an address of ours. Where the settings close sign-up altogether, links
from before are worth nothing, too. Besides the code, a name where there is one to choose, what somebody is called and
the password are all that is read (attack 28): address and roles come from the link alone.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.login.joining import Doors, Offer
from hardtack.login.links import LinkWrong
from hardtack.message import Request, Response
from hardtack.site import answers, own_account, stale
from hardtack.site.services import Services
from hardtack.status import Forbidden


def show(request: Request, services: Services, code: str) -> Response:
    """Return the form.

    Raises:
        Forbidden: sign-up is closed.
        LinkWrong: the link is not good, and the request is a script's.
    """
    try:
        offer = services.accounts.joining.offer(code, _doors(services), now=services.now)
    except LinkWrong as error:
        return _stale(request, services, error)
    if answers.speaks_json(request):
        name = "username" if offer.named else "display_name"
        fields = ["code", name, "password"]
        return answers.json({"email": offer.email or None, "fields": fields, "csrf_token": services.csrf_token()})
    return _page(services, code, offer)


def create(request: Request, services: Services) -> Response:
    """Make the account and sign its owner in.

    Raises:
        Forbidden: sign-up is closed.
        LinkWrong: the link is not good, and the request is a script's.
        Refused: anything wrong with a form's fields; for a form, its page is shown again instead.
    """
    form, doors = services.form, _doors(services)
    form.require(("code",))
    code = form.get("code")
    try:
        account, offer = services.accounts.joining.join(
            code,
            doors,
            name=form.get("username"),
            display_name=form.get("display_name"),
            password=form.get("password"),
            language=services.language,
            client=request.client,
            device=services.whence.device,
            now=services.now,
        )
    except LinkWrong as error:
        return _stale(request, services, error)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        try:
            offer = services.accounts.joining.offer(code, doors, now=services.now)
        except LinkWrong as wrong:
            return _stale(request, services, wrong)
        return _page(
            services,
            code,
            offer,
            username=form.said("username"),
            display_name=form.said("display_name"),
            error=error,
        )
    return own_account.made(request, services, account, services.destination(offer.onward))


def _doors(services: Services) -> Doors:
    """Return which links are taken.

    Raises:
        Forbidden: none.
    """
    settings = services.settings
    if not settings.invites:
        raise Forbidden(services.texts.both("sign_up.closed"), reason="sign-up-is-closed")
    return Doors(invited=True, by_email=settings.by_email, open=settings.sign_up_open)


def _stale(request: Request, services: Services, error: LinkWrong) -> Response:
    settings = services.settings
    # A link by mail can be asked for again; an invitation comes from whoever sent it.
    return stale.answer(
        request, services, error, again="/sign-up" if settings.by_email and settings.sign_up_open else None
    )


def _page(
    services: Services,
    code: str,
    offer: Offer,
    *,
    username: str = "",
    display_name: str = "",
    error: Refused | None = None,
) -> Response:
    # The form's own address has no code, so the language switch is told where the page with the code is.
    services.here = services.url("/sign-up") + "?" + urlencode({"code": code})
    return services.render(
        "joining.html",
        error=error,
        code=code,
        email=offer.email,
        named=offer.named,
        invited=offer.invitation is not None,
        username=username,
        display_name=display_name,
    )
