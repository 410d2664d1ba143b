"""The scripts that we serve: they write text and never markup, and no element of a page can lead them astray."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hardtack.site

SITE = Path(hardtack.site.__file__).parent
SCRIPTS = sorted((SITE / "static").glob("*.js"))
NAMES = [path.name for path in SCRIPTS]

WRITES_MARKUP = (
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe|srcdoc|DOMParser)\b"
    r"|\bdocument\.write|\beval\b|\bFunction\(|\bset(?:Timeout|Interval)\(\s*[\"'`]|javascript:"
)
"""Every way that a script has to make markup or code of a text."""

ASKED_OF_THE_DOCUMENT = {"querySelector", "querySelectorAll", "createElement", "getElementById", "addEventListener"}
"""Methods only: an element that is called like a property would be found in the property's place, and none of these
can be taken by one unnoticed, since calling an element is an error and the form works without the script."""


def code(path: Path) -> str:
    """Return a script without its comments and without what stands in quotes."""
    text = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r'"[^"\n]*"', '""', text)


@pytest.mark.asvs("3.2.2")
@pytest.mark.parametrize("path", SCRIPTS, ids=NAMES)
def test_no_script_makes_markup_or_code_of_a_text(path: Path) -> None:
    """What a script shows goes into ``textContent`` or an attribute."""
    text = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(), flags=re.DOTALL)
    assert [] == re.findall(WRITES_MARKUP, text)


@pytest.mark.asvs("3.2.3")
@pytest.mark.parametrize("path", SCRIPTS, ids=NAMES)
def test_a_script_is_strict_and_leaves_nothing_behind(path: Path) -> None:
    """Every name is declared, and none outside of a block: neither a variable nor a function lies about for others."""
    text = code(path)
    assert re.match(r'\s*"";|\s*\(', text), "a script begins with use strict, or is one function"
    assert '"use strict"' in path.read_text()
    assert [] == re.findall(r"^(?:var|let|const|function|class|async function)\b.*", text, re.MULTILINE)
    assert [] == re.findall(r"\bvar\b", text)


@pytest.mark.asvs("3.2.3")
@pytest.mark.parametrize("path", SCRIPTS, ids=NAMES)
def test_a_script_asks_the_document_by_selector_alone(path: Path) -> None:
    """Not by a name that an element could take, nor through ``window``."""
    text = code(path)
    assert set() == set(re.findall(r"\bdocument\??\.(\w+)", text)) - ASKED_OF_THE_DOCUMENT
    assert [] == re.findall(r"\bdocument\[|\bwindow\[|\bself\[|\bglobalThis\[|\.elements\b|\.forms\b", text)


def test_there_are_scripts_to_look_at() -> None:
    """The tests above are made of what lies in the folder; and no page has a script of its own."""
    assert "field.js" in NAMES
    for path in (SITE / "templates").rglob("*.html"):
        page = path.read_text()
        assert [] == re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|\son\w+\s*=\s*[\"']|javascript:", page), path.name
