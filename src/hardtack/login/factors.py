"""What somebody can prove who they are with, how much that is worth, and what is still missing.

A factor is one word, in the identity and in the audit trail alike. What they are worth is an assurance of 1, 2 or 3: a
password alone is 1; a second factor makes it 2; a passkey, which no look-alike site can ask for, is 3, and is two
factors by itself where the authenticator has verified the person. Everything here is a pure function: what an account
has is read elsewhere, and so is what it must have.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hardtack.errors import MisuseError
from hardtack.session.assurance import (
    FACTORS,
    PASSKEY,
    PASSWORD,
    RECOVERY_CODE,
    SECOND,
    TOTP,
    TRUSTED_DEVICE,
    level,
)

__all__ = [
    "FACTORS",
    "FEW_CODES",
    "PASSKEY",
    "PASSWORD",
    "RECOVERY_CODE",
    "SECOND",
    "SECOND_FACTOR",
    "STRENGTHS",
    "TOTP",
    "TRUSTED_DEVICE",
    "Held",
    "Need",
    "check_strength",
    "is_last",
    "level",
    "needed",
    "proved_last",
    "proving",
    "required",
]

FEW_CODES = 3
"""With as many recovery codes left, or fewer, their owner is warned."""


class Need(StrEnum):
    """What is missing before somebody is signed in."""

    NOTHING = "nothing"
    PROVE = "prove"
    ENROL = "enrol"


@dataclass(frozen=True, slots=True)
class Held:
    """What an account has beside its password.

    Args:
        totp: whether it has an authenticator app.
        passkeys: how many passkeys.
        recovery_codes: how many codes that are not used yet.
        demanded: whether a password alone is never enough for it, whatever the assurance.
        reset_due: from when on a reset of its factors holds, Unix seconds; ``None``: none was asked for.
    """

    totp: bool = False
    passkeys: int = 0
    recovery_codes: int = 0
    demanded: bool = False
    reset_due: int | None = None

    @property
    def second(self) -> bool:
        """Whether it has a second factor; recovery codes alone are none."""
        return self.totp or self.passkeys > 0

    @property
    def few_codes(self) -> bool:
        """Whether the owner should make new recovery codes."""
        return self.second and self.recovery_codes <= FEW_CODES

    def ways(self, required: int) -> tuple[str, ...]:
        """Return what its owner can show beside a password, on the way to an assurance of *required*, the best first.

        Where there is nothing that is good enough, what there is must be shown before anything better is enrolled.
        """
        has = ((PASSKEY, self.passkeys > 0), (TOTP, self.totp and (required < level((PASSKEY,)) or not self.passkeys)))
        # A recovery code stands in for whatever was lost; what the assurance demands is enrolled anew after it.
        codes = (RECOVERY_CODE, self.second and self.recovery_codes > 0)
        return tuple(factor for factor, there in (*has, codes) if there)


def required(held: Held, assurance: int) -> int:
    """Return the assurance that a sign-in to an account needs: the configured one, or that of a factor that it has."""
    return max(assurance, 2 if held.second or held.demanded else 1)


def needed(held: Held, factors: Collection[str], assurance: int) -> Need:
    """Return what is missing before somebody is signed in who has proved *factors*.

    Args:
        held: what the account has.
        factors: what they have proved.
        assurance: the configured one.
    """
    wanted = required(held, assurance)
    if level(factors) >= wanted:
        return Need.NOTHING
    # Whoever has shown the best that they have can only enrol something better; nobody enrols anything before that.
    if held.ways(wanted) and RECOVERY_CODE not in factors and not (TOTP in factors and not held.passkeys):
        return Need.PROVE
    return Need.ENROL


SECOND_FACTOR = "second"
"""The strength of anything that its owner has beside the password, and has just shown."""

STRENGTHS = (SECOND_FACTOR, PASSKEY)
"""What somebody may have to prove a moment ago, beyond being signed in a moment ago."""

_STRONG_ENOUGH = {SECOND_FACTOR: (TOTP, PASSKEY, RECOVERY_CODE), PASSKEY: (PASSKEY,)}


def check_strength(strength: str | None) -> None:
    """Refuse a strength that is none.

    Raises:
        MisuseError: *strength* is neither one of ``STRENGTHS`` nor ``None``.
    """
    if strength is not None and strength not in STRENGTHS:
        raise MisuseError(f"factor={strength!r:.80} is no strength", 'write factor="second" or factor="passkey"')


def proved_last(factors: Sequence[str]) -> str:
    """Return what was proved last, and so at the time that an identity names; ``""`` if nothing was.

    A trusted device is nothing that anybody has proved.
    """
    return next((factor for factor in reversed(factors) if factor != TRUSTED_DEVICE), "")


def is_last(factors: Sequence[str], strength: str | None) -> bool:
    """Return whether what was proved last is of a strength. Of what was proved before nobody knows when that was.

    Args:
        factors: of an identity, the latest last.
        strength: one of ``STRENGTHS``; ``None``: any.
    """
    return strength is None or proved_last(factors) in _STRONG_ENOUGH[strength]


def proving(held: Held, strength: str | None) -> tuple[str, ...]:
    """Return the factors by which the owner of an account can prove again to be it, without its password.

    Args:
        held: what the account has.
        strength: one of ``STRENGTHS``; ``None``: any.
    """
    has = ((PASSKEY, held.passkeys > 0), (TOTP, held.totp))
    return tuple(factor for factor, there in has if there and (strength is None or factor in _STRONG_ENOUGH[strength]))
