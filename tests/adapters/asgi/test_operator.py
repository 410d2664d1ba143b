"""The operator's own pages, driven as a server drives them."""

from __future__ import annotations

from hardtack.adapters.asgi.operator import Operator
from hardtack.site.operator_pages import OperatorPages
from tests.adapters.asgi.driving import ask, scope

APP = Operator(OperatorPages(lambda: b"hardtack_workers 2.0\n", "text/plain; version=0.0.4", lambda: True))


def test_the_counts_are_answered_the_second_time_as_the_first() -> None:
    """The head is recognised then, and no request was made of it."""
    first, second = (ask(APP, scope("/metrics")) for _ in range(2))

    assert (200, b"hardtack_workers 2.0\n") == (first.status, first.body)
    assert (first.status, first.headers, first.body) == (second.status, second.headers, second.body)


def test_the_status_layer_answers_all_else() -> None:
    """An address that is not there, a method that is not taken, a head alone."""
    post = ask(APP, scope("/metrics", "POST"))

    assert (405, "GET, HEAD") == (post.status, post.get("allow"))
    assert 404 == ask(APP, scope("/account")).status
    assert (200, b"", "21") == (
        (head := ask(APP, scope("/metrics", "HEAD"))).status,
        head.body,
        head.get("content-length"),
    )
