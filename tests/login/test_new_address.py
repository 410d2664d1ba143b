"""Another address for an account: asked for, shown to be its owner's, changed, removed; and nobody else's."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from hardtack.errors import Refused
from hardtack.login import Account, Accounts, TooManyAttempts
from hardtack.login.addresses import BadAddress
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.new_address import LinkElsewhere, SameAddress
from hardtack.login.outbox import Notice, Order
from hardtack.store import audit
from tests.login.conftest import statements
from tests.outgoing import code_of, orders

NOW = 1_800_000_000
CLIENT = "192.0.2.7"
PASSWORD = "a long walk 到海边"
OLD = "Anna@old.example"
NEW = "Anna@new.example"


@pytest.fixture
def anna(accounts: Accounts) -> Account:
    """An account with an address."""
    made = accounts.add("anna", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email=OLD, canonical=OLD.casefold())
    return now_is(accounts, made)


def now_is(accounts: Accounts, account: Account) -> Account:
    """Return an account as it is now."""
    found = accounts.get(account.id)
    assert found is not None
    return found


def ask(accounts: Accounts, account: Account, email: str = NEW, *, now: int = NOW) -> None:
    """Ask for a link."""
    accounts.addresses.ask(account, email, language="zh", client=CLIENT, device="firefox/linux", now=now)


def mailed(accounts: Accounts, account: Account, email: str = NEW) -> str:
    """Ask for a link and return its code."""
    ask(accounts, account, email)
    return code_of(accounts, orders(accounts, NOW)[-1], NOW)


def outcome(accounts: Accounts, account: Account, code: str, *, client: str = CLIENT, now: int = NOW) -> str:
    """Confirm; return the account's address or why it is none."""
    try:
        return str(accounts.addresses.confirm(account.id, code, client=client, now=now).email)
    except LinkWrong as wrong:
        return wrong.reason
    except Refused as refused:
        return refused.slug


def trail(accounts: Accounts) -> list[tuple[str, str, int | None]]:
    """Return what the audit trail says of addresses and links."""
    with accounts._database.read() as connection:
        found = [(event.event, event.reason, event.account_id) for event in audit.read(connection)]
    return [entry for entry in found if "address" in entry[0] or "link" in entry[0]]


class TestAsking:
    """The owner types a new address."""

    def test_a_mail_is_ordered_and_nothing_is_changed(self, accounts: Accounts, anna: Account) -> None:
        """It goes to the new address, and says from where it was asked for."""
        ask(accounts, anna, f" {NEW}\n")
        expected = Order(
            notice=Notice.VERIFY_ADDRESS,
            at=NOW,
            account=anna.id,
            address=NEW,
            language="zh",
            client=CLIENT,
            device="firefox/linux",
        )
        assert [expected] == orders(accounts, NOW)
        assert anna == now_is(accounts, anna)
        assert [("address-asked", "", anna.id)] == trail(accounts)

    def test_attack_8_somebody_elses_address_runs_the_same_statements(self, accounts: Accounts, anna: Account) -> None:
        """And gets the same mail: only who reads that mailbox learns anything."""
        accounts.add("berta", PASSWORD, now=NOW)
        ask(accounts, anna, "warm@example.org")
        sent = [
            statements(accounts, partial(ask, accounts, anna, email)) for email in ("nobody@example.org", OLD.upper())
        ]
        assert len(sent[0]) > 4
        assert sent[0] == sent[1]
        assert 3 == len(orders(accounts, NOW))

    def test_the_present_one_is_said_to_be_there_already(self, accounts: Accounts, anna: Account) -> None:
        """Written in another way it may be asked for: that is how one is put right."""
        with pytest.raises(SameAddress) as caught:
            ask(accounts, anna, OLD)
        assert (422, ["email"]) == (caught.value.status, list(caught.value.fields))
        assert "ANNA@OLD.EXAMPLE" == outcome(accounts, anna, mailed(accounts, anna, "ANNA@OLD.EXAMPLE"))

    def test_five_at_once_for_an_account_then_five_an_hour(self, accounts: Accounts, anna: Account) -> None:
        """So that nobody fills mailboxes from an account; another account is another matter."""
        with pytest.raises(BadAddress):
            ask(accounts, anna, "nonsense")
        for number in range(5):
            ask(accounts, anna, f"a{number}@example.org")
        for _ in range(2):
            with pytest.raises(TooManyAttempts) as caught:
                ask(accounts, anna, "late@example.org")
        assert 720 == caught.value.retry_after
        ask(accounts, accounts.add("berta", PASSWORD, now=NOW))
        ask(accounts, anna, now=NOW + 720)
        assert 7 == len(orders(accounts, NOW + 720))
        assert 1 == trail(accounts).count(("address-asked", "throttled", anna.id))


