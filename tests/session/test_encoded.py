"""Values as bytes, for frameworks with types of their own, and whether the data's cookie outlives the browser."""

from __future__ import annotations

import msgspec
import pytest

from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Lifetimes, ServerSide, Session, Sessions

NOW = 1_800_000_000
ORIGIN = "https://example.org"
DATA = "__Host-session-app"
OWN = msgspec.msgpack.encode(
    {"pair": msgspec.msgpack.Ext(1, b"\x92\x01\x02"), "in": [msgspec.msgpack.Ext(3, b"x" * 16)]}
)


def make(**options: object) -> Sessions:
    """Return sessions of a site on https."""
    return Sessions(Keyring.generate(), origin=ORIGIN, **options)  # type: ignore[arg-type]


def next_one(sessions: Sessions, written: list[str], now: int = NOW) -> Session:
    """Return the session of the request after the one whose cookies are *written*."""
    return sessions.open("; ".join(text.partition(";")[0] for text in written), now)


def test_types_of_a_framework_go_out_as_they_came_in() -> None:
    """Extensions of msgpack, also deep inside, also when the cookie is renewed though nobody has changed a thing."""
    sessions = make()
    session = sessions.open("", NOW)
    assert b"\x80" == session.encoded
    session.replace(OWN)
    written = sessions.save(session, NOW)
    later = NOW + Lifetimes().idle // 2
    session = next_one(sessions, written, later)
    assert not session.accessed
    assert OWN == session.encoded
    assert (True, False) == (session.accessed, session.modified)
    [renewed] = sessions.save(session, later)
    assert OWN == next_one(sessions, [renewed], later).encoded


def test_what_is_replaced_is_gone() -> None:
    """And nothing is written where the same comes again."""
    sessions = make()
    session = sessions.open("", NOW)
    session["old"] = 1
    written = sessions.save(session, NOW)
    session = next_one(sessions, written)
    session.replace(session.encoded)
    assert [] == sessions.save(session, NOW)
    session.replace(msgspec.msgpack.encode({"new": [2]}))
    assert {"new": [2]} == dict(next_one(sessions, sessions.save(session, NOW)))


@pytest.mark.parametrize("encoded", [b"", b"\x01", b"\x81\x01\x02", b"\x80\x80"])
def test_what_is_no_map_with_text_for_keys_is_a_misuse(encoded: bytes) -> None:
    """At the line that does it, and what was there stays."""
    session = make().open("", NOW)
    session["kept"] = 1
    with pytest.raises(MisuseError, match="no map"):
        session.replace(encoded)
    assert {"kept": 1} == dict(session)


class Table(ServerSide):
    """Values in memory, with a version each."""

    def __init__(self) -> None:
        self.rows: dict[bytes, tuple[int, bytes]] = {}

    def load(self, session_id: bytes) -> tuple[int, bytes] | None:
        """Return a row."""
        return self.rows.get(session_id)

    def store(self, session_id: bytes, expected: int, values: bytes, until: int) -> bool:
        """Compare and set."""
        if self.rows.get(session_id, (0, b""))[0] != expected:
            return False
        self.rows[session_id] = (expected + 1, values)
        return until > NOW

    def delete(self, session_id: bytes) -> None:
        """Forget a row."""
        self.rows.pop(session_id, None)


@pytest.mark.parametrize("persistent", [True, False])
@pytest.mark.parametrize("keep", [True, False, None])
@pytest.mark.parametrize("server_side", [None, Table])
def test_the_application_may_say_for_each_visitor_whether_the_data_outlives_the_browser(
    persistent: bool, keep: bool | None, server_side: type[Table] | None
) -> None:
    """It goes before what the person chose for the sign-in, which keeps its own lifetime."""
    sessions = make(server_side=server_side and server_side())
    session = sessions.open("", NOW)
    session.sign_in(account=1, epoch=0, keep=keep, now=NOW)
    session["basket"] = [1]
    session.persistent = persistent
    identity, data = sessions.save(session, NOW)
    assert (keep is not False, persistent) == ("Max-Age" in identity, "Max-Age" in data)


def test_so_it_may_before_anybody_signs_in() -> None:
    """The usual way is to outlive it."""
    sessions = make()
    for said, expected in ((None, True), (False, False)):
        session = sessions.open("", NOW)
        session["basket"] = [1]
        session.persistent = said
        [data] = sessions.save(session, NOW)
        assert data.startswith(DATA)
        assert expected is ("Max-Age" in data)
