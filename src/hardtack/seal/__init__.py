"""What nobody can read or forge: bytes sealed into a token, under a ring of keys.

``docs/spec/seal.md`` specifies the token; ``xaes`` is the bare primitive, ``token`` the format, ``keyring`` the ring of
keys and what it keeps, ``columns`` the same for what a database holds, ``rotation`` what becomes of keys, ``keytext``
how they are written down, ``keyfile`` where they are kept, ``followed`` a ring that follows its file. This room knows
no cookie and no person, and ``keyfile`` alone asks what time it is.
"""

from __future__ import annotations

from hardtack.seal.followed import FollowedKeyring
from hardtack.seal.key import Key, KeyInfo, KeyringError, NoActiveKey, WeakSecretWarning
from hardtack.seal.keyring import Keyring
from hardtack.seal.token import Purpose, SealError

__all__ = [
    "FollowedKeyring",
    "Key",
    "KeyInfo",
    "Keyring",
    "KeyringError",
    "NoActiveKey",
    "Purpose",
    "SealError",
    "WeakSecretWarning",
]
