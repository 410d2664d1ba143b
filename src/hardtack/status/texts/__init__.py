"""The catalogue's own words, in English and Chinese, one module per class of codes (RFC 9110 §15.2 to §15.6).

The two languages say the same thing and neither is a translation of the other word by word. Every text is ours:
neither the note's nor an RFC's sentence is repeated. Facts are not here but in ``facts.py``.
"""

from __future__ import annotations

from hardtack.status.texts import client_error, informational, redirection, server_error, successful
from hardtack.status.texts.words import Words

TEXTS: dict[int, dict[str, Words]] = {
    **informational.TEXTS,
    **successful.TEXTS,
    **redirection.TEXTS,
    **client_error.TEXTS,
    **server_error.TEXTS,
}

__all__ = ["TEXTS", "Words"]
