"""The operator's logo: a small picture, read once at start, that is what its name says.

What is no picture of the three kinds, or too large for every page of everybody, is refused before the first visitor.
An SVG may hold anything that SVG can, a script included: the pages load it as an image alone, where browsers run none
and fetch nothing, and whoever opens its address by itself is given it under a policy that lets nothing run
(``headers.PICTURE_POLICY``). What an entity stands for is never worked out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from hardtack.errors import MisuseError

LARGEST = 32 * 1024
"""Bytes."""

_SVG = "http://www.w3.org/2000/svg svg"
_PNG_BEGINS, _PNG_ENDS = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\x00\x00\x00\x00IEND\xaeB`\x82"
_WEBP_KINDS = (b"VP8 ", b"VP8L", b"VP8X")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture.

    Args:
        ending: ``.svg``, ``.png`` or ``.webp``.
        content: its bytes.
    """

    ending: str
    content: bytes


def read(named: str | os.PathLike[str]) -> Logo:
    """Return the picture in the file *named*.

    Raises:
        MisuseError: there is none, it cannot be read, it is too large, or it is not what its ending says.
    """
    path = Path(named)
    ending = path.suffix.lower()
    if ending not in _IS:
        raise MisuseError(f"logo: {path} is no .svg, .png or .webp", "name a picture of one of these kinds")
    try:
        if not path.is_file():
            raise MisuseError(
                f"logo: there is no file {path}", "it is looked for where the service starts; write the whole path"
            )
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise MisuseError(
            f"logo: {path} cannot be read: {error.strerror}", "let the user of the service read it"
        ) from None
    if len(content) > LARGEST:
        raise MisuseError(
            f"logo: {path} has more than {LARGEST // 1024} KiB, and every visitor loads it",
            "make it smaller: it is shown 30 pixels high",
        )
    if not _IS[ending](content):
        kind = ending[1:].upper()
        raise MisuseError(
            f"logo: {path} is no {'WebP' if kind == 'WEBP' else kind}",
            "save it anew as what its name says; an SVG without entities and with the namespace of SVG",
        )
    return Logo(ending, content)


def _is_png(content: bytes) -> bool:
    width, height = content[16:20], content[20:24]
    whole = content.startswith(_PNG_BEGINS) and content.endswith(_PNG_ENDS)
    return whole and bytes(4) not in (width, height)


def _is_webp(content: bytes) -> bool:
    whole = content[:4] == b"RIFF" and content[8:12] == b"WEBP" and content[12:16] in _WEBP_KINDS
    return whole and int.from_bytes(content[4:8], "little") + 8 == len(content)


def _is_svg(content: bytes) -> bool:
    found: list[str] = []

    def refuse(*_declared: object) -> None:
        raise ValueError

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, _attributes: found.append(name)
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        return False
    return found[0] == _SVG


_IS: Mapping[str, Callable[[bytes], bool]] = {".svg": _is_svg, ".png": _is_png, ".webp": _is_webp}
