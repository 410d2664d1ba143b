"""A small Django project in this process, for the tests of the engine and the checks."""

from __future__ import annotations

from typing import Any

import django  # type: ignore[import-untyped]  # Django has no types
from django.conf import settings  # type: ignore[import-untyped]  # likewise

SECRET = "a secret that is long enough to be a source of keys"
HERE = __name__

if not settings.configured:
    settings.configure(
        SECRET_KEY=SECRET,
        DEBUG=False,
        ALLOWED_HOSTS=["testserver"],
        ROOT_URLCONF=HERE,
        SESSION_ENGINE="hardtack.adapters.django",
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        MESSAGE_STORAGE="django.contrib.messages.storage.session.SessionStorage",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "hardtack.adapters.django",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    django.setup()

from django.http import HttpRequest, HttpResponse, JsonResponse  # type: ignore[import-untyped]  # noqa: E402 - it asks for settings
from django.urls import path  # type: ignore[import-untyped]  # noqa: E402 - likewise


def put(request: HttpRequest, key: str, value: str) -> HttpResponse:
    """Put a value into the session."""
    request.session[key] = value
    return HttpResponse()


def everything(request: HttpRequest) -> HttpResponse:
    """Show what is in the session."""
    return JsonResponse(dict(request.session.items()))


def grow(request: HttpRequest) -> HttpResponse:
    """Change the session deep inside, and say nothing."""
    request.session.setdefault("cart", {"items": []})["items"].append(1)
    return HttpResponse()


def quiet(request: HttpRequest) -> HttpResponse:
    """Change the session deep inside, and say that this is no change."""
    request.session["cart"]["items"].append(9)
    request.session.modified = False
    return HttpResponse()


def large(request: HttpRequest, size: int) -> HttpResponse:
    """Put much into the session."""
    request.session.update({"basket": "b" * size, "name": "n", 3: "c"})
    return HttpResponse()


def flush(request: HttpRequest) -> HttpResponse:
    """End the session."""
    request.session.flush()
    return HttpResponse()


async def later(request: HttpRequest) -> HttpResponse:
    """Count, asynchronously."""
    await request.session.aset("n", await request.session.aget("n", 0) + 1)
    return JsonResponse({"n": await request.session.aget("n")})


def who(request: HttpRequest) -> HttpResponse:
    """Say who is signed in."""
    return HttpResponse(request.user.get_username())


def nothing(request: HttpRequest) -> HttpResponse:
    """Do not look at the session."""
    return HttpResponse()


urlpatterns: list[Any] = [
    path("put/<key>/<value>", put),
    path("all", everything),
    path("grow", grow),
    path("quiet", quiet),
    path("large/<int:size>", large),
    path("flush", flush),
    path("later", later),
    path("who", who),
    path("nothing", nothing),
]
