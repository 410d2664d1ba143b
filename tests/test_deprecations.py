"""What goes away is said before, by a class of its own, and nothing stays beyond the version that was named."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path

import pytest
from packaging.version import Version

import hardtack
from hardtack.errors import HardtackDeprecationWarning

FOLDER = Path(hardtack.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"


def uses(source: str) -> list[dict[str, str]]:
    """Return what is deprecated in a module: the arguments of each warning that it makes."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [call for call in calls if ast.unparse(call.func).rpartition(".")[2] == "HardtackDeprecationWarning"]
    return [
        {each.arg or "": ast.literal_eval(each.value) for each in call.keywords if each.arg != "instead"}
        for call in made
    ]


def wrong(source: str, version: Version) -> list[str]:
    """Return what should be gone, or would go with a version that may take nothing away."""
    found = []
    for each in uses(source):
        since, gone = Version(each["since"]), Version(each["gone"])
        if Version(version.base_version) >= gone:
            found.append(f"it should have gone with {gone}")
        if gone <= since or (since.major and (gone.minor or gone.micro)):
            found.append(f"what is deprecated since {since} cannot go with {gone}")
    return found


def plain(source: str) -> bool:
    """Whether a module warns of a deprecation by a class that names no version."""
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return bool(names & {"DeprecationWarning", "PendingDeprecationWarning", "FutureWarning"})


def test_the_warning_says_since_when_until_when_and_what_to_write() -> None:
    """And is what Python, pytest and everybody's filters know as one."""
    with pytest.warns(DeprecationWarning, match="old") as caught:
        warnings.warn(HardtackDeprecationWarning("old()", since="1.2", gone="2.0", instead="new()"), stacklevel=1)
    assert [str(each.message) for each in caught] == [
        "old() is deprecated since Hardtack 1.2 and gone with 2.0; write new()"
    ]
    [told] = [each.message for each in caught]
    assert isinstance(told, HardtackDeprecationWarning)
    assert (told.what, told.since, told.gone, told.instead) == ("old()", "1.2", "2.0", "new()")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_lines_of_the_page_make_it_an_error(language: str) -> None:
    """For whoever wants their tests to fail at the first use."""
    page = (DOCS / language / "versions.md").read_text("utf-8")
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    with warnings.catch_warnings():
        exec(code, {})  # noqa: S102 - the page's own lines
        with pytest.raises(HardtackDeprecationWarning):
            warnings.warn(HardtackDeprecationWarning("old()", since="1.2", gone="2.0", instead="new()"), stacklevel=1)


def test_nothing_is_there_that_should_have_gone() -> None:
    """A release that keeps it breaks its word as one that takes it too early; and no other class warns of ours."""
    sources = {path: path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py")}
    warning = {path: source for path, source in sources.items() if re.search("(Deprecation|Future)Warning", source)}
    late = {path.name: wrong(source, Version(hardtack.__version__)) for path, source in warning.items()}
    assert {name: found for name, found in late.items() if found} == {}
    assert [path.name for path, source in warning.items() if plain(source)] == ["errors.py"]


@pytest.mark.parametrize(
    ("since", "gone", "now", "expected"),
    [
        ("1.2", "2.0", "1.9.3", []),
        ("1.2", "2.0", "2.0.0.dev0", ["it should have gone with 2.0"]),
        ("1.2", "1.5", "1.3", ["what is deprecated since 1.2 cannot go with 1.5"]),
        ("0.2", "0.4", "0.3", []),
        ("0.4", "0.2", "0.1", ["what is deprecated since 0.4 cannot go with 0.2"]),
    ],
)
def test_what_should_have_gone_is_found(since: str, gone: str, now: str, expected: list[str]) -> None:
    """The control: late, too early, and what is right."""
    source = f"warn(errors.HardtackDeprecationWarning('x', since='{since}', gone='{gone}', instead=some.text))"
    assert wrong(source, Version(now)) == expected
    assert plain("warnings.warn('x', DeprecationWarning)")
    assert not plain(source)
