"""An order for mail as it lies in the database, opened: one of this version, or none; it never raises."""

from __future__ import annotations

from hardtack.login.outbox import Notice, Order, Outbox

OUTCOMES = {"order", "none"}


def check(data: bytes) -> str:
    """Read *data*; what comes out has the types that everybody relies on."""
    order = Outbox.decode(data)
    if order is None:
        return "none"
    assert isinstance(order, Order)
    assert isinstance(order.notice, Notice)
    assert [int, int, bytes] == [type(each) for each in (order.at, order.account, order.identifier)]
    texts = (order.address, order.language, order.onward, order.client, order.device, order.detail)
    assert {str} == {type(each) for each in texts}
    return "order"
