"""The values of sessions on the server."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Revocations, Session, Sessions
from hardtack.session import data as form
from hardtack.session.server_side import ELSEWHERE, ServerSide, SessionConflict

NOW = 1_800_000_000
DAY = 86_400
IDENTITY, DATA = "__Host-hardtack", "__Host-session-app"


@dataclass
class Table(ServerSide):
    """Values in memory, with a version each."""

    rows: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    until: dict[bytes, int] = field(default_factory=dict)
    loads: int = 0

    def load(self, session_id: bytes) -> tuple[int, bytes] | None:
        """Return a row."""
        self.loads += 1
        return self.rows.get(session_id)

    def store(self, session_id: bytes, expected: int, values: bytes, until: int) -> bool:
        """Compare and set."""
        assert (type(values), type(until)) == (bytes, int)
        if self.rows.get(session_id, (0, b""))[0] != expected:
            return False
        self.rows[session_id] = (expected + 1, values)
        self.until[session_id] = until
        return True

    def delete(self, session_id: bytes) -> None:
        """Forget a row."""
        self.rows.pop(session_id, None)


@dataclass
class Ended(Revocations):
    """What has been ended, in memory."""

    says: str = ""
    epoch: int = 0

    def verdict(self, lineage: bytes, session_id: bytes, account: int, epoch: int, now: int) -> str:
        """Return what is known of every session."""
        assert now >= NOW
        return "revoked" if epoch < self.epoch else self.says

    def is_current(self) -> bool:
        """Say that memory is all there is."""
        return True

    def refresh(self) -> None:
        """Have nothing to read."""


class Site:
    """Sessions with a store, and one browser."""

    def __init__(self, keyring: Keyring, **options: Any) -> None:
        self.keyring = keyring
        self.table = Table()
        self.ended = Ended()
        self.sessions = Sessions(
            keyring, origin="https://example.org", server_side=self.table, revocations=self.ended, **options
        )
        self.jar: dict[str, str] = {}

    def open(self, now: int = NOW) -> Session:
        """Return the session of a request that the browser sends now."""
        return self.sessions.open("; ".join(f"{name}={value}" for name, value in self.jar.items()), now)

    def save(self, session: Session, now: int = NOW) -> list[str]:
        """Save a session, let the browser follow, and return the names of the cookies in the answer."""
        names = []
        for text in self.sessions.save(session, now):
            name, _, rest = text.partition("=")
            names.append(name)
            self.jar[name] = rest.partition(";")[0]
            if not self.jar[name]:
                del self.jar[name]
        return names

    def put(self, now: int = NOW, **values: Any) -> list[str]:
        """Put values into the session, in a request of their own."""
        session = self.open(now)
        session.update(values)
        return self.save(session, now)

    def head(self) -> form.Data:
        """Return what is in the browser's data cookie."""
        context = (DATA, "hardtack", "app")
        return form.decode(self.keyring.open(self.jar[DATA], purpose="session", context=context, now=NOW))


@pytest.fixture
def site(keyring: Keyring) -> Site:
    """A site with a store."""
    return Site(keyring)


