"""Where the time of row 2 goes: from the Cookie field to a session, and back to the Set-Cookie field.

A step is measured where it stands. The operation is timed with its first step replaced by a function that only
returns what the step would have returned; then with the first two replaced, and so on, until none is left. What each
replacement saves is that step's, once the call of the replacement (timed alone) is added. So the parts add up to the
measured whole, and each is measured amid what really runs beside it: alone in a loop, a step is up to twice as quick.

What is left at the end is our own bytecode between the steps. It is divided among our functions by the instructions
that each executes in one turn, which Python counts exactly (``sys.settrace``). Nothing is copied out of the package:
the real functions run, so a profile cannot be of code that has changed since. Each figure comes from the median of the
ratios of the interleaved rounds. ``python -m bench --profile`` measures this alone.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import repeat
from types import FrameType, SimpleNamespace
from typing import Any, Literal

import msgspec

from bench.fields import SEEN, Ours
from bench.results import Part, Profile
from bench.rounds import Contender, Group, Timings
from hardtack.seal import keyring as ring_room
from hardtack.seal import token
from hardtack.session import data as form
from hardtack.session import sealed
from hardtack.session.cookie import find
from hardtack.session.sessions import Sessions

NAME = "breakdown"
"""What the names of the groups begin with: their contenders are no figures of their own."""
WHOLE, CALL, LOOP = "whole", "call", "loop"

Run = Callable[[Iterable[None]], None]


@dataclass(frozen=True, slots=True)
class Step:
    """A step that can be replaced.

    Args:
        name: what it does; unique in its operation.
        kind: ``library`` if it is a library's C code, ``step`` if it is a function of ours.
        place: what holds it, and by which name.
        instead: what is put there; it returns what the step returns.
    """

    name: str
    kind: Literal["library", "step"]
    place: tuple[Any, str]
    instead: Any

    @contextmanager
    def replaced(self) -> Iterator[None]:
        """Do without the step for a while."""
        owner, name = self.place
        there = getattr(owner, name)
        setattr(owner, name, self.instead)
        try:
            yield
        finally:
            setattr(owner, name, there)


@dataclass(frozen=True, slots=True)
class Work:
    """An operation with its steps.

    Args:
        name: as in the table of targets.
        run: does it once for each element it is given.
        steps: what it is made of, besides our own bytecode between them.
    """

    name: str
    run: Run
    steps: tuple[Step, ...]

    @property
    def group(self) -> Group:
        """The contenders whose differences are the steps."""
        without = [
            Contender(step.name, self._without(self.steps[: number + 1])) for number, step in enumerate(self.steps)
        ]
        return Group(
            f"{NAME}/{self.name}",
            [Contender(WHOLE, self.run), *without, Contender(CALL, _calling), Contender(LOOP, _looping)],
        )

    def _without(self, steps: tuple[Step, ...]) -> Run:
        def run(turns: Iterable[None]) -> None:
            with ExitStack() as replaced:
                for step in steps:
                    replaced.enter_context(step.replaced())
                self.run(turns)

        return run

    def profile(self, timings: Timings) -> Profile:
        """Return what the timings of ``group`` say."""
        group = self.group.name
        whole = timings.spread(group, WHOLE).median
        # By the ratios of each round, since a busy moment slows both sides of a pair.
        took = {name: whole * timings.ratio(group, name, WHOLE).median for name in timings.microseconds[group]}
        call = took[CALL] - took[LOOP]
        before = [WHOLE, *(step.name for step in self.steps)]
        parts = [
            Part(step.name, step.kind, round(took[earlier] - took[step.name] + call, 3), None)
            for step, earlier in zip(self.steps, before, strict=False)
        ]
        own = took[before[-1]] - len(self.steps) * call
        executed = _instructions(self._without(self.steps))
        everything = sum(executed.values())
        parts += [
            Part(name, "bytecode", round(own * number / everything, 3), number)
            for name, number in executed.most_common()
        ]
        return Profile(self.name, round(whole, 3), parts)


def profiles(timings: Timings, found: list[Work]) -> list[Profile]:
    """Return where the time of each operation goes."""
    return [each.profile(timings) for each in found]


def works(payload: dict[str, Any], now: int) -> list[Work]:
    """Return the operations of row 2 for *payload*; *now* is in Unix seconds."""
    ours = Ours(payload, now)
    opening, saving = _opening_steps(ours, now), _saving_steps(ours, now)
    return [
        Work("field-open", ours.opening(), opening),
        Work("field-read", ours.reading(), opening),
        Work("field-save", ours.saving(), saving),
    ]


def _cookie_of(sessions: Sessions) -> tuple[sealed.SealedCookie[form.Data], ring_room.Keyring]:
    cookies = sessions._cookies
    assert cookies is not None
    return cookies.data, cookies.data._keyring


def _opening_steps(ours: Ours, now: int) -> tuple[Step, ...]:
    """Return the steps of opening; what each replacement returns is taken from the real cookie."""
    cookie, ring = _cookie_of(ours._sessions)
    tokens = find(ours.cookie, cookie.name)
    plaintext = ring.open(tokens[0], purpose=cookie._purpose, context=cookie._context, now=now)
    raw = token.decode(tokens[0])
    head = raw[: token.HEAD_SIZE]
    decrypt, key = ring._openers[head]
    binding = ring._bindings[cookie._purpose, cookie._context]
    whole = decrypt(raw[len(head) : token.NONCE_END], raw[token.NONCE_END :], binding.aads[key])
    record = cookie._decode(plaintext)
    values = form.decode_values(record.values)
    return (
        Step("find", "step", (sealed, "find"), lambda _header, _name: tokens),
        Step("base64 in", "step", (ring_room, "decode"), lambda _text: raw),
        Step("cipher", "library", (ring, "_openers"), {head: (lambda _nonce, _sealed, _data: whole, key)}),
        Step("head", "library", (cookie, "_decode"), lambda _plaintext: record),
        Step("lifetimes", "step", (cookie, "_lifetimes"), SimpleNamespace(refusal=lambda _times, _now: "")),
        Step("values", "library", (form, "decode_values"), lambda _encoded, lazily=False: values),
    )


def _saving_steps(ours: Ours, now: int) -> tuple[Step, ...]:
    """Return the steps of saving."""
    sessions = ours._sessions
    cookie, ring = _cookie_of(sessions)
    opened = sessions.open(ours.cookie, now)
    values = {**opened, SEEN: 1}
    encoded = form.encode(values)
    head = opened._head
    assert head is not None
    plaintext = form.encode((head.id, None, 1, now, now, head.deadline, msgspec.Raw(encoded)))
    suffix = bytes(token.SUFFIX_SIZE)
    binding = ring._bindings[cookie._purpose, cookie._context]
    encrypt, start = binding.sealing.draw()
    expiry = token.expiry_field(head.deadline)
    sealed_bytes = encrypt(suffix, expiry + plaintext, binding.aad)
    written = token.encode(start + suffix + sealed_bytes)
    deadline = head.deadline
    return (
        Step("check", "step", (form, "check"), lambda _key, _value: None),
        Step("values", "library", (form, "encode_values"), lambda _values: encoded),
        Step("head", "library", (form, "encode"), lambda _head: plaintext),
        Step(
            "deadline",
            "step",
            (sessions, "lifetimes"),
            SimpleNamespace(deadline_of=lambda _born, _issued: deadline, is_due=lambda _head, _now: False),
        ),
        Step("expiry", "step", (ring_room, "expiry_field"), lambda _expires_at: expiry),
        Step("random", "library", (ring_room, "os"), SimpleNamespace(urandom=lambda _size: suffix)),
        Step(
            "cipher",
            "library",
            (binding.sealing, "turns"),
            repeat((lambda _nonce, _plaintext, _data: sealed_bytes, start)),
        ),
        Step("base64 out", "step", (ring_room, "encode"), lambda _data: written),
    )


def _calling(turns: Iterable[None]) -> None:
    for _ in turns:
        _instead(1, 2)


def _instead(_first: int, _second: int) -> None:
    """Return at once, as every replacement does."""


def _looping(turns: Iterable[None]) -> None:
    for _ in turns:
        pass


def _instructions(run: Run) -> Counter[str]:
    """Return how many instructions each of our functions executes in one turn, without the loop around it."""
    run([None] * 100)
    counted: Counter[str] = Counter()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        if event == "opcode" and frame.f_globals.get("__name__", "").startswith("hardtack."):
            counted[frame.f_code.co_qualname] += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run([None])
    finally:
        sys.settrace(before)
    return counted
