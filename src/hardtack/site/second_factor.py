"""``/sign-in/second-factor``: the other factor, for whoever has proved the first one a moment ago.

Whose factor it must be follows from the half-done sign-in alone, and where it leads to as well; nothing that is sent
here names anybody or anything else (attack 25). One way is shown at a time, the best first, with links to the others.
A wrong answer shows the page again; after the fifth the sign-in begins anew. A browser is trusted only if its person
asks for it here, after a factor of their own, and only where that is enough at the configured assurance.
"""

from __future__ import annotations

from typing import Any

from hardtack.errors import Refused
from hardtack.login.codes import FIELD
from hardtack.login.factors import (
    PASSKEY,
    PASSWORD,
    RECOVERY_CODE,
    TOTP,
    TRUSTED_DEVICE,
    Held,
    Need,
    level,
    needed,
    required,
)
from hardtack.login.half import Half, HalfOver
from hardtack.login.passkeys_shown import Offer
from hardtack.login.second_step import Answer
from hardtack.login.trusted import LIFETIME
from hardtack.message import Request, Response
from hardtack.site import answers, forms, own_account, way_in
from hardtack.site.passkey_offers import ANSWER, TOKEN, party, to_show
from hardtack.site.services import Services
from hardtack.site.way_in import SECOND_FACTOR
from hardtack.status import UnprocessableContent

CANCEL = "cancel"
"""What a form asks for, in its field ``action``, that is to end here."""

FIELDS: dict[str, tuple[str, ...]] = {TOTP: (FIELD,), RECOVERY_CODE: (FIELD,), PASSKEY: (TOKEN, ANSWER)}
"""What a form sends for each factor."""

WORDS = {
    PASSKEY: "second_factor.with_passkey",
    TOTP: "second_factor.with_totp",
    RECOVERY_CODE: "second_factor.with_recovery_code",
    PASSWORD: "second_factor.with_password",
}
"""What a link to each way says."""


def show(request: Request, services: Services) -> Response:
    """Return the page for one way, that of the query or the best.

    Raises:
        HalfOver: there is no half-done sign-in, and the request is a script's.
    """
    half = way_in.half(services)
    if half is None:
        return over(request, services)
    held = services.accounts.second_factors.held(half.account.id)
    elsewhere = _elsewhere(request, services, half, held)
    if elsewhere is not None:
        return elsewhere
    ways = _ways(services, held)
    if answers.speaks_json(request):
        return answers.json(_described(services, half, ways))
    return _page(services, half, held, forms.query(request).get("with", ""))


def prove(request: Request, services: Services) -> Response:
    """Look at the answer, and sign in who has given the right one; or cancel.

    Raises:
        HalfOver: the half-done sign-in is over, and the request is a script's.
        Refused: the answer is wrong, or was not looked at; for a form, its page is shown again.
    """
    form = services.form
    if "action" in form:
        return cancel(request, services)
    half = way_in.half(services)
    if half is None:
        return over(request, services)
    held = services.accounts.second_factors.held(half.account.id)
    elsewhere = _elsewhere(request, services, half, held)
    if elsewhere is not None:
        return elsewhere
    try:
        answer, trust = _answer(services, _ways(services, held)), form.chosen("trust")
        half = services.accounts.second_step.prove(
            half, answer, now=services.now, whence=services.whence, language=services.language
        )
    except HalfOver:
        return over(request, services)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, half, held, form.said("factor"), trust="trust" in form, error=error)
    if not whole(services, half):
        return over(request, services)
    if trust and answer.factor != RECOVERY_CODE and _may_trust(services, held):
        begun = services.accounts.trusted.begin(services.trusted(), half.account, services.now, whence=services.whence)
        services.show_trusted(services.trusted().showing(begun, services.now))
    if answers.speaks_json(request):
        return answers.json({"account": own_account.described(half.account)})
    return answers.see_other(services.destination(half.shown.onward))


def whole(services: Services, half: Half) -> bool:
    """Sign in who has proved everything; return whether nobody was quicker with the same half-done sign-in.

    Raises:
        Onward: something else is missing.
        Refused: the sign-in could not be written down, so it is none.
    """
    shown = half.shown
    try:
        way_in.sign_in_or_lead_on(
            services, half.account, factors=half.factors, keep=shown.keep, onward=shown.onward, half=half
        )
    except HalfOver:
        return False
    return True


