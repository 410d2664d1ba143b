"""Views, the middleware of a new project that concerns answers, and static files, as Django's documentation shows them.

A process of its own, since Django is set up once in each.
"""

from __future__ import annotations

import django  # type: ignore[import-untyped]  # Django has no types
from django.conf import settings  # type: ignore[import-untyped]  # likewise
from django.core.wsgi import get_wsgi_application  # type: ignore[import-untyped]  # likewise
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # likewise
from django.urls import path  # type: ignore[import-untyped]  # likewise
from django.views.decorators.http import require_GET  # type: ignore[import-untyped]  # likewise
from django.views.static import serve  # type: ignore[import-untyped]  # likewise

from tests.lint.apps.served import FOLDER


def index(_request: HttpRequest) -> HttpResponse:
    """Say hello."""
    return HttpResponse("Hello, world. You're at the polls index.")


@require_GET  # type: ignore[untyped-decorator]  # likewise
def note(_request: HttpRequest) -> HttpResponse:
    """Read the note."""
    return HttpResponse("a note")


urlpatterns = [
    path("", index),
    path("note", note),
    path("static/<path:path>", serve, {"document_root": FOLDER}),
]
settings.configure(
    ALLOWED_HOSTS=["localhost"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware", "django.middleware.http.ConditionalGetMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="nothing is signed with it",
)
django.setup()
app = get_wsgi_application()
