"""The one way in: what is written down of where somebody signs in, and whom it is believed from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.login import Whence
from hardtack.message import Headers, Request
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.site import Settings
from hardtack.site.enter import LONGEST_PLACE, Entry, NotEnough, enter, whence
from tests.login.test_factor_reset import give_passkey
from tests.site.conftest import NAME, PASSWORD, MakeWorld

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
FIELD = "cf-ipcountry"


def request(*fields: tuple[str, str], proxied: bool = True) -> Request:
    """Return a request as it is believed."""
    return Request(method="POST", path="/", headers=Headers(fields), client="203.0.113.7", proxied=proxied)


def place(*values: str) -> str:
    """Return the place that a trusted proxy's fields come to."""
    return whence(request(*((FIELD, value) for value in values)), FIELD).place


def test_nobody_is_signed_in_who_was_not_written_down() -> None:
    """Whoever completes a sign-in learns that there is none yet."""
    sessions = Sessions(Keyring.generate())
    session = sessions.open("", 1_800_000_000)
    entry = Entry(session, sessions=sessions, whence=Whence(), keep=False, now=1_800_000_000)
    assert not entry.is_written
    with pytest.raises(RuntimeError, match="nobody was written down"):
        entry.complete()
    assert session.identity is None


def test_address_device_and_place_are_taken() -> None:
    """The device in words of ours."""
    came = request(("User-Agent", FIREFOX), ("CF-IPCountry", "NZ"))
    assert Whence("203.0.113.7", "firefox/linux", "NZ") == whence(came, FIELD)


def test_attack_12_a_place_is_believed_of_a_trusted_proxy_alone() -> None:
    """And in the field alone that the operator has named."""
    assert "" == whence(request((FIELD, "NZ"), proxied=False), FIELD).place
    assert "" == whence(request((FIELD, "NZ")), None).place
    assert "" == whence(request(("x-country", "NZ")), FIELD).place


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("DE", "DE"),
        ("  Den   Haag ", "Den Haag"),
        ("Zürich".encode().decode("latin-1"), "Zürich"),
        ("Zürich", "Zürich"),
        ("北京", "北京"),
        ("Zu\u0308rich", "Zürich"),
        ("XX", ""),
        ("T1", ""),
        ("", ""),
        ("Rom\u202eem", ""),
        ("a\x1b[31mb", ""),
        ("x" * 4000, "x" * (LONGEST_PLACE - 1) + "…"),
        ("<b>Rome</b>", "<b>Rome</b>"),
    ],
)
def test_a_place_is_short_and_printable(sent: str, kept: str) -> None:
    """Whatever a proxy writes; what stands in it is escaped where it is shown."""
    assert kept == place(sent)


def test_a_field_that_came_twice_says_nothing() -> None:
    """The proxy may have added its own to the visitor's."""
    assert "" == place("NZ", "DE")


@given(st.text(st.characters(max_codepoint=255)))
def test_whatever_stands_in_the_field_a_line_of_text_comes_out(value: str) -> None:
    """Nothing is raised, and nothing of it could turn a page or a terminal around."""
    kept = place(value)
    assert len(kept) <= LONGEST_PLACE
    assert kept.isprintable()


def test_the_site_believes_the_field_of_its_trusted_proxy(make_world: MakeWorld) -> None:
    """From the peer's address, before anything else is decided; a peer that is none is not believed."""
    world = make_world(origin="https://id.example.org", trusted_proxies=("10.0.0.0/8",), place_header=FIELD)
    world.member()
    places = []
    for peer in ("10.1.2.3", "203.0.113.9"):
        head = replace(
            world.browser(host="id.example.org", scheme="https").site.before_content(
                Request(
                    method="POST",
                    path="/sign-in",
                    headers=Headers(
                        [
                            ("host", "id.example.org"),
                            ("x-forwarded-for", "198.51.100.1"),
                            ("x-forwarded-proto", "https"),
                            ("sec-fetch-site", "same-origin"),
                            ("content-type", "application/json"),
                            (FIELD, "NZ"),
                        ]
                    ),
                    scheme="https",
                    host="id.example.org",
                    client=peer,
                )
            )[0],
            body=f'{{"username": "{NAME}", "password": "{PASSWORD}"}}'.encode(),
        )
        assert 200 == world.site.answer(head).status
        (account,) = world.accounts.list()
        newest = max(world.accounts.sign_ins.list(account.id, int(world.clock.now)), key=lambda each: each.began)
        places.append((newest.whence.client, newest.whence.place))
        world.clock.now += 1
    assert [("198.51.100.1", "NZ"), ("203.0.113.9", "")] == places


class TestSetting:
    """``place_header``."""

    def test_it_names_a_field(self) -> None:
        """Anything else is the operator's mistake."""
        with pytest.raises(MisuseError, match="no name of a header field"):
            Settings(place_header="cf ipcountry", trusted_proxies=("127.0.0.1",))

    def test_without_a_trusted_proxy_it_would_never_be_read(self) -> None:
        """So the operator is told at start."""
        with pytest.raises(MisuseError, match="trusted proxy"):
            Settings(place_header="cf-ipcountry")


def test_attack_25_whoever_has_proved_too_little_does_not_come_in(make_world: MakeWorld) -> None:
    """Whatever a caller has overlooked: the way in looks itself."""
    world = make_world()
    account = world.member()
    give_passkey(world.accounts, account.id)
    sessions = world.sessions
    session = sessions.open("", int(world.clock.now))
    for factors in (("password",), ()):
        with pytest.raises(NotEnough):
            enter(
                session,
                account,
                accounts=world.accounts,
                sessions=sessions,
                whence=Whence(),
                keep=False,
                now=int(world.clock.now),
                factors=factors,
            )
    assert session.identity is None
    assert () == world.accounts.sign_ins.list(account.id, int(world.clock.now))
