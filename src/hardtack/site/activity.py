"""``/account/activity``: what happened to the visitor's own account, the newest first.

Whose it is follows from the sign-in alone; the address holds nothing but where in the list to begin. Tries to sign in
that failed since the sign-in before this one stand on top, since their owner may be the only one who can tell whether
that was themself (ASVS 6.3.5, 7.5.2). What an administrator did is there with their name.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.login.activity import PAGE, Page
from hardtack.message import Request, Response
from hardtack.site import answers, demands, event_words, forms, texts
from hardtack.site.services import Services

SHOWN = 30
"""Events on a page for people; a program gets more."""


def show(request: Request, services: Services) -> Response:
    """Return a page of the list.

    Raises:
        Onward, Unauthorized: nobody is signed in.
    """
    account, identity = demands.signed_in(request, services)
    before = forms.query(request).get("before")
    limit = PAGE if answers.speaks_json(request) else SHOWN
    page = services.accounts.activity.of(account.id, before=before, limit=limit)
    failures = services.accounts.activity.failures(account.id, born=identity.born)
    if answers.speaks_json(request):
        return answers.json(
            {
                "events": [event_words.described(entry) for entry in page.entries],
                "older": older(services, page),
                "failures": {
                    "count": failures.count,
                    "since": texts.machine_time(failures.since) if failures.since else None,
                },
            }
        )
    return services.render(
        "activity.html",
        account=account,
        entries=[event_words.told(services.texts, services.language, entry) for entry in page.entries],
        older=older(services, page),
        failures=failures,
        first=before is None,
    )


def older(services: Services, page: Page, **kept: str) -> str | None:
    """Return the address of the page after *page*, or ``None`` where that is the last.

    Args:
        services: of this request.
        page: the one that is shown.
        kept: what else the address says.
    """
    if page.older is None:
        return None
    return f"{services.url(services.path)}?{urlencode({**kept, 'before': page.older})}"
