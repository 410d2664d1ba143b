"""A lost second factor: taken away after a waiting time, of which the owner is told and which they can end."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import insert

from hardtack.login import Account, Accounts, audit
from hardtack.login.administration import UnknownAccount
from hardtack.login.factor_reset import OPEN, WAIT, NothingToReset
from hardtack.login.factors import RECOVERY_CODE, TOTP, Held, Need
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.outbox import Notice
from hardtack.login.second_step import Answer
from hardtack.store import factor_resets
from hardtack.store.schema import passkey
from tests.login import apps
from tests.login.conftest import NOW, PASSWORD, orders, tried

EMAIL = "ada@example.org"


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """Somebody with an address and a passkey."""
    made = accounts.add("ada", PASSWORD, now=NOW - 1000)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email=EMAIL, canonical=EMAIL)
    give_passkey(accounts, made.id)
    found = accounts.get(made.id)
    assert found is not None
    return found


def give_passkey(accounts: Accounts, account_id: int) -> None:
    """Write a passkey down, as an enrolment does."""
    row = {
        "credential_id": os.urandom(16),
        "account_id": account_id,
        "public_key": b"",
        "sign_count": 0,
        "user_verified": 1,
        "backup_eligible": 0,
        "backed_up": 0,
        "transports": "",
        "aaguid": bytes(16),
        "label": "key",
        "created": NOW,
    }
    with accounts._database.write() as connection:
        connection.execute(insert(passkey).values(row))


def events(accounts: Accounts) -> list[tuple[str, int | None, str]]:
    """Return what was written of resets: the event, who did it, and why."""
    entries = reversed(accounts.activity.all().entries)
    ours = (audit.FACTOR_RESET_ASKED, audit.FACTOR_RESET_CALLED_OFF, audit.FACTORS_RESET)
    return [(one.event.event, one.event.actor_id, one.event.reason) for one in entries if one.event.event in ours]


def current(accounts: Accounts, account: Account) -> Account:
    """Return an account as it is now."""
    found = accounts.get(account.id)
    assert found is not None
    return found


class TestAsking:
    """An administrator was told that somebody has lost their second factor."""

    @pytest.mark.asvs("6.4.3", "6.4.4")
    def test_nothing_is_taken_away_before_the_waiting_time_is_over(self, accounts: Accounts, ada: Account) -> None:
        """A password alone opens nothing until then (attack 19)."""
        row = accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        assert (NOW, NOW + WAIT, 7) == (row.asked, row.due, row.actor_id)
        assert accounts.factor_reset.take_effect(ada, now=NOW + WAIT - 1) is None
        assert Need.PROVE is accounts.second_factors.needed(ada.id, ("password",))
        assert row == accounts.factor_reset.pending(ada.id, NOW + WAIT - 1)
        assert Held(passkeys=1, reset_due=NOW + WAIT) == accounts.second_factors.held(ada.id)

    @pytest.mark.asvs("6.3.7")
    def test_the_owner_is_told_at_once_with_a_link(self, accounts: Accounts, ada: Account) -> None:
        """ASVS 6.3.7: where mail can reach them."""
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        (order,) = orders(accounts)
        assert (Notice.FACTOR_RESET_ASKED, ada.id, str(NOW + WAIT)) == (order.notice, order.account, order.detail)
        assert [(audit.FACTOR_RESET_ASKED, 7, "")] == events(accounts)

    def test_asking_again_moves_nothing(self, accounts: Accounts, ada: Account) -> None:
        """Neither nearer nor farther, and there is one mail."""
        first = accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        assert first == accounts.factor_reset.ask(ada.id, actor_id=8, now=NOW + 60)
        assert 1 == len(orders(accounts))

    def test_who_has_nothing_to_lose_is_said_so(self, accounts: Accounts) -> None:
        """And so is who does not exist."""
        bob = accounts.add("bob", PASSWORD, now=NOW)
        with pytest.raises(NothingToReset):
            accounts.factor_reset.ask(bob.id, actor_id=0, now=NOW)
        with pytest.raises(UnknownAccount):
            accounts.factor_reset.ask(999, actor_id=0, now=NOW)

    def test_one_that_lapsed_can_be_asked_for_anew(self, accounts: Accounts, ada: Account) -> None:
        """A reset that nobody has used within a week is off, and is pruned."""
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        late = NOW + WAIT + OPEN
        assert accounts.factor_reset.pending(ada.id, late - 1) is not None
        assert accounts.factor_reset.pending(ada.id, late) is None
        assert accounts.factor_reset.take_effect(ada, now=late) is None
        assert late == accounts.factor_reset.ask(ada.id, actor_id=7, now=late).asked
        accounts.prune(late + WAIT + OPEN + 1)
        with accounts._database.read() as connection:
            assert factor_resets.find(connection, ada.id) is None


class TestTakingAway:
    """The password was proved after the waiting time."""

    @pytest.mark.asvs("6.4.4", "6.5.6")
    def test_everything_goes_and_another_factor_must_be_enrolled(self, accounts: Accounts, ada: Account) -> None:
        """Never a weaker door than enrolment is: nobody is signed in with the password alone."""
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        changed = accounts.factor_reset.take_effect(ada, now=NOW + WAIT)
        assert changed is not None
        assert ada.epoch < changed.epoch
        assert Held(demanded=True) == accounts.second_factors.held(ada.id)
        assert Need.ENROL is accounts.second_factors.needed(ada.id, ("password",))
        assert (audit.FACTORS_RESET, 7, "") == events(accounts)[-1]
        assert Notice.FACTORS_RESET in {order.notice for order in orders(accounts)}
        assert accounts.factor_reset.pending(ada.id, NOW + WAIT) is None

    @pytest.mark.asvs("15.4.2")
    def test_it_happens_once(self, accounts: Accounts, ada: Account) -> None:
        """Of two sign-ins at the same moment the second finds another epoch."""
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        assert accounts.factor_reset.take_effect(ada, now=NOW + WAIT) is not None
        assert accounts.factor_reset.take_effect(ada, now=NOW + WAIT) is None

    def test_a_password_from_before_a_change_takes_nothing_away(self, accounts: Accounts, ada: Account) -> None:
        """The account is another one than the password was proved for."""
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        accounts.sign_ins.end_all(ada.id, NOW + WAIT)
        assert accounts.factor_reset.take_effect(ada, now=NOW + WAIT) is None
        assert 1 == accounts.second_factors.held(ada.id).passkeys

    def test_the_password_stays(self, accounts: Accounts, ada: Account) -> None:
        """It is what the owner goes on with."""
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        accounts.factor_reset.take_effect(ada, now=NOW + WAIT)
        assert "ada" == tried(accounts, password=PASSWORD, now=NOW + WAIT)


class TestCallingOff:
    """The owner has not lost anything, or an administrator sees that it was a mistake."""

    def test_then_everything_is_as_before(self, accounts: Accounts, ada: Account) -> None:
        """And the owner is told of that, too."""
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        assert accounts.factor_reset.call_off(ada.id, now=NOW + 1, actor_id=8)
        assert accounts.factor_reset.take_effect(ada, now=NOW + WAIT) is None
        assert [(audit.FACTOR_RESET_ASKED, 7, ""), (audit.FACTOR_RESET_CALLED_OFF, 8, "")] == events(accounts)
        assert Notice.FACTOR_RESET_CALLED_OFF in {order.notice for order in orders(accounts)}

    def test_where_there_is_nothing_nothing_happens(self, accounts: Accounts, ada: Account) -> None:
        """No event, no mail."""
        assert not accounts.factor_reset.call_off(ada.id, now=NOW)
        assert not accounts.factor_reset.call_off(999, now=NOW)
        assert [] == events(accounts)
        assert [] == orders(accounts)

    def test_the_link_calls_it_off_once(self, accounts: Accounts, ada: Account) -> None:
        """Looking at it does nothing; a second use finds nothing."""
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        code = link(accounts, ada)
        assert ada.id == accounts.factor_reset.look(code, NOW + 1).id
        assert accounts.factor_reset.pending(ada.id, NOW + 1) is not None
        accounts.factor_reset.call_off_by_link(code, now=NOW + 2)
        assert accounts.factor_reset.pending(ada.id, NOW + 2) is None
        assert (audit.FACTOR_RESET_CALLED_OFF, None, "by-link") == events(accounts)[-1]
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW + 3)
        for use in (accounts.factor_reset.call_off_by_link, accounts.factor_reset.look):
            with pytest.raises(LinkWrong):
                use(code, now=NOW + 4)

    @pytest.mark.asvs("9.2.2")
    def test_the_link_outlives_a_new_password_and_the_longest_wait(self, accounts: Accounts, ada: Account) -> None:
        """An alarmed owner may change the password before anything else."""
        accounts.factor_reset.wait = 30 * 86_400
        row = accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        code = link(accounts, ada)
        accounts.recovery.reset(link(accounts, ada, Kind.RESET), "another long password 船", client="", now=NOW + 60)
        assert ada.id == accounts.factor_reset.look(code, row.due + OPEN - 1).id
        accounts.factor_reset.call_off_by_link(code, now=row.due + OPEN - 1)
        assert accounts.factor_reset.pending(ada.id, row.due) is None

    def test_a_link_of_another_kind_calls_nothing_off(self, accounts: Accounts, ada: Account) -> None:
        """Nor does one for which there is nothing to call off (attack 27)."""
        with pytest.raises(LinkWrong):
            accounts.factor_reset.look(link(accounts, ada), NOW)
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        with pytest.raises(LinkWrong):
            accounts.factor_reset.call_off_by_link(link(accounts, ada, Kind.RELEASE), now=NOW)
        assert accounts.factor_reset.pending(ada.id, NOW) is not None

    def test_the_code_of_whoever_is_signed_in_is_as_good(self, accounts: Accounts, ada: Account) -> None:
        """There need be no mail."""
        accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
        assert ada.id == accounts.factor_reset.call_off_by_link(accounts.factor_reset.code_for(ada.id, NOW), now=NOW).id
        with pytest.raises(UnknownAccount):
            accounts.factor_reset.code_for(999, NOW)

    @pytest.mark.asvs("6.4.4")
    def test_attack_19_whoever_adds_a_factor_does_not_lose_it_by_the_reset(self, accounts: Accounts) -> None:
        """They asked for it because the old one was lost; a password alone must not take the new one away later."""
        accounts.add("bob", PASSWORD, now=NOW)
        apps.enrol(accounts, "bob", now=NOW)
        bob = accounts.named("bob")
        row = accounts.factor_reset.ask(bob.id, actor_id=7, now=NOW + 60)
        apps.enrol(accounts, "bob", now=NOW + 90)
        assert accounts.factor_reset.pending(bob.id, NOW + 90) is None
        assert accounts.factor_reset.take_effect(bob, now=row.due) is None
        assert accounts.second_factors.held(bob.id).totp
        assert (audit.FACTOR_RESET_CALLED_OFF, None, "factor-added") == events(accounts)[-1]

    def test_whoever_shows_the_factor_once_more_has_not_lost_it(self, accounts: Accounts) -> None:
        """As at a sign-in."""
        accounts.add("bob", PASSWORD, now=NOW)
        secret, later = apps.enrol(accounts, "bob", now=NOW), NOW + 60
        bob = accounts.named("bob")
        accounts.factor_reset.ask(bob.id, actor_id=7, now=NOW)
        owner = apps.identity(accounts, "bob", now=later)
        accounts.second_step.confirm(owner, Answer(TOTP, apps.oathtool(secret, later)), now=later)
        assert accounts.factor_reset.pending(bob.id, later) is None
        assert (audit.FACTOR_RESET_CALLED_OFF, None, "confirmed") == events(accounts)[-1]
        accounts.factor_reset.ask(bob.id, actor_id=7, now=later)
        (used, *_) = accounts.recovery_codes.make(owner, now=later, **apps.WHERE)
        accounts.second_step.confirm(owner, Answer(RECOVERY_CODE, used), now=later)
        assert accounts.factor_reset.pending(bob.id, later) is not None

    def test_an_owner_without_an_address_is_sent_nothing(self, accounts: Accounts) -> None:
        """They see it on their account page."""
        bob = accounts.add("bob", PASSWORD, now=NOW)
        give_passkey(accounts, bob.id)
        accounts.factor_reset.ask(bob.id, actor_id=7, now=NOW)
        assert [] == orders(accounts)


def link(accounts: Accounts, account: Account, kind: Kind = Kind.KEEP_FACTORS) -> str:
    """Return the code of a link, as the postman makes it."""
    with accounts._database.read() as connection:
        found = accounts._services.rows.by_id(connection, account.id)
    assert found is not None
    return accounts._services.links.make(kind, now=NOW, account=found)


def test_a_closed_account_keeps_no_factor(accounts: Accounts, ada: Account) -> None:
    """Nor a reset of one."""
    accounts.factor_reset.ask(ada.id, actor_id=7, now=NOW)
    accounts.closing.close_for(ada.id, actor_id=0, now=NOW)
    with accounts._database.read() as connection:
        assert factor_resets.find(connection, ada.id) is None
        assert not accounts.second_factors.counted(connection, ada.id).second
