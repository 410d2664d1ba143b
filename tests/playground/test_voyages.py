"""A booking whose dates must fit together: 422 says of each field what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.playground.inside import Inside


@pytest.mark.parametrize(
    ("form", "named"),
    [
        ("leaves=2026-08-09&returns=2026-08-02", ["returns"]),
        ("leaves=soon&returns=2026-08-02", ["leaves"]),
        ("leaves=2026-08-09", ["returns"]),
        ("", ["leaves", "returns"]),
        ("leaves=2026-02-30&returns=%00", ["leaves", "returns"]),
    ],
)
def test_a_voyage_that_cannot_be_is_refused(tmp_path: Path, form: str, named: list[str]) -> None:
    """With each field that does not fit, and no other."""
    response = Inside(tmp_path).post("/voyages", form)
    said = response.body.decode().splitlines()
    lines = [line.removeprefix("- ").partition(":")[0] for line in said if line.startswith("- ")]
    assert (422, named) == (response.status, lines)


def test_a_voyage_that_can_be_is_counted_in_days(tmp_path: Path) -> None:
    """Back on the same day is one, too."""
    inside = Inside(tmp_path)
    assert b"A voyage of 7 days" in inside.post("/voyages", "leaves=2026-08-02&returns=2026-08-09").body
    assert 200 == inside.post("/voyages", "leaves=2026-08-02&returns=2026-08-02").status
