"""Entity tags and lists of them: what is read is in the field, and what is written is read again."""

from __future__ import annotations

from hardtack.status.validators import ANY, parse_etag, parse_etags

OUTCOMES = {"any", "tags", "none"}


def check(data: bytes) -> str:
    """Read the input as fields, one a line; each tag that is found can be written and read alone."""
    values = data.decode("latin-1").split("\n")
    found = parse_etags(values)
    assert found is not None
    if found is ANY:
        assert "*" in data.decode("latin-1")
        return "any"
    text = ",".join(values)
    assert all(str(tag) in text for tag in found)
    assert all(parse_etag(str(tag)) == tag for tag in found)
    assert parse_etags([", ".join(map(str, found))]) == found
    for value in values:
        alone = parse_etag(value)
        assert alone is None or parse_etags([value]) == [alone]
    return "tags" if found else "none"
