"""What a thing is asked, and what it answers in words.

A handler gets ``Asked`` and returns a ``Response``, or raises what ``hardtack.status`` has for it. Nothing is decided
here about codes; content is read only when a handler asks for it, which is when a server says 100.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from hardtack.adapters.asgi.translate import with_body
from hardtack.adapters.asgi.types import Receive
from hardtack.message import Request, Response
from hardtack.status import negotiate
from hardtack.status.catalogue import language_of


@dataclass(slots=True)
class Asked:
    """One request to a thing.

    Args:
        request: its head, as it is believed; the content is read with :meth:`content`.
        receive: where the content comes from.
        parts: what the address says, by the names in its pattern.
        behind: what a thing needs of the service around it; the values by name (``Playground`` says which).
        seen: what the thing has looked up for this request, so that its rules and its handler speak of the same.
    """

    request: Request
    receive: Receive
    parts: dict[str, str] = field(default_factory=dict)
    behind: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The visitor's language, ``en`` or ``zh``."""
        return language_of(negotiate.language(self.request.headers.joined("accept-language"), ("en", "zh")))

    async def content(self) -> bytes:
        """Return the content, read when it is first asked for, counted and timed by the layer around.

        Raises:
            ClientGone: the client went away, or the layer has answered already.
        """
        if "content" not in self.seen:
            self.request = await with_body(self.request, self.receive)
            self.seen["content"] = self.request.body
        content: bytes = self.seen["content"]
        return content

    async def form(self) -> dict[str, str]:
        """Return the content as a form's fields, the last of each name; ``{}`` for what is none."""
        content = await self.content()
        try:
            return dict(parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=32))
        except ValueError:
            return {}


Handler = Callable[[Asked], Awaitable[Response]]
