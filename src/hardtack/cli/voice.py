"""How the command line speaks: data to standard output, talk to standard error, in the terminal's language.

A line of talk is ``hardtack: …``, lower case, without a full stop; what to do about it follows as
``hardtack: hint: …``.
Nothing here decides an exit status and nothing secret passes through, except the one-time link that ``serve`` prints.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def language(environ: Mapping[str, str] = os.environ) -> str:
    """Return ``"zh"`` or ``"en"``, as the first set one of ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` says (POSIX)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def colours(environ: Mapping[str, str] = os.environ) -> bool | None:
    """Return ``False`` where nobody wants colours (``NO_COLOR``, or a terminal that is ``dumb``), else ``None``.

    ``None`` lets each stream decide for itself: a terminal gets them, a file or a pipe does not.
    """
    return False if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" else None


def say(text: str) -> None:
    """Print each line of *text* to standard error as talk of ours."""
    for line in text.splitlines():
        print(f"hardtack: {line}", file=sys.stderr)


def hint(text: str) -> None:
    """Print what to do about it to standard error; nothing if *text* is empty."""
    if text:
        say("\n".join(f"hint: {line}" for line in text.splitlines()))
