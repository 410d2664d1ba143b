"""The signed session cookies of Flask, Django and Starlette, read so that a live site can change over.

Each reader checks the signature, in constant time and under every secret, before it looks at anything else; then the
age; and only then decodes, with a bound on what a compressed payload may become. Nothing but JSON is ever decoded: no
pickle, no classes, nothing that executes. A signed cookie is worth what its secret is worth, and whoever has copied one
can play it again, so these are for a while only; nothing here writes one.

| | key of the signature, which covers payload and time | payload |
|---|---|---|
| Flask (itsdangerous) | HMAC-SHA1(secret, salt), for HMAC-SHA1 | tagged JSON, base64url, zlib after a dot |
| Django (signed_cookies) | SHA256(salt ‖ ``signer`` ‖ secret), for HMAC-SHA256 | JSON, base64url, zlib after a dot |
| Starlette (itsdangerous) | SHA1(salt ‖ ``signer`` ‖ secret), for HMAC-SHA1 | JSON, base64 |

Promise of every reader: it returns for any string, never raises; ``None`` for whatever the framework would refuse, and
for what is over the bounds.

Where a store is there to write down what was used (``Spent``), each cookie counts once: whoever uses a reader spends
the cookie's mark (``mark_of``) before it looks at the values.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

LEEWAY = 60
"""How far ahead the clock of the server that signed may be, in seconds."""
MAX_COOKIES = 8
"""Of one name: more do not come from paths and sub-domains, but from somebody who tries something."""
MAX_VALUE = 8192
"""The most characters of a cookie that is looked at; browsers keep half of it."""
MAX_DECODED = 65_536
"""The most bytes that a compressed payload may become."""

FLASK_SALT = "cookie-session"
DJANGO_SALT = "django.contrib.sessions.backends.signed_cookies"
_STARLETTE_SALT = b"itsdangerous.Signer"
_MARK = b"hardtack/v1/signed-cookie\x00"
_DIGITS_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@runtime_checkable
class Spent(Protocol):
    """Where it is written down what was used and counts no second time."""

    def spend(self, mark: bytes, until: int) -> bool:
        """Write *mark* down; say whether this is the first time, of all that ask at once in whatever process.

        Args:
            mark: 32 bytes.
            until: the last second in which it could count (Unix time); it is remembered at least as long.
        """
        ...


def mark_of(value: str) -> bytes:
    """Return the mark of a signed cookie that a reader has opened: 32 bytes, which tell nobody what is in it.

    Args:
        value: the value of the cookie, as it was given to the reader.
    """
    # Of all of it, because no part of it can vary. What was signed is under the signature to the last character, so
    # payload and time have one spelling. Of the signature itsdangerous takes many spellings: padded, with characters
    # that are no base64, with "+/" for "-_", with other values of the two bits that its last character has over. The
    # readers compare the text and take one. So there is no second mark for what was signed once. And with the
    # signature in it, nobody who reads the store can guess the values, and two sites with secrets of their own never
    # meet in one table.
    return hashlib.sha256(_MARK + value.encode()).digest()


def read_flask(
    value: str,
    secrets: Sequence[str | bytes],
    *,
    salt: str = FLASK_SALT,
    now: int,
    max_age: int,
    untag: Callable[[str], Any] = json.loads,
) -> dict[str, Any] | None:
    """Return what Flask's own session cookie holds, or ``None``.

    Args:
        value: the value of the cookie.
        secrets: ``SECRET_KEY``, then ``SECRET_KEY_FALLBACKS``.
        salt: the salt of Flask's session interface.
        now: Unix time in seconds.
        max_age: seconds after which a cookie is worth nothing; Flask takes ``PERMANENT_SESSION_LIFETIME``.
        untag: makes values of the JSON; Flask's ``TaggedJSONSerializer().loads`` gives back tuples, bytes and the like,
            which without it stay as their tags, such as ``{" t": [1, 2]}``.
    """
    keys = [hmac.digest(_bytes(secret), salt.encode(), "sha1") for secret in secrets if secret]
    payload, signed = _verified(value, ".", keys, "sha1", _seconds_64)
    if not _in_time(signed, now, max_age):
        return None
    return _session(lambda: untag(_inflated(payload).decode()))


def read_django(
    value: str,
    secrets: Sequence[str | bytes],
    *,
    salt: str = DJANGO_SALT,
    now: int,
    max_age: int,
) -> dict[str, Any] | None:
    """Return what Django's ``signed_cookies`` session cookie holds, or ``None``.

    A lifetime of its own (``_session_expiry`` in seconds) shortens *max_age*, never the reverse; a date there is left
    to the caller, as are Django's keys of a sign-in (``_auth_user_id`` and the like).

    Args:
        value: the value of the cookie.
        secrets: ``SECRET_KEY``, then ``SECRET_KEY_FALLBACKS``.
        salt: what the session engine signs under.
        now: Unix time in seconds.
        max_age: seconds after which a cookie is worth nothing; Django takes ``SESSION_COOKIE_AGE``.
    """
    keys = [hashlib.sha256(f"{salt}signer".encode() + _bytes(secret)).digest() for secret in secrets if secret]
    payload, signed = _verified(value, ":", keys, "sha256", _seconds_62)
    if not _in_time(signed, now, max_age - 1):  # Here the last second is over already.
        return None
    values = _session(lambda: json.loads(_inflated(payload).decode("latin-1")))
    own = values.get("_session_expiry") if values else None
    return None if type(own) is int and own and not _in_time(signed, now, own - 1) else values


def read_starlette(
    value: str,
    secrets: Sequence[str | bytes],
    *,
    now: int,
    max_age: int,
) -> dict[str, Any] | None:
    """Return what the cookie of Starlette's ``SessionMiddleware`` holds, or ``None``.

    Its signature names no purpose: whatever else the application has signed with the same secret and the default salt
    passes it too, and is then refused if it is no JSON object.

    Args:
        value: the value of the cookie.
        secrets: the ``secret_key``.
        now: Unix time in seconds.
        max_age: seconds after which a cookie is worth nothing; Starlette's default is two weeks.
    """
    salted = [_STARLETTE_SALT + b"signer" + _bytes(secret) for secret in secrets if secret]
    keys = [hashlib.sha1(text).digest() for text in salted]  # noqa: S324 - Starlette's choice, for its cookies only
    payload, signed = _verified(value, ".", keys, "sha1", _seconds_64)
    if not _in_time(signed, now, max_age):
        return None
    return _session(lambda: json.loads(base64.b64decode(payload, validate=True)))


def _verified(
    value: str, separator: str, keys: Sequence[bytes], digest: str, seconds: Callable[[str], int]
) -> tuple[str, int]:
    """Return the payload and the time of signing; ``("", -1)`` if the signature or the form is not right."""
    signed, _, signature = value.rpartition(separator)
    payload, _, moment = signed.rpartition(separator)
    if not value.isascii() or len(value) > MAX_VALUE or not payload:
        return "", -1
    # Compared as text, so that only one spelling of a signature counts. No key ends the loop early.
    valid = False
    for key in keys:
        valid |= hmac.compare_digest(_encoded(hmac.digest(key, signed.encode(), digest)), signature)
    if not valid:
        return "", -1
    return payload, seconds(moment)


def _in_time(signed: int, now: int, max_age: int) -> bool:
    return 0 <= signed <= now + LEEWAY and now - signed <= max_age


def _session(decode: Callable[[], Any]) -> dict[str, Any] | None:
    """Return what a signed payload decodes to, if it is a session."""
    try:
        values = decode()
    except Exception:
        # Signed, but as something else, or nested beyond reason; and nobody knows what a tag class of Flask raises.
        return None
    return values if type(values) is dict else None


def _inflated(payload: str) -> bytes:
    compressed = payload.startswith(".")
    data = _decoded(payload[1:] if compressed else payload)
    if not compressed:
        return data
    inflating = zlib.decompressobj()
    data = inflating.decompress(data, MAX_DECODED)
    if not inflating.eof:
        raise ValueError("it is cut off, or becomes too long")
    return data


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _seconds_64(text: str) -> int:
    """Return the time that itsdangerous writes: bytes in base64url; -1 if it is none."""
    try:
        return int.from_bytes(_decoded(text)[:9], "big")
    except ValueError:
        return -1


def _seconds_62(text: str) -> int:
    """Return the time that Django writes: digits of base 62; -1 if it is none."""
    seconds = 0
    for digit in text[:12]:
        seconds = seconds * 62 + _DIGITS_62.find(digit)
    return seconds if text and set(text) <= set(_DIGITS_62) else -1


def _bytes(secret: str | bytes) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret
