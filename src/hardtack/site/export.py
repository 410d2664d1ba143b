"""``/account/export``: everything that is kept about the account, to take along.

The page says what there is; the button downloads one JSON document, as an attachment that no cache keeps. It takes a
recent sign-in, since whoever has the document knows where its owner was.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hardtack.message import Request, Response
from hardtack.site import answers, demands, texts
from hardtack.site.services import Services

FILE_NAME = "hardtack-account.json"

_TIMES = frozenset(
    {"made", "created", "password_changed", "began", "last_seen", "until", "last_used", "withdrawn", "used", "at"}
)
"""Members whose value is a time, or none."""


def show(request: Request, services: Services) -> Response:
    """Return how much there is of what.

    Raises:
        Unauthorized: nobody is signed in as of now, and a redirect would not lead to a person.
    """
    account, _ = demands.recent(request, services)
    found = services.accounts.export.look(account.id)
    counts = {
        "sign_ins": len(found.sign_ins),
        "second_factors": len(found.apps) + len(found.passkeys),
        "access_tokens": len(found.tokens),
        "invitations": len(found.invitations),
        "events": found.events_in_all,
    }
    if answers.speaks_json(request):
        return answers.json({"holds": counts, "csrf_token": services.csrf_token()})
    return services.render("export.html", account=account, counts=counts)


def download(request: Request, services: Services) -> Response:
    """Return the document.

    Raises:
        Unauthorized: nobody is signed in as of now, and the request is a script's.
    """
    account, _ = demands.recent(request, services)
    device = services.whence.device
    document = services.accounts.export.document(account, client=request.client, now=services.now, device=device)
    body = msgspec.json.format(msgspec.json.encode(_written(document)), indent=2)
    disposition = f'attachment; filename="{FILE_NAME}"'
    return Response(200, [("Content-Type", answers.JSON_TYPE), ("Content-Disposition", disposition)], body)


def _written(value: Any, name: str = "") -> Any:
    """Return *value* with its times as RFC 3339 has them."""
    if isinstance(value, dict):
        return {key: _written(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_written(each) for each in value]
    return texts.machine_time(value) if name in _TIMES and isinstance(value, int) else value
