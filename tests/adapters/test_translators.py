"""Adapters translate: no status, no limit and no rule about a header field is written in them, and none is long.

What is looked for is said below, and looked for on the syntax tree. Each exception is listed with its reason; the lists
are exactly what is needed, so that nothing stays allowed that is gone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import hardtack

FOLDER = Path(hardtack.__file__).parent / "adapters"
FILES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.py"))
MOST_LINES = 300

NUMBERS = {
    ("asgi/status.py", "REMEMBERED"): "memory: heads beyond it are judged by the rules each time",
    ("asgi/status.py", "_NAME, _AROUND"): "memory: a head with longer names is judged by the rules",
    ("django/caches.py", "MAX_KEPT"): "memory: what is beyond it is decided again",
    ("django/settings.py", "_MAX_KEPT"): "memory: what is beyond it is made again",
    ("django/session.py", "maxsize=64"): "memory: what is beyond it is made again",
    ("flask/parts.py", "MAX_KEPT"): "memory: what is beyond it is made again",
    ("flask/serializer.py", "_MIN_INTEGER, _MAX_INTEGER"): "what an integer of msgpack can be",
    ("starlette/session.py", "_MAX_AGE"): "keeps the deadline within what the seal can say",
    ("starlette/session.py", "_MAX_KEPT"): "memory: what is beyond it is made again",
    ("starlette/session.py", "max_age=14 * 24 * 60 * 60"): "Starlette's own default, which a drop-in keeps",
    ("wsgi/pieces.py", "_PIECE"): "how much of a file is read at once",
}
"""Numbers that stay: by the file, and the constant, the parameter or the number itself."""

CARRIED = {"cookie", "set-cookie", "host", "content-type", "content-length"}
"""Fields that the interfaces themselves are about, and that adapters carry from one side to the other."""

FIELDS = {
    ("django/carried.py", "expires"): "an attribute of a cookie, as Django's own object calls it",
    ("site_answering.py", "connection"): "of the site's page it keeps how an error ends the connection",
    ("asgi/translate.py", "connection"): "HTTP/2 and later have no such field",
    ("starlette/testing.py", "origin"): "what a browser says, and so a test's client",
}
"""Other fields that are named: by the file and the name."""

VALUES = {
    ("django/carried.py", "max-age"): "an attribute of a cookie, as Django's own object calls it",
    ("django/testing.py", "same-origin"): "what a browser says, and so a test's client",
    ("flask/parts.py", "expires="): "where Werkzeug's own text is cut in two",
    ("flask/parts.py", "expires=@"): "where Werkzeug's own text is cut in two",
    ("flask/testing.py", "same-origin"): "what a browser says, and so a test's client",
    ("starlette/session.py", "expires=thu, 01 jan 1970 00:00:00 gmt; "): "Starlette's own text, which a drop-in keeps",
    ("starlette/session.py", "httponly; samesite="): "Starlette's own text, which a drop-in keeps",
    ("starlette/session.py", "max-age="): "Starlette's own text, which a drop-in keeps",
}
"""Texts that say what a rule says: by the file and the text."""

_NAMES = {
    *("accept-ranges", "age", "allow", "cache-control", "cdn-cache-control", "clear-site-data", "connection"),
    *("content-disposition", "content-encoding", "content-language", "content-length", "content-location"),
    *("content-range", "content-security-policy", "content-type", "cookie", "date", "etag", "expect", "expires"),
    *("forwarded", "host", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"),
    *("keep-alive", "last-modified", "location", "origin", "permissions-policy", "pragma", "range", "referer"),
    *("referrer-policy", "retry-after", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "server", "set-cookie"),
    *("strict-transport-security", "te", "trailer", "transfer-encoding", "upgrade", "vary", "via", "www-authenticate"),
    *("x-content-type-options", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-frame-options"),
}
_VALUE = re.compile(
    r"\b(no-store|no-cache|no-referrer|strict-origin|must-revalidate|s-maxage|max-age|nosniff|samesite|httponly|sameorigin"
    r"|same-origin|chunked|text/event-stream|expires)\b|\A(private|public|deny)\Z",
    re.IGNORECASE,
)


def limits(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield the limits in a file: how each is called, and where it stands.

    A limit is a number other than 0, 1 and 2 that something is compared with, that a constant is made of, that a
    parameter has as its default, or that is given for a parameter by its name.
    """
    for node in ast.walk(tree):
        found: list[tuple[str, ast.expr | None]] = []
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            if names and all(name.isupper() for name in names):
                found = [(", ".join(names), node.value)]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            plain = [*node.args.posonlyargs, *node.args.args]
            given = zip(plain[len(plain) - len(node.args.defaults) :], node.args.defaults, strict=True)
            named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            found = [
                (f"{argument.arg}={ast.unparse(default)}", default) for argument, default in (*given, *named) if default
            ]
        elif isinstance(node, ast.keyword):
            found = [(f"{node.arg}={ast.unparse(node.value)}", node.value)]
        elif isinstance(node, ast.Compare):
            found = [(ast.unparse(side), side) for side in (node.left, *node.comparators)]
        yield from ((name, value) for name, value in found if value is not None and _is_number(value))


