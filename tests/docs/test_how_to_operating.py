"""The recipes for whoever runs a service or moves to it: what they tell somebody to type does what they say.

Each page is gone through from top to bottom in a folder with a key, a database and two people. A block after a line
``<!-- not run: why -->`` is read and not run; of its lines, those of ``hardtack`` must still be ones that it knows.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import subprocess
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from hardtack.cli.commands import run
from hardtack.site import Settings
from hardtack.site.metrics import TABLE
from tests import forked
from tests.docs.commands import carry_out, known, typed, words
from tests.docs.test_documents import DOCS, shape
from tests.mail_server import make_certificates

NAMES = (
    "rotate-keys",
    "stolen-key",
    "sign-everybody-out",
    "move-from-flask-login",
    "move-from-flask-session",
    "move-from-flask-security",
    "move-from-django-allauth",
    "move-from-fastapi-users",
    "move-from-starlette",
    "systemd-and-nginx",
    "send-mail",
    "invite-people",
    "demand-second-factor",
    "sqlite-to-postgresql",
    "backup-and-restore",
    "watch-it",
    "robots-and-floods",
    "script-token",
)
BLOCK = re.compile(r"(<!-- not run: [^\n]+ -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block of a page."""

    runs: bool
    kind: str
    text: str


def page(name: str, language: str = "en") -> str:
    """Return the text of a recipe."""
    return (DOCS / language / "how-to" / f"{name}.md").read_text("utf-8")


