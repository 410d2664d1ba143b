"""``/account/passkeys``: the passkeys of whoever is signed in, made, named and removed.

To look at the list it is enough to be signed in; everything else wants a sign-in of a moment ago, which is asked for
before the browser is, so that no answer of it is lost on the way. Whose passkeys they are follows from the identity
alone (attack 28). A removal ends every other session, and this one goes on under a new id. With the first second factor
of an account come its recovery codes, in the one answer that shows them.
"""

from __future__ import annotations

from typing import Any

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.login.credentials import SessionOver
from hardtack.login.device_names import in_words
from hardtack.login.factors import PASSKEY
from hardtack.login.passkey_errors import MOST, MOST_LABEL
from hardtack.login.passkeys_shown import Offer
from hardtack.message import Request, Response
from hardtack.session import Identity
from hardtack.site import answers, demands, forms, paged, passkey_offers, renewal, texts
from hardtack.site.answers import Onward
from hardtack.site.passkey_offers import ANSWER, TOKEN
from hardtack.site.services import Services
from hardtack.status import Unauthorized, UnprocessableContent
from hardtack.store.passkeys import Passkey

PATH = "/account/passkeys"

SHOWN = 5
"""Passkeys on a page, each with what can be done about it; there may be twenty."""

_DONE = {"added": "passkeys.done_added", "renamed": "passkeys.done_renamed", "removed": "passkeys.done_removed"}
"""What is said after something was done, by the word in the address that the answer leads to."""


def show(request: Request, services: Services) -> Response:
    """Return the list and the form.

    Raises:
        Onward, Unauthorized: nobody is signed in.
    """
    account, _ = demands.signed_in(request, services)
    if answers.speaks_json(request):
        offer = _offer(request, services, account)
        return answers.json(
            {
                "passkeys": [_described(each) for each in services.accounts.passkeys.list(account.id)],
                "make": None if offer is None else {TOKEN: offer.token, "options": offer.options},
                "csrf_token": services.csrf_token(),
            }
        )
    return _page(request, services, account, done=forms.query(request).get("done", ""))


def change(request: Request, services: Services) -> Response:
    """Add a passkey, call one something else, or remove one.

    Raises:
        Onward, Unauthorized: nobody is signed in, or not recently.
        UnprocessableContent: it is not said which of these.
        Refused: it cannot be done; for a form, its page is shown again instead.
    """
    account, identity = demands.for_factors(request, services)
    form = services.form
    does = {"add": _add, "rename": _rename, "remove": _remove}.get(form.get("action"))
    if does is None:
        said = services.texts.both("admin.no_action")
        raise UnprocessableContent(said, reason="no-such-action", fields={"action": said})
    try:
        return does(request, services, account, identity)
    except SessionOver:
        raise
    except Refused as error:
        if answers.speaks_json(request):
            raise
        opened = _opened(services, account, form.said("id"), error)
        return _page(request, services, account, error=error, label=form.said("label"), opened=opened)


def _add(request: Request, services: Services, account: Account, identity: Identity) -> Response:
    form = services.form
    form.require(("label", TOKEN, ANSWER))
    made = services.accounts.passkeys.make(
        identity,
        form.get(TOKEN),
        form.get(ANSWER),
        form.get("label"),
        party=passkey_offers.party(services),
        binding=identity.lineage,
        **_who(request, services),
        language=services.language,
    )
    codes = services.accounts.recovery_codes.make(
        identity, **_who(request, services), language=services.language, first=True
    )
    renewal.proved(services, identity, PASSKEY)
    if answers.speaks_json(request):
        return answers.json({**_described(made), "recovery_codes": codes}, 201)
    if codes:
        return services.render(
            "recovery_codes.html",
            account=account,
            codes=codes,
            added=True,
            done=_DONE["added"],
            origin=services.origin,
        )
    return _done(services, "added")


def _rename(request: Request, services: Services, account: Account, identity: Identity) -> Response:
    form = services.form
    form.require(("id", "label"))
    renamed = services.accounts.passkeys.rename(identity, form.get("id"), form.get("label"), **_who(request, services))
    return answers.json(_described(renamed)) if answers.speaks_json(request) else _done(services, "renamed")


def _remove(request: Request, services: Services, account: Account, identity: Identity) -> Response:
    form = services.form
    form.require(("id",))
    wanted = form.get("id")
    changed = services.accounts.passkeys.remove(
        identity,
        wanted,
        password=form.get("password"),
        **_who(request, services),
        language=services.language,
        known=services.known(),
    )
    renewal.after_change(services, changed)
    return answers.json({"removed": wanted}) if answers.speaks_json(request) else _done(services, "removed")


def _who(request: Request, services: Services) -> dict[str, Any]:
    return {"client": request.client, "now": services.now, "device": services.whence.device}


def _done(services: Services, word: str) -> Response:
    return answers.see_other(f"{services.url(PATH)}?done={word}")


def _offer(request: Request, services: Services, account: Account) -> Offer | None:
    """Return what the browser is asked with, if it may be: not before somebody has proved a moment ago who they are."""
    accounts = services.accounts
    if not _recent(request, services) or len(accounts.passkeys.list(account.id)) >= MOST:
        return None
    return accounts.passkeys.options_to_make(
        account, party=passkey_offers.party(services), binding=services.binding, now=services.now
    )


def _recent(request: Request, services: Services) -> bool:
    try:
        demands.for_factors(request, services)
    except (Onward, Unauthorized):
        return False
    return True


def _opened(services: Services, account: Account, wanted: str, error: Refused) -> str:
    """Return *wanted* if it is in the list, and say of the fields in *error* that they are that entry's."""
    there = [each.id for each in services.accounts.passkeys.list(account.id)]
    if wanted not in there:
        return ""
    number = there.index(wanted) % SHOWN + 1
    error.fields = {f"{name}-{number}": text for name, text in error.fields.items()}
    return wanted


def _page(
    request: Request,
    services: Services,
    account: Account,
    *,
    error: Refused | None = None,
    label: str = "",
    opened: str = "",
    done: str = "",
) -> Response:
    language, said = services.language, services.texts
    there = services.accounts.passkeys.list(account.id)
    after = forms.query(request).get(paged.AFTER, "")
    at = paged.place(there, lambda each: each.id, size=SHOWN, after=after, on=opened)
    usual = in_words(services.whence.device, language) or said.text(language, "passkeys.usual")
    return services.render(
        "passkeys.html",
        error=error,
        account=account,
        passkeys=there[at.begin : at.end],
        more=at.more(services.url(PATH)),
        offer=_offer(request, services, account),
        full=len(there) >= MOST,
        most=MOST,
        most_label=MOST_LABEL,
        removal=services.accounts.factor_changes.removal(account.id, PASSKEY).value,
        way_back=services.way_back(error),
        label=usual if opened else label or usual,
        opened=opened,
        renamed=label,
        added=done == "added" and error is None,
        done=said.text(language, _DONE[done]) if done in _DONE and error is None else "",
        confirm_url=f"{services.url('/account/confirm')}?next={services.url(PATH)}",
    )


def _described(each: Passkey) -> dict[str, Any]:
    return {
        "id": each.id,
        "label": each.label,
        "created": texts.machine_time(each.created),
        "last_used": None if each.last_used is None else texts.machine_time(each.last_used),
        "alone": each.user_verified,
        "may_be_synced": each.backup_eligible,
        "synced": each.backed_up,
    }
