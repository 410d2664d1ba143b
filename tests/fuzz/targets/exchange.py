"""An exchange: the lint returns findings in both languages, short and printable, whatever was asked and answered.

The input is two heads with an empty line between, each as in ``head``: method, target and version, then fields; status,
then fields; after another empty line the content. An answer that a plain GET had may follow as one more head.
"""

from __future__ import annotations

from hardtack.message import Headers, Request, Response
from hardtack.status.lint import RULES, Exchange, lint

OUTCOMES = {"clean", "warned", "wrong"}

_NAMES = {rule.name: rule for rule in RULES}


def check(data: bytes) -> str:
    """Lint the exchange as seen on the wire and as an application gave it; the outcome is that of the first."""
    blocks = [*data.decode("latin-1").split("\n\n", 3), "", "", "", ""]
    line, asked = _head(blocks[0])
    method, target, version = (*line.split(" ", 2), "", "")[:3]
    request = Request(
        method=method,
        path=target.partition("?")[0],
        headers=Headers(asked),
        host=dict(asked).get("Host", ""),
        http_version=version.removeprefix("HTTP/") or "1.1",
        target=target,
    )
    code, fields = _head(blocks[1])
    known, kept = _head(blocks[3])
    whole = Response(_number(known), kept) if known else None
    allowed = frozenset(target.split("/"))
    answer = Response(_number(code), fields, blocks[2].encode("latin-1"))
    outcome = ""
    for at in ("wire", "application"):
        exchange = Exchange(request, answer, allowed=allowed, whole=whole, at="wire" if at == "wire" else "application")
        found = lint(exchange)
        for finding in found:
            assert finding.status == answer.status
            assert finding.reference == _NAMES[finding.rule].reference
            assert all(text.isprintable() for text in finding.text.values())
            assert all(len(text) < 1000 for text in finding.text.values())
        outcome = outcome or ("clean" if not found else "wrong" if found[0].level == "error" else "warned")
    return outcome


def _head(block: str) -> tuple[str, list[tuple[str, str]]]:
    first, *lines = block.split("\n")
    parts = [line.partition(":") for line in lines if line]
    return first, [(name, value.strip(" \t")) for name, _, value in parts]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
