"""E-mail addresses: what may be one, and the one form in which two are compared.

An address is sent to exactly as its owner gave it and showed to be theirs; it is compared by ``names.fold``, so that no
two accounts have addresses that differ by case or width only. Letters that DNS overlooks in a host are refused, or one
mailbox would have as many addresses as somebody likes (RFC 3454 §3.1); the full stops of Chinese are taken for dots.
Whoever asks for mail by typing an address gets it sent to the address that the account has, never to the one that was
typed (attack 10).

Accepted is what mail servers take in practice (RFC 5321 §4.1.2 without quoted strings and address literals; RFC 6531
for letters beyond ASCII): one ``@``, a dot-atom before it, a host name with a dot behind it. Nothing in it can end a
header field or add a recipient.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from hardtack.errors import Refused
from hardtack.login import names

MAX_LENGTH = 254
"""Characters (RFC 5321 §4.5.3.1.3, with its two angle brackets)."""

_MAX_LOCAL = 64
_ATOM = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+)*"
)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+", re.IGNORECASE)


_STOPS = str.maketrans("\u3002\uff0e\uff61", "...")
"""Other full stops between the labels of a host (RFC 3490 §3.1)."""


class BadAddress(Refused):
    """What was typed cannot be an e-mail address; ``fields`` says so."""

    status = 422
    slug = "bad-address"

    def __init__(self) -> None:
        text = {
            "en": "This is no e-mail address that mail can be sent to. It looks like name@example.org.",
            "zh": "这不是可以收信的电子邮箱。正确的写法如 name@example.org。",
        }
        super().__init__(text, fields={"email": text})


@dataclass(frozen=True, slots=True)
class Address:
    """An address.

    Args:
        typed: as it is sent to.
        canonical: as it is compared.
    """

    typed: str
    canonical: str

    @classmethod
    def of(cls, typed: str) -> Address:
        """Return *typed* without outer white space as an address.

        Promise: returns, or raises ``BadAddress``, whatever text is given.

        Raises:
            BadAddress: it is none.
        """
        # Before any other work: what is longer is no address, however it is read (attack 15).
        if len(typed) > 4 * MAX_LENGTH:
            raise BadAddress
        local, at, host = typed.strip().rpartition("@")
        host = host.translate(_STOPS)
        text = local + at + host
        if not at or len(text) > MAX_LENGTH or len(local) > _MAX_LOCAL or not _ATOM.fullmatch(local):
            raise BadAddress
        if any(unicodedata.category(character)[0] in "CZ" for character in text) or not _is_host(host):
            raise BadAddress
        # Shorter than what ``fold`` refuses.
        return cls(text, names.fold(text))

    @property
    def mailbox(self) -> str:
        """As it is counted: without the tag that many people put behind a plus, and that many servers ignore."""
        local, _, host = self.canonical.rpartition("@")
        return f"{local.partition('+')[0]}@{host}"


def identifier(typed: str) -> str:
    """Return a name or an address, as typed, in the form in which it is looked up; what is neither matches none.

    Raises:
        BadName: it is longer than either, and nothing else.
    """
    local, at, host = names.fold(typed).rpartition("@")
    return f"{local}{at}{host.translate(_STOPS)}" if at else host


def _is_host(host: str) -> bool:
    """Return whether *host* is one, and the only spelling of it but for case and width."""
    found = ascii_host(host)
    if not _HOST.fullmatch(found):
        return False
    if host.isascii():
        return True
    try:
        read = found.encode("ascii").decode("idna")
    except UnicodeError:
        return False
    return names.fold(read) == names.fold(host)


def ascii_host(host: str) -> str:
    """Return *host* as DNS has it (RFC 5890), or ``""`` if it has no such form; never raises."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
