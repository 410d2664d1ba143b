"""What Django's answers say to caches: the same as ``hardtack.session.caching`` would, remembered by what they say."""

from __future__ import annotations

from itertools import product

import pytest

from hardtack.adapters.django import caches
from hardtack.session import caching
from tests.adapters.django import project  # noqa: F401 - Django's settings

from django.http import HttpResponse  # type: ignore[import-untyped]  # isort: skip  # it asks for settings

SAID = {
    "Vary": [None, "Accept", "Cookie", "*"],
    "Cache-Control": [None, "public", "no-store", "max-age=60", "private"],
    "CDN-Cache-Control": [None, "max-age=60"],
    "Expires": [None, "Thu, 01 Jan 2026 00:00:00 GMT"],
}
ANSWERS = [dict(zip(SAID, values, strict=True)) for values in product(*SAID.values())]


def answer(said: dict[str, str | None], *, writes: bool) -> HttpResponse:
    """Return an answer that says this, and sets the session's cookie if it *writes*, beside another one."""
    response = HttpResponse(headers={name: value for name, value in said.items() if value is not None})
    response.set_cookie("theme", "dark")
    if writes:
        response.set_cookie("sessionid", "x")
    return response


@pytest.mark.parametrize("depends", [True, False])
@pytest.mark.parametrize("writes", [True, False])
def test_every_answer_says_what_the_rules_would_say(writes: bool, depends: bool) -> None:
    """Also when such an answer was seen before, and when more were seen than are remembered."""
    assert len(ANSWERS) > caches.MAX_KEPT
    for said in [*ANSWERS, *ANSWERS]:
        response, expected = answer(said, writes=writes), answer(said, writes=writes)
        cookies = [("Set-Cookie", each.OutputString()) for each in expected.cookies.values()]
        for name, value in caching.protected([*expected.items(), *cookies], ("sessionid",), depends):
            expected[name] = value
        caches.protect(response, "sessionid", depends=depends)
        assert sorted(response.items()) == sorted(expected.items())
    assert len(caches._kept) <= caches.MAX_KEPT
