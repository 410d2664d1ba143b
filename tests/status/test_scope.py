"""What the scope of a token may be called."""

from __future__ import annotations

from hardtack.status.scope import are_scopes


def test_a_scope_is_a_short_plain_name() -> None:
    """As it stands in a header field and a configuration file."""
    assert are_scopes(("read", "files:write", "a", "v1.read_all-2"))
    for wrong in ("", "Read", "a b", 'a"', "é", "x" * 33, "-a", "a\n"):
        assert not are_scopes((wrong,)), wrong
