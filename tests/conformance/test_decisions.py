"""The decisions of the published HTTP decision diagram (version 4), replayed on the moments of the status layer.

``tests/vectors/decisions.json`` says which situations there are and what the diagram answers. A row that departs from
it must cite the section that decides, and must depart: one that agrees after all fails.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hardtack.errors import Refused
from hardtack.message import Headers, Request
from hardtack.status.addresses import Addresses
from hardtack.status.admit import admit
from hardtack.status.finish import Answer, finish
from hardtack.status.limits import Limits, shed
from hardtack.status.precondition import NotModified, precondition
from hardtack.status.refuse import RefusePolicy, refuse
from hardtack.status.rules import Route
from hardtack.status.validators import ETag, Validators

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "decisions.json").read_text("utf-8"))
NOW = 1_750_000_000
ENDS = 47
"""The transitions of the diagram that end in a code; one that has several situations has several rows."""
PASSES = {"if_match_matches", "if_unmodified_since_matches", "if_none_match_matches", "if_modified_since_matches"}
"""The decisions of which a row says that they let the request pass."""


def name(row: dict[str, Any]) -> str:
    """Return what the row is about, in one word."""
    if "first" in row:
        return f"{row['first']}-before-{row['second']}"
    return "-".join([row["node"], str(row["answer"]).lower(), *([row["variant"]] if "variant" in row else [])])


def request_of(row: dict[str, Any]) -> Request:
    """Return the request of the row's situation."""
    fields = {"host": "example.org", **row.get("fields", {})}
    fields |= {f"x-{number}": "" for number in range(row.get("field_count", 0))}
    return Request(
        method=row.get("method", "GET"),
        path="/" + "a" * row.get("target_length", 0),
        headers=Headers((field, _long(value)) for field, value in fields.items() if value is not None),
        host=fields["host"] or "",
    )


def _long(value: str) -> str:
    letter, star, times = value.partition("*")
    return letter * int(times) if star and times.isdigit() else value


def decide(row: dict[str, Any]) -> int:
    """Return the code that the four moments give, in the order in which a driver asks them (DESIGN §1)."""
    request, route, validators = request_of(row), dict(row.get("route", {})), dict(row.get("validators", {}))
    decided = shed(Limits(**row.get("limits", {})), row.get("under_way", 0)) or refuse(request, RefusePolicy())
    decided = decided or Addresses(**row.get("addresses", {})).find(request)  # type: ignore[assignment]  # a redirect too
    if "methods" in route:
        route["methods"] = frozenset(route["methods"])
    decided = decided or admit(request, Route(**route))
    if decided is not None:
        return decided.status
    if "refused" in row:  # who it is, and what they may do: the application's, after the route and before conditions
        return int(row["refused"])
    if "etag" in validators:
        validators["etag"] = ETag(validators["etag"])
    condition: Refused | NotModified | None = precondition(request, Validators(**validators), now=NOW)
    if condition is not None:
        return condition.status
    status, fields = row.get("said", [200, {}])
    finished = finish(request, Answer(status=status, headers=list(fields.items())), now=NOW, boundary="b" * 30)
    return finished.status if finished.error is None else finished.error.status


@pytest.mark.parametrize("row", [*VECTORS["decisions"], *VECTORS["order"]], ids=name)
def test_the_moments_decide_as_the_diagram_does_or_say_why_not(row: dict[str, Any]) -> None:
    """The code is the diagram's, or the departure's where a sentence of the standard decides otherwise."""
    departs = row.get("departs", {"code": row["code"]})
    assert departs["code"] == decide(row)
    assert ("departs" in row) == (row["code"] != departs["code"])


def test_every_departure_cites_its_sentence() -> None:
    """Section, and our own words for it."""
    departures = [row["departs"] for row in [*VECTORS["decisions"], *VECTORS["order"]] if "departs" in row]
    assert [] == [each for each in departures if not each["section"][0].isdigit() or not each["sentence"].endswith(".")]
    assert (10, 7) == (
        sum("departs" in row for row in VECTORS["decisions"]),
        sum("departs" in row for row in VECTORS["order"]),
    )


def test_every_end_of_the_diagram_has_its_situation() -> None:
    """Each transition to a code at least once, and no situation twice."""
    rows = VECTORS["decisions"]
    ends = {(row["node"], row["answer"]) for row in rows}
    passes = {end for end in ends if end[0] in PASSES and end[1]}
    assert len(PASSES) == len(passes)
    assert ENDS == len(ends - passes)
    assert len(rows) == len({name(row) for row in rows})
    assert {row[which] for row in VECTORS["order"] for which in ("first", "second")} <= {node for node, _ in ends}
