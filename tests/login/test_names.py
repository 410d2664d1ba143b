"""Names: one form for comparing, and what may be a name."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.login import BadName, names
from hardtack.login.names import MAX_LENGTH, MAX_TYPED, Name, fold

GOOD = {
    "Ada": "ada",
    "  ada\t": "ada",
    "ADA": "ada",
    "ａｄａ": "ada",
    "𝐚𝐝𝐚": "ada",
    "ﬁsher": "fisher",
    "Straße": "strasse",
    "ada.lovelace_1815-x+y@example.org": "ada.lovelace_1815-x+y@example.org",
    "李雷": "李雷",
    "李Lei2": "李lei2",
    "山田たろう": "山田たろう",
    "サーバー": "サーバー",
    "ｻｰﾊﾞｰ": "サーバー",
    "ㄅㄆ李": "ㄅㄆ李",
    "김철수": "김철수",
    "Анна": "анна",
    "Ελένη": "ελένη",
    "İsmail": "i\u0307smail",
    "Nguyễn": "nguyễn",
    "Łukasz": "łukasz",
    "Æsir": "æsir",
    "मोहन": "मोहन",
    "สมชาย": "สมชาย",
    "محمد1": "محمد1",
    "דוד": "דוד",
    "7": "7",
}

BAD = {
    "": "empty",
    " \t\u3000": "empty",
    "a" * (MAX_LENGTH + 1): "too-long",
    "a" * (MAX_TYPED + 1): "too-long",
    "ﷺ" * 4: "too-long",
    "a\u0307\u0323" * 40: "too-long",
    "ada lovelace": "space",
    "ada\u00a0lovelace": "space",
    "ada\u3000lovelace": "space",
    "ada\u2028lovelace": "character",
    "ada\tlovelace": "space",
    "ada\r\nlovelace": "space",
    "ada\x00": "character",
    "\x1b[31mada": "character",
    "ada\u200b": "character",
    "a\u200dda": "character",
    "a\ufeffda": "character",
    "a\u00adda": "character",
    "a\u2060da": "character",
    "a\u034fda": "character",
    "ada\ufe0f": "character",
    "ada\U000e0041": "character",
    "ada\U000e0101": "character",
    "\u3164": "character",
    "ada\uffa0": "character",
    "م\u0640حمد": "character",
    "\u202eada": "character",
    "ada\u2066": "character",
    "ada\u200f": "character",
    "a\u0338da": "character",
    "a\u20ddda": "character",
    "ada🙂": "character",
    "ada/bob": "character",
    "<ada>": "character",
    "ada'": "character",
    "ada\u02bc": "character",
    "ａdaʰ\u02e4": "character",
    "аdа\ud800": "character",
    "١٢٣": "character",
    "ɑda": "character",
    "\ue000": "character",
    "\U00012000": "character",
    "ᎪᎠᎪ": "character",
    ".ada": "edge",
    "ada.": "edge",
    "-": "edge",
    "\u0301ada": "edge",
    "q" + "\u0323\u0324\u0325\u0326\u032d": "marks",
    "q\u0301\u0301": "marks",
    "pаypal": "scripts",
    "аda": "scripts",
    "αda": "scripts",
    "김さくら": "scripts",
    "דוד-محمد": "scripts",
    "adaדוד": "scripts",
    "1דוד": "direction",
}


def refusal(typed: str) -> str:
    """Return why *typed* cannot be a name."""
    with pytest.raises(BadName) as caught:
        Name.of(typed)
    assert caught.value.reason.startswith("bad-name-")
    assert ["username"] == list(caught.value.fields)
    return caught.value.reason.removeprefix("bad-name-")


@pytest.mark.parametrize(("typed", "canonical"), GOOD.items())
def test_a_good_name_has_one_canonical_form(typed: str, canonical: str) -> None:
    """However it is typed."""
    assert canonical == Name.of(typed).canonical == fold(typed)


@pytest.mark.parametrize(("typed", "why"), BAD.items(), ids=[ascii(typed)[:40] for typed in BAD])
def test_attack_10_what_could_deceive_is_no_name(typed: str, why: str) -> None:
    """Invisible, turned around, mixed or overlong."""
    assert why == refusal(typed)


def test_the_name_is_shown_as_it_was_typed() -> None:
    """Without outer white space, and letters of unusual style as usual ones."""
    assert ["Ada", "Ada", "李Lei"] == [Name.of(typed).display for typed in (" Ada ", "Ａ𝐝a", "李Lei")]


LOOKALIKES = [
    ("mike", "mıke"),
    ("mike", "MİKE"),
    ("coco", "сосо"),
    ("COCO", "СОСО"),
    ("AHHA", "Анна"),
    ("ape", "аре"),
    ("xyó", "хуо\u0301"),
    ("hey", "һеу"),
    ("bob", "ɓoɓ"),
    ("ab", "αβ"),
    ("ny", "νυ"),
    ("vu", "νυ"),
    ("kopoh", "корон"),
    ("ov", "ον"),
    ("oh", "օհ"),
    ("口力", "ロカ"),
    ("べん", "ベん"),
    ("一二", "ー二"),
]


@pytest.mark.parametrize(("one", "other"), LOOKALIKES)
def test_attack_10_names_that_look_alike_have_a_form_in_common(one: str, other: str) -> None:
    """So that they cannot both be taken, whichever comes first."""
    first, second = Name.of(one), Name.of(other)
    assert first.canonical != second.canonical
    assert first.forms & second.forms


@pytest.mark.parametrize(("one", "other"), [("ada", "ado"), ("bob0", "bobo"), ("jose", "josé"), ("анна", "инна")])
def test_honest_neighbours_do_not_collide(one: str, other: str) -> None:
    """What differs for everybody's eyes may differ."""
    assert not Name.of(one).forms & Name.of(other).forms


