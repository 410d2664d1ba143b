"""The story's application in Flask: ``Hardtack(app)``, and otherwise as anybody writes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, flash, get_flashed_messages, jsonify, redirect, request, session, stream_with_context
from werkzeug import Response as Answer

from hardtack.adapters.flask import (
    Hardtack,
    csrf_token,
    current_account,
    current_identity,
    recent_sign_in_required,
    sign_in,
    sign_in_required,
)
from hardtack.status.rules import rules
from tests.story.apps import common

app = Flask(common.APPLICATION)
hardtack = Hardtack(app, **common.settings())


@app.get("/")
def home() -> tuple[str, dict[str, str]]:
    """Greet everybody."""
    return common.GREETING, {"Content-Type": common.PLAIN}


@app.get("/who")
def who() -> Response:
    """Say who is signed in."""
    return jsonify(current_account.name if current_account else None)  # type: ignore[truthy-bool]  # a proxy may be


@app.get("/cart")
def cart() -> Response:
    """Show the cart."""
    return jsonify(session.get("cart"))


@app.post("/cart")
def add() -> Answer:
    """Put an item into the cart."""
    item = request.form["item"]
    session.setdefault("cart", {"items": []})
    session["cart"]["items"].append(item)
    flash(f"added {item}")
    return redirect("/cart", 303)


@app.get("/messages")
def messages() -> Response:
    """Show the messages that wait."""
    return jsonify(get_flashed_messages())


@app.get("/form")
def form() -> str:
    """Show the form."""
    return common.FORM.format(csrf_token())


@app.get("/private")
@sign_in_required
def private() -> Response:
    """Greet whoever is signed in."""
    return jsonify(current_account.name)


@app.get("/delicate")
@recent_sign_in_required
def delicate() -> Response:
    """Greet whoever has just signed in."""
    return jsonify(current_account.name)


@app.post("/enter")
def enter() -> Response:
    """Sign in by a form of our own."""
    account = hardtack.authenticate(request.form["name"], request.form["password"])
    sign_in(account, onward=request.form["next"])
    return jsonify(current_account.name)


@app.get("/guarded")
@recent_sign_in_required(factor="second")
def guarded() -> Response:
    """Say what is proved."""
    return jsonify([current_account.name, current_identity.factors, current_identity.assurance])


@app.get("/readable")
@sign_in_required(token_scope="read")
def readable() -> Response:
    """Greet whoever may read."""
    return jsonify(current_account.name)


@app.get("/note")
@rules(etag=common.version, **common.GET_RULES)
def note() -> tuple[bytes, dict[str, str]]:
    """Show the note."""
    return common.note[0], {"Content-Type": common.PLAIN, "ETag": str(common.version())}


@app.put("/note")
@rules(etag=common.version, **common.PUT_RULES)
def write() -> tuple[str, int, dict[str, str]]:
    """Change the note."""
    common.note[0] = request.get_data()
    return "", 204, {"ETag": str(common.version())}


@app.get("/late")
def late() -> Any:
    """Change the session when the answer has begun."""

    def pieces() -> Iterator[bytes]:
        yield b"begun, "
        session["late"] = True
        yield b"ended"

    return stream_with_context(pieces())


@app.get("/fail")
def fail() -> str:
    """Fail."""
    raise RuntimeError(common.SECRET)
