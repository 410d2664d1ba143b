"""What is decided once stays as it was decided: the records of this room cannot be changed, nor given anything more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from hardtack.seal import Keyring
from hardtack.session import Identity, Lifetimes, Sessions
from hardtack.session.data import Data, DecodedData
from hardtack.session.policy import decide
from hardtack.session.visitor import Visitor

HEAD = (b"i" * 16, None, 0, 1, 2, 3)
RECORDS: dict[str, Callable[[], Any]] = {
    "account": lambda: Identity(b"i" * 16, b"l" * 16, 1, 0, 0, (), 0, 0, 0, 1),
    "values": lambda: Data(*HEAD, msgspec.Raw(b"\x80")),
    "born": lambda: DecodedData(*HEAD, {}),
    "idle": Lifetimes,
    "secure": lambda: decide(None, application="app"),
    "identity": lambda: Sessions(Keyring.generate(), origin="https://example.org")._cookies,
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_not_changed(name: str) -> None:
    """Requests share some of them, and a changed identity would be somebody else's."""
    record = RECORDS[name]()
    with pytest.raises(AttributeError):
        setattr(record, name, getattr(record, name))


@pytest.mark.parametrize("make", RECORDS.values(), ids=RECORDS)
def test_a_record_has_nothing_but_its_fields(make: Callable[[], Any]) -> None:
    """There are many of them."""
    assert not hasattr(make(), "__dict__")


def test_nor_has_a_visitor() -> None:
    """A misspelt attribute is an error."""
    assert not hasattr(Visitor.__new__(Visitor), "__dict__")


def test_the_representation_of_lifetimes_is_what_somebody_writes() -> None:
    """What follows from it is not shown."""
    assert repr(Lifetimes(idle=9)) == "Lifetimes(idle=9, absolute=2592000, leeway=60, reissue_after=None)"
