"""A session that is changed in the middle of a streamed answer: said in the log, and never where nothing was lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.adapters.django.clubs import Club
from tests.adapters.django.conftest import OpenClub
from tests.adapters.raw import request, send, statuses

SAID = "the session was changed after the headers of the answer had left"
PATIENCE = 60


def said(club: Club, times: int) -> bool:
    """Return whether the log says it so many times, now or in a moment."""
    deadline = time.monotonic() + PATIENCE
    while club.log.read_text().count(SAID) < times and time.monotonic() < deadline:
        time.sleep(0.05)
    return club.log.read_text().count(SAID) == times


@pytest.mark.parametrize("path", ["/streamed", "/astreamed"])
def test_a_change_in_a_streamed_answer_is_an_error(club: Club, path: str) -> None:
    """The cookie has left before; what was changed in time is in it."""
    if path == "/astreamed" and club.name == "wsgi":
        path = "/streamed"  # Django makes no asynchronous answer under WSGI
    before = club.log.read_text().count(SAID)
    browser = club.browser()
    # Read as octets, since a WSGI server breaks off, which is as loud as it can be.
    answer = send(club.port, request("GET", f"{path}/1", "Connection: close", port=club.port), quiet=30)
    # Under ASGI, Django makes all pieces of a synchronous iterator before it sends one.
    sent = club.name == "wsgi" or path == "/astreamed"
    assert ([200], sent) == (statuses(answer), b"begun, " in answer and b"ended" in answer)
    assert said(club, before + 1)
    assert (browser.get(f"{path}/0").text, browser.who["data"].get("before")) == ("begun, ended", True)
    assert said(club, before + 1)


def test_a_file_is_sent_as_it_is(club: Club) -> None:
    """By the server's own means, whatever became of the session before."""
    before = club.log.read_text().count(SAID)
    browser = club.browser()
    assert browser.get("/itself").text == Path(__file__).with_name("club.py").read_text()
    assert browser.get("/itself", Range="bytes=0-2").status in (200, 206)
    assert (browser.who["data"], said(club, before)) == ({"before": True}, True)


def test_saving_at_every_request_is_no_late_change(open_one: OpenClub) -> None:
    """Although the end of such a session moves with each."""
    with open_one(SESSION_SAVE_EVERY_REQUEST=True) as club:
        assert club.browser().get("/streamed/0").text == "begun, ended"
        assert said(club, 0)
