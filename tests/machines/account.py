"""The life of accounts, against a model that says who may be signed in, which credentials hold and what is still good.

People sign up, sign in with right and wrong passwords, prove second factors, trust browsers, change passwords and
addresses, forget and reset, set factors up and remove them, make tokens and close their accounts; an administrator
disables, enables, gives roles and resets. Whatever was ever given out, a link, a code, a half-done sign-in or what a
trusted browser has shown, is tried again by anybody at any later time.
"""

from __future__ import annotations

from typing import Any

import pyotp
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from hardtack.login.factors import PASSWORD, RECOVERY_CODE, TOTP, TRUSTED_DEVICE, Need
from hardtack.login.second_step import Answer
from hardtack.login.sign_ins import Entering
from hardtack.login.totp import STEP
from hardtack.login.trusted import LIFETIME as TRUSTED_FOR
from hardtack.login.trusted import NOTHING
from hardtack.session import Identity
from tests.machines.account_acts import Acts, passwords, recent, right
from tests.machines.account_world import NAMES, PASSWORDS, Person, SignIn, Trust, Waiting
from tests.machines.place import COUNTED

MOST_WRONG = 15
"""Wrong codes of one account: with twenty none is looked at, which other tests are about."""


class LifeOfAccounts(Acts):
    """See the module."""

    # Coming in --------------------------------------------------------------------------------------------------------

    @initialize()
    def two_people_are_there(self) -> None:
        """One with an address and one without; both are signed in, and one has an authenticator app."""
        for name, password in zip(NAMES, PASSWORDS, strict=False):
            self.sign_up(name, password, addressed=name == NAMES[0])
            self.sign_in(-1, True, password, False, 0, False)
            if len(self.people) == 2:
                break
        self.factors(-1, True, "add", PASSWORDS[0])

    @precondition(lambda self: len(self.people) < len(NAMES))
    @rule(name=st.sampled_from(NAMES), password=passwords, addressed=st.booleans())
    def sign_up(self, name: str, password: str, addressed: bool) -> None:
        """Somebody makes an account, unless the name is or was anybody's."""
        client = self.comes()
        taken = any(each.name == name for each in self.people)
        made = self.tried(lambda: self.accounts.sign_up(name, password, **self.where(client)), good=not taken)
        if made is None:
            return
        person = Person(made.id, name, password)
        self.people.append(person)
        email = f"{name}@example.org"
        if addressed and self.of_address(email) is None:
            with self.accounts._database.write() as connection:
                self.services.rows.set_address(connection, made.id, email=email, canonical=email)
            person.email = email
            person.changes += 1

    @precondition(lambda self: self.people)
    @rule(who=recent, known=right, password=passwords, by_address=st.booleans(), trust=recent, showing=st.booleans())
    def sign_in(
        self, who: int, known: bool, password: str, by_address: bool, trust: int, showing: bool, old: int = -1
    ) -> None:
        """Somebody tries a password; all who have no right to come in are told the same."""
        client, person = self.comes(), self.people[who % len(self.people)]
        typed = (person.password if known else None) or password
        name = person.email or "nobody@example.org" if by_address else person.name
        good = person.open and typed == person.password and name != "nobody@example.org"
        made: list[Identity] = []

        def identify(account: Any) -> Identity:
            made.append(
                self.sessions.open("", self.now).identify(account=account.id, epoch=account.epoch, now=self.now)
            )
            return made[-1]

        entering = Entering(identify, self.whence(client), self.sessions)
        account = self.tried(
            lambda: self.accounts.sign_in(name, typed, entering=entering, **self.where(client)),
            good=good,
            slug="wrong-credentials",
        )
        if account is None:
            return
        need = self.accounts.second_factors.needed(person.id, (PASSWORD,))
        wanted = Need.PROVE if person.app else Need.ENROL if person.demanded else Need.NOTHING
        assert need is wanted
        assert bool(made) is (need is Need.NOTHING)
        if made:
            COUNTED["sign-ins"] += 1
            self.sign_ins.append(SignIn(person, made[0]))
            return
        if need is Need.PROVE and self.reset_is_due(person):
            account = self.take_effect(person, account, client)
        elif need is Need.PROVE and showing and self.trusts and self.trusted(person, trust, old, client):
            self.come_in(person, (PASSWORD, TRUSTED_DEVICE), client, None)
            return
        self.begin_half(person, self.accounts.half.begin(account, (PASSWORD,), now=self.now))

    @precondition(lambda self: any(each.app and each.open and each.password for each in self.people))
    @rule(who=recent, how=st.sampled_from(["app", "app", "paper"]), trust=right, showing=st.booleans(), again=right)
    def sign_in_by_two_factors(self, who: int, how: str, trust: bool, showing: bool, again: bool) -> None:
        """Somebody shows a second factor, or the browser that was trusted by one, after the right password."""
        able = [at for at, each in enumerate(self.people) if each.app and each.open and each.password]
        at = able[who % len(able)]
        before = len(self.waiting)
        for _ in range(1 + again):
            self.sign_in(at, known=True, password=PASSWORDS[0], by_address=False, trust=-1, showing=showing)
        if len(self.waiting) > before:
            self.prove(-1, how, trust)
        if len(self.waiting) > before + 1:
            # In the other of two browsers, while the same code is still shown.
            self.prove(-2, "used", trust, seconds=20)

    @precondition(lambda self: self.trusts)
    @rule(at=recent, old=st.sampled_from([-1, -1, -2, -3, 0]))
    def come_to_a_trusted_browser(self, at: int, old: int) -> None:
        """Somebody types the right password in a browser that was trusted, or has a copy of what it has shown."""
        at %= len(self.trusts)
        person = self.trusts[at].person
        self.sign_in(self.people.index(person), True, PASSWORDS[0], False, trust=at, showing=True, old=old)

    def take_effect(self, person: Person, account: Any, client: str) -> Any:
        """Let a reset that is due take the factors away."""
        after = self.accounts.factor_reset.take_effect(account, now=self.now, whence=self.whence(client))
        assert after is not None
        COUNTED["factors reset"] += 1
        person.app, person.codes, person.demanded, person.reset_due = None, set(), True, None
        self.end_all(person)
        return after

    def trusted(self, person: Person, at: int, old: int, client: str) -> bool:
        """Show what a browser has shown before, the latest or an older one; return whether it is trusted."""
        trust = self.trusts[at % len(self.trusts)]
        shown = trust.shown[old % len(trust.shown)]
        living = trust.person is person and not trust.over and self.now < trust.until
        living = living and trust.endings == person.endings
        good = living and shown is trust.shown[-1]
        account = self.accounts.named(person.name)
        found, after = self.accounts.trusted.use(shown, account, self.now, whence=self.whence(client))
        assert found is good
        if good:
            trust.shown.append(after)
        elif living:
            # Time has passed, so it is no second request of the same moment: somebody has a copy.
            COUNTED["copies of trusted browsers found out"] += 1
            trust.over = True
        return found

    def come_in(self, person: Person, proved: tuple[str, ...], client: str, waiting: Waiting | None) -> None:
        """Sign somebody in who has proved enough by more than a password."""
        half = None if waiting is None else waiting.half
        account = self.accounts.named(person.name)
        whence = self.whence(client)
        self.accounts.finish(account, proved, half=half, now=self.now, whence=whence)
        if waiting is not None:
            waiting.over = True
        if person.reset_due is not None and TOTP in proved:
            self.accounts.factor_reset.call_off(person.id, now=self.now, whence=whence, reason="signed-in")
            person.reset_due = None
        session = self.sessions.open("", self.now)
        identity = session.sign_in(account=person.id, epoch=account.epoch, factors=proved, now=self.now)
        self.accounts.sign_ins.begin(identity, whence, self.sessions, self.now)
        COUNTED["sign-ins by two factors"] += 1
        self.sign_ins.append(SignIn(person, identity))

    @precondition(lambda self: self.waiting)
    @rule(
        at=recent,
        how=st.sampled_from(["app", "app", "app", "used", "wrong", "paper", "paper", "other"]),
        trust=st.booleans(),
    )
    def prove(self, at: int, how: str, trust: bool, seconds: int = 61) -> None:
        """Somebody shows a second factor: the right one, a used one, a wrong one, or another person's."""
        client, waiting = self.comes(seconds), self.waiting[at % len(self.waiting)]
        person, good = waiting.person, self.goes(waiting)
        answer, right_one = self.answer(person, how)
        if answer is None or (person.wrong >= MOST_WRONG and answer.factor == TOTP):
            return
        begun = self.goes(waiting)
        if answer.factor == TOTP:
            person.wrong += 1
        whence = self.whence(client)
        proved = self.tried(
            lambda: self.accounts.second_step.prove(waiting.half, answer, now=self.now, whence=whence),
            good=good and right_one,
        )
        if proved is None:
            waiting.failures += begun
            return
        self.proves(person, answer)
        waiting.half = proved
        self.come_in(person, proved.factors, client, waiting)
        if trust and answer.factor == TOTP:
            account = self.accounts.named(person.name)
            shown = NOTHING.showing(self.accounts.trusted.begin(NOTHING, account, self.now, whence=whence), self.now)
            self.trusts.append(Trust(person, [shown], person.endings, self.now + TRUSTED_FOR))

    def answer(self, person: Person, how: str) -> tuple[Answer | None, bool]:
        """Return a code of a kind and whether it is right; ``None``: there is none to show."""
        step = self.now // STEP
        if how == "paper":
            code = min(person.codes, default="AAAAAA-AAAAAA-AAAAAA-AAAAAA")
            return Answer(RECOVERY_CODE, code), bool(person.codes)
        if how == "app" and person.app:
            return Answer(TOTP, pyotp.TOTP(person.app).at(step * STEP)), step > person.used_step
        if how == "used" and person.app:
            return Answer(TOTP, pyotp.TOTP(person.app).at(person.used_step * STEP)), False
        if how == "other":
            other = next((each for each in self.people if each is not person and each.app and not each.closed), None)
            if other is not None and other.app:
                code = pyotp.TOTP(other.app).at(step * STEP)
                return Answer(TOTP, code), False
        near = {pyotp.TOTP(person.app).at((step + by) * STEP) for by in (-1, 0, 1)} if person.app else set()
        return Answer(TOTP, next(code for code in ("000000", "111111", "222222", "333333") if code not in near)), False

    def proves(self, person: Person, answer: Answer) -> None:
        """Note that a factor was shown."""
        person.wrong = 0
        if answer.factor == TOTP:
            person.used_step = self.now // STEP
        else:
            person.codes.discard(answer.code)

    @precondition(lambda self: self.waiting)
    @rule(at=recent)
    def enrol_on_the_way(self, at: int) -> None:
        """Whoever must have a factor and has none sets one up before they are signed in; nobody else may."""
        client, waiting = self.comes(), self.waiting[at % len(self.waiting)]
        person, binding = waiting.person, waiting.half.row.half_id
        account = waiting.half.account
        setup = self.accounts.totp.begin(account, binding=binding, now=self.now)
        code = pyotp.TOTP(setup.secret_text.replace(" ", "")).at(self.now)
        good = self.goes(waiting) and person.demanded and person.app is None
        done = self.tried(
            lambda: self.accounts.totp.enrol(waiting.half, setup.token, code, binding=binding, **self.where(client)),
            good=good,
        )
        if done is not None:
            self.has_app(person, setup.secret_text)
            waiting.half = self.accounts.half.proved(waiting.half, TOTP, self.now)
            self.come_in(person, waiting.half.factors, client, waiting)
