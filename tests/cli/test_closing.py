"""Whoever was let in by the system before the end of a listener is served, and nobody is let in after that."""

from __future__ import annotations

import select
import socket
import sys

import pytest

from hardtack.cli import closing

PATIENCE = 30
MOMENT = 0.1
"""Seconds in which a connection on this machine would long have been made."""


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_who_waits_is_served_and_nobody_comes_after(family: socket.AddressFamily, host: str) -> None:
    """What has begun goes on in both directions; one who comes later finds nobody, and nothing is broken off."""
    with socket.create_server((host, 0), family=family) as listener:
        before = socket.create_connection(listener.getsockname()[:2], timeout=PATIENCE)
        before.sendall(b"form")
        closing.let_nobody_new_come([listener])
        with socket.socket(family) as after:
            after.setblocking(False)
            after.connect_ex(listener.getsockname())
            _, made, _ = select.select([], [after], [], MOMENT)
            assert (made == []) is (sys.platform == "linux")
        accepted, _ = listener.accept()
    with before, accepted:
        accepted.settimeout(PATIENCE)
        assert b"form" == accepted.recv(16)
        accepted.sendall(b"answer")
        assert b"answer" == before.recv(16)


def test_a_unix_socket_is_left_alone(tmp_path: object) -> None:
    """There nothing can be filtered, and nothing fails."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{tmp_path}/socket")
        listener.listen()
        closing.let_nobody_new_come([listener])
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.connect(f"{tmp_path}/socket")
