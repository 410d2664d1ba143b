"""What an answer of Flask's says to caches because of its session, put into Werkzeug's own list of fields."""

from __future__ import annotations

from werkzeug.datastructures import Headers

from hardtack.session import caching


def protect(headers: Headers, cookie: str) -> None:
    """Keep an answer that depends on the session out of shared caches; what the application says for them stands.

    Args:
        headers: the answer's fields, the session's Set-Cookie among them.
        cookie: the name of the session's cookie.
    """
    for name, _ in headers:
        if name.lower() in caching.LOOKED_AT:
            for replaced, value in caching.protected(headers.items(), (cookie,), depends=True):
                headers[replaced] = value
            return
    # Nearly always the application has said nothing.
    for name, value in caching.UNSAID:
        headers.add(name, value)
