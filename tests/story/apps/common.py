"""What the applications of the story have in common: their settings, and a note that people may change.

Every one of them has the same addresses:

| address | what it does |
|---|---|
| ``/`` | a greeting, for everybody, without a look at the session |
| ``/who`` | the name of whoever is signed in, or nothing |
| ``/cart`` | what is in the cart; POST puts an ``item`` in, deep inside a list, and leaves a message |
| ``/messages`` | the messages that wait, once |
| ``/form`` | a form of the application's own, with its token |
| ``/private`` | for whoever is signed in |
| ``/delicate`` | for whoever has signed in a moment ago |
| ``/enter`` | a sign-in form of the application's own: POST takes ``name``, ``password`` and ``next`` |
| ``/guarded`` | for whoever has shown a second factor a moment ago: their name, what they have proved, its assurance |
| ``/readable`` | for whoever is signed in, or shows a token that may read |
| ``/note`` | a note; PUT changes it, by the rules below |
| ``/socket`` | a WebSocket, where the interface knows any: who is signed in, and how many they have opened |
| ``/late`` | changes the session when the answer has begun |
| ``/fail`` | an error that nobody foresaw |
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hardtack.status.validators import ETag, etag_of

APPLICATION = os.environ.get("STORY_APPLICATION", "story")
GREETING = "Hello from a shop by the sea.\n"
SECRET = "nobody outside will read this"

FORM = '<form method="post" action="/cart"><input type="hidden" name="csrf_token" value="{}"><input name="item"></form>'
"""The application's own form, with a place for its token."""

PLAIN = "text/plain; charset=utf-8"
PUT_RULES: dict[str, Any] = {"protect": True, "accepts": "text/plain", "max_body": 1000}
GET_RULES: dict[str, Any] = {"offers": "text/plain"}
"""What ``@rules`` is told besides the version."""

note = [b"Biscuits keep for years.\n"]


def version(*_arguments: object, **_more: object) -> ETag:
    """Return the tag of the note as it is now."""
    return etag_of(note[0])


def settings() -> dict[str, Any]:
    """Return the settings of the sign-in, the same for every adapter.

    Where several applications share a host, ``STORY_MOUNT`` is the path of this one, and ``STORY_PAGES`` that of the
    one whose pages it leads to.
    """
    data = Path(os.environ["STORY_DATA"])
    return {
        "prefix": os.environ.get("STORY_PAGES", "") + "/auth",
        "home": os.environ.get("STORY_MOUNT", "") + "/",
        "keyring": data / "hardtack.key",
        "data": str(data),
        "origin": "https://shop.example",
        "sign_up": "open",
        "sign_up_by": "name",
        "mail": f"folder:{data / 'mail'}",
        "trusted_proxies": ("127.0.0.1",),
    }
