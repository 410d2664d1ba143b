"""The lint: misuse of a status code in one exchange of request and answer.

``lint(exchange)`` tries every rule of ``RULES``, each of which is a sentence of RFC 9110, 9111, 9112, 9113, 6585 or
7725. It knows the request, so that it can tell a 206 that nobody asked for, a 412 whose condition holds, or an
``Allow`` that misses a method. It decides nothing about an answer and changes none; who sees exchanges, and what
becomes of the findings, is for adapters and for the command line.

The package can be called with the parts of an exchange as well: ``hardtack.status.lint("GET", {}, 401, {}, b"")``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import ModuleType

from hardtack.message import Headers, Request, Response
from hardtack.status.lint.exchange import Exchange, Finding, Rule
from hardtack.status.lint.linting import RULES, lint

__all__ = ["RULES", "Exchange", "Finding", "Rule", "lint", "of"]

Fields = Mapping[str, str] | Iterable[tuple[str, str]]


def of(
    method: str, request_headers: Fields, status: int, response_headers: Fields, body: bytes = b"", *, path: str = "/"
) -> list[Finding]:
    """Return what is wrong in the exchange of these parts.

    Args:
        method: of the request.
        request_headers: its fields, as a mapping or as pairs.
        status: the code of the answer.
        response_headers: its fields, likewise.
        body: its content as the application sent it.
        path: what was asked for, decoded.
    """
    asked = Headers(_pairs(request_headers))
    host = asked.get("host") or ""
    if not host:
        host = "localhost"
        asked = Headers([("host", host), *asked])
    request = Request(method=method, path=path, headers=asked, host=host)
    return lint(Exchange(request, Response(status, _pairs(response_headers), body)))


def _pairs(fields: Fields) -> list[tuple[str, str]]:
    return list(fields.items() if isinstance(fields, Mapping) else fields)


class _Lint(ModuleType):
    def __call__(
        self, method: str, request_headers: Fields, status: int, response_headers: Fields, body: bytes = b""
    ) -> list[Finding]:
        """Return what is wrong in the exchange of these parts, as ``of`` does."""
        return of(method, request_headers, status, response_headers, body)


sys.modules[__name__].__class__ = _Lint
