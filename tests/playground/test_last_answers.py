"""The last answers of the service and of the playground beside it are shown together, with what decided them."""

from __future__ import annotations

from pathlib import Path

from hardtack.adapters.traces import Traces
from tests.conftest import Service
from tests.playground.inside import Inside


def test_the_playground_keeps_its_answers_where_it_is_told(tmp_path: Path) -> None:
    """Without a place of its own it shares that of the service."""
    traces = Traces()
    Inside(tmp_path, traces=traces).get("/nowhere")
    [only] = traces
    assert ("/playground/nowhere", 404, "not-found") == (only.path, only.status, only.steps[-1].outcome)


def test_one_page_of_the_service_shows_both(playing: Service) -> None:
    """At ``/status/trace``, while there is no public origin."""
    paths = ("/nowhere-1", "/playground/nowhere-2")
    for path in paths:
        status, fields, _ = playing.ask("GET", path)
        assert (404, True) == (status, str(fields["Hardtack-Trace"]).startswith("handler/raises=not-found; "))
    _, _, text = playing.ask("GET", "/status/trace")
    for path in paths:
        assert f"404 GET {path}\n    handler/raises=not-found; tried=" in text
