"""The comparison in the docs: complete, in both languages, and no claim without a test that passes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests import tables

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

SAMPLES = """
import pytest

@pytest.mark.evidence(row="proved")
@pytest.mark.evidence(row="half-proved")
def test_that_passes(): pass

@pytest.mark.evidence(row="half-proved")
def test_that_fails(): assert False

@pytest.mark.evidence(row="skipped")
def test_that_is_skipped(): pytest.skip("today")

@pytest.mark.skip(reason="today")
@pytest.mark.evidence(row="marked-as-skipped")
def test_that_is_not_called(): pass

@pytest.mark.xfail(reason="one day", strict=False)
@pytest.mark.evidence(row="expected-to-fail")
def test_that_may_fail(): assert False

@pytest.fixture
def broken():
    yield
    raise OSError

@pytest.mark.evidence(row="fails-at-its-end")
def test_whose_fixture_fails(broken): pass
"""


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    """Return the Sphinx extension that makes the tables."""
    return tables.extension("peers_table")


def run(tests: Path, evidence: Path) -> dict[str, Any]:
    """Run the marked tests in *tests* and return what was noted."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(tests)]
    environ = {**os.environ, "EVIDENCE": str(evidence)}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert evidence.exists(), done.stdout + done.stderr
    noted: dict[str, Any] = json.loads(evidence.read_text())
    return noted


def test_the_committed_evidence_is_what_the_tests_show(tmp_path: Path) -> None:
    """If not: run ``pytest tests/peers_table/test_rows.py`` and copy build/evidence.json to docs/_ext."""
    assert json.loads((tables.DOCS / "_ext" / "evidence.json").read_text()) == run(
        HERE / "test_rows.py", tmp_path / "found"
    )


def test_every_claim_has_a_test_and_every_test_a_claim(extension: ModuleType) -> None:
    """And every one of them is shown today."""
    claimed = {row["id"] for row in extension.FACTS["rows"] if not row.get("lacks")}
    assert claimed == set(extension.EVIDENCE)
    assert all(row["shown"] for row in extension.EVIDENCE.values())


def test_a_test_that_fails_or_is_skipped_empties_the_cell(extension: ModuleType, tmp_path: Path) -> None:
    """Also when another test of the row passes, and when it fails before or after the test itself."""
    shutil.copy(HERE / "conftest.py", tmp_path)
    (tmp_path / "test_samples.py").write_text(SAMPLES)
    noted = run(tmp_path / "test_samples.py", tmp_path / "found")
    rows = ["proved", "half-proved", "skipped", "marked-as-skipped", "expected-to-fail", "fails-at-its-end", "unknown"]
    said = {name: extension.ours({"id": name, "ours": "yes"}, noted) for name in rows}
    assert said == {**dict.fromkeys(rows, ""), "proved": "yes"}
    assert "no" == extension.ours({"id": "unknown", "ours": "no", "lacks": True}, noted)


def test_every_row_speaks_of_every_peer_in_both_languages(extension: ModuleType) -> None:
    """What has no Chinese is a name, and no Chinese is left over."""
    facts = extension.FACTS
    texts = {text for row in facts["rows"] for text in (row["name"], row["ours"], *row["cells"])}
    assert {len(facts["peers"])} == {len(row["cells"]) for row in facts["rows"]}
    assert [] == [text for text in facts["zh"] if text not in texts]
    names = {text for text in texts if text not in facts["zh"]}
    allowed = ("HMAC", "XSalsa20", "JSON", "Secure", "HttpOnly", "SameSite", "Partitioned", "Cache-Control", "–")
    assert [] == [name for name in names if not name.startswith(allowed)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_every_topic_and_every_row_is_drawn(language: str, extension: ModuleType) -> None:
    """With the peers' names and versions above them."""
    page = (tables.DOCS / language / "comparison.md").read_text()
    assert [1] * 4 == [page.count(f"```{{peers-table}} {language}\n:topic: {topic}\n") for topic in extension.TOPICS]
    peers = [f"{peer['name']} {peer['version']}".strip() for peer in extension.FACTS["peers"]]
    for topic in extension.TOPICS:
        rows = [row for row in extension.FACTS["rows"] if row["topic"] == topic]
        expected = []
        for few in (slice(0, 4), slice(4, 8)):
            expected.append(["", "Hardtack", *peers[few]])
            said = [(row["name"], extension.ours(row, extension.EVIDENCE), *row["cells"][few]) for row in rows]
            expected += [[extension.said(text, language) for text in texts] for texts in said]
        assert expected == tables.cells(f".. peers-table:: {language}\n   :topic: {topic}")
    assert extension.setup is not None
