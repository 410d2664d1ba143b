"""What the factors of an identity are called, and how much they are worth together: an assurance of 1, 2 or 3.

A password alone is 1; a second factor makes it 2; a passkey, which no look-alike site can ask for, is 3. What an
account needs, and what is still missing, is decided by the login (``login.factors``). Nothing here knows an account.
"""

from __future__ import annotations

from collections.abc import Collection

PASSWORD = "password"  # noqa: S105 - the name of a factor
TOTP = "totp"
PASSKEY = "passkey"
RECOVERY_CODE = "recovery-code"
TRUSTED_DEVICE = "trusted-device"

FACTORS = (PASSWORD, TOTP, PASSKEY, RECOVERY_CODE, TRUSTED_DEVICE)
"""Every factor that an identity may name."""

SECOND = (TOTP, RECOVERY_CODE, TRUSTED_DEVICE)
"""What is worth something only beside a password."""


def level(factors: Collection[str]) -> int:
    """Return the assurance of what somebody has proved; 0 for nothing."""
    if PASSKEY in factors:
        return 3
    if PASSWORD not in factors:
        return 0
    return 2 if any(factor in factors for factor in SECOND) else 1
