"""Row 5 of the targets: how many characters each contender's cookie has.

The cookies come out of the very objects that ``fields`` and ``interfaces`` time, so they are what a browser would be
sent: the sealed value of our data cookie, Starlette's signed one, and Flask's signed and, where that helps, compressed
one. Values are compared, not whole fields: attributes depend on settings, and Flask's defaults leave most of them out.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from bench.fields import Ours, Theirs
from bench.interfaces import Interface
from bench.results import Weight


def weigh(payloads: dict[str, dict[str, Any]], now: int) -> list[Weight]:
    """Return the sizes of everybody's cookie for each payload; *now* is in Unix seconds."""
    weights = []
    app = Flask("bench")
    app.secret_key = secrets.token_hex(32)
    for size, payload in payloads.items():
        fields = {
            "hardtack": Ours(payload, now).field,
            "starlette": Theirs(payload).field,
            "flask": Interface(SecureCookieSessionInterface(), app, payload).field,
        }
        for who, field in fields.items():
            value = field.partition(";")[0].partition("=")[2]
            weights.append(Weight(size, who, len(value), len(field)))
    return weights
