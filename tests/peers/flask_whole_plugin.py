"""A pytest plugin for the tests of Flask and of its extensions: every application has ``Hardtack``, or is as it was.

``HARDTACK_PEER`` says which. The check of forms and the status layer are off, as their own tests look after them; what
is tried here is the session, the sign-in and the pages around applications that know nothing of them.
"""

from __future__ import annotations

import os
import tempfile
from functools import wraps
from typing import Any

import _pytest.monkeypatch
import flask

from hardtack.adapters.flask import Hardtack
from hardtack.seal import Keyring

# Flask 3.1.3 was written for pytest 8, which has this under another name.
vars(_pytest.monkeypatch).setdefault("notset", vars(_pytest.monkeypatch).get("NOTSET"))

if os.environ["HARDTACK_PEER"] == "hardtack":
    _plain = flask.Flask.__init__
    _folder = tempfile.TemporaryDirectory()  # until the process ends
    _said: dict[str, Any] = {
        "keyring": Keyring.generate(),
        "data": _folder.name,
        "application": "peer",
        "prefix": "/hardtack-pages",
        "csrf": False,
        "status": None,
    }

    @wraps(_plain)
    def _with_hardtack(app: flask.Flask, *args: Any, **options: Any) -> None:
        _plain(app, *args, **options)
        Hardtack(app, **_said)

    flask.Flask.__init__ = _with_hardtack  # type: ignore[assignment, method-assign]
