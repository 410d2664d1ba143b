"""The service's modules are loaded once for the tests here that do not ask how it starts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import LOADED, Start, starting


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts the service, whose modules are loaded already, and waits until it is ready."""
    with starting(tmp_path, parent=LOADED) as start_one:
        yield start_one


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Start]:
    """Return one that starts it as people do, with a Python of its own: for what a start or its end itself does."""
    with starting(tmp_path) as start_one:
        yield start_one
