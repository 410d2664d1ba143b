"""``/admin/invitations``: who was invited and what became of it; a new one is made here, and one is taken back.

The link is shown once, to whoever made it, and goes by mail as well where there is an address and mail. It is kept
nowhere, so nobody can look it up again.
"""

from __future__ import annotations

from typing import Any

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.message import Request, Response
from hardtack.site import answers, forms, paged, texts
from hardtack.site.admin import asking
from hardtack.site.services import Services
from hardtack.status import NotFound
from hardtack.store.invitations import Invitation

PATH = "/admin/invitations"

NEWEST = 200
"""So many are listed; older ones are in the trail."""

SHOWN = 12
"""Invitations on a page."""

STATES = {
    "open": "admin.invitation_open",
    "used": "admin.invitation_used",
    "withdrawn": "admin.invitation_withdrawn",
    "expired": "admin.invitation_expired",
}


def show(request: Request, services: Services) -> Response:
    """Return the list, and the form for a new one.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
    """
    asking.administrator(request, services, acts=True)
    return _page(request, services)


def act(request: Request, services: Services) -> Response:
    """Make an invitation or take one back.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
        Refused: what was typed cannot be used; for a form, its page is shown again.
    """
    actor = asking.administrator(request, services)
    try:
        return asking.chosen(services, _ACTIONS)(request, services, actor)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(request, services, error=error)


def _invite(request: Request, services: Services, actor: Account) -> Response:
    form = services.form
    email = form.get("email").strip() or None
    mailed = email is not None and services.settings.mail_url is not None
    identifier, code = services.accounts.invitations.make(
        actor.id,
        email=email,
        roles=asking.roles_in(form),
        by_mail=mailed,
        language=services.language,
        whence=services.whence,
        now=services.now,
    )
    link = asking.link(services, "/sign-up", code)
    if answers.speaks_json(request):
        return answers.json({"id": identifier.hex(), "link": link, "mailed": mailed}, 201)
    return _page(request, services, link=link, mailed=mailed)


def _withdraw(request: Request, services: Services, actor: Account) -> Response:
    services.form.require(("id",))
    try:
        identifier = bytes.fromhex(services.form.get("id"))
    except ValueError:
        identifier = b""
    if not services.accounts.invitations.withdraw(identifier, actor=actor.id, whence=services.whence, now=services.now):
        raise NotFound(services.texts.both("admin.no_invitation"), reason="no-such-invitation")
    if answers.speaks_json(request):
        return answers.json({"done": "withdraw", "id": identifier.hex()})
    return answers.see_other(services.url(PATH))


_ACTIONS: dict[str, asking.Action] = {"invite": _invite, "withdraw": _withdraw}


def _page(
    request: Request,
    services: Services,
    *,
    error: Refused | None = None,
    link: str | None = None,
    mailed: bool = False,
) -> Response:
    found = services.accounts.invitations.list(NEWEST)
    if answers.speaks_json(request):
        return answers.json(
            {
                "invitations": [_as_json(each, services.now) for each in found],
                "open": services.settings.invites,
                "fields": ["action", "email", "roles", "id"],
                "csrf_token": services.csrf_token(),
            }
        )
    after = forms.query(request).get(paged.AFTER, "")
    at = paged.place(found, lambda each: each.id.hex(), size=SHOWN, after=after)
    shown = found[at.begin : at.end]
    people = {number for each in shown for number in (each.invited_by, each.account_id) if number}
    return services.render(
        "admin_invitations.html",
        error=error,
        invitations=shown,
        more=at.more(services.url(PATH)),
        state=lambda each: services.texts.text(services.language, STATES[each.state(services.now)]),
        names=services.accounts.administration.names(people),
        typed={name: services.form.said(name) for name in ("email", "roles")} if error else {},
        link=link,
        mailed=mailed,
        now=services.now,
    )


def _as_json(each: Invitation, now: int) -> dict[str, Any]:
    return {
        "id": each.id.hex(),
        "state": each.state(now),
        "created": texts.machine_time(each.created),
        "until": texts.machine_time(each.until),
        "invited_by": each.invited_by,
        "email": each.email,
        "roles": each.roles,
        "account_id": each.account_id,
    }
