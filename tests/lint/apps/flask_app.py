"""Routes, a file and static files, as Flask's quickstart shows them."""

from __future__ import annotations

import flask

from tests.lint.apps.served import FILE, FOLDER

app = flask.Flask(__name__, static_folder=FOLDER)


@app.route("/")
def hello_world() -> str:
    """Say hello."""
    return "<p>Hello, World!</p>"


@app.get("/note")
def read() -> str:
    """Read the note."""
    return "a note"


@app.put("/note")
def write() -> str:
    """Write it."""
    return "done"


@app.get("/file")
def file() -> flask.Response:
    """Send a file."""
    return flask.send_file(FILE)
