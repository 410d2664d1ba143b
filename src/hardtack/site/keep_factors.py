"""``/keep-factors``: the owner calls off the reset of their second factor.

With the code of the link in the mail anybody who reads it can, signed in or not, since all that comes of it is that
nothing changes. Whoever is signed in needs no mail: the page has a code for their own account. Looking at it consumes
nothing, so previews and prefetches do no harm; sending the form does. The code travels on in a hidden field, never in
an address of ours.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.login.links import LinkWrong
from hardtack.message import Request, Response
from hardtack.site import answers, demands, forms, stale, texts
from hardtack.site.services import Services
from hardtack.store.factor_resets import ResetRow

PATH = "/keep-factors"


def show(request: Request, services: Services) -> Response:
    """Return the form.

    Raises:
        LinkWrong: the link is not good, and the request is a script's.
        Onward, Unauthorized: there is no code, and nobody is signed in.
    """
    code = forms.query(request).get("code", "")
    factor_reset = services.accounts.factor_reset
    if code:
        try:
            account = factor_reset.look(code, services.now)
        except LinkWrong as error:
            return stale.answer(request, services, error)
        # The form's own address has no code, so the language switch is told where the page with the code is.
        services.here = services.url(PATH) + "?" + urlencode({"code": code})
    else:
        account, _ = demands.signed_in(request, services)
        code = factor_reset.code_for(account.id, services.now)
    row = factor_reset.pending(account.id, services.now)
    if answers.speaks_json(request):
        told = {"reset": _as_json(row), "code": code if row else None}
        return answers.json({**told, "fields": ["code"], "csrf_token": services.csrf_token()})
    return services.render("keep_factors.html", meant=account, code=code, row=row, done=False)


def call_off(request: Request, services: Services) -> Response:
    """Call the reset off.

    Raises:
        LinkWrong: the link is not good, and the request is a script's.
    """
    services.form.require(("code",))
    code = services.form.get("code")
    try:
        account = services.accounts.factor_reset.call_off_by_link(code, now=services.now, whence=services.whence)
    except LinkWrong as error:
        return stale.answer(request, services, error)
    if answers.speaks_json(request):
        return answers.json({"called_off": True})
    return services.render("keep_factors.html", meant=account, code="", row=None, done=True)


def _as_json(row: ResetRow | None) -> dict[str, str] | None:
    if row is None:
        return None
    return {"asked": texts.machine_time(row.asked), "due": texts.machine_time(row.due)}
