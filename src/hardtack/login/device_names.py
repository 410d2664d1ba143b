"""Which browser on which system a request says it comes from, in words of ours.

A name is stored as two of our own words, ``firefox/linux``, and put into a language when it is shown; one half may be
missing (``curl/``, ``/linux``), and ``""`` is a device that is unclear. Nothing of what the browser wrote is kept, so
that nobody can put text of theirs on another person's page, in their mail or in the log.

It helps a person to tell their own devices apart and proves nothing: whoever sends a request can claim any browser.
"""

from __future__ import annotations

import re

LONGEST_READ = 512
"""How many characters of the field are looked at."""

BROWSERS = {
    "edge": "Edge",
    "opera": "Opera",
    "samsung": "Samsung Internet",
    "firefox": "Firefox",
    "chromium": "Chromium",
    "chrome": "Chrome",
    "safari": "Safari",
    "curl": "curl",
    "wget": "Wget",
    "python": "Python",
}
SYSTEMS = {
    "ipados": "iPadOS",
    "ios": "iOS",
    "android": "Android",
    "chromeos": "ChromeOS",
    "windows": "Windows",
    "macos": "macOS",
    "linux": "Linux",
}
BOTH = {"en": "{browser} on {system}", "zh": "{system} 上的 {browser}"}

# In this order: all but Firefox and Safari call themselves Chrome as well, and all but Firefox call themselves Safari.
_PRODUCTS = (
    ("edge", frozenset({"Edg", "EdgA", "EdgiOS", "Edge"})),
    ("opera", frozenset({"OPR", "OPT", "OPiOS", "Opera"})),
    ("samsung", frozenset({"SamsungBrowser"})),
    ("firefox", frozenset({"Firefox", "FxiOS"})),
    ("chromium", frozenset({"Chromium"})),
    ("chrome", frozenset({"Chrome", "CriOS", "HeadlessChrome"})),
    ("curl", frozenset({"curl"})),
    ("wget", frozenset({"Wget"})),
    ("python", frozenset({"python-requests", "python-httpx", "Python-urllib", "aiohttp", "Python"})),
)
# In this order: Android says Linux, and an iPhone says "like Mac OS X".
_SYSTEMS = (
    ("ipados", ("iPad",)),
    ("ios", ("iPhone", "iPod")),
    ("android", ("Android",)),
    ("chromeos", ("CrOS",)),
    ("windows", ("Windows",)),
    ("macos", ("Macintosh", "Mac OS X")),
    ("linux", ("Linux",)),
)
_APPLE = frozenset({"ipados", "ios", "macos"})
# Every word is matched, followed by a slash or not: so no part of the text is gone over twice.
_WORD = re.compile(r"([A-Za-z][A-Za-z-]*)(/?)")


def name_of(user_agent: str | None) -> str:
    """Return the browser and the system that a ``User-Agent`` field tells of, as it is stored; ``""`` if unclear.

    Never raises.

    Args:
        user_agent: the field as it came; ``None`` where there was none.
    """
    said = (user_agent or "")[:LONGEST_READ]
    products = {word for word, slash in _WORD.findall(said) if slash}
    system = next((name for name, signs in _SYSTEMS if any(sign in said for sign in signs)), "")
    browser = next((name for name, signs in _PRODUCTS if not signs.isdisjoint(products)), "")
    if not browser and system in _APPLE and {"Safari", "Version"} <= products:
        browser = "safari"
    return f"{browser}/{system}" if browser or system else ""


def in_words(name: str, language: str) -> str:
    """Return a stored name as it is shown, such as ``Firefox on Linux``; ``""`` for what this version does not know.

    Args:
        name: as ``name_of`` returned it.
        language: ``en`` or ``zh``.
    """
    first, _, second = name.partition("/")
    browser, system = BROWSERS.get(first, ""), SYSTEMS.get(second, "")
    if browser and system:
        return BOTH[language].format(browser=browser, system=system)
    return browser or system
