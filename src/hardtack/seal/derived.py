"""One key as it serves one purpose, and when the derived part of its nonces is drawn anew.

XAES-256-GCM derives a key from the first half of each nonce. Deriving it anew for every token would cost most of the
time of sealing, so a prefix stays for up to 2^16 seals; the tokens are the same as without that, and any opener opens
them. What makes it sound (``docs/spec/seal.md``, "Keeping derived keys"): the second half of the nonce is 12 fresh
random bytes for every token, never a counter, so that even processes that share a prefix share no nonce; the prefix
is drawn anew after 2^16 seals and after a fork. There is no clock: an idle process gains nothing by a new prefix.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import repeat
from weakref import WeakSet

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hardtack.seal import token as form
from hardtack.seal import xaes

SEALS_PER_PREFIX = 1 << 16

Seal = Callable[[bytes, bytes, bytes], bytes]
"""Encrypt under a derived key: nonce suffix, plaintext, associated data → ciphertext and tag."""
Open = Callable[[bytes, bytes, bytes], bytes]
"""Decrypt under a derived key: nonce suffix, ciphertext and tag, associated data → plaintext, or ``InvalidTag``."""


class PurposeKey:
    """The AEAD key of one secret and purpose, and the turns that are left under its present prefix.

    ``turns`` is an iterator, so that taking a turn is one step that no other thread can come between; when it ends,
    ``draw`` gives the next.

    Args:
        identifier: the id of the key, 4 bytes.
        secret: its secret, 32 bytes.
        purpose: the name of the purpose.
    """

    __slots__ = ("__weakref__", "_derivation", "_head", "turns")

    def __init__(self, identifier: bytes, secret: bytes, purpose: bytes) -> None:
        self._derivation = xaes.Derivation(form.aead_key(secret, purpose))
        self._head = form.VERSION + identifier
        self.turns: Iterator[tuple[Seal, bytes]] = iter(())

    def cipher(self, prefix: bytes) -> AESGCM:
        """Return AES-256-GCM under the key derived for *prefix*."""
        return AESGCM(self._derivation.derive(prefix))

    def take(self) -> tuple[Seal, bytes]:
        """Take a turn under the present prefix, or the first under a new one, as ``Keyring.seal`` does in its place."""
        try:
            return next(self.turns)
        except StopIteration:
            return self.draw()

    def draw(self) -> tuple[Seal, bytes]:
        """Draw a new prefix for the seals to come, and return the first turn under it."""
        prefix = os.urandom(xaes.PREFIX_SIZE)
        turn = (self.cipher(prefix).encrypt, self._head + prefix)
        self.turns = repeat(turn, SEALS_PER_PREFIX - 1)
        _sealing.add(self)
        return turn


_sealing: WeakSet[PurposeKey] = WeakSet()


def _forget_prefixes() -> None:
    """Let every key draw a new prefix, so that parent and child never share one."""
    for key in _sealing:
        key.turns = iter(())


os.register_at_fork(after_in_child=_forget_prefixes)
