"""What the playground's tests share: one real service with the playground beside it, and a shell with curl."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.conftest import Service, starting
from tests.playground.trying import Trying


@pytest.fixture(scope="session")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Start ``hardtack serve`` in development mode, where the playground is; once for all tests."""
    # The one thing that is broken on purpose divides by what one enters; nothing else may end in a traceback.
    with starting(tmp_path_factory.mktemp("playground"), provoked="ZeroDivisionError: ") as start:
        yield start()


@pytest.fixture(scope="session")
def trying(playing: Service) -> Iterator[Trying]:
    """Try causes at that service, which needs curl."""
    assert shutil.which("curl"), "these tests paste commands into a shell: apt-get install curl (Debian)"
    attempts = Trying(playing.url)
    yield attempts
    attempts.close()
