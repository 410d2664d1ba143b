"""Whether the rest of a request's content is read once it is refused."""

from __future__ import annotations

import pytest

from hardtack.message import Headers, Request, Response
from hardtack.status.framing import begins_to_read, rest_is_drained
from hardtack.status.trace import CONTINUES, Step


def drained(*fields: tuple[str, str], version: str = "1.1", connection: str = "close", begun: bool = False) -> bool:
    """Say whether the rest is drained after an answer with that Connection."""
    request = Request(method="POST", path="/", headers=Headers(fields), http_version=version)
    return rest_is_drained(request, Response(413, [("Connection", connection)]), begun=begun)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ([("content-length", "5")], True),
        ([("content-length", "0")], False),
        ([("content-length", "00")], False),
        ([("transfer-encoding", "chunked")], True),
        ([], False),
    ],
)
def test_content_is_drained_where_there_is_some(fields: list[tuple[str, str]], wanted: bool) -> None:
    """A server that closes with unread content resets the connection (RFC 9112 §9.6)."""
    assert drained(*fields) is wanted


def test_later_versions_may_have_content_without_a_field_that_says_so() -> None:
    """Their frames say where it ends."""
    assert [drained(version=version) for version in ("1.0", "1.1", "2", "3")] == [False, False, True, True]


def test_a_client_that_waits_is_not_asked_for_its_content() -> None:
    """Unless some was asked for already; the first read sends 100 Continue."""
    waiting = [("content-length", "5"), ("expect", "100-continue")]
    assert [drained(*waiting, begun=begun) for begun in (False, True)] == [False, True]


def test_a_connection_that_stays_open_is_not_drained() -> None:
    """The server reads on by itself."""
    assert not drained(("content-length", "5"), connection="keep-alive")


@pytest.mark.parametrize(
    ("fields", "version", "noted"),
    [
        ([("content-length", "5"), ("expect", "100-continue")], "1.1", True),
        ([("expect", "100-continue")], "1.1", False),
        ([("content-length", "5")], "1.1", False),
        ([("content-length", "5"), ("expect", "100-continue")], "1.0", False),
    ],
)
def test_content_that_is_held_back_until_it_is_wanted_is_noted(
    fields: list[tuple[str, str]], version: str, noted: bool
) -> None:
    """Where there is some to wait for, and the client knows of the word."""
    request = Request(method="POST", path="/", headers=Headers(fields), http_version=version)
    steps: list[Step] = []
    begins_to_read(request, steps)
    begins_to_read(request, None)
    assert steps == [Step("driver", "content-is-wanted", "RFC 9110 §10.1.1", CONTINUES)] * noted
