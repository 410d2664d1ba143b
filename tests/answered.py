"""What came back over a socket, as the clients of several folders look at it."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answered:
    """One answer: its status, its fields and its content."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode()

    @property
    def json(self) -> Any:
        """The content, which is JSON."""
        return json.loads(self.content)

    @property
    def set_cookies(self) -> list[str]:
        """The values of every Set-Cookie."""
        return list(self.headers.get_all("Set-Cookie", []))
