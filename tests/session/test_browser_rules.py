"""What a browser makes of our Set-Cookie values, by the algorithms of RFC 6265bis §5.5 to §5.8 and layered-cookies.

The browser here is written after the standard, not after our code: whatever ``dump`` lets out, it must keep, with the
attributes that were meant, and send back as it was; and what ``dump`` refuses on account of browsers, it must drop.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Sessions, cookie

NOW = 1_800_000_000
HOST = "shop.example.org"
TOKEN = st.text(st.sampled_from("!#$%&'*+-.^_`|~aZ09"), min_size=1, max_size=9)
NAMES = st.tuples(
    st.sampled_from(
        ["", "__Host-", "__Secure-", "__hOsT-", "__secure-", "__Http-", "__hTTp-", "__Host-Http-", "__HOST-HTTP-"]
    ),
    TOKEN,
).map("".join)
VALUES = st.text(st.sampled_from("".join(chr(code) for code in range(0x20, 0x80))), max_size=9)


@dataclass
class Kept:
    """A cookie as a browser keeps it."""

    value: str
    host_only: bool = True
    domain: str = HOST
    path: str = "/default"
    secure: bool = False
    http_only: bool = False
    same_site: str = "Default"
    expires: float | None = None


@dataclass
class Browser:
    """A browser that is on an https page of ``HOST``."""

    secure_page: bool = True
    jar: dict[str, Kept] = field(default_factory=dict)

    def receive(self, text: str) -> str:
        """Follow one Set-Cookie value; return why it was ignored, or ``""``."""
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text):
            return "control character"
        pair, *parts = text.split(";")
        name, equals, value = pair.partition("=")
        if not equals:
            name, value = "", pair
        name, value = name.strip(" \t"), value.strip(" \t")
        if len(name) + len(value) > 4096:
            return "too long"
        kept = Kept(value)
        max_age: float | None = None
        has_path = False
        for part in parts:
            key, _, given_value = part.partition("=")
            key, given_value = key.strip(" \t").lower(), given_value.strip(" \t")
            if len(given_value) > 1024:
                continue
            if key == "expires":
                kept.expires = parsedate_to_datetime(given_value).timestamp()
            elif key == "max-age":
                max_age = NOW + int(given_value) if int(given_value) > 0 else 0
            elif key == "domain" and given_value:
                kept.domain, kept.host_only = given_value.removeprefix(".").lower(), False
            elif key == "path":
                has_path = given_value.startswith("/")
                kept.path = given_value if has_path else "/default"
            elif key in {"secure", "httponly"}:
                setattr(kept, {"secure": "secure", "httponly": "http_only"}[key], True)
            elif key == "samesite":
                kept.same_site = {"none": "None", "lax": "Lax", "strict": "Strict"}.get(given_value.lower(), "Default")
        expires = kept.expires if max_age is None else max_age
        kept.expires = None if expires is None else min(expires, NOW + 400 * 86_400)
        return self.store(name, kept, has_path)

    def store(self, name: str, kept: Kept, has_path: bool) -> str:
        """Keep a cookie, or say why not."""
        if not kept.host_only and HOST != kept.domain and not HOST.endswith(f".{kept.domain}"):
            return "foreign domain"
        if kept.secure and not self.secure_page:
            return "secure over plain http"
        if kept.same_site == "None" and not kept.secure:
            return "SameSite=None without Secure"
        lowered = name.lower()
        if lowered.startswith("__secure-") and not kept.secure:
            return "__Secure- without Secure"
        if lowered.startswith(("__http-", "__host-http-")) and not (kept.secure and kept.http_only):
            return "__Http- without Secure and HttpOnly"
        whole_host = kept.secure and kept.host_only and has_path and kept.path == "/"
        if lowered.startswith("__host-") and not whole_host:
            return "__Host- not of the whole host"
        if not name and kept.value.lower().startswith(("__host-", "__secure-", "__http-")):
            return "a prefix in disguise"
        if kept.expires is not None and kept.expires <= NOW:
            self.jar.pop(name, None)
        else:
            self.jar[name] = kept
        return ""

    @property
    def header(self) -> str:
        """The Cookie field it sends."""
        return "; ".join(f"{name}={kept.value}" if name else kept.value for name, kept in self.jar.items())


@given(
    name=NAMES,
    value=VALUES,
    path=st.sampled_from([None, "/", "/a", "a", "/" + "a" * 1023, "/" + "a" * 1024, "/a "]),
    domain=st.sampled_from([None, "example.org", HOST, "EXAMPLE.org", ".example.org", "example.org."]),
    max_age=st.none() | st.integers(-9, 10**6) | st.integers(399 * 86_400, 401 * 86_400),
    expires=st.none() | st.integers(0, 2 * NOW) | st.integers(NOW, NOW + 401 * 86_400),
    secure=st.booleans(),
    httponly=st.booleans(),
    samesite=st.sampled_from([None, "Lax", "strict", "None", "none", "junk"]),
)
def test_what_is_let_out_is_kept_as_it_was_meant(name: str, value: str, **options: Any) -> None:
    """Every attribute arrives, none is added, and the next request brings the same name and value back."""
    try:
        text = cookie.dump(name, value, **options, now=NOW)
    except MisuseError:
        return
    browser = Browser()
    assert browser.receive(text) == ""
    if options["max_age"] is None and options["expires"] is not None and options["expires"] <= NOW:
        assert browser.jar == {}
        return
    kept = browser.jar[name]
    assert (kept.value, kept.secure, kept.http_only) == (value, options["secure"], options["httponly"])
    assert kept.host_only == (options["domain"] is None)
    assert kept.path == (options["path"] or "/default")
    assert kept.same_site == ("Default" if options["samesite"] is None else options["samesite"].title())
    assert kept.expires == (NOW + options["max_age"] if options["max_age"] else options["expires"])
    assert cookie.pairs(browser.header) == [(name, value)]


@pytest.mark.parametrize(
    ("text", "why", "arguments"),
    [
        ("__Host-a=1; Path=/", "__Host- not of the whole host", {"name": "__Host-a", "path": "/"}),
        ("__HOST-a=1; Secure", "__Host- not of the whole host", {"name": "__HOST-a", "secure": True}),
        (
            "__Host-a=1; Secure; Path=/; Domain=example.org",
            "__Host- not of the whole host",
            {"name": "__Host-a", "secure": True, "path": "/", "domain": "example.org"},
        ),
        ("__secure-a=1", "__Secure- without Secure", {"name": "__secure-a"}),
        ("a=1; SameSite=None", "SameSite=None without Secure", {"name": "a", "samesite": "None"}),
        ("__Http-a=1; Secure", "__Http- without Secure and HttpOnly", {"name": "__Http-a", "secure": True}),
        ("__http-a=1; HttpOnly", "__Http- without Secure and HttpOnly", {"name": "__http-a", "httponly": True}),
        (
            "__Host-HTTP-a=1; Path=/; Secure",
            "__Http- without Secure and HttpOnly",
            {"name": "__Host-HTTP-a", "path": "/", "secure": True},
        ),
        (
            "__Host-Http-a=1; Secure; HttpOnly",
            "__Host- not of the whole host",
            {"name": "__Host-Http-a", "secure": True, "httponly": True},
        ),
        ("=__Http-a", "a prefix in disguise", {"name": "", "value": "__Http-a"}),
        ("=__Host-a", "a prefix in disguise", {"name": "", "value": "__Host-a"}),
        (f"a={'1' * 4096}", "too long", {"name": "a", "value": "1" * 4096}),
        ("a=1\x00", "control character", {"name": "a", "value": "1\x00"}),
    ],
)
def test_what_a_browser_would_drop_is_refused_before_it_gets_there(
    text: str, why: str, arguments: dict[str, Any]
) -> None:
    """The browser ignores it without a word; ``dump`` says so."""
    assert Browser().receive(text) == why
    with pytest.raises(MisuseError):
        cookie.dump(**{"value": "1", **arguments})


@pytest.mark.parametrize(
    ("origin", "secure_page"), [("https://shop.example.org", True), (None, False), ("http://localhost:8000", False)]
)
def test_a_session_lives_in_a_browser(keyring: Keyring, origin: str | None, secure_page: bool) -> None:
    """Signed in, recognised, written, signed out: the browser keeps and drops what it should, on https and without."""
    sessions, browser = Sessions(keyring, origin=origin), Browser(secure_page)
    session = sessions.open(browser.header, NOW, "localhost:8000")
    session.sign_in(account=7, epoch=1, now=NOW)
    session["a"] = 1
    assert [browser.receive(text) for text in sessions.save(session, NOW)] == ["", ""]
    assert len(browser.jar) == 2
    assert all(kept.http_only and kept.same_site == "Lax" and kept.host_only for kept in browser.jar.values())
    session = sessions.open(browser.header, NOW, "localhost:8000")
    assert session.identity is not None
    assert session["a"] == 1
    session.sign_out()
    assert [browser.receive(text) for text in sessions.save(session, NOW)] == ["", ""]
    assert browser.jar == {}
