"""The last answers of a layer: what is kept of them, how much, and who is shown them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from hardtack.adapters.asgi.status import StatusLayer as AsgiLayer
from hardtack.adapters.flask import Status
from hardtack.adapters.traces import Traces
from hardtack.adapters.wsgi import StatusLayer as WsgiLayer
from hardtack.errors import MisuseError
from hardtack.message import Request, Response
from hardtack.status import Conflict
from hardtack.status.trace import Step
from hardtack.status.trace_page import LONGEST, MOST
from tests.adapters.asgi import driving as asgi
from tests.adapters.wsgi import driving as wsgi

AT = "/status/trace"


def told(response: Response) -> list[tuple[str, str, int]]:
    """Return method, path and status of each answer that the page shows."""
    return [(each["method"], each["path"], each["status"]) for each in json.loads(response.body)["answers"]]


def test_the_page_is_at_the_path_of_the_setting() -> None:
    """With every answer but its own, the newest first, and without a query."""
    layer = AsgiLayer(asgi.answering(200, b"x" * 100), trace=AT, hosts=["localhost:8000"])
    asgi.ask(layer, asgi.scope("/first", query_string=b"secret=swordfish"))
    asgi.ask(layer, asgi.scope("/second", "FROB"))
    for _ in range(2):
        got = asgi.ask(layer, asgi.scope(AT, "GET", (b"accept", b"application/json")))
    assert [("FROB", "/second", 501), ("GET", "/first", 200)] == told(got)
    assert b"swordfish" not in got.body
    assert ["/second", "/first"] == [each.path for each in layer.traces or ()]


def test_it_is_there_under_wsgi_too() -> None:
    """And in Flask, where a page of ours is made inside the application, an answer is one answer."""
    layer = WsgiLayer(wsgi.answering("200 OK", b"x"), trace=AT)
    wsgi.ask(layer, wsgi.environ("/first"))
    asked = wsgi.environ(AT, HTTP_ACCEPT="application/json")
    assert [("GET", "/first", 200)] == told(wsgi.ask(layer, asked, check=False))
    assert 1 == len(list(layer.traces or ()))
    app = Flask(__name__)

    @app.get("/taken")
    def taken() -> str:
        raise Conflict

    status = Status(app, trace=AT)
    app.test_client().get("/taken")
    traces = status.layer.traces
    assert traces is not None
    [only] = traces
    assert ("/taken", 409) == (only.path, only.status)
    assert {"handler", "finish"} <= {step.moment for step in only.steps}


@pytest.mark.parametrize(
    "asked",
    [
        asgi.scope(AT, client=("192.0.2.7", 4711)),
        asgi.scope(AT, "GET", (b"x-forwarded-for", b"127.0.0.1")),
        asgi.scope(AT, headers=[(b"host", b"rebound.example")]),
        asgi.scope(AT, "POST", (b"content-length", b"0")),
    ],
)
def test_for_anybody_else_there_is_only_the_application(asked: dict[str, Any]) -> None:
    """As if the setting were not there."""
    layer = AsgiLayer(asgi.answering(200, b"the application's own"), trace=AT)
    assert b"the application's own" == asgi.ask(layer, asked).body


def test_a_host_that_is_not_answered_for_is_refused_first() -> None:
    """The layer's own rules come before its page."""
    layer = AsgiLayer(asgi.answering(200, b"x"), trace=AT, hosts=["www.example.org"])
    assert 421 == asgi.ask(layer, asgi.scope(AT)).status


def test_without_a_path_it_is_at_none() -> None:
    """The answers are kept all the same, for whoever has the layer."""
    layer = AsgiLayer(asgi.answering(200, b"the application's own"), trace=True)
    assert b"the application's own" == asgi.ask(layer, asgi.scope(AT)).body
    assert [AT] == [each.path for each in layer.traces or ()]


def test_without_the_setting_nothing_is_kept() -> None:
    """Nor is anything noted."""
    for layer in (AsgiLayer(asgi.answering(200, b"x")), WsgiLayer(wsgi.answering("200 OK", b"x"))):
        assert layer.traces is None


@pytest.mark.parametrize("wrong", ["", "status/trace"])
def test_a_setting_that_is_no_path_is_the_programmers(wrong: str) -> None:
    """At start."""
    with pytest.raises(MisuseError, match="is no path"):
        AsgiLayer(asgi.answering(), trace=wrong)


def test_what_is_kept_is_bounded() -> None:
    """However many come, and however long their paths are."""
    traces = Traces()
    for number in range(MOST + 10):
        traces.note(Request(method="GET", path=f"/{number}" + "a" * 9000), 200, [])
    kept = list(traces)
    assert (MOST, LONGEST, True) == (len(kept), len(kept[0].path), kept[0].path.startswith(f"/{MOST + 9}a"))


def test_what_is_still_noted_is_seen() -> None:
    """An answer noted twice has the later code, and all steps; what is shown does not change any more."""
    traces, steps = Traces(), [Step("refuse", "a", "")]
    request = Request(method="GET", path="/")
    traces.note(request, 200, steps)
    before = list(traces)
    steps.append(Step("finish", "b", "", "not-modified"))
    traces.note(request, 304, steps)
    [after] = traces
    assert (304, 2, 200, 1) == (after.status, len(after.steps), before[0].status, len(before[0].steps))
