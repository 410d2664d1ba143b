"""Who asks for a page of administration, and which account it is about.

The first is decided by the session and the store in each request, so that a mark that was taken away is gone for the
next one. The second is a number that the address or the form names; what is no number of an account is 404.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from hardtack.login import Account, NoSuchAccount, roles
from hardtack.login.administration import UnknownAccount
from hardtack.message import Request, Response
from hardtack.session import csrf
from hardtack.site import answers, demands, forms, own_account
from hardtack.site.services import Services
from hardtack.status import UnprocessableContent

Action = Callable[[Request, Services, Account], Response]
"""Does one thing for the administrator that it is given."""

_NUMBER = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


def administrator(request: Request, services: Services, *, acts: bool = False, back: str | None = None) -> Account:
    """Return the administrator who asks.

    Args:
        request: what was asked.
        services: of this request.
        acts: whether the page has forms that change something: a person proves who they are before they fill one in.
        back: where to come back to; ``None`` for this page.

    Raises:
        Forbidden: whoever is signed in is none.
        Onward, Unauthorized: nobody is, or too long ago.
    """
    account, _ = demands.administrator(request, services, back=back)
    if acts and request.method in csrf.SAFE_METHODS and not answers.speaks_json(request):
        demands.recent(request, services, back=back)
    return account


def meant(services: Services, number: str) -> Account:
    """Return the account with the number *number*.

    Raises:
        UnknownAccount: there is none, whatever was given.
    """
    found = services.accounts.get(int(number)) if _NUMBER.fullmatch(number) else None
    if found is None:
        raise UnknownAccount
    return found


def meant_by_form(services: Services) -> Account:
    """Return the account whose number the form names: as a text, or in JSON as the number that the pages give.

    Raises:
        UnprocessableContent: the field is missing, came twice, or is neither.
        UnknownAccount: there is none.
    """
    form = services.form
    sent = form.fields.get("id")
    if type(sent) is int:
        # Of a number that is longer than any of ours not even the digits are written out.
        return meant(services, str(sent) if 0 < sent < 1 << 63 else "")
    form.require(("id",))
    return meant(services, form.get("id"))


def chosen(services: Services, actions: Mapping[str, Action]) -> Action:
    """Return what the form asks for.

    Raises:
        UnprocessableContent: it asks for nothing that this page does.
    """
    action = actions.get(services.form.get("action"))
    if action is None:
        text = services.texts.both("admin.no_action")
        raise UnprocessableContent(text, reason="no-such-action", fields={"action": text})
    return action


def roles_in(form: forms.Form) -> tuple[str, ...]:
    """Return the roles as typed or, in JSON, as a list of words.

    Raises:
        BadRoles: one of them can be none, or there are too many.
        UnprocessableContent: it is neither.
    """
    sent = form.fields.get("roles")
    if isinstance(sent, list) and all(isinstance(each, str) for each in sent):
        return roles.checked(sent)
    return roles.typed(form.get("roles"))


def released(services: Services, account: Account, actor: Account) -> str:
    """Return a link for the owner of *account* that makes a browser known to it.

    Raises:
        UnknownAccount: there is none any more.
    """
    try:
        code = services.accounts.release.make_for(
            account.id, now=services.now, actor_id=actor.id, whence=services.whence
        )
    except NoSuchAccount:
        raise UnknownAccount from None
    return link(services, "/release", code)


def link(services: Services, path: str, code: str) -> str:
    """Return a whole address that can be handed to somebody."""
    return f"{services.origin}{services.url(path)}?{urlencode({'code': code})}"


def address(services: Services, path: str, **query: object) -> str:
    """Return the address of a page of ours with a query; what is ``None`` or empty is left out."""
    given = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return services.url(path) + (f"?{urlencode(given)}" if given else "")


def described(services: Services, account: Account) -> dict[str, Any]:
    """Return what an administrator may see of *account*, as JSON has it."""
    return {"id": account.id, **own_account.described(account), "disabled": account.disabled}
