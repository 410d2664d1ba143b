"""The sign-ins of an account: written down as they begin, listed, and ended for good in every process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from hardtack.login import Account, Accounts, NoSuchSignIn, SignedIn, Whence, WrongCredentials, audit, sign_ins
from hardtack.login.credentials import SessionOver
from hardtack.login.sign_ins import Entering, SignIns
from hardtack.seal import Keyring
from hardtack.session import Identity, Sessions
from hardtack.store import Database, StoreUnavailable, feed
from hardtack.store import audit as trail
from hardtack.store import sign_ins as rows
from hardtack.store.accounts import AccountRows
from hardtack.store.audit import Event
from hardtack.store.schema import signed_in

NOW = 1_800_000_000
PASSWORD = "correct horse battery staple"
HOME = Whence("203.0.113.7", "firefox/linux", "NZ")
OFFICE = Whence("::ffff:198.51.100.9", "safari/macos")

Enter = Callable[..., Identity]


@pytest.fixture
def policy(keyring: Keyring, accounts: Accounts) -> Sessions:
    """Return sessions as the site has them."""
    return Sessions(keyring, revocations=accounts.revocations)


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """Return an account."""
    return accounts.add("ada", PASSWORD, now=NOW - 86_400)


@pytest.fixture
def enter(accounts: Accounts, policy: Sessions) -> Enter:
    """Return a function that signs somebody in."""

    def sign_in(account: Account, whence: Whence = HOME, now: int = NOW) -> Identity:
        return policy.open("", now).sign_in(
            account=account.id,
            epoch=account.epoch,
            now=now,
            record=lambda identity: accounts.sign_ins.begin(identity, whence, policy, now),
        )

    return sign_in


@pytest.fixture
def other_process(url: str, keyring: Keyring, tmp_path: Path) -> Iterator[Accounts]:
    """Return an account store that shares nothing with the other but the database and the data folder."""
    with Accounts.connect(url, keyring=keyring, folder=tmp_path) as opened:
        yield opened


def holds(accounts: Accounts, identity: Identity) -> bool:
    """Return whether a cookie with this identity still names its owner."""
    verdict = accounts.revocations.verdict(identity.lineage, identity.session_id, identity.account, identity.epoch, NOW)
    return verdict == ""


def names(found: tuple[SignedIn, ...]) -> list[bytes]:
    """Return which sign-ins are listed."""
    return [each.lineage for each in found]


def events(accounts: Accounts, word: str) -> list[Event]:
    """Return the events of one kind."""
    with accounts._database.read() as connection:
        return [event for event in trail.read(connection) if event.event == word]


class TestList:
    """What is on it."""

    def test_a_sign_in_is_on_it_with_address_device_place_and_factors(
        self, accounts: Accounts, ada: Account, enter: Enter
    ) -> None:
        """The one that was used last comes first; nobody else's is there."""
        enter(accounts.add("ben", PASSWORD, now=NOW))
        enter(ada, HOME, NOW)
        enter(ada, OFFICE, NOW + 60)
        office, home = accounts.sign_ins.list(ada.id, NOW + 60)
        assert (HOME, NOW, NOW, ("password",)) == (home.whence, home.began, home.last_seen, home.factors)
        assert Whence("198.51.100.9", "safari/macos", "") == office.whence

    def test_what_is_no_address_is_not_kept(self, accounts: Accounts, ada: Account, enter: Enter) -> None:
        """As in the audit trail."""
        enter(ada, Whence("<b>"))
        assert [""] == [each.whence.client for each in accounts.sign_ins.list(ada.id, NOW)]

    def test_whoever_asks_comes_first(self, accounts: Accounts, ada: Account, enter: Enter) -> None:
        """However long ago it was used."""
        first = enter(ada)
        enter(ada, now=NOW + 60)
        assert first.lineage == accounts.sign_ins.list(ada.id, NOW + 60, present=first)[0].lineage

    def test_whoever_asks_is_there_although_nobody_wrote_it_down(
        self, accounts: Accounts, ada: Account, enter: Enter, policy: Sessions
    ) -> None:
        """A sign-in from before there was a list; by its next use the others see it, too."""
        early = policy.open("", NOW).sign_in(account=ada.id, epoch=0, now=NOW)
        other = enter(ada)
        found = accounts.sign_ins.list(ada.id, NOW + 60, present=early)
        assert [early.lineage, other.lineage] == names(found)
        assert (NOW, NOW + 60, Whence()) == (found[0].began, found[0].last_seen, found[0].whence)
        accounts.sign_ins.note(early, NOW + 60, policy)
        accounts.sign_ins.last_use.write()
        assert {early.lineage, other.lineage} == set(names(accounts.sign_ins.list(ada.id, NOW + 60, present=other)))

    def test_an_id_says_nothing_of_the_cookie(self, accounts: Accounts, ada: Account, enter: Enter) -> None:
        """It is keyed, and the lineage is in no representation either."""
        identity = enter(ada)
        (found,) = accounts.sign_ins.list(ada.id, NOW)
        assert identity.lineage.hex() not in repr(found)
        assert len(found.id) == 24
        assert accounts.sign_ins.id_of(identity.lineage) == found.id
        other = replace(accounts._services, keyring=Keyring.generate())
        assert SignIns(other).id_of(identity.lineage) != found.id

    def test_signing_out_takes_it_off_and_pruning_what_was_left(
        self, accounts: Accounts, ada: Account, enter: Enter, policy: Sessions
    ) -> None:
        """Nothing about where somebody was is kept for longer than the sign-in lives."""
        signed_out, left = enter(ada), enter(ada)
        accounts.sign_out(signed_out, NOW)
        assert [left.lineage] == names(accounts.sign_ins.list(ada.id, NOW))
        accounts.prune(policy.last_end(left) + 1)
        with accounts._database.read() as connection:
            assert [] == connection.execute(select(signed_in)).all()

    @pytest.mark.asvs("7.1.2")
    def test_one_more_than_an_account_may_have_ends_the_one_unused_for_the_longest(
        self,
        accounts: Accounts,
        ada: Account,
        enter: Enter,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """With an event that says why; nobody else's (ASVS 7.1.2)."""
        monkeypatch.setattr(sign_ins, "MOST", 3)
        others = enter(accounts.add("ben", PASSWORD, now=NOW))
        identities = [enter(ada, now=NOW + age) for age in (1, 0, 2)]
        with caplog.at_level(logging.INFO, "hardtack.audit"):
            identities.append(enter(ada, now=NOW + 3))
        assert [True, False, True, True] == [holds(accounts, identity) for identity in identities]
        assert holds(accounts, others)
        assert 3 == len(accounts.sign_ins.list(ada.id, NOW + 3))
        (event,) = events(accounts, audit.SESSION_ENDED)
        assert (ada.id, "too-many") == (event.account_id, event.reason)
        assert ["session-ended"] == [record.message for record in caplog.records]

    def test_it_is_written_in_the_transaction_that_settles_the_password(
        self, accounts: Accounts, ada: Account, policy: Sessions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both or neither, with what it ends; and for whom a password does not fit, nothing is."""
        session = policy.open("", NOW)
        made: list[Identity] = []

        def identify(account: Account) -> Identity:
            made.append(session.identify(account=account.id, epoch=account.epoch, now=NOW))
            return made[-1]

        def tried(password: str) -> None:
            accounts.sign_in("ada", password, client="", now=NOW, entering=Entering(identify, HOME, policy))

        with pytest.raises(WrongCredentials):
            tried("seven boats on a green rivet")
        assert ([], ()) == (made, accounts.sign_ins.list(ada.id, NOW))
        monkeypatch.setattr(sign_ins, "MOST", 1)
        for _ in range(2):
            tried(PASSWORD)
        assert "none" == session.identity_why
        assert [accounts.sign_ins.id_of(made[1].lineage)] == [each.id for each in accounts.sign_ins.list(ada.id, NOW)]
        assert [False, True] == [holds(accounts, identity) for identity in made]
        session.become(made[1])
        assert made[1] == session.identity
        written = len(events(accounts, audit.SIGNED_IN))

        def fails(*_given: object) -> None:
            raise StoreUnavailable("the disk is gone")

        monkeypatch.setattr(rows, "add", fails)
        with pytest.raises(StoreUnavailable):
            tried(PASSWORD)
        assert written == len(events(accounts, audit.SIGNED_IN))
        assert 1 == len(accounts.sign_ins.list(ada.id, NOW))

    @pytest.mark.asvs("16.5.3")
    def test_a_sign_in_that_cannot_be_written_down_is_none(
        self, accounts: Accounts, ada: Account, enter: Enter, policy: Sessions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its owner could neither see nor end it; what the session held stays."""

        def fails(_self: Database) -> None:
            raise StoreUnavailable("the disk is gone")

        session = policy.open("", NOW)
        session["basket"] = 3
        monkeypatch.setattr(Database, "write", fails)
        with pytest.raises(StoreUnavailable):
            session.sign_in(
                account=ada.id,
                epoch=0,
                now=NOW,
                record=lambda identity: accounts.sign_ins.begin(identity, HOME, policy, NOW),
            )
        assert session.bearer is None
        assert {"basket": 3} == dict(session)


class TestEnding:
    """One, all others, all, and everybody's."""

    @pytest.mark.asvs("7.5.2")
    def test_attack_5_one_that_was_ended_is_over_in_another_process_at_once(
        self, accounts: Accounts, other_process: Accounts, ada: Account, enter: Enter
    ) -> None:
        """For as long as any copy of its cookie could live; the others go on."""
        mine, stolen = enter(ada), enter(ada, OFFICE)
        assert holds(other_process, stolen)
        ended = accounts.sign_ins.end(ada.id, accounts.sign_ins.id_of(stolen.lineage), NOW, whence=HOME)
        assert stolen.lineage == ended.lineage
        assert [False, True] == [holds(other_process, identity) for identity in (stolen, mine)]
        assert [mine.lineage] == names(other_process.sign_ins.list(ada.id, NOW))
        (event,) = events(accounts, audit.SESSION_ENDED)
        assert (ada.id, None, "203.0.113.7", "firefox/linux") == (
            event.account_id,
            event.actor_id,
            event.client,
            event.device,
        )

    def test_attack_5_an_end_is_remembered_until_no_cookie_can_be_alive(
        self, accounts: Accounts, ada: Account, enter: Enter, policy: Sessions
    ) -> None:
        """A copy may have been renewed since, so the cookie's own deadline is not enough."""
        identity = enter(ada)
        accounts.sign_ins.end(ada.id, accounts.sign_ins.id_of(identity.lineage), NOW)
        accounts.prune(policy.last_end(identity))
        assert not holds(accounts, identity)

    def test_attack_28_somebody_elses_sign_in_is_not_ended_by_naming_it(
        self, accounts: Accounts, ada: Account, enter: Enter
    ) -> None:
        """Whose it must be is said by the account alone."""
        ben = accounts.add("ben", PASSWORD, now=NOW)
        his = enter(ben)
        for name in (accounts.sign_ins.id_of(his.lineage), his.lineage.hex(), "", "0" * 24):
            with pytest.raises(NoSuchSignIn):
                accounts.sign_ins.end(ada.id, name, NOW)
        assert holds(accounts, his)
        assert [] == events(accounts, audit.SESSION_ENDED)

    def test_one_that_has_ended_cannot_be_ended_again(self, accounts: Accounts, ada: Account, enter: Enter) -> None:
        """Two clicks are one end."""
        identifier = accounts.sign_ins.id_of(enter(ada).lineage)
        accounts.sign_ins.end(ada.id, identifier, NOW)
        with pytest.raises(NoSuchSignIn):
            accounts.sign_ins.end(ada.id, identifier, NOW)

    def test_attack_5_all_others_are_over_also_those_that_are_on_no_list(
        self, accounts: Accounts, other_process: Accounts, ada: Account, enter: Enter, policy: Sessions
    ) -> None:
        """The one that does it goes on under the new epoch, and is the only one on the list."""
        mine, listed = enter(ada), enter(ada)
        early = policy.open("", NOW).sign_in(account=ada.id, epoch=0, now=NOW)
        bens = enter(accounts.add("ben", PASSWORD, now=NOW))
        assert [True] * 3 == [holds(other_process, identity) for identity in (mine, listed, early)]
        after = accounts.sign_ins.end_others(mine, NOW, whence=HOME)
        assert [False] * 3 == [holds(other_process, identity) for identity in (mine, listed, early)]
        assert holds(other_process, bens)
        session = policy.open("", NOW)
        session.sign_in(account=ada.id, epoch=after.epoch, now=NOW)
        assert session.bearer is not None
        assert holds(other_process, session.bearer)
        assert [mine.lineage] == names(other_process.sign_ins.list(ada.id, NOW))
        (event,) = events(accounts, audit.SESSIONS_ENDED)
        assert (ada.id, None, "others") == (event.account_id, event.actor_id, event.reason)

    @pytest.mark.parametrize("over", ["reset", "disabled", "ended", "others"])
    def test_attack_5_a_session_that_is_over_does_not_come_back_by_ending_the_others(
        self, accounts: Accounts, ada: Account, enter: Enter, over: str
    ) -> None:
        """A request that was on its way gets no session of the new epoch, and ends none."""
        stolen, owners = enter(ada), enter(ada)
        services = accounts._services
        if over == "reset":
            with accounts._database.write() as connection:
                services.rows.set_password(connection, ada.id, encoded=None, now=NOW)
        elif over == "disabled":
            accounts.disable("ada", NOW)
        elif over == "ended":
            accounts.sign_ins.end(ada.id, accounts.sign_ins.id_of(stolen.lineage), NOW)
        else:
            accounts.sign_ins.end_others(owners, NOW)
        before = accounts.get(ada.id)
        with pytest.raises(SessionOver):
            accounts.sign_ins.end_others(stolen, NOW)
        assert before == accounts.get(ada.id)

    @pytest.mark.asvs("7.4.5")
    def test_attack_5_an_administrator_ends_all_of_somebody(
        self, accounts: Accounts, other_process: Accounts, ada: Account, enter: Enter
    ) -> None:
        """With who did it in the trail (ASVS 7.4.5)."""
        chief = accounts.add("chief", PASSWORD, administrator=True, now=NOW)
        hers, his = enter(ada), enter(chief)
        assert holds(other_process, hers)
        assert ada.epoch + 1 == accounts.sign_ins.end_all(ada.id, NOW, actor_id=chief.id).epoch
        assert [False, True] == [holds(other_process, identity) for identity in (hers, his)]
        assert () == accounts.sign_ins.list(ada.id, NOW)
        (event,) = events(accounts, audit.SESSIONS_ENDED)
        assert (ada.id, chief.id, "") == (event.account_id, event.actor_id, event.reason)

    def test_an_administrator_ends_one_of_somebody(self, accounts: Accounts, ada: Account, enter: Enter) -> None:
        """By the id in the list that they are shown; the operator is number 0."""
        first, second = enter(ada), enter(ada)
        accounts.sign_ins.end(ada.id, accounts.sign_ins.id_of(first.lineage), NOW, actor_id=0)
        assert [False, True] == [holds(accounts, identity) for identity in (first, second)]
        assert [0] == [event.actor_id for event in events(accounts, audit.SESSION_ENDED)]

    @pytest.mark.asvs("7.4.5")
    def test_attack_5_everybodys_are_over_at_once(
        self,
        accounts: Accounts,
        other_process: Accounts,
        ada: Account,
        enter: Enter,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Whoever signs in afterwards is signed in (ASVS 7.4.5)."""
        ben = accounts.add("ben", PASSWORD, now=NOW)
        before = [enter(ada), enter(ben)]
        assert [True, True] == [holds(other_process, identity) for identity in before]
        # However many there are, they end some at a time.
        monkeypatch.setattr("hardtack.login.sign_ins.AT_ONCE", 1)
        accounts.sign_ins.end_everybody(NOW, actor_id=ben.id)
        assert [False, False] == [holds(other_process, identity) for identity in before]
        again = accounts.get(ada.id)
        assert again is not None
        assert holds(other_process, enter(again))
        (event,) = events(accounts, audit.SESSIONS_ENDED)
        assert (None, ben.id, "everybody") == (event.account_id, event.actor_id, event.reason)

    def test_there_is_nothing_to_end_of_an_account_that_is_closed_or_never_was(
        self, accounts: Accounts, ada: Account, enter: Enter
    ) -> None:
        """And no event about it."""
        mine = enter(ada)
        with accounts._database.write() as connection:
            AccountRows().close(connection, ada.id, NOW)
        for account_id in (ada.id, 4711):
            with pytest.raises(NoSuchSignIn):
                accounts.sign_ins.end_all(account_id, NOW)
        with pytest.raises(SessionOver):
            accounts.sign_ins.end_others(mine, NOW)
        assert [] == events(accounts, audit.SESSIONS_ENDED)

    @pytest.mark.asvs("7.4.1", "15.4.2")
    def test_attack_5_a_revocation_between_reading_and_writing_anew_resurrects_nothing(
        self, accounts: Accounts, ada: Account, enter: Enter, policy: Sessions
    ) -> None:
        """A slow answer that was going to renew the cookie leaves it alone, and a late note no row."""
        session = policy.open("", NOW)
        identity = session.sign_in(
            account=ada.id,
            epoch=0,
            now=NOW,
            record=lambda who: accounts.sign_ins.begin(who, HOME, policy, NOW),
        )
        cookie = policy.save(session, NOW)[0].partition(";")[0]
        due = NOW + policy.lifetimes.idle // 2
        slow = policy.open(cookie, due)
        assert slow.bearer is not None
        slow["read"] = True
        accounts.sign_ins.end(ada.id, accounts.sign_ins.id_of(identity.lineage), due)
        accounts.sign_ins.note(slow.bearer, due, policy)
        assert [] == policy.save(slow, due)
        accounts.sign_ins.last_use.write()
        assert () == accounts.sign_ins.list(ada.id, due)
        assert policy.open(cookie, due).identity is None


def test_a_renewed_sign_in_is_on_the_list_at_once(
    accounts: Accounts, ada: Account, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change that ends all others; a database that fails then undoes nothing of the change."""
    mine = enter(ada)
    with accounts._database.write() as connection:
        feed.raise_epoch(connection, ada.id)
    assert () == accounts.sign_ins.list(ada.id, NOW)
    fresh = msgspec.structs.replace(mine, epoch=1)

    def fails(_self: Database) -> None:
        raise StoreUnavailable("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", fails)
        accounts.sign_ins.renewed(fresh)
    assert () == accounts.sign_ins.list(ada.id, NOW)
    accounts.sign_ins.renewed(fresh)
    assert [mine.lineage] == names(accounts.sign_ins.list(ada.id, NOW))
