"""Personal access tokens: shown once, kept as a hash, good for their scopes, over at once."""

from __future__ import annotations

import base64
import hashlib
import logging
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardtack.errors import Refused
from hardtack.login import Accounts
from hardtack.login import outbox as orders
from hardtack.login.credentials import SessionOver
from hardtack.login.throttle import TooManyAttempts
from hardtack.login.tokens import (
    DAY,
    MOST_DAYS,
    MOST_TOKENS,
    BadToken,
    TokenScopeMissing,
    TokenUse,
    TokenWrong,
    parse,
)
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.store import audit as trail_rows
from hardtack.store import outbox as rows
from hardtack.store.tokens import TOUCH, Token
from tests.login.conftest import stored

NOW = 1_800_000_000
PASSWORD = "seven boats on a green river"
CLIENT = "192.0.2.7"
KNOWN = ("read", "write")


@pytest.fixture
def anna(accounts: Accounts) -> int:
    """An account's number."""
    return accounts.add("anna", PASSWORD, now=NOW).id


def make(accounts: Accounts, account_id: int, *scopes: str, label: str = "laptop", days: int = 30) -> tuple[Token, str]:
    """Make a token."""
    return accounts.tokens.make(account_id, label, scopes or ("read",), days=days, known=KNOWN, client=CLIENT, now=NOW)


def test_attack_6_a_token_that_is_asked_for_while_a_reset_ends_them_all_is_none(accounts: Accounts, anna: int) -> None:
    """Whoever had the session has no way back in."""
    stolen = Sessions(Keyring.generate()).open("", NOW).sign_in(account=anna, epoch=0, now=NOW)
    wanted: dict[str, Any] = {"days": 1, "known": KNOWN, "client": CLIENT, "now": NOW, "identity": stolen}
    accounts.tokens.make(anna, "mine", ("read",), **wanted)
    code = accounts.recovery.start(anna, 0, NOW, by_mail=False)
    assert code is not None
    accounts.recovery.reset(code, PASSWORD + " 2", client=CLIENT, now=NOW)
    with pytest.raises(SessionOver):
        accounts.tokens.make(anna, "mine", ("read",), **wanted)
    assert () == accounts.tokens.of(anna)


def use(accounts: Accounts, text: str, scope: str = "read", *, now: int = NOW) -> TokenUse:
    """Show a token."""
    return accounts.tokens.use(text, scope, client=CLIENT, now=now)


def why(accounts: Accounts, text: str, *, now: int = NOW) -> str:
    """Return why a token is refused."""
    with pytest.raises(TokenWrong) as caught:
        use(accounts, text, now=now)
    assert 401 == caught.value.status
    return caught.value.reason


def events(accounts: Accounts) -> list[tuple[str, int | None, str]]:
    """Return what the trail says of tokens."""
    with accounts._database.read() as connection:
        found = trail_rows.read(connection)
    return [(each.event, each.account_id, each.reason) for each in found if each.event.startswith("token")]


def test_a_token_names_its_account_for_its_scopes(accounts: Accounts, anna: int) -> None:
    """And for no other."""
    token, text = make(accounts, anna, "read", "write")
    used = use(accounts, text, "write")
    assert (anna, token.id, ("read", "write")) == (used.account.id, used.token.id, used.token.scopes)
    _, narrow = make(accounts, anna, "read")
    with pytest.raises(TokenScopeMissing) as caught:
        use(accounts, narrow, "write")
    assert (403, "write") == (caught.value.status, caught.value.scope)


@pytest.mark.asvs("7.2.3", "11.5.1")
def test_a_token_is_160_random_bits_with_a_prefix_and_a_checksum(accounts: Accounts, anna: int) -> None:
    """So that it is found where it does not belong, and a mistyped one told without the database."""
    texts = {make(accounts, anna)[1] for _ in range(8)}
    assert 8 == len(texts)
    for text in texts:
        assert text.startswith("ht_")
        assert 20 == len(base64.b32decode(text[3:35].upper()))
        assert hashlib.sha256(text.encode()).digest() == parse(text)
        changed = text[:-1] + ("a" if text[-1] != "a" else "b")
        assert parse(changed) is None
        assert "token-malformed" == why(accounts, changed)


def test_a_copy_of_the_database_holds_no_token(accounts: Accounts, anna: int) -> None:
    """Its hash stands there; SHA-256, as ASVS 6.5.2 allows for what is random enough."""
    _, text = make(accounts, anna)
    held = stored(accounts)
    assert text.encode() not in held
    assert text[3:].encode() not in held
    assert hashlib.sha256(text.encode()).digest() in held


def test_attack_6_a_token_does_not_come_back_with_its_account(accounts: Accounts, anna: int) -> None:
    """Disabling ends it for good, as it does sessions: whoever had the account may have made it."""
    _, text = make(accounts, anna)
    accounts.disable("anna", NOW)
    assert "token-unknown" == why(accounts, text)
    accounts.enable("anna", NOW)
    assert "token-unknown" == why(accounts, text)
    assert () == accounts.tokens.of(anna)


@pytest.mark.asvs("7.4.1")
@pytest.mark.parametrize("end", ["ended", "expired", "disabled", "closed"])
def test_attack_6_a_token_dies_at_once(accounts: Accounts, anna: int, end: str) -> None:
    """With itself, and with its account."""
    token, text = make(accounts, anna, days=1)
    later = NOW
    if end == "ended":
        assert accounts.tokens.end(anna, token.id, now=NOW)
    elif end == "expired":
        later = NOW + DAY
        assert use(accounts, text, now=later - 1).account.id == anna
    elif end == "disabled":
        with accounts._database.write() as connection:
            accounts._services.rows.disable(connection, anna, NOW)
    else:
        with accounts._database.write() as connection:
            accounts._services.rows.close(connection, anna, NOW)
    reason = {"ended": "token-unknown"}.get(end, f"token-{end}")
    assert reason == why(accounts, text, now=later)
    with_account = None if end == "ended" else anna
    assert ("token-refused", with_account, reason.removeprefix("token-")) == events(accounts)[-1]


