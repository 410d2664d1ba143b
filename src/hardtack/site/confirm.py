"""``/account/confirm``: a proof once more, before something that cannot be undone.

Being signed in says that the person was here; this page says that they still are. It takes the password or another
factor of theirs, one at a time, and where a certain strength is asked for, only what has it. Whose it must be follows
from the sign-in alone, so whatever else is sent means nothing (attacks 26 and 28). If it is right, the session goes on
under a new id and as of now (ASVS 7.2.4, 7.5.1); the old id ends, other sign-ins of the account stay, and so do the
forms that are open in other tabs. A sign-in is a proof as well: whoever is signed out is led there and on from there.
A trusted browser is no proof of anything here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.login.codes import FIELD
from hardtack.login.factors import PASSKEY, PASSWORD, SECOND_FACTOR, STRENGTHS, TOTP, proving
from hardtack.login.second_step import Answer
from hardtack.message import Request, Response
from hardtack.session import Identity
from hardtack.site import answers, demands, forms, own_account, renewal, texts
from hardtack.site.passkey_offers import ANSWER, TOKEN, party, to_show
from hardtack.site.second_factor import WORDS
from hardtack.site.services import Services
from hardtack.status import UnprocessableContent

FIELDS: dict[str, tuple[str, ...]] = {PASSWORD: ("password",), TOTP: (FIELD,), PASSKEY: (TOKEN, ANSWER)}
"""What a form sends for each proof."""

_NOTHING = {SECOND_FACTOR: "confirm.none_second", PASSKEY: "confirm.none_passkey"}
"""What is said to whoever has nothing of the strength that is asked for."""


def show(request: Request, services: Services) -> Response:
    """Return the form.

    Raises:
        Unauthorized: nobody is signed in, and a redirect would not lead to a person.
    """
    asked = forms.query(request)
    account = services.account
    if account is None:
        return demands.lead_to_sign_in(request, services, back=services.destination(asked.get("next", "")))
    strength = _strength(asked.get("strength", ""))
    if answers.speaks_json(request):
        ways = _ways(services, account, strength)
        fields: dict[str, Any] = {"fields": ["password", "next"]} if PASSWORD in ways else {}
        if PASSKEY in ways:
            offer = to_show(services, account.id)
            fields |= {TOKEN: offer.token, "options": offer.options}
        return answers.json({**fields, "ways": ways, "csrf_token": services.csrf_token()})
    return _page(services, account, strength, asked.get("with", ""), asked_next=asked.get("next", ""))


def prove(request: Request, services: Services) -> Response:
    """Note that whoever is signed in has proved it again, and go on.

    Raises:
        Unauthorized: nobody is signed in, and the request is a script's.
        Refused: as the login room decides, or the cookie is from before a step-up; for a form, its page is shown again.
    """
    form = services.form
    account, identity = services.account, services.identity
    if account is None or identity is None:
        return demands.lead_to_sign_in(request, services, back=services.destination(form.get("next")))
    strength = _strength(form.said("strength"))
    try:
        way = _way(services, form.get("factor", PASSWORD), _ways(services, account, strength))
        form.require(FIELDS[way])
        asked_next = form.get("next")
        proved = _proved(request, services, identity, way)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, account, strength, form.said("factor"), asked_next=form.said("next"), error=error)
    if answers.speaks_json(request):
        at = texts.machine_time(proved.authenticated_at)
        return answers.json({"account": own_account.described(account), "session": {"authenticated_at": at}})
    return answers.see_other(services.destination(asked_next))


def _strength(asked: str) -> str | None:
    return asked if asked in STRENGTHS else None


def _ways(services: Services, account: Account, strength: str | None) -> tuple[str, ...]:
    """Return how the owner of the account can prove again to be it; the password first, where it is enough."""
    held = services.accounts.second_factors.held(account.id)
    others = proving(held, strength)
    return others if strength is not None else (PASSWORD, *others)


def _way(services: Services, asked: str, ways: tuple[str, ...]) -> str:
    if asked not in ways:
        said = services.texts.both("second_factor.no_way")
        raise UnprocessableContent(said, reason="no-such-way", fields={"factor": said})
    return asked


def _proved(request: Request, services: Services, identity: Identity, way: str) -> Identity:
    form = services.form
    if way == PASSWORD:
        return renewal.by_password(services, identity, form.get("password"), client=request.client)
    if way == PASSKEY:
        return renewal.by_answer(services, identity, Answer(way, form.get(ANSWER), form.get(TOKEN), party(services)))
    return renewal.by_answer(services, identity, Answer(way, form.get(FIELD)))


def _page(
    services: Services,
    account: Account,
    strength: str | None,
    asked: str,
    *,
    asked_next: str,
    error: Refused | None = None,
) -> Response:
    onward = services.destination(asked_next, default="")
    ways = _ways(services, account, strength)
    way = asked if asked in ways else next(iter(ways), "")
    carried = {"next": onward, "strength": strength or ""}
    kept = {name: value for name, value in carried.items() if value}
    return services.render(
        "confirm.html",
        error=error,
        way_back=services.way_back(error),
        account=account,
        next=onward,
        strength=strength or "",
        way=way,
        offer=to_show(services, account.id) if way == PASSKEY else None,
        nothing=_NOTHING.get(strength or "", ""),
        others=[(WORDS[each], "?" + urlencode({**kept, "with": each}, safe="/")) for each in ways if each != way],
    )
