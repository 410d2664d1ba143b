"""A Flask application with everything, as people write one, and its pages as a browser and a script ask for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, flash, get_flashed_messages, render_template_string, request, session

from hardtack.adapters.flask import (
    Hardtack,
    csrf_exempt,
    current_account,
    current_identity,
    recent_sign_in_required,
    sign_in,
    sign_in_required,
    sign_out,
)
from hardtack.seal import Keyring
from hardtack.status.rules import rules
from tests import empty

KEYS = Keyring.generate()
PAGE = "{{ current_account.display_name if current_account else 'nobody' }} {{ csrf_field() }}"
Make = Callable[..., Flask]


@contextmanager
def shops(folder: Path) -> Iterator[Make]:
    """Yield what makes applications that share a database, and close them all."""
    made: list[tuple[Flask, Hardtack]] = []

    def make(config: dict[str, Any] | None = None, **said: Any) -> Flask:
        app = Flask("shop", root_path=str(folder))
        app.config.update(config or {})
        empty.put(folder / "data" / "hardtack.db")
        extension = Hardtack(app, **{"keyring": KEYS, "data": str(folder / "data"), **said})
        made.append((app, extension))
        _views(app, extension)
        return app

    yield make
    for _, extension in made:
        extension.close()


def token_in(text: str) -> str:
    """Return the token of the form in a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found, text
    return found[1]


def _views(app: Flask, extension: Hardtack) -> None:
    @app.get("/")
    def home() -> str:
        return render_template_string(PAGE)

    @app.get("/plain")
    def plain() -> str:
        return "plain"

    @app.get("/mine")
    @sign_in_required
    def mine() -> str:
        return f"{current_account.name} by {', '.join(current_identity.factors)}"

    @app.route("/delicate", methods=["GET", "POST"])
    @recent_sign_in_required
    async def delicate() -> str:
        return f"{current_account.name} {request.form.get('word', '')}"

    @app.get("/very-delicate")
    @recent_sign_in_required(max_age=60)
    def very_delicate() -> str:
        return "very"

    @app.route("/note/<int:number>", methods=["GET", "PUT"])
    @sign_in_required
    @rules(etag=lambda number: f"v{number}", protect=True)
    def note(number: int) -> str:
        return f"note {number}"

    @app.post("/say")
    def say() -> dict[str, str]:
        data = request.get_data(as_text=True)  # before the form, which would use it up
        return {"form": request.form.get("word", ""), "data": data}

    @app.post("/upload")
    def upload() -> str:
        return f"{len(request.files['file'].read())} {request.form['word']}"

    @app.post("/hook")
    @csrf_exempt
    def hook() -> str:
        return request.get_data(as_text=True)

    @app.post("/own-sign-in")
    def own_sign_in() -> str:
        session["basket"] = ["rope"]
        sign_in(extension.authenticate(request.form["name"], request.form["password"]), keep="keep" in request.form)
        session["basket"].append("tar")
        return f"{current_account.name} {session['basket']}"

    @app.post("/own-sign-out")
    def own_sign_out() -> str:
        sign_out()
        session["left"] = True
        return f"{bool(current_account)} {dict(session)}"

    @app.get("/flash")
    def leave() -> str:
        flash("Saved.", "info")
        return ""

    @app.get("/flashed")
    def flashed() -> str:
        return str(get_flashed_messages(with_categories=True))

    @app.route("/catch", methods=["GET", "POST"])
    def catch() -> tuple[str, int]:
        try:
            return mine(), 200
        except Exception:
            return "swallowed", 200
