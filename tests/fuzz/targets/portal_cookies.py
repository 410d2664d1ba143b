"""The Cookie field on its way to an application: without ours, and with every other cookie as it was."""

from __future__ import annotations

from hardtack.session import cookie, policy
from hardtack.site.forward_auth import cookies

OUTCOMES = {"nothing", "all", "some"}

OURS = frozenset(cookies.ours(policy.decide("https://id.example.org", application="site")))


def check(data: bytes) -> str:
    """Take ours out; an application reads the same of the rest as before."""
    header = data.decode("latin-1")
    left = cookies.without(header, OURS)
    before, after = cookie.pairs(header), cookie.pairs(left)
    assert not OURS & {name for name, _ in after}
    # Of a cookie without a name nobody can tell whether it has a name without a value.
    assert [pair for pair in after if pair[0]] == [pair for pair in before if pair[0] and pair[0] not in OURS]
    assert left == cookies.without(left, OURS)
    if not after:
        return "nothing"
    return "all" if len(after) == len(before) else "some"
