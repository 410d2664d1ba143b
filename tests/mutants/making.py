"""Which mutants a module has: small changes of its source, each of which some test should notice.

The changes are those of mutmut's operators (numbers, texts, comparisons, arguments left out or ``None``, …), applied to
everything in the module, also to what lies outside of functions, and three of our own: a condition turned round, a
``raise`` left out, a call left out that stands alone. Nothing is made of what does nothing when the program runs:
annotations, docstrings, what only a type checker reads, ``__all__``. Nothing is run here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

# By name, since the tests and checks do without them.
cst: Any = import_module("libcst")
metadata: Any = import_module("libcst.metadata")
mutators: Any = import_module("mutmut.mutation.mutators")

SOURCE = Path(__file__).parents[2] / "src" / "hardtack"

WORDED = frozenset(
    {"MisuseError", "KeyringError", "StillNeeded", "CookieTooLarge", "ValueError", "TypeError", "error", "warn"}
)
"""What takes a text for people as its first two arguments."""
LOGGED = frozenset({"debug", "info", "warning", "error", "exception"})
_TYPES = frozenset({"Callable", "Literal", "TypeVar", "Annotated"})
"""What a name at the top of a module stands for that only a type checker reads, unless msgspec reads it too."""
_READ_BY_MSGSPEC = frozenset({"Id", "Count"})


@dataclass(frozen=True)
class Mutant:
    """One change of one module.

    Args:
        module: the module's path below ``hardtack``, such as ``seal/token.py``.
        where: the function or class in it, or ``""`` for the module itself.
        change: the line before and after, as ``before → after``; a number in brackets tells equal ones apart.
        text: the whole module as it then is.
        worded: whether nothing but the text of an error or a log line, for people, is another.
    """

    module: str
    where: str
    change: str
    text: str
    worded: bool

    @property
    def key(self) -> str:
        """What names it, without a line number."""
        return f"{self.module} {self.where or '(module)'}: {self.change}"


def mutants_of(path: Path) -> list[Mutant]:
    """Return the mutants of the module at *path*, in the order of its lines."""
    wrapper = metadata.MetadataWrapper(cst.parse_module(path.read_text()))
    module, parents = wrapper.module, wrapper.resolve(metadata.ParentNodeProvider)
    spans = wrapper.resolve(metadata.ByteSpanPositionProvider)
    before = path.read_bytes()
    seen: Counter[tuple[str, str]] = Counter()
    made = []
    for node, changed in _changes(module, parents):
        if isinstance(node, cst.Match):
            text = module.deep_replace(node, changed).code
        else:
            span = spans[node]
            new = module.code_for_node(changed).strip().encode()
            text = (before[: span.start] + new + before[span.start + span.length :]).decode()
        if not _compiles(text):
            continue
        name = _where(node, parents)
        change = _difference(before.decode(), text)
        seen[name, change] += 1
        number = seen[name, change]
        if number > 1:
            change = f"{change} ({number})"
        worded = _is_worded(node, changed, parents)
        made.append(Mutant(path.relative_to(SOURCE).as_posix(), name, change, text, worded))
    return made


def _changes(node: Any, parents: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each node below *node* that can be changed, with what it becomes."""
    if _does_nothing(node, parents):
        return
    for kind, operator in mutators.mutation_operators:
        if isinstance(node, kind):
            for number, changed in enumerate(operator(node)):
                # Of the three changes of a text, two are of case: of interest where it is a pattern, written raw.
                if isinstance(node, cst.SimpleString) and number and "r" not in node.prefix:
                    break
                yield node, changed
    yield from _ours(node)
    for child in node.children:
        yield from _changes(child, parents)