def _is_number(node: ast.expr) -> bool:
    """Say whether *node* is a number that is no mere structure, or made of one."""
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float) and node.value not in (0, 1, 2)
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) or _is_number(node.right)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(map(_is_number, node.elts))
    return isinstance(node, ast.UnaryOp) and _is_number(node.operand)


def numbers(tree: ast.Module) -> list[str]:
    """Return the limits in a file, and the statuses: any other number from 100 to 599, wherever it stands."""
    found = list(limits(tree))
    inside = {id(each) for _, value in found for each in ast.walk(value)}
    statuses = [
        str(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and type(node.value) is int
        and 100 <= node.value <= 599
        and id(node) not in inside
    ]
    return [*(name for name, _ in found), *statuses]


def texts(tree: ast.Module) -> list[str]:
    """Return the texts in a file, but for what is said to people: docstrings, and what an error or the log says."""
    said = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            said.add(id(node.value))
        elif isinstance(node, ast.Call) and re.search(r"(Error|\b_?log\.\w+|warn)\Z", ast.unparse(node.func)):
            said |= {id(each) for each in ast.walk(node)}
    values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said)
    return [
        value.decode("latin-1") if isinstance(value, bytes) else value
        for value in values
        if isinstance(value, str | bytes)
    ]


def tree_of(file: str) -> ast.Module:
    """Return the syntax tree of a file of the adapters."""
    return ast.parse((FOLDER / file).read_text("utf-8"))


@pytest.mark.parametrize("file", FILES)
def test_no_adapter_is_long(file: str) -> None:
    """An adapter that grows has begun to decide something."""
    assert len((FOLDER / file).read_text("utf-8").splitlines()) <= MOST_LINES


def test_no_status_and_no_limit_is_written_in_an_adapter() -> None:
    """They are in the rooms whose matter they are, where one table is tested for all hosts."""
    assert {(file, name) for file in FILES for name in numbers(tree_of(file))} == set(NUMBERS)


def test_no_rule_about_a_field_is_written_in_an_adapter() -> None:
    """Which fields an answer needs, and what is in them, is said once for all hosts."""
    found = {(file, text.lower()) for file in FILES for text in texts(tree_of(file))}
    assert {(file, text) for file, text in found if text in _NAMES - CARRIED} == set(FIELDS)
    assert {(file, text) for file, text in found if text not in _NAMES and _VALUE.search(text)} == set(VALUES)


def test_every_exception_has_its_reason() -> None:
    """In a few words."""
    assert [] == [key for table in (NUMBERS, FIELDS, VALUES) for key, reason in table.items() if not reason]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("if status == 404: pass", ["404"]),
        ("Response(303)", ["303"]),
        ("RETRY = {503: 5}", ["503"]),
        ("MOST = 8 * 1024", ["MOST"]),
        ("def page(waiting=16): pass", ["waiting=16"]),
        ("def page(*, waiting: float = 0.5): pass", ["waiting=0.5"]),
        ("Limits(max_body=1000)", ["max_body=1000"]),
        ("if len(found) > 20: pass", ["20"]),
        ("status = NotFound.status; first = key[5:]; half = size // 2", []),
    ],
)
def test_it_finds_statuses_and_limits(code: str, found: list[str]) -> None:
    """However they are written."""
    assert numbers(ast.parse(code)) == found


@pytest.mark.parametrize(
    "text", ["private", "max-age=60", "private, no-cache", "; HttpOnly; SameSite=Lax", "nosniff", "text/event-stream"]
)
def test_it_finds_what_a_field_says(text: str) -> None:
    """As a whole text or in the middle of one."""
    assert [each for each in texts(ast.parse(f"headers.add('X', {text!r})")) if _VALUE.search(each)] == [text]
