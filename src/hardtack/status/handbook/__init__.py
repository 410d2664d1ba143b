"""The handbook: a chapter for every registered code, in English and Chinese.

It joins what the files beside it say, one per class of codes, and decides nothing. It is read where somebody wants to
read about a code (the pages under ``/status``, the docs), and never while a request is answered otherwise.
"""

from __future__ import annotations

from hardtack.status.handbook import (
    client_error,
    client_error_more,
    informational,
    redirection,
    server_error,
    successful,
)
from hardtack.status.handbook.chapter import Chapter

CHAPTERS: dict[int, dict[str, Chapter]] = {
    **informational.CHAPTERS,
    **successful.CHAPTERS,
    **redirection.CHAPTERS,
    **client_error.CHAPTERS,
    **client_error_more.CHAPTERS,
    **server_error.CHAPTERS,
}
"""Code → language (``en`` or ``zh``) → chapter."""

__all__ = ["CHAPTERS", "Chapter"]
