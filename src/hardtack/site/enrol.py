"""``/sign-in/enrol``: a second factor, for whoever must have one to sign in and has none.

It cannot be skipped: there is no session before it, and what is begun here belongs to the half-done sign-in alone
(attack 25). At assurance 3 only a passkey will do. The first code, or the passkey itself, proves that its owner has it,
which ends the sign-in; the recovery codes are in that one answer and nowhere else, so that answer is a page.
"""

from __future__ import annotations

from typing import Any

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.login.ceremonies import CeremonyOver
from hardtack.login.codes import FIELD
from hardtack.login.device_names import in_words
from hardtack.login.factors import PASSKEY, TOTP, Held, Need, level, needed, required
from hardtack.login.half import Half, HalfOver
from hardtack.login.passkey_errors import MOST_LABEL
from hardtack.message import Request, Response
from hardtack.site import answers, forms, own_account, qr, second_factor, way_in
from hardtack.site.passkey_offers import ANSWER, TOKEN, party
from hardtack.site.services import Services
from hardtack.site.two_factor import CEREMONY
from hardtack.site.way_in import ENROL
from hardtack.status import UnprocessableContent

FIELDS: dict[str, tuple[str, ...]] = {TOTP: (CEREMONY, FIELD), PASSKEY: ("label", TOKEN, ANSWER)}
"""What a form sends for each factor."""

WORDS = {TOTP: "enrol.with_totp", PASSKEY: "enrol.with_passkey"}
"""What a link to each says."""


def show(request: Request, services: Services) -> Response:
    """Return the page for one kind of factor, that of the query or the first that will do.

    Raises:
        HalfOver: there is no half-done sign-in, and the request is a script's.
    """
    half = way_in.half(services)
    if half is None:
        return second_factor.over(request, services)
    held = services.accounts.second_factors.held(half.account.id)
    elsewhere = _elsewhere(request, services, half, held)
    if elsewhere is not None:
        return elsewhere
    return _page(request, services, half, held, forms.query(request).get("with", ""))


def make(request: Request, services: Services) -> Response:
    """Make the factor and sign in; or cancel.

    Raises:
        HalfOver: the half-done sign-in is over, and the request is a script's.
        Refused: it cannot be made; for a form, its page is shown again.
    """
    form = services.form
    if "action" in form:
        return second_factor.cancel(request, services)
    half = way_in.half(services)
    if half is None:
        return second_factor.over(request, services)
    held = services.accounts.second_factors.held(half.account.id)
    elsewhere = _elsewhere(request, services, half, held)
    if elsewhere is not None:
        return elsewhere
    try:
        half = _make(services, half, _ways(services, held))
    except HalfOver:
        return second_factor.over(request, services)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(request, services, half, held, form.said("factor"), error=error)
    if not second_factor.whole(services, half):
        return second_factor.over(request, services)
    return _done(request, services, half.account, services.destination(half.shown.onward))


def _elsewhere(request: Request, services: Services, half: Half, held: Held) -> Response | None:
    """Return what leads away where no factor is to be made here."""
    need = needed(held, half.factors, services.accounts.second_factors.assurance)
    if need is Need.ENROL:
        return None
    if need is Need.NOTHING:
        return second_factor.over(request, services)
    if answers.speaks_json(request):
        return answers.json(way_in.missing(services, need), 401)
    return answers.see_other(services.url(way_in.SECOND_FACTOR))


def _ways(services: Services, held: Held) -> tuple[str, ...]:
    """Return the factors that will do."""
    wanted = required(held, services.accounts.second_factors.assurance)
    return (PASSKEY,) if wanted >= level((PASSKEY,)) else (TOTP, PASSKEY)


def _make(services: Services, half: Half, ways: tuple[str, ...]) -> Half:
    """Make the factor that was asked for; return the half-done sign-in with it among what is proved.

    Raises:
        UnprocessableContent: it is none of *ways*, or something is missing.
        Refused: as the login room decides.
    """
    form, whence = services.form, services.whence
    factor = form.get("factor", ways[0])
    if factor not in ways:
        said = services.texts.both("second_factor.no_way")
        raise UnprocessableContent(said, reason="no-such-way", fields={"factor": said})
    form.require(FIELDS[factor])
    common: dict[str, Any] = {
        "binding": half.row.half_id,
        "client": whence.client,
        "device": whence.device,
        "language": services.language,
        "now": services.now,
    }
    if factor == TOTP:
        services.accounts.totp.enrol(half, form.get(CEREMONY), form.get(FIELD), **common)
    else:
        services.accounts.passkeys.make(
            half, form.get(TOKEN), form.get(ANSWER), form.get("label"), party=party(services), **common
        )
    # That it was made has proved that its owner has it.
    return services.accounts.half.proved(half, factor, services.now)


def _done(request: Request, services: Services, account: Account, onward: str) -> Response:
    """Show the recovery codes, where there are none yet, and where it goes on."""
    identity = services.identity
    assert identity is not None  # noqa: S101 - they have signed in just now
    made = services.accounts.recovery_codes.make(
        identity,
        client=services.whence.client,
        device=services.whence.device,
        language=services.language,
        now=services.now,
        first=True,
    )
    if answers.speaks_json(request):
        return answers.json({"account": own_account.described(account), "recovery_codes": made})
    if not made:
        return answers.see_other(onward)
    services.here = onward
    return services.render("enrolled.html", account=account, codes=made, onward=onward, origin=services.origin)


def _page(
    request: Request, services: Services, half: Half, held: Held, asked: str, *, error: Refused | None = None
) -> Response:
    ways = _ways(services, held)
    way = asked if asked in ways else ways[0]
    services.here = services.url(ENROL) + ("" if way == ways[0] else f"?with={way}")
    if answers.speaks_json(request):
        return answers.json(_described(services, half, ways))
    return services.render(
        "enrol.html",
        error=error,
        account=half.account,
        way=way,
        others=[(each, WORDS[each]) for each in ways if each != way],
        label=services.form.said("label") or in_words(services.whence.device, services.language),
        most_label=MOST_LABEL,
        **_begun(services, half, way, services.form.said(CEREMONY)),
    )


def _described(services: Services, half: Half, ways: tuple[str, ...]) -> dict[str, Any]:
    """Return what a script needs to know to make a factor."""
    described: dict[str, Any] = {
        "needed": Need.ENROL.value,
        "ways": ways,
        "fields": {way: ["factor", *FIELDS[way]] for way in ways},
        "csrf_token": services.csrf_token(),
    }
    offer = _begun(services, half, PASSKEY)["offer"]
    described |= {TOKEN: offer.token, "options": offer.options}
    if TOTP in ways:
        begun = _begun(services, half, TOTP)
        setup = begun["setup"]
        described |= {CEREMONY: setup.token, "secret": setup.secret_text, "uri": setup.uri}
    return described


def _begun(services: Services, half: Half, way: str, setup: str = "") -> dict[str, Any]:
    """Return what the page needs to make a factor: begun anew, or as it was where its first code was not right."""
    account, binding, now = half.account, half.row.half_id, services.now
    if way == PASSKEY:
        passkeys = services.accounts.passkeys
        return {"offer": passkeys.options_to_make(account, party=party(services), binding=binding, now=now)}
    totp, issuer = services.accounts.totp, services.texts.text(services.language, "site.brand")
    try:
        made = totp.resume(account, setup, binding=binding, now=now, issuer=issuer)
    except CeremonyOver:
        made = totp.begin(account, binding=binding, now=now, issuer=issuer)
    return {"setup": made, "qr": qr.drawing(made.uri), "offer": None}
