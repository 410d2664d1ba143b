"""An account as its owner is told of it: in JSON, and in the answer to whoever has made it just now."""

from __future__ import annotations

from typing import Any

from hardtack.login import Account
from hardtack.login.factors import Need
from hardtack.message import Request, Response
from hardtack.site import answers, texts, way_in
from hardtack.site.answers import Onward
from hardtack.site.services import Services


def described(account: Account) -> dict[str, Any]:
    """Return what its owner may see of *account*, as JSON has it."""
    return {
        "name": account.name,
        "display_name": account.display_name,
        "administrator": account.administrator,
        "roles": account.roles,
        "email": account.email,
        "created": texts.machine_time(account.created),
    }


def made(request: Request, services: Services, account: Account, address: str) -> Response:
    """Sign in who has made *account* just now; answer 201 to a script, onward to *address* to a person.

    Raises:
        Onward: another factor is to be made first, and a person is led there; a script is told so.
    """
    missing: dict[str, Any] = {}
    try:
        way_in.sign_in_or_lead_on(services, account, onward=address, new=True)
    except Onward:
        if not answers.speaks_json(request):
            raise
        missing = way_in.missing(services, Need.ENROL)
    if not answers.speaks_json(request):
        return answers.see_other(address)
    response = answers.json({"account": described(account), **missing}, 201)
    response.set("Location", services.url("/account"))
    return response
