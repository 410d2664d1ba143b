"""The shapes of the ASGI 3 interface, as far as they are used here (asgi.readthedocs.io, HTTP and lifespan)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
AnyASGIApp = Callable[..., Awaitable[None]]
"""The same as somebody else writes it: frameworks have types of their own for the messages."""