class TestValues:
    """What is kept, and where."""

    def test_the_cookie_carries_the_head_alone(self, site: Site) -> None:
        """However much is kept."""
        assert site.put(story="x" * 50_000) == [DATA]
        head = site.head()
        assert bytes(head.values) == ELSEWHERE
        assert len(site.jar[DATA]) < 200
        assert site.table.rows == {head.id: (1, form.encode_values({"story": "x" * 50_000}))}
        assert site.open()["story"] == "x" * 50_000

    def test_the_row_is_read_when_somebody_asks_and_once(self, site: Site) -> None:
        """Opening reads nothing, nor does the representation."""
        site.put(a=1)
        session = site.open()
        assert repr(session) == "<Session of nobody, keys on the server, why=''>"
        assert (site.save(session), site.table.loads) == ([], 0)
        assert (session["a"], session.get("b"), session.why, site.table.loads) == (1, None, "", 1)
        assert repr(session) == "<Session of nobody, 1 keys, why=''>"

    def test_a_change_of_values_alone_sets_no_cookie(self, site: Site) -> None:
        """The cookie names the row, and the row has a new version."""
        site.put(cart=[])
        session = site.open()
        session["cart"].append(1)
        assert session.modified
        assert site.save(session) == []
        assert site.table.rows[site.head().id] == (2, form.encode_values({"cart": [1]}))
        assert site.open()["cart"] == [1]

    def test_reading_and_writing_the_same_store_nothing(self, site: Site) -> None:
        """As with the cookie."""
        site.put(a=1)
        assert site.put(a=1) == []
        assert site.table.rows[site.head().id][0] == 1
        assert site.save(site.sessions.open("", NOW)) == []

    def test_saving_again_is_no_conflict_with_oneself(self, site: Site) -> None:
        """The session knows what it has stored."""
        session = site.open()
        for number in range(3):
            session["a"] = number
            site.save(session)
        assert site.table.rows == {site.head().id: (3, form.encode_values({"a": 2}))}

    @pytest.mark.parametrize("empty", [lambda session: session.clear(), lambda session: session.pop("a")])
    def test_an_emptied_session_has_neither_row_nor_cookie(self, site: Site, empty: Any) -> None:
        """However it was emptied."""
        site.put(a=1)
        session = site.open()
        empty(session)
        assert site.save(session) == [DATA]
        assert (site.jar, site.table.rows) == ({}, {})
        session["b"] = 2
        assert site.save(session) == [DATA]
        assert dict(site.open()) == {"b": 2}

    def test_a_head_whose_row_is_gone_opens_empty(self, site: Site, caplog: pytest.LogCaptureFixture) -> None:
        """Left alone until something is written; then it begins anew."""
        site.put(a=1)
        first = site.head()
        site.table.rows.clear()
        session = site.open()
        assert (dict(session), session.why, session.is_new) == ({}, "gone", True)
        assert caplog.records[-1].getMessage() == f"cookie refused: {DATA} (gone)"
        assert site.save(session) == []
        assert site.put(b=2) == [DATA]
        assert site.head().id != first.id
        session = site.open()
        session.clear()
        site.table.rows.clear()
        assert site.save(session) == [DATA]

    def test_without_the_store_such_a_head_is_malformed(self, site: Site) -> None:
        """Whoever switches it off again loses the values, not the service."""
        site.put(a=1)
        plain = Sessions(site.keyring, origin="https://example.org")
        session = plain.open(f"{DATA}={site.jar[DATA]}", NOW)
        assert (dict(session), session.why) == ({}, "malformed")

    def test_a_cookie_with_values_moves_when_it_is_written(self, site: Site) -> None:
        """Under a new id, so that the old cookie, if it comes again, is in nobody's way; born when it was."""
        plain = Sessions(site.keyring, origin="https://example.org")
        session = plain.open("", NOW)
        session["a"] = 1
        site.jar[DATA] = old = plain.save(session, NOW)[0].partition(";")[0].partition("=")[2]
        before = site.head()
        assert site.put(a=1) == []
        assert site.put(NOW + 9, b=2) == [DATA]
        head = site.head()
        assert (head.id != before.id, head.born) == (True, NOW)
        assert dict(site.open(NOW + 9)) == {"a": 1, "b": 2}
        site.jar[DATA] = old
        assert site.put(NOW + 9, c=3) == [DATA]
        assert dict(site.open(NOW + 9)) == {"a": 1, "c": 3}

    def test_what_it_cannot_carry_is_refused_before_anything_is_stored(self, site: Site) -> None:
        """Also where it was slipped into a list that was there."""
        site.put(items=[])
        session = site.open()
        session["items"].append({1, 2})
        with pytest.raises(MisuseError, match="cannot carry a set"):
            site.save(session)
        assert dict(site.open()) == {"items": []}