def blocks(name: str, language: str = "en") -> list[Block]:
    """Return the blocks of a recipe, in their order."""
    return [Block(not mark, kind, text) for mark, kind, text in BLOCK.findall(page(name, language))]


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_show_the_same_code_under_the_same_headings(name: str) -> None:
    """Only the words around it differ; no page is longer than a way through."""
    english, chinese = (DOCS / language / "how-to" / f"{name}.md" for language in ("en", "zh"))
    assert shape(english) == shape(chinese)
    assert blocks(name) == blocks(name, "zh")
    assert re.match(r"# How to ", page(name))
    assert re.match(r"# 如何", page(name, "zh"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_that_they_lead_to_is_there(language: str) -> None:
    """With the section."""
    for name in NAMES:
        for target in re.findall(r"\]\(([^):]+)\)", page(name, language)):
            file, _, section = target.partition("#")
            there = DOCS / language / "how-to" / file if file else DOCS / language / "how-to" / f"{name}.md"
            heads = [
                re.sub(r"[^\w\s-]", "", head.lower()).replace(" ", "-")
                for head in re.findall(r"^#+ (.+)", there.read_text("utf-8"), re.MULTILINE)
            ]
            assert not section or section in heads, (name, target)


ONE_AFTER_THE_OTHER = """
import doctest, json, logging, pathlib, sys, warnings
warnings.simplefilter("error")
logging.getLogger("hardtack").addHandler(logging.NullHandler())
for kind, text in json.loads(pathlib.Path("blocks.json").read_text("utf-8")):
    if kind == "python":
        exec(compile(text, "block", "exec"), {"__name__": "__main__"})
        continue
    test = doctest.DocTestParser().get_doctest(text, {}, "page", "page.md", 0)
    tried = doctest.DocTestRunner(verbose=False).run(test, out=sys.stderr.write, clear_globs=False)
    assert tried.attempted and not tried.failed
"""
LOADED = forked.Parent("hardtack.adapters.flask.testing", "hardtack.adapters.fastapi", "starlette.testclient", "django")


def carry_out_python(place: Path, parts: list[Block]) -> None:
    """Run blocks in a process of its own, with warnings as errors; one that begins with ``# NAME.py`` is that file."""
    for part in parts:
        if named := re.match(r"# (\w+\.py)\n", part.text):
            (place / named[1]).write_text(part.text, "utf-8")
    (place / "blocks.json").write_text(json.dumps([(part.kind, part.text) for part in parts]), "utf-8")
    done = LOADED.run(["-c", ONE_AFTER_THE_OTHER], folder=place)
    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize("name", NAMES)
def test_the_recipe_works_from_its_first_line_to_its_last(name: str, folder: Path) -> None:
    """Commands say what the page shows, code runs, files are settings."""
    ids: dict[str, str] = {}
    parts = blocks(name)
    for block in parts:
        match block.kind:
            case "console":
                for command, shown in typed(block.text):
                    if arguments := words(command):
                        known(arguments)
                    if block.runs:
                        carry_out(command, shown, ids)
            case "toml":
                path = folder / "hardtack-data" / "hardtack.toml"
                path.write_text(block.text, "utf-8")
                Settings.load(path, {})
            case "nginx":
                accepted_by_nginx(folder, block.text)
            case kind:
                assert kind in ("yaml", "python", "pycon")
    if code := [block for block in parts if block.runs and block.kind in ("python", "pycon")]:
        (folder / "hardtack-data" / "hardtack.toml").unlink(missing_ok=True)  # an application is told by keywords
        carry_out_python(folder, code)


def accepted_by_nginx(place: Path, text: str) -> None:
    """Let the real nginx read a configuration; a certificate and sockets of the test stand in for those it names."""
    executable = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert executable, "this test needs a real proxy: apt-get install nginx-light (Debian)"
    pem = str(shutil.copy(make_certificates(place, host="id.example.org").server, place / "tls.pem"))
    text = re.sub(r"/etc/letsencrypt\S+\.pem", pem, text)
    text = re.sub(r"listen (?:127\.0\.0\.1:)?(\d+)", lambda match: f"listen unix:{place}/{match[1]}", text)
    (place / "nginx.conf").write_text(f"""
        pid {place}/pid; error_log {place}/error.log; events {{}}
        http {{
            access_log off; client_body_temp_path {place}/b; proxy_temp_path {place}/p;
            fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
            {text}
        }}
    """)
    command = [executable, "-t", "-e", str(place / "error.log"), "-c", str(place / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_shown_is_compared(folder: Path) -> None:
    """A word of a command's answer that the page has wrong is found; so is an option that there is not."""
    carry_out("hardtack keys list", "2cf96f3a  active  2026-11-30T12:10:23Z\n", {})
    with pytest.raises(AssertionError):
        carry_out("hardtack keys list", "2cf96f3a  opening  2026-11-30T12:10:23Z\n", {})
    with pytest.raises(click.UsageError):
        known(["keys", "rotate", "--sideways"])


MESSAGES = (
    ("accounts roles eve editor", "there is no account 'eve'"),
    ("accounts roles ada Big_Role", "a role is one word of small letters a to z, digits and hyphens"),
    (
        "database copy postgresql://hardtack@db.example.net/hardtack",
        "the database's URL does not say how the way to another machine is protected",
    ),
    ("mail test you@example.org --mail smtps://u:p@h.example", "a password in the URL would be read by everybody"),
    ("mail test you@example.org --mail smtps://u@h.example", "variable HARDTACK_MAIL_PASSWORD is not set"),
    ("mail test you@example.org --mail smtp+plain://localhost:1", "nobody answers there"),
)


@pytest.mark.parametrize(("line", "message"), MESSAGES)
def test_what_can_go_wrong_is_said_in_the_words_of_the_pages(line: str, message: str, folder: Path) -> None:
    """By the command, and by a page in both languages."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        status = run(shlex.split(line))
    assert (1, True) == (status, message in said.getvalue()), said.getvalue()
    assert [] == [each for each in ("en", "zh") if not any(message in page(name, each) for name in NAMES)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_sentences_name_is_there(language: str) -> None:
    """Commands with their options, and counts of the service."""
    counts = {each.name + ("_total" if each.kind == "counter" else "") for each in TABLE}
    for name in NAMES:
        text = page(name, language)
        assert set(re.findall(r"\bhardtack_[a-z_]+", text)) <= counts
        for line in re.findall(r"`hardtack ([a-z][^`]*)`", BLOCK.sub("", text)):
            with suppress(click.MissingParameter, click.BadOptionUsage):  # a sentence leaves out what is yours
                known(shlex.split(line.replace("NAME", "ada")))
