"""The ways back in for an owner whom others' failures keep out."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import text

from hardtack.login import Account, Accounts, BadName, NoSuchAccount, TooManyAttempts
from hardtack.login.devices import LIFETIME, UNKNOWN, Known, made
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.outbox import Notice, Order
from hardtack.store import audit
from hardtack.store.streaks import LIMIT
from tests.login.conftest import CLIENT, NOW, PASSWORD, orders, statements, tried


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """The account ``ada``, which is locked for unknown devices."""
    made = accounts.add("Ada", PASSWORD, now=NOW - 1000)
    for number in range(LIMIT):
        assert "wrong-credentials" == tried(accounts, now=NOW - 700 + 6 * number, client=f"192.0.2.{number}")
    assert "too-many-failures" == tried(accounts, password=PASSWORD)
    return made


def events(accounts: Accounts) -> list[audit.Event]:
    """Return what is in the audit trail, failures left out."""
    with accounts._database.read() as connection:
        return [event for event in audit.read(connection) if event.event != "sign-in-refused"]


class TestALink:
    """Of an administrator, or as it comes by mail."""

    def test_it_makes_the_browser_known_and_the_failures_forgotten(self, accounts: Accounts, ada: Account) -> None:
        """Nobody is signed in by it: the password is asked for as always."""
        code = accounts.release.make("ADA", now=NOW)
        assert "too-many-failures" == tried(accounts, password=PASSWORD)
        known = accounts.release.use(code, UNKNOWN, client=CLIENT, now=NOW)
        assert [ada.id] == [device.account for device in known.devices]
        assert not accounts.release.is_locked("ada", NOW)
        assert ["wrong-credentials", "ada"] == [
            tried(accounts, password=password, known=known, now=NOW) for password in ("no", PASSWORD)
        ]

    def test_it_holds_while_the_attack_goes_on(self, accounts: Accounts, ada: Account) -> None:
        """The browser is known, so others' new failures mean nothing to it."""
        known = accounts.release.use(accounts.release.make("ada", now=NOW), UNKNOWN, client=CLIENT, now=NOW)
        for number in range(LIMIT + 1):
            tried(accounts, now=NOW + 6 * number, client=f"192.0.2.{number}")
        assert "too-many-failures" == tried(accounts, password=PASSWORD, now=NOW + 700)
        assert "ada" == tried(accounts, password=PASSWORD, known=known, now=NOW + 700)

    def test_whoever_else_uses_the_browser_stays_known(self, accounts: Accounts, ada: Account) -> None:
        """It shows one record more."""
        before = Known((made(99, NOW),))
        known = accounts.release.use(accounts.release.make("ada", now=NOW), before, client=CLIENT, now=NOW)
        assert [ada.id, 99] == [device.account for device in known.devices]

    def test_attack_18_looking_consumes_nothing_and_using_it_everything(self, accounts: Accounts, ada: Account) -> None:
        """Once."""
        code = accounts.release.make("ada", now=NOW)
        for _ in range(3):
            accounts.release.look(code, NOW)
        accounts.release.use(code, UNKNOWN, client=CLIENT, now=NOW)
        with pytest.raises(LinkWrong):
            accounts.release.look(code, NOW)
        with pytest.raises(LinkWrong):
            accounts.release.use(code, UNKNOWN, client=CLIENT, now=NOW)

    def test_attack_18_it_ends_after_an_hour_and_with_any_change(self, accounts: Accounts, ada: Account) -> None:
        """Of the credentials, the address, or whether the account may sign in; nothing is released then."""
        old = accounts.release.make("ada", now=NOW)
        accounts.release.look(old, NOW + 3599)
        with pytest.raises(LinkWrong):
            accounts.release.look(old, NOW + 3600)
        for change in (
            "UPDATE account SET password_hash = 'x'",
            "UPDATE account SET email = 'a@example.org'",
            "UPDATE account SET epoch = epoch + 1",
            "UPDATE account SET disabled_at = 9",
        ):
            code = accounts.release.make("ada", now=NOW)
            with accounts._database.write() as connection:
                connection.execute(text(change))
            with pytest.raises(LinkWrong):
                accounts.release.use(code, UNKNOWN, client=CLIENT, now=NOW)
        assert accounts.release.is_locked("ada", NOW)

    def test_attack_12_links_that_are_none_are_counted_for_their_client_and_written_down(
        self, accounts: Accounts, ada: Account
    ) -> None:
        """As everywhere else where a link is shown; one that is good costs nothing."""
        for _ in range(40):
            accounts.release.use(accounts.release.make("ada", now=NOW), UNKNOWN, client="198.51.100.7", now=NOW)
        for _ in range(30):
            with pytest.raises(LinkWrong):
                accounts.release.use("nonsense", UNKNOWN, client="198.51.100.7", now=NOW)
        with pytest.raises(TooManyAttempts):
            accounts.release.use("nonsense", UNKNOWN, client="198.51.100.7", now=NOW)
        refused = [(event.client, event.reason) for event in events(accounts) if event.event == "link-refused"]
        assert [("198.51.100.7", "link-malformed")] * 30 + [("198.51.100.7", "throttled")] == refused

    def test_attack_27_no_other_link_does(self, accounts: Accounts, ada: Account) -> None:
        """Nor one that is about nobody."""
        links = accounts._services.links
        with accounts._database.read() as connection:
            found = accounts._services.rows.by_id(connection, ada.id)
        others = [links.make(kind, now=NOW, account=found) for kind in Kind if kind is not Kind.RELEASE]
        for code in (*others, links.make(Kind.RELEASE, now=NOW), "", "A" * 3000, "no code"):
            with pytest.raises(LinkWrong):
                accounts.release.use(code, UNKNOWN, client=CLIENT, now=NOW)
        assert accounts.release.is_locked("ada", NOW)

    def test_it_is_in_the_trail_who_made_it_and_who_used_it(self, accounts: Accounts, ada: Account) -> None:
        """The operator, an administrator, the owner's address."""
        accounts.release.make("ada", now=NOW)
        code = accounts.release.make("ada", now=NOW, actor_id=7)
        accounts.release.use(code, UNKNOWN, client=CLIENT, now=NOW)
        assert [
            ("account-added", 0, ""),
            ("locked", None, f"192.0.2.{LIMIT - 1}"),
            ("release-asked", 0, ""),
            ("release-asked", 7, ""),
            ("released", None, CLIENT),
        ] == [(event.event, event.actor_id, event.client) for event in events(accounts)]
        assert {ada.id} == {event.account_id for event in events(accounts)}

    @pytest.mark.parametrize("name", ["bob", "", "a" * 5000])
    def test_for_nobody_there_is_none(self, accounts: Accounts, name: str) -> None:
        """The operator has mistyped a name."""
        with pytest.raises(NoSuchAccount):
            accounts.release.make(name, now=NOW)
        with pytest.raises(NoSuchAccount):
            accounts.release.make_for(99, now=NOW, actor_id=0)


