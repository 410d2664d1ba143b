"""More addresses for the projects of the tests: error handlers of their own, pages that ask who it is, and a form."""

from __future__ import annotations

from typing import Any

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound  # type: ignore[import-untyped]  # likewise
from django.template import engines  # type: ignore[import-untyped]  # likewise
from django.urls import include, path  # type: ignore[import-untyped]  # likewise

from hardtack.status import Conflict, Unauthorized, challenge

FORM = '<form method="post"><input name="csrf_token" value="{{ request.hardtack.csrf_token }}"></form>'


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer as the project likes."""
    return HttpResponseNotFound("the project's own 404")


def taken(request: HttpRequest) -> HttpResponse:
    """Refuse."""
    raise Conflict("Taken.")


async def ataken(request: HttpRequest) -> HttpResponse:
    """As ``taken``."""
    raise Conflict("Taken.")


def asked(request: HttpRequest) -> HttpResponse:
    """Ask for credentials of the project's own."""
    raise Unauthorized(challenge=challenge("Bearer", realm="ships"), headers=[("X-Ship", "a"), ("X-Ship", "b")])


def form(request: HttpRequest) -> HttpResponse:
    """Show a form, and take it."""
    if request.method == "POST":
        return HttpResponse("taken")
    return HttpResponse(engines["django"].from_string(FORM).render({}, request))


urlpatterns: list[Any] = [
    path("taken", taken),
    path("ataken", ataken),
    path("asked", asked),
    path("form", form),
    path("", include(settings.EXTENDED)),
]
