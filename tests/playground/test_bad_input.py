"""Input that is bad by accident or on purpose: the answer is clear, and the rest of the service does not notice."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from hardtack.playground.app import LIMITS
from hardtack.status.causes import CAUSES, Form
from tests.conftest import Service
from tests.playground.trying import send

SLOW = 10
"""How many slow bodies come at once: more than the playground has places."""

BEGUN = (
    "POST /playground/notes HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 100\r\n\r\ntext=slow"
)


def head(connection: socket.socket) -> str:
    """Return the head of the answer; nothing, if the connection ends without one."""
    received = b""
    while b"\r\n\r\n" not in received and (piece := connection.recv(65536)):
        received += piece
    return received.partition(b"\r\n\r\n")[0].decode("latin-1")


def test_attack_ten_slow_bodies_hold_up_nobody_but_themselves(playing: Service) -> None:
    """Those that have a place lose it by the deadline, with 408; the others had none; everybody else is answered."""
    assert LIMITS.in_flight is not None
    with ExitStack() as open_connections:
        slow = []
        for _ in range(SLOW):
            connection = socket.create_connection(("127.0.0.1", playing.port), timeout=30)
            open_connections.enter_context(connection)
            connection.sendall(BEGUN.format(port=playing.port).encode())
            slow.append(connection)
        assert [200] * 20 == [playing.ask("GET", "/sign-in")[0] for _ in range(20)]
        heads = [head(connection) for connection in slow]
    statuses = [int(each.split(" ")[1]) for each in heads]
    assert {408, 503} == set(statuses)
    assert statuses.count(503) >= SLOW - LIMITS.in_flight
    assert [] == [each for each in heads if " 408 " in each and "connection: close" not in each.lower()]
    assert [] == [each for each in heads if " 503 " in each and "retry-after: " not in each.lower()]
    assert 200 == playing.ask("GET", "/playground/notes/1")[0]


FORMS = [(code, cause.form) for code, cause in sorted(CAUSES.items()) if cause.form is not None]


@pytest.mark.parametrize(("code", "form"), FORMS)
def test_a_form_that_is_sent_twice_is_answered_twice(playing: Service, code: int, form: Form) -> None:
    """Both at the same moment: each gets its code or another clear word, and neither is a failure of ours."""
    with ThreadPoolExecutor(2) as pool:
        both = [outcome.codes[0] for outcome in pool.map(lambda _: send(form, playing.url), range(2))]
    assert [] == [found for found in both if found != code and not 200 <= found < 500]
