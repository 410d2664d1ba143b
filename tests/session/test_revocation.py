"""What a visitor is told whose session was renewed meanwhile, and for how long the old one still counts."""

from __future__ import annotations

from hardtack.session.revocation import GRACE, RETRY_AFTER, SupersededSession


def test_the_refusal_speaks_both_languages() -> None:
    """Whoever is answered so signs in anew, or tries again."""
    refusal = SupersededSession()
    assert (refusal.status, refusal.slug, refusal.reason) == (401, "superseded-session", "superseded-session")
    assert isinstance(refusal.detail, dict)
    assert set(refusal.detail) == {"en", "zh"}
    assert "nothing was changed" in refusal.detail["en"]
    assert "没有做任何更改" in refusal.detail["zh"]


def test_the_grace_is_half_a_minute() -> None:
    """And where nobody can tell, visitors are told to ask again soon."""
    assert (GRACE, RETRY_AFTER) == (30, 5)
