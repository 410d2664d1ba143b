"""What becomes of the keys of a ring: announced, active, opening, revoked, gone.

Pure functions from keys to keys, at a moment that the caller names. A new key is announced with the time from which on
it seals, so that every process can open what it seals before anybody seals under it: nobody is signed out by that. The
key before it goes on opening until its last token has ended, and is then retired. A stolen key is revoked instead: it
opens nothing from then on, for what was sealed under it could as well be the thief's.

The states that are written down may lag behind the time; ``settled`` gives those that hold, and every change begins
with settled keys (``docs/spec/seal.md``, "States"). Where keys are kept is for ``keyfile`` to say, how they are written
for ``keytext``.
"""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise

from hardtack.seal import token as form
from hardtack.seal.key import ACTIVE, ANNOUNCED, OPENING, REVOKED, Key, KeyringError
from hardtack.seal.keytext import moment

Keys = tuple[Key, ...]
"""The keys of one ring, in the order in which they are written down."""

PROPAGATION = 300
"""How long a new key is announced before it seals, in seconds, where nobody says otherwise."""


class UnknownKey(KeyringError):
    """No key of the ring has the id that was given."""

    def __init__(self) -> None:
        super().__init__("there is no key with that id", "`hardtack keys list` prints the ids, 8 digits each")


class StillNeeded(KeyringError):
    """A key may not go yet, since tokens that have not ended may lie under it.

    Args:
        until: the Unix time in seconds from which on it may go; ``None`` if that is not known yet.
    """

    def __init__(self, problem: str, hint: str, until: int | None = None) -> None:
        super().__init__(problem, hint)
        self.until = until


def settled(keys: Keys, now: int) -> Keys:
    """Return *keys* in the states that hold at *now*.

    Of the announced keys whose time has come, the one with the latest time is active (of two with one time, the later
    in the ring); every key that was active before it is opening, from the moment at which its successor took over.

    Args:
        keys: exactly one of them active.
        now: Unix time in seconds.
    """
    due = sorted((key for key in keys if key.state == ANNOUNCED and _since(key) <= now), key=_since)
    if not due:
        return keys
    line = [*(key for key in keys if key.state == ACTIVE), *due]
    changed = {key.id: replace(key, state=OPENING, since=after.since) for key, after in pairwise(line)}
    changed[due[-1].id] = replace(due[-1], state=ACTIVE)
    return tuple(changed.get(key.id, key) for key in keys)


def announce(keys: Keys, now: int, delay: int) -> Keys:
    """Return *keys* with a new one that becomes active after *delay* seconds; without a delay, at once.

    A key that is announced already is not joined by another: without a delay it becomes active now.

    Raises:
        KeyringError: if a key is announced already and there is a delay.
    """
    keys = settled(keys, now)
    waiting = next((key for key in keys if key.state == ANNOUNCED), None)
    if waiting is None:
        return settled((*keys, Key(os.urandom(form.SECRET_SIZE), ANNOUNCED, now + delay)), now)
    if delay:
        raise KeyringError(
            f"the key {waiting.id.hex()} is announced already: it becomes active at {moment(_since(waiting))}",
            "wait until then; or, once every server has the file, make it active at once with --now",
        )
    return settled(_replaced(keys, replace(waiting, since=now)), now)


def retire(keys: Keys, identifier: str, now: int, longest: int) -> Keys:
    """Return *keys* without the one that *identifier* names.

    Args:
        keys: the ring's.
        identifier: the key's id in hexadecimal.
        now: Unix time in seconds.
        longest: how long a token may live, in seconds.

    Raises:
        StillNeeded: if it is active, or tokens that have not ended may lie under it.
        UnknownKey: if there is no such key.
    """
    keys = settled(keys, now)
    key = find(keys, identifier)
    if key.state == ACTIVE:
        raise StillNeeded(
            f"the key {identifier} is the active one: everything is sealed under it",
            "announce another with `hardtack keys rotate` first",
        )
    until = _since(key) + longest
    if key.state == OPENING and until > now:
        raise StillNeeded(
            f"tokens under the key {identifier} may live until {moment(until)}",
            "retire it after that; to sign out whoever still has one, add --sign-people-out",
            until,
        )
    return tuple(other for other in keys if other is not key)


def revoke(keys: Keys, identifier: str, now: int) -> Keys:
    """Return *keys* with the one that *identifier* names revoked, and another active if it was the active one.

    An announced key takes its place at once, for every process that has the file opens with it already; where there is
    none, a new one does. A key that was only opening never seals again.

    Raises:
        KeyringError: if there is no such key, or it is revoked already.
    """
    keys = settled(keys, now)
    key = find(keys, identifier)
    if key.state == REVOKED:
        raise KeyringError(f"the key {identifier} is revoked already, since {moment(_since(key))}", "nothing to do")
    if key.state == ACTIVE:
        keys = announce(keys, now, 0)
    return _replaced(keys, replace(key, state=REVOKED, since=now))


def find(keys: Keys, identifier: str) -> Key:
    """Return the key that *identifier* names in hexadecimal.

    Raises:
        UnknownKey: if there is no such key.
    """
    for key in keys:
        if key.id.hex() == identifier:
            return key
    raise UnknownKey


def _replaced(keys: Keys, key: Key) -> Keys:
    """Return *keys* with *key* in the place of the one with its id."""
    return tuple(key if other.id == key.id else other for other in keys)


def _since(key: Key) -> int:
    # Whoever makes a ring in memory may leave the time out; then it has always been so.
    return key.since or 0
