"""Settings for Django's own tests of sessions, sign-in and messages: with signed_cookies, or ours in its place.

``HARDTACK_PEER`` says which, ``HARDTACK_REPORT`` where it is written what became of each test. With ours, the class
that Django's tests take from ``signed_cookies`` is ours before they are imported, and Django's own raises if anything
still reaches it, so that no test can pass by the wrong one; our ``SessionMiddleware`` stands in the place of theirs.

Most of the time went into hashes of passwords, the same ones again and again and the same in both runs, which no
session has to do with. Each is made once, in the folder ``HARDTACK_HASHES``: what it is made from decides it.
"""

from __future__ import annotations

import hashlib
import json
import os
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.sessions import middleware  # type: ignore[import-untyped]  # Django has no types
from django.contrib.sessions.backends import signed_cookies  # type: ignore[import-untyped]  # likewise
from django.test.runner import DiscoverRunner  # type: ignore[import-untyped]  # likewise

DATABASES = {name: {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"} for name in ("default", "other")}
SECRET_KEY = "a secret that is long enough to be a source of keys"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
TEST_RUNNER = "django_settings.Recording"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"


def _forbidden(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("a test has reached Django's own signed sessions")


def _once(made: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return *made*, a hash of nothing but its arguments, which does not work again for those that it had before."""

    def kept(*args: object, **options: object) -> bytes:
        told = repr((made.__name__, args, sorted(options.items())))
        path = Path(os.environ["HARDTACK_HASHES"]) / hashlib.sha256(told.encode()).hexdigest()
        if not path.exists():
            path.write_bytes(made(*args, **options))
        return path.read_bytes()

    return kept


for slow in ("pbkdf2_hmac", "scrypt") if "HARDTACK_HASHES" in os.environ else ():
    setattr(hashlib, slow, _once(getattr(hashlib, slow)))


if os.environ["HARDTACK_PEER"] == "hardtack":
    SESSION_ENGINE = "hardtack.adapters.django"
    from hardtack.adapters.django import SessionStore

    for method in ("load", "save", "_get_session_key"):
        setattr(signed_cookies.SessionStore, method, _forbidden)
    signed_cookies.SessionStore = SessionStore
    # After ours, which descends from Django's.
    from hardtack.adapters.django.middleware import SessionMiddleware

    middleware.SessionMiddleware = SessionMiddleware


class _Result(unittest.TextTestResult):
    """What became of each test, by its full name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: dict[str, str] = {}

    def addSuccess(self, test: Any) -> None:  # noqa: N802 - unittest's own name
        super().addSuccess(test)
        self.found.setdefault(test.id(), "passed")

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802 - likewise
        super().addFailure(test, err)
        self.found[test.id()] = "failure"

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802 - likewise
        super().addError(test, err)
        self.found[test.id()] = "failure"

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802 - likewise
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.found[test.id()] = "failure"

    def addSkip(self, test: Any, reason: str) -> None:  # noqa: N802 - likewise
        super().addSkip(test, reason)
        self.found[test.id()] = "skipped"

    def addExpectedFailure(self, test: Any, err: Any) -> None:  # noqa: N802 - likewise
        super().addExpectedFailure(test, err)
        self.found[test.id()] = "expected failure"

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802 - likewise
        super().addUnexpectedSuccess(test)
        self.found[test.id()] = "unexpected success"


class Recording(DiscoverRunner):  # type: ignore[misc]  # Django has no types
    """Django's own runner, which also writes down what became of each test."""

    def get_resultclass(self) -> type[_Result]:  # noqa: D102 - Django's own name
        return _Result

    def suite_result(self, suite: Any, result: Any, **kwargs: Any) -> int:  # noqa: D102 - likewise
        Path(os.environ["HARDTACK_REPORT"]).write_text(json.dumps(result.found, indent=1, sort_keys=True))
        return len(result.failures) + len(result.errors)
