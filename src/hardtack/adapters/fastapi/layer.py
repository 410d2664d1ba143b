"""Hardtack in a FastAPI application: as in a Starlette one, and its OpenAPI document says what is asked of whom.

A request that is not as the endpoint wants it (422) keeps FastAPI's JSON for a script; a person is shown which fields
are wrong, in their language and without the framework's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from hardtack.adapters import starlette
from hardtack.adapters.fastapi import openapi
from hardtack.adapters.starlette.addressing import taken_from_any_page
from hardtack.adapters.starlette.handlers import ErrorOf
from hardtack.errors import MisuseError, Refused, Text
from hardtack.status import UnprocessableContent

_MISSING: Text = {"en": "is missing", "zh": "缺失"}
_OTHERWISE: Text = {"en": "is not as it should be", "zh": "不符合要求"}


def of_validation(error: Exception) -> Refused:
    """Return the error that a person is shown for a request that is not as the endpoint wants it."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    fields = {".".join(map(str, each["loc"][1:])) or str(each["loc"][0]): each["type"] for each in found if each["loc"]}
    return UnprocessableContent(
        fields={name: _MISSING if kind == "missing" else _OTHERWISE for name, kind in fields.items()}
    )


class Hardtack(starlette.Hardtack):
    """All layers in one FastAPI application; the arguments are those of ``hardtack.adapters.starlette.Hardtack``."""

    errors_of: ClassVar[Mapping[Any, ErrorOf]] = MappingProxyType({RequestValidationError: of_validation})

    usual: ClassVar[Mapping[str, Any]] = MappingProxyType({"problems": True})

    def __init__(self, app: FastAPI, **options: Any) -> None:
        if not isinstance(app, FastAPI):
            raise MisuseError(
                f"this is a {type(app).__name__} and no FastAPI application",
                "write hardtack.adapters.starlette.Hardtack(app) for one of Starlette's",
            )
        super().__init__(app, **options)
        made = app.openapi

        def described() -> dict[str, Any]:
            return openapi.describe(made(), self.sign_in, self.host, taken_from_any_page(app.routes))

        app.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation has it
