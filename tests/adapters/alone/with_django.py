"""The story under Django, with Django's own test client; its messages are kept in the session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django  # type: ignore[import-untyped]  # Django has no types
from django.conf import settings  # type: ignore[import-untyped]  # likewise

from story import LIFETIME, OLD, Visit, tell  # type: ignore[import-not-found]  # beside this file

settings.configure(
    SECRET_KEY=OLD,
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF=__name__,
    SESSION_ENGINE="hardtack.adapters.django",
    SESSION_COOKIE_AGE=LIFETIME,
    MESSAGE_STORAGE="django.contrib.messages.storage.session.SessionStorage",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
)
django.setup()

from django.contrib import messages  # type: ignore[import-untyped]  # noqa: E402 - it asks for settings
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.test import Client, override_settings  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.urls import path  # type: ignore[import-untyped]  # noqa: E402 - likewise


def put(request: HttpRequest) -> Any:
    """Keep something."""
    request.session["basket"] = {"items": ["biscuit"]}
    return HttpResponse()


def nested(request: HttpRequest) -> Any:
    """Change it deep inside, and say so to nobody."""
    request.session["basket"]["items"].append("rum")
    return HttpResponse()


def get(request: HttpRequest) -> Any:
    """Say what is kept."""
    return HttpResponse(",".join(request.session.get("basket", {"items": []})["items"]))


def flash(request: HttpRequest) -> Any:
    """Leave a message for the next page."""
    messages.info(request, "ahoy")
    return HttpResponse()


def said(request: HttpRequest) -> Any:
    """Show the messages."""
    return HttpResponse(",".join(message.message for message in messages.get_messages(request)))


urlpatterns = [path(view.__name__ if view is not put else "set", view) for view in (put, nested, get, flash, said)]


def host(secrets: Sequence[str]) -> Visit:
    """Return a visit of the project with these secrets."""

    def visit(address: str, value: str) -> tuple[str, str]:
        with override_settings(SECRET_KEY=secrets[0], SECRET_KEY_FALLBACKS=list(secrets[1:])):
            client = Client()
            if value:
                client.cookies["sessionid"] = value
            text = client.get(address).content.decode()
            return text, client.cookies["sessionid"].value if "sessionid" in client.cookies else ""

    return visit


tell(host, flashes=True)
