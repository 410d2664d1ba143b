"""What an answer says to caches: ``protect`` returns for any fields, loosens nothing, and has done with one call.

Each line of the input is one field of the answer, ``name: value``.
"""

from __future__ import annotations

from hardtack.seal import Key, Keyring
from hardtack.session import Sessions
from hardtack.session.caching import protect

OUTCOMES = {"changed", "left alone"}

_SESSIONS = Sessions(Keyring([Key(bytes(range(32)))], bytes(32)), origin="https://example.org")


def check(data: bytes) -> str:
    """Protect the answer of a session that was read, then once more with what came of it."""
    session = _SESSIONS.open("", 1_800_000_000)
    lines = [line.partition(":") for line in data.decode("latin-1").split("\n")]
    headers = [(name.strip(), value.strip(" \t")) for name, _, value in lines]
    session.get("name")
    changes = protect(headers, session)
    replaced = {name.lower() for name, _ in changes}
    after = [*(pair for pair in headers if pair[0].lower() not in replaced), *changes]
    assert [] == protect(after, session)
    vary = ",".join(value for name, value in after if name.lower() == "vary")
    assert {"*", "cookie"} & {part.strip(" \t").lower() for part in vary.split(",")}
    for name, value in changes:
        assert "private" in value or name == "Vary"
    before = [value for name, value in headers if name.lower() == "cache-control"]
    # As a directive of its own: a value of ``public``, which may go, may have the same letters.
    said = {part.strip(" \t").lower() for value in before if '"' not in value for part in value.split(",")}
    if "no-store" in said:
        assert any("no-store" in value.lower() for name, value in after if name.lower() == "cache-control")
    return "changed" if changes else "left alone"
