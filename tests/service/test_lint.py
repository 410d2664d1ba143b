"""``hardtack lint`` finds nothing in the service itself: every address, every method, over real sockets."""

from __future__ import annotations

import os
import subprocess
import sys

from hardtack.site import assets
from hardtack.site.routes import ROUTES
from tests.conftest import Start

NEARLY = ("/nowhere", "/account/", "/%ff", "/account?next=//elsewhere")
"""Addresses that there are not, or not so."""

PLAYGROUND = ("/playground/notes/1",)


def test_the_lint_finds_nothing_in_the_service(start: Start) -> None:
    """No error and no warning, also with methods that change something."""
    service = start()
    addresses = sorted({*ROUTES, assets.CSS_PATH, assets.MARK_PATH, assets.PASSKEY_JS_PATH, *NEARLY, *PLAYGROUND})
    words = [word for address in addresses for word in ("--path", address)]
    done = subprocess.run(
        [sys.executable, "-m", "hardtack", "lint", service.url, "--warnings", "--unsafe", "--own", *words],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ("", 0) == (done.stdout, done.returncode), done.stdout + done.stderr
    assert (
        f"addresses: {len({address.partition('?')[0] for address in addresses}) + 1}, errors: 0, warnings: 0"
        in done.stderr
    )
