"""``/admin/throttles``: accounts that somebody tries to get into, and how their owners are let in again.

Only accounts are shown, since names that are nobody's are known to nobody. The link that is made here makes one browser
known to the account and signs nobody in; it is shown once.
"""

from __future__ import annotations

from hardtack.login import Account
from hardtack.message import Request, Response
from hardtack.site import answers, forms, paged, texts
from hardtack.site.admin import asking
from hardtack.site.services import Services

PATH = "/admin/throttles"

SHOWN = 15
"""Accounts on a page; there may be two hundred."""


def show(request: Request, services: Services) -> Response:
    """Return the list.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
    """
    asking.administrator(request, services, acts=True)
    return _page(request, services)


def act(request: Request, services: Services) -> Response:
    """Make a link for the owner of an account.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
        UnknownAccount: there is no such account.
    """
    actor = asking.administrator(request, services)
    return asking.chosen(services, _ACTIONS)(request, services, actor)


def _release(request: Request, services: Services, actor: Account) -> Response:
    account = asking.meant_by_form(services)
    link = asking.released(services, account, actor)
    if answers.speaks_json(request):
        return answers.json({"account": asking.described(services, account), "done": "release", "link": link})
    return _page(request, services, link=link)


_ACTIONS: dict[str, asking.Action] = {"release": _release}


def _page(request: Request, services: Services, *, link: str | None = None) -> Response:
    found = services.accounts.administration.struggling(services.now)
    if answers.speaks_json(request):
        return answers.json(
            {
                "accounts": [
                    {
                        **asking.described(services, each.account),
                        "failures": each.failures,
                        "locked": each.locked,
                        "last_refused": texts.machine_time(each.last),
                    }
                    for each in found
                ],
                "actions": sorted(_ACTIONS),
                "csrf_token": services.csrf_token(),
            }
        )
    after = forms.query(request).get(paged.AFTER, "")
    at = paged.place(found, lambda each: str(each.account.id), size=SHOWN, after=after)
    return services.render(
        "admin_throttles.html",
        found=found[at.begin : at.end],
        more=at.more(services.url(PATH)),
        address=lambda account: asking.address(services, "/admin/account", id=account.id),
        link=link,
    )
