"""What the page about operating the service says is so."""

from __future__ import annotations

import pytest

from hardtack.site.metrics import TABLE, Metric
from tests.docs.test_documents import DOCS


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("metric", TABLE, ids=lambda metric: metric.name)
def test_every_count_is_documented(metric: Metric, language: str) -> None:
    """With its labels."""
    name = metric.name + ("_total" if metric.kind == "counter" else "")
    (row,) = (
        line
        for line in (DOCS / language / "operating.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and f"`{name}`" in line
    )
    assert [] == [label for label, _ in metric.labels if f"`{label}`" not in row]
