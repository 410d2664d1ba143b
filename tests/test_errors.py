"""The three roots of errors."""

from __future__ import annotations

import pytest

from hardtack.errors import HardtackError, MisuseError, Refused, text_in


def test_a_misuse_says_the_problem_and_what_to_do() -> None:
    """The command line prints the two parts on lines of their own."""
    error = MisuseError("the key is too short", "make one with hardtack keys new")
    assert (error.problem, error.hint) == ("the key is too short", "make one with hardtack keys new")
    assert str(error) == "the key is too short\nmake one with hardtack keys new"


def test_a_misuse_without_a_hint_is_one_line() -> None:
    """A programmer reads it in a traceback."""
    assert str(MisuseError("no such thing")) == "no such thing"


def test_a_misuse_is_a_value_error_too() -> None:
    """Callers who know nothing of Hardtack catch it as what it is."""
    with pytest.raises(ValueError, match="no such thing"):
        raise MisuseError("no such thing")


def test_a_refusal_is_no_misuse() -> None:
    """The two families never mix: one is the visitor's, the other the programmer's."""
    assert not issubclass(Refused, MisuseError)
    assert issubclass(Refused, HardtackError)


def test_a_refusal_logs_its_reason_and_not_its_detail() -> None:
    """What is said to the visitor may hold what the visitor typed; the log gets the fixed word."""
    refusal = Refused("the name alice is taken", reason="name-taken")
    assert str(refusal) == "400 name-taken"


def test_a_refusal_without_a_reason_logs_its_slug() -> None:
    """There is always one word for the log."""
    assert Refused().reason == "refused"


def test_a_text_is_chosen_by_language_then_english_then_any() -> None:
    """A missing translation is no reason to say nothing."""
    both = {"en": "gone", "zh": "已消失"}
    assert text_in(both, "zh") == "已消失"
    assert text_in(both, "fr") == "gone"
    assert text_in({"de": "verschwunden"}, "zh") == "verschwunden"
    assert text_in("as it is", "zh") == "as it is"
    assert text_in(None, "en") is None
    assert text_in({}, "en") is None
    assert Refused(both).detail_in("zh") == "已消失"
