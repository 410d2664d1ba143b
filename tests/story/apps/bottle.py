"""The story's application in Bottle, which knows nothing of Hardtack: the layers stand around it.

``catchall`` is off, so that what is raised reaches the layers. Bottle's own error pages say nothing, so that those of
the layer take their place.
"""

# Bottle has no types, so neither have its decorators.
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import bottle  # type: ignore[import-untyped]  # Bottle has no types
from bottle import request, response

from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.wsgi import Hardtack
from hardtack.session import flash
from hardtack.status.rules import rules
from tests.story.apps import common

shop = bottle.Bottle(catchall=False)
shop.default_error_handler = lambda _error: ""


def visit() -> Any:
    """Return the request's visit."""
    return request.environ["hardtack.visit"]


def as_json(value: Any) -> str:
    """Return *value* as JSON."""
    response.content_type = "application/json"
    return json.dumps(value)


@shop.get("/")
def home() -> str:
    """Greet everybody."""
    response.content_type = common.PLAIN
    return common.GREETING


@shop.get("/who")
def who() -> str:
    """Say who is signed in."""
    account = visit().account
    return as_json(account and account.name)


@shop.get("/cart")
def cart() -> str:
    """Show the cart."""
    return as_json(visit().session.get("cart"))


@shop.post("/cart")
def add() -> None:
    """Put an item into the cart."""
    session, item = visit().session, request.forms.item
    session.setdefault("cart", {"items": []})
    session["cart"]["items"].append(item)
    flash.flash(session, f"added {item}")
    bottle.redirect("/cart")


@shop.get("/messages")
def messages() -> str:
    """Show the messages that wait."""
    return as_json([message.text for message in flash.take(visit().session)])


@shop.get("/form")
def form() -> str:
    """Show the form."""
    return common.FORM.format(visit().csrf_token())


@shop.get("/private")
def private() -> str:
    """Greet whoever is signed in."""
    return as_json(visit().require().name)


@shop.get("/delicate")
def delicate() -> str:
    """Greet whoever has just signed in."""
    return as_json(visit().require_recent().name)


@shop.post("/enter")
def enter() -> str:
    """Sign in by a form of our own."""
    account = visit().authenticate(request.forms.name, request.forms.password)
    visit().sign_in(account, onward=request.forms.next)
    return as_json(account.name)


@shop.get("/guarded")
def guarded() -> str:
    """Say what is proved."""
    account = visit().require_recent(factor="second")
    return as_json([account.name, visit().identity.factors, visit().identity.assurance])


@shop.get("/readable")
def readable() -> str:
    """Greet whoever may read."""
    return as_json(visit().require("read").name)


@shop.get("/note")
@rules(etag=common.version, **common.GET_RULES)
def note() -> bytes:
    """Show the note."""
    response.content_type = common.PLAIN
    response.headers["ETag"] = str(common.version())
    return common.note[0]


@shop.put("/note")
@rules(etag=common.version, **common.PUT_RULES)
def write() -> None:
    """Change the note."""
    common.note[0] = request.body.read()
    response.status = "204 No Content"
    response.headers["ETag"] = str(common.version())


@shop.get("/late")
def late() -> Iterator[bytes]:
    """Change the session when the answer has begun."""
    yield b"begun, "
    request.environ["hardtack.session"]["late"] = True
    yield b"ended"


@shop.get("/fail")
def fail() -> None:
    """Fail."""
    raise RuntimeError(common.SECRET)


app = Hardtack(shop, session=SignIn(application=common.APPLICATION, **common.settings()), status={})
