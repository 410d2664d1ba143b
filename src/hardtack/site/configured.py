"""The settings as they were written: which source said what, at which place, and everything that is wrong with it.

The sources are a TOML file, the environment and flags, each over the one before. A setting that does not exist, a value
of the wrong type and settings that contradict each other are mistakes; all of them are found in one go, each with its
place (for the file, the line) and what to write instead. What the settings are is said by the Struct that is given;
nothing here knows one of them. Whoever only loads is told the first mistake as a ``MisuseError``.

No file but the one that is named is read, and nothing is changed.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from hardtack.errors import MisuseError
from hardtack.site import toml_lines
from hardtack.site.mistakes import DERIVED, Mistake, Place, Wrong, nearest, said_by, typed

PREFIX = "HARDTACK_"
FILE_NAME = "hardtack.toml"
DATA = "hardtack-data"
NOT_SETTINGS = frozenset({"HARDTACK_KEYRING", "HARDTACK_MAIL_PASSWORD", "HARDTACK_WORKER_SETTINGS"})
"""Variables that begin like a setting and are read by somebody else."""

_KUBERNETES = re.compile(r"HARDTACK_(SERVICE_|PORT_\d+_)")
# Kubernetes gives every container the addresses of a service named "hardtack" as HARDTACK_PORT=tcp://…,
# HARDTACK_SERVICE_HOST and the like. They mean nothing to us and are no mistake of the operator's.

FLAGS = {"trusted_proxies": "--trusted-proxy"}
"""Flags that are not called like their setting."""

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(frozen=True)
class Gathered(Generic[T]):
    """What all sources together say.

    Args:
        settings: those that hold; what is mistaken counts as not said.
        places: where each setting that was said was said last.
        mistakes: everything that is wrong.
        file: the file that was read, or should have been; ``None`` where there is none.
    """

    settings: T
    places: Mapping[str, Place]
    mistakes: tuple[Mistake, ...]
    file: Path | None

    def place(self, name: str) -> Place:
        """Return where the setting *name* comes from."""
        if name in self.places:
            return self.places[name]
        default = _fields(type(self.settings))[name].default
        return Place() if getattr(self.settings, name) == default else Place(DERIVED)


@dataclass(frozen=True)
class _Source:
    """One source: how its places are called, and how it writes a name."""

    strict: bool = True
    label: str = ""
    kind: str = "program"
    file: Path | None = None
    lines: Mapping[toml_lines.Path, int] = field(default_factory=dict)

    def shown(self, name: str) -> str:
        """Return how this source writes the setting *name*."""
        if self.kind == "environment":
            return PREFIX + name.upper()
        return FLAGS.get(name, f"--{name.replace('_', '-')}") if self.kind == "flag" else name

    def place(self, *path: str | int) -> Place:
        """Return the place of *path*, or the nearest above it that has a line."""
        line = next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), 0)
        return Place(self.kind, file=self.file, line=line, name=self.shown(str(path[0])), label=self.label)


def gather(kind: type[T], path: Path | None, environ: Mapping[str, str], flags: Mapping[str, Any]) -> Gathered[T]:
    """Return what the file, the environment and *flags* say, the later over the earlier, and what is wrong with it.

    Args:
        kind: the Struct of the settings.
        path: the TOML file; ``None`` reads ``hardtack.toml`` in the data folder if there is one.
        environ: variables, of which ``HARDTACK_<NAME>`` are settings.
        flags: flags of the command line; ``None`` means not given.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    found = _Found()
    found.take(kind, _variables(environ, kind), _Source(strict=False, label="environment", kind="environment"))
    found.take(kind, given.items(), _Source(label="command line", kind="flag"))
    if path is None:
        implied = Path(found.values.get("data", DATA)) / FILE_NAME
        # It raises for no name; that of the folder is judged with all that is set.
        path = implied if os.path.isfile(implied) else None
    below = _Found()
    if path is not None:
        below.read(kind, path)
    below.values.update(found.values)
    below.places.update(found.places)
    below.mistakes.extend(found.mistakes)
    settings, contradictions = _constructed(kind, below)
    return Gathered(settings, below.places, (*below.mistakes, *contradictions), path)


