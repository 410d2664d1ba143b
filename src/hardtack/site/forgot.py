"""``/forgot``: somebody cannot sign in any more and asks for a link.

Whatever address is given, the answer is the same page, and the request has done the same (attacks 8 and 9): whether the
address is anybody's is found out elsewhere, and only its mailbox is told. Who has no address, or no mailbox any more,
reads here what is left; so does everybody where no mail is set up.
"""

from __future__ import annotations

from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.site import answers, forms
from hardtack.site.services import Services
from hardtack.status import Forbidden

FIELDS = ("email", "next")


def show(request: Request, services: Services) -> Response:
    """Return the form; without mail, the page says who can help."""
    if answers.speaks_json(request):
        if services.settings.mail_url is None:
            _refuse(services)
        return answers.json({"fields": FIELDS, "csrf_token": services.csrf_token()})
    return _page(services, asked_next=forms.query(request).get("next", ""))


def ask(request: Request, services: Services) -> Response:
    """Order the link and say so, whoever it is.

    Raises:
        Forbidden: there is no mail.
        Refused: what was typed is no address, or was asked for too often; for a form, its page is shown again instead.
    """
    if services.settings.mail_url is None:
        _refuse(services)
    form = services.form
    try:
        form.require(("email",))
        services.accounts.recovery.ask(
            form.get("email"),
            client=request.client,
            now=services.now,
            device=services.whence.device,
            language=services.language,
            onward=services.destination(form.get("next"), default=""),
        )
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, asked_next=form.said("next"), email=form.said("email"), error=error)
    email = form.get("email").strip()
    if answers.speaks_json(request):
        return answers.json({"detail": services.texts.text(services.language, "forgot.sent", email=email)}, 202)
    return _page(services, asked_next="", email=email, sent=True)


def _refuse(services: Services) -> None:
    raise Forbidden(services.texts.both("forgot.no_mail"), reason="no-mail-is-set-up")


def _page(
    services: Services, *, asked_next: str, email: str = "", sent: bool = False, error: Refused | None = None
) -> Response:
    onward = services.destination(asked_next, default="")
    return services.render("forgot.html", error=error, email=email, next=onward, sent=sent)
