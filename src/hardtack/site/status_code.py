"""``/status/{slug}``: one code explained, and what to say where no code is called so.

The page joins the catalogue, the handbook, the rules of ours that answer with the code, and its natural cause; each is
data of the status room, and a code that lacks a chapter or a cause has a shorter page. What can be tried is shown as
something to try only where the playground is there to try it in.
"""

from __future__ import annotations

from typing import Any

from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.site import answers, codes
from hardtack.site.services import Services
from hardtack.site.status_list import FAMILIES
from hardtack.status import NotFound, Status, search
from hardtack.status.catalogue import class_of, family_name
from hardtack.status.causes import CAUSES
from hardtack.status.decisions import DECISIONS
from hardtack.status.described import LABELS, exception_of, facts, other_names
from hardtack.status.handbook import CHAPTERS
from hardtack.status.unregistered import seen_as

_LAST = 599
_IN_SHORT = ("content", "cache", "decided_by", "standing")
_ALL = list(Status)


def show(request: Request, services: Services) -> Response:
    """Return the page about the code that the address names.

    Raises:
        NotFound: it names none, and the request is a script's.
    """
    name = codes.name_in(services.path) or ""
    status = codes.called(name)
    return nothing(request, services, name) if status is None else explain(request, services, status)


def explain(request: Request, services: Services, status: Status) -> Response:
    """Return the page about *status*."""
    if answers.speaks_json(request):
        response = answers.json(codes.whole(services, status))
    else:
        response = answers.html(page(services, status))
    response.add("Link", canonical(services, status))
    return response


def page(services: Services, status: Status) -> str:
    """Return the text of the page about *status*."""
    language = services.language
    known, labels = facts(status, language), LABELS[language]
    standing = "" if status.may_be_sent else known.pop("standing")
    place = _ALL.index(status)
    around = {"previous": _ALL[place - 1] if place else None, "next": dict(enumerate(_ALL)).get(place + 1)}
    return services.page(
        "status_code.html",
        status=status,
        family=family_name(status),
        family_text=FAMILIES[family_name(status)][0],
        chapter=CHAPTERS.get(status, {}).get(language),
        fields=_fields(status, language),
        standing=standing,
        in_short=[(labels[key], known[key]) for key in _IN_SHORT if key in known],
        other_names=other_names(status),
        exception=exception_of(status),
        rules=[each for each in DECISIONS if each.status == status],
        around=around,
        address=lambda other: codes.address(services, other),
        labels=labels,
        correction=known.get("correction", ""),
        provokes=services.settings.provokes,
        **_trial(services, status),
    )


def canonical(services: Services, status: Status) -> str:
    """Return the ``Link`` to the page about *status*, which is the same as under its number (RFC 6596)."""
    return f'<{codes.address(services, status)}>; rel="canonical"'


def _fields(status: Status, language: str) -> list[tuple[str, str, str]]:
    """Return every field that the code needs: its name, how much it is needed, and what for if the handbook says."""
    chapter = CHAPTERS.get(status, {}).get(language)
    needs = (
        ("required", status.headers_required),
        ("kept", status.headers_kept),
        ("recommended", status.headers_recommended),
    )
    why = {} if chapter is None else chapter.fields
    return [(name, LABELS[language][need], why.get(name, "")) for need, names in needs for name in names]


def _trial(services: Services, status: Status) -> dict[str, Any]:
    """Return what can be done so that the code arises, with this service's own addresses in it, or why nothing can."""
    cause = CAUSES.get(status)
    host = services.origin.partition("://")[2]
    lines = () if cause is None else cause.commands
    unsent = codes.why_not_sent(services, status)
    by_number = f"{services.origin}{services.url(codes.BELOW)}{status.code}"
    return {
        "provoked": f"curl -i {by_number}" if services.settings.provokes and not unsent else "",
        "cause": cause,
        "commands": "\n".join(line.format(origin=services.origin, host=host) for line in lines),
        "why_not": unsent.get(services.language, "") if cause is None else "",
    }


def nothing(request: Request, services: Services, name: str) -> Response:
    """Say that no code is called *name*, and which may have been meant.

    Raises:
        NotFound: where the request is a script's.
    """
    found = [] if codes.is_number(name) else Status.find(name)
    if len(found) == 1:
        return Response(308, [("Location", codes.address(services, found[0]))])
    if codes.NUMBER.fullmatch(name):
        near = [class_of(min(int(name), _LAST))]
        said = _unregistered(services, name, near[0])
    elif codes.is_number(name):
        near, said = [], services.texts.both("status.no_number")
    elif found:
        near, said = found, services.texts.both("status.several")
    else:
        near = [each for each in (search.closest(name),) if each is not None]
        said = services.texts.both("status.no_name")
        if near and codes.form_of(request) != codes.HTML:  # the page has a link for it
            said = codes.said(services, "status.no_name_but", close=f"{near[0].code} {near[0].phrase}")
    error = NotFound(said, reason="no-such-code")
    return refusal(request, services, error, near=near, guessed=not codes.is_number(name))


def refusal(
    request: Request, services: Services, error: Refused, *, near: list[Status], guessed: bool = False
) -> Response:
    """Return a page that says *error* and leads on.

    Args:
        request: what was asked.
        services: of this request.
        error: what is wrong with the address.
        near: the codes to lead to.
        guessed: whether these may not be what was meant.

    Raises:
        Refused: *error*, where the request is a script's.
    """
    if codes.form_of(request) != codes.HTML:
        raise error
    return services.render(
        "status_none.html",
        error=error,
        near=near,
        guessed=guessed,
        missing=isinstance(error, NotFound),
        address=lambda status: codes.address(services, status),
    )


def _unregistered(services: Services, number: str, meant: Status) -> dict[str, str]:
    values: dict[str, Any] = {"code": number, "meant": f"{meant.code} {meant.phrase}"}
    seen = seen_as(int(number))
    if int(number) > _LAST:
        return codes.said(services, "status.beyond", **values)
    if seen:
        return codes.said(services, "status.unregistered_seen", seen=seen, **values)
    return codes.said(services, "status.unregistered", **values)
