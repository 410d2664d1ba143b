"""``/status``: every registered code by families, and a search over them that needs no script.

A number that is registered leads straight to its page. What cannot be found is said, with the code that is called most
like it, and is no error: the page is there.
"""

from __future__ import annotations

from hardtack.message import Request, Response
from hardtack.site import answers, codes, forms
from hardtack.site.services import Services
from hardtack.status import Status, search
from hardtack.status.catalogue import family_name
from hardtack.status.described import outdated

FAMILIES = {
    "1xx": ("status.informational", "status.informational_text"),
    "2xx": ("status.successful", "status.successful_text"),
    "3xx": ("status.redirection", "status.redirection_text"),
    "4xx": ("status.client_error", "status.client_error_text"),
    "5xx": ("status.server_error", "status.server_error_text"),
}
"""Name of a family → the texts of what it is called and what it is for."""


def show(request: Request, services: Services) -> Response:
    """Return the list, one family of it, or what was looked for."""
    asked = forms.query(request)
    typed = search.typed(asked.get("q", ""))
    direct = codes.called(typed) if codes.is_number(typed) else None
    if direct is not None:
        return answers.see_other(codes.address(services, direct))
    family = next((each for each in (typed.lower(), asked.get("family", "")) if each in FAMILIES), "")
    looks = bool(typed) and not family
    found = search.search(typed) if looks else [each for each in Status if family in ("", family_name(each))]
    closest = search.closest(typed) if looks and not found else None
    if answers.speaks_json(request):
        near = None if closest is None else codes.as_json(services, closest)
        return answers.json({"codes": [codes.as_json(services, each) for each in found], "closest": near})
    return services.render(
        "status.html",
        typed=typed,
        family=family,
        families=FAMILIES,
        groups=_groups(found, by_family=not looks),
        closest=closest,
        outdated=outdated,
        count=len(Status),
        noted=sum(status.in_note for status in Status),
        address=lambda status: codes.address(services, status),
    )


def _groups(found: list[Status], *, by_family: bool) -> list[tuple[str, list[Status]]]:
    """Return *found* under the names of their families; what was looked for stays together, the best first."""
    if not by_family:
        return [("", found)] if found else []
    groups: dict[str, list[Status]] = {}
    for status in found:
        groups.setdefault(family_name(status), []).append(status)
    return list(groups.items())
