"""``/account/two-factor``: every second factor at one glance; the authenticator app and the recovery codes.

To look is enough to be signed in; to change anything the person must have proved a moment ago to be it (ASVS 7.5.1). An
app is set up in two steps: the page with the secret, as a QR code and as text, and the first right code; the secret is
in no address, and nowhere but in that page until then. Recovery codes are in the one answer that makes them, which is
why it is a page and no redirect; from there they can be printed, or saved as a file of text, which is made of what the
form sends back, if those are codes of theirs, and of nothing else. Removing a factor ends all other sign-ins; after
adding one the page offers it (7.4.3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.login.ceremonies import CeremonyOver
from hardtack.login.codes import FIELD
from hardtack.login.credentials import SessionOver
from hardtack.login.factor_changes import Removal
from hardtack.login.factors import TOTP
from hardtack.login.totp import Setup
from hardtack.message import Request, Response
from hardtack.session import Identity
from hardtack.site import answers, demands, forms, qr, renewal, texts, trusted_devices
from hardtack.site.services import Services
from hardtack.status import UnprocessableContent

PATH = "/account/two-factor"

SET_UP, CONFIRM, REMOVE, MAKE_CODES, SAVE = "set-up", "confirm", "remove", "make-codes", "save"
"""What a form asks for, in its field ``action``."""

CEREMONY = "ceremony"
"""The field with what was begun."""

FILE_NAME = "recovery-codes.txt"

_DONE = {"added": "two_factor.done_added", "removed": "two_factor.done_removed"}


def show(request: Request, services: Services) -> Response:
    """Return what the account has beside its password.

    Raises:
        Onward, Unauthorized: nobody is signed in.
    """
    account, _ = demands.signed_in(request, services)
    if answers.speaks_json(request):
        return answers.json({**_machine(services, account), "csrf_token": services.csrf_token()})
    return _page(services, account, done=forms.query(request).get("done", ""))


def change(request: Request, services: Services) -> Response:
    """Do what the form asks for.

    Raises:
        Onward, Unauthorized: nobody is signed in, or was not a moment ago.
        UnprocessableContent: it is not said what.
        Refused: as the login room decides; for a form, the page is shown again instead.
    """
    account, identity = demands.signed_in(request, services)
    action = services.form.get("action")
    ways: dict[str, Callable[[Request, Services, Account, Identity], Response]] = {
        SET_UP: _set_up,
        CONFIRM: _confirm,
        REMOVE: _remove,
        MAKE_CODES: _make_codes,
        SAVE: _save,
    }
    if action not in ways:
        said = services.texts.both("two_factor.no_action")
        raise UnprocessableContent(said, reason="no-such-action", fields={"action": said})
    if action != SAVE:
        demands.for_factors(request, services)
    try:
        return ways[action](request, services, account, identity)
    except SessionOver:
        raise
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return _page(services, account, error=error)


def _set_up(request: Request, services: Services, account: Account, identity: Identity) -> Response:
    setup = services.accounts.totp.begin(account, binding=identity.lineage, now=services.now, issuer=_brand(services))
    if answers.speaks_json(request):
        return answers.json({CEREMONY: setup.token, "secret": setup.secret_text, "uri": setup.uri})
    return _setup_page(services, account, setup)


def _confirm(request: Request, services: Services, account: Account, identity: Identity) -> Response:
    form, totp = services.form, services.accounts.totp
    begun: dict[str, Any] = {"binding": identity.lineage, "now": services.now}
    try:
        form.require((FIELD, CEREMONY))
        account = totp.enrol(identity, form.get(CEREMONY), form.get(FIELD), **begun, **_who(request, services))
    except (SessionOver, CeremonyOver):
        # Of what is over no code will ever be right: it begins anew, on the page before.
        raise
    except Refused as error:
        if answers.speaks_json(request):
            raise
        try:
            setup = totp.resume(account, form.said(CEREMONY), **begun, issuer=_brand(services))
        except CeremonyOver:
            raise error from None
        return _setup_page(services, account, setup, error=error)
    codes = services.accounts.recovery_codes.make(identity, now=services.now, first=True, **_who(request, services))
    renewal.proved(services, identity, TOTP)
    if answers.speaks_json(request):
        return answers.json({**_machine(services, account), "codes": codes}, 201)
    if codes:
        return _codes_page(services, account, codes, added=True)
    return answers.see_other(f"{services.url(PATH)}?done=added")


def _remove(request: Request, services: Services, account: Account, identity: Identity) -> Response:
    after = services.accounts.totp.remove(
        identity,
        password=services.form.get("password"),
        now=services.now,
        known=services.known(),
        **_who(request, services),
    )
    renewal.after_change(services, after)
    if answers.speaks_json(request):
        return answers.json(_machine(services, after))
    return answers.see_other(f"{services.url(PATH)}?done=removed")


def _make_codes(request: Request, services: Services, account: Account, identity: Identity) -> Response:
    codes = services.accounts.recovery_codes.make(identity, now=services.now, **_who(request, services))
    if answers.speaks_json(request):
        return answers.json({**_machine(services, account), "codes": codes}, 201)
    return _codes_page(services, account, codes, added=False)


def _save(request: Request, services: Services, account: Account, identity: Identity) -> Response:
    services.form.require(("codes",))
    codes = services.accounts.recovery_codes.as_text(account.id, services.form.get("codes").split())
    language = services.language
    heading = services.texts.text(language, "two_factor.file", brand=_brand(services), name=account.display_name)
    body = f"{heading}\n{services.origin}\n\n{codes}".encode()
    disposition = f'attachment; filename="{FILE_NAME}"'
    return Response(200, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Disposition", disposition)], body)


def _who(request: Request, services: Services) -> dict[str, Any]:
    return {"client": request.client, "device": services.whence.device, "language": services.language}


def _brand(services: Services) -> str:
    return services.texts.text(services.language, "site.brand")


def _machine(services: Services, account: Account) -> dict[str, Any]:
    """Return what a script is told of an account's factors: no secret."""
    accounts = services.accounts
    held, created, codes = (
        accounts.second_factors.held(account.id),
        accounts.totp.created(account.id),
        accounts.recovery_codes.of(account.id),
    )
    return {
        "totp": None if created is None else {"created": texts.machine_time(created)},
        "passkeys": held.passkeys,
        "recovery_codes": {
            "left": codes.left,
            "created": None if codes.created is None else texts.machine_time(codes.created),
        },
        "needed": accounts.factor_changes.removal(account.id, TOTP) is Removal.STAYS,
    }


def _setup_page(services: Services, account: Account, setup: Setup, *, error: Refused | None = None) -> Response:
    return services.render("two_factor_setup.html", error=error, account=account, setup=setup, qr=qr.drawing(setup.uri))


def _codes_page(services: Services, account: Account, codes: tuple[str, ...], *, added: bool) -> Response:
    return services.render(
        "recovery_codes.html", account=account, codes=codes, added=added, done="", origin=services.origin
    )


def _page(services: Services, account: Account, *, done: str = "", error: Refused | None = None) -> Response:
    accounts, language = services.accounts, services.language
    held = accounts.second_factors.held(account.id)
    return services.render(
        "two_factor.html",
        error=error,
        account=account,
        held=held,
        app_created=accounts.totp.created(account.id),
        codes_created=accounts.recovery_codes.of(account.id).created,
        removal=accounts.factor_changes.removal(account.id, TOTP).value,
        locked=held.totp and accounts.guesses.locked(account.id, services.now),
        trusted=trusted_devices.listed(services, account),
        way_back=services.way_back(error),
        done=services.texts.text(language, _DONE[done]) if done in _DONE and error is None else "",
        added=done == "added",
    )
