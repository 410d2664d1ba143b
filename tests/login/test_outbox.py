"""Ordering mail: in the transaction of what it tells of, or not at all."""

from __future__ import annotations

import logging

import pytest

from hardtack.login import Accounts
from hardtack.login.outbox import LIFETIME, Notice, Order, Outbox
from hardtack.store import outbox as rows

NOW = 1_800_000_000
ORDER = Order(notice=Notice.FORGOT, at=NOW, address="anna@example.org", language="zh", onward="/shop")


def test_an_order_is_kept_for_a_day(accounts: Accounts) -> None:
    """And comes back as it was put in."""
    with accounts._database.write() as connection:
        accounts.outbox.put(connection, ORDER)
        (taken,) = rows.claim(connection, accounts._services.keyring, now=NOW, lease=1)

    assert taken.content is not None
    assert (ORDER, NOW + LIFETIME) == (Outbox.decode(taken.content), taken.until)


@pytest.mark.parametrize(
    "content", [b"", b"\x90", b"\xc1", b"\x92\xa5other\x01", b"\xff" * 50, b"\x94\xa6forgot\x01\x00\xa1\xff"]
)
def test_what_is_no_order_of_this_version_is_none(content: bytes) -> None:
    """Nobody guesses."""
    assert Outbox.decode(content) is None


def test_an_order_that_finds_no_room_is_told_to_the_operator(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What it was about, and not for whom; the change itself happens."""
    monkeypatch.setattr(rows, "ROWS", 0)
    with caplog.at_level(logging.ERROR), accounts._database.write() as connection:
        accounts.outbox.put(connection, ORDER)
        assert 0 == rows.waiting(connection)

    assert [("outbox-full", "forgot")] == [(vars(each)["event"], vars(each)["notice"]) for each in caplog.records]
    assert "anna" not in repr(vars(caplog.records[0]))


def test_expired_orders_are_pruned_where_nobody_carries_mail(accounts: Accounts) -> None:
    """A site without mail keeps no heap of them."""
    with accounts._database.write() as connection:
        accounts.outbox.put(connection, ORDER)
    accounts.prune(NOW + LIFETIME - 1)
    assert 1 == accounts.postman.state().waiting

    accounts.prune(NOW + LIFETIME)
    assert 0 == accounts.postman.state().waiting
