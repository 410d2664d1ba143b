"""A forgotten password: asking tells nobody anything, and a link sets a password once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import text

from hardtack.errors import Refused
from hardtack.login import Account, Accounts, Argon2id, BadPassword, TooManyAttempts, WrongCredentials
from hardtack.login.addresses import BadAddress
from hardtack.login.administration import UnknownAccount
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.outbox import Notice
from hardtack.login.throttle import TooManyFailures
from hardtack.store import audit
from hardtack.store.audit import Event
from tests.login.conftest import statements
from tests.login.orders import orders

NOW = 1_800_000_000
CLIENT = "192.0.2.7"
PASSWORD = "a long walk 到海边"
NEW = "four unrelated words 橙子"
ADDRESS = "Ada@example.org"


def trail(accounts: Accounts) -> list[Event]:
    """Return what was written down after the account was made."""
    with accounts._database.read() as connection:
        return list(audit.read(connection))[1:]


def give_address(accounts: Accounts, account: Account, typed: str = ADDRESS) -> None:
    """Let an account have an address."""
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, account.id, email=typed, canonical=typed.lower())


def code_for(accounts: Accounts, account: Account, *, kind: Kind = Kind.RESET, now: int = NOW) -> str:
    """Return a link's code, as the mail has it."""
    with accounts._database.read() as connection:
        found = accounts._services.rows.by_id(connection, account.id)
    assert found is not None
    return accounts._services.links.make(kind, now=now, account=found)


def reset(accounts: Accounts, code: str, new: str = NEW, *, now: int = NOW, client: str = CLIENT) -> str:
    """Set a password; return what came of it."""
    try:
        return accounts.recovery.reset(code, new, client=client, now=now).account.name
    except LinkWrong as wrong:
        return wrong.reason
    except Refused as refused:
        return refused.slug


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """An account with an address."""
    made = accounts.add("ada", PASSWORD, now=NOW)
    give_address(accounts, made)
    found = accounts.get(made.id)
    assert found is not None
    return found


class TestAsking:
    """For a link by mail."""

    def test_mail_is_ordered_for_whoever_has_the_address(self, accounts: Accounts, ada: Account) -> None:
        """With what the text needs, and not whose it is: that is looked up elsewhere."""
        accounts.recovery.ask(
            f" {ADDRESS} ", client=CLIENT, now=NOW, device="firefox/linux", language="zh", onward="/account"
        )
        (order,) = orders(accounts, NOW)

        assert (Notice.FORGOT, 0, ADDRESS) == (order.notice, order.account, order.address)
        assert (CLIENT, "firefox/linux", "zh", "/account") == (
            order.client,
            order.device,
            order.language,
            order.onward,
        )

    def test_attack_31_the_trail_has_the_address_as_a_keyed_hash_only(self, accounts: Accounts, ada: Account) -> None:
        """Of everybody, so that it is the same for everybody."""
        for typed in (ADDRESS, "nobody@example.org"):
            accounts.recovery.ask(typed, client=CLIENT, now=NOW)

        assert [("forgot", None, 32)] * 2 == [
            (row.event, row.account_id, len(row.name_hash or b"")) for row in trail(accounts)
        ]

    @pytest.mark.asvs("6.3.8")
    def test_attack_8_existing_and_unknown_addresses_run_the_same_statements(self, accounts: Accounts) -> None:
        """Disabled accounts, closed ones, and such as have no password, too; to the letter."""
        made = {name: accounts.add(name, PASSWORD, now=NOW) for name in ("ada", "disabled", "closed", "keyless")}
        for name, account in made.items():
            give_address(accounts, account, f"{name}@example.org")
        accounts.disable("disabled", NOW)
        with accounts._database.write() as connection:
            accounts._services.rows.close(connection, made["closed"].id, NOW)
            connection.execute(text("UPDATE account SET password_hash = NULL WHERE name = 'keyless'"))
        sent = {
            name: statements(accounts, partial(accounts.recovery.ask, f"{name}@example.org", client=CLIENT, now=NOW))
            for name in (*made, "nobody")
        }

        assert len(sent["nobody"]) > 5
        assert dict.fromkeys(sent, sent["nobody"]) == sent
        assert [] == [line for line in sent["ada"] if "FROM account" in line]

    def test_one_client_may_ask_twenty_times_and_then_twenty_times_an_hour(self, accounts: Accounts) -> None:
        """Whatever it asks for; then it is told when to come back, and the first refusal is written down."""
        for number in range(20):
            accounts.recovery.ask(f"a{number}@example.org", client=CLIENT, now=NOW)
        for _ in range(2):
            with pytest.raises(TooManyAttempts) as caught:
                accounts.recovery.ask("z@example.org", client=CLIENT, now=NOW)

        assert 180 == caught.value.retry_after
        assert ["throttled"] == [row.reason for row in _read(accounts) if row.reason]
        assert 20 == len(orders(accounts, NOW))
        accounts.recovery.ask("z@example.org", client="192.0.2.8", now=NOW)

    @pytest.mark.parametrize(
        "typed", ["ada", "@", "ada@example", "a\r\nbcc:b@example.org", "x" * 2**20, "a\ud800@example.org", "a\0@b.org"]
    )
    def test_what_is_no_address_costs_nobody_anything(self, accounts: Accounts, typed: str) -> None:
        """It is said at its field, and nothing is counted."""
        assert [] == statements(accounts, partial(_ask_badly, accounts, typed))


