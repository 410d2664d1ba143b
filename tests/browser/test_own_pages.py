"""An application with templates, texts and a style of its own around the sign-in, as a person sees it in a browser."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.wsgi import Hardtack
from hardtack.seal import Keyring

NAME = "anna.li"
PASSWORD = "correct horse battery 订书机"
STYLE = "body { background: rgb(1, 2, 3) !important } .crew { color: rgb(4, 5, 6) }"
MARK = '<svg xmlns="http://www.w3.org/2000/svg" width="17" height="17"><circle r="8" cx="8" cy="8"/></svg>'
TEMPLATES = {
    "shell.html": """{% extends "hardtack/shell.html" %}
{% block head %}<link rel="stylesheet" href="/static/shop.css">{% endblock %}
{% block mark %}<img src="/static/mark.svg" alt="">{% endblock %}
{% block footer %}<p class="crew">{{ brand }}</p>{% endblock %}""",
    "sign_in.html": """{% extends "hardtack/sign_in.html" %}
{% block main %}{{ super() }}<p class="desk">{{ "柜台" if language == "zh" else "desk" }}</p>{% endblock %}""",
    "account.html": "{{ nosuch }}",
}
TEXTS = {
    "en": {"site.brand": "Ship's <Stores>", "confirm.title": "Is it still you?"},
    "zh": {"site.brand": "船上商店", "confirm.title": "还是您吗？"},
}


class Server(ThreadingMixIn, WSGIServer):
    """The standard library's, with a thread for each request."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


class Shop:
    """An application with a page for everybody, one for whoever is signed in, and one for who signed in just now."""

    def __init__(self, folder: Path) -> None:
        for name, text in TEMPLATES.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.ahead = 0.0
        self.sign_in = SignIn(
            application="shop",
            keyring=Keyring.generate(),
            data=str(folder / "data"),
            templates=folder,
            texts=TEXTS,
            home="/",
            clock=lambda: time.time() + self.ahead,
        )
        self.sign_in.accounts.add(NAME, PASSWORD, now=int(time.time()))
        self.server = make_server("127.0.0.1", 0, Hardtack(self.answer, session=self.sign_in), Server, Quiet)
        self.url = f"http://localhost:{self.server.server_port}"

    def answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Answer one request (PEP 3333)."""
        path, visit = environ["PATH_INFO"], environ["hardtack.visit"]
        kind, text = "text/html; charset=utf-8", "<h1>shop</h1>"
        if path == "/static/shop.css":
            kind, text = "text/css", STYLE
        elif path == "/static/mark.svg":
            kind, text = "image/svg+xml", MARK
        elif path == "/cart":
            text = f"<h1>cart of {visit.require().name}</h1>"
            visit.session["cart"] = [1]
        elif path == "/pay":
            text = f"<h1>{visit.require_recent().name} pays</h1>"
        start_response("200 OK", [("Content-Type", kind)])
        return [text.encode()]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return the application, listening."""
    made = Shop(tmp_path)
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()
    made.sign_in.close()


def enter(page: Page) -> None:
    """Fill in the form that asks for name and password."""
    page.locator("main input[name=username]").fill(NAME)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form:has(input[name=password]) button[type=submit]").click()


def test_the_pages_look_and_speak_as_the_application_does(shop: Shop, person: BrowserContext) -> None:
    """Its style sheet, mark and words are there, and the browser has nothing to complain of."""
    page = person.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{shop.url}/cart")
    assert f"{shop.url}/auth/sign-in?next=/cart" == page.url
    assert "Sign in · Ship's <Stores>" == page.title()
    assert "Ship's <Stores>" == page.locator(".brand").inner_text().strip()
    assert "desk" == page.locator(".desk").inner_text()
    assert "rgb(1, 2, 3)" == page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert "rgb(4, 5, 6)" == page.evaluate("getComputedStyle(document.querySelector('.crew')).color")
    assert page.evaluate("document.querySelector('.brand img').naturalWidth") == 17
    page.locator(".brand").click()
    assert f"{shop.url}/" == page.url
    assert [] == complaints


def test_a_person_who_reads_chinese_sees_the_other_words(shop: Shop, browser: Browser) -> None:
    """The texts of both languages are the application's."""
    context = browser.new_context(locale="zh-CN")
    try:
        page = context.new_page()
        page.goto(f"{shop.url}/auth/sign-in")
        assert "登录 · 船上商店" == page.title()
        assert "柜台" == page.locator(".desk").inner_text()
        page.locator("a[hreflang]").click()
        assert "Sign in · Ship's <Stores>" == page.title()
    finally:
        context.close()


def test_signing_in_confirming_and_out_all_lead_back_into_the_application(shop: Shop, person: BrowserContext) -> None:
    """The whole way: the cart, a payment an hour later, and no sign-in left after the sign-out."""
    page = person.new_page()
    page.goto(f"{shop.url}/cart")
    enter(page)
    page.wait_for_url(f"{shop.url}/cart")
    page.goto(f"{shop.url}/pay")
    assert f"{NAME} pays" == page.locator("h1").inner_text()
    shop.ahead = 3600
    page.goto(f"{shop.url}/pay")
    assert f"{shop.url}/auth/account/confirm?next=/pay" == page.url
    assert "Is it still you?" == page.locator("h1").inner_text()
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(f"{shop.url}/pay")
    assert f"{NAME} pays" == page.locator("h1").inner_text()
    assert 3 == len(person.cookies())
    page.goto(f"{shop.url}/auth/sign-in")
    page.locator("main form[action$='/sign-out'] button").click()
    page.wait_for_url(f"{shop.url}/")
    # What is left gives no right: this browser is known, whatever strangers do meanwhile.
    assert ["hardtack-known"] == [cookie["name"].rpartition("-")[0] for cookie in person.cookies()]


@pytest.mark.parametrize(
    ("locale", "words"), [("en-GB", "Something went wrong on our side"), ("zh-CN", "问题出在我们这边")]
)
def test_a_template_that_fails_gives_a_page_that_a_person_can_read(
    shop: Shop, browser: Browser, locale: str, words: str
) -> None:
    """In the application's frame, with a number, and signed in as before."""
    context = browser.new_context(locale=locale)
    try:
        page = context.new_page()
        page.goto(f"{shop.url}/auth/sign-in")
        enter(page)
        page.wait_for_url(f"{shop.url}/")
        page.goto(f"{shop.url}/auth/account")
        assert words in page.locator("main").inner_text()
        assert re.search(r"[0-9a-f]{12}", page.locator("main").inner_text())
        assert "rgb(1, 2, 3)" == page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.goto(f"{shop.url}/cart")
        assert f"cart of {NAME}" == page.locator("h1").inner_text()
    finally:
        context.close()
