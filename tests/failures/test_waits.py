"""What takes its time: a database that stays away, a worker that was stopped, a mail server that lets everybody wait.

All of them were begun before the first test of this folder (``begun``), so that little of the time is still to come.
"""

from __future__ import annotations

import time

from tests.failures.conftest import Mailing
from tests.failures.running import DATABASE, GOOD, PASSWORD, WITHOUT_STORE, Running, move, until
from tests.mail_server import mail_server


def test_a_mail_server_that_says_nothing_holds_up_nobody(mailing: Mailing) -> None:
    """What was ordered waits, and goes once when there is a server that takes it."""
    running = mailing.running
    assert GOOD == running.seen_of_one()
    assert "too-slow" == running.told("mail-failing")
    assert 202 == running.ask("POST", "/sign-up", {"username": "cy", "password": PASSWORD, "email": "cy@example.org"})
    mailing.hanging.close()
    with mail_server(port=mailing.port) as (mailbox, _):
        mailbox.wait(2, seconds=60)
        until(lambda: running.tells("mail-recovered"))
    assert [["bo@example.org"], ["cy@example.org"]] == sorted(each.recipients for each in mailbox.mails)
    assert GOOD == running.seen_of_one()


def test_after_a_minute_nobody_is_trusted_and_nobody_is_lost(lost: Running) -> None:
    """503 that says when to come back, and 204 until then; the worker that was stopped is replaced, and all is well."""
    while (found := lost.auth()) == 204:
        time.sleep(0.2)
    assert 503 == found
    assert {**WITHOUT_STORE, "application": 503} == lost.seen_of_one()
    assert "it does not answer" == lost.told("worker-gone")
    assert "is gone" in lost.told("worker-cannot-start")
    move(DATABASE, lost.service.data.parent / "away", lost.service.data)
    lost.whole()
