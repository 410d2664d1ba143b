"""What the scope of a token may be called: a name that stands in a header field, a form and a file of settings alike.

Narrower than RFC 6749 §3.3, where a scope may be nearly anything: one that is misread lets the wrong program in. Which
scopes there are, and what they let anybody do, is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_SCOPE = re.compile(r"[a-z0-9][a-z0-9:._-]{0,31}")


def are_scopes(names: Collection[str]) -> bool:
    """Return whether each of *names* may be the name of a scope."""
    return all(_SCOPE.fullmatch(name) for name in names)
