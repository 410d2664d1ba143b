"""The rows of passkeys: one id for all accounts, what each use writes, and what its owner may change."""

from __future__ import annotations

from dataclasses import replace

from hardtack.store import AccountRows, Database, passkeys
from hardtack.store.passkeys import Passkey

NOW = 1_800_000_000


def account(database: Database, name: str) -> int:
    """Make an account; return its number."""
    with database.write() as connection:
        made = AccountRows().insert(connection, name=name, display_name=name, password_hash="x", forms=(name,), now=NOW)
    return made.id


def a_passkey(account_id: int, letter: bytes = b"a", created: int = NOW) -> Passkey:
    """Return a passkey that is not written yet."""
    return Passkey(
        credential_id=letter * 32,
        account_id=account_id,
        public_key=b"key",
        sign_count=0,
        user_verified=True,
        backup_eligible=True,
        backed_up=False,
        transports=("hybrid", "internal"),
        aaguid=bytes(16),
        label="Laptop",
        created=created,
    )


def test_an_id_is_there_once_for_all_accounts(database: Database) -> None:
    """Of two that write it the first has it."""
    ada, bob = account(database, "ada"), account(database, "bob")
    with database.write() as connection:
        assert passkeys.add(connection, a_passkey(ada))
        assert not passkeys.add(connection, a_passkey(ada))
        assert not passkeys.add(connection, a_passkey(bob))
        assert (a_passkey(ada),) == passkeys.of(connection, ada)
        assert () == passkeys.of(connection, bob)
        assert (1, 0) == (passkeys.count(connection, ada), passkeys.count(connection, bob))
        assert a_passkey(ada) == passkeys.find(connection, b"a" * 32)
        assert passkeys.find(connection, b"b" * 32) is None


def test_those_of_an_account_are_in_the_order_in_which_they_were_made(database: Database) -> None:
    """The oldest first."""
    ada = account(database, "ada")
    with database.write() as connection:
        for letter, created in ((b"c", NOW + 2), (b"b", NOW), (b"a", NOW + 1)):
            passkeys.add(connection, a_passkey(ada, letter, created))
        assert [b"b", b"a", b"c"] == [each.credential_id[:1] for each in passkeys.of(connection, ada)]


def test_a_use_and_a_new_name_are_written_to_that_one_alone(database: Database) -> None:
    """And a removal says whether there was one."""
    ada = account(database, "ada")
    one, other = a_passkey(ada), a_passkey(ada, b"b")
    with database.write() as connection:
        passkeys.add(connection, one)
        passkeys.add(connection, other)
        passkeys.used(connection, one.credential_id, sign_count=7, backed_up=True, now=NOW + 9)
        passkeys.rename(connection, one.credential_id, "手机")
        wanted = replace(one, sign_count=7, backed_up=True, last_used=NOW + 9, label="手机")
        assert wanted == passkeys.find(connection, one.credential_id)
        assert other == passkeys.find(connection, other.credential_id)
        assert passkeys.remove(connection, one.credential_id)
        assert not passkeys.remove(connection, one.credential_id)
        assert (other,) == passkeys.of(connection, ada)


def test_forms_name_it_by_thirty_two_digits_however_long_its_id_is() -> None:
    """They are different for different ids."""
    short, long = a_passkey(1), replace(a_passkey(1), credential_id=b"a" * 1023)
    assert [32, 32] == [len(each.id) for each in (short, long)]
    assert short.id != long.id
