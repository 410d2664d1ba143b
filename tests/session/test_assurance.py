"""How much is proved by the factors that an identity names."""

from __future__ import annotations

import pytest

from hardtack.session import Identity
from hardtack.session.assurance import FACTORS, level


def test_every_factor_has_a_name_of_its_own() -> None:
    """It stands in the cookies that are out."""
    assert FACTORS == ("password", "totp", "passkey", "recovery-code", "trusted-device")


@pytest.mark.parametrize(
    ("factors", "assurance"),
    [
        ((), 0),
        (("totp",), 0),
        (("recovery-code", "trusted-device"), 0),
        (("a-word-of-another-version",), 0),
        (("password",), 1),
        (("password", "a-word-of-another-version"), 1),
        (("password", "totp"), 2),
        (("password", "recovery-code"), 2),
        (("password", "trusted-device"), 2),
        (("passkey",), 3),
        (("password", "passkey"), 3),
    ],
)
def test_what_is_proved_is_worth_an_assurance(factors: tuple[str, ...], assurance: int) -> None:
    """An identity says it of itself; what nobody knows is worth nothing."""
    identity = Identity(b"i" * 16, b"l" * 16, 1, 0, 0, factors, 0, 0, 0, 1)
    assert (assurance, assurance) == (level(factors), identity.assurance)
