"""What a data cookie holds: decoding the head, the values and each value returns or raises one of ``UNDECODABLE``."""

from __future__ import annotations

from hardtack.session import data as form

OUTCOMES = {"values", "head", "refused"}


def check(data: bytes) -> str:
    """Decode *data* as a whole, and its values one by one."""
    try:
        found = form.decode(data)
    except form.UNDECODABLE:
        return "refused"
    assert 16 == len(found.id)
    assert found == form.decode(form.encode(found))
    try:
        values = form.decode_values(found.values)
        plain = form.decode_value(found.values)
    except form.UNDECODABLE:
        return "head"
    assert set(values) == set(plain)
    return "values"
