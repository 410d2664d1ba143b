"""What the tests of the sign-in in Django share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.django.clubs import COMMANDS, Club, founded, open_club

OpenClub = Callable[..., AbstractContextManager[Club]]


@pytest.fixture(scope="session")
def foundation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a keyring and Django's tables once."""
    return founded(tmp_path_factory.mktemp("foundation"))


@pytest.fixture(scope="module", params=COMMANDS)
def club(request: pytest.FixtureRequest, foundation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Club]:
    """Serve the project as it is, under both interfaces."""
    data = tmp_path_factory.mktemp("club") / "data"
    shutil.copytree(foundation, data)
    with open_club(request.param, data, data.parent / "log") as running:
        yield running


@pytest.fixture
def open_one(foundation: Path, tmp_path: Path) -> OpenClub:
    """Serve the project with other settings."""

    @contextmanager
    def opened(name: str = "wsgi", **changed: Any) -> Iterator[Club]:
        data = tmp_path / "data"
        if not data.exists():
            shutil.copytree(foundation, data)
        with open_club(name, data, tmp_path / "log", **changed) as running:
            yield running

    return opened
