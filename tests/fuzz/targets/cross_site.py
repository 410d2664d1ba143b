"""Whether a request that changes something comes from our own pages: it passes, or ``CrossSiteRequest``.

The first line of the input is the method, ``cookie`` if one came along, and the token; each further line one field.
"""

from __future__ import annotations

from hardtack.message import Headers, Request
from hardtack.session import csrf
from hardtack.session.csrf import CrossSiteRequest

OUTCOMES = {"passes", "sec-fetch-site", "origin", "token-missing", "token-invalid"}

OURS = "https://id.example.org"
TOKEN = "the right one"
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}


def check(data: bytes) -> str:
    """Ask; whatever passes must have shown that it is ours, or cannot be a page of another site."""
    line, *lines = data.decode("latin-1").split("\n")
    method, cookie, token = (*line.split(" ", 2), "", "")[:3]
    parts = [each.partition(":") for each in lines]
    headers = Headers((name.strip(), value.strip(" \t")) for name, _, value in parts)
    request = Request(method=method, path="/", headers=headers)
    has_cookie = cookie == "cookie"
    reason = "passes"
    try:
        csrf.check(
            request, origins={OURS}, has_cookie=has_cookie, token=token or None, verify=lambda text: text == TOKEN
        )
    except CrossSiteRequest as refused:
        reason = refused.reason
    sites, origins = headers.all("sec-fetch-site"), headers.all("origin")
    kind = (headers.get("content-type") or "").partition(";")[0].strip(" \t").lower()
    plain = not sites and not origins and not has_cookie and kind not in FORMS
    ours = set(sites) == {"same-origin"} if sites else set(origins) == {OURS}
    by_token = token == TOKEN and not sites and not origins
    assert (reason == "passes") is (method in SAFE or ours or by_token or plain), reason
    needs = csrf.needs_token(request, has_cookie=has_cookie)
    assert needs is (method not in SAFE and not sites and not origins and not plain)
    if method in SAFE:
        csrf.may_hold_token(request)
    return reason
