"""The configuration, a TOML file and the environment: settings that can be used, or mistakes, each with its place.

Lines ``HARDTACK_NAME=value`` at the beginning are the environment, up to the first empty line; the rest is the file.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hardtack.site import before_start, configured
from hardtack.site.configured import PREFIX, Gathered
from hardtack.site.described import in_force
from hardtack.site.mistakes import DEFAULT, DERIVED
from hardtack.site.settings import Settings

OUTCOMES = {"as set", "mistakes", "no TOML", "cannot start"}
CHANGES = 1000
"""A file is written for each."""

_SECRET = "geheim"
"""What the corpus has for a password."""
_KINDS = {DEFAULT, DERIVED, "file", "environment"}
_DEFAULTS = Settings()
_FILES = frozenset({"data", "password_filter"})
"""Settings that name what is then looked for on the disk."""

_folder = tempfile.TemporaryDirectory()
_file, _again = Path(_folder.name) / "hardtack.toml", Path(_folder.name) / "again.toml"


def check(data: bytes) -> str:
    """Gather what both say, ask what a start would say to it, and take what is in force for a file of its own."""
    head, _, content = data.partition(b"\n\n")
    lines = [line.partition("=") for line in head.decode("utf-8", "replace").split("\n")]
    environ = {name: value for name, _, value in lines if name.startswith(PREFIX) and "\0" not in value}
    _file.write_bytes(content)
    gathered = configured.gather(Settings, _file, environ, {})
    assert gathered.file == _file
    wrong = gathered.mistakes
    if not any(getattr(gathered.settings, name) != getattr(_DEFAULTS, name) for name in _FILES):
        wrong = before_start.mistakes(gathered, {})
    if not gathered.mistakes:
        _can_be_told(gathered)
    for mistake in wrong:
        for language in ("en", "zh"):
            assert all(mistake.texts(language)), mistake
            assert f"//anna:{_SECRET}" not in mistake.told(language), mistake
        assert mistake.place.kind in _KINDS
        assert 0 <= mistake.place.line <= content.count(b"\n") + 1
    if any(each.wrong.kind == "no-toml" for each in gathered.mistakes):
        return "no TOML"
    if gathered.mistakes:
        return "mistakes"
    return "cannot start" if wrong else "as set"


def _can_be_told(gathered: Gathered[Settings]) -> None:
    """See that what was said can be written as a file that says the same, without a password."""
    said = [row for row in in_force(gathered) if row.place.kind not in (DEFAULT, DERIVED)]
    # Pairs first: what follows a table would belong to it.
    text = "\n".join(sorted((row.written for row in said if row.written), key=lambda each: each.startswith("[[")))
    assert f"//anna:{_SECRET}@" not in text
    if "***" in text:
        return
    _again.write_text(text)
    again = configured.gather(Settings, _again, {}, {})
    assert () == again.mistakes
    assert gathered.settings == again.settings
