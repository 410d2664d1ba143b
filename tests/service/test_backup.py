"""A backup of a service that runs, restored into an empty folder: a real service goes on from there."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from tests.conftest import LOADED, Start
from tests.service.test_serve import PASSWORD, account_status, post_json


def hardtack(*arguments: str) -> str:
    """Run a command that succeeds; return what it says."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HARDTACK_")}
    done = LOADED.run(["-m", "hardtack", *arguments], environ={**clean, "LC_ALL": "C.UTF-8"})
    assert 0 == done.returncode, done.stderr
    return done.stderr


def test_a_restored_service_knows_who_is_signed_in_and_whose_sign_in_has_ended(start: Start, tmp_path: Path) -> None:
    """The backup is made while people sign up; what had ended stays ended, in a generation of its own."""
    first = start()
    _, alice, _ = post_json(first, "/sign-up", {"username": "alice", "password": PASSWORD})
    _, bob, _ = post_json(first, "/sign-up", {"username": "bob", "password": PASSWORD})
    assert 200 == account_status(first, bob)
    post_json(first, "/sign-out", {}, bob)
    ended = account_status(first, bob)
    assert 200 != ended
    busy = [
        threading.Thread(target=post_json, args=(first, "/sign-up", {"username": f"carol{n}", "password": PASSWORD}))
        for n in range(4)
    ]
    for thread in busy:
        thread.start()
    said = hardtack("backup", str(tmp_path / "copy"), "--data", str(first.data))
    for thread in busy:
        thread.join()
    assert "keep it as safe" in said
    assert {"hardtack.db", "hardtack.key", "backup.json"} == {path.name for path in (tmp_path / "copy").iterdir()}
    assert [0o600] * 3 == [path.stat().st_mode & 0o777 for path in (tmp_path / "copy").iterdir()]
    assert 0o700 == (tmp_path / "copy").stat().st_mode & 0o777
    assert 0 == first.stop()

    place = tmp_path / "again"
    assert "--end-sessions" in hardtack("restore", str(tmp_path / "copy"), "--data", str(place))
    assert {"hardtack.db", "hardtack.key"} == {path.name for path in place.iterdir()}
    assert [0o600] * 2 == [path.stat().st_mode & 0o777 for path in place.iterdir()]
    second = start("--port", str(first.port), data=place)
    assert 200 == account_status(second, alice)
    assert ended == account_status(second, bob)
    assert 200 == post_json(second, "/sign-in", {"username": "bob", "password": PASSWORD})[0]
    assert 0 == second.stop()

    fresh = tmp_path / "once-more"
    said = hardtack("restore", str(tmp_path / "copy"), "--data", str(fresh), "--end-sessions")
    assert "every sign-in has ended" in said
    third = start("--port", str(first.port), data=fresh)
    assert 200 != account_status(third, alice)
    status, anew, _ = post_json(third, "/sign-in", {"username": "alice", "password": PASSWORD})
    assert (200, 200) == (status, account_status(third, anew))
