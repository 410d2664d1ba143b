"""The operator's own three addresses."""

from __future__ import annotations

import pytest

from hardtack.message import Request
from hardtack.site.operator_pages import OperatorPages
from hardtack.status import MethodNotAllowed, NotFound


def pages(*, ready: bool = True) -> OperatorPages:
    """Return the pages of a service that is ready, or not."""
    return OperatorPages(lambda: b"hardtack_workers 2.0\n", "text/plain; version=0.0.4", lambda: ready)


def test_the_counts_are_never_stored() -> None:
    """They are worth something now alone."""
    response = pages().answer(Request(method="GET", path="/metrics"))

    assert (200, b"hardtack_workers 2.0\n") == (response.status, response.body)
    assert ("text/plain; version=0.0.4", "no-store") == (response.get("content-type"), response.get("cache-control"))
    assert str(len(response.body)) == response.get("content-length")


def test_alive_and_ready_are_said_here_as_well() -> None:
    """Alive is whoever answers; ready, whoever has somebody who is."""
    answers = [
        pages(ready=ready).answer(Request(method="GET", path=path))
        for ready in (True, False)
        for path in ("/healthz", "/readyz")
    ]

    assert [(200, b"alive\n"), (200, b"ready\n"), (200, b"alive\n"), (503, b"not ready\n")] == [
        (response.status, response.body) for response in answers
    ]


def test_nothing_else_is_there() -> None:
    """No other address, and no other method."""
    with pytest.raises(NotFound):
        pages().answer(Request(method="GET", path="/sign-in"))
    with pytest.raises(MethodNotAllowed):
        pages().answer(Request(method="POST", path="/metrics"))