def _ours(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield what mutmut does not do."""
    if isinstance(node, cst.If | cst.While | cst.CompIf):
        test = node.test
        if not isinstance(test, cst.Comparison | cst.BooleanOperation | cst.UnaryOperation):
            yield (
                test,
                cst.UnaryOperation(cst.Not(), test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])),
            )
    if isinstance(node, cst.Raise) or (isinstance(node, cst.Expr) and isinstance(node.value, cst.Call)):
        yield node, cst.Pass()


def _does_nothing(node: Any, parents: Any) -> bool:
    """Say whether nothing of *node* matters when the program runs."""
    if isinstance(node, cst.Annotation | cst.Import | cst.ImportFrom | cst.Ellipsis):
        return True
    if isinstance(node, cst.If):
        return isinstance(node.test, cst.Name) and node.test.value == "TYPE_CHECKING"
    if isinstance(node, cst.FunctionDef):
        return any(isinstance(one.decorator, cst.Name) and one.decorator.value == "overload" for one in node.decorators)
    if isinstance(node, cst.Assign) and isinstance(parents[parents[node]], cst.Module):
        (target, value) = (node.targets[0].target, node.value)
        name = target.value if isinstance(target, cst.Name) else ""
        if name == "__all__":
            return True
        called = (
            value.value if isinstance(value, cst.Subscript) else value.func if isinstance(value, cst.Call) else None
        )
        if not isinstance(called, cst.Name) or name in _READ_BY_MSGSPEC:
            return False
        return called.value in _TYPES or (called.value == "tuple" and isinstance(value, cst.Subscript))
    return False


def _where(node: Any, parents: Any) -> str:
    names = []
    above = node
    while above is not None:
        if isinstance(above, cst.FunctionDef | cst.ClassDef):
            names.append(above.name.value)
        above = parents.get(above)
    return ".".join(reversed(names))


def _is_worded(node: Any, changed: Any, parents: Any) -> bool:
    """Say whether the change is one of words for people; never of a reason, an event, a status or a name."""
    if isinstance(node, cst.Call) and isinstance(changed, cst.Call) and len(changed.args) <= len(node.args):
        places = [place for place in range(len(node.args)) if _other(node, changed, place)]
        return bool(places) and _takes_words(node, places[0], parents)
    below, above = node, parents.get(node)
    while above is not None and not isinstance(above, cst.BaseStatement):
        if isinstance(below, cst.Arg) and isinstance(above, cst.Call):
            place = next(place for place, arg in enumerate(above.args) if arg is below)
            if _takes_words(above, place, parents):
                return _is_no_key(node, parents)
        below, above = above, parents.get(above)
    return False


def _other(before: Any, after: Any, place: int) -> bool:
    return place >= len(after.args) or not before.args[place].value.deep_equals(after.args[place].value)


def _is_no_key(node: Any, parents: Any) -> bool:
    """Say whether *node* is a text in two languages and not the name of one of them."""
    above = parents.get(node)
    return not (isinstance(above, cst.DictElement) and above.key is node)


def _takes_words(call: Any, place: int, parents: Any) -> bool:
    """Say whether the argument at *place* is a text for people."""
    function, argument = call.func, call.args[place]
    name = function.attr.value if isinstance(function, cst.Attribute) else getattr(function, "value", "")
    if argument.keyword is not None:
        return False
    if name == "__init__":  # of an error of ours: a text, or one in each language
        return "SealError" not in _where(call, parents) and not isinstance(argument.value, cst.Name)
    if isinstance(function, cst.Attribute) and name in LOGGED and getattr(function.value, "value", "") == "log":
        return place == 0
    return name in WORDED and place < (1 if name == "warn" else 2)


def _difference(before: str, after: str) -> str:
    """Return the lines that differ, as ``before → after``."""
    old, new = before.splitlines(), after.splitlines()
    start = next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return " → ".join(" ".join(line.strip() for line in lines[start : len(lines) - end]) for lines in (old, new))


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def modules(package: str) -> Iterable[Path]:
    """Return the modules of a package of ours."""
    return sorted((SOURCE / package).glob("*.py"))