class TestConfirming:
    """The link was opened."""

    @pytest.mark.asvs("6.3.7")
    def test_the_address_is_changed_and_both_are_told(self, accounts: Accounts, anna: Account) -> None:
        """Only the profile is another one: who is signed in stays so."""
        code = mailed(accounts, anna)
        assert NEW == accounts.addresses.pending(anna.id, code, now=NOW)
        changed = accounts.addresses.confirm(anna.id, code, client=CLIENT, device="firefox/linux", now=NOW)
        assert (NEW, anna.epoch, anna.profile_version + 1) == (changed.email, changed.epoch, changed.profile_version)
        assert changed == now_is(accounts, anna)
        told = orders(accounts, NOW)
        assert [OLD, ""] == [order.address for order in told]
        assert {(Notice.ADDRESS_CHANGED, anna.id, CLIENT, "firefox/linux")} == {
            (order.notice, order.account, order.client, order.device) for order in told
        }
        assert ("address-changed", "", anna.id) == trail(accounts)[-1]
        assert changed == accounts.sign_in(NEW.upper(), PASSWORD, client=CLIENT, now=NOW)

    def test_a_first_address_is_told_of_itself_alone(self, accounts: Accounts) -> None:
        """There is no other."""
        berta = accounts.add("berta", PASSWORD, now=NOW)
        assert NEW == outcome(accounts, berta, mailed(accounts, berta))
        assert [""] == [order.address for order in orders(accounts, NOW)]

    def test_the_same_mailbox_written_in_another_way_is_told_once(self, accounts: Accounts, anna: Account) -> None:
        """Two messages would say the same."""
        outcome(accounts, anna, mailed(accounts, anna, OLD.upper()))
        assert [""] == [order.address for order in orders(accounts, NOW)]

    def test_the_link_is_good_once_and_for_a_day(self, accounts: Accounts, anna: Account) -> None:
        """Looking at it changes nothing."""
        late, code = mailed(accounts, anna), mailed(accounts, anna)
        assert "link-expired" == outcome(accounts, anna, late, now=NOW + 86_400)
        for _ in range(3):
            assert NEW == accounts.addresses.pending(anna.id, code, now=NOW + 86_399)
        assert [NEW, "link-used"] == [outcome(accounts, anna, code) for _ in range(2)]
        with pytest.raises(LinkWrong):
            accounts.addresses.pending(anna.id, code, now=NOW)

    def test_it_is_worth_nothing_to_anybody_else(self, accounts: Accounts, anna: Account) -> None:
        """Who reads the mailbox of an address with a slip in it must not get hold of the account."""
        berta = accounts.add("berta", PASSWORD, now=NOW)
        code = mailed(accounts, anna)
        with pytest.raises(LinkElsewhere) as caught:
            accounts.addresses.pending(berta.id, code, now=NOW)
        assert 403 == caught.value.status
        assert "another account" in (caught.value.detail_in("en") or "")
        assert "link-of-another-account" == outcome(accounts, berta, code)
        assert ("link-refused", "link-of-another-account", berta.id) == trail(accounts)[-1]
        assert NEW == outcome(accounts, anna, code)

    def test_an_address_that_was_taken_meanwhile_answers_like_a_used_link(
        self, accounts: Accounts, anna: Account
    ) -> None:
        """Nobody learns that way who has an account."""
        code = mailed(accounts, anna)
        berta = accounts.add("berta", PASSWORD, now=NOW)
        used = mailed(accounts, berta, NEW)
        assert NEW == outcome(accounts, berta, used)
        said = []
        for account, one in ((anna, code), (berta, used)):
            with pytest.raises(LinkWrong) as caught:
                accounts.addresses.confirm(account.id, one, client=CLIENT, now=NOW)
            said.append((type(caught.value), caught.value.status, caught.value.slug, caught.value.detail))
        assert said[0] == said[1]
        assert OLD == now_is(accounts, anna).email

    def test_attack_20_of_two_changes_the_first_to_be_confirmed_ends_the_other(
        self, accounts: Accounts, anna: Account
    ) -> None:
        """In both orders; the account has the address to which the link was sent, never the other."""
        for first, second in ((0, 1), (1, 0)):
            emails = [f"{number}{first}@example.org" for number in range(2)]
            codes = [mailed(accounts, anna, email) for email in emails]
            assert emails[first] == outcome(accounts, anna, codes[first])
            assert "link-outdated" == outcome(accounts, anna, codes[second])
            assert emails[first] == now_is(accounts, anna).email

    @pytest.mark.asvs("15.4.2")
    def test_attack_20_two_at_the_same_moment_never_mix(self, accounts: Accounts, anna: Account) -> None:
        """Over and over, from threads: exactly one is confirmed, and its address it is."""
        links = accounts._services.links
        for number in range(15):
            with accounts._database.read() as connection:
                credentials = accounts._services.rows.by_id(connection, anna.id)
            emails = [f"{side}{number}@example.org" for side in ("left", "right")]
            codes = [links.make(Kind.ADDRESS, now=NOW, account=credentials, email=email) for email in emails]
            with ThreadPoolExecutor(4) as pool:
                found = list(
                    pool.map(
                        lambda pair, codes=codes, number=number: outcome(
                            accounts, anna, codes[pair % 2], client=f"192.0.2.{number * 4 + pair}"
                        ),
                        range(4),
                    )
                )
            confirmed = [email for email in found if "@" in email]
            assert 1 == len(confirmed), found
            assert confirmed[0] == now_is(accounts, anna).email
            assert emails[found.index(confirmed[0]) % 2] == confirmed[0]

    def test_attack_20_two_accounts_that_want_one_address_do_not_both_get_it(self, accounts: Accounts) -> None:
        """One is the first; to the other the link is worth nothing."""
        both = [accounts.add(name, PASSWORD, now=NOW) for name in ("berta", "clara")]
        codes = [mailed(accounts, account) for account in both]
        with ThreadPoolExecutor(2) as pool:
            found = Counter(pool.map(lambda pair: outcome(accounts, *pair), zip(both, codes, strict=True)))
        assert {NEW: 1, "link-outdated": 1} == found

    def test_attack_20_a_change_and_its_undoing_do_not_bring_an_older_link_back(
        self, accounts: Accounts, anna: Account
    ) -> None:
        """The account looks as it did then, and is not the same."""
        accounts.addresses.remove(anna.id, client=CLIENT, now=NOW)
        older, newer = (mailed(accounts, anna, f"{name}@example.org") for name in ("older", "newer"))
        outcome(accounts, anna, newer)
        accounts.addresses.remove(anna.id, client=CLIENT, now=NOW)
        assert now_is(accounts, anna).email is None
        assert "link-outdated" == outcome(accounts, anna, older)

    def test_attack_18_a_new_password_or_a_disabling_ends_it(self, accounts: Accounts, anna: Account) -> None:
        """Whoever asked for it may have been somebody else."""
        code = mailed(accounts, anna)
        with accounts._database.write() as connection:
            accounts._services.rows.set_password(connection, anna.id, encoded="x", now=NOW)
        assert "link-outdated" == outcome(accounts, anna, code)
        code = mailed(accounts, anna)
        accounts.disable("anna", NOW)
        assert "link-outdated" == outcome(accounts, anna, code)
        disabled = mailed(accounts, anna)
        assert "link-outdated" == outcome(accounts, anna, disabled)

    @pytest.mark.parametrize("kind", [Kind.SIGN_UP, Kind.RESET, Kind.RELEASE, Kind.INVITATION])
    def test_a_link_of_another_kind_changes_nothing(self, accounts: Accounts, anna: Account, kind: Kind) -> None:
        """Attack 27; nor does one of ours that is about no account."""
        links = accounts._services.links
        with accounts._database.read() as connection:
            credentials = accounts._services.rows.by_id(connection, anna.id)
        for code in (
            links.make(kind, now=NOW, account=credentials, email=NEW),
            links.make(Kind.ADDRESS, now=NOW, email=NEW),
        ):
            assert outcome(accounts, anna, code).startswith("link-")
        assert OLD == now_is(accounts, anna).email


class TestRemoving:
    """The owner wants no mail."""

    @pytest.mark.asvs("6.3.7")
    def test_the_address_that_goes_is_told(self, accounts: Accounts, anna: Account) -> None:
        """Nobody signs in with it any more, and somebody else may have it."""
        changed = accounts.addresses.remove(anna.id, client=CLIENT, device="firefox/linux", now=NOW)
        assert (None, anna.epoch, anna.profile_version + 1) == (changed.email, changed.epoch, changed.profile_version)
        assert [(Notice.ADDRESS_CHANGED, OLD, "removed")] == [
            (order.notice, order.address, order.detail) for order in orders(accounts, NOW)
        ]
        assert [("address-changed", "removed", anna.id)] == trail(accounts)
        berta = accounts.add("berta", PASSWORD, now=NOW)
        assert OLD == outcome(accounts, berta, mailed(accounts, berta, OLD))

    def test_an_account_that_was_closed_in_this_moment_has_none(self, accounts: Accounts, anna: Account) -> None:
        """What comes too late changes nothing."""
        with accounts._database.write() as connection:
            accounts._services.rows.close(connection, anna.id, NOW)
        with pytest.raises(LinkWrong):
            accounts.addresses.remove(anna.id, client=CLIENT, now=NOW)
