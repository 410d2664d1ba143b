"""What Django says of unsafe settings when a project starts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.django import project

# Django reads its settings while it is imported.
from django.core.checks import run_checks  # type: ignore[import-untyped]  # isort: skip
from django.test.utils import override_settings  # type: ignore[import-untyped]  # isort: skip

SAFE: dict[str, Any] = {"ROOT_URLCONF": project.HERE, "SESSION_COOKIE_SECURE": True}


@pytest.mark.parametrize(
    ("changed", "ids"),
    [
        ({}, []),
        ({"SECRET_KEY": "a" * 31}, ["W001"]),
        ({"SECRET_KEY_FALLBACKS": ["a" * 31]}, ["W001"]),
        ({"SESSION_COOKIE_SECURE": False}, ["W002"]),
        ({"SESSION_COOKIE_HTTPONLY": False}, ["W003"]),
        ({"SESSION_COOKIE_SAMESITE": None}, ["W004"]),
        ({"SESSION_COOKIE_SAMESITE": "None"}, ["W004"]),
        ({"SESSION_COOKIE_SECURE": False, "SESSION_COOKIE_SAMESITE": None, "DEBUG": True}, []),
        ({"SESSION_COOKIE_SECURE": False, "SESSION_ENGINE": "django.contrib.sessions.backends.cache"}, []),
        ({"HARDTACK_KEYRING": "/nowhere/keys"}, ["E001"]),
        ({"HARDTACK_REALM": ""}, ["E001"]),
        ({"SESSION_COOKIE_NAME": "__Host-id"}, []),
        ({"SESSION_COOKIE_NAME": "__Host-id", "SESSION_COOKIE_PATH": "/app"}, ["E002"]),
        ({"SESSION_COOKIE_NAME": "__Host-id", "SESSION_COOKIE_DOMAIN": "example.org"}, ["E002"]),
        ({"SESSION_COOKIE_NAME": "__Secure-id", "SESSION_COOKIE_SECURE": False, "DEBUG": True}, ["E002"]),
    ],
)
def test_what_is_unsafe_is_said_with_what_to_write(changed: dict[str, Any], ids: list[str]) -> None:
    """By ``manage.py check`` and at every start; no text holds the secret."""
    with override_settings(**{**SAFE, **changed}):
        found = [message for message in run_checks() if message.id.startswith("hardtack.")]
    assert [message.id for message in found] == [f"hardtack.{number}" for number in ids]
    assert [] == [message for message in found if "aaaa" in f"{message.msg}{message.hint}"]
