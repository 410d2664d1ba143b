"""``/sign-up``: somebody becomes an account, by a name of their choice or by an address; a ``code`` is for ``joining``.

By name a name and a password are enough; names are public, so a taken one is said. By address the form asks for nothing
else, and whoever has the address, the answer is the same page under the same status; the mail tells the rest.

Closed unless the settings open it. The fields that the form has are all that is read: whatever else is sent, such as
``administrator``, means nothing (attack 28).
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.login.links import Kind
from hardtack.message import Request, Response
from hardtack.site import answers, forms, joining, own_account
from hardtack.site.services import Services
from hardtack.status import Forbidden

ORDERED = 202
"""What is answered where a mail will tell the rest (RFC 9110 §15.3.3)."""


def show(request: Request, services: Services) -> Response:
    """Return the form.

    Raises:
        Forbidden: sign-up is closed.
        LinkWrong: there is a code, it is not good, and the request is a script's.
    """
    asked = forms.query(request)
    if "code" in asked:
        return joining.show(request, services, asked["code"])
    _check_open(services)
    if answers.speaks_json(request):
        return answers.json({"fields": [*_fields(services), "next"], "csrf_token": services.csrf_token()})
    return _page(services, asked_next=asked.get("next", ""))


def create(request: Request, services: Services) -> Response:
    """Make the account and sign its owner in; by address, order the mail.

    Raises:
        Forbidden: sign-up is closed.
        Refused: as the login room decides; for a form, its page is shown again instead.
    """
    if "code" in services.form:
        return joining.create(request, services)
    _check_open(services)
    try:
        return (_by_email if services.settings.by_email else _by_name)(request, services)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        form = services.form
        return _page(
            services,
            asked_next=form.said("next"),
            username=form.said("username"),
            email=form.said("email"),
            error=error,
        )


def _by_name(request: Request, services: Services) -> Response:
    form = services.form
    form.require(("username", "password"))
    name, password, asked_next = form.get("username"), form.get("password"), form.get("next")
    account = services.accounts.sign_up(
        name,
        password,
        email=form.get("email") if "email" in _fields(services) else "",
        language=services.language,
        client=request.client,
        device=services.whence.device,
        now=services.now,
    )
    return own_account.made(request, services, account, services.destination(asked_next))


def _by_email(request: Request, services: Services) -> Response:
    form = services.form
    form.require(("email",))
    email, onward = form.get("email"), services.destination(form.get("next"), default="")
    services.accounts.joining.ask(
        email,
        language=services.language,
        onward=onward,
        client=request.client,
        device=services.whence.device,
        now=services.now,
    )
    if answers.speaks_json(request):
        return answers.json({"mail": "ordered", "email": email.strip()}, ORDERED)
    response = services.render(
        "sign_up_asked.html", email=email.strip(), lifetime=Kind.SIGN_UP.lifetime, next_query=_query(onward)
    )
    response.status = ORDERED
    return response


def _fields(services: Services) -> tuple[str, ...]:
    """Return what the form asks for."""
    settings = services.settings
    if settings.by_email:
        return ("email",)
    return ("username", "password") if settings.mail_url is None else ("username", "password", "email")


def _check_open(services: Services) -> None:
    if not services.settings.sign_up_open:
        said = "sign_up.invited" if services.settings.invites else "sign_up.closed"
        raise Forbidden(services.texts.both(said), reason="sign-up-is-closed")


def _page(
    services: Services, *, asked_next: str, username: str = "", email: str = "", error: Refused | None = None
) -> Response:
    onward = services.destination(asked_next, default="")
    values = {"email": email, "next": onward, "next_query": _query(onward)}
    if services.settings.by_email:
        return services.render("sign_up_by_email.html", error=error, **values)
    return services.render("sign_up.html", error=error, username=username, **values)


def _query(onward: str) -> str:
    return f"?{urlencode({'next': onward}, safe='/')}" if onward else ""
