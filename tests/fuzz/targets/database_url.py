"""Where a database is, as an operator writes it: a file, a server, or ``MisuseError``, which repeats no password."""

from __future__ import annotations

from hardtack.errors import MisuseError
from hardtack.store.url import File, Server, place_of

OUTCOMES = {"file", "server", "refused"}

_SECRET = "geheim"
"""What the corpus has for a password."""


def check(data: bytes) -> str:
    """Read *data*; what can be shown of it holds no password, and a server says how the way to it is protected."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        place = place_of(text, {})
    except MisuseError as refused:
        told = f"anna:{_SECRET}" in str(refused) or not refused.hint
        return "a password was repeated, or nothing was advised" if told else "refused"
    if isinstance(place, File):
        assert place.path
        assert "\0" not in place.path
        return "file"
    assert isinstance(place, Server)
    assert place.conninfo not in repr(place)
    assert "application_name=" in place.conninfo
    assert "connect_timeout=" in place.conninfo
    return "server"
