"""Where mail goes, as an operator writes it: a server, a folder, the console, or ``MisuseError``; no password, ever."""

from __future__ import annotations

from pathlib import Path

from hardtack.errors import MisuseError
from hardtack.login.carriers import LOOPBACK, Server, place_of

OUTCOMES = {"server", "folder", "console", "refused"}


def check(data: bytes) -> str:
    """Read *data*; a server has a host in ASCII and a port, and no TLS is left out but on this machine."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        place = place_of(text)
    except MisuseError as refused:
        told = "geheim" in str(refused) or not refused.hint
        return "a password was repeated, or nothing was advised" if told else "refused"
    if place is None:
        return "console"
    if isinstance(place, Path):
        assert str(place).isprintable()
        return "folder"
    assert isinstance(place, Server)
    assert place.host.isascii()
    assert not set(place.host) & set("\r\n\0 @/?#%")
    assert 0 < place.port < 65536
    assert place.user.isprintable()
    assert place.scheme != "smtp+plain" or (place.host in LOOPBACK and not place.user)
    # Read again from what is shown of it, it is the same server.
    again = place_of(place.place)
    assert isinstance(again, Server)
    assert (again.scheme, again.host, again.port) == (place.scheme, place.host, place.port)
    return "server"
