"""The accent of the pages: whether everybody can read it, and what follows from it.

The operator names one colour for light pages and one for dark ones, or the first alone. A colour that cannot be told
from what it stands on (WCAG 2.2, success criterion 1.4.3) is refused together with a near one that can; what the
grounds are is read from our own style sheet and said nowhere else. The stronger shade is made here. What stands on the
accent (``--on-accent``) stays as it is: it can be read on every colour that is not refused, which a test holds.

Nothing of what was written reaches a style sheet but six hexadecimal digits.
"""

from __future__ import annotations

import colorsys
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hardtack.errors import MisuseError

if TYPE_CHECKING:
    from hardtack.site.settings import Settings

STYLE_SHEET = Path(__file__).parent / "static" / "site.css"
TEXT = 4.5
"""The least contrast of text with what it stands on."""

COMFORT = 7.0
"""The contrast of a colour for dark pages that nobody has named: that of level AAA (1.4.6)."""

GROUNDS = ("ground", "card", "note-ground", "wrong-ground")
"""On what a link, the word of a button or the ring around it may stand."""

_WRITTEN = re.compile(r"#[0-9a-f]{6}")
_BLOCK = re.compile(r":root \{(.*?)\}", re.DOTALL)
_VARIABLE = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
_BLACK, _WHITE = "#000000", "#ffffff"
_STEPS = 255


@dataclass(frozen=True, slots=True)
class Accent:
    """The accent of a site, written as ``#rrggbb``.

    Args:
        light: on light pages.
        dark: on dark pages.
    """

    light: str
    dark: str

    def rules(self) -> str:
        """Return the rules that put it into the place of ours, for the end of the style sheet."""
        light, dark = (
            f":root {{ --accent: {colour}; --accent-strong: {stronger(colour, dark=dark)}; }}"
            for colour, dark in ((self.light, False), (self.dark, True))
        )
        return f"\n/* The accent of this site. */\n\n{light}\n\n@media (prefers-color-scheme: dark) {{\n  {dark}\n}}\n"


@cache
def ours() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the colours of our style sheet by their names: those of light pages and those of dark ones."""
    light, dark = (dict(_VARIABLE.findall(block)) for block in _BLOCK.findall(STYLE_SHEET.read_text(encoding="utf-8")))
    return light, dark


def accent(settings: Settings) -> Accent:
    """Return the accent that the settings say, ours where they say nothing.

    Where the one of light pages alone is said, that of dark ones is the same hue, as light as it has to be.
    """
    light, dark = (palette["accent"] for palette in ours())
    if settings.accent is not None:
        light = settings.accent.lower()
        dark = near(light, dark=True, least=COMFORT)
    return Accent(light, dark if settings.accent_dark is None else settings.accent_dark.lower())


def check(name: str, colour: str, *, dark: bool) -> None:
    """Do nothing if *colour* can be read on every ground.

    Args:
        name: of the setting.
        colour: as it was written.
        dark: whether it is for dark pages.

    Raises:
        MisuseError: it cannot, or is no colour.
    """
    if not _WRITTEN.fullmatch(colour.lower()):
        raise MisuseError(
            f"{name}: {colour!r:.40} is no colour", f'write it as #rrggbb, such as {name} = "{ours()[dark]["accent"]}"'
        )
    found, ground = min((contrast(colour, ground), ground) for ground in _grounds(dark=dark))
    if found < TEXT:
        # Cut off and not rounded: what is refused must not look as if it were enough.
        shown = math.floor(found * 100) / 100
        raise MisuseError(
            f"{name}: the contrast of {colour} with {ground}, on which it stands in {'dark' if dark else 'light'} "
            f"pages, is {shown:.2f}, and text needs {TEXT} (WCAG 2.2)",
            f'write {name} = "{near(colour, dark=dark)}", the nearest of its hue that can be read',
        )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def near(colour: str, *, dark: bool, least: float = TEXT) -> str:
    """Return the colour nearest to *colour*, of its hue, whose contrast with every ground is *least*.

    Args:
        colour: that colour itself, if it has it.
        dark: whether it is for dark pages; then a lighter one is looked for, else a darker one.
        least: from 1 to what white has in dark pages, and black in light ones.
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    end = 1.0 if dark else 0.0
    tried = (lightness + (end - lightness) * step / _STEPS for step in range(_STEPS + 1))
    return next(
        found
        for found in (_written(*colorsys.hls_to_rgb(hue, each, saturation)) for each in tried)
        if min(contrast(found, ground) for ground in _grounds(dark=dark)) >= least
    )


def stronger(colour: str, *, dark: bool) -> str:
    """Return the shade of *colour* for what a pointer is over: darker in light pages, lighter in dark ones.

    A colour that is as good as black, or white, has none that anybody would see: there it is the other way.
    """
    ends, parts = (_WHITE, _BLACK) if dark else (_BLACK, _WHITE), (0.4, 0.27) if dark else (0.27, 0.27)
    onward, back = (_mixed(colour, end, part) for end, part in zip(ends, parts, strict=True))
    return onward if contrast(colour, onward) >= 1.1 else back


def _grounds(*, dark: bool) -> list[str]:
    return [ours()[dark][name] for name in GROUNDS]


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(*parts: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _mixed(colour: str, other: str, share: float) -> str:
    return _written(*(a + (b - a) * share for a, b in zip(_parts(colour), _parts(other), strict=True)))


def _luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
