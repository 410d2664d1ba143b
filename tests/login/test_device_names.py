"""The name of a device: two words of ours, whatever the browser writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.login import device_names
from hardtack.login.device_names import BROWSERS, LONGEST_READ, SYSTEMS, in_words, name_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"

KNOWN = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "firefox/linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0": "firefox/windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0": "firefox/macos",
    "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0": "firefox/android",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "FxiOS/145.0 Mobile/15E148 Safari/605.1.15": "firefox/ios",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36": "chrome/windows",
    f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36": "chrome/android",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/142.0.0.0 Safari/537.36": "chrome/chromeos",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/142.0.0.0 Safari/537.36": "chrome/linux",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1": "chrome/ios",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Ubuntu Chromium/80.0 Chrome/80.0 Safari/537.36": "chromium/linux",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0": "edge/windows",
    f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/142.0 Mobile Safari/537.36 EdgA/142.0": "edge/android",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/142.0 Safari/537.36 OPR/124.0": "opera/linux",
    "Opera/9.80 (X11; Linux i686) Presto/2.12.388 Version/12.16": "opera/linux",
    f"Mozilla/5.0 (Linux; Android 14; SM-S921B) {WEBKIT} SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36": (
        "samsung/android"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15": "safari/macos",
    "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1": "safari/ipados",
    "Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/12.1 Mobile/15E148 Safari/604.1": "safari/ios",
    "curl/8.14.1": "curl/",
    "Wget/1.25.0": "wget/",
    "python-requests/2.32.5": "python/",
    "Python-urllib/3.11": "python/",
    "python-httpx/0.28.1": "python/",
    "Python/3.11 aiohttp/3.13.0": "python/",
    "Mozilla/5.0 (X11; Linux x86_64) Something/1.0": "/linux",
    f"Mozilla/5.0 (Linux; U; Android 4.0.3) {WEBKIT} Version/4.0 Safari/534.30": "/android",
    "Mozilla/5.0": "",
    "Firefox": "",
    "xFirefox/1 Firefoxes/2": "",
    "": "",
}


@pytest.mark.parametrize(("field", "name"), KNOWN.items(), ids=[name or "unclear" for name in KNOWN.values()])
def test_a_browser_is_told_from_the_others(field: str, name: str) -> None:
    """What each of them writes names it, although most of them name others as well."""
    assert name_of(field) == name


def test_a_request_without_the_field_is_unclear() -> None:
    """There is nothing to tell."""
    assert name_of(None) == ""


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("firefox/linux", "Firefox on Linux", "Linux 上的 Firefox"),
        ("samsung/android", "Samsung Internet on Android", "Android 上的 Samsung Internet"),
        ("curl/", "curl", "curl"),
        ("/ipados", "iPadOS", "iPadOS"),
        ("", "", ""),
        ("<b>/linux/", "", ""),
        ("firefox", "Firefox", "Firefox"),
    ],
)
def test_a_stored_name_is_put_into_the_language_of_its_reader(name: str, english: str, chinese: str) -> None:
    """What this version does not know is left out."""
    assert (in_words(name, "en"), in_words(name, "zh")) == (english, chinese)


PIECES = st.sampled_from(
    [sign for _, signs in (*device_names._PRODUCTS, *device_names._SYSTEMS) for sign in signs] + ["/", " ", "(", ";"]
)


@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3))).map("".join)))
def test_whatever_is_written_the_name_is_made_of_our_words(field: str) -> None:
    """Nobody's text is kept, and nothing is raised."""
    name = name_of(field)
    first, slash, second = name.partition("/")
    assert first in BROWSERS or not first
    assert second in SYSTEMS or not second
    assert bool(slash) == bool(name)
    assert len(name) <= 20
    for language in ("en", "zh"):
        assert bool(in_words(name, language)) == bool(name)
        assert len(in_words(name, language)) <= 60


def test_only_the_beginning_of_a_long_field_is_read() -> None:
    """Whoever writes a megabyte has it looked at as far as browsers write."""
    assert name_of("x" * LONGEST_READ + "Firefox/1 Linux") == ""
    assert name_of("a" * 1_000_000) == ""
