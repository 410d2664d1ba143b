"""``hardtack lint`` finds nothing in the service itself: every address, every method, over real sockets."""

from __future__ import annotations

import json
import os
import subprocess

from hardtack.site import assets
from hardtack.site.routes import ROUTES
from hardtack.status import Status
from tests.conftest import LOADED, Service, Start

NEARLY = ("/nowhere", "/account/", "/%ff", "/account?next=//elsewhere", "/status/abc", "/status/99", "/status/1000")
"""Addresses that there are not, or not so."""

PLAYGROUND = ("/playground", "/playground/notes/1", "/playground/almanac.txt", "/playground/bell")


WITHOUT_A_CAUSE = {
    *(
        "part-was-asked-for",
        "unsatisfiable-range-was-there",
        "not-modified-was-asked-for",
        "not-modified-is-for-reading",
    ),
    *(
        "conditions-count-for-success",
        "if-match-is-honoured",
        "failed-condition-was-there",
        "reading-is-answered-by-304",
    ),
    *("failed-expectation-was-there", "refused-content-was-there", "refused-target-is-long"),
    *("refused-fields-are-large", "required-condition-lacked", "options-lists-methods"),
    *("not-implemented-is-for-unknown-methods", "network-sign-in-is-no-origins"),
}
"""What is found where a code is sent on demand: that nothing in the request has caused it."""


def linted(service: Service, addresses: list[str], *options: str) -> subprocess.CompletedProcess[str]:
    """Return what the command says of the service."""
    words = [word for address in addresses for word in ("--path", address)]
    command = ["-m", "hardtack", "lint", service.url, "--own", *options, *words]
    return LOADED.run(command, environ={**os.environ, "LC_ALL": "C.UTF-8"})


def test_the_lint_finds_nothing_in_the_service(start: Start) -> None:
    """No error and no warning, also with methods that change something; and codes on demand lack only a cause."""
    service = start()
    fixed = {path for path in ROUTES if "{" not in path}
    slugs = [f"/status/{status.slug}" for status in Status]
    files = [assets.OURS.css.path, assets.OURS.mark.path, assets.OURS.passkey_js.path]
    addresses = sorted({*fixed, *slugs, *files, *NEARLY, *PLAYGROUND})
    done = linted(service, addresses, "--warnings", "--unsafe")
    assert ("", 0) == (done.stdout, done.returncode), done.stdout + done.stderr
    different = len({address.partition("?")[0] for address in addresses}) + 1
    assert f"addresses: {different}, errors: 0, warnings: 0" in done.stderr

    done = linted(service, [f"/status/{status.code}" for status in Status], "--json")
    assert {finding["rule"] for finding in json.loads(done.stdout)["findings"]} == WITHOUT_A_CAUSE
