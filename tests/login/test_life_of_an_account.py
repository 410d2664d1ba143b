"""The life of accounts as a state machine, in its short form; ``python -m tests.machines.run accounts`` has no end."""

from __future__ import annotations

from hypothesis.stateful import run_state_machine_as_test

from tests.machines.account import LifeOfAccounts
from tests.machines.place import bounds, quiet


def test_whatever_an_account_was_ever_given_is_good_as_long_as_the_model_says_and_no_longer() -> None:
    """Passwords, links, codes, half-done sign-ins, trusted browsers, tokens and sign-ins, on a real database."""
    with quiet():
        run_state_machine_as_test(LifeOfAccounts, settings=bounds(7, 35, derandomize=True))
