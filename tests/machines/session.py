"""The life of sessions, against a model that says of every cookie ever given out whether it may still be accepted.

Two nodes (a keyring that follows what is written down, and a table of what was ended, each) on one real database; on
each three applications, of which two share a realm. People sign in, step up, sign out, end each other's sign-ins; keys
are rotated, revoked and stolen; the clock steps forwards and backwards; several requests are under way at once that
began with the same cookies, and whatever was given out comes again, whole, crossed, doubled or changed.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from hardtack.login.credentials import SessionOver
from hardtack.login.sign_ins import NOWHERE
from hardtack.seal import token
from hardtack.seal.key import NoActiveKey
from hardtack.session import Identity
from hardtack.session.revocation import SupersededSession
from tests.machines.place import COUNTED
from tests.machines.session_world import (
    APPLICATIONS,
    KEPT,
    MOST_UNDER_WAY,
    SIGN_IN_KEY,
    USUAL,
    WHO,
    Request,
    What,
    Who,
    World,
    applications,
    data_name,
    field_of,
    ids_of,
    nodes,
    pair_of,
    recent,
    without_sign_in,
)

bare = st.sampled_from(["", "", "", "who", "what"])
"""Which cookie is not shown."""
keeping = st.sampled_from([None, False, True])
acts = st.sampled_from(
    ["write", "write", "clear", "sign_in", "sign_in", "step_up", "step_up", "step_up", "sign_out", "end_others"]
)
"""What an application or its visitor does in one request."""


class LifeOfSessions(World):
    """See the module."""

    @rule(node=nodes, name=applications, who=recent, what=recent, bare=bare)
    def ask(self, node: int, name: str, who: int, what: int, bare: str) -> None:
        """A request begins, with any cookies that were ever given out."""
        COUNTED["requests"] += 1
        sessions, place = self.nodes[node][1][name], APPLICATIONS[name]
        shown = self.whos[who % len(self.whos)] if self.whos and bare != "who" else None
        data = self.whats[what % len(self.whats)] if self.whats and bare != "what" else None
        header = field_of(
            None if shown is None else (WHO, shown.value), None if data is None else (data_name(place), data.value)
        )
        session = sessions.open(header, self.now)
        judged = self.judged(shown, place[0])
        signed_in = None if judged == "over" else shown
        found = session.bearer
        assert (signed_in is None) == (found is None), (judged, session.identity_why)
        if signed_in is not None and found is not None:
            assert ids_of(signed_in) == ids_of(found)
            assert session.superseded is (judged == "superseded")
        glanced = sessions.glance(header, self.now)
        assert (glanced is not None) is (judged == "good")
        held = self.held(data, place, signed_in)
        assert dict(session) == (held or {}), session.why
        request = Request(
            session=session,
            sessions=sessions,
            node=node,
            place=place,
            who=signed_in,
            what=None if held is None else data,
            values=held or {},
            superseded=judged == "superseded",
        )
        if signed_in is not None:
            request.ids = (signed_in.lineage, signed_in.session_id)
        self.under_way = [*self.under_way, request][-MOST_UNDER_WAY:]

    @rule(
        node=nodes,
        name=applications,
        who=recent,
        what=recent,
        bare=bare,
        act=acts,
        person=nodes,
        keep=keeping,
        value=st.integers(0, 5),
    )
    def visit(self, act: str, person: int, keep: bool | None, value: int, **asked: Any) -> None:
        """A request from its beginning to its end, with nothing in between."""
        self.ask(**asked)
        self.do(-1, act, person, keep, value)
        self.save(-1)

    @rule(node=nodes, name=applications, act=acts, person=nodes, keep=keeping, value=st.integers(0, 5))
    def come_back(self, **asked: Any) -> None:
        """The same with the latest cookies, as one browser does it."""
        self.visit(who=-1, what=-1, bare="", **asked)

    @precondition(lambda self: self.whos)
    @rule(node=nodes, name=applications, ahead=st.sampled_from([31, 400, 3600]), act=acts)
    def come_back_while_the_clock_stands_ahead(self, node: int, name: str, ahead: int, act: str) -> None:
        """Of one node or of all of them; then it is set right."""
        self.time_passes(ahead)
        self.come_back(node=node, name=name, act=act, person=0, keep=None, value=0)
        self.time_passes(-ahead)

    @precondition(lambda self: self.under_way)
    @rule(at=recent, act=acts, person=nodes, keep=keeping, value=st.integers(0, 5))
    def do(self, at: int, act: str, person: int, keep: bool | None, value: int) -> None:
        """Something happens in a request that is under way."""
        request = self._chosen(at)
        if act == "write":
            self.write(request, ("a", "b", SIGN_IN_KEY)[value % 3], value)
        elif act == "sign_in":
            self.sign_in(request, self.people[person], keep, leaving=bool(value % 2))
        elif act == "clear":
            self.clear(request)
        elif request.session.bearer is not None:
            getattr(self, act)(request, request.session.bearer)

    @precondition(lambda self: self.whos)
    @rule(
        node=nodes, name=applications, who=recent, at=recent, twist=st.sampled_from(["doubled", "crossed", "changed"])
    )
    def ask_by_force(self, node: int, name: str, who: int, at: int, twist: str) -> None:
        """A request comes with what nobody was given: two of one name, one cookie for another, one that was changed."""
        COUNTED["requests with forged cookies"] += 1
        sessions, place = self.nodes[node][1][name], APPLICATIONS[name]
        value = self.whos[who % len(self.whos)].value
        if twist == "doubled":
            header = field_of((WHO, value), (WHO, self.whos[at % len(self.whos)].value))
        elif twist == "crossed":
            crossed = (WHO, self.whats[at % len(self.whats)].value) if self.whats else None
            header = field_of((data_name(place), value), crossed)
        else:
            spot = at % len(value)
            other = "A" if value[spot] != "A" else "B"
            header = field_of((WHO, f"{value[:spot]}{other}{value[spot + 1 :]}"))
        session = sessions.open(header, self.now)
        assert session.bearer is None
        assert {} == dict(session)
        assert [] == sessions.save(session, self.now)

    def write(self, request: Request, key: str, value: int) -> None:
        """Let the application put something into the session."""
        request.session[key] = value
        request.values[key] = value

    def clear(self, request: Request) -> None:
        """Let the application forget what is in it."""
        request.session.clear()
        request.values.clear()

    def sign_in(self, request: Request, account: int, keep: bool | None, *, leaving: bool) -> None:
        """Sign somebody in, with or without an end of the sign-in that there was."""
        COUNTED["sign-ins"] += 1
        before = request.session.bearer
        if before is not None and leaving:
            self.sign_out(request, before)
        accounts = self.accounts[request.node]
        identity = request.session.sign_in(
            account=account,
            epoch=self.epochs[account],
            keep=keep,
            now=self.now,
            record=lambda made: accounts.sign_ins.begin(made, NOWHERE, request.sessions, self.now),
        )
        if before is None or leaving:
            request.values = without_sign_in(request.values)
        elif before.account != account:
            request.values = {}
        request.change, request.superseded = "in", False
        assert identity.lineage not in self.seen
        self.seen.add(identity.lineage)
        self._goes_on(request, identity)

    def step_up(self, request: Request, _before: Identity) -> None:
        """Let whoever is signed in prove more; of all who try with one id, the first alone succeeds."""
        COUNTED["step-ups"] += 1
        self._step_up(request, factors=("totp",))

    def _step_up(self, request: Request, **more: Any) -> None:
        before = request.session.bearer
        assert before is not None
        accounts = self.accounts[request.node]
        taken = before.session_id in self.replaced or request.superseded

        def supersede(identity: Identity) -> bool:
            return accounts.supersede(identity, self.now, until=request.sessions.last_end(identity))

        try:
            after = request.session.step_up(now=self.now, supersede=supersede, **more)
        except SupersededSession:
            assert taken
            request.superseded = True
            return
        assert not taken
        self.replaced[before.session_id] = self.now
        assert before.lineage == after.lineage
        request.change = request.change or "up"
        self._goes_on(request, after)

    def sign_out(self, request: Request, identity: Identity) -> None:
        """Let whoever is signed in sign out, by whatever cookie."""
        COUNTED["sign-outs"] += 1
        until = request.sessions.last_end(identity)
        self.accounts[request.node].sign_out(identity, self.now, until=until)
        request.session.sign_out()
        self.ended.add(identity.lineage)
        request.values, request.change, request.superseded = {}, "out", False
        request.who = None

    def end_others(self, request: Request, identity: Identity) -> None:
        """Let whoever is signed in end all their other sign-ins, as a new password does, and go on."""
        good = "good" == self.alive(identity.account, identity.epoch, identity.lineage, identity.session_id)
        try:
            account = self.accounts[request.node].sign_ins.end_others(identity, self.now)
        except SessionOver:
            assert not good
            return
        COUNTED["others ended"] += 1
        assert good
        self.epochs[identity.account] += 1
        assert account.epoch == self.epochs[identity.account]
        self._step_up(request, factors=(), epoch=account.epoch)

    @precondition(lambda self: self.under_way)
    @rule(at=recent)
    def save(self, at: int) -> None:
        """A request ends: what its answer sets is what the model would let it set."""
        request = self._chosen(at)
        self.under_way.remove(request)
        before = request.session.bearer
        state = "nobody" if before is None else self.alive(before.account, before.epoch, *request.ids)
        before_values = {} if request.what is None else request.what.values
        try:
            fields = request.sessions.save(request.session, self.now)
        except NoActiveKey:
            assert not any(self.seals(key.id) for key in self.keys)
            return
        set_to = {name: value for name, value in map(pair_of, fields) if value}
        deleted = {name for name, value in map(pair_of, fields) if not value}
        if request.superseded or state in ("superseded", "over"):
            assert [] == fields
            return
        name = data_name(request.place)
        assert {*set_to, *deleted} <= {WHO, name}
        assert WHO not in deleted or request.change == "out"
        assert before is not None or WHO not in set_to
        if request.change in ("in", "up") and before is not None:
            assert WHO in set_to
        if request.values and request.values != before_values:
            assert name in set_to
        if not request.values and before_values:
            assert name in deleted
        if WHO in set_to and before is not None:
            self._give_who(request, before, set_to[WHO])
        if name in set_to:
            self._give_what(request, before, set_to[name])

    def _give_who(self, request: Request, identity: Identity, value: str) -> None:
        key = token.decode(value)[1:5]
        assert self.seals(key)
        account, epoch, lineage, session_id = ids_of(identity)
        given = Who(
            value=value,
            realm=request.place[0],
            key=key,
            account=account,
            epoch=epoch,
            session_id=session_id,
            lineage=lineage,
            born=identity.born,
            issued=self.now,
            kept=identity.kept,
        )
        self.whos.append(given)
        COUNTED["identity cookies given out"] += 1

    def _give_what(self, request: Request, identity: Identity | None, value: str) -> None:
        key = token.decode(value)[1:5]
        # A node that nobody has shown anything since a theft may still seal what names nobody, until it looks again.
        assert self.seals(key) or (identity is None and key in self.stolen), key
        assert request.values
        born = request.what.born if request.what is not None and request.change not in ("in", "out") else self.now
        limits = KEPT if identity is not None and identity.kept else USUAL
        given = What(
            value=value,
            place=request.place,
            key=key,
            account=None if identity is None else identity.account,
            values=dict(request.values),
            born=born,
            issued=self.now,
            deadline=limits.deadline_of(born, self.now),
        )
        self.whats.append(given)
        COUNTED["data cookies given out"] += 1

    def _goes_on(self, request: Request, identity: Identity) -> None:
        # Whoever knew an id from before knows nothing now.
        assert identity.session_id not in self.seen
        self.seen.add(identity.session_id)
        request.ids = (identity.lineage, identity.session_id)

    def _chosen(self, at: int) -> Request:
        return self.under_way[at % len(self.under_way)]
