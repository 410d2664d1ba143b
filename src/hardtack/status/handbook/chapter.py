"""The shape of a code's chapter in the handbook: what an author or an operator needs beside the catalogue's sentences.

One value per language. Everything is plain text, but for single backticks around what one types or reads in a message
(a field, a value, a command); whoever shows it decides what becomes of them.
"""

from __future__ import annotations

from typing import NamedTuple


class Chapter(NamedTuple):
    """What the handbook says about one code in one language.

    Args:
        when: when a server answers so, and when not but with which neighbour instead: two to four sentences.
        fields: name of a header field → what it is there for in an answer of this code: one sentence each. All that
            the catalogue calls required, kept or recommended, in its order.
        client: what a client does next (browser, program, cache, crawler): two to four sentences.
        mistakes: what is often done wrong, one mistake each: what, and what to do instead; two to four.
    """

    when: str
    fields: dict[str, str]
    client: str
    mistakes: tuple[str, ...]
