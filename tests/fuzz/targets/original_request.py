"""What a proxy asks about: an ``Original`` in one spelling, or ``BadRequest``.

The first line of the input is the mode; each line after it is one field, ``name: value``.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from hardtack.message import Headers, Request
from hardtack.site.forward_auth.original import canonical, original, well_formed_host
from hardtack.status import BadRequest

OUTCOMES = {"nginx", "redirect", "status", "refused"}


def check(data: bytes) -> str:
    """Ask about the fields, as from a proxy on this machine."""
    mode, _, rest = data.decode("latin-1").partition("\n")
    lines = [line.partition(":") for line in rest.split("\n")]
    fields = Headers((name.strip(), value.strip(" \t")) for name, _, value in lines)
    try:
        found = original(Request(method="GET", path="/auth", headers=fields, client="127.0.0.1"), mode)
    except BadRequest as refused:
        return "refused" if refused.reason else "refused without a reason"
    assert re.fullmatch("[A-Z]{1,32}", found.method)
    assert found.scheme in ("http", "https")
    assert found.host == well_formed_host(found.host, found.scheme)
    # Whoever decodes, joins or splits it sees the same: there is one way only to read it.
    assert found.path.startswith("/")
    assert not re.search(r"[\x00-\x1f\x7f;\\]|//", found.path)
    assert not {".", ".."} & set(found.path.split("/"))
    assert found.path == canonical(quote(found.path, safe="/"))
    assert "\n" not in found.query
    return found.style
