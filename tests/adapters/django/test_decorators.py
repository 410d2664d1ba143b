"""The decorators where they are written wrongly; what they do to visitors is tested in ``test_sign_in``."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hardtack.errors import MisuseError
from tests.adapters.django import project

from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # isort: skip  # it asks for settings
from hardtack.adapters.django import decorators  # isort: skip  # likewise


async def later(request: HttpRequest) -> HttpResponse:
    """Never be called."""
    raise AssertionError


@pytest.mark.parametrize("max_age", [-1, 1.5, True, "300"])
def test_what_is_no_time_is_said(max_age: Any) -> None:
    """When the project starts."""
    with pytest.raises(MisuseError, match="give whole seconds"):
        decorators.recent_sign_in_required(max_age=max_age)


@pytest.mark.parametrize("word", ["", "totp", "Passkey", 2])
def test_what_is_no_factor_is_said(word: Any) -> None:
    """With what to write instead."""
    with pytest.raises(MisuseError, match="is no strength") as misuse:
        decorators.recent_sign_in_required(factor=word)
    assert 'write factor="second" or factor="passkey"' in str(misuse.value)


@pytest.mark.parametrize("decorate", [decorators.sign_in_required, decorators.recent_sign_in_required()])
def test_what_is_no_view_is_said(decorate: Any) -> None:
    """Such as seconds without their name."""
    with pytest.raises(MisuseError, match="above the def"):
        decorate("letters")


def test_without_the_middleware_nobody_is_let_in() -> None:
    """Neither by a synchronous nor by an asynchronous view, though nobody is known to be signed out."""
    with pytest.raises(MisuseError, match="SignInMiddleware"):
        decorators.sign_in_required(project.nothing)(HttpRequest())
    with pytest.raises(MisuseError, match="SignInMiddleware"):
        asyncio.run(decorators.recent_sign_in_required(later)(HttpRequest()))
