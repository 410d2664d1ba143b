"""How a mutant is put into a running process: into the functions that are there, or when the module is imported.

Most mutants change the body of one function. Its code is exchanged in every function object that has it, also behind
decorators and properties, so that nothing need be imported again. What lies outside of functions, and defaults of
arguments, take effect when the module is imported; then the mutant stands in its place in a new process.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from dis import get_instructions, hasjrel
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.mutants.making import SOURCE, Mutant

_OF_FUNCTION = 0x01
"""The flag of code that has local variables of its own, which a module's and a class's code has not."""


class Functions:
    """The function objects of this process by their code."""

    def __init__(self) -> None:
        gc.unfreeze()
        self._live: dict[tuple[str, int, str], list[FunctionType]] = {}
        for found in gc.get_objects():
            if type(found) is FunctionType and found.__code__.co_filename.startswith(str(SOURCE)):
                self._live.setdefault(_place(found.__code__), []).append(found)
        self._loaded: dict[str, CodeType] = {}
        gc.freeze()

    def put(self, mutant: Mutant) -> set[int] | None:
        """Put *mutant* into the functions, and return the lines of them; ``None`` if it must be imported."""
        path = SOURCE / mutant.module
        before = self._loaded.get(mutant.module)
        if before is None:
            # What was loaded came from the same text, so its code stands in the same lines.
            before = self._loaded[mutant.module] = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        after = compile(mutant.text, str(path), "exec", dont_inherit=True)
        exchanged = []
        lines: set[int] = set()
        for old, new in differing(before, after):
            if old is None or new is None:
                return None
            live = self._live.get(_place(old), ())
            if not live or old.co_freevars != new.co_freevars:
                return None
            exchanged += [(one, new) for one in live]
            lines |= set(_changed_lines(old, new)) or set(_lines(old))
        if not exchanged:
            return set()
        for function, code in exchanged:
            function.__code__ = code
        return lines


def _place(code: CodeType) -> tuple[str, int, str]:
    return code.co_filename, code.co_firstlineno, code.co_qualname


def differing(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType | None, CodeType | None]]:
    """Yield the outermost functions that differ; ``(None, None)`` if anything outside of functions does."""
    if old.co_flags & _OF_FUNCTION:
        if not _same(old, new):
            yield old, new
        return
    mine, theirs = _inner(old), _inner(new)
    if len(mine) != len(theirs) or _outer(old) != _outer(new):
        yield None, None
        return
    for one, other in zip(mine, theirs, strict=True):
        yield from differing(one, other)


def _inner(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _outer(code: CodeType) -> tuple[object, ...]:
    """Return what code is apart from the code inside of it and from where it stands."""
    constants = [repr(constant) for constant in code.co_consts if not isinstance(constant, CodeType)]
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_flags


def _same(old: CodeType, new: CodeType) -> bool:
    mine, theirs = _inner(old), _inner(new)
    return _outer(old) == _outer(new) and len(mine) == len(theirs) and all(map(_same, mine, theirs))


def _lines(code: CodeType) -> Iterator[int]:
    yield from (line for _, _, line in code.co_lines() if line is not None)
    for inner in _inner(code):
        yield from _lines(inner)


def _changed_lines(old: CodeType, new: CodeType) -> Iterator[int]:
    """Yield the lines of *old* from whose statement on the code is another."""
    mine, theirs = list(_steps(old)), list(_steps(new))
    for one, other in zip(mine, theirs, strict=False):
        if one[1:] != other[1:]:
            yield one[0]
            return


def _steps(code: CodeType) -> Iterator[tuple[int, str, Any]]:
    line = code.co_firstlineno
    for step in get_instructions(code):
        line = step.positions.lineno if step.positions and step.positions.lineno else line
        # Where a jump goes to is another wherever something before it is longer; what matters has another name.
        told = "" if step.opcode in hasjrel else repr(step.argval)
        shown = step.argval.co_name if isinstance(step.argval, CodeType) else told
        yield line, step.opname, shown
    for inner in _inner(code):
        yield from _steps(inner)


class Importer(SourceFileLoader, MetaPathFinder):
    """Imports one module as its mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self._text = mutant.text
        name = "hardtack." + mutant.module.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        super().__init__(name, str(SOURCE / mutant.module))

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find that module here, and no other."""
        if fullname != self.name:
            return None
        where = [str(Path(self.path).parent)] if self.path.endswith("__init__.py") else None
        return spec_from_file_location(fullname, self.path, loader=self, submodule_search_locations=where)

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the mutant, whatever lies in a cache."""
        return compile(self._text, self.path, "exec", dont_inherit=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """Stand before every other finder, pytest's too, which rewrites modules that have a plugin in them."""
        sys.meta_path[:] = [self, *(finder for finder in sys.meta_path if finder is not self)]
