"""What sessions live in, and the model of them: of every cookie ever given out, whether it may still be accepted.

The model knows nothing of how a cookie is made: it remembers whose it was, when it was given out, under which key, and
by what it was ended.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hardtack.login import Accounts
from hardtack.login.sign_ins import NoSuchSignIn
from hardtack.seal import Key, rotation
from hardtack.seal.followed import FollowedKeyring, Found
from hardtack.seal.key import ACTIVE, ANNOUNCED, REVOKED, KeyringError
from hardtack.seal.keytext import Written
from hardtack.session import Identity, Lifetimes, Session, Sessions
from hardtack.session.revocation import GRACE
from hardtack.store import feed
from hardtack.store.superseded import KEPT as DRIFT
from tests.machines.place import COUNTED, NOW, PASSWORD, database, pool

LEEWAY = 60
USUAL = Lifetimes(idle=1000, absolute=4000, leeway=LEEWAY)
KEPT = Lifetimes(idle=4000, absolute=20_000, leeway=LEEWAY)
ORIGIN = "https://example.org"
WHO = "__Host-hardtack"
APPLICATIONS = {"app": ("hardtack", "app"), "shop": ("hardtack", "shop"), "elsewhere": ("elsewhere", "app")}
"""Realm and name of the data's application, by what the machine calls it."""
SIGN_IN_KEY = "_user_id"
"""A key that means a sign-in to a framework, so that it is not taken along into one."""
STEPS = (1, 10, 29, 31, 59, 61, 250, 400, 400, 1061, 4100)
BACK = (1, 31, 61, 400, 400, 3600)
MOST_UNDER_WAY = 4
MOST_KEYS = 8
MOST_LOOKED_AT = 24

recent = st.one_of(st.just(-1), st.integers(-3, -1), st.integers(0, 1 << 16))
"""Which of several, by its place modulo how many there are: the latest more often than others."""
applications = st.sampled_from(sorted(APPLICATIONS))
nodes = st.integers(0, 1)


@dataclass(frozen=True)
class Who:
    """An identity cookie that was given out."""

    value: str = field(repr=False)
    realm: str
    key: bytes
    account: int
    epoch: int
    session_id: bytes
    lineage: bytes
    born: int
    issued: int
    kept: bool | None


@dataclass(frozen=True)
class What:
    """A data cookie that was given out."""

    value: str = field(repr=False)
    place: tuple[str, str]
    key: bytes
    account: int | None
    values: dict[str, int]
    born: int
    issued: int
    deadline: int


@dataclass
class Request:
    """One that is under way: what it is for the model."""

    session: Session
    sessions: Sessions
    node: int
    place: tuple[str, str]
    who: Who | None
    what: What | None
    values: dict[str, int]
    superseded: bool
    change: str = ""
    ids: tuple[bytes, bytes] = (b"", b"")


