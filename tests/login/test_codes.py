"""Codes as people type them: every way to write one is one code, and nothing else is any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.login import codes
from hardtack.login.codes import ALPHABET, BadCode, WrongCode, WrongRecoveryCode

RECOVERY = "0123ABCDEFGHJKMNPQRSTVWX"


@pytest.mark.parametrize(
    "typed", ["123456", " 123 456\n", "１２３４５６", "１２３　４５６", "1 2 3 4 5 6", "123\u00a0456"]
)
def test_a_code_of_an_app_is_read_as_it_is_typed(typed: str) -> None:
    """With spaces, and with the digits of Chinese input methods."""
    assert "123456" == codes.app(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "1234567",
        "12345a",
        "123-456",
        "١٢٣٤٥٦",
        "①②③④⑤⑥",
        "12345\0",
        "½23456",
        "1" * 6 + " " * 60,
        "9" * 10_000,
    ],
)
def test_what_is_no_code_of_an_app_is_refused_in_one_sentence(typed: str) -> None:
    """Whatever it is: 422 at the field, in both languages."""
    with pytest.raises(BadCode) as caught:
        codes.app(typed)
    assert (422, "bad-code-app") == (caught.value.status, caught.value.reason)
    assert {"en", "zh"} == set(caught.value.fields["code"])


@pytest.mark.parametrize(
    "typed",
    [
        RECOVERY,
        codes.grouped(RECOVERY),
        codes.grouped(RECOVERY).lower(),
        "OI23ABCDEFGHJKMNPQRSTVWX",
        "ol23abcdefghjkmnpqrstvwx",
        " 0123AB  CDEFGH\tJKMNPQ RSTVWX ",
        "0123AB–CDEFGH—JKMNPQ−RSTVWX",
        "０１２３ＡＢ－ｃｄｅｆｇｈ-JKMNPQ-RSTVWX",
    ],
)
def test_a_recovery_code_is_read_as_it_is_typed(typed: str) -> None:
    """In small letters, O for 0, I and L for 1, with any hyphens or without."""
    assert RECOVERY == codes.recovery(typed)


@pytest.mark.parametrize(
    "typed",
    ["", RECOVERY[:-1], RECOVERY + "0", RECOVERY[:-1] + "U", RECOVERY[:-1] + "ı", RECOVERY[:-1] + "é", "0" * 65],
)
def test_what_is_no_recovery_code_is_refused(typed: str) -> None:
    """U is no letter of theirs, and a dotless i is none at all."""
    with pytest.raises(BadCode) as caught:
        codes.recovery(typed)
    assert (422, "bad-code-recovery") == (caught.value.status, caught.value.reason)


@given(st.text(max_size=80))
def test_nothing_but_a_code_or_a_refusal_comes_of_any_text(typed: str) -> None:
    """And what is read is read the same again."""
    for read, alphabet in ((codes.app, "0123456789"), (codes.recovery, ALPHABET)):
        try:
            code = read(typed)
        except BadCode:
            continue
        assert code == read(code)
        assert set(code) <= set(alphabet)


@given(st.text(alphabet=ALPHABET, min_size=24, max_size=24), st.data())
def test_every_recovery_code_survives_how_it_is_written(code: str, data: st.DataObject) -> None:
    """Shown in groups, typed with whatever comes to hand."""
    shown = codes.grouped(code)
    typed = "".join(
        data.draw(st.sampled_from({"-": ["-", " ", "", "–"], "0": ["0", "O", "o"], "1": ["1", "I", "l"]}[one]))
        if one in "-01"
        else data.draw(st.sampled_from([one, one.lower()]))
        for one in shown
    )
    assert code == codes.recovery(typed)


def test_a_wrong_code_is_401_at_its_field() -> None:
    """In both languages, whichever kind it is."""
    for wrong in (WrongCode(), WrongRecoveryCode()):
        assert 401 == wrong.status
        assert {"en", "zh"} == set(wrong.fields["code"])
