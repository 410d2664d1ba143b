"""One key of a ring, the states that it may be in, and what is said when keys cannot be used.

Nothing here seals or opens; a secret leaves a key in no representation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hardtack.errors import MisuseError, Refused
from hardtack.seal import token as form

ANNOUNCED = "announced"
ACTIVE = "active"
OPENING = "opening"
REVOKED = "revoked"
STATES = (ANNOUNCED, ACTIVE, OPENING, REVOKED)
"""What a key may be: one that opens and will seal, the one that seals and opens, one that only opens what it sealed
before, or one under which no token opens any more."""


class KeyringError(MisuseError):
    """A keyring cannot be made of what was given; the text names the place and what to do, and holds no secret."""


class WeakSecretWarning(UserWarning):
    """A framework's secret is too short to be a good source of keys."""


class NoActiveKey(Refused):
    """The key that sealed was revoked, and this process has not been given another one yet."""

    status = 503
    slug = "no-active-key"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "The keys of this service are being changed just now.",
                "zh": "服务正在更换密钥。",
            },
            retry_after=10,
        )


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a ring.

    Args:
        secret: 32 random bytes.
        state: one of ``STATES``.
        since: when it got this state, Unix time in seconds, or ``None`` if nobody wrote it down; for an announced key,
            when it becomes the active one.
    """

    secret: bytes = field(repr=False)
    state: str = ACTIVE
    since: int | None = None

    @property
    def id(self) -> bytes:
        """The 4 bytes that name the key in a token."""
        return form.key_id(self.secret)


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What may be shown of a key: its id in hexadecimal, its state, and since when (for an announced key: until when).

    The time is Unix time in seconds, or ``None`` if nobody wrote it down.
    """

    id: str
    state: str
    since: int | None
