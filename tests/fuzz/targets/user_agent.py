"""The User-Agent field: two words of ours, or nothing, whatever it holds."""

from __future__ import annotations

from hardtack.login.device_names import BROWSERS, SYSTEMS, name_of

OUTCOMES = {"both", "browser", "system", "unclear"}


def check(data: bytes) -> str:
    """Name it; nothing of what was sent is in the name but what is in our tables."""
    found = name_of(data.decode("latin-1"))
    if not found:
        return "unclear"
    browser, slash, system = found.partition("/")
    assert slash
    assert browser in {"", *BROWSERS}
    assert system in {"", *SYSTEMS}
    assert browser or system
    return "both" if browser and system else "browser" if browser else "system"
