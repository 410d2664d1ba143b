"""What must hold of a code block though nobody runs it: it can be read, and what of ours it names is there.

Each function takes a block's code and raises ``AssertionError``, or what the real reader of such code raises.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import jinja2
import yaml  # type: ignore[import-untyped]

from hardtack.site import Settings
from hardtack.site.routes import ROUTES
from tests.docs.code_blocks import ROOT
from tests.docs.commands import PROMPT, known, typed

OTHERS = frozenset(
    {
        *("curl", "podman", "systemctl", "systemd-sysusers", "systemd-run", "journalctl", "certbot", "nginx", "caddy"),
        *("traefik", "pg_dump", "pg_restore", "psql", "createdb", "gunicorn", "flask", "uvicorn", "waitress-serve"),
        *("cp", "mv", "mkdir", "chmod", "chown", "ls", "cd", "cat", "head", "zcat", "grep", "jq", "tail", "install"),
        *("export", "unset", "python", "python3", "pip", "make", "hardtack", "django-admin", "sudo", "useradd", "rm"),
        *("ln", "test", "sh", "apt-get", "rsync", "scp", "sha256sum", "git", "wc", "sort", "sleep", "runuser", "cut"),
    }
)
"""Programs that a page may tell somebody to run: whatever else stands behind a prompt is a slip of the pen."""


def simple(command: str) -> Iterator[list[str]]:
    """Yield the words of each program that a line starts, without variables before it and files behind it."""
    for part in re.split(r" (?:\||&&|;) (?=(?:[^']*'[^']*')*[^']*$)", command):
        words = shlex.split(re.sub(r" (?:[12]?>>?|<) \S+", "", part))
        while words and re.match(r"[A-Za-z_]+=", words[0]):
            words.pop(0)
        if words:
            yield words


@cache
def variables() -> frozenset[str]:
    """Return every variable of the environment that the package reads."""
    found = {f"HARDTACK_{name.upper()}" for name in Settings.__struct_fields__}
    for path in (ROOT / "src").rglob("*.py"):
        found |= set(re.findall(r"\bHARDTACK_[A-Z_]+\b", path.read_text("utf-8")))
    return frozenset(found)


def is_console(code: str) -> None:
    """Begin with a prompt; programs that may be meant, and of ours commands, options, variables, files, targets."""
    assert PROMPT.match(code), "a console block begins with what is typed, behind a prompt"
    assert set(re.findall(r"\bHARDTACK_[A-Z_]+\b", code)) <= variables()
    for command, _ in typed(code):
        for program, *words in simple(command):
            is_call(program, words)


def is_call(program: str, words: list[str]) -> None:
    """Be a program that there is, or one of ours with words that it knows."""
    if "/" in program and not program.startswith("/"):
        assert (ROOT / program).is_file(), program
        return
    name = Path(program).name
    assert name in OTHERS, f"{name} is a program that no page names so far: a slip, or one more for OTHERS"
    if name == "sudo":
        is_call(words[0], words[1:])
    elif name == "hardtack":
        known(words)
    elif name in ("python", "python3") and words[:2] in (["manage.py", "hardtack"], ["-m", "hardtack"]):
        known(words[2:])
    elif name in ("python", "python3") and words[0] == "-m":
        is_module(words[1], words[2:])
    elif name == "make":
        made = set(re.findall(r"^([a-z-]+|\$\(VENV\)/[.a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
        wanted = {word.replace(".venv/", "$(VENV)/") for word in words if "=" not in word}
        assert wanted <= made, words
    elif name == "pip":
        is_installed(words)
    elif name == "curl":
        is_asked(words)


def is_module(name: str, words: list[str]) -> None:
    """Be a module of ours with options that it or its neighbours read, or one of others."""
    assert find_spec(name), name
    if name.partition(".")[0] not in ("tests", "bench"):
        return
    folder = ROOT / Path(*name.split("."))
    folder = folder if folder.is_dir() else folder.parent
    read = "".join(path.read_text("utf-8") for path in [*folder.rglob("*.py"), ROOT / "tests" / "prove" / "stage.py"])
    for option in (word.partition("=")[0] for word in words if word.startswith("--")):
        # It is written where options are, or a field from which one is made.
        said = rf'"{option}"|^    {option[2:].replace("-", "_")}: '
        assert re.search(said, read, re.MULTILINE), (name, option)


def is_installed(words: list[str]) -> None:
    """Name extras and groups of ours, and files of requirements, that there are."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for word in words:
        if match := re.match(r"(?:hardtack|\.)\[([a-z,]+)\]", word):
            assert set(match[1].split(",")) <= set(project["project"]["optional-dependencies"]), word
    given = dict(zip(words, [*words[1:], ""], strict=True))
    assert given.get("--group", "test") in project["dependency-groups"], words
    assert (ROOT / given.get("-r", "pyproject.toml")).is_file(), words


PLACES = re.compile(r"https://id\.example\.org(/[^?#'\"]*)")


def is_asked(words: list[str]) -> None:
    """Ask for addresses of ours that there are, with content that is what it says."""
    given = dict(zip(words, [*words[1:], ""], strict=True))
    if content := given.get("--json"):
        json.loads(content)
    for word in words:
        if match := PLACES.match(word):
            assert match[1] in ROUTES, word
            method = given.get("-X") or ("POST" if "--json" in given or "-d" in given else "GET")
            assert method in ROUTES[match[1]].allow, (method, word)


def is_python(code: str) -> None:
    """Be Python, as it is typed into a shell that can wait."""
    compile(code, "block", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def imports_what_there_is(code: str) -> None:
    """Import nothing of ours that there is not; what runs shows that by itself."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "hardtack":
            module = importlib.import_module(node.module or "")
            for each in node.names:
                assert hasattr(module, each.name) or find_spec(f"{node.module}.{each.name}"), (node.module, each.name)


def is_session(code: str) -> None:
    """Be what somebody types into Python."""
    examples = doctest.DocTestParser().get_examples(code)
    assert examples
    for each in examples:
        is_python(each.source)


def is_toml(code: str) -> None:
    """Be TOML; whether there are such settings is seen where they are taken."""
    tomllib.loads(code)


def is_html(code: str) -> None:
    """Be a template."""
    jinja2.Environment(autoescape=True).parse(code)


def is_xml(code: str) -> None:
    """Be well-formed."""
    ET.fromstring(code)  # noqa: S314 - it is our own page


def is_yaml(code: str) -> None:
    """Hold something."""
    assert yaml.safe_load(code)


def is_nginx(code: str) -> None:
    """Be balanced; what nginx says of it is asked elsewhere."""
    assert code.count("{") == code.count("}")


def is_javascript(_code: str) -> None:
    """Need Node, which reads it elsewhere."""
    assert shutil.which("node")


def is_text(code: str) -> None:
    """Be nothing that somebody types."""
    assert not code.startswith("$ ")


SHAPES: dict[str, Callable[[str], None]] = {
    "console": is_console,
    "python": is_python,
    "pycon": is_session,
    "toml": is_toml,
    "html": is_html,
    "xml": is_xml,
    "yaml": is_yaml,
    "nginx": is_nginx,
    "javascript": is_javascript,
    "text": is_text,
    "sql": is_text,
    "postgresql": is_text,
}
"""What must hold of a block, by its kind: no page has another kind."""
