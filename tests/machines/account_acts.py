"""What happens to an account besides coming in: what its owner does, by a session or a link, and an administrator.

Whatever is tried by a session that is over, a link that is good no more or a password that is not right must be
refused, and change nothing; all else must be done.
"""

from __future__ import annotations

from typing import Any

import pyotp
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from hardtack.login.factor_reset import WAIT
from hardtack.login.links import Kind
from hardtack.login.outbox import Notice
from hardtack.login.totp import STEP
from tests.machines.account_world import NAMES, PASSWORDS, AccessToken, Link, Person, SignIn, World
from tests.machines.place import COUNTED

recent = st.one_of(st.just(-1), st.integers(-3, -1), st.integers(0, 1 << 16))
"""Which of several, by its place modulo how many there are: the latest more often than others."""
passwords = st.sampled_from(PASSWORDS)
right = st.sampled_from([True, True, True, False])
ADDRESSES = tuple(f"{name}@example.{top}" for name in NAMES for top in ("org", "net"))
DAY = 86_400


class Acts(World):
    """See the module."""

    def of_address(self, address: str) -> Person | None:
        """Return whose an address is."""
        return next((each for each in self.people if each.email == address and not each.closed), None)

    def living(self, sign_in: SignIn) -> bool:
        """Return whether a sign-in may do something."""
        return not sign_in.over and sign_in.person.open

    @rule(seconds=st.sampled_from([300, 1801, DAY + 1, DAY + 1, 31 * DAY]))
    def time_passes(self, seconds: int) -> None:
        """Links end, and so do half-done sign-ins and the trust of browsers."""
        self.comes(seconds if self.now < self.latest else 300)

    # By a session -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.sign_ins)
    @rule(at=recent, how=st.sampled_from(["this", "all", "others", "one"]), other=recent)
    def end_sign_ins(self, at: int, how: str, other: int) -> None:
        """Somebody signs out, here, everywhere, everywhere else or elsewhere."""
        client, sign_in = self.comes(), self.sign_ins[at % len(self.sign_ins)]
        person, whence, sign_ins = sign_in.person, self.whence(client), self.accounts.sign_ins
        if how == "this":
            until = self.sessions.last_end(sign_in.identity)
            self.accounts.sign_out(sign_in.identity, self.now, until=until, whence=whence)
            lineage = sign_in.identity.lineage
            for each in self.sign_ins:
                each.over |= each.identity.lineage == lineage
        elif how == "all":
            good = not person.closed
            if self.tried(lambda: sign_ins.end_all(person.id, self.now, whence=whence), good=good):
                self.end_all(person)
        elif how == "others":
            good = self.living(sign_in)
            after = self.tried(lambda: sign_ins.end_others(sign_in.identity, self.now, whence=whence), good=good)
            if after is not None:
                self.end_all(person, but=sign_in)
                self.go_on(sign_in, after.epoch)
        else:
            named = self.sign_ins[other % len(self.sign_ins)]
            identifier = sign_ins.id_of(named.identity.lineage)
            alive = {each.identity.lineage for each in self.sign_ins if each.person is person and not each.over}
            good = named.identity.lineage in alive
            if self.tried(lambda: sign_ins.end(person.id, identifier, self.now, whence=whence), good=good):
                for each in self.sign_ins:
                    each.over |= each.identity.lineage == named.identity.lineage

    @precondition(lambda self: self.sign_ins)
    @rule(at=recent, known=right, current=passwords, new=passwords)
    def change_password(self, at: int, known: bool, current: str, new: str) -> None:
        """Every other sign-in ends, and every link."""
        client, sign_in = self.comes(), self.sign_ins[at % len(self.sign_ins)]
        person = sign_in.person
        typed = (person.password if known else None) or current
        good = self.living(sign_in) and typed == person.password and new != typed
        after = self.tried(
            lambda: self.accounts.credentials.change(sign_in.identity, typed, new, **self.where(client)), good=good
        )
        if after is not None:
            COUNTED["passwords changed"] += 1
            person.password, person.wrong = new, 0
            self.end_all(person, but=sign_in)
            self.go_on(sign_in, after.epoch)

    @precondition(lambda self: self.sign_ins)
    @rule(at=recent, address=st.sampled_from(ADDRESSES), removing=st.booleans())
    def ask_for_an_address(self, at: int, address: str, removing: bool) -> None:
        """An address is somebody's once its link was opened; and it goes at once."""
        client, sign_in = self.comes(721), self.sign_ins[at % len(self.sign_ins)]
        person = sign_in.person
        if removing:
            done = self.tried(
                lambda: self.accounts.addresses.remove(person.id, identity=sign_in.identity, **self.where(client)),
                good=self.living(sign_in),
            )
            if done is not None:
                person.email = None
                person.changes += 1
        elif self.living(sign_in) and address != person.email:
            account = self.accounts.named(person.name)
            self.accounts.addresses.ask(account, address, language="en", **self.where(client))
            meant = self.mailed(Notice.VERIFY_ADDRESS, address)
            assert meant is not None
            self.links.append(Link(Kind.ADDRESS, meant.code, person, person.changes, self.now + DAY, address))

    @precondition(lambda self: self.links and self.sign_ins)
    @rule(at=recent, which=recent)
    def confirm_an_address(self, at: int, which: int) -> None:
        """Whoever is signed in opens any link; only one of their own makes an address theirs, and nobody else's is."""
        client, sign_in, link = (
            self.comes(),
            self.sign_ins[at % len(self.sign_ins)],
            self.links[which % len(self.links)],
        )
        person = sign_in.person
        if not self.living(sign_in):
            return  # its page asks for that
        good = self.is_good(link, Kind.ADDRESS) and link.person is person
        good = good and self.of_address(link.email) in (None, person)
        if self.tried(lambda: self.accounts.addresses.confirm(person.id, link.code, **self.where(client)), good=good):
            COUNTED["addresses confirmed"] += 1
            person.email, link.used = link.email, True
            person.changes += 1

    @precondition(lambda self: self.sign_ins)
    @rule(at=recent, known=right, how=st.sampled_from(["add", "add", "codes", "codes", "remove"]), password=passwords)
    def factors(self, at: int, known: bool, how: str, password: str) -> None:
        """A factor is set up, also in an older one's place, or goes, with the password; or codes are made."""
        client, sign_in = self.comes(), self.sign_ins[at % len(self.sign_ins)]
        person, identity, where = sign_in.person, sign_in.identity, self.where(client)
        if how == "codes":
            good = self.living(sign_in) and person.app is not None
            made = self.tried(lambda: self.accounts.recovery_codes.make(identity, **where), good=good)
            person.codes = person.codes if made is None else set(made)
        elif how == "add":
            account = self.accounts.get(person.id)
            if account is not None:
                self.add_app(sign_in, account, where, known=known)
        else:
            typed = (person.password if known else None) or password
            good = self.living(sign_in) and person.app is not None and typed == person.password and not person.demanded
            after = self.tried(lambda: self.accounts.totp.remove(identity, password=typed, **where), good=good)
            if after is not None:
                COUNTED["factors removed"] += 1
                person.app, person.codes = None, set()
                self.end_all(person, but=sign_in)
                self.go_on(sign_in, after.epoch)

    def add_app(self, sign_in: SignIn, account: Any, where: dict[str, Any], *, known: bool) -> None:
        """Set an app up by a right or a wrong code."""
        binding = sign_in.identity.lineage
        setup = self.accounts.totp.begin(account, binding=binding, now=self.now)
        app = pyotp.TOTP(setup.secret_text.replace(" ", ""))
        near = {app.at(self.now + by * STEP) for by in (-1, 0, 1)}
        wrong = next(code for code in ("000000", "111111", "222222", "333333") if code not in near)
        code = app.at(self.now) if known else wrong
        good = self.living(sign_in) and known
        done = self.tried(
            lambda: self.accounts.totp.enrol(sign_in.identity, setup.token, code, binding=binding, **where), good=good
        )
        if done is not None:
            COUNTED["factors added"] += 1
            self.has_app(sign_in.person, setup.secret_text)

    def has_app(self, person: Person, secret: str) -> None:
        """Note a new authenticator app; with an older one goes the trust of every browser."""
        if person.app is not None:
            for each in self.trusts:
                each.over |= each.person is person
        person.app, person.used_step, person.reset_due = secret.replace(" ", ""), self.now // STEP, None

    @precondition(lambda self: self.sign_ins)
    @rule(at=recent)
    def make_a_token(self, at: int) -> None:
        """For a program; it is good until it, or the account, is ended."""
        client, sign_in = self.comes(), self.sign_ins[at % len(self.sign_ins)]
        made = self.tried(
            lambda: self.accounts.tokens.make(
                sign_in.person.id,
                "backup",
                ["read"],
                days=365,
                known=("read", "write"),
                identity=sign_in.identity,
                **self.where(client),
            ),
            good=self.living(sign_in),
        )
        if made is not None:
            self.tokens.append(AccessToken(sign_in.person, made[1], self.now + 365 * DAY))

    @precondition(lambda self: self.sign_ins)
    @rule(at=recent, known=right, named=right, password=passwords)
    def close(self, at: int, known: bool, named: bool, password: str) -> None:
        """Somebody closes their account, for ever."""
        client, sign_in = self.comes(), self.sign_ins[at % len(self.sign_ins)]
        person = sign_in.person
        typed = (person.password if known else None) or password
        name = person.name if named else "somebody"
        good = self.living(sign_in) and typed == person.password and named
        done = self.tried(
            lambda: self.accounts.closing.close(sign_in.identity, typed, name, **self.where(client)), good=good
        )
        if done is not None:
            COUNTED["accounts closed"] += 1
            person.closed, person.email, person.password, person.app, person.codes = True, None, None, None, set()
            self.end_all(person)
            self.end_tokens(person)

    # By a link --------------------------------------------------------------------------------------------------------

    @rule(address=st.sampled_from(ADDRESSES))
    def forget(self, address: str) -> None:
        """A link goes to whoever has the address and may sign in; nobody who asks is told whether anybody has."""
        client, person = self.comes(), self.of_address(address)
        self.accounts.recovery.ask(address, **self.where(client))
        meant = self.mailed(Notice.FORGOT, address)
        assert (meant is not None) is (person is not None and not person.disabled)
        if meant is not None and person is not None:
            assert meant.to == address
            self.links.append(Link(Kind.RESET, meant.code, person, person.changes, self.now + 1800))

    @precondition(lambda self: self.links)
    @rule(at=recent, new=passwords)
    def reset(self, at: int, new: str) -> None:
        """Somebody sets a password by any link there ever was."""
        client, link = self.comes(), self.links[at % len(self.links)]
        good, person = self.is_good(link, Kind.RESET), link.person
        if self.tried(lambda: self.accounts.recovery.reset(link.code, new, **self.where(client)), good=good):
            COUNTED["passwords reset"] += 1
            link.used, person.password, person.wrong = True, new, 0
            self.end_all(person)
            self.end_tokens(person)

    # By an administrator ----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.people)
    @rule(
        at=recent,
        how=st.sampled_from(["disable", "enable", "enable", "roles", "link", "forget", "factors", "factors"]),
        role=st.sampled_from(["crew", "cook"]),
    )
    def administer(self, at: int, how: str, role: str) -> None:
        """An administrator acts on an account that is there."""
        client, person = self.comes(), self.people[at % len(self.people)]
        who: dict[str, Any] = {"actor_id": self.root, "now": self.now, "whence": self.whence(client)}
        acts, there = self.accounts.administration, not person.closed
        if how == "disable":
            if self.tried(lambda: acts.disable(person.id, **who), good=there):
                person.disabled = True
                self.end_all(person)
                self.end_tokens(person)
        elif how == "enable":
            if self.tried(lambda: acts.enable(person.id, **who), good=there):
                person.changes += person.disabled
                person.disabled = False
        elif how == "roles":
            if self.tried(lambda: acts.set_roles(person.id, [role], False, **who), good=there):
                person.changes += 1
        elif how == "factors":
            good = there and person.app is not None
            row = self.tried(lambda: self.accounts.factor_reset.ask(person.id, **who), good=good)
            if row is not None and (person.reset_due is None or self.has_lapsed(person)):
                assert row.due == self.now + WAIT
                person.reset_due = row.due
        else:
            self.start_reset(person, who, forget=how == "forget", good=there)

    def start_reset(self, person: Person, who: dict[str, Any], *, forget: bool, good: bool) -> None:
        """Let an administrator hand a link over, after a theft with everything ended first."""
        code = self.tried(
            lambda: self.accounts.recovery.start(person.id, forget_password=forget, by_mail=False, **who), good=good
        )
        if code is not None:
            if forget:
                person.password = None
                self.end_all(person)
                self.end_tokens(person)
            self.links.append(Link(Kind.RESET, code, person, person.changes, self.now + 1800))
