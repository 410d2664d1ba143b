"""What is counted: a table with nothing in it that could name a person."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from hardtack.site import families, metrics
from hardtack.site.metrics import OTHER, TABLE, UNCOUNTED, Metric
from hardtack.site.routes import ROUTES
from hardtack.site.series import CLASSES, PLACES, SERIES, Kept, Together, place

LAG = 60.0


def value(together: Together, metric: Metric, *labels: str) -> float:
    """Return what all processes have counted."""
    return together.read(time.time())[0][place(metric, labels)]


@pytest.fixture
def together(tmp_path: Path) -> Together:
    """Return what adds up, over an empty folder."""
    return Together(tmp_path / "counts")


@pytest.fixture
def kept(tmp_path: Path, together: Together) -> Kept:
    """Return the counts of a process."""
    return Kept(tmp_path / "counts")


def test_every_label_has_few_values_and_none_is_a_persons() -> None:
    """Bounded before the first request; the names are Prometheus'."""
    assert len({metric.name for metric in TABLE}) == len(TABLE)
    for metric in TABLE:
        assert re.fullmatch(r"hardtack_[a-z_]+", metric.name)
        assert not metric.says.endswith(".")
        for label, values in metric.labels:
            assert label in {"route", "status", "outcome", "factor", "reason", "kind"}
            assert len(values) <= 20
    assert len(SERIES) < 500


def test_no_two_series_share_a_place() -> None:
    """Each has as many as it needs, one after the other."""
    taken = [at for each in SERIES for at in range(each.at, each.at + each.places)]
    assert list(range(PLACES)) == taken


def test_counters_of_all_processes_add_up(tmp_path: Path, together: Together, kept: Kept) -> None:
    """Also those of one that is gone."""
    other = Kept(tmp_path / "counts")
    kept.add(metrics.COOKIES, "forged")
    other.add(metrics.COOKIES, "forged", by=2)
    assert 3 == value(together, metrics.COOKIES, "forged")

    other.close()
    assert 3 == value(together, metrics.COOKIES, "forged")
    assert 1 == together.read(0)[1]


def test_a_process_that_is_gone_leaves_no_gauge_behind(tmp_path: Path, together: Together, kept: Kept) -> None:
    """Nothing waits in a process that is no more."""
    other = Kept(tmp_path / "counts")
    for each in (kept, other):
        each.put(metrics.PAGES_WAITING, 4)
        each.put(metrics.MAIL_WAITING, 6)
    assert (8, 6) == (value(together, metrics.PAGES_WAITING), value(together, metrics.MAIL_WAITING))

    other.close()
    kept.close()
    assert (0, 0) == (value(together, metrics.PAGES_WAITING), value(together, metrics.MAIL_WAITING))


def test_the_lag_is_that_of_the_slowest_process(tmp_path: Path, together: Together, kept: Kept) -> None:
    """One that has not begun is not ready, and no lag."""
    at = place(metrics.REVOCATION_LAG, ())
    assert 0 == together.read(2000.0)[0][at]
    kept.put(metrics.REVOCATION_LAG, 2000.0 - LAG)
    other = Kept(tmp_path / "counts")
    assert LAG == together.read(2000.0)[0][at]

    other.put(metrics.REVOCATION_LAG, 1999.0)
    assert LAG == together.read(2000.0)[0][at]
    assert 0 == together.read(1.0)[0][at], "a clock that was set back is no negative lag"


def test_a_value_that_is_not_in_the_table_is_other(together: Together, kept: Kept) -> None:
    """Nobody can make a series by typing something."""
    kept.add(metrics.COOKIES, "anna.li@example.org")
    kept.add(metrics.REQUESTS, "../../etc/passwd", "2xx")

    assert 1 == value(together, metrics.COOKIES, OTHER)
    assert 1 == value(together, metrics.REQUESTS, OTHER, "2xx")


def test_times_are_counted_in_classes(together: Together, kept: Kept) -> None:
    """A bound belongs to its class, and what takes longest has one, too."""
    for seconds in (0.001, 0.0011, 10.0, 11.0):
        kept.took(metrics.REQUEST_SECONDS, seconds, "auth")
    numbers, _ = together.read(0)
    at = place(metrics.REQUEST_SECONDS, ("auth",))

    assert [1, 1, *[0] * (CLASSES - 4), 1, 1] == numbers[at : at + CLASSES]
    assert 21.0021 == pytest.approx(numbers[at + CLASSES])


def test_an_answer_is_counted_by_its_class(together: Together, kept: Kept) -> None:
    """What was not looked at is counted besides; a connection that ended before is no class."""
    for status in (204, 429, 0):
        metrics.answered(kept, "sign-in", status, 0.01)
        metrics.answered(UNCOUNTED, "sign-in", status, 0.01)
    UNCOUNTED.put(metrics.READY, 1)

    assert 1 == value(together, metrics.REQUESTS, "sign-in", "2xx")
    assert 1 == value(together, metrics.REQUESTS, "sign-in", "4xx")
    assert 1 == value(together, metrics.REQUESTS, "sign-in", OTHER)
    assert 1 == value(together, metrics.THROTTLED, "sign-in")
    assert 3 == together.read(0)[0][place(metrics.REQUEST_SECONDS, ("sign-in",)) + 3]


def test_every_address_of_ours_has_a_family() -> None:
    """None of them is *other*, except the switch of the language and what the doctor asks."""
    assert {"/.well-known/change-password", "/doctor", "/language"} == {
        path for path in ROUTES if families.family(path) == OTHER
    }
    assert ["auth", "hand-off", "hand-off", "playground", "status"] == [
        families.family(path) for path in ("/auth", "/.hardtack/enter", "/hand-off", "/playground/tea", "/status/404")
    ]


@pytest.mark.parametrize("path", ["/authx", "//auth", "auth", "*", "", "/" + "a" * 10_000, "/\0", "/账户"])
def test_any_other_path_is_other(path: str) -> None:
    """Whatever it is."""
    assert OTHER == families.family(path)


def test_a_path_in_the_log_is_short_and_holds_no_code() -> None:
    """A link of another service may have its code in the path."""
    assert "/account/sessions" == families.shown("/account/sessions")
    assert "/reset/…/x" == families.shown("/reset/G3fHvqLohvEBcJTBzMRzRw/x")
    assert len(families.shown("/a" * 1000)) == families.MOST_SHOWN + 1
