"""Keys from a web framework's own secret, so that a drop-in needs no key of its own.

``docs/spec/seal.md`` specifies it ("Rings from a framework's secret"). Nothing is kept here; a secret is in no text.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from hardtack.seal import token as form
from hardtack.seal.key import ACTIVE, OPENING, Key, KeyringError, WeakSecretWarning

SHORT = 32
"""Bytes; a shorter secret is warned of."""


def keys_from(framework: str, secrets: Sequence[str | bytes]) -> list[Key]:
    """Return the keys that a framework's secrets give.

    Args:
        framework: its name, such as ``flask``.
        secrets: the present secret, which seals, then the fallbacks, which only open.

    Raises:
        KeyringError: if there is no secret, or an empty one.
    """
    name = form.purpose_name(framework)
    if isinstance(secrets, (str, bytes)):
        raise KeyringError("the secrets of a framework must be a sequence", "write [secret], or [secret, *fallbacks]")
    raw = [_bytes(secret) for secret in secrets]
    if not raw or not all(raw):
        raise KeyringError(f"the secret key of {framework} is missing or empty", "set it to a long random value")
    if min(map(len, raw)) < SHORT:
        warnings.warn(
            f"a secret key of {framework} is shorter than {SHORT} bytes: use a random one, such as "
            "secrets.token_hex(32) gives",
            WeakSecretWarning,
            stacklevel=3,
        )
    derived = dict.fromkeys(form.host_secret(name, secret) for secret in raw)
    return [Key(secret, OPENING if place else ACTIVE) for place, secret in enumerate(derived)]


def _bytes(secret: object) -> bytes:
    if isinstance(secret, str):
        # Surrogates stand for bytes that were not UTF-8, as in a variable of the environment (PEP 383).
        return secret.encode(errors="surrogatepass")
    if isinstance(secret, bytes):
        return secret
    raise KeyringError("a secret key of a framework must be a string or bytes")
