"""A QR code as a drawing inside the page: from no other host, allowed by our Content-Security-Policy, without a script.

It is dark on a light plate of its own whatever the page looks like, since cameras read no code that is light on dark,
and has the four modules of quiet zone that ISO/IEC 18004 asks for.
"""

from __future__ import annotations

import segno
from markupsafe import Markup


def drawing(content: str) -> Markup:
    """Return the SVG element of a QR code with *content*; nothing of the content stands in it as text."""
    code = segno.make(content, error="m", micro=False)
    svg = code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr-code", lineclass=None)
    # What segno returns is made of numbers and the constants above.
    return Markup(svg)  # noqa: S704
