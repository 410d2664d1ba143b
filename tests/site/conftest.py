"""What the tests of the pages share: a site with real accounts, a clock to move, and a browser that keeps cookies."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from hardtack.login import Account, Accounts, Argon2id, HashingPool
from hardtack.message import Headers, Request, Response
from hardtack.seal import Keyring
from hardtack.session import CookiePolicy, Sessions
from hardtack.site import Settings, Site
from hardtack.site.metrics import UNCOUNTED, Counts
from tests import empty, postgres

FORM = "application/x-www-form-urlencoded"
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HOST = "localhost:8000"
NAME = "anna.li"
PASSWORD = "a long walk 到海边"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        """Return Unix seconds."""
        return self.now


@dataclass
class World:
    """A site and everything behind it."""

    site: Site
    accounts: Accounts
    sessions: Sessions
    keyring: Keyring
    settings: Settings
    clock: Clock

    def browser(self, **options: Any) -> Browser:
        """Return a new browser of somebody."""
        return Browser(self.site, **options)

    def member(self, name: str = NAME, *, administrator: bool = False) -> Account:
        """Make an account with ``PASSWORD``."""
        return self.accounts.add(name, PASSWORD, administrator=administrator, now=int(self.clock.now))


class Page(HTMLParser):
    """The forms, links and headings of an HTML page, and whether its elements are closed."""

    VOID = frozenset({"meta", "link", "img", "input", "br", "rect", "circle"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: dict[str, str] = {}
        self.forms: list[dict[str, str]] = []
        self.actions: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element; its attributes may not come twice."""
        assert len(attrs) == len(dict(attrs)), (tag, attrs)
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "form":
            self.forms.append({})
            self.actions.append(attributes["action"] or "")
        elif tag == "input" and (attributes["type"] != "checkbox" or "checked" in attributes):
            self.forms[-1][attributes["name"] or ""] = attributes.get("value") or ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself, as SVG's do."""
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close an element; only the last one opened may be."""
        assert tag == self.open.pop(), (tag, self.text)

    def handle_data(self, data: str) -> None:
        """Keep the words of each kind of element."""
        if self.open and data.strip():
            self.words[self.open[-1]] = self.words.get(self.open[-1], "") + data.strip()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element *tag*."""
        return [attributes for name, attributes in self.elements if name == tag]

    def form(self, action: str) -> dict[str, str]:
        """Return the fields of the last form that goes to *action*."""
        return next(
            dict(fields) for at, fields in reversed(list(zip(self.actions, self.forms, strict=True))) if at == action
        )


