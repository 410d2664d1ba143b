"""Events of the log become counts; none of what they say of a person does."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardtack.login import audit
from hardtack.site import metrics
from hardtack.site.counted_events import COUNTED, EventCounts
from hardtack.site.series import Kept, Together, place


@pytest.fixture
def together(tmp_path: Path) -> Together:
    """Return what adds up, over an empty folder."""
    return Together(tmp_path / "counts")


@pytest.fixture
def log(tmp_path: Path, together: Together) -> Iterator[logging.Logger]:
    """Return a logger whose events are counted."""
    logger = logging.getLogger("hardtack.tests.counted")
    handler = EventCounts(Kept(tmp_path / "counts"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield logger
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    ("event", "extra", "metric", "labels"),
    [
        (audit.SIGNED_IN, {"factors": "password"}, metrics.SIGN_INS, ("signed-in", "password")),
        (audit.SIGNED_IN, {"factors": "password totp"}, metrics.SIGN_INS, ("signed-in", "totp")),
        (audit.SIGNED_IN, {"factors": "passkey"}, metrics.SIGN_INS, ("signed-in", "passkey")),
        (audit.SIGNED_IN, {}, metrics.SIGN_INS, ("signed-in", "other")),
        (audit.SIGN_IN_REFUSED, {"reason": "wrong-password"}, metrics.SIGN_INS, ("wrong-password", "password")),
        (audit.SIGN_IN_REFUSED, {"reason": "passkey-origin"}, metrics.SIGN_INS, ("passkey", "passkey")),
        (audit.SECOND_FACTOR_REFUSED, {"reason": "ceremony-over"}, metrics.SIGN_INS, ("ceremony", "passkey")),
        (audit.SIGN_IN_REFUSED, {"reason": "new-word"}, metrics.SIGN_INS, ("other", "password")),
        (audit.CODE_REFUSED, {"reason": "wrong-totp"}, metrics.SIGN_INS, ("wrong-totp", "totp")),
        (
            audit.CODE_REFUSED,
            {"reason": "wrong-recovery-code"},
            metrics.SIGN_INS,
            ("wrong-recovery-code", "recovery-code"),
        ),
        (audit.LOCKED, {}, metrics.LOCKED, ()),
        ("cookie-refused", {"reason": "forged"}, metrics.COOKIES, ("forged",)),
        ("mail-sent", {}, metrics.MAILS, ("sent",)),
        ("store-failed", {}, metrics.FAULTS, ("store",)),
    ],
)
def test_an_event_is_one_count(
    together: Together,
    log: logging.Logger,
    event: str,
    extra: dict[str, str],
    metric: metrics.Metric,
    labels: tuple[str, ...],
) -> None:
    """The right one, and no other."""
    log.info(event, extra={"event": event, "account": 7, "client": "203.0.113.7", **extra})
    numbers, _ = together.read(0)

    assert 1 == numbers[place(metric, labels)]
    assert 1 == sum(numbers)


def test_mails_that_were_given_up_together_are_counted_each(together: Together, log: logging.Logger) -> None:
    """Their line says how many; what is no number counts once."""
    log.info("late", extra={"event": "mail-given-up", "count": 3})
    log.info("late", extra={"event": "mail-given-up", "count": "?"})

    assert 4 == together.read(0)[0][place(metrics.MAILS, ("given-up",))]


def test_what_is_no_event_or_another_one_is_not_counted(together: Together, log: logging.Logger) -> None:
    """Most are not."""
    log.info("nothing")
    log.info("sign-out", extra={"event": audit.SIGNED_OUT})

    assert 0 == sum(together.read(0)[0])


def test_every_counted_event_is_one_that_the_log_page_knows() -> None:
    """A word that is changed there must be changed here."""
    said = (Path(__file__).parents[2] / "docs" / "en" / "logs.md").read_text(encoding="utf-8")
    assert [] == [event for event in COUNTED if f"`{event}`" not in said]
