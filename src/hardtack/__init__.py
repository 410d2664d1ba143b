"""A memory and the right word for stateless HTTP: sealed cookie sessions, a sign-in, and the status code that fits.

The few names that most people need are here and are loaded when they are first used, so that ``import hardtack``
costs next to nothing. Everything else lives in the rooms: ``hardtack.status``, ``hardtack.seal``,
``hardtack.session``, ``hardtack.login``, ``hardtack.site`` and ``hardtack.adapters``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hardtack.errors import HardtackError, MisuseError, Refused

if TYPE_CHECKING:
    from hardtack.seal import Keyring
    from hardtack.session import Session, Sessions
    from hardtack.status import Status

__version__ = "0.1.0.dev0"

__all__ = ["HardtackError", "Keyring", "MisuseError", "Refused", "Session", "Sessions", "Status"]

_ROOMS = {
    "Keyring": "hardtack.seal",
    "Session": "hardtack.session",
    "Sessions": "hardtack.session",
    "Status": "hardtack.status",
}


def __getattr__(name: str) -> Any:
    """Load one of the names of ``__all__`` from its room (PEP 562)."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ROOMS[name]), name)
    globals()[name] = value
    return value
