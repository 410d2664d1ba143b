"""Uploads: the content is read where it is measured, and what is refused is refused before."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from tests.adapters.asgi.driving import exchange, scope
from tests.playground.inside import Inside


def test_what_comes_in_is_measured(tmp_path: Path) -> None:
    """Its octets and their digest, in the visitor's language."""
    answer = Inside(tmp_path).ask("POST", "/digests", {"Accept-Language": "zh"}, [b"bis", b"cuit"])
    assert 200 == answer.status
    assert "7 个八位组" in answer.body.decode()
    assert hashlib.sha256(b"biscuit").hexdigest() in answer.body.decode()


def test_what_is_refused_is_not_read(tmp_path: Path) -> None:
    """So that a server says 100 only where the content is wanted (RFC 9110 §10.1.1)."""
    fields = [(b"expect", b"100-continue"), (b"content-length", b"100000000")]
    inside = Inside(tmp_path)
    sent, taken = asyncio.run(exchange(inside.app, scope("/playground/digests", "POST", *fields)))
    assert (413, 0) == (sent[0]["status"], taken)
    _, taken = asyncio.run(exchange(inside.app, scope("/playground/digests", "POST", (b"expect", b"100-continue"))))
    assert 1 == taken
