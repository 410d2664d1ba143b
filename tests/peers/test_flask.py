"""Flask's own tests, with our session in the place of Flask's."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.peers.running import outcomes

# What of Flask's tests is about the session: all of these must pass, each with every parameter that it has.
ABOUT_THE_SESSION = {
    "tests.test_basic": [
        "test_session_accessed",
        "test_session_path",
        "test_session_using_application_root",
        "test_session_using_session_settings",
        "test_session_using_samesite_attribute",
        "test_missing_session",
        "test_session_secret_key_fallbacks",
        "test_session_expiration",
        "test_session_stored_last",
        "test_session_special_types",
        "test_session_cookie_setting",
        "test_session_vary_cookie",
        "test_session_refresh_vary",
        "test_flashes",
        "test_extended_flashing",
    ],
    "tests.test_session_interface": ["test_open_session_with_endpoint"],
    "tests.test_reqctx": ["test_session_error_pops_context", "test_session_dynamic_cookie_name"],
    "tests.test_testing": [
        "test_redirect_session",
        "test_session_transactions",
        "test_session_transactions_no_null_sessions",
        "test_session_transactions_keep_context",
        "test_session_transaction_needs_cookies",
    ],
    "tests.test_helpers.TestStreaming": ["test_stream_keeps_session"],
    "tests.test_json_tag": [
        "test_dump_load_unchanged",
        "test_duplicate_tag",
        "test_custom_tag",
        "test_tag_interface",
        "test_tag_order",
    ],
}


@pytest.fixture(scope="module")
def runs(flask_source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[tuple[str, str], str]]:
    """What became of Flask's tests with Flask's own session, and with ours."""
    folder = tmp_path_factory.mktemp("reports")
    # Their secrets are short, which ours warns of and their settings make an error of.
    options = ["-W", "ignore::hardtack.seal.WeakSecretWarning", "tests"]
    return {
        peer: outcomes(flask_source, "flask_plugin", peer, folder / f"{peer}.xml", options)
        for peer in ("flask", "hardtack")
    }


def test_flasks_tests_of_the_session_pass_with_ours(
    runs: dict[str, dict[tuple[str, str], str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every one that is about the session, and none is skipped."""
    ours = runs["hardtack"]
    wanted = {(place, name) for place, names in ABOUT_THE_SESSION.items() for name in names}
    about = {case: what for case, what in ours.items() if (case[0], case[1].partition("[")[0]) in wanted}
    passed = sum(what == "passed" for what in about.values())
    with capsys.disabled():
        print(  # noqa: T201 - asked for: how many of Flask's tests pass
            f"\nFlask's own tests with the sealed session: {passed} of {len(about)} about the session passed; "
            f"of all {len(ours)}: {dict(Counter(ours.values()))}, as with Flask's own session",
            file=sys.stderr,
        )
    assert {(place, name.partition("[")[0]) for place, name in about} == wanted
    assert {case: what for case, what in about.items() if what != "passed"} == {}
    assert passed == 38


def test_every_other_test_of_flask_ends_as_it_does_with_flasks_own(
    runs: dict[str, dict[tuple[str, str], str]],
) -> None:
    """What fails or is skipped here does so without us too: a missing extra, a newer Werkzeug."""
    theirs, ours = runs["flask"], runs["hardtack"]
    assert ours == theirs
    assert Counter(theirs.values())["passed"] >= 470
