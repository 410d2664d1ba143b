"""The style sheet, the scripts and the mark of a site: small files under addresses that change with their content.

Because the address holds a hash of the bytes, a copy never goes stale: browsers keep it for a year without asking
again (RFC 8246). They are the only answers of ours that a shared cache may store, and they never see a session.

They belong to a site, since its operator may have given it a logo in the place of our mark, and an accent, which stands
at the end of the one style sheet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hardtack.message import Request, Response
from hardtack.site import colours, headers, logo
from hardtack.site.colours import Accent
from hardtack.site.logo import Logo

if TYPE_CHECKING:
    from hardtack.site.services import Services
    from hardtack.site.settings import Settings

_FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
}

ABROAD = "/.hardtack"
"""Below which all of ours lies on the host of an application behind a proxy (``forward_auth``)."""


@dataclass(frozen=True, slots=True)
class File:
    """One file.

    Args:
        path: its address below the site's prefix.
        content_type: of its bytes.
        content: its bytes.
        policy: the Content-Security-Policy of its own, if it has one.
    """

    path: str
    content_type: str
    content: bytes
    policy: str | None = None

    @classmethod
    def of(cls, stem: str, ending: str, content: bytes, policy: str | None = None) -> File:
        """Return *content* under the address that is made of it."""
        path = f"/assets/{stem}-{hashlib.sha256(content).hexdigest()[:16]}{ending}"
        return cls(path, TYPES[ending], content, policy)


class Assets:
    """The files of one site.

    Args:
        accent: the accent in the place of ours; ``None`` for ours.
        mark: the logo in the place of our mark; ``None`` for ours.
    """

    __slots__ = ("_files", "accent", "conditional_js", "css", "has_logo", "js", "mark", "on_every_page", "passkey_js")

    def __init__(self, accent: Accent | None = None, mark: Logo | None = None) -> None:
        light, dark = colours.ours()
        self.accent: Accent = Accent(light["accent"], dark["accent"]) if accent is None else accent
        rules = b"" if accent is None else accent.rules().encode()
        self.css: File = File.of("site", ".css", _ours("site.css") + rules)
        self.js: File = File.of("field", ".js", _ours("field.js"))
        self.passkey_js: File = File.of("passkey", ".js", _ours("passkey.js"))
        self.conditional_js: File = File.of("conditional", ".js", _ours("conditional.js"))
        self.has_logo: bool = mark is not None
        if mark is None:
            self.mark: File = File.of("mark", ".svg", _ours("mark.svg"))
        else:
            self.mark = File.of("logo", mark.ending, mark.content, headers.PICTURE_POLICY)
        self.on_every_page: frozenset[str] = frozenset({self.css.path, self.js.path, self.mark.path})
        """The addresses of what the frame of a page needs."""
        files = (self.css, self.js, self.passkey_js, self.conditional_js, self.mark)
        self._files: Mapping[str, File] = {file.path: file for file in files}

    @classmethod
    def of(cls, settings: Settings) -> Assets:
        """Return the files as the settings say, with the logo as it is on the disk now.

        Raises:
            MisuseError: the logo cannot be used.
        """
        own = None if settings.accent is None and settings.accent_dark is None else colours.accent(settings)
        return cls(own, None if settings.logo is None else logo.read(settings.logo))

    @property
    def paths(self) -> frozenset[str]:
        """Every address."""
        return frozenset(self._files)

    def at(self, path: str) -> File | None:
        """Return the file at *path*, below the site's prefix, or ``None``."""
        return self._files.get(path)


@cache
def _ours(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


OURS = Assets()
"""The files of a site for which nothing was said."""


def show(_request: Request, services: Services) -> Response:
    """Return the file at the request's address."""
    file = services.assets.at(services.path.removeprefix(ABROAD))
    assert file is not None  # noqa: S101 - there is no route to it else
    response = Response(200, [("Content-Type", file.content_type), ("Cache-Control", headers.IMMUTABLE)], file.content)
    if file.policy is not None:
        response.set("Content-Security-Policy", file.policy)
    return response
