"""The word to whoever has started the service, over real datagram sockets."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import pytest

from hardtack.cli import notify


@pytest.mark.parametrize("abstract", [False, True])
def test_whoever_wants_to_know_gets_the_word(tmp_path: Path, abstract: bool) -> None:
    """At a path, or in the abstract namespace."""
    name = f"@hardtack-{tmp_path.name}" if abstract else str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as words:
        words.settimeout(10)
        words.bind(f"\0{name[1:]}" if abstract else name)
        for word in (notify.READY, notify.STOPPING):
            notify.tell(word, {"NOTIFY_SOCKET": name})
        assert [b"READY=1", b"STOPPING=1"] == [words.recv(64), words.recv(64)]


@pytest.mark.parametrize("name", ["", "socket", "vsock:2:1234"])
def test_where_nobody_wants_to_know_nothing_is_said(caplog: pytest.LogCaptureFixture, name: str) -> None:
    """Neither there nor in the log."""
    notify.tell(notify.READY, {"NOTIFY_SOCKET": name} if name else {})
    assert [] == caplog.records


def test_nobody_there_is_a_line_in_the_log_and_no_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The service goes on."""
    with caplog.at_level(logging.WARNING, "hardtack.serve"):
        notify.tell(notify.READY, {"NOTIFY_SOCKET": str(tmp_path / "nobody")})
        notify.tell(notify.READY, {"NOTIFY_SOCKET": "/" + "x" * 200})
    assert ["notify-failed"] * 2 == [vars(record)["event"] for record in caplog.records]
