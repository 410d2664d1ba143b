"""The story under Flask, with Flask's own test client."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, flash, get_flashed_messages, session

from hardtack.adapters.flask import SealedSessionInterface
from story import LIFETIME, Visit, tell  # type: ignore[import-not-found]  # beside this file


def host(secrets: Sequence[str]) -> Visit:
    """Return a visit of a Flask application with these secrets."""
    app = Flask("shop")
    app.config.update(
        SECRET_KEY=secrets[0], SECRET_KEY_FALLBACKS=list(secrets[1:]), PERMANENT_SESSION_LIFETIME=LIFETIME
    )
    app.session_interface = SealedSessionInterface()

    @app.get("/set")
    def put() -> str:
        session["basket"] = {"items": ["biscuit"]}
        return ""

    @app.get("/nested")
    def nested() -> str:
        session["basket"]["items"].append("rum")
        return ""

    @app.get("/get")
    def get() -> str:
        return ",".join(session.get("basket", {"items": []})["items"])

    @app.get("/flash")
    def say() -> str:
        flash("ahoy")
        return ""

    @app.get("/said")
    def said() -> str:
        return ",".join(map(str, get_flashed_messages()))

    def visit(path: str, value: str) -> tuple[str, str]:
        client = app.test_client()
        if value:
            client.set_cookie("session", value)
        text = client.get(path).text
        kept = client.get_cookie("session")
        return text, kept.value if kept else ""

    return visit


tell(host, flashes=True)