def test_nobody_ends_anybody_elses_token(accounts: Accounts, anna: int) -> None:
    """Attack 28: the number alone is not enough."""
    token, text = make(accounts, anna)
    other = accounts.add("berta", PASSWORD, now=NOW).id
    assert not accounts.tokens.end(other, token.id, now=NOW)
    assert not accounts.tokens.end(anna, token.id + 1, now=NOW)
    assert use(accounts, text).account.id == anna
    assert [token.id] == [each.id for each in accounts.tokens.of(anna)]
    assert () == accounts.tokens.of(other)


@pytest.mark.asvs("6.3.4")
def test_what_is_guessed_is_counted_for_its_client(accounts: Accounts) -> None:
    """A budget like that of every other way to sign in; a good token takes nothing of it."""
    text = "ht_" + "a" * 32
    checksum = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:6]
    for _ in range(30):
        assert "token-unknown" == why(accounts, text + checksum)
    for _ in range(2):
        with pytest.raises(TooManyAttempts):
            use(accounts, text + checksum)
    assert "token-malformed" == why(accounts, "ht_typing_error")
    assert 30 * [("token-refused", None, "unknown")] + [("token-refused", None, "throttled")] == events(accounts)


def test_the_last_use_is_written_once_a_minute(accounts: Accounts, anna: int) -> None:
    """Not with every request."""
    token, text = make(accounts, anna)
    assert token.last_used is None
    for later in (0, TOUCH - 1):
        use(accounts, text, now=NOW + later)
        assert [NOW] == [each.last_used for each in accounts.tokens.of(anna)]
    use(accounts, text, now=NOW + TOUCH)
    assert [NOW + TOUCH] == [each.last_used for each in accounts.tokens.of(anna)]


def test_the_owner_is_told_of_a_new_token_if_they_have_an_address(
    accounts: Accounts, anna: int, keyring: Keyring
) -> None:
    """In the transaction that makes it."""
    make(accounts, anna)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, anna, email="a@example.org", canonical="a@example.org")
    make(accounts, anna, label="build server")
    with accounts._database.write() as connection:
        (waiting,) = rows.claim(connection, keyring, now=NOW, lease=60)
    assert waiting.content is not None
    order = orders.Outbox.decode(waiting.content)
    assert order is not None
    assert ("token-made", anna, "build server") == (order.notice, order.account, order.detail)


@pytest.mark.parametrize(
    ("label", "scopes", "days", "field"),
    [
        ("", ("read",), 30, "label"),
        (" \t ", ("read",), 30, "label"),
        ("x" * 65, ("read",), 30, "label"),
        ("a\0b", ("read",), 30, "label"),
        ("a\u202eb", ("read",), 30, "label"),
        ("laptop", (), 30, "scopes"),
        ("laptop", ("admin",), 30, "scopes"),
        ("laptop", ("read", "admin"), 30, "scopes"),
        ("laptop", ("read",), 0, "days"),
        ("laptop", ("read",), MOST_DAYS + 1, "days"),
    ],
)
def test_what_cannot_be_is_said_of_the_field(
    accounts: Accounts, anna: int, label: str, scopes: tuple[str, ...], days: int, field: str
) -> None:
    """In both languages."""
    with pytest.raises(BadToken) as caught:
        accounts.tokens.make(anna, label, scopes, days=days, known=KNOWN, client=CLIENT, now=NOW)
    (text,) = caught.value.fields.values()
    assert (422, [field]) == (caught.value.status, list(caught.value.fields))
    assert isinstance(text, dict)
    assert {"en", "zh"} == set(text)
    assert () == accounts.tokens.of(anna)


def test_an_account_has_so_many_and_no_more_until_some_have_ended(accounts: Accounts, anna: int) -> None:
    """What has expired makes room by itself."""
    for _ in range(MOST_TOKENS):
        make(accounts, anna, days=1)
    with pytest.raises(BadToken):
        make(accounts, anna)
    accounts.tokens.make(anna, "later", ("read",), days=1, known=KNOWN, client=CLIENT, now=NOW + DAY)
    assert ["later"] == [each.label for each in accounts.tokens.of(anna)]


@pytest.mark.asvs("16.2.5")
def test_no_token_is_ever_logged(accounts: Accounts, anna: int, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a good one nor one that is refused."""
    with caplog.at_level(logging.DEBUG):
        token, text = make(accounts, anna)
        accounts.tokens.end(anna, token.id, now=NOW, actor_id=0)
        with pytest.raises(Refused):
            use(accounts, text)
    assert text[3:] not in caplog.text
    assert text[3:] not in repr([vars(record) for record in caplog.records])
    assert [("token-made", anna, ""), ("token-ended", anna, ""), ("token-refused", None, "unknown")] == events(accounts)


@given(st.text(max_size=60) | st.from_regex(r"ht_[a-z2-7]{38}", fullmatch=True))
@example("ht_" + "a" * 38)
@example("ht_" + "a" * 37 + "\n")
@example("ht_" + "\u0131" * 38)
def test_whatever_text_comes_it_is_a_hash_or_nothing(text: str) -> None:
    """The promise of ``parse``."""
    assert parse(text) in (None, hashlib.sha256(text.encode("utf-8", "replace")).digest())
