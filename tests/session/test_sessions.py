"""Sessions from the Cookie field to the Set-Cookie values."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Key, Keyring, NoActiveKey
from hardtack.seal.key import ANNOUNCED
from hardtack.session import CookieTooLarge, Identity, Lifetimes, Revocations, Session, Sessions, cookie
from hardtack.session import data as form
from hardtack.session.verdicts import NO_EPOCH

NOW = 1_800_000_000
ORIGIN = "https://example.org"
IDENTITY, DATA = "__Host-hardtack", "__Host-session-app"
DAY = 86_400
FLAGS = "; Path=/; Secure; HttpOnly; SameSite=Lax"
GONE = f"; Expires=Thu, 01 Jan 1970 00:00:00 GMT{FLAGS}"


def make(keyring: Keyring, **options: Any) -> Sessions:
    """Return sessions of a site on https."""
    return Sessions(keyring, **{"origin": ORIGIN, **options})


class Browser:
    """Keeps what it is told to keep, as RFC 6265bis has it, and sends it."""

    def __init__(self) -> None:
        self.jar: dict[str, str] = {}

    def take(self, fields: list[str]) -> list[str]:
        """Follow the Set-Cookie values of one answer; return the names of the cookies in it."""
        names = []
        for text in fields:
            pair, _, attributes = text.partition("; ")
            name, _, value = pair.partition("=")
            names.append(name)
            if "Expires=Thu, 01 Jan 1970" in attributes:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
        assert len(names) == len(set(names))
        return names

    @property
    def header(self) -> str:
        """The Cookie field it sends."""
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())


@dataclass
class Ended(Revocations):
    """The sessions that were ended, in memory."""

    lineages: set[bytes] = field(default_factory=set)
    epochs: dict[int, int] = field(default_factory=dict)
    current: bool = True
    refreshed: int = 0
    says: str = ""
    fails: bool = False
    verdict_fails: bool = False

    def verdict(self, lineage: bytes, session_id: bytes, account: int, epoch: int, now: int) -> str:
        """Return what is known of a session."""
        if self.verdict_fails:
            raise RuntimeError("nobody knows")
        assert (len(lineage), len(session_id)) == (16, 16)
        assert now >= NOW
        if lineage in self.lineages or epoch < self.epochs.get(account, 0):
            return "revoked"
        return self.says

    def is_current(self) -> bool:
        """Say whether nothing is to be read."""
        return self.current

    def refresh(self) -> None:
        """Read it."""
        if self.fails:
            raise OSError("the disk is gone")
        self.refreshed += 1
        self.current = True


def signed_in(sessions: Sessions, browser: Browser, account: int = 7, *, now: int = NOW, **values: Any) -> Identity:
    """Sign somebody in with a browser, with some data."""
    session = sessions.open(browser.header, now)
    identity = session.sign_in(account=account, epoch=1, now=now)
    session.update(values)
    browser.take(sessions.save(session, now))
    return identity


def with_data(sessions: Sessions, browser: Browser, *, now: int = NOW, **values: Any) -> None:
    """Keep some data with a browser."""
    session = sessions.open(browser.header, now)
    session.update(values)
    browser.take(sessions.save(session, now))


def head_of(keyring: Keyring, browser: Browser, name: str = DATA) -> form.Data:
    """Return what is sealed in a browser's data cookie."""
    return form.decode(keyring.open(browser.jar[name], purpose="session", context=(name, "hardtack", "app"), now=NOW))


