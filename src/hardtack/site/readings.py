"""How much there is to do now: the plain numbers of the login and the store, put into the counts.

Those parts keep a number or two each and know nothing of counting. What stands in memory is looked at often; what only
the database tells, less often, and not on the way of anybody's request.
"""

from __future__ import annotations

from hardtack.site import metrics
from hardtack.site.parts import Parts
from hardtack.store import StoreUnavailable


def near(parts: Parts) -> None:
    """Count what stands in memory."""
    counts, hashing, revocations = parts.counts, parts.accounts.hashing, parts.accounts.revocations
    counts.put(metrics.HASHING_RUNNING, min(hashing.running, hashing.threads))
    counts.put(metrics.HASHING_WAITING, hashing.waiting + max(hashing.running - hashing.threads, 0))
    counts.put(metrics.HASHING_REFUSED, hashing.refused)
    counts.add(metrics.AUTH, "allowed", by=parts.auth.judge.let_in.fresh())
    counts.put(metrics.REVOCATION_LAG, revocations.loaded_at)
    counts.put(metrics.FEED_FAILURES, revocations.failures)


def far(parts: Parts) -> None:
    """Count what only the database tells; whether it answers is part of that."""
    counts = parts.counts
    counts.put(metrics.READY, parts.is_ready())
    try:
        mail = parts.accounts.postman.state()
    except StoreUnavailable:
        return
    counts.put(metrics.MAIL_WAITING, mail.waiting)
    counts.put(metrics.MAIL_STUCK, mail.failing_since)
