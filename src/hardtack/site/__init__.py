"""What a person sees: the pages of Hardtack, without any framework.

``Site.answer`` turns a Request into a Response; adapters do the rest. ``Settings`` is loaded by itself, so that the
command line can read it without loading templates and database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardtack.site.settings import Settings

if TYPE_CHECKING:
    from hardtack.site.site import Site

__all__ = ["Settings", "Site"]


def __getattr__(name: str) -> Any:
    """Load ``Site`` when it is first asked for (PEP 562)."""
    if name != "Site":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from hardtack.site.site import Site  # noqa: PLC0415 - loaded late on purpose, as said above

    return Site
