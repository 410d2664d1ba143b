"""Counting what the log tells: each event of ours that is worth a count, and which one.

The rooms that find something out write an event; who counts it listens here, so that they need not know of counting.
An event comes long after a request's answer was decided, and never on the way of a request that only shows a good
cookie.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from hardtack.login import audit
from hardtack.session.assurance import PASSKEY, PASSWORD, RECOVERY_CODE, TOTP, TRUSTED_DEVICE
from hardtack.site import metrics
from hardtack.site.metrics import Counts

_STRONGEST_FIRST = (PASSKEY, TOTP, RECOVERY_CODE, TRUSTED_DEVICE, PASSWORD)
_KINDS = ("passkey", "ceremony")


class EventCounts(logging.Handler):
    """A handler of log records that counts some of them.

    Args:
        counts: where to.
    """

    def __init__(self, counts: Counts) -> None:
        super().__init__(logging.INFO)
        self._counts = counts

    def emit(self, record: logging.LogRecord) -> None:
        """Count *record*, if it is one of those."""
        count = COUNTED.get(getattr(record, "event", ""))
        if count is not None:
            count(self._counts, record)


def _of(record: logging.LogRecord, name: str) -> str:
    return str(getattr(record, name, ""))


def _signed_in(counts: Counts, record: logging.LogRecord) -> None:
    shown = _of(record, "factors").split()
    factor = next((each for each in _STRONGEST_FIRST if each in shown), metrics.OTHER)
    counts.add(metrics.SIGN_INS, "signed-in", factor)


def _refused(counts: Counts, record: logging.LogRecord) -> None:
    reason = _of(record, "reason")
    kind = reason.partition("-")[0]
    if kind in _KINDS:
        counts.add(metrics.SIGN_INS, kind, PASSKEY)
    else:
        counts.add(metrics.SIGN_INS, reason, PASSWORD)


def _code_refused(counts: Counts, record: logging.LogRecord) -> None:
    reason = _of(record, "reason")
    counts.add(metrics.SIGN_INS, reason, RECOVERY_CODE if reason == f"wrong-{RECOVERY_CODE}" else TOTP)


def _by_reason(counts: Counts, record: logging.LogRecord) -> None:
    counts.add(metrics.COOKIES, _of(record, "reason"))


def _one(metric: metrics.Metric, *labels: str) -> Callable[[Counts, logging.LogRecord], None]:
    def count(counts: Counts, record: logging.LogRecord) -> None:
        number = getattr(record, "count", 1)
        counts.add(metric, *labels, by=number if isinstance(number, int) else 1)

    return count


COUNTED: Mapping[str, Callable[[Counts, logging.LogRecord], None]] = {
    audit.SIGNED_IN: _signed_in,
    audit.SIGN_IN_REFUSED: _refused,
    audit.SECOND_FACTOR_REFUSED: _refused,
    audit.CODE_REFUSED: _code_refused,
    audit.LOCKED: _one(metrics.LOCKED),
    "cookie-refused": _by_reason,
    "mail-sent": _one(metrics.MAILS, "sent"),
    "mail-not-due": _one(metrics.MAILS, "not-due"),
    "mail-deferred": _one(metrics.MAILS, "deferred"),
    "mail-given-up": _one(metrics.MAILS, "given-up"),
    "unexpected-error": _one(metrics.FAULTS, "unexpected"),
    "store-failed": _one(metrics.FAULTS, "store"),
}
"""What is done with each event."""
