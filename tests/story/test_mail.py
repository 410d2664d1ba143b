"""Mail through every adapter: whatever server runs the application, mail that a page has ordered goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.login.test_postman import wait_for
from tests.story import run
from tests.story.adapters import ADAPTERS
from tests.story.telling import PASSWORD, Step, Story


def mail_goes(story: Story) -> None:
    """Sign up with an address, and find the mail that confirms it, once."""
    fields = {"username": "anna", "password": PASSWORD, "email": "anna@example.org"}
    answer = story.anna.submit("/auth/sign-up", fields)
    assert 303 == answer.status, answer.text
    folder = story.folder / "mail"
    wait_for(lambda: folder.is_dir() and bool(list(folder.glob("*.eml"))))
    (path,) = folder.iterdir()
    assert b"\r\nhttps://shop.example/auth/verify?code=" in path.read_bytes()


@pytest.mark.parametrize("name", ADAPTERS)
def test_mail_goes_from_an_application_of_every_kind(name: str, tmp_path: Path) -> None:
    """From a thread of the process that serves, however that came about; its links lead to the configured origin."""
    outcomes, failures = run.tell(ADAPTERS[name], tmp_path / "data", [Step("", "mail", "", "", mail_goes)])

    assert not failures, "\n".join(failures)
    assert {"mail": "yes"} == outcomes
