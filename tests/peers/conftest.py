"""The source distributions of peers, for their own tests.

They are fetched into the virtual environment once; where the set-up has not done it, the first test that needs one
does. Versions and hashes are pinned in ``requirements/peers.txt``; the index is the one that pip is set up with.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = Path(sys.prefix) / "peers"


def source(name: str, into: Path) -> Path:
    """Unpack the source distribution *name* and return its folder."""
    archive = FOLDER / f"{name}.tar.gz"
    if not archive.exists():
        FOLDER.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            only_sources = ["--no-binary", ":all:", "--no-deps", "--no-build-isolation", "--require-hashes"]
            wanted = ["-r", str(ROOT / "requirements" / "peers.txt"), "-d", folder]
            subprocess.run([*pip, *only_sources, *wanted], check=True)
            # Moved when it is whole, since other processes may wait for the same.
            for fetched in Path(folder).iterdir():
                fetched.rename(FOLDER / fetched.name)
    # The filter came in a patch release of Python 3.11; what is unpacked here has the hash that it must have.
    options = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as packed:
        packed.extractall(into, **options)  # type: ignore[arg-type]  # noqa: S202 - see above
    return into / name


@pytest.fixture(scope="session")
def flask_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of Flask 3.1.3, with its tests."""
    return source("flask-3.1.3", tmp_path_factory.mktemp("flask"))


@pytest.fixture(scope="session")
def werkzeug_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of Werkzeug 3.1.9, with its tests."""
    return source("werkzeug-3.1.9", tmp_path_factory.mktemp("werkzeug"))


@pytest.fixture(scope="session")
def django_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of Django 5.2.19, with its tests."""
    return source("django-5.2.19", tmp_path_factory.mktemp("django"))


@pytest.fixture(scope="session")
def starlette_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of Starlette 1.10.0, with its tests."""
    return source("starlette-1.10.0", tmp_path_factory.mktemp("starlette"))


@pytest.fixture(scope="session")
def flask_login_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of Flask-Login 0.6.3, with its tests."""
    return source("Flask-Login-0.6.3", tmp_path_factory.mktemp("flask-login"))


@pytest.fixture(scope="session")
def semantic_version_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of semantic-version 2.10.0, which Flask-Login's tests import."""
    return source("semantic_version-2.10.0", tmp_path_factory.mktemp("semantic-version"))
