"""``/admin/accounts``: every account, in pages, found by the beginning of a name or of an address.

However many there are, a page reads no more of them than it shows.
"""

from __future__ import annotations

from typing import cast

from hardtack.login import Account, names
from hardtack.login.names import BadName
from hardtack.message import Request, Response
from hardtack.site import answers, forms
from hardtack.site.admin import asking
from hardtack.site.services import Services
from hardtack.store.directory import By

PATH = "/admin/accounts"
ONE = "/admin/account"

PAGE = 50
"""Accounts that a program is told at once."""

SHOWN = 30
"""Accounts on a page for people."""

WAYS = ("name", "address")
"""What an account can be looked for by."""


def show(request: Request, services: Services) -> Response:
    """Return a page of the list.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
    """
    asking.administrator(request, services)
    asked = forms.query(request)
    typed = asked.get("q", "")
    by = cast("By", asked["by"] if asked.get("by") in WAYS else WAYS[0])
    size = PAGE if answers.speaks_json(request) else SHOWN
    found = _found(services, by, typed, asked.get("after", ""), limit=size + 1)
    shown = found[:size]
    onward = None
    if len(found) > size:
        onward = asking.address(services, PATH, q=typed, by=by, after=_key(by, shown[-1]))
    if answers.speaks_json(request):
        return answers.json({"accounts": [asking.described(services, each) for each in shown], "more": onward})
    return services.render(
        "admin_accounts.html",
        accounts=shown,
        typed=typed,
        by=by,
        more=onward,
        address=lambda account: asking.address(services, ONE, id=account.id),
    )


def _found(services: Services, by: By, typed: str, after: str, *, limit: int) -> tuple[Account, ...]:
    try:
        prefix, after = names.fold(typed), names.fold(after)
    except BadName:
        # Nobody is called anything of that length.
        return ()
    return services.accounts.administration.find(by=by, prefix=prefix, after=after, limit=limit)


def _key(by: By, account: Account) -> str:
    return account.name if by == "name" else names.fold(account.email or "")
