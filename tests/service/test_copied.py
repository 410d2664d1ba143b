"""The way from a SQLite file to PostgreSQL, as an operator goes it, with a real service before and after."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardtack.errors import MisuseError
from hardtack.store import Database, copying
from tests import postgres
from tests.conftest import Start
from tests.service.test_serve import PASSWORD, account_status, post_json


class Stopped(BaseException):
    """What ends a copy in the middle."""


def copy(folder: Path, url: str, *, until: str = "") -> None:
    """Copy the database of a data folder, to the end or until something is told."""
    source, target = Database.connect(f"sqlite:///{folder}/hardtack.db"), Database.connect(url)

    def told(step: str, table: str, _done: int, _number: int) -> None:
        if until == f"{step} {table}":
            raise Stopped

    try:
        copying.copy(source, target, told)
    finally:
        source.close()
        target.close()


def test_attack_5_people_go_on_on_postgresql_and_who_had_signed_out_does_not(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By cookie and by password; not while the old service runs, and not on half of a copy."""
    first = start()
    post_json(first, "/sign-up", {"username": "ada", "password": PASSWORD})
    _, ended, _ = post_json(first, "/sign-in", {"username": "ada", "password": PASSWORD})
    _, kept, _ = post_json(first, "/sign-in", {"username": "ada", "password": PASSWORD})
    post_json(first, "/sign-out", {}, ended)
    assert [200, 401] == [account_status(first, cookie) for cookie in (kept, ended)]
    with postgres.database(migrated=False) as url:
        with monkeypatch.context() as patch:
            patch.setattr("hardtack.store.alone.WITHIN", 0)
            with pytest.raises(MisuseError, match="in use"):
                copy(first.data, url)
        assert 200 == account_status(first, kept)
        assert 0 == first.stop()
        with pytest.raises(Stopped):
            copy(first.data, url, until="copied account")
        options = ("--port", str(first.port), "--database", url)
        with pytest.raises(AssertionError, match=r"holds only a part of .*/hardtack.db, whose copy was not finished"):
            start(*options)
        copy(first.data, url)
        second = start(*options)
        assert [200, 401] == [account_status(second, cookie) for cookie in (kept, ended)]
        status, cookie, _ = post_json(second, "/sign-in", {"username": "ada", "password": PASSWORD})
        assert (200, 200) == (status, account_status(second, cookie))
        assert 401 == post_json(second, "/sign-in", {"username": "ada", "password": "wrong horse battery"})[0]
        assert 0 == second.stop()
