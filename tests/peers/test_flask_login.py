"""Flask-Login's own tests, with our session in the place of Flask's."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.peers.running import outcomes

# Each of these keeps something in the session and finds it again in a later request.
KEPT_BETWEEN_REQUESTS = {
    "test_remember_me",
    "test_unauthorized_with_next_in_session",
    "test_refresh_with_next_in_session",
    "test_session_not_modified",
    "test_session_protection_basic_marks_session_unfresh",
    "test_session_protection_strong_deletes_session",
    "test_requests_without_accessing_session",
    "test_authentication_is_fresh",
}


def test_flask_logins_tests_pass_with_our_session_as_they_do_with_flasks(
    flask_login_source: Path, semantic_version_source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every one: what it keeps in the session, when it touches it and when it does not, and what it deletes."""
    beside = [flask_login_source / "src", semantic_version_source]
    # Their secrets are short, which ours warns of and their settings make an error of.
    options = ["-W", "ignore::hardtack.seal.WeakSecretWarning", "tests"]
    theirs, ours = (
        outcomes(flask_login_source, "flask_plugin", peer, tmp_path / f"{peer}.xml", options, beside)
        for peer in ("flask", "hardtack")
    )
    with capsys.disabled():
        print(  # noqa: T201 - asked for: how many of Flask-Login's tests pass
            f"\nFlask-Login's own tests with the sealed session: {dict(Counter(ours.values()))} of {len(ours)}",
            file=sys.stderr,
        )
    assert ours == theirs
    assert {case: what for case, what in ours.items() if what != "passed"} == {}
    assert len(ours) == 114
    assert KEPT_BETWEEN_REQUESTS - {name for _, name in ours} == set()
