"""The names and flags of our cookies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.session.policy import MOST_NAME, decide, normal_origin

ANYTHING = st.text(st.characters(exclude_categories=()))


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3", "3.3.4")
def test_an_https_origin_gets_host_cookies() -> None:
    """The safest names and flags that browsers know."""
    policy = decide("https://example.org", application="shop")
    assert policy.identity_name == "__Host-hardtack"
    assert policy.session_name == "__Host-session-shop"
    assert policy.visitor_name == "__Host-hardtack-visitor"
    assert policy.known_name == "__Host-hardtack-known"
    assert policy.names[4:] == tuple(f"__Host-hardtack-{of}" for of in ("half", "trusted", "gate", "start"))
    assert policy.attributes == "; Path=/; Secure; HttpOnly; SameSite=Lax"
    assert (policy.secure, policy.host_prefix, policy.development) == (True, "__Host-", False)


@pytest.mark.parametrize(
    ("origin", "port"),
    [
        ("http://localhost:8000", "8000"),
        ("http://localhost", "80"),
        ("http://127.0.0.1:5000", "5000"),
        ("http://[::1]:1", "1"),
        ("HTTP://LOCALHOST:65535", "65535"),
    ],
)
def test_loopback_without_https_gets_the_port_into_the_names(origin: str, port: str) -> None:
    """Browsers share cookies among the ports of a host, and refuse the prefix there."""
    policy = decide(origin, application="shop")
    assert policy.identity_name == f"hardtack-{port}"
    assert policy.session_name == f"hardtack-session-shop-{port}"
    assert policy.visitor_name == f"hardtack-visitor-{port}"
    assert policy.known_name == f"hardtack-known-{port}"
    assert policy.names[4:] == tuple(f"hardtack-{of}-{port}" for of in ("half", "trusted", "gate", "start"))
    assert policy.attributes == "; Path=/; HttpOnly; SameSite=Lax"
    assert (policy.secure, policy.host_prefix, policy.development) == (False, "", False)


@pytest.mark.parametrize(
    "origin", ["http://example.org", "http://192.168.1.2:8000", "http://127.0.0.2", "http://a.localhost"]
)
def test_other_plain_http_needs_the_ugly_word(origin: str) -> None:
    """Without it the error says what to do; with it the names are those of plain http."""
    with pytest.raises(MisuseError, match="insecure_plain_http=True"):
        decide(origin, application="shop")
    policy = decide(origin, application="shop", insecure_plain_http=True)
    assert not policy.secure
    assert policy.identity_name.startswith("hardtack-")


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("localhost:8000", "8000"),
        ("[::1]:99", "99"),
        ("localhost", "80"),
        ("", "80"),
        ("a:0", "80"),
        ("a:٣", "80"),
        ("a:1\n", "80"),
    ],
)
def test_in_development_mode_the_host_chooses_the_names(host: str, port: str) -> None:
    """The port of the request's Host, and 80 where there is none or junk."""
    policy = decide(None, application="shop").for_host(host)
    assert policy.session_name == f"hardtack-session-shop-{port}"
    assert policy.development
    assert decide(None, application="shop") == policy.for_host("")


def test_a_configured_origin_is_not_moved_by_the_host() -> None:
    """Everything was decided at start."""
    policy = decide("https://example.org", application="shop")
    assert policy.for_host("localhost:8000") is policy


def test_names_and_flags_stay_as_they_were_decided() -> None:
    """All requests share them."""
    policy = decide("https://example.org", application="shop")
    with pytest.raises(AttributeError):
        policy.secure = False  # type: ignore[misc] # that is the point
    assert not hasattr(policy, "__dict__")


@given(host=ANYTHING)
def test_any_host_is_taken(host: str) -> None:
    """The promise of for_host: whatever comes, the names are still names that dump accepts."""
    policy = decide(None, application="shop").for_host(host)
    assert policy.set_cookie(policy.session_name, "1").startswith("hardtack-session-shop-")


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://Example.ORG", "https://example.org"),
        ("HTTPS://example.org:443", "https://example.org"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:08000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_normalised_as_browsers_write_it(origin: str, expected: str) -> None:
    """Lower case, and no port where the scheme says it already."""
    assert normal_origin(origin) == expected
    assert decide(origin, application="a").origin == expected


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "example.org",
        "https://",
        "https:/example.org",
        "https://example.org/",
        "https://example.org/path",
        "https://example.org?",
        "https://example.org#",
        "https://user@example.org",
        "https://user:password@example.org",
        "https://example.org:",
        "https://example.org:0",
        "https://example.org:65536",
        "https://example.org:8o",
        "https://exa mple.org",
        "https://-example.org",
        "https://example..org",
        "https://example.org\n",
        "https://bücher.example",
        "https://[::1",
        "ftp://example.org",
        "null",
        "*",
        b"https://example.org",
        7,
    ],
)
def test_what_is_no_origin_is_refused(origin: Any) -> None:
    """Scheme, host and port only; the error shows what one looks like."""
    with pytest.raises(MisuseError, match=r"https://example\.org or http://localhost:8000"):
        decide(origin, application="shop")


@pytest.mark.parametrize("application", ["", "a b", "a;b", "é", None, "x" * 64])
def test_an_application_that_cannot_be_in_a_name_is_refused(application: Any) -> None:
    """The name of the data cookie must be a token."""
    with pytest.raises(MisuseError, match="part of a cookie's name"):
        decide(None, application=application)


@pytest.mark.parametrize(
    ("application", "shown"),
    [("a b", "'a b' "), (" " * (MOST_NAME - 2), f"'{' ' * (MOST_NAME - 2)}' "), (" " * (MOST_NAME - 1), "")],
)
def test_a_name_that_is_too_long_is_not_shown(application: str, shown: str) -> None:
    """Whoever has only mistyped it sees it."""
    with pytest.raises(MisuseError, match=f"^the application's name {shown}cannot be part of a cookie's name"):
        decide(None, application=application)


def test_the_longest_name_is_taken() -> None:
    """It is the most characters that there may be."""
    assert decide(None, application="x" * MOST_NAME).application == "x" * MOST_NAME


def test_a_secret_in_the_place_of_the_name_is_not_repeated() -> None:
    """The error may be logged."""
    with pytest.raises(MisuseError, match=r"a secret belongs into keyring=") as caught:
        decide(None, application="hardtack keyring 1\npepper swordfish" + "x" * 43)
    assert "swordfish" not in str(caught.value)


@pytest.mark.parametrize("origin", ["https://example.org", "http://localhost:8000"])
def test_cookies_are_deleted_as_they_are_set(origin: str) -> None:
    """Same name and same attributes, in the form that dump writes."""
    policy = decide(origin, application="shop")
    name = policy.visitor_name
    assert policy.set_cookie(name, "1") == f"{name}=1{policy.attributes}"
    assert policy.set_cookie(name, "1", max_age=9) == f"{name}=1{policy.attributes}".replace(
        "; Path=/", "; Path=/; Max-Age=9"
    )
    assert policy.delete_cookie(name) == f"{name}={policy.attributes}".replace(
        "; Path=/", "; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    )
