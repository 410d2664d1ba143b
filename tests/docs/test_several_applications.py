"""The guide to several applications on one host: what it tells each of them to write works, and is what all share."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hardtack.seal import keyfile
from tests.adapters.raw import ROOT

GUIDES = [ROOT / "docs" / language / "several-applications.md" for language in ("en", "zh")]
SHARED = "/srv/shared"

DJANGO = """
import django
from django.conf import settings
said = {name: value for name, value in globals().items() if name.startswith("HARDTACK_")}
layers = [f"hardtack.adapters.django.middleware.{name}Middleware" for name in ("Status", "Session", "SignIn")]
apps = ["django.contrib.auth", "django.contrib.contenttypes", "hardtack.adapters.django"]
backends = ["hardtack.adapters.django.accounts.AccountsBackend"]
settings.configure(
    SECRET_KEY="the project's own secret",
    MIDDLEWARE=layers,
    INSTALLED_APPS=apps,
    SESSION_ENGINE=apps[-1],
    AUTHENTICATION_BACKENDS=backends,
    **said,
)
django.setup()
from hardtack.adapters.django.signing import sign_in as made
sign_in = made()
"""
TELLS = """
policy = sign_in.sessions.policy
print(policy.session_name, policy.identity_name, sign_in.prefix)
"""
ASKS = {
    "flask": (
        "from flask import",
        "sign_in = app.extensions['hardtack'].sign_in",
        "__Host-session-shop __Host-hardtack /shop/auth",
    ),
    "django": ("HARDTACK_APPLICATION", DJANGO, "__Host-session-office __Host-hardtack /office/auth"),
    "fastapi": (
        "from fastapi import",
        "sign_in = app.state.hardtack.sign_in",
        "__Host-session-interface __Host-hardtack /shop/auth",
    ),
}
"""For each framework: which block is its, what finds the sign-in that it makes, and what that one is."""


def blocks(path: Path, language: str = "[a-z]+") -> list[str]:
    """Return the code of the guide in *language*."""
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)


def test_both_languages_show_the_same_code() -> None:
    """In the same order."""
    assert blocks(GUIDES[0]) == blocks(GUIDES[1])
    assert len(blocks(GUIDES[0])) == 6


@pytest.mark.parametrize("framework", ASKS)
def test_what_it_tells_an_application_to_write_makes_one(framework: str, tmp_path: Path) -> None:
    """As it stands, but for the folder: with a name of its own, the identity of all, and the pages that are meant."""
    keyfile.create(tmp_path / "hardtack.key")
    mark, ask, expected = ASKS[framework]
    (code,) = (block for block in blocks(GUIDES[0], "python") if mark in block)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HARDTACK_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code.replace(SHARED, str(tmp_path)) + ask + TELLS],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
    )
    assert (expected, "") == (done.stdout.strip(), done.stderr)
