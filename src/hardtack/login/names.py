"""Names: the one form in which they are compared, and what may be a name at all.

``fold`` gives the form that is compared, looked up and counted by the throttle: NFKC and case folding (UAX #15, Unicode
§3.13), outer white space removed. ``Name.of`` decides what may become an account's name, after UTS #39: letters of one
script (or of the sets that Chinese, Japanese and Korean mix), ASCII digits, ``. _ - + @`` inside; nothing invisible, no
white space, no change of direction. Two names that look alike cannot both be taken: a name occupies every form in
which it could be mistaken for another (``forms``).

Digits are not compared with letters (``0`` and ``o``), nor accents with their absence: too many honest names differ
only there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from hardtack.errors import MisuseError, Refused, Text

MAX_LENGTH = 64
"""Characters of a name, as typed and in canonical form."""

MAX_TYPED = 256
"""Characters beyond which nothing is even compared; checked before any other work (attack 15: NFKC grows 18 times)."""

_INSIDE = frozenset("._-+@")

# Invisible, blank or mere stretching, though Unicode calls them letters or marks.
_INVISIBLE = frozenset("\u0640\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")

_COMBINING = range(0x0300, 0x0332)
"""Marks that go with any letter; those after it strike letters through, underline them or join two."""

_MARKS_IN_A_ROW = 4

_HAN = frozenset({"CJK", "IDEOGRAPHIC"})
_SCRIPT_SETS: tuple[frozenset[str], ...] = (
    _HAN | {"LATIN", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"},
    _HAN | {"LATIN", "BOPOMOFO"},
    _HAN | {"LATIN", "HANGUL"},
    frozenset({"ARABIC"}),
    frozenset({"ARMENIAN"}),
    frozenset({"BENGALI"}),
    frozenset({"CYRILLIC"}),
    frozenset({"DEVANAGARI"}),
    frozenset({"ETHIOPIC"}),
    frozenset({"GEORGIAN"}),
    frozenset({"GREEK"}),
    frozenset({"GUJARATI"}),
    frozenset({"GURMUKHI"}),
    frozenset({"HEBREW"}),
    frozenset({"KANNADA"}),
    frozenset({"KHMER"}),
    frozenset({"LAO"}),
    frozenset({"MALAYALAM"}),
    frozenset({"MYANMAR"}),
    frozenset({"ORIYA"}),
    frozenset({"SINHALA"}),
    frozenset({"TAMIL"}),
    frozenset({"TELUGU"}),
    frozenset({"THAANA"}),
    frozenset({"THAI"}),
    frozenset({"TIBETAN"}),
)
"""The scripts in everyday use (UAX #31, table 5) and which may stand together (UTS #39 §5.2, highly restrictive)."""

# Latin letters that are not a to z with marks, without those that exist to look like one of them.
_LATIN_OTHERS = frozenset("æðøþđħıłŋœəɓɗƙ")

_SMALL_LOOKALIKES = {
    **dict(zip("аеорсухіјѕһԁԛԝӏьәӕ", "aeopcyxijshdqwlbəæ", strict=True)),
    **dict(zip("αικνορυχωγϳ", "aikvopuxwyj", strict=True)),
    **dict(zip("օսհոցզ", "ouhngq", strict=True)),
    **dict(zip("ıɓɗƙ", "ibdk", strict=True)),
    **dict(zip("ーロカニハエタトチミヘリ", "一口力二八工夕卜千三へり", strict=True)),
}
"""What a small letter of another script, or a kana, is easily taken for."""

_CAPITAL_LOOKALIKES = {
    **_SMALL_LOOKALIKES,
    **dict(zip("авекмнорстухіјѕүԍԛԝ", "abekmhopctyxijsygqw", strict=True)),
    **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
}
"""The same for the letters' capitals, since a name is shown as it was typed."""


class BadName(Refused):
    """What was typed cannot be a name; ``fields`` says why."""

    status = 422
    slug = "bad-name"

    def __init__(self, reason: str, text: Text) -> None:
        super().__init__(text, reason=reason, fields={"username": text})


class NoSuchAccount(MisuseError):
    """The operator named an account that does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no account {name!r}", "hardtack accounts list shows every account")
        self.name = name


class NameTaken(Refused):
    """Somebody has, or had, this name or one that looks like it."""

    status = 409
    slug = "name-taken"

    def __init__(self) -> None:
        text = {
            "en": "This name, or one that looks like it, is taken. Please choose another.",
            "zh": "这个用户名已被使用，或与已有的用户名过于相似，请换一个。",
        }
        super().__init__(text, fields={"username": text})


_TEXTS: dict[str, dict[str, str]] = {
    "empty": {"en": "Please enter a name.", "zh": "请填写用户名。"},
    "too-long": {
        "en": f"A name can have at most {MAX_LENGTH} characters.",
        "zh": f"用户名最多 {MAX_LENGTH} 个字符。",
    },
    "space": {
        "en": "A name cannot contain spaces. A dot, hyphen or underscore does instead.",
        "zh": "用户名中不能有空格，可以改用点、连字符或下划线。",
    },
    "character": {
        "en": "A name cannot contain the character {code}. Letters, digits and . _ - + @ are fine.",
        "zh": "用户名中不能有字符 {code}。可以使用文字、数字和 . _ - + @。",
    },
    "address": {
        "en": "A name cannot be an e-mail address, since it may be somebody else's. Please choose another.",
        "zh": "用户名不能是电子邮箱，因为它可能属于别人。请换一个。",
    },
    "edge": {
        "en": "A name begins and ends with a letter or a digit.",
        "zh": "用户名的开头和结尾必须是文字或数字。",
    },
    "marks": {
        "en": "A name cannot have so many accents on one letter.",
        "zh": "用户名中的一个字母上不能叠加这么多附加符号。",
    },
    "scripts": {
        "en": "A name cannot mix letters of different alphabets, because they look alike.",
        "zh": "用户名中不能混用不同的字母文字，因为有些字母看起来一样。",
    },
    "direction": {
        "en": "A name in a script written from right to left begins with a letter of it.",
        "zh": "使用从右向左书写的文字时，用户名必须以该文字的字母开头。",
    },
}


def fold(typed: str) -> str:
    """Return *typed* in the form in which names are compared. Any text may be given; what no name can be, matches none.

    Args:
        typed: what stands in the form's field, at most ``MAX_TYPED`` characters.

    Raises:
        BadName: it is longer, and nothing else.
    """
    if len(typed) > MAX_TYPED:
        raise _bad("too-long")
    # What is no text (a lone surrogate) can be neither stored nor hashed; no name contains what takes its place.
    text = typed.encode("utf-8", "replace").decode()
    # Each can undo a little of the other; a test shows that twice is enough for every character.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", text).strip()


@dataclass(frozen=True, slots=True)
class Name:
    """A name that may be given to an account.

    Args:
        canonical: the form in which it is compared.
        display: as it was typed, without outer white space; letters of unusual width or style as usual ones (NFKC).
    """

    canonical: str
    display: str

    @classmethod
    def of(cls, typed: str) -> Name:
        """Return the name in *typed*.

        Raises:
            BadName: it cannot be one, and nothing else, whatever is given.
        """
        canonical = fold(typed)
        display = unicodedata.normalize("NFKC", typed).strip()
        if not canonical:
            raise _bad("empty")
        if len(canonical) > MAX_LENGTH or len(display) > MAX_LENGTH:
            raise _bad("too-long")
        # What is shown must be as harmless as what is compared.
        for character in display + canonical:
            _check_character(character)
        _check_ends(canonical)
        _check_marks(canonical)
        _check_scripts(canonical)
        _check_direction(canonical)
        return cls(canonical, display)

    @classmethod
    def chosen(cls, typed: str) -> Name:
        """Return the name in *typed*, which a visitor has chosen: as ``of``, and no e-mail address.

        An address is found before a name (``sign_in``). So whoever takes an address for a name would see from their own
        sign-in whether somebody has that address, which is said nowhere; and would be taken for its owner.

        Raises:
            BadName: it cannot be one.
        """
        found = cls.of(typed)
        if "@" in found.canonical:
            raise _bad("address")
        return found

    @property
    def forms(self) -> frozenset[str]:
        """Every form in which the name is taken: as it is compared, and as its small letters and capitals look."""
        return frozenset(
            {self.canonical, *(_look(self.canonical, table) for table in (_SMALL_LOOKALIKES, _CAPITAL_LOOKALIKES))}
        )


def _look(canonical: str, lookalikes: Mapping[str, str]) -> str:
    """Return *canonical* with each letter replaced by the one that it is taken for, its accents kept."""
    apart = unicodedata.normalize("NFD", canonical)
    alike = "".join(lookalikes.get(character, character) for character in apart)
    # A dot over i or j is drawn once, however often it is written.
    return unicodedata.normalize("NFC", alike.replace("i\u0307", "i").replace("j\u0307", "j"))


def _bad(reason: str, **values: str) -> BadName:
    return BadName(f"bad-name-{reason}", {tag: text.format(**values) for tag, text in _TEXTS[reason].items()})


def _check_character(character: str) -> None:
    category = unicodedata.category(character)
    if category == "Zs" or character in "\t\n\r":
        raise _bad("space")
    plain = character in _INSIDE or "0" <= character <= "9"
    letter = category[0] in "LM" and category != "Me" and character not in _INVISIBLE and _script(character) != "?"
    if not plain and not letter:
        raise _bad("character", code=f"U+{ord(character):04X}")


def _script(character: str) -> str:
    """Return the script of a letter or mark, ``""`` for what goes with any script, or ``?`` for what goes with none.

    Python has no table of scripts; the first word of a character's name tells it.
    """
    word = unicodedata.name(character, "?").split(" ")[0]
    if word == "COMBINING" and ord(character) in _COMBINING:
        return ""
    if word == "LATIN":
        base = unicodedata.normalize("NFKD", character).casefold()[:1]
        return word if "a" <= base <= "z" or base in _LATIN_OTHERS else "?"
    return word if any(word in together for together in _SCRIPT_SETS) else "?"


def _check_marks(canonical: str) -> None:
    marks = "".join(character if unicodedata.category(character)[0] == "M" else " " for character in canonical)
    for run in marks.split():
        if len(run) > _MARKS_IN_A_ROW or any(one == next_one for one, next_one in pairwise(run)):
            raise _bad("marks")


def _check_ends(canonical: str) -> None:
    first, last = unicodedata.category(canonical[0]), unicodedata.category(canonical[-1])
    if first[0] not in "LN" or last[0] not in "LNM":
        raise _bad("edge")


def _check_scripts(canonical: str) -> None:
    present = {_script(character) for character in canonical if unicodedata.category(character)[0] in "LM"} - {""}
    if not any(present <= together for together in _SCRIPT_SETS):
        raise _bad("scripts")


def _check_direction(canonical: str) -> None:
    """Hold a name with right-to-left letters to RFC 5893 §2, rules 1 and 3: else two names could be shown alike."""
    directions = [unicodedata.bidirectional(character) for character in canonical]
    if not {"R", "AL"} & set(directions):
        return
    spacing = [direction for direction in directions if direction != "NSM"]
    if spacing[0] not in ("R", "AL") or spacing[-1] not in ("R", "AL", "EN"):
        raise _bad("direction")
