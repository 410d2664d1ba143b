"""Applications for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.flask.shops import Make, shops


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Make]:
    """Return what makes applications with everything."""
    with shops(tmp_path) as make:
        yield make
