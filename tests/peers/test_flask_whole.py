"""The tests of Flask and of Flask-Login on applications with ``Hardtack``, which know nothing of it."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.peers.running import outcomes

_BY_ORIGIN = "the origin decides the cookie's name, path and flags, not the configuration"
_OUR_TIME = "a session is renewed after a quarter of its time, with Max-Age, and not in every answer with Expires"
_NO_SECRET = "there is always a session: the keyring seals it, not SECRET_KEY"
_OWN_SESSION = "the application puts a session interface of its own in the place of ours, which is a MisuseError"

DIFFERENCES = {
    ("tests.test_basic", "test_session_path"): _BY_ORIGIN,
    ("tests.test_basic", "test_session_using_application_root"): _BY_ORIGIN,
    ("tests.test_basic", "test_session_using_session_settings"): _BY_ORIGIN,
    ("tests.test_basic", "test_session_using_samesite_attribute"): _BY_ORIGIN,
    ("tests.test_basic", "test_session_expiration"): _OUR_TIME,
    ("tests.test_basic", "test_session_cookie_setting"): _OUR_TIME,
    ("tests.test_basic", "test_session_refresh_vary"): _OUR_TIME,
    ("tests.test_basic", "test_missing_session"): _NO_SECRET,
    ("tests.test_basic", "test_session_secret_key_fallbacks"): _NO_SECRET,
    ("tests.test_testing", "test_session_transactions_no_null_sessions"): _NO_SECRET,
    ("tests.test_reqctx", "test_session_error_pops_context"): _OWN_SESSION,
    ("tests.test_reqctx", "test_session_dynamic_cookie_name"): _OWN_SESSION,
    ("tests.test_session_interface", "test_open_session_with_endpoint"): _OWN_SESSION,
    ("tests.test_basic", "test_app_freed_on_zero_refcount"): "the layers and the application know each other: "
    "the collector frees both",
}
"""Flask's tests that ask for what is deliberately another here, with the reason."""


def test_flasks_tests_pass_but_for_what_is_deliberate(
    flask_source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every difference is listed, and nothing is listed that is none."""
    theirs, ours = (
        outcomes(flask_source, "flask_whole_plugin", peer, tmp_path / f"{peer}.xml", ["tests"])
        for peer in ("flask", "hardtack")
    )
    with capsys.disabled():
        print(  # noqa: T201 - asked for: how many of Flask's tests pass
            f"\nFlask's own tests on applications with Hardtack: {dict(Counter(ours.values()))} of {len(ours)}, "
            f"{len(DIFFERENCES)} deliberate differences",
            file=sys.stderr,
        )
    different = {case for case, what in ours.items() if what != theirs.get(case)}
    assert set(theirs) == set(ours)
    assert set(DIFFERENCES) == {(place, name.partition("[")[0]) for place, name in different}


def test_flask_logins_tests_pass_as_they_do_with_flasks_session(
    flask_login_source: Path, semantic_version_source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every one: whoever has it already goes on with it."""
    beside = [flask_login_source / "src", semantic_version_source]
    ours = outcomes(flask_login_source, "flask_whole_plugin", "hardtack", tmp_path / "hardtack.xml", ["tests"], beside)
    with capsys.disabled():
        print(  # noqa: T201 - asked for: how many of Flask-Login's tests pass
            f"\nFlask-Login's own tests on applications with Hardtack: {dict(Counter(ours.values()))} of {len(ours)}",
            file=sys.stderr,
        )
    assert (114, {"passed"}) == (len(ours), set(ours.values()))
