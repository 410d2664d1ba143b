"""Secrets in the source: compared in constant time, drawn from the system's random source, and long enough."""

from __future__ import annotations

import ast
import hmac
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from hardtack.login import devices, links, welcome
from hardtack.login import tokens as access_tokens
from hardtack.session import csrf
from hardtack.session.identity import ID_SIZE

SOURCE = Path(__file__).parents[2] / "src" / "hardtack"
ROOMS = ("seal", "session", "login", "store", "site")

SECRET = re.compile(r"secret|hash|digest|token|code|fingerprint|checksum|signature|challenge|pepper|password|mac$|tag$")

NOT_BY_A_VISITOR = {
    ("seal/followed.py", "found.written.pepper != before.written.pepper"): "the operator's own file, with itself",
    ("login/filters.py", "checksum(content[:body - CHECKSUM], CHECKSUM) != content[body - CHECKSUM:body]"): "a file",
    ("login/filters.py", "checksum(content, SHARD_CHECKSUM) != shard.checksum"): "a file",
    ("session/session.py", "form.encode_values(values) != before"): "the values of one's own session",
    ("site/outcomes.py", "status.code != MisdirectedRequest.status"): "a status",
    ("store/accounts.py", "account.c.password_hash == old"): "what we have read a moment ago, by the database",
    ("store/tokens.py", "access_token.c.hash == bindparam('wanted')"): "an index's look at the hash of 160 random bits",
    ("store/recovery_codes.py", "recovery_code.c.hash == bindparam('wanted')"): "the same, of 120 random bits",
    ("store/trusted.py", "trusted_device.c.hash == row.hash"): "what we have read a moment ago, by the database",
    ("store/tokens.py", "access_token.c.id == token_id"): "the number of a row",
}
"""Comparisons that the names above find and that tell nobody anything, with the reason."""


def last_name(node: ast.expr) -> str:
    """Return the name that a comparison's side goes by."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return last_name(inner)
        case _:
            return ""


def comparisons(source: str) -> Iterator[str]:
    """Yield every comparison for equality in *source* of which a side is called like a secret."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for operator, pair in zip(node.ops, pairwise(sides), strict=True):
                # A word in capitals is known to everybody who reads the source.
                constant = any(isinstance(side, ast.Constant) or last_name(side).isupper() for side in pair)
                named = any(SECRET.search(last_name(side).lower()) for side in pair)
                if isinstance(operator, ast.Eq | ast.NotEq) and named and not constant:
                    yield ast.unparse(node)


@pytest.mark.asvs("11.2.4")
def test_no_secret_is_compared_but_in_constant_time() -> None:
    """Every comparison of something called like a secret is ``hmac.compare_digest``, or stands above with a reason."""
    found = {
        (str(path.relative_to(SOURCE)), text)
        for room in ROOMS
        for path in (SOURCE / room).rglob("*.py")
        for text in comparisons(path.read_text())
    }
    assert set(NOT_BY_A_VISITOR) == found


def test_the_look_finds_what_it_should() -> None:
    """The control: a hash that is compared with ``==`` is found, and nothing else is."""
    source = "if row.code_hash == wanted or hmac.compare_digest(a, code) or tag == 3 or name == other: pass"
    assert ["row.code_hash == wanted"] == list(comparisons(source))


@pytest.mark.asvs("11.2.4")
@pytest.mark.parametrize("module", [csrf, links, welcome, access_tokens])
def test_what_a_visitor_shows_is_compared_by_compare_digest(module: ModuleType) -> None:
    """Form tokens, links, the first administrator's code and access tokens: where two values meet, it is asked."""
    tree = ast.parse(Path(str(module.__file__)).read_text())
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert "hmac.compare_digest" in calls
    assert module.hmac is hmac


def imports_of(path: Path) -> set[str]:
    """Return the modules that *path* imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.asvs("11.5.1")
def test_nothing_that_must_not_be_guessed_comes_from_a_generator_of_numbers() -> None:
    """``random`` spreads pauses over time, in two modules, and does nothing else; no UUID names anything."""
    modules = {str(path.relative_to(SOURCE)): imports_of(path) for path in SOURCE.rglob("*.py")}
    assert {"login/postman.py", "store/sqlite.py"} == {name for name, used in modules.items() if "random" in used}
    # Flask's sessions may hold UUIDs, which are read and written there as what they are.
    assert ["adapters/flask/serializer.py"] == [name for name, used in modules.items() if "uuid" in used]
    for name in ("login/postman.py", "store/sqlite.py"):
        drawn = re.findall(r"random\.(\w+)\(", (SOURCE / name).read_text())
        assert {"uniform"} == set(drawn), name


@pytest.mark.asvs("7.2.3", "11.5.1")
def test_every_id_and_code_has_128_random_bits_or_more() -> None:
    """Sessions and lineages, form tokens' visitors, known devices, the first administrator's code, access tokens."""
    sizes = [ID_SIZE, csrf.VISITOR_SIZE, welcome.CODE_BYTES, access_tokens.RANDOM_BYTES, len(devices.made(1, 0).id)]
    assert 16 <= min(sizes)
    drawn = {csrf.new_visitor() for _ in range(1000)}
    assert 1000 == len(drawn)