class TestByMail:
    """What a visitor asks for."""

    def test_an_order_is_put_whatever_was_typed(self, accounts: Accounts) -> None:
        """Who is meant is looked up by whoever sends it."""
        for typed in ("Ada", "nobody", "who@example.org"):
            accounts.release.ask(typed, client=CLIENT, now=NOW, language="zh", device="firefox/linux")
        expected = [
            Order(notice=Notice.RELEASE, at=NOW, address=typed, language="zh", client=CLIENT, device="firefox/linux")
            for typed in ("Ada", "nobody", "who@example.org")
        ]
        assert sorted(expected, key=lambda order: order.address) == sorted(orders(accounts), key=lambda o: o.address)

    def test_attack_8_its_statements_are_the_same_for_everybody(self, accounts: Accounts, ada: Account) -> None:
        """With an address, without, locked, unknown, closed."""
        for name in ("with", "closed"):
            accounts.add(name, PASSWORD, now=NOW)
        with accounts._database.write() as connection:
            connection.execute(text("UPDATE account SET email = 'w@example.org' WHERE name = 'with'"))
            connection.execute(text("UPDATE account SET closed_at = 9 WHERE name = 'closed'"))
        sent = [
            statements(accounts, partial(accounts.release.ask, name, client=CLIENT, now=NOW))
            for name in ("ada", "with", "w@example.org", "closed", "nobody", "no@example.org")
        ]
        assert len(sent[0]) > 3
        assert [sent[0]] * 6 == sent
        assert not any("FROM account" in statement for statement in sent[0])

    def test_twenty_an_hour_from_a_client(self, accounts: Accounts) -> None:
        """Then it is said when to come back; others may still ask."""
        for number in range(20):
            accounts.release.ask(f"name{number}", client="2001:db8::1", now=NOW)
        with pytest.raises(TooManyAttempts) as caught:
            accounts.release.ask("ada", client="2001:db8::2", now=NOW)
        assert 180 == caught.value.retry_after
        accounts.release.ask("ada", client="2001:db8:0:1::1", now=NOW)
        accounts.release.ask("ada", client="2001:db8::1", now=NOW + 180)
        assert 22 == len(orders(accounts))

    def test_what_was_typed_is_in_the_trail_as_a_hash_only(self, accounts: Accounts) -> None:
        """People type passwords into that field."""
        accounts.release.ask("hunter2 hunter2", client=CLIENT, now=NOW)
        (event,) = events(accounts)
        assert ("release-asked", None, CLIENT) == (event.event, event.account_id, event.client)
        assert event.name_hash is not None

    def test_attack_15_a_name_that_is_too_long_is_refused_before_anything_is_done(self, accounts: Accounts) -> None:
        """It can be nobody's."""
        with pytest.raises(BadName):
            accounts.release.ask("a" * 2**20, client=CLIENT, now=NOW)
        assert [] == orders(accounts)


def test_a_known_device_of_a_release_ends_like_every_other(accounts: Accounts, ada: Account) -> None:
    """After 180 days."""
    known = accounts.release.use(accounts.release.make("ada", now=NOW), UNKNOWN, client=CLIENT, now=NOW)
    assert NOW + LIFETIME == known.until()
