"""``SessionMiddleware(profile="safe")``: our names and flags."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from hardtack.errors import MisuseError
from tests.adapters.starlette.apps import application


@pytest.mark.parametrize(
    ("origin", "name", "flags"),
    [
        ("https://shop.example", "__Host-session-shop", "path=/; Max-Age=1209600; httponly; samesite=lax; secure"),
        ("http://localhost:8000", "hardtack-session-shop-8000", "path=/; Max-Age=1209600; httponly; samesite=lax"),
    ],
)
def test_names_and_flags_follow_from_the_origin(origin: str, name: str, flags: str) -> None:
    """And the session is kept in the cookie that they give."""
    client = TestClient(application(profile="safe", origin=origin, application="shop"), base_url=origin)
    field = client.get("/set/name/alice").headers["set-cookie"]
    assert re.fullmatch(rf"{name}=[\w-]+; {re.escape(flags)}", field)
    assert {"name": "alice"} == client.get("/all").json()
    assert client.get("/clear").headers["set-cookie"].startswith(f"{name}=null; ")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"profile": "safe"}, 'there is none\nwrite origin="https://example.org"'),
        ({"profile": "other", "origin": "https://shop.example"}, "profile='other' is not known"),
        ({"origin": "https://shop.example"}, 'origin= is for profile="safe" alone'),
        ({"profile": "safe", "origin": "https://shop.example", "domain": "shop.example"}, "domain= and profile="),
        ({"profile": "safe", "origin": "https://shop.example", "https_only": True}, "https_only= and profile="),
        ({"profile": "safe", "origin": "https://shop.example", "same_site": "none"}, "same_site= and profile="),
        ({"profile": "safe", "origin": "https://shop.example", "session_cookie": "x"}, "session_cookie= and profile="),
        ({"profile": "safe", "origin": "http://shop.example"}, "is plain http.*\ngive an https origin"),
        ({"profile": "safe", "origin": "shop.example"}, "is not an origin"),
        ({"profile": "safe", "origin": "https://shop.example", "application": "a b"}, "cannot be part of a cookie"),
    ],
)
def test_what_cannot_be_is_refused_at_the_start(options: dict[str, Any], complaint: str) -> None:
    """With what to write instead."""
    with pytest.raises(MisuseError, match=complaint):
        application(**options).build_middleware_stack()
