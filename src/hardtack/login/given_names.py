"""Names that we give: to accounts of people who sign up with an address and are never asked for a name.

Such a name is what stands before the ``@``, as far as it may be in a name, and five random characters, always: so it
tells nobody whether the plain one was taken. People sign in with the address; the name is what applications and
administrators see.
"""

from __future__ import annotations

import secrets
import unicodedata

from hardtack.errors import Refused, Text
from hardtack.login import names
from hardtack.login.names import BadName, Name

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Thirty-two characters that are not easily taken for each other, and few words (Crockford's base 32)."""

RANDOM = 5
"""Characters; one in 33 million that two of the same beginning are alike."""

NOBODY = "member"
"""What the name begins with where nothing of the address may be in a name."""

MAX_DISPLAY = 64
"""Characters of a name that is only shown."""

_LONGEST = 40


class BadDisplayName(Refused):
    """What was typed cannot be shown as somebody's name; ``fields`` says so."""

    status = 422
    slug = "bad-display-name"

    def __init__(self) -> None:
        text: Text = {
            "en": f"A name that is shown has at most {MAX_DISPLAY} characters, and none that is invisible.",
            "zh": f"显示的名字最多 {MAX_DISPLAY} 个字符，不能含有看不见的字符。",
        }
        super().__init__(text, fields={"display_name": text})


def display(typed: str) -> str:
    """Return *typed* as it is shown, ``""`` if it is empty: without outer and double white space, in NFC.

    Raises:
        BadDisplayName: it is too long, or something in it cannot be seen, and nothing else, whatever is given.
    """
    if len(typed) > 4 * MAX_DISPLAY:
        raise BadDisplayName
    text = unicodedata.normalize("NFC", " ".join(typed.split(" "))).strip()
    kinds = {unicodedata.category(character) for character in text if character != " "}
    if len(text) > MAX_DISPLAY or any(kind[0] in "CZ" for kind in kinds):
        raise BadDisplayName
    return text


def for_address(typed: str) -> Name:
    """Return a new name for the owner of the address *typed*; another one at each call."""
    tail = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    begins = _beginning(typed)
    try:
        return Name.of(f"{begins}-{tail}")
    except BadName:
        # Such as one from right to left, which our own letters cannot follow.
        return Name.of(f"{NOBODY}-{tail}")


def _beginning(typed: str) -> str:
    """Return what of an address may be in a name, without the tag that some people put behind a plus."""
    local = typed.rpartition("@")[0].partition("+")[0]
    kept = "".join(character for character in names.fold(local[:_LONGEST]) if _may_be(character))
    return kept.strip("._-") or NOBODY


def _may_be(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" or "0" <= character <= "9" or character in "._-"
