"""The document about an account: whole, its owner's alone, and without anything that could be used."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from hardtack.login import Account, Accounts
from hardtack.store import belongings
from tests.login.apps import enrol, identity

NOW = 1_800_000_000
CLIENT = "192.0.2.7"
PASSWORD = "a long walk 到海边"


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """An account with an address, an event of every actor and a token, beside another one."""
    accounts.add("eve", PASSWORD, now=NOW)
    made = accounts.add("Ada", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email="Ada@example.org", canonical="ada@example.org")
        accounts._services.rows.set_roles(connection, made.id, roles=["editor", "author"], administrator=False)
    accounts.disable("ada", NOW + 1, actor_id=1)
    accounts.enable("ada", NOW + 2, actor_id=0)
    with accounts._database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO access_token (account_id, hash, label, scopes, created) "
                "VALUES (:id, :hash, 'deploy', 'read write', 1)"
            ),
            {"id": made.id, "hash": bytes(32)},
        )
    accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW + 3)
    found = accounts.get(made.id)
    assert found is not None
    return found


def test_everything_is_in_it(accounts: Accounts, ada: Account) -> None:
    """The account, and what belongs to it; that it was asked for, too."""
    document = accounts.export.document(ada, client=CLIENT, now=NOW + 9, device="firefox/linux")

    assert (1, NOW + 9, 0) == (document["version"], document["made"], document["events_left_out"])
    assert {
        "id": ada.id,
        "name": "ada",
        "display_name": "Ada",
        "email": "Ada@example.org",
        "language": None,
        "administrator": False,
        "roles": ["author", "editor"],
        "created": NOW,
        "password_changed": NOW,
    } == document["account"]
    assert [["read", "write"]] == [token["scopes"] for token in document["access_tokens"]]
    assert [
        ("account-exported", "owner", []),
        ("sign-in", "owner", ["password"]),
        ("account-enabled", "operator", []),
        ("account-disabled", "administrator", []),
        ("account-added", "operator", []),
    ] == [(event["event"], event["by"], event["factors"]) for event in document["events"]]


def test_second_factors_are_in_it_without_anything_that_could_be_used(accounts: Accounts, ada: Account) -> None:
    """When they were made and used, and what they are called: no secret, no key, no code."""
    secret = enrol(accounts, now=NOW + 4)
    identity_now = identity(accounts, now=NOW + 4)
    codes = accounts.recovery_codes.make(identity_now, client=CLIENT, now=NOW + 5)
    with accounts._database.write() as connection:
        assert accounts.recovery_codes.use(connection, ada.id, codes[0], NOW + 6)
        connection.execute(
            text("INSERT INTO passkey VALUES (:passkey, :id, :key, 0, 1, 1, 0, 'usb nfc', :aaguid, 'key', :at, NULL)"),
            {"id": ada.id, "at": NOW + 7, "passkey": b"\1", "key": b"\xc0\xff\xee", "aaguid": bytes(16)},
        )
    document = accounts.export.document(ada, client=CLIENT, now=NOW + 9)
    held = document["second_factors"]
    assert [{"created": NOW + 4}] == held["authenticator_apps"]
    assert [("key", NOW + 7, None, ["usb", "nfc"])] == [
        (each["label"], each["created"], each["last_used"], each["transports"]) for each in held["passkeys"]
    ]
    assert [NOW + 5] * 10 == [each["created"] for each in held["recovery_codes"]]
    assert [NOW + 6] == [each["used"] for each in held["recovery_codes"] if each["used"] is not None]
    assert [] == held["trusted_browsers"]
    words = repr(document)
    assert [] == [bad for bad in (*codes, secret, secret.replace(" ", ""), "c0ffee", "hash") if bad in words]
    assert not re.search(r"\bb'", words)


def test_nothing_that_could_be_used_and_nobody_else_is_in_it(accounts: Accounts, ada: Account) -> None:
    """No hash, and not who the administrator was."""
    document = accounts.export.document(ada, client=CLIENT, now=NOW)
    words = repr(document)

    assert [] == [bad for bad in ("argon2", "hash", "actor_id", "'eve'", "lineage", PASSWORD) if bad in words]
    assert not re.search(r"\bb'", words)


def test_what_is_left_out_is_counted(accounts: Accounts, ada: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trail of any length makes a document of a bounded one."""
    monkeypatch.setattr(belongings.read, "__kwdefaults__", {"events": 2})
    document = accounts.export.document(ada, client=CLIENT, now=NOW)

    assert (2, 3) == (len(document["events"]), document["events_left_out"])


def test_a_look_at_it_writes_nothing_down(accounts: Accounts, ada: Account) -> None:
    """It says how much there is of what."""
    for _ in range(2):
        found = accounts.export.look(ada.id)
        assert (0, 1, 0, 4) == (
            len(found.sign_ins),
            len(found.tokens),
            len(found.invitations),
            found.events_in_all,
        )
