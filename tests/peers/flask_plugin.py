"""A pytest plugin for Flask's own tests: they run with Flask's session, or with ours in its place.

``HARDTACK_PEER`` says which. With ours, every name under which a test can reach Flask's interface or serializer is ours
before Flask's tests are imported, and Flask's own interface raises if anything still reaches it, so that no test can
pass by the wrong one.
"""

from __future__ import annotations

import os
from typing import Any

import _pytest.monkeypatch
import flask
import flask.app
import flask.json.tag
import flask.sessions

from hardtack.adapters.flask import SealedSessionInterface
from hardtack.adapters.flask.serializer import SealedSerializer

# Flask 3.1.3 was written for pytest 8, which has this under another name.
vars(_pytest.monkeypatch).setdefault("notset", vars(_pytest.monkeypatch).get("NOTSET"))


def _forbidden(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("a test has reached Flask's own session interface")


if os.environ["HARDTACK_PEER"] == "hardtack":
    theirs = flask.sessions.SecureCookieSessionInterface
    for name in ("open_session", "save_session", "get_signing_serializer"):
        setattr(theirs, name, _forbidden)
    for module in (flask.sessions, flask.app):
        setattr(module, theirs.__name__, SealedSessionInterface)
    setattr(flask.json.tag, flask.json.tag.TaggedJSONSerializer.__name__, SealedSerializer)
    flask.Flask.session_interface = SealedSessionInterface()
