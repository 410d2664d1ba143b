"""The simplified form: one for all the disguises of a password."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.login import plain


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("password", "password"),
        ("PASSWORD", "password"),
        ("ｐａｓｓｗｏｒｄ", "password"),
        ("P@$$w0rd!", "password"),
        ("password123", "password"),
        ("2024password", "password"),
        ("!!password_99", "password"),
        ("  password  ", "password"),
        ("password12345", "passwordizeas"),
        ("l1ke+this", "iiketthis"),
        ("correct horse battery", "correct horse battery"),
        ("123456789012345", "123456789012345"),
        ("!!--==", "!!--=="),
        ("Straße", "strasse"),
        ("密码1234", "密码"),
        ("a", "a"),
        ("", ""),
    ],
)
def test_the_simplified_form(text: str, form: str) -> None:
    """It is part of the format of filters: whoever changes one raises ``VERSION``."""
    assert form == plain.simplified(text)


@given(st.text(max_size=60))
def test_any_text_has_one(text: str) -> None:
    """And capitals make no difference to a text that folds as they do."""
    form = plain.simplified(text)
    assert form == plain.simplified(text)
    assert len(form) <= len(plain.fold(text))


@pytest.mark.parametrize(
    ("text", "unit"), [("abcabc", "abc"), ("aaaa", "a"), ("abcabca", "abcabca"), ("abcd", "abcd"), ("", ""), ("x", "x")]
)
def test_the_unit_of_a_repetition(text: str, unit: str) -> None:
    """Of a whole one; whatever repeats no whole number of times is its own."""
    assert unit == plain.unit(text)
