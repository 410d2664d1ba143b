"""A Django project with Hardtack's sign-in, for real servers: ``wsgi`` and ``asgi``.

What the environment variable ``CLUB`` holds (JSON) takes the place of its settings; ``data`` in it is the folder of the
keyring, of our accounts and of Django's own database.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import django  # type: ignore[import-untyped]  # Django has no types
from django.conf import settings  # type: ignore[import-untyped]  # likewise

SESSION = "hardtack.adapters.django.middleware.SessionMiddleware"
SIGN_IN = "hardtack.adapters.django.middleware.SignInMiddleware"
MIDDLEWARE = [
    "hardtack.adapters.django.middleware.StatusMiddleware",
    SESSION,
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    SIGN_IN,
    "django.contrib.messages.middleware.MessageMiddleware",
]


def configure(data: Path, **changed: Any) -> None:
    """Configure the project, some of whose settings are others."""
    settings.configure(
        **{
            "SECRET_KEY": "a secret that is long enough to be a source of keys",
            "ALLOWED_HOSTS": ["*"],
            "ROOT_URLCONF": __name__,
            "MIDDLEWARE": MIDDLEWARE,
            "INSTALLED_APPS": [
                "django.contrib.admin",
                "django.contrib.auth",
                "django.contrib.contenttypes",
                "django.contrib.messages",
                "django.contrib.sessions",
                "hardtack.adapters.django",
            ],
            "TEMPLATES": [
                {
                    "BACKEND": "django.template.backends.django.DjangoTemplates",
                    "APP_DIRS": True,
                    "OPTIONS": {
                        "context_processors": [
                            "django.template.context_processors.request",
                            "django.contrib.auth.context_processors.auth",
                            "django.contrib.messages.context_processors.messages",
                        ]
                    },
                }
            ],
            "DATABASES": {
                "default": {
                    "ENGINE": "django.db.backends.sqlite3",
                    "NAME": str(data / "django.db"),
                    "OPTIONS": {"timeout": 30},
                }
            },
            "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
            "AUTHENTICATION_BACKENDS": ["hardtack.adapters.django.accounts.AccountsBackend"],
            "LOGIN_URL": "/auth/sign-in",
            "STATIC_URL": "/static/",
            "SESSION_ENGINE": "hardtack.adapters.django",
            "HARDTACK_KEYRING": str(data / "hardtack.key"),
            "HARDTACK_DATA": str(data),
            "HARDTACK_APPLICATION": "club",
            "LOGGING_CONFIG": None,
            "USE_TZ": True,
            **changed,
        }
    )
    django.setup()


if not settings.configured:
    told: dict[str, Any] = json.loads(os.environ["CLUB"])
    configure(Path(told.pop("data")), **told)

from django.contrib import admin  # type: ignore[import-untyped]  # noqa: E402 - it asks for settings
from django.contrib.auth.decorators import login_required  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.contrib.auth.views import LoginView, LogoutView  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.core.handlers.asgi import ASGIHandler  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.core.handlers.wsgi import WSGIHandler  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.http import (  # type: ignore[import-untyped]  # noqa: E402 - likewise
    FileResponse,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import path  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.utils.decorators import method_decorator  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.views import View  # type: ignore[import-untyped]  # noqa: E402 - likewise

from hardtack.adapters.django.decorators import recent_sign_in_required, sign_in_required  # noqa: E402 - likewise


def who(request: HttpRequest) -> HttpResponse:
    """Say who is signed in."""
    user = request.user
    return JsonResponse(
        {
            "user": user.get_username(),
            "in": user.is_authenticated,
            "staff": user.is_staff,
            "account": getattr(request.hardtack.account, "name", None) if hasattr(request, "hardtack") else None,
            "data": dict(request.session.items()),
        }
    )


async def awho(request: HttpRequest) -> HttpResponse:
    """As ``who``."""
    user = await request.auser()
    return JsonResponse({"user": user.get_username(), "in": user.is_authenticated})


def nothing(request: HttpRequest) -> HttpResponse:
    """Ask nobody."""
    return HttpResponse("nothing")


def put(request: HttpRequest, key: str, value: str) -> HttpResponse:
    """Put a value into the session, deep inside."""
    request.session.setdefault("held", {})[key] = value
    return HttpResponse()


def flush(request: HttpRequest) -> HttpResponse:
    """End the session."""
    request.session.flush()
    return HttpResponse()


def large(request: HttpRequest) -> HttpResponse:
    """Put too much into the session."""
    request.session["basket"] = "b" * 5000
    return HttpResponse()


def expiring(request: HttpRequest, seconds: int) -> HttpResponse:
    """Let the session end after some seconds."""
    request.session.set_expiry(seconds)
    return HttpResponse()


def huge(request: HttpRequest) -> HttpResponse:
    """Put what JSON carries and msgpack does not."""
    request.session["n"] = 2**70
    return HttpResponse()


def streamed(request: HttpRequest, late: int) -> HttpResponse:
    """Answer in pieces, with a session that is changed before, and between them if *late* is not 0."""
    request.session["before"] = True
    request.session.set_expiry(600)

    def pieces() -> Iterator[bytes]:
        yield b"begun, "
        if late:
            request.session["late"] = True
        yield b"ended"

    return StreamingHttpResponse(pieces())


async def astreamed(request: HttpRequest, late: int) -> HttpResponse:
    """As ``streamed``."""
    await request.session.aset("before", True)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"begun, "
        if late:
            await request.session.aset("late", True)
        yield b"ended"

    return StreamingHttpResponse(pieces())


def itself(request: HttpRequest) -> HttpResponse:
    """Answer with a file, and change the session before."""
    request.session["before"] = True
    return FileResponse(open(__file__, "rb"), content_type="text/plain")


def failing(request: HttpRequest) -> HttpResponse:
    """Change the session and fail."""
    request.session["failed"] = True
    raise RuntimeError


@sign_in_required
def secret(request: HttpRequest) -> HttpResponse:
    """Show what is for those who are signed in."""
    return HttpResponse(f"secret of {request.user}")


@sign_in_required
async def asecret(request: HttpRequest) -> HttpResponse:
    """As ``secret``."""
    return HttpResponse(f"secret of {await request.auser()}")


@sign_in_required(token_scope="read")
def readable(request: HttpRequest) -> HttpResponse:
    """Show what a program may read, too."""
    return HttpResponse(f"read by {request.user}")


@sign_in_required(token_scope="read")
async def areadable(request: HttpRequest) -> HttpResponse:
    """As ``readable``."""
    return HttpResponse(f"read by {await request.auser()}")


@recent_sign_in_required(max_age=1)
def delicate(request: HttpRequest) -> HttpResponse:
    """Show what is for those who have just signed in."""
    return HttpResponse("delicate")


@recent_sign_in_required
def recent(request: HttpRequest) -> HttpResponse:
    """The same within the time of the settings."""
    return HttpResponse("recent")


@method_decorator(sign_in_required, name="dispatch")
class Hidden(View):  # type: ignore[misc]  # Django has no types
    """A class that needs a sign-in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return HttpResponse("hidden")


urlpatterns: list[Any] = [
    path("who", who),
    path("awho", awho),
    path("nothing", nothing),
    path("put/<key>/<value>", put),
    path("flush", flush),
    path("large", large),
    path("expiring/<int:seconds>", expiring),
    path("huge", huge),
    path("failing", failing),
    path("streamed/<int:late>", streamed),
    path("astreamed/<int:late>", astreamed),
    path("itself", itself),
    path("readable", readable),
    path("areadable", areadable),
    path("secret", secret),
    path("asecret", asecret),
    path("delicate", delicate),
    path("recent", recent),
    path("hidden", Hidden.as_view()),
    path("theirs", login_required(nothing)),
    path("login", LoginView.as_view(template_name="admin/login.html")),
    path("logout", LogoutView.as_view()),
    path("admin/", admin.site.urls),
]
wsgi = WSGIHandler() if "gunicorn" in sys.modules else None
asgi = ASGIHandler() if "uvicorn" in sys.modules else None
