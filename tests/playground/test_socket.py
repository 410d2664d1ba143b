"""The WebSocket over a real socket, of the service as ``hardtack serve`` runs it."""

from __future__ import annotations

import http.client

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from hardtack.playground.echo import MOST_MESSAGE, PATH
from tests.conftest import Service

ASKING = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "aGFyZHRhY2sgYmlzY3VpdA==",
}


def test_what_is_said_is_said_back(playing: Service) -> None:
    """By a client of others, from our own page."""
    with connect(f"ws://localhost:{playing.port}{PATH}", origin=Origin(playing.url)) as socket:
        socket.send("船上的饼干")
        assert "船上的饼干" == socket.recv(timeout=30)
        socket.send(b"\0\xff")
        assert b"\0\xff" == socket.recv(timeout=30)


def test_a_message_that_is_too_large_is_never_read_whole(playing: Service) -> None:
    """The server hangs up with 1009 (RFC 6455 §7.4.1)."""
    with connect(f"ws://localhost:{playing.port}{PATH}") as socket:
        socket.send("x" * (MOST_MESSAGE + 1))
        with pytest.raises(ConnectionClosedError) as closed:
            socket.recv(timeout=30)
    assert closed.value.rcvd is not None
    assert 1009 == closed.value.rcvd.code


@pytest.mark.parametrize(
    ("fields", "status"), [({"Sec-Fetch-Site": "cross-site"}, 403), ({"Origin": "https://evil.example"}, 421)]
)
def test_cross_site_websocket_hijacking(playing: Service, fields: dict[str, str], status: int) -> None:
    """Another site's page gets ours instead, whole, and the server writes down no error of its own."""
    before = playing.said
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://localhost:{playing.port}{PATH}", additional_headers=fields)
    response = refused.value.response
    assert (status, "no-store") == (response.status_code, response.headers["cache-control"])
    assert str(status) in (response.body or b"").decode()
    assert before == playing.said


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 200), ("GET", "/playground/notes/1", 200), ("POST", PATH, 405)],
)
def test_elsewhere_the_wish_for_another_protocol_is_ignored(
    playing: Service, method: str, path: str, status: int
) -> None:
    """As RFC 9110 §7.8 allows; the answer is that to any request."""
    connection = http.client.HTTPConnection("127.0.0.1", playing.port, timeout=30)
    connection.request(method, path, headers={"Host": f"localhost:{playing.port}", **ASKING})
    assert status == connection.getresponse().status
    connection.close()
