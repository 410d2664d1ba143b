"""The audit trail: what is written, and what never is."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable

import pytest

from hardtack.errors import Refused
from hardtack.login import Accounts, audit
from hardtack.seal import Keyring
from hardtack.session import Identity
from hardtack.store import audit as rows
from hardtack.store.audit import Event

NOW = 1_000_000
CLIENT = "192.0.2.7"
PASSWORD = "correct horse battery staple"
TYPED = "hunter2 my secret\r\n2026-01-01 forged line \x1b[31m\u202e\u2028"


def identity(account_id: int) -> Identity:
    """Return an identity of an account."""
    return Identity(b"s" * 16, b"l" * 16, account_id, 0, 0, ("password",), NOW, NOW, NOW, NOW + 1000)


def live_through_everything(accounts: Accounts) -> None:
    """Let every kind of event happen."""
    code = accounts.make_welcome_code(NOW)
    work: list[Callable[[], object]] = [
        lambda: accounts.welcome("wrong", "boss", PASSWORD, client=CLIENT, now=NOW),
        lambda: accounts.welcome(code, "boss", PASSWORD, client=CLIENT, now=NOW),
        lambda: accounts.sign_up("ada", PASSWORD, client=CLIENT, now=NOW),
        lambda: accounts.sign_up("ada", PASSWORD, client=CLIENT, now=NOW),
        lambda: accounts.add("bob", PASSWORD, now=NOW),
        lambda: accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW),
        lambda: accounts.sign_out(identity(2), NOW),
        lambda: accounts.sign_in("ada", PASSWORD + "!", client=CLIENT, now=NOW),
        lambda: accounts.sign_in(TYPED, PASSWORD, client=f"{CLIENT}\r\nforged", now=NOW),
        lambda: accounts.disable("ada", NOW),
        lambda: accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW),
        lambda: accounts.enable("ada", NOW),
        lambda: accounts.confirm(identity(3), PASSWORD, client=CLIENT, now=NOW),
        lambda: accounts.confirm(identity(3), TYPED, client=CLIENT, now=NOW),
        lambda: accounts.confirm(identity(2), PASSWORD, client=CLIENT, now=NOW),
    ]
    for step in work:
        with contextlib.suppress(Refused):
            step()


def trail(accounts: Accounts) -> tuple[Event, ...]:
    """Return the rows."""
    with accounts._database.read() as connection:
        return rows.read(connection)


@pytest.mark.asvs("16.3.1")
def test_every_event_is_a_row_with_its_account_client_reason_and_factors(accounts: Accounts, keyring: Keyring) -> None:
    """In the order in which they happened (ASVS 16.3.1)."""
    live_through_everything(accounts)
    typed = "hunter2 my secret\r\n2026-01-01 forged line \x1b[31m\u202e"
    hashed = keyring.lookup_hash(typed.encode(), purpose="audit-name")
    expected = [
        ("welcome-link-made", None, "", "", ()),
        ("welcome-refused", None, CLIENT, "expired", ()),
        ("welcome", 1, CLIENT, "", ("password",)),
        ("sign-up", 2, CLIENT, "", ()),
        ("sign-up-refused", None, CLIENT, "name-taken", ()),
        ("account-added", 3, "", "", ()),
        ("sign-in", 2, CLIENT, "", ("password",)),
        ("sign-out", 2, "", "", ()),
        ("sign-in-refused", 2, CLIENT, "wrong-password", ()),
        ("sign-in-refused", None, "", "unknown-name", ()),
        ("account-disabled", 2, "", "", ()),
        ("sign-in-refused", 2, CLIENT, "disabled", ()),
        ("account-enabled", 2, "", "", ()),
        ("confirm", 3, CLIENT, "", ("password",)),
        ("confirm-refused", 3, CLIENT, "wrong-password", ()),
        ("confirm-refused", 2, CLIENT, "changed-meanwhile", ()),
    ]
    found = trail(accounts)
    assert expected == [(one.event, one.account_id, one.client, one.reason, one.factors) for one in found]
    assert [hashed] == [one.name_hash for one in found if one.name_hash is not None]
    assert {one.event for one in found} <= set(audit.EVENTS)
    assert {NOW} == {one.at for one in found}


@pytest.mark.asvs("16.3.1")
def test_every_row_has_a_log_record_of_the_same(accounts: Accounts, caplog: pytest.LogCaptureFixture) -> None:
    """With plain values that JSON can write."""
    with caplog.at_level(logging.INFO, "hardtack.audit"):
        live_through_everything(accounts)
    records = [record for record in caplog.records if record.name == "hardtack.audit"]
    found = trail(accounts)
    assert [one.event for one in found] == [record.event for record in records]  # type: ignore[attr-defined] # our extra
    names = ("event", "at", "account", "name_hash", "client", "reason", "factors")
    extras = [{name: vars(record)[name] for name in names if name in vars(record)} for record in records]
    assert {"event": "sign-in", "at": NOW, "account": 2, "client": CLIENT, "factors": "password"} == extras[6]
    unknown = extras[9]
    assert (64, "unknown-name") == (len(unknown.pop("name_hash")), unknown["reason"])
    assert {"event": "sign-in-refused", "at": NOW, "reason": "unknown-name"} == unknown
    assert extras == json.loads(json.dumps(extras))


@pytest.mark.asvs("16.2.5", "16.4.1")
def test_attack_31_nothing_that_was_typed_reaches_the_log_or_the_trail(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    """No line break, no colour, no password, no name that matches none: neither as it is nor in parts."""
    with caplog.at_level(logging.DEBUG):
        live_through_everything(accounts)
    written = [str(vars(record)) for record in caplog.records if record.name.startswith("hardtack")]
    written += [str(one) for one in trail(accounts)]
    stored = b"".join(path.read_bytes() for path in accounts._database.path.parent.iterdir())
    for secret in ("hunter2", "forged", "\x1b[31m", "\u202e", PASSWORD, "battery"):
        assert not any(secret in line for line in written)
        assert secret.encode() not in stored
    assert b"sign-in-refused" in stored


@pytest.mark.asvs("16.4.1")
def test_attack_31_a_record_on_its_way_to_a_terminal_is_one_line(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever formatter the host uses: message and extras hold printable ASCII only."""
    with caplog.at_level(logging.INFO, "hardtack.audit"):
        live_through_everything(accounts)
    for record in caplog.records:
        extras = [value for name, value in vars(record).items() if name in ("client", "reason", "factors", "name_hash")]
        text = "".join([record.getMessage(), *map(str, extras)])
        assert all(" " <= character <= "~" for character in text)


def test_nothing_is_logged_that_was_not_committed(accounts: Accounts, caplog: pytest.LogCaptureFixture) -> None:
    """A name that was taken at the last moment makes no account, so it makes no event."""
    accounts.add("ada", PASSWORD, now=NOW)
    caplog.clear()
    with caplog.at_level(logging.INFO, "hardtack.audit"), pytest.raises(Refused):
        accounts.add("ADA", PASSWORD, now=NOW)
    assert [] == caplog.records
    assert 1 == len(trail(accounts))
