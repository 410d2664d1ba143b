"""What is remembered in a page while a factor is set up or shown."""

from __future__ import annotations

import pytest

from hardtack.login.ceremonies import LIFETIME, Ceremonies, CeremonyOver, Claims, Kind
from hardtack.seal import Keyring, Purpose

NOW = 1_800_000_000
BINDING = b"b" * 16


@pytest.fixture
def keyring() -> Keyring:
    """A ring of the test's own."""
    return Keyring.generate()


def test_what_is_sealed_for_it_and_is_none_is_over(keyring: Keyring) -> None:
    """A later version may write another form; nothing but the refusal is raised."""
    ceremonies = Ceremonies(keyring)
    context = ("ceremony", Kind.TOTP.value, "hardtack", BINDING.hex())
    for data in (b"", b"\xc1", b"\x93\x01\x02\x03", b"\x90"):
        token = keyring.seal(data, purpose=Purpose.CEREMONY, context=context, expires_at=NOW + LIFETIME)
        with pytest.raises(CeremonyOver) as over:
            ceremonies.read(Kind.TOTP, token, binding=BINDING, now=NOW)
        assert "ceremony-malformed" == over.value.reason


def test_a_representation_does_not_show_what_is_kept() -> None:
    """It may be a secret."""
    assert "<Claims of account 7>" == repr(Claims(b"i" * 16, 7, b"secret", NOW))
