r"""What is written into Set-Cookie: ``dump`` refuses with ``MisuseError`` whatever would mean something else.

The parts of the input, split at ``\xff``, are name, value, path and domain; a part that is missing is left out. The
value is also written as ``encode_value`` writes any text, and read back.
"""

from __future__ import annotations

from hardtack.errors import MisuseError
from hardtack.session import cookie

OUTCOMES = {"written", "encoded", "refused"}


def check(data: bytes) -> str:
    """Write a cookie, and take it apart again as a browser does."""
    name, value, path, domain = [*(part.decode("utf-8", "replace") for part in data.split(b"\xff", 3)), *[None] * 4][:4]
    encoded = cookie.encode_value(value or "")
    assert (value or "") == cookie.decode_value(encoded)
    cookie.decode_value(value or "")
    for outcome, text in (("written", value or ""), ("encoded", encoded)):
        try:
            written = cookie.dump(name or "", text, path=path, domain=domain, secure=True, httponly=True)
        except MisuseError:
            continue
        assert written.isascii()
        assert written.isprintable()
        pair, *attributes = written.split("; ")
        scope = [*([] if domain is None else [f"Domain={domain}"]), *([] if path is None else [f"Path={path}"])]
        assert attributes == [*scope, "Secure", "HttpOnly"]
        assert [(name, text)] == cookie.pairs(pair)
        return outcome
    return "refused"
