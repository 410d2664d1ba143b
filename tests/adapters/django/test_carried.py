"""The session's cookie is read and written with less work than Django does it, and to the letter the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.core.handlers.wsgi import WSGIRequest  # type: ignore[import-untyped]  # likewise
from django.http import HttpResponse  # type: ignore[import-untyped]  # likewise
from django.test import RequestFactory, override_settings  # type: ignore[import-untyped]  # likewise
from hypothesis import given
from hypothesis import strategies as st

from hardtack.adapters.django.carried import set_cookie, token_of
from tests.adapters.django import project  # noqa: F401 - configures Django

NAME = settings.SESSION_COOKIE_NAME

PIECES = [
    "sessionid",
    "=",
    ";",
    " ",
    '"',
    "AS6hGR-_x",
    "x",
    "\\",
    "\t",
    "é",
    ",",
    "sessionid=",
    "; sessionid=",
    "a=b; ",
]


def asked(field: str) -> Any:
    """Return a request with this Cookie field."""
    return WSGIRequest({**RequestFactory()._base_environ(), "HTTP_COOKIE": field.encode().decode("latin-1")})


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_the_cookie_that_is_found_is_the_one_that_django_finds(field: str) -> None:
    """Whatever else is in the field, and however often it is there."""
    assert token_of(asked(field), NAME) == asked(field).COOKIES.get(NAME)


@pytest.mark.parametrize(
    "field", ["sessionid=AS6h", "a=b; sessionid=AS6h", "a=b;  sessionid=AS6h; c=d", "a=b;sessionid=AS6h"]
)
def test_an_ordinary_one_is_found_without_parsing_the_others(field: str) -> None:
    """Nobody has asked for them."""
    request = asked(field)
    assert token_of(request, NAME) == "AS6h"
    assert "COOKIES" not in vars(request)


def test_what_somebody_has_put_in_is_what_counts() -> None:
    """As in tests, which give a request its cookies."""
    request = asked("sessionid=AS6h")
    request.COOKIES[NAME] = "another"
    assert token_of(request, NAME) == "another"


@pytest.mark.parametrize("max_age", [None, 0, 60, 1_209_600, -5])
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": False, "SESSION_COOKIE_SAMESITE": None},
        {"SESSION_COOKIE_DOMAIN": "example.org", "SESSION_COOKIE_PATH": "/shop", "SESSION_COOKIE_SAMESITE": "Strict"},
    ],
)
@pytest.mark.parametrize("value", ["AS6hGR-_x", "a:b c"])
def test_the_cookie_that_is_set_is_the_one_that_django_sets(
    said: dict[str, Any], max_age: int | None, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the letter, by the settings as they are now."""
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.7)
    ours, theirs = HttpResponse(), HttpResponse()
    with override_settings(**said):
        set_cookie(ours, NAME, value, max_age)
        from django.utils.http import http_date  # type: ignore[import-untyped]  # Django has no types

        theirs.set_cookie(
            NAME,
            value,
            max_age=max_age,
            expires=None if max_age is None else http_date(1_800_000_000.7 + max_age),
            domain=settings.SESSION_COOKIE_DOMAIN,
            path=settings.SESSION_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE or None,
            httponly=settings.SESSION_COOKIE_HTTPONLY or None,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )
    assert ours.cookies.output() == theirs.cookies.output()
