"""The query, and where ``next`` in it leads: never an exception, and never away from our origin."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from hardtack.message import Request
from hardtack.site import forms, next_url

OUTCOMES = {"nothing", "home", "elsewhere on our site"}

ORIGIN = "https://id.example.org"


def check(data: bytes) -> str:
    """Follow ``next`` from a page of ours, as a browser would."""
    fields = forms.query(Request(method="GET", path="/", query=data.decode("latin-1")))
    assert all(type(name) is type(value) is str for name, value in fields.items())
    if "next" not in fields:
        return "nothing"
    way = next_url.destination(fields["next"], origins={ORIGIN}, default="/account")
    assert way.startswith("/")
    assert not way.startswith(("//", "/\\"))
    assert way.isascii()
    assert way.isprintable()
    there = urlsplit(urljoin(ORIGIN + "/sign-in", way))
    assert ORIGIN == f"{there.scheme}://{there.netloc}"
    return "home" if way == "/account" else "elsewhere on our site"
