"""What is counted for the operator: one table of names, labels and their values, and who turns an event into a count.

Every value that a label can have stands in the table; whatever else comes is ``other``. So no count can name a person,
an address or a path that somebody typed, and the number of series is known before the first request. How counts of
several processes become one is said here, too; how they are kept and shown is not, and nothing here knows Prometheus.

A count that nobody wants costs nothing: without an admin listener there are no ``Counts`` at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hardtack.session.assurance import FACTORS

OTHER = "other"

ROUTES = (
    *("sign-in", "sign-up", "sign-out", "links", "account", "admin", "auth", "hand-off", "home"),
    *("status", "playground", "assets", "health"),
)
"""The families of addresses; see ``family``."""

CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")

OUTCOMES = (
    *("signed-in", "wrong-password", "unknown-name", "no-password", "disabled", "changed-meanwhile", "throttled"),
    *("locked", "wrong-totp", "wrong-recovery-code", "codes-locked", "passkey", "ceremony"),
)
"""What became of an attempt to sign in; a reason that begins with ``passkey-`` or ``ceremony-`` is counted as that."""

COOKIE_REASONS = (
    *(
        "malformed",
        "unknown-key",
        "forged",
        "expired",
        "future",
        "oversized",
        "duplicate",
        "revoked",
        "below-assurance",
    ),
    *("other-account", "gone", "replayed", "store-unavailable", "revocations-unavailable"),
)
AUTH_OUTCOMES = (
    *("allowed", "not-signed-in", "role-missing", "factor-missing", "not-vouched-for", "no-rule"),
    *("auth-peer-not-trusted", "malformed", "unavailable"),
)
"""What became of a question of a proxy at ``/auth``; ``malformed``: what was asked of it cannot be told for certain."""

MAIL = ("sent", "not-due", "deferred", "given-up")
ERRORS = ("unexpected", "store")

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the classes of times."""

Kind = Literal["counter", "gauge", "histogram"]
Over = Literal["sum", "most", "age"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is counted.

    Args:
        name: without the ending that its kind has.
        says: what it is, in a sentence without a full stop.
        kind: a ``counter`` only grows; a ``gauge`` is as it was last put; a ``histogram`` counts times by their length.
        labels: each with the values that it can have, besides ``other``.
        over: how the gauges of several processes become one: their ``sum``, the ``most``, or, where each is a moment
            (Unix seconds), the ``age`` of the oldest.
    """

    name: str
    says: str
    kind: Kind = "counter"
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    over: Over = "sum"


REQUESTS = Metric(
    "hardtack_requests",
    "Requests answered, by family of addresses and class of status",
    labels=(("route", ROUTES), ("status", CLASSES)),
)
REQUEST_SECONDS = Metric(
    "hardtack_request_seconds", "Time from a request's head to the end of its answer", "histogram", (("route", ROUTES),)
)
AUTH = Metric(
    "hardtack_auth",
    "Questions of proxies whether a request may go on, by what became of them",
    labels=(("outcome", AUTH_OUTCOMES),),
)
SIGN_INS = Metric(
    "hardtack_sign_ins",
    "Attempts to sign in, by what became of them and by what was shown",
    labels=(("outcome", OUTCOMES), ("factor", FACTORS)),
)
THROTTLED = Metric("hardtack_throttled", "Attempts that were not looked at, answered 429", labels=(("route", ROUTES),))
LOCKED = Metric("hardtack_locked", "Names that were locked after too many failures")
HASHING_RUNNING = Metric("hardtack_hashing_running", "Passwords that are hashed now, or about to be", "gauge")
HASHING_WAITING = Metric("hardtack_hashing_waiting", "Sign-ins that wait for the hashing pool", "gauge")
HASHING_REFUSED = Metric("hardtack_hashing_refused", "Sign-ins answered 503 since the hashing pool was full")
PAGES_RUNNING = Metric("hardtack_pages_running", "Pages that have a thread", "gauge")
PAGES_WAITING = Metric("hardtack_pages_waiting", "Pages that wait for a thread", "gauge")
PAGES_REFUSED = Metric("hardtack_pages_refused", "Pages answered 503 since too many waited")
CONNECTIONS_REFUSED = Metric(
    "hardtack_connections_refused", "Connections that gave way or were answered 503 since there were too many"
)
PLAYGROUND_REFUSED = Metric("hardtack_playground_refused", "Requests to the playground that found no place")
REVOCATION_LAG = Metric(
    "hardtack_revocation_lag_seconds", "Since when the slowest worker knows all ended sessions", "gauge", over="age"
)
FEED_LAG = Metric(
    "hardtack_feed_lag_seconds", "Time from another node's change until it was known here, with PostgreSQL", "histogram"
)
FEED_FAILURES = Metric("hardtack_feed_failures", "Readings of the ended sessions that failed")
COOKIES = Metric(
    "hardtack_cookie_failures", "Cookies that did not count, by reason", labels=(("reason", COOKIE_REASONS),)
)
MAILS = Metric("hardtack_mails", "Orders for mail, by what became of them", labels=(("outcome", MAIL),))
MAIL_WAITING = Metric("hardtack_mail_waiting", "Mails that wait to be sent", "gauge", over="most")
MAIL_STUCK = Metric(
    "hardtack_mail_failing_since_seconds", "Since when no mail goes out, Unix time; 0: it goes", "gauge", over="most"
)
FAULTS = Metric("hardtack_errors", "Requests that a fault of ours or of the database ended", labels=(("kind", ERRORS),))
READY = Metric("hardtack_workers_ready", "Workers that may be sent visitors", "gauge")

TABLE = (
    *(REQUESTS, REQUEST_SECONDS, AUTH, SIGN_INS, THROTTLED, LOCKED, HASHING_RUNNING, HASHING_WAITING, HASHING_REFUSED),
    *(PAGES_RUNNING, PAGES_WAITING, PAGES_REFUSED, CONNECTIONS_REFUSED, PLAYGROUND_REFUSED, REVOCATION_LAG),
    *(FEED_LAG, FEED_FAILURES, COOKIES, MAILS, MAIL_WAITING, MAIL_STUCK, FAULTS, READY),
)
"""Everything that is counted."""


class Counts(Protocol):
    """Where counts go. Safe to share among threads; a label's value that is not in the table counts as ``other``."""

    def add(self, metric: Metric, *labels: str, by: float = 1) -> None:
        """Let the counter *metric* grow."""

    def put(self, metric: Metric, value: float, *labels: str) -> None:
        """Set *metric* to what this process has found; a counter may be set by whoever alone counts it."""

    def took(self, metric: Metric, seconds: float, *labels: str) -> None:
        """Count a time in the histogram *metric*."""


class Nowhere:
    """Counts that nobody wants."""

    def add(self, metric: Metric, *labels: str, by: float = 1) -> None:
        """Do nothing."""

    def put(self, metric: Metric, value: float, *labels: str) -> None:
        """Do nothing."""

    def took(self, metric: Metric, seconds: float, *labels: str) -> None:
        """Do nothing."""


UNCOUNTED: Counts = Nowhere()

_TOO_MANY_REQUESTS = 429  # RFC 6585 §4


def answered(counts: Counts, route: str, status: int, seconds: float) -> None:
    """Count one request.

    Args:
        counts: where to.
        route: the family of its address.
        status: what was answered; 0 if the connection ended before.
        seconds: how long it took.
    """
    counts.add(REQUESTS, route, f"{status // 100}xx")
    counts.took(REQUEST_SECONDS, seconds, route)
    if status == _TOO_MANY_REQUESTS:
        counts.add(THROTTLED, route)
