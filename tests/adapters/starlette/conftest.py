"""Shared by the tests of Starlette."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.starlette.shop import Shop, shop_in


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Applications of one site."""
    with shop_in(tmp_path) as made:
        yield made
