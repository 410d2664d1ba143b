"""Messages for the next page that a visitor sees: put in by one request, shown once by another, and capped.

They live in the session under one key, so they are sealed as it is and end with it. Whatever is said, they cannot make
the session outgrow its cookie: a new message pushes the oldest out once there are ``MOST``, and a text is cut at
``LONGEST`` octets. Taking them removes them, so a page that shows them writes the session once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from hardtack.errors import MisuseError
from hardtack.session.session import Session

KEY = "_flash"
MOST = 5
"""How many messages wait at most."""
LONGEST = 300
"""How many octets of UTF-8 a text has at most; a hundred Chinese characters."""
LONGEST_KIND = 32
"""How many characters the name of a kind has at most."""

_CUT = "…"


class Message(NamedTuple):
    """One message.

    Args:
        kind: how it is shown, such as ``"info"`` or ``"error"``; the application's own word.
        text: what it says, as text and not as HTML.
    """

    kind: str
    text: str


def flash(session: Session, text: str, *, kind: str = "info") -> None:
    """Leave a message for the next page that takes them.

    Args:
        session: the visitor's.
        text: what it says; cut if it has more than ``LONGEST`` octets.
        kind: how it is shown.

    Raises:
        MisuseError: if one of them is not text, or the kind is longer than ``LONGEST_KIND``.
    """
    if not all(isinstance(part, str) for part in (text, kind)):
        raise MisuseError("a flash message and its kind are text", "write str(text)")
    if len(kind) > LONGEST_KIND:
        raise MisuseError(f"the kind of a flash message has more than {LONGEST_KIND} characters", "use one word")
    waiting = [[message.kind, message.text] for message in _waiting(session)]
    session[KEY] = [*waiting, [kind, _cut(text)]][-MOST:]


def take(session: Session) -> list[Message]:
    """Return the messages that wait, oldest first, and remove them.

    Promise: returns for anything that an application has put under the key, never raises.
    """
    messages = _waiting(session)
    session.pop(KEY, None)
    return messages


def _waiting(session: Session) -> list[Message]:
    held: Any = session.get(KEY)
    if not isinstance(held, list):
        return []
    return [Message(*pair) for pair in held if _is_message(pair)]


def _is_message(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == len(Message._fields) and all(isinstance(part, str) for part in pair)


def _cut(text: str) -> str:
    """Return *text* with at most ``LONGEST`` octets, whole characters, and a sign where it was cut."""
    octets = text.encode("utf-8", "replace")
    if len(octets) <= LONGEST:
        return octets.decode()
    return octets[: LONGEST - len(_CUT.encode())].decode("utf-8", "ignore") + _CUT
