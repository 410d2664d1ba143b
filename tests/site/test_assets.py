"""The style sheet and the mark: how they are served, and whether everybody can read what they colour."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hardtack.site
from hardtack.site import assets
from tests.site.conftest import World

CSS = (Path(hardtack.site.__file__).parent / "static" / "site.css").read_text(encoding="utf-8")
TEXT = 4.5
EDGE = 3.0
"""WCAG 2.2, success criteria 1.4.3 and 1.4.11."""

PAIRS = [
    ("ink", "ground", TEXT),
    ("ink", "card", TEXT),
    ("quiet", "ground", TEXT),
    ("quiet", "card", TEXT),
    ("accent", "card", TEXT),
    ("accent", "ground", TEXT),
    ("accent-strong", "ground", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("wrong", "card", TEXT),
    ("wrong", "wrong-ground", TEXT),
    ("ink", "wrong-ground", TEXT),
    ("note", "note-ground", TEXT),
    ("ink", "note-ground", TEXT),
    ("on-accent", "wrong", TEXT),
    ("edge", "card", EDGE),
    ("accent", "card", EDGE),
]


def colours(scheme: str) -> dict[str, tuple[int, int, int]]:
    """Return the variables of the light or the dark scheme."""
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    found = re.findall(r"--([a-z-]+): #([0-9a-f]{6});", light if scheme == "light" else dark)
    return {name: (int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)) for name, code in found}


def luminance(colour: tuple[int, int, int]) -> float:
    """Return the relative luminance of *colour* (WCAG 2.2)."""
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_every_colour_can_be_told_from_what_is_behind_it(scheme: str, front: str, back: str, least: float) -> None:
    """Contrast at level AA, in light and dark."""
    known = colours(scheme)
    lighter, darker = sorted((luminance(known[front]), luminance(known[back])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= least


def test_both_schemes_have_the_same_colours() -> None:
    """A colour that is missing in the dark would be the light one."""
    assert set(colours("light")) == set(colours("dark"))


def test_every_colour_that_is_used_is_one_of_the_variables() -> None:
    """What the test above cannot see, nobody checks."""
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)

    assert [] == re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", rules)
    assert set() == set(re.findall(r"var\(--([a-z-]+)\)", CSS)) - set(re.findall(r"--([a-z-]+):", CSS))


def test_the_style_sheet_loads_nothing() -> None:
    """No font, picture or style from anywhere."""
    assert [] == re.findall(r"url\(|@import|@font-face", CSS)


@pytest.mark.parametrize(
    ("path", "name", "content_type"),
    [
        (assets.CSS_PATH, "site.css", "text/css; charset=utf-8"),
        (assets.JS_PATH, "field.js", "text/javascript; charset=utf-8"),
        (assets.MARK_PATH, "mark.svg", "image/svg+xml"),
    ],
)
def test_an_asset_is_served_under_the_hash_of_its_content(
    world: World, path: str, name: str, content_type: str
) -> None:
    """So that it can be kept for a year: another content has another address (RFC 8246)."""
    content = (Path(hardtack.site.__file__).parent / "static" / name).read_bytes()
    response = world.browser().get(path)

    assert (200, content_type, content) == (response.status, response.get("content-type"), response.body)
    assert hashlib.sha256(content).hexdigest()[:16] in path


def test_the_settings_alone_load_no_template_and_no_database() -> None:
    """The command line reads them for every command."""
    code = (
        "import sys; from hardtack.site import Settings; "
        "print(sorted({'jinja2', 'sqlalchemy', 'argon2', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_the_room_has_no_other_names() -> None:
    """A wrong name is an error at the line that writes it."""
    with pytest.raises(AttributeError, match="Sight"):
        _ = hardtack.site.Sight
