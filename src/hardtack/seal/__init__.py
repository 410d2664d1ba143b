"""What nobody can read or forge: bytes sealed into a token, under a ring of keys.

``docs/spec/seal.md`` specifies the token; ``xaes`` is the bare primitive, ``token`` the format, ``keyring`` the ring of
keys and what it keeps, ``keyfile`` how a ring is written down. This room knows no cookie, no person and no clock.
"""

from __future__ import annotations

from hardtack.seal.keyring import Key, KeyInfo, Keyring, KeyringError, WeakSecretWarning
from hardtack.seal.token import Purpose, SealError

__all__ = ["Key", "KeyInfo", "Keyring", "KeyringError", "Purpose", "SealError", "WeakSecretWarning"]
