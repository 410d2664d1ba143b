"""Rules, and a request that they are asked about: ``MisuseError`` at the start, or a decision; a slash decides nothing.

The input is a TOML file of ``[[access]]``; a line ``# path`` at its beginning says what is asked for.
"""

from __future__ import annotations

import tomllib

import msgspec

from hardtack.errors import MisuseError
from hardtack.site.forward_auth.original import Original
from hardtack.site.forward_auth.rules import ALLOWED, Access, Rules, Who

OUTCOMES = {"allowed", "refused", "no rules", "mistake"}

_STAFF = Who(1, "anna", "", "Anna", ("staff",), ("password",), False)


def check(data: bytes) -> str:
    """Make the rules and ask them."""
    text = data.decode("utf-8", "replace")
    path = text.partition("\n")[0].removeprefix("#").strip()
    try:
        table = tomllib.loads(text)
        accesses = msgspec.convert(table.get("access", []), tuple[Access, ...])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError):
        return "no rules"
    try:
        rules = Rules(accesses)
    except MisuseError as mistake:
        return "mistake" if str(mistake).startswith("access: rule ") and mistake.hint else "without a number or a hint"
    path = path if path.startswith("/") else "/"
    decided = []
    for spelling in {path.removesuffix("/") or "/", f"{path.removesuffix('/')}/"}:
        asked = Original("GET", "https", "app.example.org", spelling, "", True, "redirect")
        decision = rules.decide(asked, _STAFF)
        assert decision.allowed is (decision.reason == "")
        if decision.allowed:
            assert decision == ALLOWED
            # Whatever case it is in, nobody gets in by a rule that would not let them in otherwise.
            assert accesses
        decided.append(decision)
    assert 1 == len(set(decided))
    return "allowed" if decided[0].allowed else "refused"
