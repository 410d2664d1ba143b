"""The counts in Prometheus' text format, as prometheus-client writes it; what is counted is not decided here.

It is made in the process that has started the others, so that the moment of its start is that of the service.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, groupby

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

import hardtack
from hardtack.site.metrics import READY, SECONDS, Metric
from hardtack.site.series import CLASSES, SERIES, Series, Together, place

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_BOUNDS = (*map(str, SECONDS), "+Inf")


class Exposition(Collector):
    """The text of all counts.

    Args:
        together: adds them up.
        clock: returns Unix seconds.
    """

    def __init__(self, together: Together, *, clock: Callable[[], float] = time.time) -> None:
        self._together = together
        self._clock = clock
        self._started = clock()
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        """Return the text."""
        return generate_latest(self._registry)

    def ready(self) -> bool:
        """Return whether there is a process that may be sent visitors."""
        return self._together.read(self._clock())[0][place(READY, ())] > 0

    def describe(self) -> Sequence[Family]:
        """Return nothing: to say what there is, it would have to be counted."""
        return ()

    def collect(self) -> Iterator[Family]:
        """Return every family with its samples."""
        numbers, processes = self._together.read(self._clock())
        for metric, series in groupby(SERIES, key=lambda each: each.metric):
            yield _family(metric, tuple(series), numbers)
        yield GaugeMetricFamily("hardtack_workers", "Processes that serve", value=processes)
        started = "When the service was started, Unix time"
        yield GaugeMetricFamily("hardtack_start_time_seconds", started, value=self._started)
        build = GaugeMetricFamily("hardtack_build_info", "Which version runs", labels=("version", "python"))
        build.add_metric((hardtack.__version__, platform.python_version()), 1)
        yield build


def _family(metric: Metric, series: Sequence[Series], numbers: Sequence[float]) -> Family:
    names = tuple(name for name, _ in metric.labels)
    if metric.kind == "histogram":
        times = HistogramMetricFamily(metric.name, metric.says, labels=names)
        for each in series:
            # A class of Prometheus holds all that are below it.
            up_to = accumulate(numbers[each.at : each.at + CLASSES])
            times.add_metric(each.labels, tuple(zip(_BOUNDS, up_to, strict=True)), numbers[each.at + CLASSES])
        return times
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.says, labels=names)
    for each in series:
        family.add_metric(each.labels, numbers[each.at])
    return family
