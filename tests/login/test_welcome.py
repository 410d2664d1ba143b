"""The first administrator's link."""

from __future__ import annotations

import base64
import threading
from collections import Counter

import pytest

from hardtack.errors import Refused
from hardtack.login import (
    Accounts,
    BadName,
    BadPassword,
    NameTaken,
    TooManyAttempts,
    WelcomeCodeWrong,
    WelcomeGone,
    welcome,
)
from hardtack.login.passwords import Argon2id
from hardtack.store import audit
from tests.login.conftest import stored

NOW = 1_000_000
CLIENT = "192.0.2.7"
PASSWORD = "correct horse battery staple"


def redeem(accounts: Accounts, code: str, name: str = "boss", *, client: str = CLIENT, now: int = NOW) -> str:
    """Redeem *code*; return the account's name or the slug of the refusal."""
    try:
        return accounts.welcome(code, name, PASSWORD, client=client, now=now).name
    except Refused as refused:
        return refused.slug


def trail(accounts: Accounts) -> list[tuple[str, str]]:
    """Return what the audit trail says."""
    with accounts._database.read() as connection:
        return [(event.event, event.reason) for event in audit.read(connection)]


@pytest.mark.asvs("6.3.2", "6.4.1")
def test_the_link_makes_one_administrator_and_is_gone(accounts: Accounts) -> None:
    """There is no default account (ASVS 6.3.2), and no second link."""
    assert not accounts.has_administrator()
    code = accounts.make_welcome_code(NOW)
    account = accounts.welcome(code, "Boss", PASSWORD, client=CLIENT, now=NOW)
    assert (True, "boss", "Boss") == (account.administrator, account.name, account.display_name)
    assert accounts.has_administrator()
    assert account == accounts.sign_in("boss", PASSWORD, client=CLIENT, now=NOW)
    for code_now in (code, "", "other"):
        assert ("gone", "welcome-gone") == (accounts.welcome_state(code_now, NOW), redeem(accounts, code_now))
    with pytest.raises(WelcomeGone) as caught:
        accounts.make_welcome_code(NOW)
    assert 410 == caught.value.status


@pytest.mark.asvs("6.4.1", "11.5.1")
def test_the_code_has_128_random_bits_and_lies_nowhere(accounts: Accounts, url: str) -> None:
    """Only its keyed hash is kept."""
    codes = {accounts.make_welcome_code(NOW) for _ in range(20)}
    assert {16} == {len(base64.urlsafe_b64decode(code + "==")) for code in codes}
    assert 20 == len(codes)
    held = stored(accounts)
    assert len(held) > 16
    assert not any(code.encode() in held for code in codes)
    assert not any(base64.urlsafe_b64decode(code + "==") in held for code in codes)


def test_looking_at_the_link_consumes_nothing(accounts: Accounts) -> None:
    """A preview or a prefetch must not use it up."""
    code = accounts.make_welcome_code(NOW)
    assert {"valid"} == {accounts.welcome_state(code, NOW) for _ in range(20)}
    assert "boss" == redeem(accounts, code)


@pytest.mark.asvs("6.4.1")
def test_the_link_is_good_for_fifteen_minutes(accounts: Accounts) -> None:
    """To the second."""
    code = accounts.make_welcome_code(NOW)
    end = NOW + welcome.LIFETIME
    assert ["valid", "expired"] == [accounts.welcome_state(code, now) for now in (end - 1, end)]
    assert "welcome-code-wrong" == redeem(accounts, code, now=end)
    assert "boss" == redeem(accounts, code, now=end - 1)
    assert 900 == welcome.LIFETIME


def test_each_start_replaces_the_link(accounts: Accounts) -> None:
    """The one that was printed last is the one."""
    first, second = accounts.make_welcome_code(NOW), accounts.make_welcome_code(NOW)
    assert ["expired", "valid"] == [accounts.welcome_state(code, NOW) for code in (first, second)]
    assert ["welcome-code-wrong", "boss"] == [redeem(accounts, code) for code in (first, second)]


@pytest.mark.parametrize("code", ["", "wrong", "a" * 22, "a" * 10_000, "\ud800", "密码"])
def test_a_wrong_code_is_refused_before_any_hash(
    accounts: Accounts, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is, and with no link at all as well."""
    monkeypatch.setattr(Argon2id, "hash", lambda *_: pytest.fail("there was a hash"))
    assert ["expired", "welcome-code-wrong"] == [accounts.welcome_state(code, NOW), redeem(accounts, code)]
    accounts.make_welcome_code(NOW)
    with pytest.raises(WelcomeCodeWrong) as caught:
        accounts.welcome(code, "boss", PASSWORD, client=CLIENT, now=NOW)
    assert 403 == caught.value.status
    assert "expired" == accounts.welcome_state(code, NOW)


def test_what_is_wrong_with_the_form_leaves_the_link_good(accounts: Accounts) -> None:
    """Name, password, or both."""
    code = accounts.make_welcome_code(NOW)
    accounts.add("taken", PASSWORD, now=NOW)
    with pytest.raises(BadName) as both:
        accounts.welcome(code, "a b", "short", client=CLIENT, now=NOW)
    assert {"username", "password"} == set(both.value.fields)
    for password in ("short", "a" * 2000):
        with pytest.raises(BadPassword):
            accounts.welcome(code, "boss", password, client=CLIENT, now=NOW)
    with pytest.raises(NameTaken):
        accounts.welcome(code, "taken", PASSWORD, client=CLIENT, now=NOW)
    assert "boss" == redeem(accounts, code)


def test_a_huge_password_is_refused_before_anything_is_done(accounts: Accounts) -> None:
    """Attack 15: not even the code is looked at."""
    with pytest.raises(BadPassword):
        accounts.welcome("wrong", "boss", "a" * 2**20, client=CLIENT, now=NOW)
    assert [] == trail(accounts)


@pytest.mark.asvs("15.4.2")
def test_of_many_at_the_same_moment_one_becomes_administrator(accounts: Accounts) -> None:
    """The transaction that makes the account finds that there is none yet."""
    code = accounts.make_welcome_code(NOW)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda number=number: found.append(redeem(accounts, code, f"boss{number}")))
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 11 == Counter(found)["welcome-gone"]
    assert 1 == len(accounts.list())


def test_an_administrator_that_the_operator_added_ends_the_link_too(accounts: Accounts) -> None:
    """Even a disabled one: it can be enabled again."""
    code = accounts.make_welcome_code(NOW)
    accounts.add("boss", PASSWORD, administrator=True, now=NOW)
    accounts.disable("boss", NOW)
    assert ("gone", "welcome-gone") == (accounts.welcome_state(code, NOW), redeem(accounts, code))


def test_codes_are_tried_as_often_as_passwords_and_no_more(accounts: Accounts) -> None:
    """Thirty, then one in two seconds; the success gives its place back, and the trail is not flooded."""
    code = accounts.make_welcome_code(NOW)
    found = Counter(redeem(accounts, f"wrong{number}") for number in range(40))
    assert {"welcome-code-wrong": 30, "too-many-attempts": 10} == found
    with pytest.raises(TooManyAttempts):
        accounts.welcome(code, "boss", PASSWORD, client=CLIENT, now=NOW)
    refused = {("welcome-refused", "expired"): 30, ("welcome-refused", "throttled"): 1}
    assert {("welcome-link-made", ""): 1, **refused} == Counter(trail(accounts))
    assert "boss" == redeem(accounts, code, now=NOW + 2)
    assert "welcome-gone" == redeem(accounts, code, now=NOW + 2)
    assert ("welcome-refused", "gone") == trail(accounts)[-1]
