"""Which Django user belongs to which account, in one process; what visitors see of it is tested on servers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.django import project  # noqa: F401 - Django's settings

# Django reads its settings while it is imported.
from django.contrib.auth.hashers import make_password  # type: ignore[import-untyped]  # isort: skip
from django.contrib.auth.models import AnonymousUser, User  # type: ignore[import-untyped]  # isort: skip
from django.test.utils import override_settings  # type: ignore[import-untyped]  # isort: skip

from hardtack.adapters.django import accounts

OURS = "hardtack.adapters.django.accounts.AccountsBackend"
DJANGOS = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.parametrize(
    ("password", "number"),
    [
        ("!hardtack$7", 7),
        ("!hardtack$7$3", 7),
        ("!hardtack$", None),
        ("!hardtack$$7", None),
        ("!hardtack$-7", None),
        ("!hardtack$ 7", None),
        ("!hardtack$\N{ARABIC-INDIC DIGIT SEVEN}", None),
        ("!HARDTACK$7", None),
        (" !hardtack$7", None),
        ("!", None),
        ("", None),
        (None, None),
    ],
)
def test_only_the_mark_as_we_write_it_is_an_account(password: str | None, number: int | None) -> None:
    """Whatever else is in the field belongs to nobody of ours."""
    assert accounts.number_of(User(username="anna", password=password)) == number


def test_no_password_and_no_missing_one_makes_the_mark() -> None:
    """What a visitor may choose is hashed, and what Django writes for "none" has not the letters of it."""
    for raw in ("!hardtack$1", None, ""):
        assert accounts.number_of(User(username="anna", password=make_password(raw))) is None
    assert accounts.number_of(AnonymousUser()) is None


@pytest.mark.parametrize(("named", "path"), [([DJANGOS], OURS), ([DJANGOS, OURS], OURS), ([], OURS)])
def test_who_is_signed_in_is_found_by_our_backend_whatever_else_is_named(named: list[str], path: str) -> None:
    """A project with ``SignInMiddleware`` need not name it."""
    with override_settings(AUTHENTICATION_BACKENDS=named):
        found: tuple[Any, str] = accounts.backend()
    assert (type(found[0]), found[1]) == (accounts.AccountsBackend, path)