def test_attack_11_every_spelling_of_a_name_is_counted_as_one() -> None:
    """John, JOHN, full width, a trailing space: one budget."""
    spellings = ("john", "John", "JOHN", "ｊｏｈｎ", "john ", "\u3000john", "𝓳𝓸𝓱𝓷")
    assert {"john"} == {fold(spelling) for spelling in spellings}


def test_a_name_that_is_too_long_is_refused_before_it_is_folded() -> None:
    """Attack 15: a megabyte of a character that grows eighteen times costs nothing."""
    with pytest.raises(BadName):
        fold("ﷺ" * 1_000_000)


def test_the_texts_name_the_character_by_its_number_only() -> None:
    """The character itself could do to the page what it did to the name."""
    with pytest.raises(BadName) as caught:
        Name.of("a\u202eb")
    assert "U+202E" in str(caught.value.detail_in("en"))
    assert "U+202E" in str(caught.value.detail_in("zh"))
    assert not any("\u202e" in str(text) for text in caught.value.fields.values())


def test_the_tables_hold_letters_as_they_are_compared() -> None:
    """An entry in another form would never be met, or never be equal to anything."""
    for table in (names._SMALL_LOOKALIKES, names._CAPITAL_LOOKALIKES):
        for character, alike in table.items():
            assert character == fold(character)
            assert alike == fold(alike)
            assert 1 == len(character) == len(unicodedata.normalize("NFD", character))


def test_folding_twice_changes_nothing_for_every_character() -> None:
    """Two rounds of normalising and case folding are enough. Nothing above U+30000 is folded at all."""
    assert not any(fold(chr(number)) != chr(number) for number in range(0x30000, sys.maxunicode + 1, 97))
    changed = [
        number
        for number in range(0x30000)
        if not 0xD800 <= number < 0xE000 and fold(fold(chr(number))) != fold(chr(number))
    ]
    assert [] == changed


@settings(deadline=None)
@given(st.text(max_size=80) | st.text(alphabet=st.characters(categories=["L", "M", "N", "P", "Cs"]), max_size=20))
def test_fuzz_a_name_or_bad_name_and_nothing_else(typed: str) -> None:
    """The promise of ``Name.of``: and a name is its own canonical form, short, and free of white space."""
    try:
        name = Name.of(typed)
    except BadName:
        return
    assert name.canonical == fold(name.canonical) == fold(name.display)
    assert name.canonical in name.forms
    assert 1 <= len(name.canonical) <= MAX_LENGTH
    assert not any(character.isspace() or not character.isprintable() for character in name.canonical + name.display)
    name.canonical.encode()


@settings(deadline=None)
@given(st.text(max_size=MAX_TYPED + 1))
def test_fuzz_folding_gives_text_or_bad_name(typed: str) -> None:
    """The promise of ``fold``: what it gives can be stored and hashed."""
    try:
        fold(typed).encode()
    except BadName:
        assert len(typed) > MAX_TYPED
