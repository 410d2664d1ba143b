"""The engine needs no more than the core of Hardtack and Django, and the page about it names all that there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import hardtack
from hardtack.adapters.django.checks import OWN
from hardtack.adapters.django.signing import NAMES

ROOT = Path(__file__).parents[3]
ENGINE = Path(hardtack.__file__).parent / "adapters" / "django"

ALONE = """
import sys
for name in ("sqlalchemy", "alembic", "argon2", "jinja2", "click", "uvicorn", "flask", "starlette"):
    sys.modules[name] = None
from django.conf import settings
settings.configure(SECRET_KEY="a secret that is long enough to be a source of keys")
from importlib import import_module
store = import_module("hardtack.adapters.django").SessionStore
session = store()
session["a"] = [1]
session.save()
again = store(session.session_key)
again["a"].append(2)
print(again["a"], again.modified)
print([name for name in sys.modules if name.startswith(("hardtack.store", "hardtack.login", "hardtack.site"))])
"""

CONFIGURED = """
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"], HARDTACK_STATUS={}, ROOT_URLCONF="x"
)
import django
django.setup()
"""


def test_it_runs_with_the_core_and_django_alone() -> None:
    """No database, no templates, no hashing; and nothing of the rooms that need them is loaded."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", ALONE], capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout) == ("", "[1, 2] True\n[]\n")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_setting_and_every_check_is_documented(language: str) -> None:
    """In both languages; and no more than there are."""
    code = "".join(path.read_text() for path in ENGINE.rglob("*.py"))
    page = (ROOT / "docs" / language / "django.md").read_text()
    numbers = r"hardtack\.[EW]\d{3}"
    assert set(re.findall(numbers, code)) == set(re.findall(numbers, page))
    assert OWN | set(NAMES) == set(re.findall(r"HARDTACK_[A-Z0-9_]*[A-Z]", page))
    assert OWN | set(NAMES) >= set(re.findall(r"HARDTACK_[A-Z0-9_]*[A-Z]", code))


def test_the_page_shows_code_that_runs_in_both_languages(tmp_path: Path) -> None:
    """Whoever pastes them has them; the code is the same in English and in Chinese."""
    english, chinese = (
        re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / language / "django.md").read_text(), re.M | re.S)
        for language in ("en", "zh")
    )
    assert english == chinese
    assert len(english) == 8
    for code in english:
        run = [sys.executable, "-W", "error", "-c", CONFIGURED + code]
        done = subprocess.run(run, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