class TestResetting:
    """With a link."""

    def test_the_link_sets_the_password_and_ends_every_session(self, accounts: Accounts, ada: Account) -> None:
        """The account comes back with its new epoch, nobody is signed in."""
        account, _ = accounts.recovery.reset(code_for(accounts, ada), NEW, client=CLIENT, now=NOW)

        assert "revoked" == accounts.revocations.verdict(b"l" * 16, b"s" * 16, ada.id, ada.epoch, NOW)
        assert account == accounts.sign_in("ada", NEW, client=CLIENT, now=NOW)

    @pytest.mark.parametrize("forgotten", [False, True])
    def test_access_tokens_end_as_well(self, accounts: Accounts, ada: Account, forgotten: bool) -> None:
        """Whoever had the password may have made one; so may whoever it was stolen by."""
        accounts.tokens.make(ada.id, "ci", ("read",), days=1, known=("read",), client=CLIENT, now=NOW)
        accounts.recovery.start(ada.id, 0, NOW)
        assert 1 == len(accounts.tokens.of(ada.id))
        if forgotten:
            accounts.recovery.start(ada.id, 0, NOW, forget_password=True)
        else:
            reset(accounts, code_for(accounts, ada))
        assert () == accounts.tokens.of(ada.id)

    def test_attack_13_a_name_that_others_have_locked_is_open_again(self, accounts: Accounts, ada: Account) -> None:
        """What was guessed was another password."""
        for number in range(100):
            with pytest.raises(WrongCredentials):
                accounts.sign_in("ada", "guess", client=f"198.51.100.{number % 50}", now=NOW + 100 * number)
        late = NOW + 20_000
        with pytest.raises(TooManyFailures):
            accounts.sign_in("ada", PASSWORD, client=CLIENT, now=late)
        accounts.recovery.reset(code_for(accounts, ada, now=late), NEW, client=CLIENT, now=late)

        assert "ada" == accounts.sign_in("ada", NEW, client=CLIENT, now=late).name

    @pytest.mark.asvs("6.3.7")
    def test_it_is_written_down_and_the_owner_is_told(self, accounts: Accounts, ada: Account) -> None:
        """That a link was what they had, and from where."""
        accounts.recovery.reset(code_for(accounts, ada), NEW, client=CLIENT, now=NOW, device="x", language="zh")
        (order,) = orders(accounts, NOW)

        assert [("reset", ("link",), CLIENT, "x", ada.id)] == [
            (row.event, row.factors, row.client, row.device, row.account_id) for row in trail(accounts)
        ]
        assert (Notice.PASSWORD_CHANGED, ada.id, "zh") == (order.notice, order.account, order.language)

    def test_attack_18_looking_consumes_nothing(self, accounts: Accounts, ada: Account) -> None:
        """Any number of times."""
        code = code_for(accounts, ada)
        for _ in range(3):
            assert ada == accounts.recovery.look(code, NOW)

        assert "ada" == reset(accounts, code)

    @pytest.mark.asvs("6.4.1", "15.4.2")
    def test_attack_18_it_is_good_once_and_older_ones_are_not_good_any_more(
        self, accounts: Accounts, ada: Account
    ) -> None:
        """All at the same moment, too."""
        older, code = code_for(accounts, ada), code_for(accounts, ada)
        with ThreadPoolExecutor(6) as pool:
            came = Counter(pool.map(lambda number: reset(accounts, code, f"{NEW} {number}"), range(6)))

        assert 1 == came.pop("ada")
        assert {"link-used"} == set(came)
        assert ("link-used", "link-outdated") == (reset(accounts, code), reset(accounts, older))

    @pytest.mark.asvs("6.4.1")
    def test_attack_18_it_is_good_for_half_an_hour(self, accounts: Accounts, ada: Account) -> None:
        """Not a second longer."""
        code = code_for(accounts, ada)

        assert ada == accounts.recovery.look(code, NOW + 1799)
        with pytest.raises(LinkWrong):
            accounts.recovery.look(code, NOW + 1800)
        assert "link-expired" == reset(accounts, code, now=NOW + 1800)

    @pytest.mark.parametrize("change", ["password", "address", "disabled", "enabled", "closed"])
    def test_attack_18_it_rests_on_what_the_account_was(self, accounts: Accounts, ada: Account, change: str) -> None:
        """A disabled account's link is not even good after it is enabled again (attack 6)."""
        code = code_for(accounts, ada)
        rows = accounts._services.rows
        with accounts._database.write() as connection:
            if change == "password":
                rows.set_password(connection, ada.id, encoded="x", now=NOW)
            elif change == "address":
                rows.set_address(connection, ada.id, email="b@example.org", canonical="b@example.org")
            elif change == "closed":
                rows.close(connection, ada.id, NOW)
        if change in ("disabled", "enabled"):
            accounts.disable("ada", NOW, actor_id=7)
        if change == "enabled":
            accounts.enable("ada", NOW, actor_id=7)

        assert "link-outdated" == reset(accounts, code)
        assert "link-outdated" == trail(accounts)[-1].reason

    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.RESET])
    def test_attack_27_a_link_for_something_else_is_none(self, accounts: Accounts, ada: Account, kind: Kind) -> None:
        """However good it is."""
        assert "link-forged" == reset(accounts, code_for(accounts, ada, kind=kind))

    def test_a_link_of_no_account_is_none(self, accounts: Accounts, ada: Account) -> None:
        """Nobody makes such ones; if somebody did, it would set nobody's password."""
        assert "link-of-nobody" == reset(accounts, accounts._services.links.make(Kind.RESET, now=NOW))

    @pytest.mark.parametrize("new", ["short", "x" * 1025, "ada ada ada ada", "ada@example.org", NEW + "\ud800"])
    def test_a_bad_password_leaves_the_link_as_it_is(self, accounts: Accounts, ada: Account, new: str) -> None:
        """By the same rules as everywhere."""
        code = code_for(accounts, ada)
        with pytest.raises(BadPassword) as caught:
            accounts.recovery.reset(code, new, client=CLIENT, now=NOW)

        assert {"password"} == set(caught.value.fields)
        assert "ada" == reset(accounts, code)

    @pytest.mark.asvs("6.3.1")
    def test_codes_cannot_be_tried_without_end(self, accounts: Accounts, ada: Account) -> None:
        """Each takes a place from the client's budget, which is given back if it was good."""
        code = code_for(accounts, ada)
        assert "ada" == reset(accounts, code)
        for _ in range(30):
            assert "link-used" == reset(accounts, code)

        assert "too-many-attempts" == reset(accounts, code) == reset(accounts, code)
        assert {"link-used": 30, "throttled": 1, "": 1} == Counter(row.reason for row in trail(accounts))

    def test_an_account_that_is_disabled_while_the_hash_runs_keeps_its_password(
        self, accounts: Accounts, ada: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The last look is in the transaction that writes."""
        hash_it = Argon2id.hash

        def disable_and_hash(self: Argon2id, secret: bytes) -> str:
            accounts.disable("ada", NOW)
            return hash_it(self, secret)

        code = code_for(accounts, ada)
        monkeypatch.setattr(Argon2id, "hash", disable_and_hash)

        assert "link-outdated" == reset(accounts, code)


class TestByAnAdministrator:
    """Who starts it and sees nothing."""

    @pytest.mark.asvs("6.4.6")
    def test_who_has_an_address_gets_mail(self, accounts: Accounts, ada: Account) -> None:
        """The administrator gets nothing to hand over; who it was is written down (ASVS 6.4.6)."""
        assert accounts.recovery.start(ada.id, 7, NOW) is None
        (order,) = orders(accounts, NOW)

        assert (Notice.RESET_BY_ADMINISTRATOR, ada.id, "") == (order.notice, order.account, order.address)
        assert [("reset-started", ada.id, 7, "")] == [
            (row.event, row.account_id, row.actor_id, row.reason) for row in trail(accounts)
        ]
        assert ada == accounts.sign_in("ada", PASSWORD, client=CLIENT, now=NOW)

    @pytest.mark.asvs("6.4.1", "6.4.6")
    def test_for_who_has_none_there_is_a_code_to_hand_over(self, accounts: Accounts) -> None:
        """Good once, as every other; the password stays until it is used."""
        bo = accounts.add("bo", PASSWORD, now=NOW)
        code = accounts.recovery.start(bo.id, 0, NOW)
        assert code is not None

        assert bo == accounts.sign_in("bo", PASSWORD, client=CLIENT, now=NOW)
        assert ("bo", "link-used") == (reset(accounts, code), reset(accounts, code))
        assert [] == orders(accounts, NOW)

    @pytest.mark.parametrize("address", [True, False])
    def test_the_password_can_be_forgotten_at_once(self, accounts: Accounts, address: bool) -> None:
        """No password signs in then, every session and older link ends, and the new link is good."""
        bo = accounts.add("bo", PASSWORD, now=NOW)
        if address:
            give_address(accounts, bo, "bo@example.org")
        older = code_for(accounts, bo)
        code = accounts.recovery.start(bo.id, 7, NOW, forget_password=True)

        with pytest.raises(Refused):
            accounts.sign_in("bo", PASSWORD, client=CLIENT, now=NOW)
        assert "revoked" == accounts.revocations.verdict(b"l" * 16, b"s" * 16, bo.id, bo.epoch, NOW)
        assert "link-outdated" == reset(accounts, older)
        assert "password-forgotten" == next(row.reason for row in trail(accounts) if row.event == "reset-started")
        assert (code is None) is address
        assert "bo" == reset(accounts, code or code_for(accounts, bo))
        assert "bo" == accounts.sign_in("bo", NEW, client=CLIENT, now=NOW).name

    @pytest.mark.parametrize("forget", [True, False])
    def test_nothing_is_started_for_nobody(self, accounts: Accounts, ada: Account, forget: bool) -> None:
        """A closed account is nobody."""
        with accounts._database.write() as connection:
            accounts._services.rows.close(connection, ada.id, NOW)
        for number in (ada.id, 77):
            with pytest.raises(UnknownAccount):
                accounts.recovery.start(number, 7, NOW, forget_password=forget)

        assert [] == trail(accounts)


def _ask_badly(accounts: Accounts, typed: str) -> None:
    with pytest.raises(BadAddress) as caught:
        accounts.recovery.ask(typed, client=CLIENT, now=NOW)
    assert {"email"} == set(caught.value.fields)


def _read(accounts: Accounts) -> list[Event]:
    with accounts._database.read() as connection:
        return list(audit.read(connection))
