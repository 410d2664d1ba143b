"""Starlette's own tests of its session, with ours in the place of Starlette's."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.peers.running import outcomes

TESTS = "tests/middleware/test_session.py"


def test_starlettes_tests_of_the_session_pass_with_ours(
    starlette_source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every one that passes with Starlette's own, on asyncio and on trio, and none is skipped."""
    # Their secrets are short, which ours warns of and their settings make an error of.
    options = ["-W", "ignore::hardtack.seal.WeakSecretWarning", TESTS]
    theirs, ours = (
        outcomes(starlette_source, "starlette_plugin", peer, tmp_path / f"{peer}.xml", options)
        for peer in ("starlette", "hardtack")
    )
    with capsys.disabled():
        print(  # noqa: T201 - asked for: how many of Starlette's tests pass
            f"\nStarlette's own tests with the sealed session: {dict(Counter(ours.values()))} of {len(ours)}",
            file=sys.stderr,
        )
    assert {case: what for case, what in ours.items() if what != "passed"} == {}
    assert ours == theirs
    assert len(ours) == 29