def over(request: Request, services: Services) -> Response:
    """Say that the sign-in begins anew; whoever comes back here after it, as by the browser's button, is led on.

    Raises:
        HalfOver: the request is a script's.
    """
    services.parts.half_cookie.delete(services.visiting(), services.set_cookies)
    if answers.speaks_json(request):
        raise HalfOver
    if services.account is not None:
        return answers.see_other(services.destination(""))
    services.here = services.url("/sign-in")
    return services.render("half_over.html", error=HalfOver())


def cancel(request: Request, services: Services) -> Response:
    """Let the half-done sign-in be over, and go back to where it began.

    Raises:
        UnprocessableContent: something else is asked for.
    """
    if services.form.get("action") != CANCEL:
        said = services.texts.both("sessions.no_action")
        raise UnprocessableContent(said, reason="no-such-action", fields={"action": said})
    way_in.cancel(services)
    if answers.speaks_json(request):
        return answers.json({"cancelled": True})
    return answers.see_other(services.url("/sign-in"))


def _elsewhere(request: Request, services: Services, half: Half, held: Held) -> Response | None:
    """Return what leads away where no factor is to be proved here."""
    need = needed(held, half.factors, services.accounts.second_factors.assurance)
    if need is Need.PROVE:
        return None
    if need is Need.NOTHING:
        # What was demanded is so no more, which is no proof of anything.
        return over(request, services)
    if answers.speaks_json(request):
        return answers.json(way_in.missing(services, need), 401)
    return answers.see_other(services.url(way_in.ENROL))


def _ways(services: Services, held: Held) -> tuple[str, ...]:
    return held.ways(required(held, services.accounts.second_factors.assurance))


def _may_trust(services: Services, held: Held) -> bool:
    return required(held, services.accounts.second_factors.assurance) <= level((PASSWORD, TRUSTED_DEVICE))


def _answer(services: Services, ways: tuple[str, ...]) -> Answer:
    """Return what was given.

    Raises:
        UnprocessableContent: it is for none of *ways*, or something is missing.
    """
    form = services.form
    factor = form.get("factor", TOTP if TOTP in ways else ways[0])
    if factor not in ways:
        said = services.texts.both("second_factor.no_way")
        raise UnprocessableContent(said, reason="no-such-way", fields={"factor": said})
    form.require(FIELDS[factor])
    if factor == PASSKEY:
        return Answer(PASSKEY, form.get(ANSWER), form.get(TOKEN), party(services))
    return Answer(factor, form.get(FIELD))


def _described(services: Services, half: Half, ways: tuple[str, ...]) -> dict[str, Any]:
    """Return what a script needs to know to go on."""
    described: dict[str, Any] = {
        "needed": Need.PROVE.value,
        "ways": ways,
        "fields": {way: ["factor", *FIELDS[way], "trust"] for way in ways},
        "csrf_token": services.csrf_token(),
    }
    if PASSKEY in ways:
        offer = _offer(services, half)
        described |= {TOKEN: offer.token, "options": offer.options}
    return described


def _offer(services: Services, half: Half) -> Offer:
    return to_show(services, half.account.id, binding=half.row.half_id)


def _page(
    services: Services, half: Half, held: Held, asked: str, *, trust: bool = False, error: Refused | None = None
) -> Response:
    ways = _ways(services, held)
    way = asked if asked in ways else ways[0]
    services.here = services.url(SECOND_FACTOR) + ("" if way == ways[0] else f"?with={way}")
    return services.render(
        "second_factor.html",
        error=error,
        account=half.account,
        way=way,
        others=[(each, WORDS[each]) for each in ways if each != way],
        trust=trust,
        # Twenty-four characters are not to be copied twice for one slip.
        typed=services.form.said(FIELD) if way == RECOVERY_CODE and error is not None else "",
        trusts=way != RECOVERY_CODE and _may_trust(services, held),
        trusted_seconds=LIFETIME,
        offer=_offer(services, half) if way == PASSKEY else None,
    )
