"""Listeners that were opened by whoever started the service."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hardtack.cli import passed
from hardtack.errors import MisuseError


@pytest.fixture
def files() -> Iterator[list[int]]:
    """Return two listeners with neighbouring numbers, as they are passed; whoever takes them closes them."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    first = 200
    numbers = [first + at for at in range(2)]
    for listener, number in zip(listeners, numbers, strict=True):
        os.dup2(listener.fileno(), number)
        listener.close()
    yield numbers
    for number in numbers:
        with suppress(OSError):
            os.close(number)


def environ(count: str = "2", names: str = "hardtack.socket:admin", pid: int | None = None) -> dict[str, str]:
    """Return what systemd says."""
    return {
        "LISTEN_PID": str(os.getpid() if pid is None else pid),
        "LISTEN_FDS": count,
        "LISTEN_FDNAMES": names,
        "LANG": "C.UTF-8",
    }


def test_the_one_called_admin_is_the_operators(files: list[int]) -> None:
    """The other one is the visitors'; nobody else is to take them for his own."""
    said = environ()
    found = passed.listeners(said, first=files[0])
    assert found.visitors is not None
    assert found.operator is not None

    assert files == [found.visitors.fileno(), found.operator.fileno()]
    assert {"LANG": "C.UTF-8"} == said
    found.visitors.close()
    found.operator.close()


@pytest.mark.parametrize("said", [environ(pid=1), environ(count=""), environ(count="some"), {"LANG": "C.UTF-8"}])
def test_what_is_not_for_this_process_is_left_alone(said: dict[str, str]) -> None:
    """It was inherited from a service around, or there is none."""
    assert passed.Passed() == passed.listeners(said)
    assert {"LANG": "C.UTF-8"} == said


@pytest.mark.parametrize("names", ["", "a:b", "admin:admin"])
def test_two_of_a_kind_are_refused(files: list[int], names: str) -> None:
    """On which of them should be served?"""
    with pytest.raises(MisuseError) as raised:
        passed.listeners(environ(names=names), first=files[0])
    assert "FileDescriptorName=admin" in raised.value.hint


def test_what_is_no_listener_is_refused(tmp_path: Path, files: list[int]) -> None:
    """A file, a socket that is connected to somebody, and nothing at all."""
    left, right = socket.socketpair()
    with (tmp_path / "file").open("w") as file, left, right:
        for number in (file.fileno(), left.fileno(), 250):
            with pytest.raises(MisuseError) as raised:
                passed.listeners(environ(count="1"), first=number)
            assert "Accept=no" in raised.value.hint
            if number == left.fileno():
                left.detach()
