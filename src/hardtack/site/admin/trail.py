"""``/admin/audit``: every event of everybody, the newest first, narrowed by event, account and time.

An account is named by its name or, as the pages write it, by its number (``#7``), which finds closed ones as well. A
name that matched no account is in the trail as a keyed hash only, so none can be looked for here either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hardtack.errors import Text
from hardtack.login import audit
from hardtack.login.activity import PAGE, Page
from hardtack.message import Request, Response
from hardtack.site import answers, event_words, forms
from hardtack.site.activity import older
from hardtack.site.admin import asking
from hardtack.site.services import Services
from hardtack.status import UnprocessableContent

PATH = "/admin/audit"

SHOWN = 25
"""Events on a page for people; a program gets twice as many."""

FIELDS = ("event", "account", "since", "until")

NOBODY = 0
"""The number that no account has: what is asked for by it, nothing matches."""

_DAY = timedelta(days=1)
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"#([1-9][0-9]{0,17})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def show(request: Request, services: Services) -> Response:
    """Return a page of the trail.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
        UnprocessableContent: what is looked for cannot be, and the request is a script's.
    """
    asking.administrator(request, services)
    asked = forms.query(request)
    kept = {name: asked[name] for name in FIELDS if asked.get(name)}
    error, page = None, Page()
    try:
        limit = PAGE if answers.speaks_json(request) else SHOWN
        page = _found(services, kept, asked.get("before"), limit)
    except UnprocessableContent as wrong:
        if answers.speaks_json(request):
            raise
        error = wrong
    onward = older(services, page, **kept)
    if answers.speaks_json(request):
        return answers.json({"events": [event_words.described(entry) for entry in page.entries], "older": onward})
    table, language = services.texts, services.language
    return services.render(
        "admin_audit.html",
        error=error,
        entries=[event_words.told(table, language, entry) for entry in page.entries],
        older=onward,
        choices=event_words.choices(table, language),
        asked={name: kept.get(name, "") for name in FIELDS},
    )


def _found(services: Services, kept: Mapping[str, str], before: str | None, limit: int) -> Page:
    """Return what is asked for.

    Raises:
        UnprocessableContent: an event or a day that is none; ``fields`` names it. Shown without it, the trail would
            look as if it had been looked for.
    """
    both = services.texts.both
    wrong: dict[str, Text] = {}
    if kept.get("event") not in (None, *audit.EVENTS):
        wrong["event"] = both("admin.bad_event")
    days = {name: _day(kept[name]) for name in ("since", "until") if name in kept}
    wrong |= {name: both("admin.bad_day") for name, day in days.items() if day is None}
    if wrong:
        raise UnprocessableContent(both("form.incomplete"), reason="no-such-filter", fields=wrong)
    since, until = days.get("since"), days.get("until")
    return services.accounts.activity.all(
        account_id=_account(services, kept["account"]) if "account" in kept else None,
        event=kept.get("event"),
        since=None if since is None else int(since.timestamp()),
        until=None if until is None else int((until + _DAY).timestamp()),
        before=before,
        limit=limit,
    )


def _account(services: Services, typed: str) -> int:
    number = _NUMBER.fullmatch(typed.strip())
    if number is not None:
        return int(number[1])
    found = services.accounts.find(typed)
    return NOBODY if found is None else found.id


def _day(text: str) -> datetime | None:
    """Return the beginning of the day *text* in UTC, or ``None`` if it names none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
    # What is before or after is in no trail, and not every time beyond can be computed with.
    return max(_FIRST, min(found, _LAST))
