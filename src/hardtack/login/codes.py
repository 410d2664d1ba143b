"""Reading the codes that people type: those of an authenticator app, and recovery codes.

People type what they see: with spaces, as Chinese input methods write digits, in capitals or not, a letter O for a
zero. All that is one code; anything else is refused with one sentence, before it is counted or looked up. The promise:
each of these returns a code in its one form or raises ``BadCode``, never anything else, whatever was typed.
"""

from __future__ import annotations

import re

from hardtack.errors import Refused

FIELD = "code"
"""The field of a form in which a code is typed."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no letter that is taken for a digit, and none that makes words."""

RECOVERY_LENGTH = 24
"""Characters of a recovery code: 120 bits (ASVS 6.5.2 asks for 112 where the hash is a fast one)."""

GROUP = 6
"""Characters of a recovery code between two hyphens."""

APP_DIGITS = 6

_MOST_TYPED = 64
# Full-width forms, which input methods for Chinese write (U+FF01 to U+FF5E); the space is white space as it is.
_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_HYPHENS = dict.fromkeys(map(ord, "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"))
_MISTAKEN = str.maketrans("OIL", "011")
_APP = re.compile(rf"[0-9]{{{APP_DIGITS}}}")
_RECOVERY = re.compile(rf"[{ALPHABET}]{{{RECOVERY_LENGTH}}}")


class BadCode(Refused):
    """What was typed cannot be such a code."""

    status = 422
    slug = "bad-code"

    def __init__(self, kind: str) -> None:
        text = _TEXTS[kind]
        super().__init__(text, reason=f"bad-code-{kind}", fields={FIELD: text})


class WrongCode(Refused):
    """The code is not right, has been used, or is no more; which of it, nobody is told."""

    status = 401
    slug = "wrong-code"

    def __init__(self) -> None:
        text = {
            "en": "This code is not right, or it has been used already. Type the next one that is shown.",
            "zh": "验证码不正确或已经用过，请输入接下来显示的验证码。",
        }
        super().__init__(text, fields={FIELD: text})


class WrongRecoveryCode(Refused):
    """The recovery code is none of the account's, or has been used."""

    status = 401
    slug = "wrong-recovery-code"

    def __init__(self) -> None:
        text = {
            "en": "This recovery code is not right, or it has been used already. Try another one.",
            "zh": "恢复码不正确或已经用过，请换一个。",
        }
        super().__init__(text, fields={FIELD: text})


_TEXTS = {
    "app": {
        "en": "A code is the six digits that your authenticator app shows. Please type it again.",
        "zh": "验证码是验证器应用显示的六位数字，请重新输入。",
    },
    "recovery": {
        "en": f"A recovery code has {RECOVERY_LENGTH} letters and digits. Please type it again.",
        "zh": f"恢复码由 {RECOVERY_LENGTH} 个字母和数字组成，请重新输入。",
    },
}


def app(typed: str) -> str:
    """Return the code of an authenticator app in *typed*: six digits.

    Raises:
        BadCode: there is none.
    """
    code = _plain(typed)
    if not _APP.fullmatch(code):
        raise BadCode("app")
    return code


def recovery(typed: str) -> str:
    """Return the recovery code in *typed*: ``RECOVERY_LENGTH`` characters of ``ALPHABET``.

    Raises:
        BadCode: there is none.
    """
    code = _plain(typed).translate(_HYPHENS)
    # Only then: capitals of other alphabets' letters can be Latin ones.
    code = code.upper().translate(_MISTAKEN) if code.isascii() else ""
    if not _RECOVERY.fullmatch(code):
        raise BadCode("recovery")
    return code


def grouped(code: str, size: int = GROUP, between: str = "-") -> str:
    """Return *code* as it is shown, in groups of *size*."""
    return between.join(code[at : at + size] for at in range(0, len(code), size))


def _plain(typed: str) -> str:
    """Return what was typed without white space and full-width forms; ``""`` for what is too long to be any code."""
    return "".join(typed.split()).translate(_FULL_WIDTH) if len(typed) <= _MOST_TYPED else ""
