"""How long a session lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.session import Lifetimes

SECONDS = st.integers(1, 10**6)


@dataclass
class Times:
    """The three times of a session."""

    born: int
    issued: int
    deadline: int


POLICY = Lifetimes(idle=1000, absolute=5000, leeway=60)


def test_the_defaults_are_a_day_and_thirty_days() -> None:
    """Idle a day, absolute thirty, a minute of leeway, re-issue after a quarter of idle."""
    policy = Lifetimes()
    assert (policy.idle, policy.absolute, policy.leeway, policy.renew_after) == (86_400, 2_592_000, 60, 21_600)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(0, ""), (1000, ""), (1059, ""), (1060, "expired"), (10**9, "expired"), (-60, ""), (-61, "future")],
)
def test_a_cookie_lives_from_its_issue_to_its_deadline_with_leeway_on_both_sides(now: int, expected: str) -> None:
    """A clock that is a minute off signs nobody out."""
    assert POLICY.refusal(Times(born=0, issued=0, deadline=1000), now) == expected


def test_a_birth_in_the_future_is_refused_too() -> None:
    """Nothing that a skewed clock has made lives longer for it."""
    assert POLICY.refusal(Times(born=100, issued=0, deadline=1000), 30) == "future"


@pytest.mark.asvs("7.3.1", "7.3.2")
@pytest.mark.parametrize(
    "times", [Times(0, 0, 500), Times(0, -500, 10**6), Times(-4500, 0, 10**6)], ids=["sealed", "idle", "absolute"]
)
def test_the_earliest_of_three_deadlines_counts(times: Times) -> None:
    """The sealed one, issue plus today's idle time, and birth plus today's absolute one."""
    assert POLICY.refusal(times, 559) == ""
    assert POLICY.refusal(times, 560) == "expired"


@given(born=SECONDS, issued=SECONDS, deadline=SECONDS, now=SECONDS)
def test_the_short_form_agrees_with_the_definition(born: int, issued: int, deadline: int, now: int) -> None:
    """What is written out for speed is the minimum of the three."""
    policy = Lifetimes(idle=300_000, absolute=600_000, leeway=60)
    expected = "expired" if now - 60 >= min(deadline, issued + 300_000, born + 600_000) else ""
    if max(issued, born) > now + 60:
        expected = "future"
    assert policy.refusal(Times(born, issued, deadline), now) == expected


def test_the_deadline_is_the_earlier_of_idle_and_absolute() -> None:
    """However much a session is used, it ends with its absolute lifetime."""
    assert POLICY.deadline_of(born=0, issued=100) == 1100
    assert POLICY.deadline_of(born=0, issued=4500) == 5000


@pytest.mark.parametrize(
    ("times", "now", "expected"),
    [
        (Times(0, 0, 1000), 249, False),
        (Times(0, 0, 1000), 250, True),
        (Times(0, 4100, 5000), 4400, False),
        (Times(0, 3500, 4500), 4400, True),
        (Times(0, 0, 400), 300, True),
    ],
    ids=["young", "old enough", "the absolute end gives nothing more", "a last time", "a laxer policy"],
)
def test_a_cookie_is_written_anew_when_it_is_a_quarter_old_and_gains_by_it(
    times: Times, now: int, expected: bool
) -> None:
    """Most answers carry no Set-Cookie."""
    assert POLICY.is_due(times, now) is expected


def test_the_age_for_writing_anew_may_be_chosen() -> None:
    """Zero writes every time."""
    assert Lifetimes(reissue_after=0).is_due(Times(0, 0, 86_400), 1)
    assert not Lifetimes(reissue_after=100).is_due(Times(0, 0, 86_400), 99)


@pytest.mark.parametrize("name", ["idle", "absolute", "leeway", "reissue_after"])
@pytest.mark.parametrize("value", [-1, 1.5, "1", True])
def test_what_is_no_duration_is_refused(name: str, value: Any) -> None:
    """The error names the argument."""
    with pytest.raises(MisuseError, match=f"^{name}="):
        Lifetimes(**{name: value})


def test_no_time_at_all_is_refused() -> None:
    """Sessions that end at once are a mistake."""
    with pytest.raises(MisuseError, match="idle=0"):
        Lifetimes(idle=0)


def test_they_stay_as_they_were_decided() -> None:
    """Everybody shares them; what follows from them is not shown."""
    lifetimes = Lifetimes(idle=9)
    with pytest.raises(AttributeError):
        lifetimes.idle = 10  # type: ignore[misc] # that is the point
    assert not hasattr(lifetimes, "__dict__")
    assert repr(lifetimes) == "Lifetimes(idle=9, absolute=2592000, leeway=60, reissue_after=None)"


@pytest.mark.parametrize(("name", "least"), [("idle", 1), ("absolute", 1), ("leeway", 0), ("reissue_after", 0)])
def test_the_least_there_can_be_is_taken(name: str, least: int) -> None:
    """And one second less is refused, with the least in the hint."""
    assert getattr(Lifetimes(**{name: least}), name) == least
    with pytest.raises(
        MisuseError, match=f"^{name}={least - 1} is not a duration\ngive whole seconds, at least {least}$"
    ):
        Lifetimes(**{name: least - 1})


def test_a_cookie_that_browsers_would_forget_sooner_is_refused() -> None:
    """They keep none for more than 400 days; a session that is renewed meanwhile may live longer."""
    longest = 400 * 86_400
    assert Lifetimes(idle=longest, absolute=10 * longest).deadline_of(0, 0) == longest
    assert Lifetimes(idle=10 * longest, absolute=longest).deadline_of(0, 0) == longest
    with pytest.raises(MisuseError, match="over 400 days"):
        Lifetimes(idle=longest + 1, absolute=longest + 1)