class TestLifetime:
    """Renewal and the row's own time."""

    def test_a_renewal_writes_the_cookie_and_lengthens_the_row(self, site: Site) -> None:
        """The row lives at least as long as any cookie that names it."""
        site.put(a=1)
        later = NOW + DAY // 2
        assert site.save(site.open(later), later) == [DATA]
        head = site.head()
        assert (head.sequence, head.born, head.deadline) == (1, NOW, later + DAY)
        assert site.table.until[head.id] == head.deadline + DAY // 4 + 60

    def test_of_who_is_kept_cookie_and_row_live_as_long_as_the_sign_in(self, site: Site) -> None:
        """And are renewed as seldom; the cookie outlives the browser or not, as the person chose."""
        session = site.open()
        session.sign_in(account=7, epoch=1, keep=True, now=NOW)
        session["a"] = 1
        assert [f"; Max-Age={30 * DAY};" in text for text in site.sessions.save(session, NOW)] == [True, True]
        session["a"] = 2
        session.modified = True
        site.save(session)
        head = site.head()
        assert head.deadline == NOW + 30 * DAY
        assert site.table.until[head.id] == head.deadline + 30 * DAY // 4 + 60
        # The data's own time decides where the identity is young; a day is nothing to it.
        session = site.open(NOW + DAY)
        assert session._identity is not None
        session._identity = msgspec.structs.replace(session._identity, issued=NOW + DAY)
        assert site.save(session, NOW + DAY) == []

    def test_of_who_is_not_kept_both_cookies_end_with_the_browser(self, site: Site) -> None:
        """Whatever these sessions do otherwise."""
        session = site.open()
        session.sign_in(account=7, epoch=1, keep=False, now=NOW)
        session["a"] = 1
        assert ["Max-Age" in text for text in site.sessions.save(session, NOW)] == [False, False]

    def test_values_are_renewed_with_the_sign_in_that_they_belong_to(self, site: Site) -> None:
        """Whoever is signed in never loses them first."""
        session = site.open()
        session.sign_in(account=7, epoch=1, now=NOW)
        site.save(session)
        site.put(NOW + DAY // 4 - 1, a=1)
        assert site.save(site.open(NOW + DAY // 4), NOW + DAY // 4) == [IDENTITY, DATA]
        assert site.head().issued == NOW + DAY // 4

    def test_a_renewal_beside_a_change_is_no_conflict(self, site: Site) -> None:
        """It has nothing of its own to say, and the row's time is long enough for it."""
        site.put(a=1)
        later = NOW + DAY // 4 + 100
        renewed, changed = site.open(later), site.open(later - 200)
        assert (renewed["a"], changed["a"]) == (1, 1)
        changed["a"] = 2
        assert site.save(changed, later - 200) == []
        assert site.save(renewed, later) == [DATA]
        head = site.head()
        assert site.table.until[head.id] >= head.deadline + 60
        assert site.open(later)["a"] == 2

    def test_a_forced_write_writes_both(self, site: Site) -> None:
        """As with the cookie."""
        site.put(a=1)
        session = site.open()
        session.modified = True
        assert site.save(session) == [DATA]
        assert site.table.rows[site.head().id][0] == 2


class TestSignIn:
    """Who it belongs to."""

    def test_signing_in_moves_the_values_to_a_new_row(self, site: Site) -> None:
        """Fixation: the row that a planted cookie names is gone."""
        site.put(basket=[1], _user_id="1")
        planted = site.jar[DATA]
        session = site.open()
        session.sign_in(account=7, epoch=1, keep=True, now=NOW)
        assert site.save(session) == [IDENTITY, DATA]
        assert dict(site.open()) == {"basket": [1]}
        assert (list(site.table.rows), site.head().account) == ([site.head().id], 7)
        assert site.sessions.open(f"{DATA}={planted}", NOW).get("basket") is None

    def test_values_of_nobody_are_adopted_under_a_new_id(self, site: Site) -> None:
        """Without the keys that mean a sign-in; the row belongs to the account from then on, under an id of its own."""
        site.put(basket=[1], _user_id="1")
        nobodys = site.jar.pop(DATA)
        session = site.open()
        session.sign_in(account=7, epoch=1, now=NOW)
        assert site.save(session) == [IDENTITY]
        site.jar[DATA] = nobodys
        session = site.open()
        session["card"] = "4242"
        assert site.save(session) == [DATA]
        assert (dict(site.open()), site.head().account) == ({"basket": [1], "card": "4242"}, 7)
        # Fixation: whoever planted the cookie, or has a copy, finds nothing under it.
        planted = site.sessions.open(f"{DATA}={nobodys}", NOW)
        assert (dict(planted), planted.why) == ({}, "gone")
        assert list(site.table.rows) == [site.head().id]

    def test_what_takes_the_place_of_values_that_are_gone_is_written_once(self, site: Site) -> None:
        """There is nothing left to adopt, however often it is saved."""
        site.put(basket=[1])
        nobodys = site.jar.pop(DATA)
        session = site.open()
        session.sign_in(account=7, epoch=1, now=NOW)
        site.save(session)
        site.jar[DATA] = nobodys
        site.table.rows.clear()
        session = site.open()
        session["a"] = 1
        assert [site.save(session), site.save(session)] == [[DATA], []]

    @pytest.mark.parametrize("here", [True, False], ids=["signs in", "is signed in"])
    def test_what_is_added_while_the_values_move_is_not_lost_without_a_word(
        self, site: Site, here: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Whoever moves them loaded less than there is by then, so it is refused and everything stays."""
        site.put(basket=[1])
        nobodys = dict(site.jar)
        if not here:
            site.jar.clear()
            session = site.open()
            session.sign_in(account=7, epoch=1, now=NOW)
            site.save(session)
        slow = site.sessions.open(f"{DATA}={nobodys[DATA]}", NOW)
        slow["basket"].append(2)
        site.jar |= nobodys
        moving = site.open()
        if here:
            moving.sign_in(account=7, epoch=1, now=NOW)
        assert moving["basket"] == [1]
        assert site.sessions.save(slow, NOW) == []
        caplog.clear()
        with pytest.raises(SessionConflict):
            site.save(moving)
        assert [record.__dict__["cookie"] for record in caplog.records] == [DATA]
        assert [values for _, values in site.table.rows.values()] == [form.encode_values({"basket": [1, 2]})]
        assert dict(site.open()) == {"basket": [1, 2]}

    def test_a_slow_renewal_does_not_bring_back_the_row_that_was_left(self, site: Site) -> None:
        """Its cookie would name a row that is gone, in the place of the one that the sign-in has set."""
        site.put(basket=[1])
        later = NOW + DAY // 2
        slow = site.open(later)
        assert slow["basket"] == [1]
        session = site.open(later)
        session.sign_in(account=7, epoch=1, now=later)
        assert site.save(session, later) == [IDENTITY, DATA]
        assert site.save(slow, later) == []
        assert dict(site.open(later)) == {"basket": [1]}

    def test_signing_out_deletes_row_and_cookies(self, site: Site) -> None:
        """Nothing is left of it."""
        session = site.open()
        session.sign_in(account=7, epoch=1, now=NOW)
        session["a"] = 1
        site.save(session)
        session = site.open()
        session.sign_out()
        assert site.save(session) == [IDENTITY, DATA]
        assert (site.jar, site.table.rows) == ({}, {})
        session = site.open()
        session.sign_out()
        assert site.save(session) == [IDENTITY, DATA]

    @pytest.mark.parametrize("farewell", [{"goodbye": True}, {"a": 1}], ids=["others", "the same"])
    def test_what_is_put_in_after_a_sign_out_begins_anew(self, site: Site, farewell: dict[str, Any]) -> None:
        """Under an id of its own, which no cookie from before names."""
        session = site.open()
        session.sign_in(account=7, epoch=1, now=NOW)
        session["a"] = 1
        site.save(session)
        before = site.head()
        session = site.open(NOW + 9)
        session.sign_out()
        session.update(farewell)
        assert site.save(session, NOW + 9) == [IDENTITY, DATA]
        head = site.head()
        assert (head.id != before.id, head.account, head.sequence, head.born) == (True, None, 0, NOW + 9)
        assert list(site.table.rows) == [head.id]
        assert dict(site.open(NOW + 9)) == farewell

    @pytest.mark.parametrize("looked", [True, False])
    @pytest.mark.parametrize(("verdict", "rows"), [("revoked", 0), ("superseded", 1), ("unknown", 1)])
    def test_what_ended_meanwhile_stores_nothing(self, site: Site, looked: bool, verdict: str, rows: int) -> None:
        """The verdict comes first: revoked deletes the row, the others leave it as it was."""
        session = site.open()
        session.sign_in(account=7, epoch=1, now=NOW)
        session["a"] = 1
        site.save(session)
        later = NOW + DAY // 2
        session = site.open(later)
        if looked:
            session["a"] = 2
        site.ended.says = verdict
        assert site.save(session, later) == []
        assert (repr(session) == "<Session of nobody, 0 keys, why='revoked'>") == (verdict == "revoked")
        assert len(site.table.rows) == rows
        assert {row[1] for row in site.table.rows.values()} <= {form.encode_values({"a": 1})}

    def test_a_new_password_keeps_the_row_of_whoever_set_it(self, site: Site) -> None:
        """A slow request of theirs carries the epoch from before, but the session goes on under the new one."""
        session = site.open()
        session.sign_in(account=7, epoch=1, now=NOW)
        session["a"] = 1
        site.save(session)
        slow, setting = site.open(), site.open()
        slow["a"] = 2
        setting.step_up(factors=("password",), epoch=2, now=NOW)
        site.ended.epoch = 2
        assert site.save(setting) == [IDENTITY, DATA]
        assert site.save(slow) == []
        assert slow.identity_why == "revoked"
        found = site.open()
        assert found.identity is not None
        assert (found.identity.epoch, dict(found)) == (2, {"a": 1})

    def test_a_revoked_session_without_values_has_no_row_to_delete(self, site: Site) -> None:
        """Nor cookies that were its own for sure."""
        session = site.open()
        session.sign_in(account=7, epoch=1, now=NOW)
        site.save(session)
        session = site.open(NOW + DAY // 2)
        site.ended.says = "revoked"
        assert site.save(session, NOW + DAY // 2) == []


class TestConflict:
    """Two requests at once."""

    def test_the_second_of_two_changes_is_refused_and_logged(
        self, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        """409, in both languages; what the first has stored stays."""
        site.put(start=1)
        first, second = site.open(), site.open()
        first["left"] = 1
        second["right"] = 1
        assert site.save(first) == []
        with pytest.raises(SessionConflict) as refused:
            site.save(second)
        assert (refused.value.status, refused.value.reason) == (409, "session-conflict")
        assert isinstance(refused.value.detail, dict)
        assert set(refused.value.detail) == {"en", "zh"}
        record = caplog.records[-1]
        assert (record.__dict__["event"], record.__dict__["cookie"]) == ("session-conflict", DATA)
        assert record.getMessage().startswith(f"session conflict: {DATA} was changed by two requests at once")
        assert dict(site.open()) == {"start": 1, "left": 1}
        assert site.sessions.lost_updates == 0

    def test_what_was_deleted_meanwhile_does_not_come_back(self, site: Site) -> None:
        """A slow request does not undo that it was emptied."""
        site.put(a=1)
        slow, leaving = site.open(), site.open()
        slow["a"] = 2
        leaving.clear()
        site.save(leaving)
        with pytest.raises(SessionConflict):
            site.save(slow)
        assert (site.jar, site.table.rows) == ({}, {})

    def test_in_every_order_each_change_is_kept_or_refused(self, keyring: Keyring) -> None:
        """Four requests that load and save in any order: what is in the store is exactly what was not refused."""
        for order in itertools.permutations(("load0", "load1", "save0", "save1", "load2", "save2")):
            if any(order.index(f"load{number}") > order.index(f"save{number}") for number in range(3)):
                continue
            site = Site(keyring)
            site.put(start=1)
            sessions = [site.open() for _ in range(3)]
            kept = {"start"}
            for step in order:
                session, key = sessions[int(step[4])], f"key{step[4]}"
                if step.startswith("load"):
                    session[key] = 1
                    continue
                try:
                    site.save(session)
                except SessionConflict:
                    continue
                kept.add(key)
            assert set(site.open()) == kept

    @given(steps=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["load", "save"])), max_size=20))
    def test_no_change_is_lost_without_a_word(self, steps: list[tuple[int, str]]) -> None:
        """Any history: a list that every request adds to has one item for each save that was not refused."""
        site = Site(Keyring.generate())
        site.put(items=[])
        loaded: dict[int, Session] = {}
        saved = 0
        for who, step in steps:
            if step == "load":
                loaded[who] = site.open()
                loaded[who]["items"].append(who)
            elif who in loaded:
                try:
                    site.save(loaded.pop(who))
                except SessionConflict:
                    continue
                saved += 1
        assert len(site.open()["items"]) == saved


def test_whoever_keeps_values_on_the_server_may_wait_for_it(keyring: Keyring) -> None:
    """An event loop leaves such a session to a thread."""
    assert Sessions(keyring, server_side=Table()).may_wait()
