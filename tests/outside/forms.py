"""Every form and every query of the site, found by walking through its pages as somebody does who follows each link.

What a form would send is what its page has in it; a box that wants an address, a name or a password gets one. Two
forms with one address and the same fields are one. Links that lead to another host are not followed, and none is
followed twice.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from tests.outside.stand import PASSWORD, Browser

MOST_PAGES = 150
TYPED = {"email": "somebody@example.org", "username": "somebody", "password": PASSWORD, "new_password": PASSWORD}
HIDDEN_FROM_TOOLS = frozenset({"csrf_token"})
"""Fields that stay as they are: with another value nothing of the form is read at all, which is tested elsewhere."""


@dataclass(frozen=True)
class Target:
    """One address to attack.

    Args:
        method: GET or POST.
        path: without the query.
        fields: names and values, in their order.
    """

    method: str
    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that are attacked."""
        return tuple(name for name, _ in self.fields if name not in HIDDEN_FROM_TOOLS)

    @property
    def data(self) -> str:
        """What is sent, as a form."""
        return urlencode(self.fields)

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({', '.join(self.names)})"


class _Page(HTMLParser):
    """Gathers the links and forms of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str, dict[str, str]]] = []
        self._inside: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "form":
            self._inside = {}
            self.forms.append((said.get("method", "get").upper(), said.get("action", ""), self._inside))
        elif tag in ("input", "select", "textarea", "button") and self._inside is not None and said.get("name"):
            name = said["name"]
            if said.get("type") not in ("submit", "image") and tag != "button":
                self._inside.setdefault(name, said.get("value") or TYPED.get(name, "1"))
            elif tag == "button" and said.get("value"):
                self._inside.setdefault(name, said["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None


def walk(browser: Browser, starts: Iterable[str], left_out: re.Pattern[str]) -> list[Target]:
    """Return every form and query that is found from *starts*; nothing is asked that *left_out* matches wholly."""
    waiting, seen, found = deque(starts), set(starts), dict[tuple[str, str, tuple[str, ...]], Target]()
    while waiting and len(seen) <= MOST_PAGES:
        at = waiting.popleft()
        _, fields, content = browser.ask("GET", at, accept="text/html")
        _note(found, "GET", at, {})
        if not (fields["Content-Type"] or "").startswith("text/html"):
            continue
        page = _Page()
        page.feed(content.decode())
        for method, action, values in page.forms:
            _note(found, method, urljoin(at, action), values)
        for link in page.links:
            parts = urlsplit(urljoin(at, link))
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if not parts.netloc and target not in seen and not left_out.fullmatch(parts.path):
                seen.add(target)
                waiting.append(target)
    return sorted(found.values(), key=str)


def _note(
    found: dict[tuple[str, str, tuple[str, ...]], Target], method: str, address: str, values: dict[str, str]
) -> None:
    parts = urlsplit(address)
    fields = tuple({**dict(parse_qsl(parts.query, keep_blank_values=True)), **values}.items())
    target = Target(method, parts.path, fields)
    if target.names:
        found.setdefault((method, parts.path, tuple(sorted(target.names))), target)
