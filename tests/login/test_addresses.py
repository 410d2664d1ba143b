"""E-mail addresses: what may be one, and which two are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.login.addresses import MAX_LENGTH, Address, BadAddress, ascii_host, identifier


def is_one(typed: str) -> bool:
    """Return whether *typed* is an address."""
    try:
        Address.of(typed)
    except BadAddress:
        return False
    return True


def test_what_is_none_is_told_at_its_field_in_both_languages() -> None:
    """With what one looks like."""
    with pytest.raises(BadAddress) as caught:
        Address.of("anna")
    assert (422, ["email"]) == (caught.value.status, list(caught.value.fields))
    assert {"en", "zh"} == set(caught.value.fields["email"])


@pytest.mark.parametrize(
    "typed",
    [
        "anna@example.org",
        " anna@example.org\n",
        "Anna.Li+shop@Mail.Example.org",
        "o'brien_1{x}~!#$%&*/=?^`|@example.co.uk",
        "anna@xn--bcher-kva.example",
        "anna@bücher.example",
        "安娜@例子.中国",
        "x@a.b",
        "a" * 64 + "@example.org",
    ],
)
def test_an_address_that_mail_servers_take_is_one(typed: str) -> None:
    """It is kept as typed, without outer white space."""
    address = Address.of(typed)
    assert typed.strip() == address.typed
    assert address.canonical == Address.of(address.canonical).canonical


@pytest.mark.parametrize("stop", ["\u3002", "\uff0e", "\uff61"])
def test_full_stops_of_chinese_are_dots(stop: str) -> None:
    """As whoever types Chinese writes them, and as mail servers never see them."""
    found = Address.of(f"anna@例子{stop}中国")
    assert ("anna@例子.中国", "anna@例子.中国") == (found.typed, found.canonical)
    assert found.canonical == identifier(f" ANNA@例子{stop}中国")
    assert "ann\u3002a" == identifier("Ann\u3002a")


@pytest.mark.parametrize("overlooked", ["\ufe00", "\ufe0f", "\u034f", "\u180b"])
def test_attack_10_a_host_has_one_spelling(overlooked: str) -> None:
    """What DNS overlooks would make other addresses of one mailbox, as many as somebody likes."""
    assert "example.org" == ascii_host(f"exam{overlooked}ple.org")
    assert not is_one(f"victim@exam{overlooked}ple.org")
    assert not is_one(f"victim@example.org{overlooked}")
    assert not is_one(f"victim@exam{overlooked}ple.xn--a-ecp.ru")
    assert not is_one("victim@bücher.xn--\u0061")


@pytest.mark.parametrize("typed", ["anna@straße.example", "anna@BÜCHER.example", "anna@ΒΌΛΟΣ.example"])
def test_a_host_may_be_spelled_in_capitals_and_in_other_alphabets(typed: str) -> None:
    """It is the same address as in small letters."""
    assert Address.of(typed).canonical == Address.of(typed.casefold()).canonical


@pytest.mark.parametrize("typed", ["anna@example.org", "Anna+1@example.org", "anna+shop+2@Example.org"])
def test_an_address_is_counted_without_its_tag(typed: str) -> None:
    """Whatever stands behind a plus comes to the same mailbox in most places."""
    assert "anna@example.org" == Address.of(typed).mailbox


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "anna",
        "@example.org",
        "anna@",
        "anna@localhost",
        "anna@@example.org",
        "a@b@example.org",
        ".anna@example.org",
        "anna.@example.org",
        "an..na@example.org",
        "anna@.example.org",
        "anna@example..org",
        "anna@example.org.",
        "anna@-example.org",
        "anna@exam_ple.org",
        "anna@[192.0.2.1]",
        '"anna li"@example.org',
        "anna li@example.org",
        "anna@exam ple.org",
        "Anna <anna@example.org>",
        "anna@example.org,berta@example.org",
        "anna@example.org;berta@example.org",
        "anna@example.org\r\nBcc: berta@example.org",
        "anna@example.org\n\nberta",
        "an\x00na@example.org",
        "anna@example.org\x00",
        "an\u200bna@example.org",
        "anna@exam\u00adple.org",
        "anna\u202e@example.org",
        "an\ud800na@example.org",
        "anna@\ud800.org",
        "anna\ue000@example.org",
        "a" * 65 + "@example.org",
        "anna@" + "a" * 64 + ".org",
        "anna@" + ".".join(["a" * 60] * 5) + ".org",
        "a@" + "b." * 200_000 + "org",
    ],
)
def test_what_no_mail_server_takes_is_refused(typed: str) -> None:
    """And so is whatever could end a header field, add a recipient, or hide."""
    assert not is_one(typed)


@given(st.text(max_size=300) | st.text(alphabet="a.@+-\u0131\u212a\uff41\u00df\u200d\ud800\r\n \x00", max_size=40))
def test_any_text_is_an_address_or_refused(typed: str) -> None:
    """The promise of ``Address.of``: it returns or raises ``BadAddress``, whatever it is given."""
    if not is_one(typed):
        return
    address = Address.of(typed)
    assert len(address.typed) <= MAX_LENGTH
    assert not set(address.typed) & set('\r\n\0 ,;<>"()[]\\:')
    address.typed.encode()


@given(st.text())
def test_any_host_has_a_form_in_dns_or_none(host: str) -> None:
    """The promise of ``ascii_host``: it never raises."""
    assert ascii_host(host).isascii()


@pytest.mark.parametrize(
    "other",
    [
        "MIKE@EXAMPLE.ORG",
        "Mike@Example.Org",
        "ｍｉｋｅ@example.org",
        "mike@ｅｘａｍｐｌｅ.org",
        "mi\u212ae@example.org",
    ],
)
def test_attack_10_case_and_width_make_no_other_address(other: str) -> None:
    """Nobody gets a second account, or another's mail, by writing an address in another way."""
    assert Address.of("mike@example.org").canonical == Address.of(other).canonical


@pytest.mark.parametrize("other", ["m\u0131ke@example.org", "m\u0456ke@example.org", "mike@example\u0131.org"])
def test_attack_10_letters_that_only_look_alike_are_another_address(other: str) -> None:
    """A dotless i is no i, nor is a Cyrillic one: whose mailbox it is decides, and it is another one."""
    assert Address.of("mike@example.org").canonical != Address.of(other).canonical
    assert other == Address.of(other).typed
