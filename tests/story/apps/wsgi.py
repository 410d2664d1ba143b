"""The story's application as bare WSGI: a function of its own, and nothing else but Hardtack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.wsgi import Hardtack
from hardtack.adapters.wsgi.types import Environ, StartResponse
from hardtack.session import flash
from hardtack.status import MethodNotAllowed, NotFound
from hardtack.status.rules import rules
from tests.story.apps import common

Answer = tuple[HTTPStatus, list[tuple[str, str]], Iterable[bytes]]
Handler = Callable[[Environ], Answer]


def home(environ: Environ) -> Answer:
    """Greet everybody."""
    return answer(common.GREETING.encode())


def who(environ: Environ) -> Answer:
    """Say who is signed in."""
    account = environ["hardtack.visit"].account
    return answer_json(account and account.name)


def cart(environ: Environ) -> Answer:
    """Show the cart."""
    return answer_json(environ["hardtack.session"].get("cart"))


def add(environ: Environ) -> Answer:
    """Put an item into the cart."""
    session, item = environ["hardtack.session"], parse_qs(content_of(environ).decode())["item"][0]
    session.setdefault("cart", {"items": []})
    session["cart"]["items"].append(item)
    flash.flash(session, f"added {item}")
    return answer(b"", HTTPStatus.SEE_OTHER, ("Location", "/cart"))


def messages(environ: Environ) -> Answer:
    """Show the messages that wait."""
    return answer_json([message.text for message in flash.take(environ["hardtack.session"])])


def form(environ: Environ) -> Answer:
    """Show the form."""
    token = environ["hardtack.visit"].csrf_token()
    return answer(common.FORM.format(token).encode(), kind="text/html; charset=utf-8")


def private(environ: Environ) -> Answer:
    """Greet whoever is signed in."""
    return answer_json(environ["hardtack.visit"].require().name)


def delicate(environ: Environ) -> Answer:
    """Greet whoever has just signed in."""
    return answer_json(environ["hardtack.visit"].require_recent().name)


def enter(environ: Environ) -> Answer:
    """Sign in by a form of our own."""
    visit, form = environ["hardtack.visit"], dict(parse_qsl(content_of(environ).decode()))
    account = visit.authenticate(form["name"], form["password"])
    visit.sign_in(account, onward=form["next"])
    return answer_json(account.name)


def guarded(environ: Environ) -> Answer:
    """Say what is proved."""
    visit = environ["hardtack.visit"]
    account = visit.require_recent(factor="second")
    return answer_json([account.name, visit.identity.factors, visit.identity.assurance])


def readable(environ: Environ) -> Answer:
    """Greet whoever may read."""
    return answer_json(environ["hardtack.visit"].require("read").name)


@rules(etag=common.version, **common.GET_RULES)
def note(environ: Environ) -> Answer:
    """Show the note."""
    return answer(common.note[0], HTTPStatus.OK, ("ETag", str(common.version())))


@rules(etag=common.version, **common.PUT_RULES)
def write(environ: Environ) -> Answer:
    """Change the note."""
    common.note[0] = content_of(environ)
    return HTTPStatus.NO_CONTENT, [("ETag", str(common.version()))], []


def late(environ: Environ) -> Answer:
    """Change the session when the answer has begun."""

    def pieces() -> Iterator[bytes]:
        yield b"begun, "
        environ["hardtack.session"]["late"] = True
        yield b"ended"

    return HTTPStatus.OK, [("Content-Type", common.PLAIN)], pieces()


def fail(environ: Environ) -> Answer:
    """Fail."""
    raise RuntimeError(common.SECRET)


ROUTES: dict[str, dict[str, Handler]] = {
    "/": {"GET": home},
    "/who": {"GET": who},
    "/cart": {"GET": cart, "POST": add},
    "/messages": {"GET": messages},
    "/form": {"GET": form},
    "/private": {"GET": private},
    "/delicate": {"GET": delicate},
    "/enter": {"POST": enter},
    "/guarded": {"GET": guarded},
    "/readable": {"GET": readable},
    "/note": {"GET": note, "PUT": write},
    "/late": {"GET": late},
    "/fail": {"GET": fail},
}


def shop(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request."""
    methods = ROUTES.get(environ["PATH_INFO"])
    if methods is None:
        raise NotFound
    asked = environ["REQUEST_METHOD"]
    handler = methods.get("GET" if asked == "HEAD" else asked)
    if handler is None:
        raise MethodNotAllowed(allow=sorted({*methods, "HEAD"} if "GET" in methods else methods))
    status, fields, content = handler(environ)
    start_response(f"{status.value} {status.phrase}", fields)
    return content


def content_of(environ: Environ) -> bytes:
    """Return the content of a request."""
    content: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return content


def answer(
    content: bytes, status: HTTPStatus = HTTPStatus.OK, *fields: tuple[str, str], kind: str = common.PLAIN
) -> Answer:
    """Return one answer."""
    return status, [*fields, ("Content-Type", kind), ("Content-Length", str(len(content)))], [content]


def answer_json(value: Any) -> Answer:
    """Return *value* as JSON."""
    return answer(json.dumps(value).encode(), kind="application/json")


app = Hardtack(shop, session=SignIn(application=common.APPLICATION, **common.settings()), status={})
