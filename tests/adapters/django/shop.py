"""A Django project with the status layer, as people write them, for real servers: ``wsgi`` and ``asgi``.

What the environment variable ``SHOP`` holds (JSON) takes the place of its settings.
"""

from __future__ import annotations

import asyncio
import errno
import io
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import django  # type: ignore[import-untyped]  # Django has no types
from django.conf import settings  # type: ignore[import-untyped]  # likewise

from hardtack.status.addresses import Addresses
from hardtack.status.limits import Limits

HERE = Path(__file__).parent
LONG = 3
"""Seconds."""
INSIDE = ("common.CommonMiddleware", "csrf.CsrfViewMiddleware")
LIMITS = {"max_body": 2000, "piece_seconds": 1}

if not settings.configured:
    told: dict[str, Any] = json.loads(os.environ.get("SHOP", "{}"))
    status = {"limits": Limits(**told.pop("limits", LIMITS)), **told.pop("status", {"hosts": ["localhost:8000"]})}
    settings.configure(
        **{
            "SECRET_KEY": "a secret that is long enough to be a source of keys",
            "ALLOWED_HOSTS": ["*"],
            "ROOT_URLCONF": __name__,
            "MIDDLEWARE": [
                "hardtack.adapters.django.middleware.StatusMiddleware",
                *told.pop("inside", [f"django.middleware.{name}" for name in INSIDE] + [f"{__name__}.breaking"]),
            ],
            "CSRF_FAILURE_VIEW": "hardtack.adapters.django.status.csrf_failure",
            "HARDTACK_STATUS": {**status, "addresses": Addresses({"/old": "/"}, ["/gone"])},
            "LOGGING_CONFIG": None,
            **told,
        }
    )
    django.setup()

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation  # type: ignore[import-untyped]  # noqa: E402 - it asks for settings
from django.core.handlers.asgi import ASGIHandler  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.core.handlers.wsgi import WSGIHandler  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.http import (  # type: ignore[import-untyped]  # noqa: E402 - likewise
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    StreamingHttpResponse,
)
from django.urls import path  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.utils.decorators import method_decorator  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.views import View  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.views.decorators.csrf import csrf_exempt  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.views.decorators.http import require_http_methods  # type: ignore[import-untyped]  # noqa: E402 - likewise

from hardtack.adapters.asgi import Hardtack  # noqa: E402 - likewise
from hardtack.status import Conflict, errors  # noqa: E402 - likewise
from hardtack.status.rules import rules  # noqa: E402 - likewise


