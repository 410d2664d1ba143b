"""One stand for each proxy, and somebody who is signed in behind it, for all tests of the proxies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.proxies.stand import PROXIES, WIKI, Stand, standing
from tests.proxies.visitor import Visitor


@pytest.fixture(scope="session", params=sorted(PROXIES))
def stand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Run everything behind one proxy after the other."""
    with standing(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture(scope="session")
def _anna(stand: Stand) -> list[Visitor]:
    """Keep the browser from test to test, behind one proxy."""
    return [stand.signed_in()]


@pytest.fixture
def anna(stand: Stand, _anna: list[Visitor]) -> Visitor:
    """Return the browser of somebody who is signed in, whatever time a test before has let pass."""
    if _anna[0].call(f"https://{WIKI}:{stand.port}/").status != 200:
        _anna[:] = [stand.signed_in()]
    return _anna[0]
