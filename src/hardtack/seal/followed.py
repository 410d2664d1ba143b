"""A ring that follows what is written down: a changed file, and a key whose time has come.

At most once a second, when it is used, it looks whether there is something new; then another ring takes the place of
the one before, for everybody who shares it. Whatever is wrong with what it finds, the last good ring stays and one
line in the log says so: a running server is never stopped by a slip of the hand in its keyring. A changed pepper is
such a slip, since no stored hash could follow it. What others have told it of a theft (``revoke``) holds whatever is
written down.

It has no lock. Threads that look at the same time find the same and each put it in place; one that was overtaken puts
back what is older for a second at most. Where to look, and what time it is, is said by ``keyfile``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import NamedTuple

from hardtack.seal import rotation
from hardtack.seal.derived import PurposeKey
from hardtack.seal.key import ACTIVE, KeyInfo, KeyringError
from hardtack.seal.keyring import Keyring
from hardtack.seal.keytext import Written

log: logging.Logger = logging.getLogger("hardtack.seal")


class Found(NamedTuple):
    """What is written down.

    Args:
        written: the keys and the pepper.
        stamp: equal for as long as nothing has changed; ``None`` if a change might not show.
    """

    written: Written
    stamp: Hashable


Look = Callable[[Found | None], Found]
"""Look at what is written down, given what was found before, which comes back if nothing has changed; raises
``KeyringError``."""


class FollowedKeyring(Keyring):
    """A keyring that is always as it is written down; use it wherever a ``Keyring`` is wanted.

    ``keyfile.follow`` makes one for a file. It is a ``Keyring`` by name only: it holds the present ring and passes
    everything on to it.

    Args:
        look: where to look.
        clock: what time it is, in whole Unix seconds.

    Raises:
        KeyringError: if there is no good ring to begin with.
    """

    __slots__ = ("_clock", "_complaint", "_found", "_keys", "_look", "_looked", "_ring", "_stolen")

    def __init__(self, look: Look, clock: Callable[[], int]) -> None:
        self._look = look
        self._clock = clock
        self._complaint = ""
        self._looked = clock()
        self._found = look(None)
        self._keys = rotation.settled(self._found.written.keys, self._looked)
        self._ring = Keyring(self._keys, self._found.written.pepper)
        self._stolen: frozenset[bytes] = frozenset()

    def seal(self, data: bytes, *, purpose: str, context: Sequence[str] = (), expires_at: int | None = None) -> str:
        """Return a token that holds *data*, as ``Keyring.seal`` does."""
        return self.present().seal(data, purpose=purpose, context=context, expires_at=expires_at)

    def open(self, token: str, *, purpose: str, context: Sequence[str] = (), now: int) -> bytes:
        """Return the data in *token*, as ``Keyring.open`` does."""
        return self.present().open(token, purpose=purpose, context=context, now=now)

    def lookup_hash(self, data: bytes, *, purpose: str) -> bytes:
        """Return a keyed hash of *data*, as ``Keyring.lookup_hash`` does."""
        return self._ring.lookup_hash(data, purpose=purpose)

    def revoke(self, identifiers: Collection[bytes]) -> None:
        """Let no token open under these keys any more, as ``Keyring.revoke`` does, and in no ring to come."""
        self._stolen |= frozenset(identifiers)
        # The file was probably changed for the same reason: its new key takes over without a second in between.
        self._looked = self._clock()
        self._look_again(self._looked)
        self._ring.revoke(self._stolen)

    @property
    def seals(self) -> bool:
        """Whether there is a key to seal with at present."""
        return self.present().seals

    def column_key(self, identifier: bytes | None = None) -> PurposeKey | None:
        """Return a key for ``columns``, as ``Keyring.column_key`` does."""
        return self.present().column_key(identifier)

    @property
    def keys(self) -> tuple[KeyInfo, ...]:
        """What may be shown of each key at present."""
        return self.present().keys

    def __repr__(self) -> str:
        return f"<FollowedKeyring {self._ring!r}>"

    def present(self) -> Keyring:
        """Return the ring of this second."""
        now = self._clock()
        # Unequal, not later: a clock that was put back must not keep it from looking.
        if now != self._looked:
            self._looked = now
            self._look_again(now)
        return self._ring

    def _look_again(self, now: int) -> None:
        before = self._found
        try:
            found = self._look(before)
            if found.written.pepper != before.written.pepper:
                raise KeyringError("the pepper has changed", "restore it from a backup: stored hashes cannot follow")
        except KeyringError as error:
            self._refuse(error)
            found = before
        else:
            self._complaint = ""
        self._found = found
        keys = rotation.settled(found.written.keys, now)
        if keys != self._keys:
            self._keys = keys
            ring = Keyring(keys, found.written.pepper)
            ring.revoke(self._stolen)
            self._ring = ring
            # Again: what another thread was told of meanwhile, it told the ring before.
            ring.revoke(self._stolen)
            active = next((key.id for key in ring.keys if key.state == ACTIVE), "none")
            log.info("keyring changed: %r", ring, extra={"event": "keyring-changed", "active": active})

    def _refuse(self, error: KeyringError) -> None:
        """Log what is wrong, once for as long as it is the same."""
        if error.problem != self._complaint:
            self._complaint = error.problem
            log.error(
                "keyring refused, the one before is kept: %s",
                error.problem,
                extra={"event": "keyring-refused", "reason": error.problem, "hint": error.hint},
            )
