"""The pages about Flask and WSGI tell the truth: what they show runs, and what there is, they name."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hardtack.adapters.flask
from hardtack.adapters.flask import Hardtack, configured
from hardtack.seal import keyfile

DOCS = Path(__file__).parents[3] / "docs"


def blocks(language: str, name: str, kind: str = "python") -> list[str]:
    """Return the blocks of a page."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", (DOCS / language / name).read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["flask.md", "wsgi.md"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_blocks_run_one_after_the_other(name: str, language: str, tmp_path: Path) -> None:
    """With warnings as errors, in a folder with a keyring."""
    (tmp_path / "hardtack-data").mkdir(mode=0o700)
    keyfile.create(tmp_path / "hardtack-data" / "hardtack.key")
    # WSGI has no end of an application: its connections end with the process, of which Python 3.13 warns.
    command = [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-c", "\n".join(blocks(language, name))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("name", ["flask.md", "wsgi.md"])
def test_both_languages_show_the_same_code(name: str) -> None:
    """Whatever its kind."""
    for kind in ("python", "console", "html"):
        assert blocks("en", name, kind) == blocks("zh", name, kind)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_that_is_exported_is_documented(language: str) -> None:
    """And every keyword, with its key in the configuration."""
    page = (DOCS / language / "flask.md").read_text()
    for name in hardtack.adapters.flask.__all__:
        if name != "SealedSession":
            assert name in page, name
    keywords = [
        name for name in inspect.signature(Hardtack.__init__).parameters if name not in ("self", "app", "settings")
    ]
    assert sorted(keywords) == sorted(configured.OWN)
    for name in keywords:
        assert f"`{name}`" in page
        assert f"`HARDTACK_{name.upper()}`" in page
