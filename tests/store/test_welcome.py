"""The row of the first administrator's link."""

from __future__ import annotations

from hardtack.store import Database, welcome
from hardtack.store.welcome import WelcomeRow


def test_there_is_one_link_at_most(database: Database) -> None:
    """A new one takes the place of the old one."""
    with database.write() as connection:
        assert welcome.read(connection) is None
        for number in (1, 2):
            welcome.replace(connection, WelcomeRow(bytes([number]), number))
        assert WelcomeRow(b"\x02", 2) == welcome.read(connection)
        welcome.clear(connection)
        assert welcome.read(connection) is None


def test_its_hash_is_in_no_representation() -> None:
    """Representations end up in logs."""
    assert "hash-of-code" not in repr(WelcomeRow(b"hash-of-code", 1))
