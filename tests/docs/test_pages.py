"""What the page about our pages shows is so: its application runs, its templates work, and it leaves nothing out."""

from __future__ import annotations

import io
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, meta

import hardtack.site
from hardtack.seal import keyfile
from hardtack.site.routes import ROUTES
from tests.docs.test_documents import DOCS, blocks

TEMPLATES = Path(hardtack.site.__file__).parent / "templates"
LANGUAGES = ["en", "zh"]


def page(language: str) -> str:
    """Return the page."""
    return (DOCS / language / "pages.md").read_text(encoding="utf-8")


@pytest.fixture(params=LANGUAGES)
def shown(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Run what the page shows in a folder of its own; return its application."""
    monkeypatch.chdir(tmp_path)
    keyfile.create(tmp_path / "shop.key")
    templates = re.findall(r"^`(shop-pages/\w+\.html)`.*?^```html\n(.*?)^```$", page(request.param), re.M | re.S)
    assert ["shop-pages/shell.html", "shop-pages/sign_in.html"] == [name for name, _ in templates]
    (tmp_path / "shop-pages").mkdir()
    for name, text in templates:
        (tmp_path / name).write_text(text, encoding="utf-8")
    (code,) = blocks(DOCS / request.param / "pages.md", "python")
    (tmp_path / "shop.py").write_text(code, encoding="utf-8")
    shop = runpy.run_path("shop.py")
    yield shop["app"]
    shop["sign_in"].close()


def get(app: Any, path: str, language: str = "en", **fields: str) -> tuple[str, dict[str, str], str]:
    """Ask the application for a page as a browser does."""
    answer: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost:8000",
        "HTTP_ACCEPT": "text/html",
        "HTTP_ACCEPT_LANGUAGE": language,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        **fields,
    }
    body = app(environ, lambda status, headers, *_: answer.extend((status, dict(headers))))
    text = b"".join(body).decode()
    return answer[0], answer[1], text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Ship&#39;s Stores", "Come aboard.", "Ask at the desk."]),
        ("zh", ["船上商店", "请登船。", "请到柜台询问。"]),
    ],
)
def test_its_application_shows_its_templates_and_texts(shown: Any, language: str, words: list[str]) -> None:
    """On the sign-in page, to which whoever is signed out is led, and around every error."""
    status, headers, _ = get(shown, "/cart", language)
    assert ("303 See Other", "/auth/sign-in?next=/cart") == (status, headers["Location"])
    _, _, signing_in = get(shown, "/auth/sign-in", language)
    assert [] == [word for word in [*words, "/static/shop.css", "est. 1843", "csrf_token"] if word not in signing_in]
    status, _, error = get(shown, "/auth/sign-out", language)
    assert "405" in status
    assert "/static/shop.css" in error
    assert 'href="/"' in error


def test_a_script_is_told_what_the_page_shows(shown: Any) -> None:
    """But for the name of what is missing."""
    status, headers, _ = get(shown, "/cart", HTTP_ACCEPT="application/json")
    assert "401" in status
    assert 'Session realm="hardtack", sign-in="/auth/sign-in"' == headers["WWW-Authenticate"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_every_template_and_what_each_is_given(language: str) -> None:
    """Whoever writes one of their own finds every name in it."""
    text = page(language)
    rows = dict(re.findall(r"^\| (`\w+\.html`.*?) \| (.*) \|$", text, re.M))
    common = set(re.findall(r"`(\w+)[`(]", text.partition(next(iter(rows)))[0]))
    macros = set(re.findall(r"`(\w+)`", list(rows.values())[-1]))
    templates = sorted(path.name for path in TEMPLATES.glob("*.html"))
    assert templates == sorted(re.findall(r"\w+\.html", " ".join(rows)))
    for name in templates:
        (row,) = [row for names, row in rows.items() if f"`{name}`" in names]
        source = (TEMPLATES / name).read_text(encoding="utf-8")
        given = meta.find_undeclared_variables(Environment(autoescape=True).parse(source))
        made = set(re.findall(r"{%-? (?:macro|set) (\w+)", source))
        assert set() == given - common - macros - made - set(re.findall(r"`(\w+)[`(]", row)) - {"self"}, name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [path for path in ROUTES if not path.startswith("/assets") and path != "/"])
def test_it_names_every_address(path: str, language: str) -> None:
    """Below the prefix."""
    assert f"`{path}`" in page(language)


def test_both_languages_show_the_same_code() -> None:
    """Neither is behind the other."""
    for kind in ("python", "html", "console"):
        assert blocks(DOCS / "en" / "pages.md", kind) == blocks(DOCS / "zh" / "pages.md", kind)


@pytest.mark.parametrize("block", ["head", "mark", "main", "footer"])
def test_our_frame_has_the_blocks_that_are_named(block: str) -> None:
    """They are what an author fills."""
    assert f"{{% block {block} %}}" in (TEMPLATES / "shell.html").read_text(encoding="utf-8")