def given(kind: type[T], source: str, values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return *values* by name, each of the right type, or raise what is wrong with the first that is not.

    A path may be given as such, since it is a program that says it: it counts as its text.

    Raises:
        MisuseError: a setting that does not exist, or a value that does not fit.
    """
    found = _Found()
    pairs = ((name, os.fspath(value) if isinstance(value, os.PathLike) else value) for name, value in values)
    found.take(kind, pairs, _Source(label=source))
    for mistake in found.mistakes:
        raise mistake.error()
    return found.values


def raise_first(mistakes: tuple[Mistake, ...]) -> None:
    """Raise the first of *mistakes*, with a word on the others; do nothing if there are none.

    Raises:
        MisuseError: there is one.
    """
    if mistakes:
        first = mistakes[0].error()
        more = f"\nhardtack config check shows all {len(mistakes)} mistakes" if len(mistakes) > 1 else ""
        raise MisuseError(first.problem, first.hint + more)


class _Found:
    """What was found so far."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.places: dict[str, Place] = {}
        self.elements: dict[str, list[tuple[int, Place]]] = {}
        """Of each setting of several tables, their numbers and places."""
        self.mistakes: list[Mistake] = []

    def read(self, kind: type[msgspec.Struct], path: Path) -> None:
        """Take what the file at *path* says."""
        try:
            content = path.read_bytes()
            text = content.decode()
            table = tomllib.loads(text)
        except OSError as error:
            self.mistakes.append(
                Mistake(Place("file", file=path), "", Wrong("unreadable", {"reason": error.strerror or str(error)}))
            )
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
            place = Place("file", file=path, line=_line(error, content))
            self.mistakes.append(Mistake(place, "", Wrong("no-toml", {"reason": said})))
        else:
            self.take(kind, table.items(), _Source(kind="file", file=path, lines=toml_lines.lines(text)))

    def take(self, kind: type[msgspec.Struct], pairs: Iterable[tuple[str, Any]], source: _Source) -> None:
        """Take *pairs* of a name and a value, or note what is wrong with them."""
        types = {name: each.type for name, each in _fields(kind).items()}
        for name, value in pairs:
            before = len(self.mistakes)
            if name not in types:
                wrong = nearest(name, list(types), source.shown)
                self.mistakes.append(Mistake(source.place(name), name, wrong))
            elif (rule := _rule(types[name])) is not None:
                self._take_rules(name, value, rule, source)
            else:
                self._convert(name, value, types[name], source)
            if len(self.mistakes) == before:
                self.places[name] = source.place(name)

    def _convert(self, name: str, value: Any, kind: Any, source: _Source) -> None:
        try:
            self.values[name] = msgspec.convert(value, kind, strict=source.strict)
        except msgspec.ValidationError as error:
            self.mistakes.append(Mistake(source.place(name), name, typed(source.shown(name), name, kind, error)))

    def _take_rules(self, name: str, value: Any, rule: type[msgspec.Struct], source: _Source) -> None:
        """Take an array of tables, such as ``[[access]]``; each mistake in it has its own line."""
        if source.kind == "environment":
            self.mistakes.append(Mistake(source.place(name), name, Wrong("file-only", {"name": name})))
            return
        if not isinstance(value, list | tuple):
            self.mistakes.append(Mistake(source.place(name), name, Wrong("no-array", {"name": name})))
            return
        rules = [self._rule(name, number, each, rule, source) for number, each in enumerate(value)]
        if None not in rules:
            self.values[name] = tuple(rules)
            self.elements[name] = [(number, source.place(name, number)) for number in range(len(rules))]

    def _rule(self, name: str, number: int, value: Any, rule: type[msgspec.Struct], source: _Source) -> Any:
        """Return one table of such an array; ``None`` if something is wrong with it."""
        shown = f"{name} {number + 1}"
        if isinstance(value, rule):
            return value
        types = {each.encode_name: each.type for each in msgspec.structs.fields(rule)}
        wrong = []
        for key, each in value.items() if isinstance(value, dict) else ():
            place = source.place(name, number, key)
            if key not in types:
                wrong.append(Mistake(place, name, nearest(key, list(types), str, above=shown)))
                continue
            try:
                msgspec.convert(each, types[key], strict=True)
            except msgspec.ValidationError as error:
                wrong.append(Mistake(place, name, typed(f"{shown}: {key}", name, types[key], error)))
        if not wrong:
            try:
                return msgspec.convert(value, rule, strict=True)
            except msgspec.ValidationError as error:
                wrong.append(Mistake(source.place(name, number), name, typed(shown, name, rule, error)))
        self.mistakes.extend(wrong)
        return None


def _line(error: Exception, content: bytes) -> int:
    """Return the line at which a file is no TOML; 0 if nobody can tell."""
    if isinstance(error, UnicodeDecodeError):
        return content.count(b"\n", 0, error.start) + 1
    if isinstance(error, RecursionError):
        return 0
    found = re.search(r"\(at line (\d+),", str(error))
    # Else it is the end that came too early.
    return int(found[1]) if found else content.rstrip().count(b"\n") + 1


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """Return what there is to know of each field of a Struct, whose annotations take long to read."""
    return {each.name: each for each in msgspec.structs.fields(kind)}


def _rule(kind: Any) -> type[msgspec.Struct] | None:
    """Return the Struct of which the setting takes several, or ``None``."""
    inner = get_args(kind)[0] if get_origin(kind) is tuple else None
    return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None


def _variables(environ: Mapping[str, str], kind: type[msgspec.Struct]) -> Iterator[tuple[str, Any]]:
    several = {name for name, each in _fields(kind).items() if get_origin(each.type) is tuple}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS or _KUBERNETES.match(variable):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name == "port" and value.startswith("tcp://"):
            continue
        # A list is written with commas, since an environment has no better way.
        listed = name in several
        yield name, [part.strip() for part in value.split(",") if part.strip()] if listed else value


def _constructed(kind: type[T], found: _Found) -> tuple[T, list[Mistake]]:
    """Return the settings without what contradicts itself, and each contradiction.

    What was found wrong counts as not said, so a contradiction that names it may be none: it is left out.
    """
    values = dict(found.values)
    wrong = {mistake.setting for mistake in found.mistakes}
    unread = any(not mistake.setting for mistake in found.mistakes)
    contradictions: list[Mistake] = []
    while True:
        try:
            return kind(**values), contradictions
        except MisuseError as error:
            named = _named(kind, values, error)
            element = _element(found, named, error)
            if element is not None:
                values[named] = (*values[named][: element - 1], *values[named][element:])
                number, place = found.elements[named].pop(element - 1)
                problem = error.problem.replace(f"rule {element}", f"rule {number + 1}")
                contradictions.append(Mistake(place, named, said_by(MisuseError(problem, error.hint))))
                continue
            if not (wrong & set(_words(error)) or unread):
                contradictions.append(Mistake(found.places[named], named, said_by(error)))
            wrong.add(named)
            del values[named]


def _element(found: _Found, name: str, error: MisuseError) -> int | None:
    """Return which of several tables *error* is about, counted from 1; ``None`` if it says none."""
    said = re.search(r"\brule (\d+)\b", error.problem)
    number = int(said[1]) if said else 0
    return number if 0 < number <= len(found.elements.get(name, ())) else None


def _words(error: MisuseError) -> list[str]:
    return re.findall(r"\w+", f"{error.problem} {error.hint}")


def _named(kind: type[T], values: dict[str, Any], error: MisuseError) -> str:
    """Return the setting whose value *error* is about: the one that it names and without which it is gone."""
    for name in sorted(values, key=[*_words(error), *values].index):
        try:
            kind(**{each: value for each, value in values.items() if each != name})
        except MisuseError as left:
            if str(left) == str(error):
                continue
        return name
    # Two of them say the same, each for itself.
    return next(name for name in [*_words(error), *values] if name in values)
