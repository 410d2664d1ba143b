"""What the tests of the documents share: a folder in which somebody is who follows a page."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from hardtack.login import Accounts
from hardtack.seal import Keyring, keyfile
from tests import empty

PASSWORD = "four ships on a green sea"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with a key, a database and two people."""
    data = tmp_path_factory.mktemp("prepared") / "hardtack-data"
    data.mkdir(mode=0o700)
    keyfile.create(data / "hardtack.key")
    url = f"sqlite:///{data / 'hardtack.db'}"
    empty.put(data / "hardtack.db")
    with Accounts.connect(url, keyring=Keyring.load(data / "hardtack.key")) as accounts:
        for name in ("ada", "bo"):
            accounts.add(name, PASSWORD, now=int(time.time()))
    return data


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepared: Path) -> Path:
    """Return a folder with such a data folder in it, in which commands are run in English."""
    for variable in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(prepared, tmp_path / "hardtack-data")
    return tmp_path
