"""The id of a request, and the line that is written of it."""

from __future__ import annotations

import logging
import re

import pytest

from hardtack.message import Headers
from hardtack.site import access_line, request_ids
from hardtack.status.forwarded import TrustedProxies

GOOD = ["0123456789abcdef0123456789abcdef", "6f1e0d5c-1111-4222-8333-444455556666", "Root=1-67891233-abcdef01"]


@pytest.mark.parametrize("value", GOOD)
def test_a_plain_id_of_a_proxy_is_kept(value: str) -> None:
    """So that its lines and ours are found together."""
    assert value == request_ids.given([value])


@pytest.mark.parametrize(
    "values",
    [[], ["short"], [GOOD[0], GOOD[0]], ["a" * 65], ["abc defgh"], ["abcdefgh\n"], ["-bcdefgh"], ["编号编号编号编号"]],
)
def test_any_other_is_not_believed_and_one_is_drawn(values: list[str]) -> None:
    """Bounded and plain, whatever came."""
    drawn = request_ids.given(values)
    assert re.fullmatch("[0-9a-f]{16}", drawn)
    assert drawn not in values
    assert drawn != request_ids.given(values)


def test_a_line_holds_no_code_and_nothing_long(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever was asked."""
    caplog.set_level(logging.INFO, logger="hardtack.access")
    access_line.write("X" * 100, "/reset/G3fHvqLohvEBcJTBzMRzRw", status=404, seconds=0.01234, client="203.0.113.7")
    (record,) = caplog.records

    assert {
        "method": "X" * 16,
        "path": "/reset/…",
        "status": 404,
        "milliseconds": 12.3,
        "client": "203.0.113.7",
    } == vars(record)["fields"]


def test_the_line_names_the_visitor_as_far_as_he_is_known() -> None:
    """What a trusted proxy says; where that means nothing, the proxy itself."""
    proxies = TrustedProxies(["127.0.0.1"])
    said = Headers([("X-Forwarded-For", "203.0.113.7")])
    nonsense = Headers([("X-Forwarded-For", "somebody")])

    assert "203.0.113.7" == access_line.client(proxies, "127.0.0.1", "http", said)
    assert "198.51.100.1" == access_line.client(proxies, "198.51.100.1", "http", said)
    assert "127.0.0.1" == access_line.client(proxies, "127.0.0.1", "http", nonsense)
