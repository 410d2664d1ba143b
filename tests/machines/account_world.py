"""What accounts live in, and the model of them: who may be signed in, which credentials hold, and what is still good.

The model knows no epoch and no fingerprint. It counts for each account the changes after which no older link is good,
and marks what each act ends; after every step all of it is held against the real store, which is asked about every
sign-in, half-done sign-in, link and token there ever was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from hardtack.errors import Refused
from hardtack.login import Accounts, Whence
from hardtack.login.addressee import Addressees, Meant, NobodyMeant
from hardtack.login.credentials import holds
from hardtack.login.factor_reset import OPEN
from hardtack.login.half import LIFETIME as HALF_LIFETIME
from hardtack.login.half import MOST_FAILURES, Half
from hardtack.login.links import Kind
from hardtack.login.outbox import Notice
from hardtack.login.trusted import Shown
from hardtack.seal import Keyring
from hardtack.session import Identity, Lifetimes, Sessions
from tests.login.orders import orders
from tests.machines.place import COUNTED, NOW, database, pool

T = TypeVar("T")

NAMES = ("ada", "eve", "bob")
PASSWORDS = (
    "correct horse battery staple",
    "four unrelated words 橙子",
    "a long walk 到海边 in march",
    "seventeen violet umbrellas",
)
FOREVER = Lifetimes(idle=390 * 86_400, absolute=399 * 86_400)
"""No sign-in ends by itself here: how they do is seen in the life of sessions."""
DEVICE = "firefox/linux"
LATEST = 4
"""Of each kind, so many are looked at after every step."""


@dataclass
class Person:
    """An account."""

    id: int
    name: str
    password: str | None
    email: str | None = None
    disabled: bool = False
    closed: bool = False
    app: str | None = field(default=None, repr=False)
    used_step: int = 0
    demanded: bool = False
    reset_due: int | None = None
    codes: set[str] = field(default_factory=set)
    wrong: int = 0
    changes: int = 0
    """How often something changed on which links rest."""
    endings: int = 0
    """How often all of its sign-ins have ended but for one."""

    @property
    def open(self) -> bool:
        """Whether anybody may sign in to it."""
        return not (self.closed or self.disabled)


@dataclass
class SignIn:
    """One that was begun."""

    person: Person
    identity: Identity
    over: bool = False


@dataclass
class Link:
    """One that was sent, or handed over."""

    kind: Kind
    code: str = field(repr=False)
    person: Person
    changes: int
    until: int
    email: str = ""
    used: bool = False


@dataclass
class Waiting:
    """A half-done sign-in."""

    person: Person
    half: Half
    endings: int
    until: int
    failures: int = 0
    over: bool = False


@dataclass
class Trust:
    """A browser that was trusted: what it has shown, the latest last."""

    person: Person
    shown: list[Shown]
    endings: int
    until: int
    over: bool = False


@dataclass
class AccessToken:
    """A personal access token."""

    person: Person
    text: str = field(repr=False)
    until: int
    over: bool = False


class World(RuleBasedStateMachine):
    """A real store, people, and what they were given."""

    def __init__(self) -> None:
        super().__init__()
        COUNTED["lives of accounts"] += 1
        self.now = NOW
        self.came = 0
        self.latest = NOW + 200 * 86_400
        self.open = ExitStack()
        self.keyring = Keyring.generate()
        url = self.open.enter_context(database())
        self.accounts = self.open.enter_context(Accounts.connect(url, keyring=self.keyring, hashing=pool()))
        self.services = self.accounts._services
        self.sessions = Sessions(
            self.keyring, origin="https://example.org", lifetimes=FOREVER, revocations=self.accounts.revocations
        )
        self.addressees = Addressees(self.services)
        self.root = self.accounts.add("root", PASSWORDS[0], administrator=True, now=NOW).id
        self.people: list[Person] = []
        self.sign_ins: list[SignIn] = []
        self.links: list[Link] = []
        self.waiting: list[Waiting] = []
        self.trusts: list[Trust] = []
        self.tokens: list[AccessToken] = []

    def teardown(self) -> None:
        """Close what is open."""
        self.open.close()

    # What acts have in common -----------------------------------------------------------------------------------------

    def comes(self, seconds: int = 61) -> str:
        """Let time pass, so that no budget is what decides, and return the address of whoever comes then."""
        self.now += seconds
        self.came += 1
        return f"10.{self.came >> 16 & 255}.{self.came >> 8 & 255}.{self.came & 255}"

    def where(self, client: str) -> dict[str, Any]:
        """Return where and when somebody does something, as most parts take it."""
        return {"client": client, "device": DEVICE, "now": self.now}

    def whence(self, client: str) -> Whence:
        """Return where somebody does something, as the others take it."""
        return Whence(client, DEVICE)

    def tried(self, work: Callable[[], T], *, good: bool, slug: str = "") -> T | None:
        """Do something, and see that it is done if and only if the model lets it be done.

        Args:
            work: does it.
            good: whether it must be done.
            slug: of the one refusal that there may be; ``""``: any.
        """
        done, refusal = None, ""
        try:
            done = work()
        except Refused as refused:
            refusal = refused.slug
        COUNTED["acts refused, rightly" if refusal else "acts done, rightly"] += 1
        assert good is (refusal == ""), refusal
        assert not (refusal and slug) or refusal == slug
        return done

    def mailed(self, notice: Notice, address: str) -> Meant | None:
        """Return whom the mail is for that was ordered just now, as the postman finds out; ``None``: for nobody."""
        order = [each for each in orders(self.accounts, self.now) if each.notice is notice][-1]
        assert (order.at, order.address) == (self.now, address)
        try:
            return self.addressees.of(order, now=self.now, first=False)
        except NobodyMeant:
            return None

    def end_all(self, person: Person, *, but: SignIn | None = None) -> None:
        """Let all sign-ins of somebody be over for the model, and what depends on them."""
        person.changes += 1
        person.endings += 1
        for each in self.sign_ins:
            each.over |= each.person is person and each is not but

    def end_tokens(self, person: Person) -> None:
        """Let all access tokens of somebody be over for the model."""
        for each in self.tokens:
            each.over |= each.person is person

    def go_on(self, sign_in: SignIn, epoch: int) -> None:
        """Let a sign-in go on under a new id and epoch, as its page does after an act that ends the others."""
        session = self.sessions.open("", self.now)
        session.become(sign_in.identity)
        before = sign_in.identity
        sign_in.identity = session.step_up(
            factors=(),
            now=self.now,
            epoch=epoch,
            supersede=lambda identity: self.accounts.supersede(
                identity, self.now, until=self.sessions.last_end(identity)
            ),
        )
        self.accounts.sign_ins.renewed(sign_in.identity)
        self.sign_ins.append(SignIn(sign_in.person, before, over=True))

    def is_good(self, link: Link, kind: Kind) -> bool:
        """Return whether a link is good for what is asked of it."""
        here = link.kind is kind and not link.used and self.now < link.until
        return here and not link.person.closed and link.changes == link.person.changes

    def is_over(self, token: AccessToken) -> bool:
        """Return whether an access token is good no more."""
        return token.over or not token.person.open or self.now >= token.until

    def reset_is_due(self, person: Person) -> bool:
        """Return whether a reset of somebody's factors holds."""
        due = person.reset_due
        return due is not None and due <= self.now < due + OPEN

    def has_lapsed(self, person: Person) -> bool:
        """Return whether a reset that was asked for was let lapse."""
        return person.reset_due is not None and self.now >= person.reset_due + OPEN

    def goes(self, waiting: Waiting) -> bool:
        """Return whether a half-done sign-in is good."""
        living = not waiting.over and self.now < waiting.until and waiting.failures < MOST_FAILURES
        return living and waiting.person.open and waiting.endings == waiting.person.endings

    def begin_half(self, person: Person, half: Half) -> None:
        """Note a half-done sign-in."""
        self.waiting.append(Waiting(person, half, person.endings, self.now + HALF_LIFETIME))

    def some(self, given: Sequence[T]) -> Sequence[T]:
        """Return the latest of what was given out and, in turn, one of all others: no step is to take ever longer."""
        older = given[:-LATEST]
        return [*given[-LATEST:], *([older[self.came % len(older)]] if older else [])]

    # What holds after every step --------------------------------------------------------------------------------------

    @invariant()
    def accounts_are_what_they_should_be(self) -> None:
        """What is written down of each, and what its owner has."""
        for person in self.people:
            account = self.accounts.get(person.id)
            assert (account is None) is person.closed
            if account is None:
                continue
            assert (person.disabled, person.email) == (account.disabled, account.email)
            assert (person.password is not None) is self.accounts.credentials.has_password(person.id)
            held = self.accounts.second_factors.held(person.id)
            assert (person.app is not None, len(person.codes)) == (held.totp, held.recovery_codes)

    @invariant()
    def a_sign_in_holds_until_it_was_ended(self) -> None:
        """In memory, in the database and in the list alike."""
        for each in self.some(self.sign_ins):
            COUNTED["sign-ins judged"] += 1
            identity = each.identity
            verdict = self.accounts.revocations.verdict(
                identity.lineage, identity.session_id, identity.account, identity.epoch, self.now
            )
            assert (verdict == "") is not each.over, (verdict, each)
            if not each.over:
                with self.accounts._database.read() as connection:
                    assert holds(self.services, connection, identity)
        for person in self.people:
            living = {each.identity.lineage for each in self.sign_ins if each.person is person and not each.over}
            assert living == {each.lineage for each in self.accounts.sign_ins.list(person.id, self.now)}

    @invariant()
    def a_link_is_good_until_something_changes(self) -> None:
        """Looking at it consumes nothing."""
        for link in self.some(self.links):
            COUNTED["links judged"] += 1
            self.looked(lambda code: self.accounts.recovery.look(code, self.now), link, Kind.RESET)
            if not link.person.disabled:
                account = link.person.id
                self.looked(
                    lambda code, of=account: self.accounts.addresses.pending(of, code, now=self.now), link, Kind.ADDRESS
                )

    def looked(self, look: Callable[[str], object], link: Link, kind: Kind) -> None:
        """See that a link is good for what the model says."""
        good = True
        try:
            look(link.code)
        except Refused:
            good = False
        assert good is self.is_good(link, kind), link

    @invariant()
    def a_half_done_sign_in_and_a_token_are_good_until_they_were_ended(self) -> None:
        """Both are asked for by what was given out."""
        for each in self.some(self.waiting):
            found = self.accounts.half.read(each.half.shown, self.now)
            assert (found is not None) is self.goes(each), each
        for token in self.some(self.tokens):
            COUNTED["tokens judged"] += 1
            used = None
            with suppress(Refused):
                used = self.accounts.tokens.use(token.text, "read", client="127.0.0.1", now=self.now).account.id
            assert used == (None if self.is_over(token) else token.person.id), token
