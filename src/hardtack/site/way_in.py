"""The one way in for our own pages: what more a sign-in needs, where it leads to, and how it ends.

Whoever has proved enough is signed in. Whoever has not is led on: to the page that asks for the second factor, to the
page where one is made, or, in a browser that is trusted, no further, because that is as good as the second factor at
assurance 2. Nobody is signed in on the way, and no identity cookie is written before all is proved. A new session id
is drawn then (``enter``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hardtack.login import Account
from hardtack.login.factors import PASSKEY, PASSWORD, TOTP, TRUSTED_DEVICE, Held, Need, level, needed, required
from hardtack.login.half import Half
from hardtack.message import Response
from hardtack.site import answers, enter, way_out
from hardtack.site.answers import Onward
from hardtack.site.enter import Entry
from hardtack.site.services import Services

SECOND_FACTOR = "/sign-in/second-factor"
"""Where another factor is proved."""

ENROL = "/sign-in/enrol"
"""Where somebody who needs another factor and has none gets one."""

PAGES = {Need.PROVE: SECOND_FACTOR, Need.ENROL: ENROL}


def sign_in_or_lead_on(
    services: Services,
    account: Account,
    *,
    keep: bool = False,
    factors: tuple[str, ...] = (PASSWORD,),
    onward: str = "",
    half: Half | None = None,
    new: bool = False,
    entry: Entry | None = None,
) -> None:
    """Make *account* the signed-in one; whoever was signed in before is signed out (ASVS 7.2.4).

    Where that takes another factor, nobody is signed in yet: the browser is led to the page that asks for it.

    Args:
        services: of the request.
        account: who it is.
        keep: whether they asked to be kept signed in.
        factors: what they have proved.
        onward: where to go after the other factor, a path of ours; ``""`` for nowhere in particular.
        half: the half-done sign-in that this ends; of two requests that end it one goes on.
        new: whether the account was made just now, in this browser.
        entry: what has written it down already; ``None`` where nothing has.

    Raises:
        Onward: another factor is needed first.
        HalfOver: *half* is over.
        StoreUnavailable: the sign-in could not be written down, so it is none.
    """
    need = sign_in(services, account, factors=factors, keep=keep, onward=onward, half=half, new=new, entry=entry)
    if need is not Need.NOTHING:
        raise Onward(lead_on(services, need))


def sign_in(
    services: Services,
    account: Account,
    *,
    factors: tuple[str, ...],
    keep: bool,
    onward: str,
    half: Half | None = None,
    new: bool = False,
    entry: Entry | None = None,
    authenticated_at: int | None = None,
) -> Need:
    """Sign *account* in, or begin the half-done sign-in and return what is missing.

    Args:
        services: of the request.
        account, factors, keep, onward, half, new, entry: as for ``sign_in_or_lead_on``.
        authenticated_at: when they proved it, where that was not now; of what was proved here it is now.
    """
    if entry is not None and entry.is_written:
        # That the password is enough was settled in the transaction that has written it down.
        _come_in(services, account, entry.complete)
        return Need.NOTHING
    accounts, now, whence = services.accounts, services.now, services.whence
    held = accounts.second_factors.held(account.id)
    account, factors, need = _looked_at(services, account, held, factors, half)
    if need is not Need.NOTHING:
        _begin(services, account, factors, keep=keep, onward=onward, half=half, new=new)
        return need
    if half is not None or TRUSTED_DEVICE in factors:
        # What is enough by itself has been written down with its proof.
        accounts.finish(account, factors, half=half, now=now, known=services.known(), whence=whence)
    if held.reset_due is not None and not {PASSKEY, TOTP}.isdisjoint(factors):
        # Who has shown the factor has not lost it.
        accounts.factor_reset.call_off(account.id, now=now, whence=whence, reason="signed-in")
    come_in = partial(
        enter.enter,
        services.visiting().session,
        account,
        accounts=accounts,
        sessions=services.parts.sessions,
        whence=whence,
        factors=factors,
        keep=keep,
        now=now,
        authenticated_at=authenticated_at,
    )
    _come_in(services, account, come_in)
    return Need.NOTHING


def admit(services: Services, account: Account, *, onward: str) -> tuple[tuple[str, ...], Need]:
    """Return what is proved after a right password, and what is missing, for which a half-done sign-in is begun then.

    Nobody is signed in; for a framework that asks who somebody is before it signs them in.
    """
    held = services.accounts.second_factors.held(account.id)
    account, factors, need = _looked_at(services, account, held, (PASSWORD,), None)
    if need is not Need.NOTHING:
        _begin(services, account, factors, keep=False, onward=onward, half=None, new=False)
    return factors, need


def _looked_at(
    services: Services, account: Account, held: Held, factors: tuple[str, ...], half: Half | None
) -> tuple[Account, tuple[str, ...], Need]:
    """Return the account, what is proved and what is missing, after a reset that is due or in a trusted browser."""
    accounts, now = services.accounts, services.now
    need = needed(held, factors, accounts.second_factors.assurance)
    if need is Need.PROVE and half is None:
        without = None
        if held.reset_due is not None and held.reset_due <= now:
            # One that has lapsed is none.
            without = accounts.factor_reset.take_effect(account, now=now, whence=services.whence)
        if without is not None:
            account, need = without, Need.ENROL
        elif required(held, accounts.second_factors.assurance) <= level((PASSWORD, TRUSTED_DEVICE)):
            factors, need = _trusted(services, account, factors)
    return account, factors, need


def _come_in(services: Services, account: Account, come_in: Callable[[], object]) -> None:
    """Let go of what was before, in this browser, and let *account* come in."""
    visitor = services.visiting()
    services.parts.half_cookie.delete(visitor, services.set_cookies)
    known = services.accounts.devices.remember(services.known(), account.id, services.now)
    way_out.leave(services)
    services.set_cookies += visitor.forget()
    services.show_known(known)
    come_in()
    services.became(account)


def _trusted(services: Services, account: Account, factors: tuple[str, ...]) -> tuple[tuple[str, ...], Need]:
    """Return what is proved and what is missing, where this browser may be trusted."""
    shown = services.trusted()
    good, after = services.accounts.trusted.use(shown, account, services.now, whence=services.whence)
    if after != shown:
        services.show_trusted(after)
    return ((*factors, TRUSTED_DEVICE), Need.NOTHING) if good else (factors, Need.PROVE)


def _begin(
    services: Services,
    account: Account,
    factors: tuple[str, ...],
    *,
    keep: bool,
    onward: str,
    half: Half | None,
    new: bool,
) -> None:
    """Begin the half-done sign-in, unless there is one."""
    if new:
        # The browser in which an account is made is its owner's own; being known carries no right.
        services.show_known(services.accounts.devices.remember(services.known(), account.id, services.now))
    if half is None:
        half = services.accounts.half.begin(account, factors, onward=onward, keep=keep, now=services.now)
        services.parts.half_cookie.put(half, services.visiting(), services.set_cookies)


def entry(services: Services, *, keep: bool) -> Entry:
    """Return what writes a sign-in down as soon as its password is found to fit; signing in completes it.

    Args:
        services: of the request.
        keep: whether they asked to be kept signed in.
    """
    session, sessions = services.visiting().session, services.parts.sessions
    return Entry(session, sessions=sessions, whence=services.whence, keep=keep, now=services.now)


def lead_on(services: Services, need: Need) -> Response:
    """Return what leads on to the other factor: to prove it, or to make one."""
    if services.request is not None and answers.speaks_json(services.request):
        return answers.json(missing(services, need), 401)
    return answers.see_other(services.url(PAGES[need]))


def missing(services: Services, need: Need) -> dict[str, Any]:
    """Return what a script is told that something is missing."""
    return {"needed": need.value, "next_step": services.url(PAGES[need]), "csrf_token": services.csrf_token()}


def half(services: Services) -> Half | None:
    """Return the half-done sign-in that the browser shows, if it is good; asked by its own pages alone."""
    shown = services.parts.half_cookie.read(services.visiting())
    return None if shown is None else services.accounts.half.read(shown, services.now)


def cancel(services: Services) -> None:
    """Let the half-done sign-in be over, and the browser forget it."""
    visitor = services.visiting()
    shown = services.parts.half_cookie.read(visitor)
    if shown is not None:
        services.accounts.half.cancel(shown)
    services.parts.half_cookie.delete(visitor, services.set_cookies)
