"""``/release``: the way back in for somebody whom others' wrong passwords keep out, and who has no known device.

Without a code it asks for a name or an address and orders a link by mail; whatever was typed, the answer is the same.
With the code of a link it makes this browser known, and nothing else: nobody is signed in by it. Looking at
a link consumes nothing, so previews and prefetches do no harm; sending the form does. The code travels on in a hidden
field, never in an address of ours. Links of administrators lead here, too, also where the service sends no mail.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.login.links import LinkWrong
from hardtack.message import Request, Response
from hardtack.site import answers, forms, stale
from hardtack.site.services import Services
from hardtack.status import Forbidden, UnprocessableContent


def show(request: Request, services: Services) -> Response:
    """Return the form that asks for a link, or the one that uses it.

    Raises:
        LinkWrong: the link is not good, and the request is a script's.
        Forbidden: the service sends no mail.
    """
    code = forms.query(request).get("code", "")
    if code:
        try:
            services.accounts.release.look(code, services.now)
        except LinkWrong as error:
            return _stale(request, services, error)
        field = "code"
    else:
        _check_mail(services)
        field = "username"
    if answers.speaks_json(request):
        return answers.json({"fields": [field], "csrf_token": services.csrf_token()})
    if not code:
        return _page(services, "ask")
    # The form's own address has no code, so the language switch is told where the page with the code is.
    services.here = services.url("/release") + "?" + urlencode({"code": code})
    return _page(services, "use", code=code)


def send(request: Request, services: Services) -> Response:
    """Order a link, or use one.

    Raises:
        LinkWrong: the link is not good, and the request is a script's.
        Forbidden: the service sends no mail.
        Refused: as the login room decides; for a form, its page is shown again instead.
    """
    if "code" in services.form:
        return _use(request, services)
    return _ask(request, services)


def _ask(request: Request, services: Services) -> Response:
    _check_mail(services)
    form = services.form
    try:
        identifier = form.get("username")
        if not identifier.strip():
            both = services.texts.both
            missing = {"username": both("release.no_field")}
            raise UnprocessableContent(both("form.incomplete"), reason="field-missing", fields=missing)
        services.accounts.release.ask(
            identifier,
            client=request.client,
            now=services.now,
            language=services.language,
            device=services.whence.device,
        )
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, "ask", username=form.said("username"), error=error)
    if answers.speaks_json(request):
        return answers.json({"asked": True}, 202)
    return _page(services, "sent")


def _use(request: Request, services: Services) -> Response:
    form = services.form
    form.require(("code",))
    try:
        known = services.accounts.release.use(
            form.get("code"),
            services.known(),
            client=request.client,
            now=services.now,
            device=services.whence.device,
        )
    except LinkWrong as error:
        return _stale(request, services, error)
    services.show_known(known)
    if answers.speaks_json(request):
        return answers.json({"released": True})
    return _page(services, "used")


def _stale(request: Request, services: Services, error: LinkWrong) -> Response:
    return stale.answer(request, services, error, again="/release" if services.settings.mail_url is not None else None)


def _check_mail(services: Services) -> None:
    if services.settings.mail_url is None:
        raise Forbidden(services.texts.both("release.no_mail"), reason="no-mail")


def _page(
    services: Services, step: str, *, code: str = "", username: str = "", error: Refused | None = None
) -> Response:
    return services.render("release.html", error=error, step=step, code=code, username=username)
