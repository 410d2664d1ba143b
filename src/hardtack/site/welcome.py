"""``/welcome?code=…``: the one-time link that makes the first administrator.

Looking at it consumes nothing, so previews and prefetches do no harm; sending the form does, in the transaction that
makes the account. The code travels on in a hidden field, never in an address of ours, and no request to another
origin could carry it (Referrer-Policy). Once there is an administrator the answer is 410 for ever.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.login import WelcomeCodeWrong, WelcomeGone
from hardtack.message import Request, Response
from hardtack.site import answers, forms, own_account
from hardtack.site.services import Services
from hardtack.status import Forbidden


def show(request: Request, services: Services) -> Response:
    """Return the form.

    Raises:
        Refused: the link is incomplete or expired (403), or there is an administrator already (410).
    """
    code = forms.query(request).get("code", "")
    state = services.accounts.welcome_state(code, services.now)
    if state == "gone":
        raise WelcomeGone
    if not code:
        raise Forbidden(services.texts.both("welcome.no_code"), reason="welcome-without-code")
    if state != "valid":
        raise WelcomeCodeWrong
    if answers.speaks_json(request):
        return answers.json({"fields": ["code", "username", "password"], "csrf_token": services.csrf_token()})
    return _page(services, code)


def create(request: Request, services: Services) -> Response:
    """Make the first administrator and sign them in.

    Raises:
        Refused: the code does not hold (403, 410); anything wrong with a form's fields shows its page again instead.
    """
    form = services.form
    form.require(("code",))
    code = form.get("code")
    try:
        form.require(("username", "password"))
        account = services.accounts.welcome(
            code,
            form.get("username"),
            form.get("password"),
            client=request.client,
            now=services.now,
            device=services.whence.device,
        )
    except (WelcomeGone, WelcomeCodeWrong):
        raise
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, code, username=form.said("username"), error=error)
    return own_account.made(request, services, account, services.url("/account"))


def _page(services: Services, code: str, *, username: str = "", error: Refused | None = None) -> Response:
    # The form's own address has no code, so the language switch is told where the page with the code is.
    services.here = services.url("/welcome") + "?" + urlencode({"code": code})
    return services.render("welcome.html", error=error, code=code, username=username)
