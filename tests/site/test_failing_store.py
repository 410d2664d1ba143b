"""The database fails in the middle of every form: 503 to be tried again, one log line, and nobody half signed in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest
from sqlalchemy import Connection

from hardtack.store import Database, StoreUnavailable
from tests.site.conftest import FORM, PASSWORD, MakeWorld
from tests.site.test_bad_input import AS_IT_IS, FORMS, AForm, content, world_of

MOST = 4
"""More transactions than any form has before what can be left undone."""

PASSWORDS = {"password": PASSWORD, "new_password": "another long walk 到海边"}
OWNER = ("/sign-in", "/account/close")
GOES_ON = {("/account/password", 4), ("/account/sessions", 2), ("/account/two-factor", 4)}
"""Where only the list of sign-ins is a moment behind when the last transaction fails."""


def filled_in(form: AForm, fields: dict[str, str]) -> dict[str, str]:
    """Return *fields* with what is right instead of what is wrong."""
    right = {name: PASSWORDS.get(name, value) for name, value in fields.items()}
    if "username" in right:
        right["username"] = "owner" if form.path in OWNER else "newcomer"
    return right


def failing(database: Database, number: int, *, late: bool) -> tuple[Callable[[], object], list[int]]:
    """Return what stands for ``write`` and fails the *number*-th time, at its begin or, *late*, instead of a commit."""
    write, begun = database.write, [0]

    @contextmanager
    def watched() -> Iterator[Connection]:
        begun[0] += 1
        fails = begun[0] == number
        if fails and not late:
            raise StoreUnavailable("SQLITE_BUSY")
        with write() as connection:
            yield connection
            if fails:
                raise StoreUnavailable("SQLITE_FULL")

    return watched, begun


@pytest.mark.asvs("16.5.3")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.path}-{'-'.join(form.fields) or 'code'}")
def test_a_database_that_fails_in_the_middle_is_503_and_one_line(
    make_world: MakeWorld, form: AForm, late: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Whichever transaction it is; the cookies stay as they were, and so does what was typed for the next try."""
    for number in range(1, MOST + 1):
        world, browser, fields = world_of(make_world, form)
        database = world.accounts._database
        watched, begun = failing(database, number, late=late)
        before = browser.cookies.get(browser.identity)
        name = next(iter(filled_in(form, fields)), "")
        body = content(filled_in(form, fields), name, AS_IT_IS, "form") if name else b""
        caplog.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "write", watched)
            answer = browser.ask("POST", form.path, body=body or b"", headers={"content-type": FORM})
        if begun[0] < number:
            return
        if (form.path, number) in GOES_ON or (late and answer.status in (404, 409)):
            continue
        assert (503, "2") == (answer.status, answer.get("retry-after"))
        assert before == browser.cookies.get(browser.identity)
        (line,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert ("store-failed", form.path) == (line.event, line.fields["path"])  # type: ignore[attr-defined]
        assert PASSWORD not in answer.body.decode() + caplog.text


@pytest.mark.asvs("16.5.3")
@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/welcome"])
@pytest.mark.parametrize("script", [False, True])
def test_a_sign_in_that_no_cookie_could_be_written_for_is_none(
    make_world: MakeWorld, path: str, script: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The revocations cannot be read in its last moment: 503 to be tried again, and no cookie at all."""
    form = next(form for form in FORMS if form.path == path)
    world, browser, fields = world_of(make_world, form)
    right = filled_in(form, fields)
    right.pop("keep", None)

    def gone() -> NoReturn:
        raise StoreUnavailable("SQLITE_IOERR")

    with monkeypatch.context() as patch:
        patch.setattr(world.accounts._database, "read", gone)
        answer = browser.json("POST", path, right) if script else browser.post(path, right)
    assert (503, True) == (answer.status, int(answer.get("retry-after") or 0) > 0)
    # A form that is shown again has a token, which is bound to a value that signs nobody in.
    assert [] == [name for name in browser.cookies if "visitor" not in name]
    world.accounts.revocations._not_before = -1.0  # as after the moment for which nobody tries again
    assert 303 == browser.sign_in(right["username"]).status
    assert browser.identity in browser.cookies
