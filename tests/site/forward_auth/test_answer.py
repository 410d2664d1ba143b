"""What an application is told of people: four fields, always, in plain ASCII."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from hardtack.login.names import Name
from hardtack.site.forward_auth.answer import NAMES, NOBODY, NOTHING, identity_fields, octets
from hardtack.site.forward_auth.rules import Who


def who(name: str = "anna", email: str = "", shown: str = "Anna", roles: tuple[str, ...] = ()) -> Who:
    """Return somebody."""
    return Who(7, name, email, shown, roles, ("password",), True)


def test_all_four_are_always_there_and_never_empty() -> None:
    """A field that is not there lets a client's own of that name survive in Caddy 2.6.2."""
    assert NAMES == tuple(name for name, _ in identity_fields(None))
    assert (("Remote-User", "anna"), ("Remote-Email", "-"), ("Remote-Name", "Anna"), ("Remote-Groups", "-")) == (
        identity_fields(who())
    )
    assert {NOTHING} == {value for _, value in identity_fields(None)}
    assert NOBODY == identity_fields(None)
    assert ("Remote-Groups", "editor,staff") == identity_fields(who(roles=("editor", "staff")))[3]


def test_nobody_can_be_called_what_stands_for_nobody() -> None:
    """Or they would be taken for each other."""
    with pytest.raises(Exception, match="edge"):
        Name.of(NOTHING)


@pytest.mark.parametrize(
    "text",
    ["张三", "Ana María", "a\r\nRemote-User: root", "a%41", 'a"b', "a,b", "\N{ZERO WIDTH SPACE}", "é+ü", "\ud800"],
)
def test_a_name_is_percent_encoded_utf_8(text: str) -> None:
    """So nothing in it ends a line, adds a field or is read otherwise by the next program."""
    for _, value in identity_fields(who(name=text, email=text, shown=text)):
        assert re.fullmatch(r"[!-~]+", value)
    shown = dict(identity_fields(who(shown=text)))["Remote-Name"]
    assert re.fullmatch(r"[0-9A-Za-z%._~-]+", shown)
    assert text.encode("utf-8", "replace").decode() == unquote(shown)


def test_an_address_stays_as_it_is() -> None:
    """Applications write mail to it."""
    assert "o'brien+x=y@example.org" == dict(identity_fields(who(email="o'brien+x=y@example.org")))["Remote-Email"]
    assert "%E5%BC%A0@example.org" == dict(identity_fields(who(email="张@example.org")))["Remote-Email"]


def test_on_the_wire_it_is_the_same() -> None:
    """In octets, beside what keeps it out of caches."""
    expected = ((b"remote-user", b"anna"), (b"remote-email", b"-"), (b"remote-name", b"Anna"), (b"remote-groups", b"-"))
    assert (*expected, (b"cache-control", b"no-store")) == octets(identity_fields(who()))
