"""The authority: what is one, what is none, and one spelling for each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.status import host
from hardtack.status.host import Authority


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.org", Authority("example.org", None)),
        ("EXAMPLE.org:8443", Authority("example.org", 8443)),
        ("example.org:", Authority("example.org", None)),
        ("example.org.", Authority("example.org.", None)),
        ("example.org:0080", Authority("example.org", 80)),
        ("localhost:65535", Authority("localhost", 65535)),
        ("127.0.0.1:8000", Authority("127.0.0.1", 8000)),
        ("[::1]", Authority("[::1]", None)),
        ("[0:0:0:0:0:0:0:1]:8000", Authority("[::1]", 8000)),
        ("[2001:DB8::A]", Authority("[2001:db8::a]", None)),
        ("[::ffff:192.0.2.1]", Authority("[::ffff:c000:201]", None)),
        ("[v1.fe80::a+en1]", Authority("[v1.fe80::a+en1]", None)),
        ("a_b.example", Authority("a_b.example", None)),
        ("caf%C3%A9.example", Authority("caf%c3%a9.example", None)),
        ("a!$&'()*+,;=~b", Authority("a!$&'()*+,;=~b", None)),
    ],
)
def test_an_authority_is_taken_apart(text: str, expected: Authority) -> None:
    """RFC 3986 §3.2.2 and §3.2.3."""
    assert expected == host.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ":80",
        "a b",
        "a/b",
        "user@example.org",
        "example.org/",
        "example.org?x",
        "example.org#x",
        "http://example.org",
        "example.org:80a",
        "example.org:-1",
        "example.org:65536",
        "example.org:99999999999",
        "example.org:80:80",
        "example.org:８０",
        "::1",
        "[::1",
        "::1]",
        "[]",
        "[::1%25eth0]",
        "[fe80::1%eth0]",
        "[::g]",
        "[1.2.3.4]",
        "[v1.]",
        "[vx.a]",
        "%zz.example",
        "%",
        "例え.example",
        "example.org\n",
        "example.org\r\nX: y",
        "a" * 256,
        '"example.org"',
        "a\\b",
    ],
)
def test_what_is_no_authority_is_none(text: str) -> None:
    """Nothing is cut off or repaired to make it fit."""
    assert host.parse(text) is None


@pytest.mark.parametrize(("port", "left"), [(80, None), (443, None), (None, None), (8080, 8080)])
def test_a_default_port_is_left_out(port: int | None, left: int | None) -> None:
    """Of both schemes, since behind a proxy the connection's scheme is not the visitor's."""
    assert Authority("example.org", left) == host.without_default_port(Authority("example.org", port))


@given(st.one_of(st.text(), st.text(alphabet="a0.[]:%v-@/ \\")))
def test_any_text_is_an_authority_or_none(text: str) -> None:
    """The promise; and an authority written out again is the same one."""
    found = host.parse(text)
    if found is not None:
        again = found.host if found.port is None else f"{found.host}:{found.port}"
        assert found == host.parse(again)
