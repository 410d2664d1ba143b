"""The life of sessions as a state machine, in its short form; ``python -m tests.machines.run sessions`` has no end."""

from __future__ import annotations

from hypothesis.stateful import run_state_machine_as_test

from tests.machines.place import bounds, quiet
from tests.machines.session import LifeOfSessions


def test_every_cookie_ever_given_out_is_accepted_as_long_as_the_model_says_and_no_longer() -> None:
    """Through sign-ins, step-ups, new keys, stolen keys, clocks that step back, and requests under way at once."""
    with quiet():
        run_state_machine_as_test(LifeOfSessions, settings=bounds(18, 45, derandomize=True))
