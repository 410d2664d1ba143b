"""A letter box that weighs before it takes, and dictation that is timed and counted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hardtack.playground.app import LIMITS
from hardtack.playground.letters import HEAVIEST
from tests.adapters.asgi.driving import answer, exchange, scope
from tests.playground.inside import FORM, Inside

PLAIN = {"Content-Type": "text/plain"}
CHUNKED = {"Transfer-Encoding": "chunked"}


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """Return a playground of its own."""
    return Inside(tmp_path)


def test_a_letter_with_its_weight_is_taken(inside: Inside) -> None:
    """Up to the limit itself."""
    response = inside.ask("POST", "/letters", PLAIN, [b"a" * HEAVIEST])
    assert (200, b"The letter weighs 2048 bytes and is on its way.\n") == (response.status, response.body)


def test_a_letter_without_its_weight_is_refused(inside: Inside) -> None:
    """411, before any of it is read."""
    assert 411 == inside.ask("POST", "/letters", {**PLAIN, **CHUNKED}, [b"Hello"]).status


def test_a_letter_that_is_too_heavy_is_refused_unread(inside: Inside) -> None:
    """413, and the connection ends, since nobody reads the rest."""
    response = inside.ask("POST", "/letters", PLAIN, [b"a" * (HEAVIEST + 1)])
    assert (413, "close") == (response.status, response.get("Connection"))
    assert b"2 KB" in response.body


def test_what_is_no_letter_is_refused(inside: Inside) -> None:
    """415, with what would do."""
    response = inside.ask("POST", "/letters", FORM, [b"letter=Hello"])
    assert (415, "text/plain") == (response.status, response.get("Accept"))


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_dictation_is_written_down_and_counted(inside: Inside, method: str) -> None:
    """Piece by piece."""
    response = inside.ask(method, "/dictation", {**CHUNKED, "Accept-Language": "zh"}, [b"Dear", b" all"])
    assert (200, "已记下 8 字节。\n") == (response.status, response.body.decode())


def test_dictation_is_broken_off_over_the_limit(inside: Inside) -> None:
    """Nobody has said how long it would be, so it is counted."""
    response = inside.ask("PUT", "/dictation", CHUNKED, [b"a" * 1024] * 65)
    assert (413, "close") == (response.status, response.get("Connection"))


def test_dictation_with_too_long_a_pause_is_given_up(tmp_path: Path) -> None:
    """408, and the connection ends; here the clerk is in a hurry, so that the test is not slow."""
    app = Inside(tmp_path, limits=replace(LIMITS, piece_seconds=0.05)).app
    asked = scope("/playground/dictation", "PUT", (b"transfer-encoding", b"chunked"))
    first = {"type": "http.request", "body": b"Dear", "more_body": True}
    sent, _ = asyncio.run(exchange(app, asked, first))
    response = answer(sent)
    assert (408, "close") == (response.status, response.get("Connection"))
