"""Which browser the tests start, and how: Debian's Chromium without windows.

``chromium-headless-shell`` is the same engine, network and DevTools protocol, built without the tabs, bars and profiles
of the whole browser, which nobody sees here and which take two thirds of its time. Where it is not there, the whole
browser does as well.
"""

from __future__ import annotations

import shutil

NAMES = ("chromium-headless-shell", "chromium")
"""The first that is there is taken."""

# Nothing of the browser's own may go out to the network, and there is no sandbox to be had as root in a container.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str:
    """Return where it is."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"these tests need a browser: apt-get install {NAMES[0]} (Debian)"
    return found