@dataclass
class Browser:
    """Somebody's browser: sends what browsers send, and keeps cookies as they do."""

    site: Site
    language: str = "en"
    host: str = HOST
    scheme: str = "http"
    client: str = "203.0.113.7"
    accept: str = HTML
    cookies: dict[str, str] = field(default_factory=dict)
    fetch_metadata: bool = True

    def ask(
        self,
        method: str,
        address: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
    ) -> Response:
        """Send one request and keep the cookies of its answer; a header that is ``None`` is left out."""
        path, _, query = address.partition("?")
        fields: dict[str, str | None] = {
            "host": self.host,
            "accept": self.accept,
            "accept-language": {"en": "en-GB,en;q=0.8", "zh": "zh-CN,zh;q=0.9,en;q=0.5"}[self.language],
        }
        if self.cookies:
            fields["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.fetch_metadata:
            fields |= {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
        fields |= headers or {}
        response = self.site.answer(
            Request(
                method=method,
                path=path,
                query=query,
                headers=Headers((name, value) for name, value in fields.items() if value is not None),
                body=body,
                scheme=self.scheme,
                host=self.host,
                client=self.client,
            )
        )
        self.keep(response)
        return response

    def keep(self, response: Response) -> None:
        """Keep or delete cookies, as RFC 6265bis §5.7 says."""
        names = [value.partition("=")[0] for value in set_cookies(response)]
        assert len(names) == len(set(names)), "one Set-Cookie per name"
        for value in set_cookies(response):
            pair, *attributes = value.split("; ")
            name, _, content = pair.partition("=")
            if any(part.startswith("Expires=Thu, 01 Jan 1970") for part in attributes):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = content

    def get(self, address: str, **headers: str | None) -> Response:
        """Go to a page."""
        return self.ask("GET", address, headers=dashed(headers))

    def post(self, address: str, fields: Mapping[str, str] | bytes, **headers: str | None) -> Response:
        """Send a form as it is."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        return self.ask("POST", address, body=body, headers={"content-type": FORM, **dashed(headers)})

    def submit(self, address: str, *, action: str = "", **fields: str) -> Response:
        """Go to a page, fill in its form and send it, hidden fields and all."""
        page = Page(self.get(address).body.decode())
        action = action or address.partition("?")[0]
        return self.post(action, {**page.form(action), **fields})

    def json(self, method: str, address: str, value: Any = None, **headers: str | None) -> Response:
        """Ask as a script on our own origin does."""
        fields: dict[str, str | None] = {"accept": "application/json"}
        if self.fetch_metadata:
            fields["sec-fetch-mode"] = "cors"
        if value is not None:
            fields["content-type"] = "application/json"
        body = b"" if value is None else json.dumps(value).encode()
        return self.ask(method, address, body=body, headers={**fields, **dashed(headers)})

    def sign_in(self, name: str = NAME, password: str = PASSWORD, address: str = "/sign-in") -> Response:
        """Sign in by the form."""
        return self.submit(address, username=name, password=password)

    @property
    def identity(self) -> str:
        """The name of the identity cookie."""
        return "__Host-hardtack" if self.scheme == "https" else "hardtack-8000"

    @property
    def known(self) -> str:
        """The name of the cookie by which the browser is known; it stays when nobody is signed in."""
        return "__Host-hardtack-known" if self.scheme == "https" else "hardtack-known-8000"


def dashed(headers: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return *headers* with hyphens, since Python's keywords have none."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def set_cookies(response: Response) -> list[str]:
    """Return the Set-Cookie values of *response*."""
    return [value for name, value in response.headers if name.lower() == "set-cookie"]


MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def hashing() -> Iterator[HashingPool]:
    """Return a pool that hashes cheaply; what it costs is the login room's test."""
    pool = HashingPool(Argon2id(memory=8, passes=1, lanes=1), threads=1)
    yield pool
    pool.close()


@contextmanager
def worlds(folder: Path, hashing: HashingPool) -> Iterator[MakeWorld]:
    """Yield a function that makes a site with settings of the test's choice, whose files are in *folder*.

    With ``HARDTACK_TEST_ENGINES=both`` its database is PostgreSQL's; SQLite's it is in every other run.
    """
    opened: list[Accounts] = []
    databases = ExitStack()

    def make(
        *,
        prefix: str = "",
        home: str | None = None,
        templates: Path | str | None = None,
        texts: Mapping[str, Mapping[str, str]] | None = None,
        forgets: Sequence[CookiePolicy] = (),
        counts: Counts = UNCOUNTED,
        **settings: Any,
    ) -> World:
        keyring = Keyring.generate()
        chosen = Settings(data=str(folder), **settings)
        if os.environ.get("HARDTACK_TEST_ENGINES") == "both":
            url = databases.enter_context(postgres.database()) if opened else postgres.shared()
        else:
            path = folder / f"{len(opened)}.db"
            empty.put(path)
            url = f"sqlite:///{path}"
        accounts = Accounts.connect(url, keyring=keyring, hashing=hashing, assurance=chosen.assurance, folder=folder)
        opened.append(accounts)
        clock = Clock()
        sessions = Sessions(
            keyring,
            origin=chosen.origin,
            application="site",
            realm=chosen.realm,
            lifetimes=chosen.lifetimes,
            kept_lifetimes=chosen.kept_lifetimes,
            revocations=accounts.revocations,
            accepts=accounts.second_factors.accepts,
            insecure_plain_http=chosen.insecure_plain_http,
        )
        site = Site(
            accounts,
            sessions,
            chosen,
            keyring,
            prefix=prefix,
            home=home,
            templates=templates,
            texts=texts,
            forgets=forgets,
            counts=counts,
            clock=clock,
        )
        return World(site, accounts, sessions, keyring, chosen, clock)

    yield make
    for accounts in opened:
        accounts.close()
    databases.close()


@pytest.fixture
def make_world(tmp_path: Path, hashing: HashingPool) -> Iterator[MakeWorld]:
    """Return a function that makes a site with settings of the test's choice."""
    with worlds(tmp_path, hashing) as make:
        yield make


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """Return a site in development mode, as ``hardtack serve`` makes it with nothing configured."""
    return make_world()
