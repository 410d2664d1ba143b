"""``/``: who you are, or the ways in.

While there is no administrator, it says where the link that makes the first one is to be found, and never the link.
"""

from __future__ import annotations

from hardtack.message import Request, Response
from hardtack.site import answers, own_account
from hardtack.site.services import Services


def show(request: Request, services: Services) -> Response:
    """Return the start page."""
    account = services.account
    first_start = account is None and not services.accounts.has_administrator()
    if answers.speaks_json(request):
        return answers.json(
            {
                "account": own_account.described(account) if account else None,
                "administrator_exists": not first_start,
                "sign_in": services.url("/sign-in"),
                "sign_up": services.url("/sign-up") if services.settings.sign_up_open else None,
            }
        )
    return services.render("home.html", account=account, first_start=first_start)
