"""On which line of a TOML file each key stands."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.site.toml_lines import Path, lines

DOCUMENT = '''# a comment with a "quote and [brackets]
port = 8000
"realm" = "a # b"   # said
'host' = 'it'
a . "b.c" = [1, 2, # one ] two
  { x = 1, "y" = """
[fake]
port = 2
""" },
]
[table]   # its name
k = """
[[access]]"""
d = 1979-05-27 07:32:00

[[access]]
host = "one.example.org"
[[access]]

methods = ["GET",
           "POST"]
"host" = "two.example.org"
[access.below]
deep = {}
[[access.rules]]
e = []
'''

AT: dict[Path, int] = {
    ("port",): 2,
    ("realm",): 3,
    ("host",): 4,
    ("a",): 5,
    ("a", "b.c"): 5,
    ("a", "b.c", 0): 5,
    ("a", "b.c", 1): 5,
    ("a", "b.c", 2): 6,
    ("a", "b.c", 2, "x"): 6,
    ("a", "b.c", 2, "y"): 6,
    ("table",): 11,
    ("table", "k"): 12,
    ("table", "d"): 14,
    ("access",): 16,
    ("access", 0): 16,
    ("access", 0, "host"): 17,
    ("access", 1): 18,
    ("access", 1, "methods"): 20,
    ("access", 1, "methods", 0): 20,
    ("access", 1, "methods", 1): 21,
    ("access", 1, "host"): 22,
    ("access", 1, "below"): 23,
    ("access", 1, "below", "deep"): 24,
    ("access", 1, "rules"): 25,
    ("access", 1, "rules", 0): 25,
    ("access", 1, "rules", 0, "e"): 26,
}


def paths(value: Any, above: Path = ()) -> set[Path]:
    """Return every path of what the library has read."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: set[Path] = set()
    for key, each in pairs:
        found |= {(*above, key)} | paths(each, (*above, key))
    return found


def test_every_kind_of_key_has_its_line() -> None:
    """Bare, quoted and dotted ones, in tables, arrays of tables, arrays and tables in one line."""
    assert paths(tomllib.loads(DOCUMENT)) == set(AT)
    assert lines(DOCUMENT) == AT


@pytest.mark.parametrize("text", ["", "\n# nothing", "a = 1", '"" = 1', 'a = """"""', 'a = """x"""""\nb = """" """'])
def test_small_files_are_files(text: str) -> None:
    """With nothing, without a last line end, with an empty name, with quotes beside quotes."""
    assert set(lines(text)) == paths(tomllib.loads(text))


def test_line_ends_of_windows_are_line_ends() -> None:
    """The library takes them, too."""
    assert lines("a = 1\r\n\r\n[b]\r\nc = 2 # c\r\n") == {("a",): 1, ("b",): 3, ("b", "c"): 4}


NAMES = st.text(min_size=0, max_size=6, alphabet="ab-_0 .\"'#=[]\\é\t")
TEXTS = st.text(max_size=12, alphabet="ab=#[]{},\"'\\ \n\té")
SCALARS = st.one_of(st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TABLES = st.dictionaries(NAMES, VALUES, max_size=4)


class Writer:
    """Writes TOML in as many ways as there are, and notes where each path is named."""

    def __init__(self, data: st.DataObject) -> None:
        self.text = ""
        self.at: dict[Path, int] = {}
        self._data = data

    def note(self, path: Path) -> None:
        """Note that *path* is named here."""
        self.at.setdefault(path, self.text.count("\n") + 1)

    def one_of(self, *ways: str) -> str:
        """Return one of some ways to write the same."""
        return self._data.draw(st.sampled_from(ways))

    def key(self, name: str) -> None:
        """Write a key."""
        ways = [json.dumps(name, ensure_ascii=False)]
        if name and all(each.isascii() and (each.isalnum() or each in "-_") for each in name):
            ways.append(name)
        if "'" not in name:
            ways.append(f"'{name}'")
        self.text += self.one_of(*ways)

    def string(self, value: str) -> None:
        """Write a string."""
        ways = [
            json.dumps(value, ensure_ascii=False),
            '"""\n' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""',
        ]
        if "'" not in value:
            ways.append(f"'''\n{value}'''")
            if "\n" not in value:
                ways.append(f"'{value}'")
        self.text += self.one_of(*ways)

    def blank(self) -> None:
        """Write what means nothing within an array."""
        self.text += self.one_of("", " ", "\n", " # ] , [x]\n", "\n\n\t")

    def value(self, value: Any, path: Path) -> None:
        """Write a value."""
        if isinstance(value, str):
            self.string(value)
        elif isinstance(value, list):
            self.text += "["
            for number, each in enumerate(value):
                self.blank()
                self.note((*path, number))
                self.value(each, (*path, number))
                self.blank()
                self.text += "," if number + 1 < len(value) else self.one_of("", ",")
            self.blank()
            self.text += "]"
        elif isinstance(value, dict):
            self.text += "{"
            for number, (name, each) in enumerate(value.items()):
                self.text += ", " if number else " "
                self.pair(name, each, path)
            self.text += "}"
        else:
            self.text += json.dumps(value)

    def pair(self, name: str, value: Any, above: Path) -> None:
        """Write a pair."""
        self.note((*above, name))
        self.key(name)
        self.text += self.one_of("=", " = ", "\t=  ")
        self.value(value, (*above, name))

    def pairs(self, table: dict[str, Any], above: Path) -> None:
        """Write pairs, a line or more each."""
        for name, value in table.items():
            self.pair(name, value, above)
            self.text += self.one_of("\n", " # a = 1\n", "\n\n# [b]\n")


@given(st.data(), TABLES, st.dictionaries(NAMES, st.lists(TABLES, min_size=1, max_size=3), max_size=2), TABLES)
def test_whatever_is_written_each_path_has_the_line_on_which_it_was_named(
    data: st.DataObject, top: dict[str, Any], arrays: dict[str, list[dict[str, Any]]], below: dict[str, Any]
) -> None:
    """And the library reads what was meant, so that the two speak of the same paths."""
    writer = Writer(data)
    writer.pairs(top, ())
    meant: dict[str, Any] = dict(top)
    for name, tables in arrays.items():
        if name in meant:
            continue
        meant[name] = []
        for number, table in enumerate(tables):
            writer.note((name,))
            writer.note((name, number))
            writer.text += "[["
            writer.key(name)
            writer.text += writer.one_of("]]\n", "]] # x\n")
            writer.pairs(table, (name, number))
            meant[name].append(dict(table))
        if "below" not in meant[name][-1]:
            writer.note((name, number, "below"))
            writer.text += "["
            writer.key(name)
            writer.text += writer.one_of(".below]\n", " . 'below' ]\n")
            writer.pairs(below, (name, number, "below"))
            meant[name][-1]["below"] = below
    assert tomllib.loads(writer.text) == meant
    assert lines(writer.text) == writer.at
