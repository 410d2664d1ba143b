"""``/verify?code=…``: the link that was sent to a new address makes it that of the account.

Looking at it consumes nothing. Sending the form does, for whoever is signed in to the account that the link is about
and has proved it a moment ago; in whichever browser. What is wrong with a link is said to nobody, and neither that
somebody else has the address.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.login.links import LinkWrong
from hardtack.message import Request, Response
from hardtack.site import answers, demands, forms, own_account, stale
from hardtack.site.services import Services
from hardtack.status import Forbidden

ADDRESS = "/account/email"
"""Where another link is to be had, and where a good one leads to."""


def show(request: Request, services: Services) -> Response:
    """Return the form.

    Raises:
        Onward, Unauthorized: nobody is signed in, or not since a moment ago.
        LinkWrong: the link is not good, and the request is a script's.
        Refused: it is that of another account (403).
    """
    account, _ = demands.recent(request, services)
    code = forms.query(request).get("code", "")
    if not code:
        raise Forbidden(services.texts.both("verify.no_code"), reason="link-without-code")
    try:
        email = services.accounts.addresses.pending(account.id, code, now=services.now)
    except LinkWrong as error:
        return stale.answer(request, services, error, again=ADDRESS)
    if answers.speaks_json(request):
        return answers.json({"email": email, "fields": ["code"], "csrf_token": services.csrf_token()})
    return services.render("verify.html", account=account, code=code, email=email)


def confirm(request: Request, services: Services) -> Response:
    """Make the address that of the account.

    Raises:
        Onward, Unauthorized: nobody is signed in, or not since a moment ago.
        LinkWrong: the link is not good, and the request is a script's.
        Refused: it is that of another account (403).
    """
    form = services.form
    form.require(("code",))
    code = form.get("code")
    account, _ = demands.recent(request, services, back=services.url("/verify") + "?" + urlencode({"code": code}))
    try:
        changed = services.accounts.addresses.confirm(
            account.id,
            code,
            client=request.client,
            device=services.whence.device,
            now=services.now,
        )
    except LinkWrong as error:
        return stale.answer(request, services, error, again=ADDRESS)
    if answers.speaks_json(request):
        return answers.json({"account": own_account.described(changed)})
    return answers.see_other(services.url(ADDRESS) + "?done=changed")
