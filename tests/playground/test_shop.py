"""An article for play money: 402 without a receipt, and a receipt is good once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.playground.inside import Inside


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """Return a playground of its own."""
    return Inside(tmp_path)


def paid(inside: Inside) -> str:
    """Return where the article can be read once."""
    response = inside.post("/article/payments", "coins=3")
    assert 303 == response.status
    return (response.get("Location") or "").removeprefix("/playground")


def test_without_paying_one_is_told_the_price(inside: Inside) -> None:
    """How much, and where to."""
    response = inside.get("/article")
    assert 402 == response.status
    assert b"coins=3" in response.body
    assert b"/playground/article/payments" in response.body


def test_a_receipt_is_good_for_one_reading(inside: Inside) -> None:
    """Then it is used up."""
    receipt = paid(inside)
    assert [200, 402] == [inside.get(receipt).status for _ in range(2)]


def test_of_two_readers_at_once_one_has_the_receipt(inside: Inside) -> None:
    """Whoever takes it out of the box."""
    receipt = paid(inside)

    async def both() -> list[int]:
        return [each.status for each in await asyncio.gather(*(inside.asking("GET", receipt) for _ in range(2)))]

    assert [200, 402] == sorted(asyncio.run(both()))


def test_a_receipt_that_was_made_up_is_none(inside: Inside) -> None:
    """Nobody guesses one."""
    assert 402 == inside.get("/article/AAAAAAAAAAAAAAAA").status


@pytest.mark.parametrize("form", ["coins=2", "coins=30", "coins=three", "money=3", ""])
def test_another_price_buys_nothing(inside: Inside, form: str) -> None:
    """422 that names the field."""
    response = inside.post("/article/payments", form)
    assert 422 == response.status
    assert b"coins" in response.body


def test_receipts_differ(inside: Inside) -> None:
    """They are drawn at random."""
    assert paid(inside) != paid(inside)


def test_a_person_can_pay_at_the_till(inside: Inside) -> None:
    """By a form that has the price in it already."""
    page = inside.get("/article/payments", accept="text/html", accept_language="zh").body.decode()
    assert '<form method="post" action="/playground/article/payments">' in page
    assert '游戏币 <input name="coins" value="3"' in page
