"""What is measured of the status layer: the same application, bare and in the layer."""

from __future__ import annotations

import asyncio
from typing import Any

from bench import layer, report, results, rounds
from hardtack.adapters.asgi.status import StatusLayer


def test_bare_and_in_the_layer_every_work_is_done_and_what_was_added_is_told() -> None:
    """Both contenders of each, in rounds; the difference is of the same round."""
    with layer.groups() as groups:
        timings = rounds.measure(groups, rounds=2, batch=1000)

    assert [f"{name}/" for name in layer.NAMES] == [group.name for group in groups]
    assert [("layer-get", 10.0, "µs", 7)] == [
        (each.what, each.reach, each.unit, each.row) for each in layer.gauges(timings) if each.reach is not None
    ]
    once = rounds.Timings({f"{name}/": {"bare": [1.0, 2.0], "hardtack": [5.0, 4.0]} for name in layer.NAMES})
    assert {results.Figure(3.0, 2.0, 4.0)} == {each.figure for each in layer.gauges(once)}


def test_the_layer_does_in_each_work_what_the_table_says_that_it_does() -> None:
    """304 where the tag is right, and the whole answer elsewhere; so nothing else is measured by mistake."""
    sent: list[int] = []

    async def note(message: Any) -> None:
        if message["type"] == "http.response.start":
            sent.append(message["status"])

    async def ask() -> None:
        for method, fields, answered in layer.WORKS.values():
            app = StatusLayer(layer.application(answered, reads=method == "POST"))
            for scope in layer.scopes(method, fields)(2):
                await app(scope, layer.receive, note)

    asyncio.run(ask())

    assert [200, 200, 200, 200, 200, 200, 304, 304] == sent


def test_every_gauge_of_the_layer_has_its_words() -> None:
    """In both languages."""
    with layer.groups() as groups:
        gauges = layer.gauges(rounds.measure(groups, rounds=1, batch=1000))
    found = results.read()
    found = type(found)(**{**{name: getattr(found, name) for name in found.__struct_fields__}, "gauges": gauges})
    for language in ("en", "zh"):
        assert len(layer.NAMES) == len(report.gauged(7)(found, language).rows)
        assert [["–"] * 4] == report.gauged(12)(found, language).rows, "what was not measured says so"
