"""The sessions that are sealed, signed and weighed: the same three for every contender.

``tiny`` is a number and a token, ``typical`` what an application with a sign-in keeps, ``large`` a shop's basket that
takes two thirds of a cookie. They are data, in ``payloads.json``; here they are only read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SIZES = ("tiny", "typical", "large")
_FILE = Path(__file__).with_name("payloads.json")


def load() -> dict[str, dict[str, Any]]:
    """Return the payloads by size."""
    payloads: dict[str, dict[str, Any]] = json.loads(_FILE.read_text("utf-8"))
    return {size: payloads[size] for size in SIZES}
