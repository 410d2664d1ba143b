"""Through what the story is told: each adapter, its application, and the server that runs it.

A difference is a step that an interface makes impossible as it is told elsewhere. It is no skip: something else is
asserted in its place, and the documents say why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from websockets.exceptions import InvalidStatus

from tests.story.telling import Story, Told


@dataclass(frozen=True)
class Adapter:
    """One way to plug in.

    Args:
        name: as the tests call it; also the application's module in ``tests.story.apps``.
        title: as the documents call it.
        server: what runs it.
        command: how, without ``python -m``.
        prepare: a module that is run once before.
    """

    name: str
    title: str
    server: str
    command: tuple[str, ...]
    prepare: str = ""


def _asgi(name: str, title: str) -> Adapter:
    command = ("uvicorn", "--port", "{port}", "--http", "h11", "--no-proxy-headers", f"tests.story.apps.{name}:app")
    return Adapter(name, title, "uvicorn", command)


def _waitress(name: str, title: str) -> Adapter:
    return Adapter(
        name, title, "waitress", ("waitress", "--listen", "127.0.0.1:{port}", f"tests.story.apps.{name}:app")
    )


def _gunicorn(name: str, title: str) -> Adapter:
    command = ("gunicorn", "--bind", "127.0.0.1:{port}", "--threads", "4", f"tests.story.apps.{name}:app")
    return Adapter(name, title, "gunicorn", command)


DJANGO = "tests.story.apps.django_project"

ADAPTERS = {
    adapter.name: adapter
    for adapter in (
        _asgi("asgi", "ASGI"),
        _waitress("wsgi", "WSGI"),
        _gunicorn("bottle", "Bottle"),
        _waitress("flask", "Flask"),
        replace(_gunicorn("django", "Django"), prepare=DJANGO),
        replace(_asgi("django_async", "Django async"), prepare=DJANGO),
        _asgi("starlette", "Starlette"),
        _asgi("fastapi", "FastAPI"),
        _asgi("litestar", "Litestar"),
    )
}


@dataclass(frozen=True)
class Difference:
    """A step that is told otherwise through some adapters.

    Args:
        adapters: which.
        step: the step's name.
        tell: asserts what is the case there.
        en: why, in one sentence.
        zh: the same in Chinese.
    """

    adapters: tuple[str, ...]
    step: str
    tell: Told
    en: str
    zh: str


def _allow_without_head(story: Story) -> None:
    answer = story.stranger().call("DELETE", "/note")
    assert (405, {"GET", "PUT"}) == (answer.status, answer.members("Allow") - {"OPTIONS"})


def _no_head(story: Story) -> None:
    answer = story.stranger().call("HEAD", "/note")
    assert (405, b"", {"GET", "PUT", "OPTIONS"}) == (answer.status, answer.content, answer.members("Allow"))


def _own_json(story: Story) -> None:
    answer = story.stranger().call("GET", "/nowhere")
    assert (404, {"detail": "Not Found"}) == (answer.status, answer.json)


def _disallowed_host(story: Story) -> None:
    browser = story.stranger()
    answers = [browser.ask("GET", path, fields={"Host": "evil.example"}) for path in ("/", "/auth/sign-in")]
    assert [421, 400] == [answer.status for answer in answers]


def _no_websocket(story: Story) -> None:
    with pytest.raises(InvalidStatus) as refused, story.anna.socket("/socket"):
        pass
    assert refused.value.response.status_code in (404, 500)


DIFFERENCES = (
    Difference(
        ("wsgi", "bottle", "flask", "django", "django_async"),
        "websocket",
        _no_websocket,
        "WSGI knows no WebSocket, nor does Django by itself: none is accepted.",
        "WSGI 没有 WebSocket，Django 本身也没有：不会接受任何一个。",
    ),
    Difference(
        ("bottle",),
        "method",
        _allow_without_head,
        "Bottle's own 405 leaves HEAD out, although it answers it; a layer around an application does not know its "
        "routes, unless route= tells them.",
        "Bottle 自己的 405 漏了 HEAD，尽管它会应答；应用外面的一层不知道应用的路由，除非用 route= 告诉它。",
    ),
    Difference(
        ("django", "django_async"),
        "other-host",
        _disallowed_host,
        "For the pages of the sign-in Django's own middleware says it first, by ALLOWED_HOSTS, and says 400.",
        "对登录页面，Django 自己的中间件会先按 ALLOWED_HOSTS 拒绝，用的是 400。",
    ),
    Difference(
        ("litestar",),
        "head",
        _no_head,
        "Litestar answers HEAD only where a route of its own does, and says so in Allow.",
        "Litestar 只在有专门路由时应答 HEAD，并在 Allow 中如实说明。",
    ),
    Difference(
        ("litestar",),
        "method",
        _allow_without_head,
        "The same, so Allow is right without HEAD.",
        "原因同上，所以 Allow 中没有 HEAD 是对的。",
    ),
    Difference(
        ("fastapi",),
        "problem",
        _own_json,
        "What FastAPI itself answers a program stays in FastAPI's own form, since whoever wrote it reads that.",
        "FastAPI 自己给程序的回答保持它自己的形式，因为写程序的人读的就是它。",
    ),
)
