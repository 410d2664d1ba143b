"""Stepping up: a new session id, and the old one superseded while requests with it are under way."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Identity, Revocations, Session, Sessions
from hardtack.session.revocation import GRACE, SupersededSession

NOW = 1_800_000_000
DAY = 86_400
LATER = NOW + DAY // 2
IDENTITY, DATA = "__Host-hardtack", "__Host-session-app"
SLOW = 20


@dataclass
class Ended(Revocations):
    """What has been ended and superseded, in memory: a store for one process."""

    lineages: set[bytes] = field(default_factory=set)
    replaced: dict[bytes, int] = field(default_factory=dict)
    epochs: dict[int, int] = field(default_factory=dict)

    def verdict(self, lineage: bytes, session_id: bytes, account: int, epoch: int, now: int) -> str:
        """Return what is known of a session."""
        assert (len(lineage), len(session_id), now >= NOW) == (16, 16, True)
        if lineage in self.lineages or epoch < self.epochs.get(account, 0):
            return "revoked"
        if session_id in self.replaced:
            return "superseded" if now < self.replaced[session_id] + GRACE else "revoked"
        return ""

    def is_current(self) -> bool:
        """Say that memory is all there is."""
        return True

    def refresh(self) -> None:
        """Have nothing to read."""


@dataclass
class Browser:
    """Keeps what it is told to keep, in the order in which answers arrive."""

    jar: dict[str, str] = field(default_factory=dict)

    def take(self, fields: list[str]) -> None:
        """Follow the Set-Cookie values of one answer."""
        for text in fields:
            name, _, rest = text.partition("=")
            value = rest.partition(";")[0]
            if value:
                self.jar[name] = value
            else:
                self.jar.pop(name, None)

    @property
    def header(self) -> str:
        """The Cookie field it sends."""
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())


@dataclass
class Site:
    """Sessions, what ends them, and one browser that is signed in since half a day."""

    keyring: Keyring
    ended: Ended = field(default_factory=Ended)
    browser: Browser = field(default_factory=Browser)
    sessions: Sessions = field(init=False)
    identity: Identity = field(init=False)

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.keyring, origin="https://example.org", revocations=self.ended)
        session = self.sessions.open("", NOW)
        self.identity = session.sign_in(account=7, epoch=1, now=NOW)
        session["basket"] = [0]
        self.browser.take(self.sessions.save(session, NOW))

    def open(self, now: int = LATER) -> Session:
        """Return the session of a request that the browser sends now."""
        return self.sessions.open(self.browser.header, now)

    def step_up(self, session: Session, now: int = LATER) -> list[str]:
        """Do what a page does that asked for a second factor."""
        old = session.identity
        assert old is not None
        session.step_up(factors=("totp",), now=now)
        self.ended.replaced[old.session_id] = now
        return self.sessions.save(session, now)

    def sign_out(self, session: Session, now: int = LATER) -> list[str]:
        """Do what the sign-out does, whichever cookie it came with."""
        identity = session.identity
        if identity is not None:
            self.ended.lineages.add(identity.lineage)
        session.sign_out()
        return self.sessions.save(session, now)


@pytest.fixture
def site(keyring: Keyring) -> Site:
    """A site where somebody is signed in."""
    return Site(keyring)


class TestHolds:
    """What a connection that lasts is told about the sign-in with which it began."""

    def test_it_outlives_a_step_up_and_no_end(self, site: Site) -> None:
        """Whatever has replaced the cookie meanwhile."""
        site.step_up(site.open())
        late = LATER + GRACE + 1
        assert site.sessions.holds(site.identity, late)
        site.sign_out(site.open())
        assert not site.sessions.holds(site.identity, late)

    def test_it_ends_with_the_accounts_epoch_and_the_last_cookie(self, site: Site) -> None:
        """By whichever comes first."""
        end = site.sessions.last_end(site.identity)
        assert [True, False] == [site.sessions.holds(site.identity, when) for when in (end, end + 1)]
        site.ended.epochs[7] = 2
        assert not site.sessions.holds(site.identity, LATER)

    def test_where_nobody_can_tell_it_does_not_hold(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        """It would be the wrong side to err on."""
        monkeypatch.setattr(site.ended, "is_current", lambda: 1 / 0)
        assert not site.sessions.holds(site.identity, LATER)


class TestStepUp:
    """What changes and what stays."""

    def test_it_draws_a_new_session_id_and_joins_the_factors(self, site: Site) -> None:
        """Lineage, account, epoch, birth and data stay."""
        site.browser.take(site.step_up(site.open()))
        session = site.open()
        found = session.identity
        assert found is not None
        assert found.session_id != site.identity.session_id
        assert found == msgspec.structs.replace(
            site.identity,
            session_id=found.session_id,
            factors=("password", "totp"),
            authenticated_at=LATER,
            issued=LATER,
            deadline=LATER + DAY,
        )
        assert (dict(session), session.superseded) == ({"basket": [0]}, False)

    def test_a_factor_that_was_proved_again_is_named_once(self, site: Site) -> None:
        """The latest last, because that one is what ``authenticated_at`` is about."""
        identity = site.open().step_up(factors=["passkey", "password", "passkey"], now=LATER)
        assert identity.factors == ("passkey", "password")
        assert site.open().step_up(factors=["totp"], now=LATER).factors == ("password", "totp")

    def test_it_may_carry_the_epoch_that_the_request_has_raised(self, site: Site) -> None:
        """A new password ends all sessions but the one that set it."""
        other = site.browser.header
        session = site.open()
        session.step_up(factors=("password",), epoch=2, now=LATER)
        site.ended.epochs[7] = 2
        site.browser.take(site.sessions.save(session, LATER))
        found = site.open().identity
        assert found is not None
        assert found.epoch == 2
        assert site.sessions.open(other, LATER).identity_why == "revoked"

    def test_whoever_sets_a_new_password_is_not_signed_out_by_their_own_slow_request(self, site: Site) -> None:
        """It carries the epoch from before, so it is ended; but the cookies in the browser are the new ones."""
        slow, session = site.open(), site.open()
        slow["basket"].append(1)
        assert session.identity is not None
        session.step_up(factors=("password",), epoch=2, now=LATER)
        site.ended.epochs[7] = 2
        site.ended.replaced[site.identity.session_id] = LATER
        site.browser.take(site.sessions.save(session, LATER))
        site.browser.take(site.sessions.save(slow, LATER))
        assert (slow.identity, slow.identity_why) == (None, "revoked")
        found = site.open()
        assert found.identity is not None
        assert (found.identity.epoch, dict(found)) == (2, {"basket": [0]})

    def test_without_a_factor_nothing_was_proved_anew(self, site: Site) -> None:
        """The id is another one, the time of the last proof the same."""
        session = site.open()
        before = session.bearer
        assert before is not None
        after = session.step_up(factors=(), now=LATER)
        assert session.accessed
        assert before.session_id != after.session_id
        assert (before.authenticated_at, LATER) == (after.authenticated_at, after.issued)

    def test_it_does_not_lengthen_the_absolute_lifetime(self, site: Site) -> None:
        """The birth is that of the sign-in."""
        identity = site.open()._identity
        assert identity is not None
        session = site.open()
        session._identity = msgspec.structs.replace(identity, born=NOW - 29 * DAY)
        assert session.step_up(factors=(), now=NOW + DAY // 2).deadline == NOW + DAY

    def test_after_a_sign_in_in_the_same_request_it_is_still_a_sign_in(self, site: Site) -> None:
        """The data keeps the new id that the sign-in gave it."""
        before = site.browser.jar[DATA]
        session = site.open()
        session.sign_in(account=7, epoch=1, now=LATER)
        session.step_up(factors=("totp",), now=LATER)
        site.browser.take(site.sessions.save(session, LATER))
        found = site.open().identity
        assert found is not None
        assert found.factors == ("password", "totp")
        assert found.lineage != site.identity.lineage
        assert site.browser.jar[DATA] != before

    @pytest.mark.parametrize("wrong", [{"factors": "totp"}, {"factors": (1,)}, {"epoch": -1}, {"now": "then"}])
    def test_nonsense_is_refused_at_once(self, site: Site, wrong: dict[str, Any]) -> None:
        """And the session is as it was."""
        session = site.open(NOW)
        with pytest.raises((MisuseError, TypeError)):
            session.step_up(**{"factors": ("totp",), "now": NOW, **wrong})
        assert session.identity == site.identity

    def test_who_is_not_signed_in_cannot_step_up(self, site: Site) -> None:
        """The programmer did not ask."""
        with pytest.raises(MisuseError, match="nobody is signed in"):
            site.sessions.open("", NOW).step_up(factors=("totp",), now=NOW)

    def test_without_revocations_nothing_is_superseded(self, keyring: Keyring) -> None:
        """Then the old cookie is good until it expires, as every copied one is."""
        site = Site(keyring)
        plain = Sessions(keyring, origin="https://example.org")
        session = plain.open(site.browser.header, LATER)
        assert session.step_up(factors=("totp",), now=LATER).factors == ("password", "totp")
        assert len(plain.save(session, LATER)) == 2


class TestSuperseded:
    """The old cookie, for half a minute."""

    def test_it_names_the_person_by_the_old_rights_then_nobody(self, site: Site) -> None:
        """From the thirtieth second on it is revoked."""
        old = site.browser.header
        site.step_up(site.open())
        session = site.sessions.open(old, LATER + GRACE - 1)
        assert session.superseded
        assert (session.identity, session.identity_why, session["basket"]) == (site.identity, "", [0])
        assert site.sessions.identify(old, LATER + GRACE - 1) == (site.identity, "")
        session = site.sessions.open(old, LATER + GRACE)
        assert (session.identity, session.identity_why, session.superseded) == (None, "revoked", False)

    @pytest.mark.parametrize(
        "change",
        [
            lambda session: None,
            lambda session: session["basket"].append(1),
            lambda session: session.clear(),
            lambda session: setattr(session, "modified", True),
        ],
        ids=["nothing", "a change", "all of it", "forced"],
    )
    def test_no_answer_to_it_sets_a_cookie(
        self, site: Site, change: Callable[[Session], None], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Not even one that is due; a change that is dropped is worth a line."""
        session = site.open()
        site.step_up(site.open())
        late = site.open()
        for one in (session, late):
            caplog.clear()
            change(one)
            changed = one.modified
            assert site.sessions.save(one, LATER) == []
            assert one.superseded
            events = [record.__dict__["event"] for record in caplog.records]
            assert events == (["session-superseded"] if changed else [])
            for record in caplog.records:
                assert record.getMessage() == f"changes of a session dropped: {DATA} (superseded)"
                assert record.__dict__["cookie"] == DATA

    def test_it_cannot_step_up(self, site: Site) -> None:
        """Neither opened before the step-up nor after: 401, in both languages."""
        early, session = site.open(), site.open()
        site.step_up(session)
        for late in (early, site.open()):
            with pytest.raises(SupersededSession) as refused:
                late.step_up(factors=("totp",), now=LATER)
            assert (refused.value.status, refused.value.reason) == (401, "superseded-session")
            assert late.superseded
            assert late.identity == site.identity
            assert site.sessions.save(late, LATER) == []

    def test_of_two_that_step_up_at_once_one_does(self, site: Site) -> None:
        """Whoever records it decides; the other keeps the old rights and sets no cookie."""

        def supersede(old: Identity) -> bool:
            # As a store decides it, in its transaction; what this process knows of it may be a moment older.
            if old.session_id in recorded:
                return False
            recorded.add(old.session_id)
            return True

        recorded: set[bytes] = set()
        first, second = site.open(), site.open()
        first.step_up(factors=("totp",), now=LATER, supersede=supersede)
        with pytest.raises(SupersededSession):
            second.step_up(factors=("totp",), now=LATER, supersede=supersede)
        assert (second.identity, second.superseded) == (site.identity, True)
        assert site.sessions.save(second, LATER) == []
        assert len(site.sessions.save(first, LATER)) == 2

    def test_whoever_signs_in_anew_has_proved_everything_anew(self, site: Site) -> None:
        """A sign-in with the old cookie is a sign-in; it gets cookies of its own."""
        old = site.browser.header
        site.step_up(site.open())
        session = site.sessions.open(old, LATER)
        session.sign_in(account=8, epoch=1, now=LATER)
        assert (session.superseded, session.identity_why) == (False, "")
        site.browser.take(site.sessions.save(session, LATER))
        found = site.open().identity
        assert found is not None
        assert found.account == 8

    def test_an_answer_that_took_longer_than_the_grace_sets_and_deletes_nothing(self, site: Site) -> None:
        """The id that it came with is revoked by then, but the browser has the new one, which must stay."""
        slow = site.open()
        slow["basket"].append(1)
        site.browser.take(site.step_up(site.open()))
        assert site.sessions.save(slow, LATER + GRACE + 5) == []
        assert slow.superseded
        site.sign_out(site.open())
        slow = site.sessions.open("", LATER)
        slow._identity = site.identity
        slow["basket"] = []
        assert site.sessions.save(slow, LATER + GRACE + 5) == []
        assert (slow.identity_why, slow.superseded) == ("revoked", False)

    @pytest.mark.parametrize("end", ["lineage", "epoch"])
    def test_sign_out_and_a_new_epoch_have_no_grace(self, site: Site, end: str) -> None:
        """Both the old cookie and the new one end at once."""
        old = site.browser.header
        site.browser.take(site.step_up(site.open()))
        if end == "lineage":
            site.ended.lineages.add(site.identity.lineage)
        else:
            site.ended.epochs[7] = 2
        for header in (old, site.browser.header):
            session = site.sessions.open(header, LATER)
            assert (session.identity, session.identity_why) == (None, "revoked")


