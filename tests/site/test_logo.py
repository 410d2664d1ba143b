"""The logo: what is taken, and what is refused before the first visitor."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hardtack.errors import MisuseError
from hardtack.site import logo
from tests.site.pictures import SVG, WEBP, WEBP_LOSSY, png

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
BOMB = (
    '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    f"<svg {NAMESPACE}>&c;</svg>"
)


def said(path: Path) -> str:
    """Return what is said of a file that is refused."""
    with pytest.raises(MisuseError, match=r"^logo: ") as caught:
        logo.read(path)
    assert caught.value.hint
    return caught.value.problem


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", SVG),
        ("A.SVG", b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->' + SVG),
        ("a.svg", f'<?xml version="1.0"?><s:svg {NAMESPACE.replace("xmlns", "xmlns:s")}/>'.encode()),
        ("a.svg", f'<?xml version="1.0" encoding="UTF-16"?><svg {NAMESPACE}/>'.encode("utf-16")),
        ("a.svg", f'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd"><svg {NAMESPACE}/>'.encode()),
        ("a.png", png()),
        ("a.webp", WEBP),
        ("a.WebP", WEBP_LOSSY),
        ("a.svg", f"<svg {NAMESPACE}>".encode() + b" " * (logo.LARGEST - 6 - len(f"<svg {NAMESPACE}>")) + b"</svg>"),
    ],
)
def test_a_picture_of_each_kind_is_taken_as_it_is(tmp_path: Path, name: str, content: bytes) -> None:
    """Byte for byte; the ending says the type."""
    (tmp_path / name).write_bytes(content)
    assert logo.Logo(Path(name).suffix.lower(), content) == logo.read(str(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.svg", b"", "SVG"),
        ("a.svg", png(), "SVG"),
        ("a.svg", b"<svg/>", "SVG"),
        ("a.svg", b"<svg></svg", "SVG"),
        ("a.svg", b'<html xmlns="http://www.w3.org/1999/xhtml"><svg/></html>', "SVG"),
        ("a.svg", f"<g {NAMESPACE}><svg/></g>".encode(), "SVG"),
        ("a.svg", f"<svg {NAMESPACE}/>x".encode(), "SVG"),
        ("a.svg", f'<?xml version="1.0" encoding="nosuch"?><svg {NAMESPACE}/>'.encode(), "SVG"),
        ("a.svg", f'<?xml version="1.0" encoding="gb18030"?><svg {NAMESPACE}/>'.encode(), "SVG"),
        ("a.svg", BOMB.encode(), "SVG"),
        ("a.svg", f'<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg {NAMESPACE}/>'.encode(), "SVG"),
        ("a.png", b"", "PNG"),
        ("a.png", SVG, "PNG"),
        ("a.png", png()[:-1], "PNG"),
        ("a.png", png(0, 1), "PNG"),
        ("a.png", png(1, 0), "PNG"),
        ("a.png", b"GIF89a", "PNG"),
        ("a.webp", b"", "WebP"),
        ("a.webp", png(), "WebP"),
        ("a.webp", WEBP + b"<script>", "WebP"),
        ("a.webp", WEBP[:-1], "WebP"),
        ("a.webp", WEBP.replace(b"VP8L", b"VP8?"), "WebP"),
        ("a.webp", WEBP.replace(b"WEBP", b"WAVE"), "WebP"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    """Half a picture too, and an SVG that works anything out or is none in a browser."""
    (tmp_path / name).write_bytes(content)
    assert f"logo: {tmp_path / name} is no {kind}" == said(tmp_path / name)


@pytest.mark.parametrize("name", ["a", "a.gif", "a.svgz", "a.svg.txt", ".svg", ""])
def test_another_ending_is_refused(name: str) -> None:
    """Without a look into the file."""
    assert "is no .svg, .png or .webp" in said(Path(name))


def test_one_that_every_visitor_would_wait_for_is_refused(tmp_path: Path) -> None:
    """By its size on the disk."""
    (tmp_path / "a.svg").write_bytes(SVG + b" " * (logo.LARGEST + 1 - len(SVG)))
    assert f"logo: {tmp_path}/a.svg has more than 32 KiB, and every visitor loads it" == said(tmp_path / "a.svg")


def test_one_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    """A pipe, from which nothing would ever come, is not waited for."""
    assert f"logo: there is no file {tmp_path}/a.svg" == said(tmp_path / "a.svg")
    os.mkfifo(tmp_path / "pipe.svg")
    assert "there is no file" in said(tmp_path / "pipe.svg")


def test_one_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """With the reason of the system; root may read any file of a disk, so this one lies on none."""
    (tmp_path / "a.svg").symlink_to("/proc/self/mem")
    assert f"logo: {tmp_path}/a.svg cannot be read: Input/output error" == said(tmp_path / "a.svg")
