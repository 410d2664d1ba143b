"""What the tests of sessions share."""

from __future__ import annotations

import pytest
from hypothesis import settings

from hardtack.seal import Keyring

# A busy machine is no failure.
settings.register_profile("session", deadline=None)
settings.load_profile("session")


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """A ring with one key."""
    return Keyring.generate()
