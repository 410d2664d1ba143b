"""A new password, whatever is typed: its octets, or ``BadPassword``; and it takes no longer for being strange.

The first line of the input is what belongs to the account, words with commas between them; the rest is the password.
"""

from __future__ import annotations

from hardtack.login import meter
from hardtack.login.passwords import BadPassword
from hardtack.login.rules import PasswordRules, words_of

OUTCOMES = {"good", "too-short", "too-long", "not-text", "guessable", "common"}
CHANGES = 80
"""Each is held against the lists and estimated twice."""

_RULES = PasswordRules(words=("Example",))


def check(data: bytes) -> str:
    """Take it alone and beside a second factor; what is good alone is good beside one."""
    line, _, rest = data.partition(b"\n")
    try:
        password = rest.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        password = rest.decode("latin-1")
    context = line.decode("utf-8", "replace").split(",")
    outcomes = []
    for beside in (True, False):
        try:
            secret = _RULES.as_new(password, context=context, beside=beside)
        except BadPassword as refused:
            outcomes.append(refused.reason.removeprefix("bad-password-").removesuffix("-beside"))
        else:
            assert secret == password.encode()
            assert meter.estimate(password, words_of((*context, "Example"))).bits >= meter.ENOUGH_BESIDE
            outcomes.append("good")
    assert outcomes[1] != "good" or outcomes[0] == "good"
    return outcomes[1]
