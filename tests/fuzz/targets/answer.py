"""An answer as a server has sent it, for the lint: an ``Answer``, or nothing, whatever octets came.

The first octet of the input says whether the connection was closed (``W``), the second whether HEAD was asked (``H``).
"""

from __future__ import annotations

from hardtack.cli.lint_wire import parse

OUTCOMES = {"answer", "after others", "none"}


def check(data: bytes) -> str:
    """Read it; what comes out is no longer than what came."""
    method = "HEAD" if data[1:2] == b"H" else "GET"
    received = data[2:]
    answer = parse(received, method, whole=data[:1] == b"W")
    if answer is None:
        return "none"
    assert 100 <= answer.response.status <= 999
    assert all(100 <= each.status < 200 for each in answer.interim)
    assert len(answer.response.body) <= len(received)
    assert answer.octets is not None
    assert answer.octets >= len(answer.response.body)
    return "after others" if answer.interim else "answer"
