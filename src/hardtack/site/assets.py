"""The style sheet, the scripts and the mark: small files under addresses that change with their content.

Because the address holds a hash of the bytes, a copy never goes stale: browsers keep it for a year without asking
again (RFC 8246). They are the only answers of ours that a shared cache may store, and they never see a session.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from hardtack.message import Request, Response
from hardtack.site import headers

if TYPE_CHECKING:
    from hardtack.site.services import Services

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

ABROAD = "/.hardtack"
"""Below which all of ours lies on the host of an application behind a proxy (``forward_auth``)."""


def _address(name: str) -> str:
    stem, _, ending = name.partition(".")
    return f"/assets/{stem}-{hashlib.sha256(_CONTENT[name]).hexdigest()[:16]}.{ending}"


_CONTENT = {
    name: (_FOLDER / name).read_bytes() for name in ("site.css", "field.js", "passkey.js", "conditional.js", "mark.svg")
}

CSS_PATH = _address("site.css")
JS_PATH = _address("field.js")
MARK_PATH = _address("mark.svg")
PASSKEY_JS_PATH = _address("passkey.js")
CONDITIONAL_JS_PATH = _address("conditional.js")
ON_EVERY_PAGE = (CSS_PATH, JS_PATH, MARK_PATH)
"""What the frame of a page needs."""
_NAMES = {_address(name): name for name in _CONTENT}


def show(request: Request, services: Services) -> Response:
    """Return the file at the request's address."""
    name = _NAMES[services.path.removeprefix(ABROAD)]
    content_type = _TYPES[Path(name).suffix]
    return Response(200, [("Content-Type", content_type), ("Cache-Control", headers.IMMUTABLE)], _CONTENT[name])
