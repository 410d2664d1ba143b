"""What the browsers of several folders do alike: say that a person goes to a page, and keep a cookie."""

from __future__ import annotations

from collections.abc import Mapping

NAVIGATION = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
"""Fields of a person's browser that goes to a page; from where, ``Sec-Fetch-Site`` says."""


def named(fields: Mapping[str, str]) -> dict[str, str]:
    """Return header fields by their names, from keywords such as ``if_match``."""
    return {name.replace("_", "-").title(): value for name, value in fields.items()}


def keep(cookies: dict[str, str], set_cookie: str) -> None:
    """Put what a Set-Cookie says into *cookies*, by name; without a value it is deleted.

    A ``__Host-`` cookie without what the prefix demands (RFC 6265bis §4.1.3.2) is an error here, where a browser would
    ignore it without a word.
    """
    pair, *attributes = set_cookie.split("; ")
    name, _, value = pair.partition("=")
    if name.startswith("__Host-"):
        assert {"Secure", "Path=/"} <= set(attributes), set_cookie
        assert not any(attribute.startswith("Domain") for attribute in attributes), set_cookie
    if value:
        cookies[name] = value
    else:
        cookies.pop(name, None)
