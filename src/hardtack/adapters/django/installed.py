"""What of Hardtack and of Django a project has installed, and in which order: read from its settings.

A class is known by what it descends from, so that a project's own subclass counts. A path that cannot be imported is
left out; Django itself says that, when it loads it. Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps  # type: ignore[import-untyped]  # Django has no types
from django.conf import settings  # type: ignore[import-untyped]  # likewise
from django.utils.module_loading import import_string  # type: ignore[import-untyped]  # likewise

ENGINE = "hardtack.adapters.django"

STATUS = f"{ENGINE}.status.StatusMiddleware"
SESSION = f"{ENGINE}.sessions.SessionMiddleware"
SIGN_IN = f"{ENGINE}.sign_in.SignInMiddleware"
BACKEND = f"{ENGINE}.accounts.AccountsBackend"
DJANGO_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
DJANGO_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
DJANGO_CACHE = "django.middleware.cache.UpdateCacheMiddleware"
DJANGO_AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"


@dataclass(frozen=True)
class Installed:
    """What is installed.

    Args:
        middleware: for each of ``MIDDLEWARE``, the paths of the classes that it is.
        backends: the same for each of ``AUTHENTICATION_BACKENDS``.
    """

    middleware: tuple[frozenset[str], ...]
    backends: tuple[frozenset[str], ...]

    @classmethod
    def now(cls) -> Installed:
        """Return what the settings say now."""
        # The default names a backend that cannot be imported without the application that it is of.
        backends = settings.AUTHENTICATION_BACKENDS if apps.is_installed("django.contrib.auth") else ()
        return cls(tuple(map(_kinds, settings.MIDDLEWARE)), tuple(map(_kinds, backends)))

    def at(self, kind: str) -> list[int]:
        """Return at which places of ``MIDDLEWARE`` a class of this kind stands."""
        return [place for place, kinds in enumerate(self.middleware) if kind in kinds]

    @property
    def signs_in(self) -> bool:
        """Whether who it is comes from our sign-in."""
        return bool(self.at(SIGN_IN))

    @property
    def has_backend(self) -> bool:
        """Whether Django's own sign-in knows our accounts."""
        return any(BACKEND in kinds for kinds in self.backends)

    @property
    def data_of_visit(self) -> bool:
        """Whether the project's session is that of the visit."""
        return self.signs_in and bool(self.at(SESSION)) and settings.SESSION_ENGINE == ENGINE


def _kinds(path: str) -> frozenset[str]:
    try:
        found: Any = import_string(path)
    except ImportError:
        return frozenset()
    bases = found.__mro__ if isinstance(found, type) else ()
    return frozenset(f"{each.__module__}.{each.__qualname__}" for each in bases)
