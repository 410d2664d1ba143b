"""How many files a process may have open, asked in processes with limits of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hardtack.cli.open_files import NEEDED

ASK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
from hardtack.cli import open_files
print(open_files.allowed(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "found"), [(256, 4096, NEEDED), (256, 512, 512), (NEEDED + 1, 4096, NEEDED + 1)]
)
def test_the_soft_limit_is_raised_as_far_as_is_needed_and_allowed(soft: int, hard: int, found: int) -> None:
    """And never taken down."""
    done = subprocess.run([sys.executable, "-c", ASK, str(soft), str(hard)], capture_output=True, text=True, check=True)
    assert f"{found} {found}" == done.stdout.strip()