def _write(session: Session, number: int) -> None:
    session[f"slow{number}"] = number


def _read(session: Session, number: int) -> None:
    assert session["basket"] == [0]


def _leave(session: Session, number: int) -> None:
    """Do not even look: the renewal alone would write."""


KINDS = (_write, _read, _leave)


class TestInFlight:
    """Twenty slow requests with the old cookie, in every order of finishing."""

    @staticmethod
    def finish(site: Site, kinds: list[int], stepped_up_at: int, signed_out_at: int) -> None:
        """Let the slow requests end one after the other, and between them the step-up and the sign-out."""
        slow = [site.open() for _ in kinds]
        stepping, leaving = site.open(), site.open()
        seen: list[str] = [site.browser.header]
        stepped_up = signed_out = False
        for turn in range(SLOW + 1):
            # Where both stand in one place, the sign-out is the later one if its place is not before the step-up's.
            for event in ("step", "out") if signed_out_at >= stepped_up_at else ("out", "step"):
                if event == "step" and turn == stepped_up_at and not signed_out:
                    site.browser.take(site.step_up(stepping))
                    stepped_up = True
                    raised = site.open().identity
                    assert raised is not None
                    assert raised.factors == ("password", "totp")
                elif event == "out" and turn == signed_out_at:
                    site.browser.take(site.sign_out(leaving))
                    signed_out = True
                    assert site.browser.jar == {}
                seen.append(site.browser.header)
            if turn == SLOW:
                break
            session = slow[turn]
            KINDS[kinds[turn]](session, turn)
            fields = site.sessions.save(session, LATER)
            site.browser.take(fields)
            if signed_out:
                # Ended meanwhile: an answer leaves alone what may be somebody else's by now.
                assert fields == []
            elif stepped_up:
                assert fields == []
            else:
                assert len(fields) == 2
            seen.append(site.browser.header)
        found = site.open().identity
        if signed_out:
            assert found is None
            assert {site.sessions.open(header, LATER).identity for header in seen} == {None}
        elif stepped_up:
            assert found is not None
            assert found.factors == ("password", "totp")

    def test_a_step_up_and_a_sign_out_at_every_place(self, keyring: Keyring) -> None:
        """Each of the 21 places for the one with each of the 21, or none, for the other."""
        kinds = [number % len(KINDS) for number in range(SLOW)]
        for stepped_up_at, signed_out_at in itertools.product(range(SLOW + 1), range(SLOW + 2)):
            self.finish(Site(keyring), kinds, stepped_up_at, signed_out_at)

    @given(
        kinds=st.lists(st.integers(0, len(KINDS) - 1), min_size=SLOW, max_size=SLOW),
        stepped_up_at=st.integers(0, SLOW + 1),
        signed_out_at=st.integers(0, SLOW + 1),
    )
    def test_whatever_the_slow_ones_do(self, kinds: list[int], stepped_up_at: int, signed_out_at: int) -> None:
        """Any of them writes, reads, or is only due to be renewed."""
        self.finish(Site(Keyring.generate()), kinds, stepped_up_at, signed_out_at)

    @given(order=st.permutations(range(SLOW)), opened_late=st.sets(st.integers(0, SLOW - 1)))
    def test_what_is_sent_during_the_grace_sets_nothing_either(self, order: list[int], opened_late: set[int]) -> None:
        """Opened before or after the step-up, ended in any order: the browser keeps what the step-up has set."""
        site = Site(Keyring.generate())
        old = site.browser.header
        slow = {number: site.open() for number in order if number not in opened_late}
        site.browser.take(site.step_up(site.open()))
        kept = site.browser.header
        for number in order:
            session = slow.get(number) or site.sessions.open(old, LATER + number)
            session[f"slow{number}"] = number
            site.browser.take(site.sessions.save(session, LATER + number))
        assert site.browser.header == kept
        # Once the grace is over, what was still under way deletes nothing of the new session's by being written.
        late = site.sessions.open(old, LATER + GRACE)
        assert (late.identity, site.sessions.save(late, LATER + GRACE)) == (None, [])
