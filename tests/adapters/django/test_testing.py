"""What a project's own tests are given: clients that are signed in, in one line."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.django.clubs import PARENT


@pytest.fixture(scope="module")
def seen(foundation: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Let a process of the project use the clients, and return what it has seen."""
    data = tmp_path_factory.mktemp("tested") / "data"
    shutil.copytree(foundation, data)
    environ = {**os.environ, "CLUB": json.dumps({"data": str(data)}), "LC_ALL": "C.UTF-8"}
    done = PARENT.run(["-m", "tests.adapters.django.tested"], environ=environ)
    said = ["cookie refused: hardtack-80 (expired)", "Forbidden: /auth/sign-out"]
    assert (0, said) == (done.returncode, done.stderr.splitlines())
    return json.loads(done.stdout)


def test_an_account_is_made_where_there_is_none(seen: Any) -> None:
    """And found where there is one, however it is spelled; an account may be given too."""
    assert (["ada"] * 3, ["ada"], "ada") == (seen["names"], seen["accounts"], seen["password"])
    assert ["root"] == seen["administrators"]


def test_both_clients_are_a_persons_browser(seen: Any) -> None:
    """A stranger is led to the sign-in page, and our forms need no token; another site's are refused all the same."""
    assert ("/auth/sign-in?next=/secret", 303, 403) == (seen["stranger"], seen["form"], seen["of another site"])


def test_what_is_proved_and_when_can_be_said(seen: Any) -> None:
    """For what asks for a recent sign-in or for a second factor; the lifetimes hold in tests too."""
    assert ([200, 303], ["password", "totp"]) == (seen["recent"], seen["factors"])
    assert [None, "ada"] == seen["long ago"]


def test_the_clients_go_to_the_public_origin(seen: Any) -> None:
    """Over https, with its cookies; whoever names another host means it."""
    assert (["ada", ["__Host"]], 421) == (seen["origin"], seen["elsewhere"])


def test_a_project_without_a_sign_in_is_a_misuse(seen: Any) -> None:
    """It is told what to write."""
    assert "SignInMiddleware" in seen["misuse"]
