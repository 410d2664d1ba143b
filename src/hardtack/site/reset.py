"""``/reset?code=…``: the link that sets a new password.

Looking at it consumes nothing, so previews and prefetches do no harm; sending the form does, in the transaction that
writes the password (attack 18). The code travels on in a hidden field, never in an address of ours. Nobody is signed in
by it, and no other factor is skipped (attack 19): the page that follows leads to the sign-in.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.login.links import LinkWrong
from hardtack.message import Request, Response
from hardtack.site import answers, forms, stale, way_out
from hardtack.site.password import length
from hardtack.site.services import Services

FIELDS = ("code", "password")

FORGOT = "/forgot"
"""Where another link is to be had."""


def show(request: Request, services: Services) -> Response:
    """Return the form.

    Raises:
        LinkWrong: the link is good no more, and the request is a script's.
    """
    code = forms.query(request).get("code", "")
    try:
        account = services.accounts.recovery.look(code, services.now)
    except LinkWrong as error:
        return stale.answer(request, services, error, again=FORGOT, changes=True)
    if answers.speaks_json(request):
        return answers.json({"fields": FIELDS, "csrf_token": services.csrf_token()})
    return _page(services, code, account)


def set_password(request: Request, services: Services) -> Response:
    """Set the password and lead to the sign-in.

    Raises:
        Refused: as the login room decides; for a form, its page is shown again instead.
    """
    form = services.form
    try:
        form.require(FIELDS)
        account, onward = services.accounts.recovery.reset(
            form.get("code"),
            form.get("password"),
            client=request.client,
            now=services.now,
            device=services.whence.device,
            language=services.language,
        )
    except LinkWrong as error:
        return stale.answer(request, services, error, again=FORGOT, changes=True)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        code = form.said("code")
        try:
            return _page(services, code, services.accounts.recovery.look(code, services.now), error=error)
        except LinkWrong as wrong:
            return stale.answer(request, services, wrong, again=FORGOT, changes=True)
    _forget_own_session(services, account)
    # Whoever has the link has the mailbox: their attempts to sign in are not counted with everybody's (DESIGN §6).
    services.show_known(services.accounts.devices.remember(services.known(), account.id, services.now))
    onward = services.destination(onward, default="")
    sign_in = services.url("/sign-in") + (f"?{urlencode({'next': onward}, safe='/')}" if onward else "")
    if answers.speaks_json(request):
        return answers.json({"sign_in": sign_in})
    return services.render("reset_done.html", sign_in=sign_in)


def _forget_own_session(services: Services, account: Account) -> None:
    """Let go of this browser's session, if it is one of those that have just ended; another account's goes on."""
    if services.identity is not None and services.identity.account == account.id:
        way_out.sign_out(services)


def _page(services: Services, code: str, account: Account, *, error: Refused | None = None) -> Response:
    # The form's own address has no code, so the language switch is told where the page with the code is.
    services.here = services.url("/reset") + "?" + urlencode({"code": code})
    return services.render("reset.html", error=error, code=code, account=account, **length(services, account))
