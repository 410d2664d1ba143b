"""The middleware of the status layer in one process, where a server would hide what it is asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.adapters.django import project

# Django reads its settings while it is imported.
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # isort: skip
from django.test import AsyncRequestFactory, Client, RequestFactory  # type: ignore[import-untyped]  # isort: skip
from django.test.utils import override_settings  # type: ignore[import-untyped]  # isort: skip

from hardtack.adapters.django.status import StatusMiddleware, csrf_failure

STATUS = "hardtack.adapters.django.middleware.StatusMiddleware"


class _Gone(BaseException):
    """The server is told to stop in the middle of a request."""


def stopping(request: HttpRequest) -> HttpResponse:
    """Stop."""
    raise _Gone


async def astopping(request: HttpRequest) -> HttpResponse:
    """As ``stopping``."""
    raise _Gone


def ranged(request: HttpRequest) -> HttpResponse:
    """Say which part is asked for, as the project sees it."""
    return HttpResponse(f"asked for {request.META.get('HTTP_RANGE')}")


def failing(*_: Any) -> Any:
    """Be a ``route`` that fails."""
    raise RuntimeError("swordfish")


def test_a_route_of_the_projects_that_fails_is_an_error_without_its_text() -> None:
    """It is asked before anything else of the project."""
    with override_settings(ROOT_URLCONF=project.HERE, MIDDLEWARE=[STATUS], HARDTACK_STATUS={"route": failing}):
        answer = Client(headers={"host": "testserver"}).get("/nothing")
    assert (answer.status_code, b"swordfish" in answer.content) == (500, False)


def test_where_the_layer_takes_ranges_the_project_sees_none() -> None:
    """So that nobody cuts twice."""
    with override_settings(HARDTACK_STATUS={"take_ranges": True}):
        request = RequestFactory().get("/", headers={"range": "bytes=0-4", "if-range": '"x"'})
        answer = StatusMiddleware(ranged)(request)
    assert (answer.status_code, answer.content) == (200, b"asked for None")


def test_maintenance_can_be_begun_and_ended_while_the_project_runs() -> None:
    """For this process."""
    middleware = StatusMiddleware(ranged)
    codes = []
    for on in (False, True, False):
        middleware.maintenance = on
        assert middleware.maintenance is on
        codes.append(middleware(RequestFactory().get("/")).status_code)
    assert codes == [200, 503, 200]


def test_a_request_that_is_broken_off_is_no_longer_counted() -> None:
    """Else a project that answers a few at once would answer nobody in the end."""
    middleware = StatusMiddleware(stopping)
    with pytest.raises(_Gone):
        middleware(RequestFactory().get("/"))
    assert middleware._in_flight == 0
    later = StatusMiddleware(astopping)

    async def ask() -> None:
        await later(AsyncRequestFactory().get("/"))

    with pytest.raises(_Gone):
        asyncio.run(ask())
    assert later._in_flight == 0


def test_a_forged_form_has_djangos_page_where_the_layer_is_not_installed() -> None:
    """The view of ours may be named all the same."""
    answer = csrf_failure(RequestFactory().post("/"), reason="no cookie")
    assert (answer.status_code, b"CSRF verification failed" in answer.content) == (403, True)
