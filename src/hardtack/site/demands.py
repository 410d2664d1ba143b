"""What a page demands of a visitor before it goes on, and where whoever falls short of it is led.

A person is led to the page that asks for what is missing, and back; a script is told in a challenge. Each demand rests
on what the cookie and the store say in this request, never on a form. What a recent proof is, ``step_up`` decides.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.login import Account, factors
from hardtack.message import Request, Response
from hardtack.session import Identity, csrf
from hardtack.site import answers, step_up
from hardtack.site.answers import Onward
from hardtack.site.services import Services
from hardtack.status import Forbidden, Unauthorized


def lead_to_sign_in(request: Request, services: Services, *, back: str | None = None) -> Response:
    """Lead a person to the sign-in page and back.

    Args:
        request: what was asked.
        services: of the request.
        back: where to, as ``Services.destination`` returned it; ``None`` for this page.

    Raises:
        Unauthorized: the request is a script's.
    """
    if answers.speaks_json(request) or not answers.navigates(request):
        raise Unauthorized(challenge=services.challenge, reason="not-signed-in")
    asked = urlencode({"next": back or services.here}, safe="/")
    return answers.see_other(f"{services.url('/sign-in')}?{asked}")


def signed_in(request: Request, services: Services, *, back: str | None = None) -> tuple[Account, Identity]:
    """Return who is signed in.

    Args:
        request: what was asked.
        services: of the request.
        back: where to come back to; ``None`` for this address, which must then take GET, too.

    Raises:
        Onward: nobody is, and a person's browser is led to the sign-in page and back.
        Unauthorized: nobody is, and the request is a script's.
    """
    account, identity = services.account, services.identity
    if account is None or identity is None:
        raise Onward(lead_to_sign_in(request, services, back=back))
    return account, identity


def recent(
    request: Request,
    services: Services,
    *,
    back: str | None = None,
    max_age: int | None = None,
    factor: str | None = None,
) -> tuple[Account, Identity]:
    """Return who is signed in and has proved to be it a moment ago.

    Args:
        request: what was asked.
        services: of the request.
        back: as for ``signed_in``.
        max_age: seconds; ``None`` for the setting ``recent_sign_in``.
        factor: what the last proof must have been: ``"second"``, ``"passkey"``, or ``None`` for any.

    Raises:
        Onward: they have not, and a person's browser is led to the page that asks for a proof, and back.
        Unauthorized: they have not, and the request is a script's.
        MisuseError: *factor* is none of these.
    """
    factors.check_strength(factor)
    account, identity = signed_in(request, services, back=back)
    limit = services.settings.recent_sign_in if max_age is None else max_age
    superseded = services.visiting().session.superseded
    if not superseded and step_up.is_recent(identity, factor, now=services.now, max_age=limit):
        return account, identity
    page = services.url(step_up.PAGE)
    if answers.speaks_json(request) or not answers.navigates(request):
        said = step_up.demand(services.settings.realm, page, factor, limit)
        raise Unauthorized(challenge=[said], reason="sign-in-not-recent")
    raise Onward(answers.see_other(step_up.page(page, back or services.here, factor)))


def for_factors(request: Request, services: Services) -> tuple[Account, Identity]:
    """Return who is signed in and may change their factors: by a second one of a moment ago, if they have any.

    A password, with a session from before the first factor was set up, must not take it away again; nor make what
    stands for a sign-in, nor change where its owner is told of such things.

    Args:
        request: what was asked.
        services: of the request.

    Raises:
        Onward, Unauthorized: as ``recent``.
    """
    account, _ = signed_in(request, services)
    held = services.accounts.second_factors.held(account.id)
    return recent(request, services, factor=factors.SECOND_FACTOR if held.second else None)


def administrator(request: Request, services: Services, *, back: str | None = None) -> tuple[Account, Identity]:
    """Return the administrator who is signed in, and has proved it a moment ago where something is changed.

    Raises:
        Forbidden: whoever is signed in is none.
        Onward, Unauthorized: as ``signed_in`` and, for unsafe methods, ``recent``.
    """
    account, identity = signed_in(request, services, back=back)
    if not account.administrator or account.disabled:
        raise Forbidden(services.texts.both("error.administrators"), reason="not-an-administrator")
    if request.method not in csrf.SAFE_METHODS:
        return recent(request, services, back=back)
    return account, identity