class TestData:
    """The data cookie alone."""

    def test_what_is_put_in_comes_back(self, keyring: Keyring) -> None:
        """Through a browser, into the next request."""
        sessions, browser = make(keyring, identity=False), Browser()
        with_data(sessions, browser, name="王小明", roles=["editor"], seen=3)
        session = sessions.open(browser.header, NOW + 1)
        assert dict(session) == {"name": "王小明", "roles": ["editor"], "seen": 3}
        assert (session.why, session.is_new, session.identity) == ("", False, None)

    def test_the_first_visit_has_an_empty_new_session_and_sets_nothing(self, keyring: Keyring) -> None:
        """Whoever keeps nothing gets no cookie."""
        sessions = make(keyring)
        session = sessions.open("", NOW)
        assert (dict(session), session.why, session.identity_why, session.is_new) == ({}, "none", "none", True)
        assert sessions.save(session, NOW) == []

    def test_the_cookie_has_the_flags_of_the_policy_and_the_idle_time(self, keyring: Keyring) -> None:
        """Exactly these, in one Set-Cookie."""
        sessions = make(keyring, identity=False)
        session = sessions.open("", NOW)
        session["a"] = 1
        (field_value,) = sessions.save(session, NOW)
        assert field_value.partition("=")[0] == DATA
        assert field_value[field_value.index(";") :] == f"; Max-Age={DAY}{FLAGS}"

    def test_it_may_end_with_the_browser(self, keyring: Keyring) -> None:
        """Without Max-Age; the lifetimes inside the seal hold all the same."""
        sessions = make(keyring, persistent=False)
        session = sessions.open("", NOW)
        session["a"] = 1
        (field_value,) = sessions.save(session, NOW)
        assert field_value[field_value.index(";") :] == FLAGS
        header = field_value.partition(";")[0]
        assert sessions.open(header, NOW + DAY + 59).why == ""
        assert sessions.open(header, NOW + DAY + 60).why == "expired"

    def test_only_what_changed_is_written(self, keyring: Keyring) -> None:
        """Reading, and writing the same value again, set nothing."""
        sessions, browser = make(keyring), Browser()
        with_data(sessions, browser, a=[1], b="x")
        for touch in (lambda s: s["a"], lambda s: s.update(b="x"), list, lambda s: s.get("none")):
            session = sessions.open(browser.header, NOW + 1)
            touch(session)
            assert not session.modified
            assert sessions.save(session, NOW + 1) == []

    def test_a_change_deep_inside_is_noticed(self, keyring: Keyring) -> None:
        """Nobody has to say that a list in a dictionary in the session has grown."""
        sessions, browser = make(keyring), Browser()
        with_data(sessions, browser, cart={"items": [{"sku": "a", "count": 1}]}, other=[1])
        session = sessions.open(browser.header, NOW)
        session["cart"]["items"][0]["count"] += 1
        assert session.modified
        assert browser.take(sessions.save(session, NOW)) == [DATA]
        assert sessions.open(browser.header, NOW)["cart"] == {"items": [{"sku": "a", "count": 2}]}

    def test_a_write_may_be_forced(self, keyring: Keyring) -> None:
        """Whoever is used to saying it may say it."""
        sessions, browser = make(keyring), Browser()
        with_data(sessions, browser, a=1)
        session = sessions.open(browser.header, NOW)
        session.modified = True
        assert browser.take(sessions.save(session, NOW)) == [DATA]
        assert head_of(keyring, browser).sequence == 1

    def test_the_head_counts_the_writes_and_keeps_id_and_birth(self, keyring: Keyring) -> None:
        """One id and one birth through all writes of one session."""
        sessions, browser = make(keyring), Browser()
        with_data(sessions, browser, a=1)
        first = head_of(keyring, browser)
        with_data(sessions, browser, a=2, now=NOW + 9)
        second = head_of(keyring, browser)
        assert (first.id, first.born, first.sequence, first.account) == (second.id, NOW, 0, None)
        assert (second.born, second.issued, second.deadline, second.sequence) == (NOW, NOW + 9, NOW + 9 + DAY, 1)

    @pytest.mark.parametrize("empty", [lambda s: s.clear(), lambda s: s.pop("a"), lambda s: s.popitem()])
    def test_an_emptied_session_is_deleted_with_the_same_flags(self, keyring: Keyring, empty: Any) -> None:
        """However it was emptied."""
        sessions, browser = make(keyring), Browser()
        with_data(sessions, browser, a=1)
        session = sessions.open(browser.header, NOW)
        empty(session)
        assert session.modified
        assert sessions.save(session, NOW) == [f"{DATA}={GONE}"]

    def test_clearing_deletes_even_a_cookie_that_was_refused(self, keyring: Keyring) -> None:
        """Whoever asks for a clean state gets it; without a cookie there is nothing to delete."""
        sessions = make(keyring)
        session = sessions.open(f"{DATA}=junk", NOW)
        session.clear()
        assert sessions.save(session, NOW) == [f"{DATA}={GONE}"]
        session = sessions.open("", NOW)
        session.clear()
        assert sessions.save(session, NOW) == []

    def test_a_refused_cookie_is_left_alone_until_something_is_written(self, keyring: Keyring) -> None:
        """An answer must not undo what a faster one has set."""
        sessions = make(keyring)
        session = sessions.open(f"{DATA}=junk", NOW)
        assert session.why == "malformed"
        assert sessions.save(session, NOW) == []
        session["a"] = 1
        assert len(sessions.save(session, NOW)) == 1

    @pytest.mark.asvs("9.2.3")
    def test_another_application_realm_or_ring_cannot_read_it(self, keyring: Keyring) -> None:
        """The name, the realm and the application are part of the seal."""
        sessions, browser = make(keyring), Browser()
        with_data(sessions, browser, a=1)
        value = browser.jar[DATA]
        assert make(keyring, realm="other").open(browser.header, NOW).why == "forged"
        assert make(keyring, application="b").open(f"__Host-session-b={value}", NOW).why == "forged"
        assert make(Keyring.generate()).open(browser.header, NOW).why == "unknown-key"
        assert make(keyring).open(f"{IDENTITY}={value}", NOW).identity_why == "forged"

    @pytest.mark.parametrize(
        "values",
        [[1], 7, None, {1: 2}, {"a": 1, b"b": 2}],
        ids=["list", "number", "nothing", "number key", "bytes key"],
    )
    def test_sealed_values_of_another_form_are_malformed(self, keyring: Keyring, values: Any) -> None:
        """A valid seal, but not what we write: empty, and one reason."""
        plaintext = msgspec.msgpack.encode((b"i" * 16, None, 0, NOW, NOW, NOW + 9, values))
        token = keyring.seal(plaintext, purpose="session", context=(DATA, "hardtack", "app"), expires_at=NOW + 9)
        session = make(keyring).open(f"{DATA}={token}", NOW)
        assert dict(session) == {}
        assert (session.why, session.is_new) == ("malformed", True)

    @pytest.mark.parametrize("padding", [0, 600])
    def test_a_value_that_cannot_be_decoded_empties_the_session(
        self, keyring: Keyring, padding: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Found out at once, or in a large session when somebody asks for it; then it is as if nothing had come."""
        values = b"\x83\xa1a\x01\xa1b\xa1\xff\xa1c" + msgspec.msgpack.encode("x" * padding)
        plaintext = msgspec.msgpack.encode((b"i" * 16, None, 0, NOW, NOW, NOW + 9, msgspec.Raw(values)))
        token = keyring.seal(plaintext, purpose="session", context=(DATA, "hardtack", "app"), expires_at=NOW + 9)
        session = make(keyring).open(f"{DATA}={token}", NOW)
        assert session.get("a") == (1 if padding else None)
        with pytest.raises(KeyError, match="b"):
            session["b"]
        assert (dict(session), session.why, session.is_new) == ({}, "malformed", True)
        assert [record.getMessage() for record in caplog.records] == [f"cookie refused: {DATA} (malformed)"]


class TestLifetime:
    """Idle, absolute, and written anew."""

    @pytest.mark.asvs("7.3.1")
    def test_it_slides_lazily_and_keeps_its_birth(self, keyring: Keyring) -> None:
        """Nothing for a quarter of the idle time, then one cookie, also if nobody looked inside."""
        sessions, browser = make(keyring, identity=False), Browser()
        with_data(sessions, browser, a=1)
        assert sessions.save(sessions.open(browser.header, NOW + DAY // 4 - 1), NOW + DAY // 4 - 1) == []
        later = NOW + DAY // 4
        assert browser.take(sessions.save(sessions.open(browser.header, later), later)) == [DATA]
        head = head_of(keyring, browser)
        assert (head.born, head.issued, head.deadline) == (NOW, later, later + DAY)
        assert sessions.open(browser.header, later)["a"] == 1

    def test_reading_does_not_keep_it_from_sliding(self, keyring: Keyring) -> None:
        """The same for a session that was looked into."""
        sessions, browser = make(keyring, identity=False), Browser()
        with_data(sessions, browser, a=1)
        session = sessions.open(browser.header, NOW + DAY // 2)
        assert session["a"] == 1
        assert browser.take(sessions.save(session, NOW + DAY // 2)) == [DATA]

    @pytest.mark.asvs("7.3.2")
    def test_the_absolute_end_comes_however_much_it_is_used(self, keyring: Keyring) -> None:
        """Used twice a day for thirty days, both cookies end; the last ones are told so."""
        sessions, browser = make(keyring), Browser()
        signed_in(sessions, browser, a=1)
        now, end = NOW, NOW + 30 * DAY
        last: list[str] = []
        while now < end + 60 - DAY // 2:
            now += DAY // 2
            session = sessions.open(browser.header, now)
            assert (session.identity is not None, session["a"]) == (True, 1)
            fields = sessions.save(session, now)
            browser.take(fields)
            last = fields or last
        assert [text[text.index(";") :] for text in last] == [f"; Max-Age={DAY}{FLAGS}"] * 2
        session = sessions.open(browser.header, end + 60)
        assert (session.identity, session.identity_why, session.why) == (None, "expired", "expired")

    def test_in_the_leeway_after_the_end_a_write_does_not_lengthen_it(self, keyring: Keyring) -> None:
        """What is written a moment after the deadline ends with it."""
        sessions, browser = make(keyring, lifetimes=Lifetimes(idle=100, absolute=100)), Browser()
        with_data(sessions, browser, a=1)
        session = sessions.open(browser.header, NOW + 130)
        session["a"] = 2
        (field_value,) = sessions.save(session, NOW + 130)
        assert "; Max-Age=1;" in field_value
        browser.take([field_value])
        assert sessions.open(browser.header, NOW + 159)["a"] == 2
        assert sessions.open(browser.header, NOW + 160).why == "expired"

    def test_a_stricter_policy_holds_for_cookies_that_are_out(self, keyring: Keyring) -> None:
        """And a laxer one does not revive them."""
        browser = Browser()
        signed_in(make(keyring), browser, a=1)
        strict = make(keyring, lifetimes=Lifetimes(idle=600))
        assert strict.open(browser.header, NOW + 659).identity is not None
        assert strict.open(browser.header, NOW + 660).identity_why == "expired"
        lax = make(keyring, lifetimes=Lifetimes(idle=10 * DAY))
        assert lax.open(browser.header, NOW + DAY + 60).identity_why == "expired"

    @pytest.mark.asvs("9.2.1")
    def test_a_cookie_from_the_future_is_refused(self, keyring: Keyring) -> None:
        """Beyond the leeway a clock is wrong, and nobody knows which."""
        sessions, browser = make(keyring), Browser()
        signed_in(sessions, browser, a=1)
        assert sessions.open(browser.header, NOW - 60).identity_why == ""
        session = sessions.open(browser.header, NOW - 61)
        assert (session.identity_why, session.why) == ("future", "future")


class TestSignIn:
    """Who it is."""

    def test_somebody_signed_in_is_recognised(self, keyring: Keyring) -> None:
        """Under an identity that says who, how and when."""
        sessions, browser = make(keyring), Browser()
        session = sessions.open("", NOW)
        made = session.sign_in(account=7, epoch=3, profile_version=2, factors=("password", "totp"), now=NOW)
        assert session.identity == made
        assert browser.take(sessions.save(session, NOW)) == [IDENTITY]
        found = sessions.open(browser.header, NOW + 5).identity
        assert found == made
        assert (found.account, found.epoch, found.profile_version, found.factors) == (7, 3, 2, ("password", "totp"))
        assert (found.authenticated_at, found.born, found.issued, found.deadline) == (NOW, NOW, NOW, NOW + DAY)
        assert sessions.identify(browser.header, NOW + 5) == (made, "")

    @pytest.mark.asvs("7.2.2", "7.2.4")
    def test_every_sign_in_draws_new_ids(self, keyring: Keyring) -> None:
        """Also for the same person in the same browser."""
        sessions, browser = make(keyring), Browser()
        first, second = signed_in(sessions, browser), signed_in(sessions, browser)
        assert len({first.session_id, first.lineage, second.session_id, second.lineage}) == 4

    @pytest.mark.asvs("7.2.4")
    def test_a_planted_session_is_not_signed_in_by_the_victim(self, keyring: Keyring) -> None:
        """Fixation: the attacker's own copy stays what it was, and the data gets another id."""
        sessions, victim = make(keyring), Browser()
        with_data(sessions, victim, basket=["bait"])
        planted, before = victim.header, head_of(keyring, victim)
        signed_in(sessions, victim)
        assert sessions.open(planted, NOW).identity is None
        assert sessions.open(f"{planted}; {IDENTITY}=", NOW).identity_why == "malformed"
        after = head_of(keyring, victim)
        assert before.id != after.id
        assert (after.account, after.sequence) == (7, 0)
        stolen = f"{planted}; {IDENTITY}={victim.jar[IDENTITY]}"
        assert sessions.open(stolen, NOW)["basket"] == ["bait"]

    def test_identity_slides_and_data_slides_with_it(self, keyring: Keyring) -> None:
        """A session that is used within its idle time never loses its data before its identity."""
        sessions, browser = make(keyring), Browser()
        identity = signed_in(sessions, browser)
        with_data(sessions, browser, now=NOW + DAY // 4 - 1, a=1)
        later = NOW + DAY // 4
        alone = sessions.open(f"{IDENTITY}={browser.jar[IDENTITY]}", later)
        assert [text.partition("=")[0] for text in sessions.save(alone, later)] == [IDENTITY]
        assert browser.take(sessions.save(sessions.open(browser.header, later), later)) == [IDENTITY, DATA]
        found = sessions.open(browser.header, later).identity
        assert found == msgspec.structs.replace(identity, issued=later, deadline=later + DAY)
        assert head_of(keyring, browser).issued == later

    def test_sign_out_deletes_both_with_the_attributes_they_were_set_with(self, keyring: Keyring) -> None:
        """Whatever came with the request."""
        sessions, browser = make(keyring), Browser()
        signed_in(sessions, browser, a=1)
        for header in (browser.header, "", f"{IDENTITY}=junk"):
            session = sessions.open(header, NOW)
            session.sign_out()
            assert (session.identity, session.identity_why, session.superseded) == (None, "none", False)
            assert dict(session) == {}
            assert sessions.save(session, NOW) == [f"{IDENTITY}={GONE}", f"{DATA}={GONE}"]

    @pytest.mark.parametrize("farewell", [{"flash": "bye"}, {"a": 1}], ids=["other data", "the same"])
    def test_a_word_of_farewell_can_be_kept(self, keyring: Keyring, farewell: dict[str, Any]) -> None:
        """Data put in after the sign-out belongs to nobody."""
        sessions, browser = make(keyring), Browser()
        signed_in(sessions, browser, a=1)
        session = sessions.open(browser.header, NOW)
        session.sign_out()
        session.update(farewell)
        assert browser.take(sessions.save(session, NOW)) == [IDENTITY, DATA]
        assert dict(sessions.open(browser.header, NOW)) == farewell
        assert head_of(keyring, browser).account is None

    def test_signing_in_and_out_within_one_request(self, keyring: Keyring) -> None:
        """The last word counts."""
        sessions, browser = make(keyring), Browser()
        session = sessions.open("", NOW)
        session.sign_in(account=7, epoch=1, now=NOW)
        session.sign_out()
        assert sessions.save(session, NOW) == [f"{IDENTITY}={GONE}", f"{DATA}={GONE}"]
        session.sign_in(account=8, epoch=1, now=NOW)
        browser.take(sessions.save(session, NOW))
        found = sessions.open(browser.header, NOW).identity
        assert found is not None
        assert found.account == 8

    @pytest.mark.parametrize(
        "wrong",
        [
            {"account": -1},
            {"account": "7"},
            {"epoch": None},
            {"now": -5},
            {"factors": "password"},
            {"factors": (1,)},
            {"account": 2**70},
        ],
    )
    def test_nonsense_is_refused_at_once(self, keyring: Keyring, wrong: dict[str, Any]) -> None:
        """What could not be opened again is not sealed."""
        session = make(keyring).open("", NOW)
        with pytest.raises(MisuseError):
            session.sign_in(**{"account": 7, "epoch": 1, "now": NOW, **wrong})
        assert session.identity is None

    def test_without_identity_nobody_signs_in(self, keyring: Keyring) -> None:
        """The data cookie alone has no sign-in of ours."""
        session = make(keyring, identity=False).open("", NOW)
        with pytest.raises(MisuseError, match="no identity"):
            session.sign_in(account=7, epoch=1, now=NOW)

    def test_applications_share_the_identity_and_not_the_data(self, keyring: Keyring) -> None:
        """Same ring, same realm, another application."""
        browser = Browser()
        signed_in(make(keyring), browser, a=1)
        session = make(keyring, application="other").open(browser.header, NOW)
        assert session.identity is not None
        assert session.why == "none"
        assert make(keyring, realm="other").open(browser.header, NOW).identity_why == "forged"


class TestWhoseData:
    """Data opened beside an identity, or beside none."""

    def test_data_of_the_same_account_is_kept(self, keyring: Keyring) -> None:
        """The ordinary case; nothing is written."""
        sessions, browser = make(keyring), Browser()
        signed_in(sessions, browser, a=1)
        session = sessions.open(browser.header, NOW)
        assert (session["a"], session.why) == (1, "")
        assert sessions.save(session, NOW) == []

    def test_data_of_nobody_is_adopted_once(self, keyring: Keyring) -> None:
        """Sealed under the account at the next save, without the keys that mean a sign-in; then it is theirs."""
        sessions, browser, other = make(keyring, drop_on_adopt={"role", "tmp_*"}), Browser(), Browser()
        kept: dict[str, Any] = {"user": "y", "_auth_user": 1, "_mine": 2, "tmp": 3, "roles": []}
        signed_in(sessions, browser)
        with_data(
            sessions, other, basket=[1], role="admin", tmp_a=1, _user_id="1", _fresh=True, _auth_user_hash="x", **kept
        )
        browser.jar[DATA] = other.jar[DATA]
        session = sessions.open(browser.header, NOW + 1)
        assert session.why == ""
        assert browser.take(sessions.save(session, NOW + 1)) == [DATA]
        head = head_of(keyring, browser)
        assert (head.account, head.born, head.sequence) == (7, NOW, 1)
        session = sessions.open(browser.header, NOW + 2)
        assert dict(session) == {"basket": [1], **kept}
        assert sessions.save(session, NOW + 2) == []

    def test_data_of_nobody_that_is_adopted_whole_is_sealed_under_the_account(self, keyring: Keyring) -> None:
        """Nothing is taken out, yet it is another's to read from then on."""
        sessions, browser, other = make(keyring), Browser(), Browser()
        signed_in(sessions, browser)
        with_data(sessions, other, basket=[1])
        browser.jar[DATA] = other.jar[DATA]
        assert browser.take(sessions.save(sessions.open(browser.header, NOW), NOW)) == [DATA]
        assert head_of(keyring, browser).account == 7

    def test_what_turns_out_malformed_after_a_sign_in_is_deleted(self, keyring: Keyring) -> None:
        """Whoever signs in leaves nothing behind that nobody can read."""
        values = b"\x82\xa1a\xa1\xff\xa1b" + msgspec.msgpack.encode("x" * 600)
        plaintext = msgspec.msgpack.encode((b"i" * 16, None, 0, NOW, NOW, NOW + 9, msgspec.Raw(values)))
        token = keyring.seal(plaintext, purpose="session", context=(DATA, "hardtack", "app"), expires_at=NOW + 9)
        sessions = make(keyring)
        session = sessions.open(f"{DATA}={token}", NOW)
        session.sign_in(account=7, epoch=1, now=NOW)
        assert session.get("a") is None
        fields = sessions.save(session, NOW)
        assert (len(fields), fields[1]) == (2, f"{DATA}={GONE}")

    def test_what_was_adopted_looks_stripped_within_the_request(self, keyring: Keyring) -> None:
        """The page that sees it first sees what will be kept."""
        sessions, browser, other = make(keyring), Browser(), Browser()
        signed_in(sessions, browser)
        with_data(sessions, other, _user_id="1")
        browser.jar[DATA] = other.jar[DATA]
        session = sessions.open(browser.header, NOW)
        assert "_user_id" not in session
        assert sessions.save(session, NOW) == [f"{DATA}={GONE}"]

    def test_signing_in_takes_the_data_of_nobody_along(self, keyring: Keyring) -> None:
        """The basket survives, the keys of a sign-in do not."""
        sessions, browser = make(keyring), Browser()
        with_data(sessions, browser, basket=[1], _user_id="1")
        signed_in(sessions, browser)
        assert dict(sessions.open(browser.header, NOW)) == {"basket": [1]}

    @pytest.mark.parametrize("back", [False, True], ids=["", "and the cookies from before were put back"])
    def test_attack_nothing_of_one_person_reaches_the_next_in_the_same_browser(
        self, keyring: Keyring, back: bool
    ) -> None:
        """A signs out, Django's login() runs while nobody is signed in, B signs in: no data of A, no Django user."""
        ended, browser = Ended(), Browser()
        sessions = make(keyring, revocations=ended)
        identity = signed_in(sessions, browser, account=7, draft="of A", _auth_user_id="7")
        of_a = dict(browser.jar)
        session = sessions.open(browser.header, NOW)
        ended.lineages.add(identity.lineage)
        session.sign_out()
        browser.take(sessions.save(session, NOW))
        login: dict[str, Any] = {
            "_auth_user_id": "9",
            "_auth_user_backend": "django.contrib.auth",
            "_auth_user_hash": "x",
        }
        with_data(sessions, browser, basket=[1], **login)
        if back:
            browser.jar |= of_a
        signed_in(sessions, browser, account=8)
        assert dict(sessions.open(browser.header, NOW)) == ({} if back else {"basket": [1]})
        if back:
            browser.jar[DATA] = of_a[DATA]
            assert dict(sessions.open(browser.header, NOW)) == {}

    def test_adopting_can_be_switched_off(self, keyring: Keyring) -> None:
        """Then the data of nobody is dropped, at sign-in and beside an identity."""
        sessions, browser, other = make(keyring, adopt_anonymous=False), Browser(), Browser()
        with_data(sessions, browser, basket=[1])
        with_data(sessions, other, basket=[1])
        session = sessions.open(browser.header, NOW)
        session.sign_in(account=7, epoch=1, now=NOW)
        assert browser.take(sessions.save(session, NOW)) == [IDENTITY, DATA]
        assert DATA not in browser.jar
        browser.jar[DATA] = other.jar[DATA]
        session = sessions.open(browser.header, NOW)
        assert (session.why, dict(session)) == ("other-account", {})

    def test_data_of_another_account_is_dropped(self, keyring: Keyring) -> None:
        """Nobody sees what somebody else left in the browser."""
        sessions, browser, other = make(keyring), Browser(), Browser()
        signed_in(sessions, browser, account=7)
        signed_in(sessions, other, account=8, secret=1)
        browser.jar[DATA] = other.jar[DATA]
        session = sessions.open(browser.header, NOW)
        assert (session.why, dict(session)) == ("other-account", {})
        assert sessions.save(session, NOW) == []

    def test_data_of_an_account_is_dropped_while_nobody_is_signed_in(self, keyring: Keyring) -> None:
        """Also where there is no sign-in of ours at all."""
        browser = Browser()
        signed_in(make(keyring), browser, secret=1)
        del browser.jar[IDENTITY]
        for sessions in (make(keyring), make(keyring, identity=False)):
            session = sessions.open(browser.header, NOW)
            assert (session.why, session.get("secret")) == ("other-account", None)

    def test_the_next_person_in_the_same_browser_deletes_what_the_last_one_left(self, keyring: Keyring) -> None:
        """Signing in clears the data of another account out of the browser, not only out of sight."""
        sessions, browser = make(keyring), Browser()
        signed_in(sessions, browser, account=7, secret=1)
        del browser.jar[IDENTITY]
        signed_in(sessions, browser, account=8)
        assert set(browser.jar) == {IDENTITY}

    def test_signing_in_as_somebody_else_drops_the_data(self, keyring: Keyring) -> None:
        """And as the same person keeps it."""
        sessions, browser = make(keyring), Browser()
        signed_in(sessions, browser, account=7, a=1)
        signed_in(sessions, browser, account=7)
        assert sessions.open(browser.header, NOW)["a"] == 1
        signed_in(sessions, browser, account=8)
        assert set(browser.jar) == {IDENTITY}

    def test_adopted_data_that_is_malformed_is_nothing(self, keyring: Keyring) -> None:
        """A valid seal around another form, of nobody, beside an identity."""
        sessions, browser = make(keyring), Browser()
        signed_in(sessions, browser)
        plaintext = msgspec.msgpack.encode((b"i" * 16, None, 0, NOW, NOW, NOW + 9, 7))
        token = keyring.seal(plaintext, purpose="session", context=(DATA, "hardtack", "app"), expires_at=NOW + 9)
        session = sessions.open(f"{browser.header}; {DATA}={token}", NOW)
        assert sessions.save(session, NOW) == []
        assert session.why == "malformed"


def test_what_ends_an_epoch_is_later_than_any_that_a_store_can_hold() -> None:
    """The largest number of 64 bits with a sign."""
    assert NO_EPOCH == 9_223_372_036_854_775_807


class TestRevocations:
    """Sessions that have been ended."""

    @pytest.mark.asvs("7.4.1")
    def test_an_ended_session_names_nobody_and_its_data_is_dropped(self, keyring: Keyring) -> None:
        """By its lineage, or by the epoch of its account; the copied cookie is worth nothing."""
        ended, browser = Ended(), Browser()
        sessions = make(keyring, revocations=ended)
        identity = signed_in(sessions, browser, a=1)
        assert sessions.open(browser.header, NOW).identity == identity
        for end in ({"lineages": {identity.lineage}}, {"epochs": {7: 2}}):
            over = make(keyring, revocations=Ended(**end))
            session = over.open(browser.header, NOW)
            assert (session.identity, session.identity_why, session.why) == (None, "revoked", "other-account")
            assert over.identify(browser.header, NOW) == (None, "revoked")
            assert over.save(session, NOW) == []

    def test_what_is_not_current_is_read_before_the_verdict(self, keyring: Keyring) -> None:
        """So that what another process has ended is ended here."""
        ended, browser = Ended(), Browser()
        sessions = make(keyring, revocations=ended)
        signed_in(sessions, browser)
        ended.current = False
        assert sessions.open(browser.header, NOW).identity is not None
        assert ended.refreshed == 1

    @pytest.mark.asvs("15.4.2")
    def test_a_session_ended_between_open_and_save_is_not_renewed(self, keyring: Keyring) -> None:
        """The race that must not resurrect it."""
        ended, browser = Ended(), Browser()
        sessions = make(keyring, revocations=ended)
        identity = signed_in(sessions, browser, a=1)
        session = sessions.open(browser.header, NOW + DAY // 2)
        session["a"] = 2
        ended.lineages.add(identity.lineage)
        assert sessions.save(session, NOW + DAY // 2) == []
        assert (session.identity, session.identity_why, session.why) == (None, "revoked", "revoked")
        assert dict(session) == {}

    @pytest.mark.parametrize(
        "change",
        [
            lambda session: session.step_up(factors=("totp",), now=NOW),
            lambda session: session.sign_in(account=7, epoch=1, now=NOW),
            lambda session: (session.update(b=1), session.clear()),
            lambda session: setattr(session, "modified", True),
        ],
        ids=["step-up", "sign-in", "emptied", "forced"],
    )
    def test_what_ended_meanwhile_is_not_written_by_saving_it_again_either(
        self, keyring: Keyring, change: Callable[[Session], object]
    ) -> None:
        """Whatever this request had changed in it."""
        ended, browser = Ended(), Browser()
        sessions = make(keyring, revocations=ended)
        signed_in(sessions, browser, a=1)
        session = sessions.open(browser.header, NOW)
        change(session)
        ended.says = "revoked"
        assert sessions.save(session, NOW) == []
        assert sessions.save(session, NOW) == []
        assert session.identity is None

    def test_an_identity_that_browsers_would_drop_is_refused(self, keyring: Keyring) -> None:
        """Nobody would be signed in, and nobody would know why."""
        sessions = make(keyring)
        session = sessions.open("", NOW)
        session.sign_in(account=7, epoch=1, factors=["x" * 3000], now=NOW)
        with pytest.raises(CookieTooLarge, match=f"the identity cookie {IDENTITY} would have 4[0-9]{{3}} octets"):
            sessions.save(session, NOW)

    def test_a_slow_answer_to_whoever_has_left_does_not_sign_the_next_one_out(self, keyring: Keyring) -> None:
        """A signs out, B signs in in the same browser, and only then A's last request is answered."""
        ended, browser = Ended(), Browser()
        sessions = make(keyring, revocations=ended)
        identity = signed_in(sessions, browser, a=1)
        slow, leaving = sessions.open(browser.header, NOW), sessions.open(browser.header, NOW)
        slow["a"] = 2
        ended.lineages.add(identity.lineage)
        leaving.sign_out()
        browser.take(sessions.save(leaving, NOW))
        session = sessions.open(browser.header, NOW)
        session.sign_in(account=8, epoch=1, now=NOW)
        session["b"] = 1
        browser.take(sessions.save(session, NOW))
        browser.take(sessions.save(slow, NOW))
        session = sessions.open(browser.header, NOW)
        assert session.identity is not None
        assert (session.identity.account, dict(session)) == (8, {"b": 1})

    def test_an_answer_that_writes_nothing_does_not_ask_again(self, keyring: Keyring) -> None:
        """Nor does a sign-out, which needs nobody's leave."""
        ended, browser = Ended(), Browser()
        sessions = make(keyring, revocations=ended)
        identity = signed_in(sessions, browser)
        session, leaving = sessions.open(browser.header, NOW), sessions.open(browser.header, NOW)
        ended.lineages.add(identity.lineage)
        assert sessions.save(session, NOW) == []
        assert session.identity_why == ""
        leaving.sign_out()
        assert sessions.save(leaving, NOW) == [f"{IDENTITY}={GONE}", f"{DATA}={GONE}"]

    @pytest.mark.asvs("11.2.5", "16.5.3")
    @pytest.mark.parametrize(
        "state",
        [{"says": "unknown"}, {"says": "nonsense"}, {"verdict_fails": True}, {"current": False, "fails": True}],
    )
    def test_nobody_is_trusted_when_nobody_can_tell(
        self, keyring: Keyring, state: dict[str, Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        """A stale feed, an answer that is none, a disk that is gone: no identity, no data, nothing written."""
        browser = Browser()
        signed_in(make(keyring), browser, a=1)
        sessions = make(keyring, revocations=Ended(**state))
        session = sessions.open(browser.header, NOW)
        assert (session.identity, session.identity_why, session.why) == (
            None,
            "revocations-unavailable",
            "revocations-unavailable",
        )
        assert dict(session) == {}
        session["a"] = 2
        assert sessions.save(session, NOW) == []
        assert caplog.records[-1].getMessage() == f"cookie refused: {IDENTITY} (revocations-unavailable)"
        raised = "RuntimeError" if "verdict_fails" in state else "OSError" if "fails" in state else ""
        errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert errors == ([f"the revocations cannot be read: {raised}"] if raised else [])

    def test_what_is_read_comes_before_anything_is_opened(self, keyring: Keyring) -> None:
        """It may be that the key was stolen under which the cookie lies: a forged one must not be opened once more."""

        class Told(Ended):
            def refresh(self) -> None:
                super().refresh()
                ring.revoke([bytes.fromhex(ring.keys[0].id)])

        ring, browser = Keyring.generate(), Browser()
        told = Told()
        sessions = make(ring, revocations=told)
        signed_in(sessions, browser, a=1)
        assert sessions.open(browser.header, NOW)["a"] == 1
        told.current = False
        session = sessions.open(browser.header, NOW)
        assert (session.identity, session.identity_why, session.why) == (None, "unknown-key", "unknown-key")
        session["b"] = 2
        with pytest.raises(NoActiveKey):
            sessions.save(session, NOW)

    def test_what_is_sealed_lies_under_no_key_that_was_found_to_be_stolen(self, keyring: Keyring) -> None:
        """It is found out while the answer is made: neither the sign-in nor what the request has put in may be lost."""

        class Told(Ended):
            def refresh(self) -> None:
                super().refresh()
                ring.revoke([bytes.fromhex(stolen.id)])

        ring = Keyring([Key(bytes(32)), Key(bytes(31) + b"\x01", ANNOUNCED, NOW + 300)], bytes(32))
        stolen, told, browser = ring.keys[0], Told(), Browser()
        sessions = make(ring, revocations=told)
        session = sessions.open("", NOW)
        session.sign_in(account=7, epoch=1, now=NOW)
        session["a"] = 1
        told.current = False
        browser.take(sessions.save(session, NOW))
        session = sessions.open(browser.header, NOW)
        assert session.identity is not None
        assert {"a": 1} == dict(session)

    def test_who_sends_no_cookie_does_not_wait_for_the_feed(self, keyring: Keyring) -> None:
        """There is nothing to open."""
        ended = Ended(current=False)
        assert make(keyring, revocations=ended).open("", NOW).identity is None
        assert ended.refreshed == 0

    def test_visitors_without_an_identity_do_not_need_the_feed(self, keyring: Keyring) -> None:
        """Their data is theirs whatever the state of the store."""
        sessions, browser = make(keyring, revocations=Ended(says="unknown")), Browser()
        with_data(sessions, browser, a=1)
        assert sessions.open(browser.header, NOW)["a"] == 1

    @pytest.mark.parametrize("state", [{"says": "unknown"}, {"current": False, "fails": True}], ids=["old", "gone"])
    def test_a_feed_that_fails_before_the_save_writes_nothing(self, keyring: Keyring, state: dict[str, Any]) -> None:
        """The sign-in is not confirmed, and the adapter can see why."""
        ended = Ended(**state)
        sessions = make(keyring, revocations=ended)
        session = sessions.open("", NOW)
        session.sign_in(account=7, epoch=1, now=NOW)
        assert sessions.save(session, NOW) == []
        assert session.identity_why == "revocations-unavailable"


class TestSize:
    """What browsers keep."""

    def test_four_fifths_of_the_limit_are_worth_a_line(
        self, keyring: Keyring, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The line names the largest keys, and no value."""
        sessions, browser = make(keyring), Browser()
        with_data(sessions, browser, small=1, story="x" * 2100)
        assert caplog.records == []
        with_data(sessions, browser, story="secret" * 400)
        (record,) = caplog.records
        assert record.getMessage().startswith(f"session cookie {DATA} has 3")
        assert record.getMessage().endswith("the largest keys, in octets: 'story' 2403, 'small' 1")
        assert "secretsecret" not in record.getMessage()
        assert record.__dict__["event"] == "cookie-large"

    @pytest.mark.asvs("3.3.5")
    def test_what_browsers_would_drop_is_an_error_that_names_the_largest_keys(self, keyring: Keyring) -> None:
        """Exactly from the octet on that is too much, counted over the whole Set-Cookie value."""
        sessions = make(keyring)

        def size_with(length: int) -> int:
            session = sessions.open("", NOW)
            session.update(story="x" * length, other=[1] * 9)
            return len(sessions.save(session, NOW)[0])

        # Three bytes more are four characters more, and this length is followed by one that does not fit.
        assert [size_with(length) for length in (2902, 2903, 2904)] == [4093, 4094, 4096]
        with pytest.raises(CookieTooLarge, match=r"would have 4097 octets.*: 'story' 2908, 'other' 10") as error:
            size_with(2905)
        assert "instead of the thing itself" in error.value.hint

    def test_values_nobody_has_looked_at_are_counted_too(self, keyring: Keyring) -> None:
        """The largest key may be one that this request has not touched."""
        sessions, browser = make(keyring), Browser()
        with_data(sessions, browser, story="x" * 2600)
        session = sessions.open(browser.header, NOW)
        session["more"] = "y" * 600
        with pytest.raises(CookieTooLarge, match="'story' 2603, 'more' 603"):
            sessions.save(session, NOW)

    def test_just_four_fifths_are_worth_no_line(self, keyring: Keyring, caplog: pytest.LogCaptureFixture) -> None:
        """One octet more is."""
        sessions = make(keyring)
        for length, size, lines in ((2289, form.WARNING, 0), (2290, form.WARNING + 1, 1)):
            session = sessions.open("", NOW)
            session.update(story="x" * length, other=[1] * 9)
            assert len(sessions.save(session, NOW)[0]) == size
            assert len(caplog.records) == lines


def test_the_two_cookies_of_a_policy_stay_as_they_were_decided(keyring: Keyring) -> None:
    """All requests share them."""
    cookies: Any = make(keyring)._cookies
    with pytest.raises(AttributeError):
        cookies.identity = cookies.data
    assert not hasattr(cookies, "__dict__")


def test_plain_http_is_taken_where_somebody_has_said_so(keyring: Keyring) -> None:
    """With the names that such an origin has."""
    sessions = make(keyring, origin="http://example.org", insecure_plain_http=True)
    assert sessions.open("", NOW).cookie_names == ("hardtack-80", "hardtack-session-app-80")
    with pytest.raises(MisuseError, match="plain http"):
        make(keyring, origin="http://example.org")


class TestDevelopmentMode:
    """No origin: the Host chooses the names."""

    def test_names_carry_the_port_of_the_host(self, keyring: Keyring) -> None:
        """Two applications on two ports of one machine do not disturb each other."""
        sessions, browser = Sessions(keyring, application="shop"), Browser()
        for host in ("localhost:8000", "localhost:9000"):
            session = sessions.open(browser.header, NOW, host)
            session.sign_in(account=7, epoch=1, now=NOW)
            session["a"] = host
            browser.take(sessions.save(session, NOW))
        assert list(browser.jar) == [
            "hardtack-8000",
            "hardtack-session-shop-8000",
            "hardtack-9000",
            "hardtack-session-shop-9000",
        ]
        assert sessions.open(browser.header, NOW, "127.0.0.1:8000")["a"] == "localhost:8000"
        assert sessions.identify(browser.header, NOW, "localhost:9000")[1] == ""
        assert sessions.identify(browser.header, NOW, "localhost:7000")[1] == "none"

    def test_a_cookie_of_another_port_is_forged(self, keyring: Keyring) -> None:
        """The name is part of the seal."""
        sessions, browser = Sessions(keyring), Browser()
        session = sessions.open("", NOW, "localhost:1")
        session["a"] = 1
        browser.take(sessions.save(session, NOW))
        value = browser.jar["hardtack-session-app-1"]
        assert sessions.open(f"hardtack-session-app-2={value}", NOW, "localhost:2").why == "forged"

    def test_many_hosts_cost_no_memory(self, keyring: Keyring) -> None:
        """What is kept by host is bounded, and works on after it was let go."""
        sessions = Sessions(keyring)
        for port in range(1, 300):
            assert sessions.open("", NOW, f"localhost:{port}").why == "none"
            assert len(sessions._by_host) <= 64

    def test_without_a_host_there_is_still_a_session(self, keyring: Keyring) -> None:
        """Somebody tries it out in a shell."""
        sessions, browser = Sessions(keyring), Browser()
        with_data(sessions, browser, a=1)
        assert sessions.open(browser.header, NOW)["a"] == 1


class TestTossing:
    """Cookies that somebody else has put into the browser."""

    def test_of_two_with_one_name_none_is_believed(self, keyring: Keyring) -> None:
        """In either order, also if both are good."""
        sessions, browser, attacker = make(keyring), Browser(), Browser()
        signed_in(sessions, browser, account=7, a=1)
        signed_in(sessions, attacker, account=666, a=2)
        for header in (f"{browser.header}; {attacker.header}", f"{attacker.header}; {browser.header}"):
            session = sessions.open(header, NOW)
            assert (session.identity, session.identity_why, session.why) == (None, "duplicate", "duplicate")

    def test_a_twin_without_the_prefix_is_not_looked_at(self, keyring: Keyring) -> None:
        """A sub-domain can set the name without the prefix only."""
        sessions, browser = make(keyring), Browser()
        identity = signed_in(sessions, browser, a=1)
        twins = "; ".join(f"{name.removeprefix('__Host-')}={value}" for name, value in browser.jar.items())
        assert sessions.open(f"{twins}; {browser.header}", NOW).identity == identity
        assert sessions.open(twins, NOW).identity_why == "none"

    @given(header=st.text(st.characters(exclude_categories=())), host=st.text())
    def test_any_header_and_host_open_an_empty_session(self, header: str, host: str) -> None:
        """The promise of open and identify: they return, whatever comes."""
        for sessions in (make(Keyring.generate()), Sessions(Keyring.generate())):
            for prefix in ("", f"{IDENTITY}={header}; {DATA}="):
                session = sessions.open(prefix + header, NOW, host)
                assert (session.identity, dict(session)) == (None, {})
                assert sessions.save(session, NOW) == []
                assert sessions.identify(prefix + header, NOW, host)[0] is None


@pytest.mark.asvs("16.2.5", "16.3.3")
def test_every_refused_cookie_is_one_line(keyring: Keyring, caplog: pytest.LogCaptureFixture) -> None:
    """Its name and the reason; never the cookie."""
    caplog.set_level(logging.DEBUG)
    sessions = make(keyring)
    sessions.open(f"{IDENTITY}=junk1; {DATA}=junk2; other=junk3", NOW)
    assert [record.getMessage() for record in caplog.records] == [
        f"cookie refused: {IDENTITY} (malformed)",
        f"cookie refused: {DATA} (malformed)",
    ]


def test_decoded_cookies_hold_no_readable_byte_of_names_and_data(keyring: Keyring) -> None:
    """Neither as they stand nor decoded from base64url: no text, no number, no key."""
    sessions, browser = make(keyring), Browser()
    secrets = ["annabelle", "annabelle@example.org", "王小明", "b58fda1a3872b07eac71d31603aa6f58", "password"]
    signed_in(
        sessions,
        browser,
        account=77_777_777,
        username=secrets[0],
        address=secrets[1],
        name=secrets[2],
        token=secrets[3],
    )
    for value in browser.jar.values():
        raw = _decoded(value)
        haystack = raw + value.encode()
        for word in (*secrets, "username", "address"):
            encoded = word.encode()
            assert not any(encoded[at : at + 4] in haystack for at in range(len(encoded) - 3))
        assert (77_777_777).to_bytes(4, "big") not in haystack
        assert NOW.to_bytes(4, "big") not in haystack


def _decoded(value: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


@given(values=st.dictionaries(st.text(max_size=9), st.text(max_size=30), min_size=1, max_size=9))
def test_what_is_written_is_what_dump_writes(values: dict[str, str]) -> None:
    """The strings that are put together beforehand are those of the strict writer."""
    sessions = make(Keyring.generate())
    session = sessions.open("", NOW)
    session.sign_in(account=7, epoch=1, now=NOW)
    session.update(values)
    for text in sessions.save(session, NOW):
        name, _, value = text.partition(";")[0].partition("=")
        strict = cookie.dump(name, value, path="/", max_age=DAY, secure=True, httponly=True, samesite="Lax")
        assert sorted(text.split("; ")) == sorted(strict.split("; "))


def test_a_session_is_made_by_open_alone(keyring: Keyring) -> None:
    """Typing: what open returns is a Session, and a mapping."""
    session = make(keyring).open("", NOW)
    assert isinstance(session, Session)


class TestWaiting:
    """An event loop asks before it opens a session."""

    class Known:
        """Somebody who knows the ended sessions, or says that it does not."""

        def __init__(self, current: Any) -> None:
            self.current = current

        def is_current(self) -> bool:
            """Say so, or fail."""
            if isinstance(self.current, Exception):
                raise self.current
            return bool(self.current)

        def refresh(self) -> None:
            """Read nothing."""

        def verdict(self, *_anything: object) -> str:
            """Nobody has ended anything."""
            return ""

    @pytest.mark.parametrize(("current", "waits"), [(True, False), (False, True), (OSError("the disk is gone"), True)])
    def test_it_may_wait_where_memory_does_not_hold_everything(
        self, keyring: Keyring, current: object, waits: bool
    ) -> None:
        """What fails is found out where it may wait."""
        assert Sessions(keyring, revocations=self.Known(current)).may_wait() is waits

    def test_without_anything_to_ask_nothing_waits(self, keyring: Keyring) -> None:
        """A cookie is all there is."""
        assert not Sessions(keyring).may_wait()


class TestProvedBefore:
    """A sign-in that another system has seen is not one of this moment."""

    @pytest.mark.parametrize(("said", "kept"), [(None, NOW), (0, 0), (NOW - 5, NOW - 5), (NOW + 5, NOW)])
    def test_when_the_person_proved_it_may_be_said(self, keyring: Keyring, said: int | None, kept: int) -> None:
        """Never later than now; the session begins now in any case."""
        session = Sessions(keyring).open("", NOW)
        identity = session.sign_in(account=1, epoch=0, authenticated_at=said, now=NOW)
        assert (identity.authenticated_at, identity.born) == (kept, NOW)

    @pytest.mark.parametrize("said", [-1, "now", 1.5, True])
    def test_what_is_no_time_is_refused(self, keyring: Keyring, said: Any) -> None:
        """Nobody is signed in by mistake as of now."""
        with pytest.raises(MisuseError):
            Sessions(keyring).open("", NOW).sign_in(account=1, epoch=0, authenticated_at=said, now=NOW)


class TestIdentityAlone:
    """Who is signed in, for whoever needs neither data nor a page."""

    def test_a_glance_sees_whom_identify_sees(self, keyring: Keyring) -> None:
        """Beyond all doubt."""
        ended = Ended()
        sessions, browser = make(keyring, revocations=ended), Browser()
        identity = signed_in(sessions, browser)
        assert identity == sessions.glance(browser.header, NOW) == sessions.identify(browser.header, NOW)[0]
        assert sessions.glance("", NOW) is None

    @pytest.mark.parametrize(
        "doubt",
        [{"current": False}, {"says": "superseded"}, {"says": "revoked"}, {"says": "unknown"}, {"verdict_fails": True}],
    )
    def test_where_there_is_doubt_it_sees_nobody_and_waits_for_nothing(
        self, keyring: Keyring, doubt: dict[str, Any]
    ) -> None:
        """Who asks then asks again where it may wait."""
        ended = Ended()
        sessions, browser = make(keyring, revocations=ended), Browser()
        signed_in(sessions, browser)
        for name, value in doubt.items():
            setattr(ended, name, value)
        assert sessions.glance(browser.header, NOW) is None
        assert 0 == ended.refreshed

    def test_a_glance_says_nothing_in_the_log(self, keyring: Keyring, caplog: pytest.LogCaptureFixture) -> None:
        """Whatever came: it is asked again, and then it is said once."""
        sessions, browser = make(keyring), Browser()
        signed_in(sessions, browser)
        token = browser.jar[IDENTITY]
        for header in (f"{IDENTITY}=x", f"{IDENTITY}={token}; {IDENTITY}={token}", f"{IDENTITY}={'x' * 5000}"):
            assert sessions.glance(header, NOW) is None
        assert sessions.glance(browser.header, NOW + 99 * DAY) is None
        assert [] == caplog.records

    def test_what_is_not_enough_is_nobodys(self, keyring: Keyring) -> None:
        """As in ``identify``; and development mode has names by host."""
        sessions, browser = make(keyring, accepts=lambda identity: identity.account == 8), Browser()
        signed_in(sessions, browser)
        assert sessions.glance(browser.header, NOW) is None
        assert sessions.identify(browser.header, NOW) == (None, "below-assurance")
        identity = signed_in(sessions, browser, account=8)
        assert sessions.glance(browser.header, NOW) == sessions.open(browser.header, NOW).identity == identity
        assert Sessions(keyring).glance(browser.header, NOW, "localhost:8000") is None

    def test_a_cookie_is_written_anew_where_it_is_due(self, keyring: Keyring) -> None:
        """After a quarter of the idle time, with all that is in it."""
        sessions, browser = make(keyring, revocations=Ended()), Browser()
        identity = signed_in(sessions, browser)
        assert sessions.renewal(identity, NOW + DAY // 4 - 1) is None
        written = sessions.renewal(identity, NOW + DAY // 4)
        assert written is not None
        browser.take([written])
        renewed, _ = sessions.identify(browser.header, NOW + DAY // 4)
        assert renewed is not None
        assert (identity.session_id, NOW + DAY // 4, NOW + DAY // 4 + DAY) == (
            renewed.session_id,
            renewed.issued,
            renewed.deadline,
        )

    def test_another_version_of_the_profile_makes_it_due(self, keyring: Keyring) -> None:
        """Once; an older one than the cookie's, of a process that is behind, does not."""
        sessions, browser = make(keyring), Browser()
        identity = signed_in(sessions, browser)
        written = sessions.renewal(identity, NOW, profile_version=3)
        assert written is not None
        browser.take([written])
        renewed, _ = sessions.identify(browser.header, NOW)
        assert renewed is not None
        assert (3, None, None) == (
            renewed.profile_version,
            sessions.renewal(renewed, NOW, profile_version=3),
            sessions.renewal(renewed, NOW, profile_version=2),
        )

    @pytest.mark.parametrize("says", ["superseded", "revoked", "unknown"])
    def test_what_ended_or_was_replaced_meanwhile_is_not_written(self, keyring: Keyring, says: str) -> None:
        """It would come back to life, or undo a step-up."""
        ended = Ended()
        sessions, browser = make(keyring, revocations=ended), Browser()
        identity = signed_in(sessions, browser)
        ended.says = says
        assert sessions.renewal(identity, NOW + DAY // 2) is None

    def test_without_a_key_that_seals_the_cookie_goes_on_as_it_is(self) -> None:
        """Nobody is signed out for it, and nothing fails; nor does the Host matter in development mode."""
        keyring = Keyring.generate()
        sessions, browser = Sessions(keyring), Browser()
        session = sessions.open("", NOW, "localhost:8000")
        identity = session.sign_in(account=7, epoch=1, now=NOW)
        browser.take(sessions.save(session, NOW))
        written = sessions.renewal(identity, NOW + DAY // 2, "localhost:8000")
        assert written is not None
        assert written.startswith("hardtack-8000=")
        keyring.revoke(frozenset(bytes.fromhex(key.id) for key in keyring.keys))
        assert sessions.renewal(identity, NOW + DAY // 2, "localhost:8000") is None
