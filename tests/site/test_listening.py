"""Where the operator's own listener is."""

from __future__ import annotations

import pytest

from hardtack.errors import MisuseError
from hardtack.site import Settings
from hardtack.site.listening import Listen, parse


@pytest.mark.parametrize(
    ("text", "found", "own"),
    [
        ("9464", Listen("127.0.0.1", 9464), True),
        ("0", Listen("127.0.0.1", 0), True),
        ("localhost:9464", Listen("localhost", 9464), True),
        ("[::1]:9464", Listen("::1", 9464), True),
        ("127.8.0.1:1", Listen("127.8.0.1", 1), True),
        ("0.0.0.0:9464", Listen("0.0.0.0", 9464), False),  # noqa: S104 - what somebody may write
        ("[::]:9464", Listen("::", 9464), False),
        ("metrics.example.org:9464", Listen("metrics.example.org", 9464), False),
    ],
)
def test_a_port_alone_is_this_machines(text: str, found: Listen, own: bool) -> None:
    """Everything else must be said."""
    assert (found, own) == (parse(text), parse(text).own)


@pytest.mark.parametrize(
    "text", ["", ":9464", "host", "host:", "1.2.3.4:70000", "::1:80", "a b:80", "http://x:80", "９"]
)
def test_what_is_no_port_is_said_at_start(text: str) -> None:
    """With what to write instead."""
    with pytest.raises(MisuseError) as raised:
        Settings(admin_listen=text)
    assert "admin_listen" in raised.value.problem
    assert "9464" in raised.value.hint
