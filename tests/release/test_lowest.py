"""Lower bounds: each is a version that the tests have run on, and none is a guess."""

from __future__ import annotations

from packaging.requirements import Requirement

from tests.release import lowest
from tests.supply import pins

HASH = f" \\\n    --hash=sha256:{'0' * 64}\n"


def test_every_lower_bound_is_the_version_that_is_tested() -> None:
    """Whoever lowers or raises one runs `make requirements`, and then `make release-check`."""
    assert lowest.wrong(pins.asked()[lowest.FILE], pins.read_file(lowest.FILE)) == []


def test_a_bound_that_nobody_has_tested_is_told() -> None:
    """The control: too low, too high, and none at all; of two for one package the higher counts."""
    pinned = pins.read(f"click==8.2.0{HASH}flask==3.1.3{HASH}h11==0.16.0{HASH}")
    wanted = [Requirement(each) for each in ("click>=8.1", "flask>=4", "h11>=0.14", "h11>=0.16", "jinja2")]
    assert lowest.wrong(wanted, pinned) == [
        "jinja2 has no lower bound",
        "click>=8.1: tested with 8.2.0",
        "flask>=4: tested with 3.1.3",
    ]
