"""The text for Prometheus, read back by prometheus-client's own parser."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

import hardtack
from hardtack.adapters.exposition import CONTENT_TYPE, Exposition
from hardtack.site import metrics
from hardtack.site.series import Kept, Together


@pytest.fixture
def exposition(tmp_path: Path) -> Exposition:
    """Return the text of a service that was started at 1000."""
    return Exposition(Together(tmp_path / "counts"), clock=lambda: 1000.0)


def samples(exposition: Exposition) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return every sample by its name and the values of its labels."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(exposition.text().decode())
        for sample in family.samples
    }


def test_every_series_is_there_before_the_first_request(exposition: Exposition) -> None:
    """A rate can only be told of what began at 0."""
    found = samples(exposition)

    assert "text/plain; version=0.0.4; charset=utf-8" == CONTENT_TYPE
    assert {0.0, 1.0, 1000.0} == set(found.values())
    assert 1 == found[("hardtack_build_info", (platform.python_version(), hardtack.__version__))]
    assert 1000.0 == found[("hardtack_start_time_seconds", ())]
    assert 0 == found[("hardtack_cookie_failures_total", ("forged",))]
    for metric in metrics.TABLE:
        ending = {"counter": "_total", "gauge": "", "histogram": "_count"}[metric.kind]
        assert [] != [name for name, _ in found if name == metric.name + ending], metric.name


def test_the_classes_of_times_hold_all_below_them(exposition: Exposition, tmp_path: Path) -> None:
    """As Prometheus counts them."""
    kept = Kept(tmp_path / "counts")
    for seconds in (0.002, 0.2, 20.0):
        kept.took(metrics.REQUEST_SECONDS, seconds, "auth")
    kept.put(metrics.READY, 1)
    found = samples(exposition)
    classes = [
        found[("hardtack_request_seconds_bucket", labels)]
        for labels in (("0.001", "auth"), ("0.0025", "auth"), ("0.25", "auth"), ("10.0", "auth"), ("+Inf", "auth"))
    ]

    assert [0, 1, 2, 2, 3] == classes
    assert 3 == found[("hardtack_request_seconds_count", ("auth",))]
    assert 20.202 == pytest.approx(found[("hardtack_request_seconds_sum", ("auth",))])
    assert 1 == found[("hardtack_workers", ())]
    assert exposition.ready()


def test_nobody_is_ready_before_anybody_is_there(exposition: Exposition) -> None:
    """And to register counts nothing."""
    assert not exposition.ready()
    assert () == exposition.describe()