def breaking(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Fail in a middleware, where no view is asked."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/broken":
            raise RuntimeError("swordfish")
        if request.path == "/full":
            raise errors.ServiceUnavailable(retry_after=7)
        return get_response(request)

    return middleware


def home(request: HttpRequest) -> HttpResponse:
    """Greet."""
    return HttpResponse("hello", headers={"X-Path": request.path.encode().hex()})


def fail(request: HttpRequest, kind: str) -> HttpResponse:
    """Fail in one of the ways there are."""
    kinds: dict[str, Exception] = {
        "404": Http404("swordfish"),
        "403": PermissionDenied("swordfish"),
        "400": SuspiciousOperation("swordfish"),
        "bad": BadRequest("swordfish"),
        "taken": Conflict("Taken."),
        "disk": OSError(errno.ENOSPC, "full"),
    }
    raise kinds.get(kind, RuntimeError("swordfish"))


async def afail(request: HttpRequest, kind: str) -> HttpResponse:
    """As ``fail``."""
    return fail(request, kind)


def answer(request: HttpRequest, code: int) -> HttpResponse:
    """Answer with a bare code."""
    response = HttpResponse(status=code, headers={"Allow": "BREW"})
    response.set_cookie("kept", "1")
    return response


def own(request: HttpRequest) -> HttpResponse:
    """Answer with an error that says something."""
    return HttpResponseNotFound("There is no such ship.")


def stored(request: HttpRequest, number: int) -> str | None:
    """Return the tag of the things that there are."""
    return "v1" if number == 1 else None


async def astored(request: HttpRequest, number: int) -> str | None:
    """As ``stored``."""
    return stored(request, number)


def named(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse whoever has no name, as an authorisation outside the rules does."""

    @wraps(view)
    def decorated(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "X-Name" not in request.headers:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return decorated


@csrf_exempt  # type: ignore[untyped-decorator]  # Django has no types
@named
@rules(etag=stored, protect=True, accepts="application/json", max_body=100)
def thing(request: HttpRequest, number: int) -> HttpResponse:
    """Show or change a thing."""
    return HttpResponse("thing " * 20)


@csrf_exempt  # type: ignore[untyped-decorator]  # likewise
@rules(etag=astored, protect=True, accepts="application/json", max_body=100)
async def athing(request: HttpRequest, number: int) -> HttpResponse:
    """As ``thing``."""
    return HttpResponse("thing " * 20)


@method_decorator(csrf_exempt, name="dispatch")
class Things(View):  # type: ignore[misc]  # Django has no types
    """All things."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return HttpResponse("things")

    @rules(accepts="application/json")
    def post(self, request: HttpRequest) -> HttpResponse:
        """Add one."""
        return HttpResponse(request.body, status=201)


class Quiet(View):  # type: ignore[misc]  # Django has no types
    """A view that forbids more than others."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return HttpResponse("quiet")


@csrf_exempt  # type: ignore[untyped-decorator]  # likewise
@require_http_methods(["POST", "PUT"])  # type: ignore[untyped-decorator]  # likewise
def only(request: HttpRequest) -> HttpResponse:
    """Take two methods."""
    return HttpResponse(str(len(request.body)))


def form(request: HttpRequest) -> HttpResponse:
    """Take a form."""
    return HttpResponse("taken")


def book(request: HttpRequest) -> FileResponse:
    """Send a file, whose length Django knows."""
    file = io.BytesIO(b"0123456789" * 100)
    return FileResponse(file, headers={"ETag": '"book"'}, content_type="text/plain")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Send what is made on the way."""
    return _streamed(iter([b"01234", b"56789"]))


async def astream(request: HttpRequest) -> StreamingHttpResponse:
    """As ``stream``."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"01234"
        yield b"56789"

    return _streamed(pieces())


def wait(request: HttpRequest) -> StreamingHttpResponse:
    """Send something, and take long for the rest."""

    def pieces() -> Iterator[bytes]:
        yield b"first"
        time.sleep(LONG)
        yield b"last"

    return StreamingHttpResponse(pieces())


async def await_(request: HttpRequest) -> StreamingHttpResponse:
    """As ``wait``."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.sleep(LONG)
        yield b"last"

    return StreamingHttpResponse(pieces())


def late(request: HttpRequest) -> HttpResponse:
    """Take long."""
    time.sleep(LONG)
    return HttpResponse("late")


async def alate(request: HttpRequest) -> HttpResponse:
    """As ``late``."""
    await asyncio.sleep(LONG)
    return HttpResponse("late")


def _streamed(pieces: Iterator[bytes] | AsyncIterator[bytes]) -> StreamingHttpResponse:
    return StreamingHttpResponse(pieces, headers={"ETag": '"s"', "Content-Length": "10"}, content_type="text/plain")


urlpatterns = [
    path("", home),
    path("ü", home),
    path("fail/<kind>", fail),
    path("afail/<kind>", afail),
    path("answer/<int:code>", answer),
    path("own", own),
    path("things/<int:number>", thing),
    path("athings/<int:number>", athing),
    path("things", Things.as_view()),
    path("quiet", Quiet.as_view()),
    path("only", only),
    path("form", form),
    path("book", book),
    path("stream", stream),
    path("astream", astream),
    path("wait", wait),
    path("await", await_),
    path("late", late),
    path("alate", alate),
]

wsgi = WSGIHandler()
asgi = ASGIHandler()
around = Hardtack(asgi, status=settings.HARDTACK_STATUS)
