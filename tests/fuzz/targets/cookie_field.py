"""The Cookie field: ``pairs``, ``parse`` and ``find`` return for any string, and agree with each other."""

from __future__ import annotations

from hardtack.session import cookie

OUTCOMES = {"none", "one", "several"}


def check(data: bytes) -> str:
    """Read *data* as the field comes from the wire, and look for every name that is in it and for ours."""
    header = data.decode("latin-1")
    found = cookie.pairs(header)
    assert all(type(name) is type(value) is str for name, value in found)
    assert set(cookie.parse(header)) == {name for name, _ in found}
    for name in {"__Host-hardtack", "a", *(name for name, _ in found if cookie.is_name(name))}:
        assert [value for other, value in found if other == name] == cookie.find(header, name)
    return ("none", "one")[len(found)] if len(found) < 2 else "several"
