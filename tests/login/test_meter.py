"""The meter: what is said of a password."""

from __future__ import annotations

import pytest

from hardtack.login import common, meter


@pytest.mark.parametrize(
    ("password", "score", "because"),
    [
        ("aaaaaaaaaaaaaaaa", 0, "other"),
        ("aaaaaaaaaaaaaaaab", 0, "row"),
        ("password", 0, "word"),
        ("Liverpool19921992", 0, "word"),
        ("19850412-19850412", 0, "date"),
        ("k3v9x2m8k3v9x2m8", 1, "again"),
        ("ada.lovelace99ab", 0, "own"),
        ("purple monkey dishwasher", 2, "word"),
        ("539284610275938", 3, "other"),
        ("correct horse battery staple", 3, "word"),
        ("kX9#mQ2$vL7!pR4z", 4, "other"),
        ("correct horse battery staple fountain", 4, "word"),
        ("", 0, "other"),
    ],
)
def test_a_password_is_scored_and_explained(password: str, score: int, because: str) -> None:
    """From found at once to strong; from 3 on it is taken."""
    strength = meter.estimate(password, ("ada.lovelace",))
    assert (score, because) == (strength.score, strength.because)
    assert (score >= 3) == (strength.bits >= meter.ENOUGH)
    assert {"en", "zh"} == set(strength.advice) == set(strength.holds)


def test_only_a_strong_password_is_said_to_be_strong() -> None:
    """Everything else is told what would make it better."""
    assert "strong" in meter.estimate("kX9#mQ2$vL7!pR4z").advice["en"]
    assert "words" in meter.estimate("correct horse battery staple").advice["en"]


@pytest.mark.parametrize(
    ("password", "holds"),
    [
        ("password", "a second"),
        ("horse monkey", "a minute"),
        ("horse monkey 74", "an hour"),
        ("horse monkey 742", "a day"),
        ("horse monkey 7429", "a month"),
        ("purple monkey dishwasher", "a month"),
        ("purple monkey dishwasher 7", "a year"),
        ("purple monkey dishwasher 742", "a hundred years"),
        ("correct horse battery staple", "many hundred years"),
        ("x9#mQ2$vL7!pR4z" * 3 + "kX9#mQ2$vL7!pR4z-kW", "many hundred years"),
    ],
)
def test_how_long_a_password_holds_is_said_in_words(password: str, holds: str) -> None:
    """For somebody who has the database and many computers."""
    assert holds == meter.estimate(password).holds["en"]


def test_what_is_said_of_a_weak_password_is_whole_sentences_in_both_languages() -> None:
    """What is wrong, how long it holds, and what would be better."""
    weak = meter.estimate("purple monkey dishwasher").weak
    assert not isinstance(weak, str)
    assert weak["en"].startswith("This password is easy to guess: with the database stolen")
    assert "within a month. It is made of common words" in weak["en"]
    assert weak["en"].endswith("nothing to do with each other.")
    assert "不到一个月" in weak["zh"]
    assert weak["zh"].endswith("。")


def test_the_filters_that_come_with_the_package_are_whole() -> None:
    """Every byte of them is looked at, and they fit into two million together."""
    for listed, entries in ((common.leaked(), 1_500_000), (common.words(), 30_000)):
        listed.check()
        assert entries < listed.entries
    assert common.leaked().size + common.words().size <= 2_000_000


@pytest.mark.asvs("6.2.4", "6.2.12")
@pytest.mark.parametrize("listed", ["princess", "sunshine", "dragonball", "correcthorsebatterystaple", "qwertyuiop"])
def test_what_everybody_knows_to_be_common_is_listed(listed: str) -> None:
    """A look at the content, which cannot be read back."""
    assert common.is_listed(listed, common.leaked(), listed.encode())
    assert common.is_listed(listed.upper() + "99", common.leaked(), b"")


@pytest.mark.parametrize("word", ["password", "iove", "monkey", "fountain", "mary", "iibrary"])
def test_everyday_words_are_words(word: str) -> None:
    """In the form in which they are asked for, which has no l."""
    assert common.is_word(word)
    assert not common.is_word(word + "qzx")
