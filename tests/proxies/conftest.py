"""One stand for each proxy, for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.proxies.stand import PROXIES, Stand, standing


@pytest.fixture(scope="module", params=sorted(PROXIES))
def stand(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Run everything behind one proxy after the other."""
    with standing(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running
