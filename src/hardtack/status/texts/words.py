"""The shape of a code's words: one value per language.

``summary`` is one sentence, short enough for a line of the table; ``more`` adds when a server sends the code and what
a client does next. ``visitor`` and ``advice`` speak to the person who meets an error page and knows nothing of HTTP.
``correction`` says where the wording of the note that the project started from is out of date.
"""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """What there is to say about one code in one language."""

    summary: str
    more: str
    visitor: str = ""
    advice: str = ""
    correction: str = ""
