"""Passwords as the standard asks for them, shown on what others have collected."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.contrib.auth import password_validation  # type: ignore[import-untyped]  # Django has no types

from hardtack.login import BadPassword, PasswordRules, common, meter


def common_passwords() -> list[str]:
    """Return Django's list of about twenty thousand common passwords, the most common first."""
    path = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    return gzip.decompress(path.read_bytes()).decode().split()


@pytest.mark.asvs("6.2.4")
def test_every_common_password_of_eight_characters_and_more_is_refused() -> None:
    """Eight thousand of the most common twenty, none left out: by the list, or since they are guessed at once."""
    long_enough = [each for each in common_passwords() if len(each) >= 8]
    assert 3000 < len(long_enough)
    listed = common.leaked()
    left = [each for each in long_enough if not common.is_listed(each, listed, each.encode())]
    assert [] == [each for each in left if meter.estimate(each).bits >= meter.ENOUGH]


@pytest.mark.asvs("6.2.4")
def test_three_thousand_common_passwords_written_twice_are_refused() -> None:
    """As whoever must have fifteen characters makes them of a word that they like."""
    rules = PasswordRules()
    for word in common_passwords()[:3000]:
        with pytest.raises(BadPassword) as refused:
            rules.as_new(word * -(-15 // len(word)))
        assert refused.value.reason in {"bad-password-common", "bad-password-guessable"}
