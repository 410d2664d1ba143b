"""The page about the list of sign-ins: what it shows runs, and what it names there is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hardtack.login import audit, sign_ins
from hardtack.site import Settings, sessions
from tests.docs.test_documents import DOCS, blocks


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_python_block_runs(language: str, tmp_path: Path) -> None:
    """As it stands, in both languages."""
    (code,) = blocks(DOCS / language / "sign-ins.md", "python")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.asvs("7.1.1", "7.1.2")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_figures_are_those_of_the_code(language: str) -> None:
    """How many at once, for how long, where, and the words of events."""
    page = (DOCS / language / "sign-ins.md").read_text()
    settings = Settings()
    facts = [str(sign_ins.MOST), sign_ins.TOO_MANY, audit.SESSION_ENDED, sessions.PATH, str(settings.recent_sign_in)]
    assert [] == [fact for fact in facts if fact not in page]
    assert (86_400, 7 * 86_400) == (settings.idle_timeout, settings.absolute_timeout)
    assert (14 * 86_400, 30 * 86_400) == (settings.kept_idle_timeout, settings.kept_absolute_timeout)
