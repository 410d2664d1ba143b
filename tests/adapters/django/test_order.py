"""What Django says when a project starts whose parts do not go together, or whose settings cannot be used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.django import project

# Django reads its settings while it is imported.
from django.conf import settings  # type: ignore[import-untyped]  # isort: skip
from django.core.checks import run_checks  # type: ignore[import-untyped]  # isort: skip
from django.test.utils import override_settings  # type: ignore[import-untyped]  # isort: skip

from hardtack.seal import keyfile

STATUS = "hardtack.adapters.django.middleware.StatusMiddleware"
SESSION = "hardtack.adapters.django.middleware.SessionMiddleware"
SIGN_IN = "hardtack.adapters.django.middleware.SignInMiddleware"
BACKEND = "hardtack.adapters.django.accounts.AccountsBackend"
DJANGO_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
CACHE = "django.middleware.cache.UpdateCacheMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
ORIGIN = "https://club.example"
SAFE: dict[str, Any] = {"ROOT_URLCONF": project.HERE, "SESSION_COOKIE_SECURE": True}


def found(**changed: Any) -> list[Any]:
    """Return what is said of ours."""
    with override_settings(**{**SAFE, **changed}):
        return [message for message in run_checks() if message.id.startswith("hardtack.")]


def ids(**changed: Any) -> list[str]:
    """Return the numbers of what is said."""
    return [message.id.removeprefix("hardtack.") for message in found(**changed)]


@pytest.fixture
def signed_in(tmp_path: Path) -> dict[str, Any]:
    """Return the settings of a project with a sign-in that is as it should be."""
    keyfile.create(tmp_path / "keys")
    return {
        "MIDDLEWARE": [STATUS, SESSION, SIGN_IN],
        "AUTHENTICATION_BACKENDS": [BACKEND],
        "HARDTACK_KEYRING": str(tmp_path / "keys"),
        "HARDTACK_ORIGIN": ORIGIN,
    }


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"MIDDLEWARE": [STATUS, DJANGO_SESSION]}, []),
        ({"MIDDLEWARE": [DJANGO_SESSION, STATUS]}, ["W005"]),
        ({"MIDDLEWARE": [STATUS, STATUS]}, ["E006", "W005"]),
        ({"HARDTACK_PROFILE": "safe", "HARDTACK_ORIGIN": ORIGIN}, ["E008"]),
        ({"HARDTACK_PROFILE": "unsafe", "MIDDLEWARE": [SESSION]}, ["E001"]),
        ({"HARDTACK_PROFILE": "safe", "HARDTACK_ORIGIN": "club", "MIDDLEWARE": [SESSION]}, ["E001"]),
        ({"HARDTACK_PROFILE": "safe", "HARDTACK_ORIGIN": "http://club.example", "MIDDLEWARE": [SESSION]}, ["E001"]),
        ({"HARDTACK_STATUS": []}, ["E003"]),
        ({"HARDTACK_STATUS": {"host": "club.example"}}, ["E003"]),
        ({"HARDTACK_STATUS": {"hosts": "club.example"}}, ["E003"]),
        ({"HARDTACK_ORIGN": ORIGIN}, ["E005"]),
        ({"HARDTACK_WORKERS": 3}, ["E005"]),
        ({"MIDDLEWARE": ["no.such.Middleware"]}, []),
        ({"MIDDLEWARE": [SESSION, CACHE]}, ["E009"]),
        ({"MIDDLEWARE": [CACHE, SESSION]}, []),
        ({"MIDDLEWARE": [DJANGO_SESSION, CACHE]}, []),
        ({"HARDTACK_DATABASE": "postgresql://shop:swordfish@db.example/shop"}, ["W010"]),
        ({"HARDTACK_DATABASE": "postgresql://shop@db.example/shop"}, []),
        ({"HARDTACK_DATABASE": "postgresql://[::shop"}, []),
    ],
)
def test_what_does_not_go_together_is_said(changed: dict[str, Any], expected: list[str]) -> None:
    """By ``manage.py check`` and at every start."""
    assert ids(**changed) == expected


def test_a_project_that_is_as_it_should_be_hears_nothing(signed_in: dict[str, Any]) -> None:
    """Neither with the sign-in nor in the safe profile without it."""
    assert ids(**signed_in) == []
    assert ids(HARDTACK_PROFILE="safe", HARDTACK_ORIGIN=ORIGIN, MIDDLEWARE=[SESSION]) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"MIDDLEWARE": [STATUS, SIGN_IN, SESSION]}, ["E007"]),
        ({"MIDDLEWARE": [STATUS, SESSION, AUTHENTICATION, SIGN_IN]}, ["E007"]),
        ({"MIDDLEWARE": [STATUS, SESSION, SIGN_IN, SIGN_IN]}, ["E006"]),
        ({"MIDDLEWARE": [STATUS, CACHE, SESSION, SIGN_IN]}, []),
        ({"MIDDLEWARE": [STATUS, SESSION, CACHE, SIGN_IN]}, ["E009"]),
        ({"MIDDLEWARE": [STATUS, SIGN_IN, CACHE]}, ["E009"]),
        ({"MIDDLEWARE": [STATUS, DJANGO_SESSION, SIGN_IN]}, ["W007"]),
        ({"SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies"}, ["W007"]),
        ({"AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"]}, ["W008"]),
        ({"HARDTACK_ORIGIN": None}, ["W009"]),
        ({"HARDTACK_ORIGIN": None, "DEBUG": True}, []),
        ({"HARDTACK_KEYRING": None}, ["E004"]),
        ({"HARDTACK_KEYRING": "/nowhere/keys"}, ["E004"]),
        ({"HARDTACK_SIGN_UP": "everybody"}, ["E004"]),
        ({"HARDTACK_IDLE_TIMEOUT": "a day"}, ["E004"]),
        ({"HARDTACK_ADMINISTRATORS_ARE_STAFF": "yes"}, ["E004"]),
        ({"SESSION_COOKIE_NAME": "mine"}, ["W006"]),
        ({"SESSION_COOKIE_DOMAIN": ".club.example", "SESSION_COOKIE_PATH": "/a"}, ["W006", "W006"]),
    ],
)
def test_what_does_not_go_with_the_sign_in_is_said(
    signed_in: dict[str, Any], changed: dict[str, Any], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to write instead, and without a secret."""
    monkeypatch.delenv("HARDTACK_KEYRING", raising=False)
    messages = found(**{**signed_in, **changed})
    assert [message.id.removeprefix("hardtack.") for message in messages] == expected
    assert all(message.hint or "\n" in message.msg for message in messages)
    assert [] == [message for message in messages if settings.SECRET_KEY in f"{message.msg}{message.hint}"]


def test_keys_from_the_environment_will_do(signed_in: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """As for the service; what is in the variable must be a keyring."""
    monkeypatch.setenv("HARDTACK_KEYRING", Path(signed_in.pop("HARDTACK_KEYRING")).read_text().replace("\n", ";"))
    assert ids(**signed_in) == []
    monkeypatch.setenv("HARDTACK_KEYRING", "swordfish")
    (message,) = found(**signed_in)
    assert (message.id, "swordfish" in message.msg) == ("hardtack.E004", False)


@pytest.mark.parametrize("missing", ["jinja2", "sqlalchemy"])
def test_without_the_extra_it_is_said_what_to_install(
    signed_in: dict[str, Any], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is said of settings of which nobody can tell whether there are any."""
    monkeypatch.setitem(sys.modules, missing, None)
    (message,) = found(**signed_in, HARDTACK_ORIGN=ORIGIN)
    assert message.id == "hardtack.E004"
    assert "pip install 'hardtack[login]'" in message.msg


def test_a_setting_that_is_none_has_a_near_one() -> None:
    """Most are misspelled."""
    (message,) = found(HARDTACK_ORIGN=ORIGIN)
    assert message.hint == "did you mean HARDTACK_ORIGIN?"
