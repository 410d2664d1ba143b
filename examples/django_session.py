"""Django's own session, sealed: one setting more in an ordinary project, here in a single file.

Run it with ``python examples/django_session.py runserver`` and look at the cookie in your browser: it tells nothing.
"""

import os
import secrets
import sys

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.core.management import execute_from_command_line  # type: ignore[import-untyped]  # likewise
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # likewise
from django.urls import path  # type: ignore[import-untyped]  # likewise

settings.configure(
    DEBUG=True,
    # Without a SECRET_KEY of its own, each start makes a new one, and the sessions end with the process.
    SECRET_KEY=os.environ.get("SECRET_KEY") or secrets.token_hex(32),
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
    INSTALLED_APPS=["hardtack.adapters.django"],
    SESSION_ENGINE="hardtack.adapters.django",
    HARDTACK_APPLICATION="counter",
)


def count(request: HttpRequest) -> HttpResponse:
    """Count the visits of one browser."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse(f"This is your visit number {request.session['visits']}.\n", content_type="text/plain")


urlpatterns = [path("", count)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
