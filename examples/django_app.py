"""From nothing to signed in: run ``python examples/django_app.py runserver`` and open http://localhost:8000/."""

import secrets
import sys
from pathlib import Path

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.core.management import execute_from_command_line  # type: ignore[import-untyped]  # likewise
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # likewise
from django.urls import path  # type: ignore[import-untyped]  # likewise

from hardtack.seal import Keyring

DATA = Path("hardtack-data")
HARDTACK = "hardtack.adapters.django"
settings.configure(
    DEBUG=True,
    SECRET_KEY=secrets.token_hex(32),
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", HARDTACK],
    MIDDLEWARE=[f"{HARDTACK}.middleware.{name}Middleware" for name in ("Status", "Session", "SignIn")],
    AUTHENTICATION_BACKENDS=[f"{HARDTACK}.accounts.AccountsBackend"],
    SESSION_ENGINE=HARDTACK,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA / "django.db"}},
    HARDTACK_DATA=DATA,
    HARDTACK_KEYRING=Keyring.generate(),  # new at each start; name the file that `hardtack keys new FILE` makes
)


def home(request: HttpRequest) -> HttpResponse:
    """Greet whoever is signed in; the others are led to the sign-in page and back."""
    request.hardtack.require()
    return HttpResponse(f"Hello {request.user}.\n", content_type="text/plain")


urlpatterns = [path("", home)]
if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    execute_from_command_line(["", "migrate", "--verbosity=0"])
    execute_from_command_line(sys.argv)
