"""``/account/trusted``: the browsers in which the second factor is not asked for, and how to end that.

They are listed on the page of the second factor (``listed`` is for its template); here they are ended, and listed for
scripts. Whose they are follows from the sign-in alone (attack 28). To forget the browser that asks, it is enough to be
signed in; to end another one, its person must have proved a moment ago to be it, as for sign-ins. Signing out ends
none of them.
"""

from __future__ import annotations

from typing import Any

from hardtack.login import Account
from hardtack.login.device_names import in_words
from hardtack.login.trusted import TrustedDevice
from hardtack.message import Request, Response
from hardtack.site import answers, demands, texts
from hardtack.site.services import Services
from hardtack.status import NotFound, UnprocessableContent

PATH = "/account/trusted"

WHERE = "/account/two-factor"
"""The page on which people see them."""

END, END_ALL = "end", "end-all"
"""What a form asks for, in its field ``action``."""


def show(request: Request, services: Services) -> Response:
    """Return the list to a script; lead a person to the page where it stands.

    Raises:
        Onward, Unauthorized: nobody is signed in.
    """
    account, _ = demands.signed_in(request, services)
    if not answers.speaks_json(request):
        return answers.see_other(services.url(WHERE) + "#trusted")
    found = services.accounts.trusted.list(account.id, services.now)
    return answers.json(
        {"trusted": [_described(services, each, account) for each in found], "csrf_token": services.csrf_token()}
    )


def change(request: Request, services: Services) -> Response:
    """End one, or all.

    Raises:
        Onward, Unauthorized: nobody is signed in, or was not a moment ago.
        UnprocessableContent: it is not said which.
        NotFound: there is none of that id.
    """
    account, _ = demands.signed_in(request, services)
    form, trusted = services.form, services.accounts.trusted
    form.require(("action",))
    action = form.get("action")
    if action == END_ALL:
        demands.recent(request, services, back=services.url(WHERE))
        trusted.end_all(account.id, services.now, whence=services.whence)
        _forget(services, account)
    elif action == END:
        form.require(("id",))
        wanted = form.get("id")
        present = wanted == trusted.present(services.trusted(), account.id)
        if not present:
            demands.recent(request, services, back=services.url(WHERE))
        if not trusted.end(account.id, wanted, services.now, whence=services.whence):
            raise NotFound(services.texts.both("trusted.gone"), reason="no-such-trusted-device")
        if present:
            _forget(services, account)
    else:
        said = services.texts.both("sessions.no_action")
        raise UnprocessableContent(said, reason="no-such-action", fields={"action": said})
    if answers.speaks_json(request):
        found = trusted.list(account.id, services.now)
        return answers.json({"trusted": [_described(services, each, account) for each in found]})
    return answers.see_other(services.url(WHERE) + "#trusted")


def listed(services: Services, account: Account) -> list[dict[str, Any]]:
    """Return the trusted browsers of *account* as ``trusted_devices.html`` shows them."""
    language, said = services.language, services.texts
    present = services.accounts.trusted.present(services.trusted(), account.id)
    return [
        {
            "id": each.id,
            "present": each.id == present,
            "device": in_words(each.whence.device, language) or said.text(language, "sessions.unknown_device"),
            "where": each.whence.client,
            "created": said.moment(language, each.created),
            "used": "" if each.used is None else said.moment(language, each.used),
            "until": said.moment(language, each.until),
        }
        for each in services.accounts.trusted.list(account.id, services.now)
    ]


def _forget(services: Services, account: Account) -> None:
    services.show_trusted(services.trusted().without(account.id))


def _described(services: Services, each: TrustedDevice, account: Account) -> dict[str, Any]:
    return {
        "id": each.id,
        "present": each.id == services.accounts.trusted.present(services.trusted(), account.id),
        "device": in_words(each.whence.device, services.language),
        "client": each.whence.client,
        "created": texts.machine_time(each.created),
        "used": None if each.used is None else texts.machine_time(each.used),
        "until": texts.machine_time(each.until),
    }
