"""The settings of the story's two Django projects: Hardtack's middleware, and Django's messages in the session.

``python -m tests.story.apps.django_project`` makes Django's own database, once for all its servers: in it are the
Django users that belong to the accounts.
"""

from __future__ import annotations

import os
from pathlib import Path

import django  # type: ignore[import-untyped]  # Django has no types
from django.conf import settings  # type: ignore[import-untyped]  # likewise

from tests.story.apps import common


def configure(urls: str) -> None:
    """Configure a project whose addresses are in the module *urls*."""
    settings.configure(
        SECRET_KEY="a secret that is long enough to be a source of keys",
        ALLOWED_HOSTS=["shop.example"],
        ROOT_URLCONF=urls,
        MIDDLEWARE=[
            "hardtack.adapters.django.middleware.StatusMiddleware",
            "hardtack.adapters.django.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "hardtack.adapters.django.middleware.SignInMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "hardtack.adapters.django",
        ],
        SESSION_ENGINE="hardtack.adapters.django",
        AUTHENTICATION_BACKENDS=["hardtack.adapters.django.accounts.AccountsBackend"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": Path(os.environ["STORY_DATA"]) / "django.db",
                "OPTIONS": {"timeout": 30},
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        MESSAGE_STORAGE="django.contrib.messages.storage.session.SessionStorage",
        LOGGING_CONFIG=None,
        HARDTACK_APPLICATION=common.APPLICATION,
        HARDTACK_STATUS={},
        **{f"HARDTACK_{name.upper()}": value for name, value in common.settings().items()},
    )
    django.setup()


if __name__ == "__main__":
    configure("tests.story.apps.django")
    from django.core.management import call_command  # type: ignore[import-untyped]  # likewise

    call_command("migrate", verbosity=0)