class World(RuleBasedStateMachine):
    """What everything happens in: nodes, keys, a clock, and what was given out."""

    def __init__(self) -> None:
        super().__init__()
        COUNTED["lives of sessions"] += 1
        self.now = NOW
        self.pepper = bytes(32)
        self.keys: tuple[Key, ...] = (Key(bytes(31) + b"\x01", ACTIVE, NOW),)
        self.drawn = 1
        self.stolen: set[bytes] = set()
        self.open = ExitStack()
        url = self.open.enter_context(database())
        self.rings: list[FollowedKeyring] = []
        self.nodes = [self._node(url) for _ in range(2)]
        self.accounts = [accounts for accounts, _ in self.nodes]
        self.people = [self.accounts[0].add(name, PASSWORD, now=NOW).id for name in ("ada", "eve")]
        self.epochs = {each: self.accounts[0].get(each).epoch for each in self.people}  # type: ignore[union-attr]
        self.seen: set[bytes] = set()
        self.ended: set[bytes] = set()
        self.replaced: dict[bytes, int] = {}
        self.whos: list[Who] = []
        self.whats: list[What] = []
        self.under_way: list[Request] = []

    def _node(self, url: str) -> tuple[Accounts, dict[str, Sessions]]:
        ring = FollowedKeyring(self._written, lambda: self.now)
        self.rings.append(ring)
        accounts = self.open.enter_context(Accounts.connect(url, keyring=ring, hashing=pool()))
        accounts.revocations.refresh()
        return accounts, {
            name: Sessions(
                ring,
                origin=ORIGIN,
                realm=realm,
                application=application,
                lifetimes=USUAL,
                kept_lifetimes=KEPT,
                revocations=accounts.revocations,
            )
            for name, (realm, application) in APPLICATIONS.items()
        }

    def _written(self, _before: Found | None) -> Found:
        return Found(Written(self.keys, self.pepper), self.keys)

    def teardown(self) -> None:
        """Close what is open."""
        self.open.close()

    # The model --------------------------------------------------------------------------------------------------------

    def opens(self, key: bytes) -> bool:
        """Return whether what lies under a key may be opened."""
        there = {each.id for each in self.keys if each.state != REVOKED}
        return key in there and key not in self.stolen

    def seals(self, key: bytes) -> bool:
        """Return whether something may lie under a key that was sealed just now."""
        waiting = [each for each in self.keys if each.state == ANNOUNCED and (each.since or 0) > self.now]
        due = [each for each in self.keys if each.state == ANNOUNCED and each not in waiting]
        active = max(due, key=lambda each: each.since or 0, default=None)
        active = active or next(each for each in self.keys if each.state == ACTIVE)
        # Where the active one was stolen, an announced one takes its place at once, whatever its time.
        may = waiting if active.id in self.stolen else [active]
        return self.opens(key) and key in [each.id for each in may]

    def alive(self, account: int, epoch: int, lineage: bytes, session_id: bytes) -> str:
        """Return ``good``, ``superseded`` or ``over``: what became of a sign-in, whatever its cookies."""
        if lineage in self.ended or epoch < self.epochs[account]:
            return "over"
        replaced = self.replaced.get(session_id)
        if replaced is None:
            return "good"
        # Before the moment at which it was replaced a clock stood wrong, by more than clocks may differ.
        return "superseded" if replaced + GRACE - DRIFT <= self.now < replaced + GRACE else "over"

    def in_time(self, born: int, issued: int, deadline: int, limits: Lifetimes) -> bool:
        """Return whether a cookie with these times is neither from the future nor past."""
        end = min(deadline, issued + limits.idle, born + limits.absolute)
        return max(born, issued) <= self.now + LEEWAY and self.now < end + LEEWAY

    def judged(self, who: Who | None, realm: str) -> str:
        """Return what an identity cookie is worth: ``good``, ``superseded`` or ``over``."""
        if who is None or who.realm != realm or not self.opens(who.key):
            return "over"
        limits = KEPT if who.kept else USUAL
        if not self.in_time(who.born, who.issued, limits.deadline_of(who.born, who.issued), limits):
            return "over"
        return self.alive(who.account, who.epoch, who.lineage, who.session_id)

    def held(self, what: What | None, place: tuple[str, str], who: Who | None) -> dict[str, int] | None:
        """Return what a data cookie holds for whoever is signed in by *who*; ``None``: nothing."""
        limits = KEPT if who is not None and who.kept else USUAL
        if what is None or what.place != place or not self.opens(what.key):
            return None
        if not self.in_time(what.born, what.issued, what.deadline, limits):
            return None
        if what.account is not None:
            return dict(what.values) if who is not None and what.account == who.account else None
        return without_sign_in(what.values) if who is not None else dict(what.values)

    # The clock, the keys, and what ends sign-ins from elsewhere -------------------------------------------------------

    @rule(seconds=st.sampled_from([*STEPS, *(-each for each in BACK)]))
    def time_passes(self, seconds: int) -> None:
        """For the people, the nodes and everything; or somebody has set the clock."""
        COUNTED["steps of the clock backwards"] += seconds < 0
        self._pass(seconds)

    def _pass(self, seconds: int) -> None:
        self.now += seconds
        # A clock that was set back may come by the very second in which a ring has looked for changed keys before; the
        # ring looks again in the next one, which for people is a moment later and here would be never.
        while any(ring._looked == self.now for ring in self.rings):
            self.now += 1

    @rule(
        how=st.sampled_from(["announce", "rotate", "rotate", "revoke", "retire", "steal", "write"]),
        at=recent,
        node=nodes,
    )
    def keys_change(self, how: str, at: int, node: int) -> None:
        """A key is announced, seals at once, is revoked, or goes; one is stolen, and that is written down later."""
        COUNTED["changes of keys"] += 1
        key = self.keys[at % len(self.keys)].id
        if how == "retire":
            self._change(lambda keys: rotation.retire(keys, key.hex(), self.now, 100))
        elif how == "steal" and not self.stolen:
            # One node tells the others by the database; what is written down says nothing of it yet.
            with self.accounts[node]._database.write() as connection:
                feed.revoke_key(connection, key_id=key, at=self.now)
            self.stolen.add(key)
        elif how == "write":
            for each in self.stolen:
                self._change(lambda keys, each=each: rotation.revoke(keys, each.hex(), self.now))  # type: ignore[misc]
        elif how == "revoke" and len(self.keys) < MOST_KEYS:
            self._change(lambda keys: rotation.revoke(keys, key.hex(), self.now))
        elif len(self.keys) < MOST_KEYS:
            self._change(lambda keys: rotation.announce(keys, self.now, 300 if how == "announce" else 0))

    def _change(self, changed: Callable[[rotation.Keys], rotation.Keys]) -> None:
        with suppress(KeyringError):
            self.keys = changed(self.keys)
        # Nodes look once a second.
        self._pass(1)

    @precondition(lambda self: self.whos)
    @rule(at=recent, node=nodes, everything=st.booleans())
    def ends(self, at: int, node: int, everything: bool) -> None:
        """Somebody signs out everywhere, or is disabled, or has a new password; or ends one sign-in in their list."""
        given, sign_ins = self.whos[at % len(self.whos)], self.accounts[node].sign_ins
        if everything:
            COUNTED["sign-outs everywhere"] += 1
            self.epochs[given.account] += 1
            assert self.epochs[given.account] == sign_ins.end_all(given.account, self.now).epoch
            return
        with suppress(NoSuchSignIn):
            sign_ins.end(given.account, sign_ins.id_of(given.lineage), self.now)
            COUNTED["sign-ins ended in the list"] += 1
            self.ended.add(given.lineage)

    @invariant()
    def every_cookie_is_judged_alike(self) -> None:
        """On every node, whatever happened last and wherever."""
        for given in self.whos[-MOST_LOOKED_AT:]:
            header = field_of((WHO, given.value))
            judged = self.judged(given, given.realm)
            for _, sessions in self.nodes:
                COUNTED["cookies judged"] += 1
                asked = sessions["elsewhere" if given.realm == "elsewhere" else "app"]
                found, why = asked.identify(header, self.now)
                assert (found is None) is (judged == "over"), (judged, why, given)
                assert found is None or ids_of(found) == ids_of(given)


def field_of(*pairs: tuple[str, str] | None) -> str:
    """Return the Cookie field with these cookies."""
    return "; ".join(f"{pair[0]}={pair[1]}" for pair in pairs if pair)


def pair_of(set_cookie: str) -> tuple[str, str]:
    """Return name and value of a Set-Cookie field."""
    name, _, value = set_cookie.partition(";")[0].partition("=")
    return name, value


def data_name(place: tuple[str, str]) -> str:
    """Return the name of an application's data cookie."""
    return f"__Host-session-{place[1]}"


def ids_of(who: Who | Identity) -> tuple[int, int, bytes, bytes]:
    """Return whose a sign-in is, and which."""
    return who.account, who.epoch, who.lineage, who.session_id


def without_sign_in(values: dict[str, int]) -> dict[str, int]:
    """Return what nobody's data may bring along to somebody."""
    return {key: value for key, value in values.items() if key != SIGN_IN_KEY}
