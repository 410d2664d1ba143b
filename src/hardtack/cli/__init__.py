"""The ``hardtack`` command.

This module imports nothing beyond the standard library, so that the bare core, which has no click, answers one line
and not a traceback. Every command lives in a module of its own, loaded only when it is called.

Exit status: 0 it is done, 1 it could not be done, 2 wrong usage.
"""

from __future__ import annotations

import io
import sys
from importlib.util import find_spec


def main() -> None:
    """Run the command line and leave with its exit status."""
    if find_spec("click") is None:
        print("hardtack: hint: pip install 'hardtack[cli]'", file=sys.stderr)
        sys.exit(1)
    from hardtack.cli.commands import run

    if isinstance(sys.stdout, io.TextIOWrapper):
        # What a terminal has no character for is escaped, as on standard error; it is no reason to stop half-way.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))
