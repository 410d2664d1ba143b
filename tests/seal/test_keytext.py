"""The text of a keyring: every complaint at once, and changes that keep the rest."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.seal import Key, KeyringError, keytext


@pytest.fixture
def text(vectors: dict[str, Any]) -> str:
    """Return the text of a ring of two keys, the older first."""
    two_keys: str = vectors["keyrings"]["read"][1]["text"]
    return two_keys


def problems(text: str) -> list[str]:
    """Return what is wrong with *text*."""
    return [error.problem for error in keytext.complaints(text, "here")]


class TestComplaints:
    """Everything that is wrong."""

    def test_nothing_is_wrong_with_a_ring(self, vectors: dict[str, Any]) -> None:
        """Each one among the vectors."""
        assert [[]] * 8 == [problems(vector["text"]) for vector in vectors["keyrings"]["read"]]

    def test_the_first_one_is_what_reading_raises(self, vectors: dict[str, Any]) -> None:
        """For every text among the vectors that is none."""
        for vector in vectors["keyrings"]["refused"]:
            with pytest.raises(KeyringError) as caught:
                keytext.read(vector["text"], "here")
            assert caught.value.problem == problems(vector["text"])[0], vector["name"]

    def test_every_line_has_its_own(self, text: str) -> None:
        """In their order, then what is missing."""
        head, pepper, opening, active = text.split("\n")
        lines = [head, "pepper AA", "nonsense", opening + "x", opening, opening, active.replace("active", "resting")]
        assert [
            "line 2 of here has a secret of 1 bytes instead of 32",
            "line 3 of here is no entry of a keyring",
            "line 4 of here has a secret of 33 bytes instead of 32",
            "line 6 of here has the id of a key in an earlier line",
            "line 7 of here has a state that this version does not know",
            "here has no active key",
        ] == problems("\n".join(lines))
        assert ["here has no pepper", "here has no active key"] == problems(head)
        assert len(pepper) > len("pepper ")

    def test_a_damaged_active_key_still_is_the_active_one(self, text: str) -> None:
        """Otherwise somebody would make the older one active, to be rid of the second complaint."""
        assert ["line 4 of here has an id that is not its secret's: one of them was changed"] == problems(
            text.replace("AAECAwQ", "BAECAwQ")
        )

    @pytest.mark.parametrize("identifier", ["E2FCAF9B", "e2fcaf9", "e2fcaf9b0", "-"])
    def test_an_id_that_is_none_is_not_said_to_be_another_keys(self, text: str, identifier: str) -> None:
        """Its spelling is what is wrong."""
        assert ["line 4 of here has an id that is not 8 digits of lower-case hexadecimal"] == problems(
            text.replace("e2fcaf9b", identifier)
        )

    def test_what_is_no_keyring_at_all_has_one(self) -> None:
        """Its lines mean nothing here."""
        assert ["line 1 of here is not the beginning of a keyring"] == problems("hardtack keyring 2\nx\ny")

    def test_a_byte_order_mark_is_named_since_nobody_sees_it(self, text: str) -> None:
        """Some editors put one in, and the first line looks as it should."""
        (error,) = keytext.complaints("\ufeff" + text, "here")
        assert "line 1 of here is not the beginning of a keyring" == error.problem
        assert "save the file as UTF-8 without a byte order mark" == error.hint
        (error,) = keytext.complaints("x" + text, "here")
        assert "it must say `hardtack keyring 1`" == error.hint

    @settings(deadline=None)
    @given(st.text(st.characters(exclude_categories=())).map(lambda rest: f"{keytext.HEADER}\n{rest}"))
    def test_any_text_is_good_or_has_complaints_that_repeat_nothing(self, text: str) -> None:
        """The promise, with the beginning that lets the rest be read."""
        for error in keytext.complaints(text, "here"):
            assert "here" in error.problem
            assert error.hint


class TestRewrite:
    """A change of some lines."""

    def test_what_is_not_touched_stays_as_it_was(self, text: str) -> None:
        """Comments, empty lines, spaces and line ends; a new key comes last."""
        keys = keytext.read(text, "here").keys
        head, pepper, opening, active = text.split("\n")
        spaced = opening.replace(" ", "   ") + "\r"
        before = "\n".join(["# mine", head, "", pepper, "# old", spaced, "# new", active, "", ""])
        new = Key(os.urandom(32), "announced", 1_800_000_300)
        after = keytext.rewrite(before, (keys[0], replace(keys[1], state="opening"), new)).split("\n")
        assert ["# mine", head, "", pepper, "# old", spaced, "# new", active.replace("active", "opening")] == after[:-2]
        assert [f"key {new.id.hex()} announced 2027-01-15T08:05:00Z", ""] == [after[-2].rpartition(" ")[0], after[-1]]

    def test_a_key_that_is_gone_takes_its_line_along(self, text: str) -> None:
        """And nothing else."""
        keys = keytext.read(text, "here").keys
        lines = text.split("\n")
        assert "\n".join([*lines[:2], lines[3]]) + "\n" == keytext.rewrite(text, keys[1:])

    def test_the_same_keys_give_the_same_text(self, vectors: dict[str, Any]) -> None:
        """For every ring among the vectors, but for line ends at the end."""
        for vector in vectors["keyrings"]["read"]:
            same = keytext.rewrite(vector["text"], keytext.read(vector["text"], "here").keys)
            assert vector["text"].rstrip("\n") + "\n" == same, vector["name"]

    @pytest.mark.parametrize("since", [-62_135_596_800, 0, 253_402_300_799])
    def test_every_time_that_is_read_is_written_so_that_it_is_read_again(self, text: str, since: int) -> None:
        """From the first year of the calendar to the last."""
        old, new = keytext.read(text, "here").keys
        after = keytext.rewrite(text, (replace(old, since=since), new))
        assert since == keytext.read(after, "here").keys[0].since


def test_a_representation_shows_ids_and_states_only(text: str) -> None:
    """Neither a secret nor the pepper."""
    assert "<Written 3eea4681 opening, e2fcaf9b active>" == repr(keytext.read(text, "here"))
