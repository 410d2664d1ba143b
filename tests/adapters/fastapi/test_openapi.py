"""What the OpenAPI document says about signing in."""

from __future__ import annotations

from copy import deepcopy
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Security
from fastapi.security import HTTPBearer
from openapi_spec_validator import OpenAPIV31SpecValidator

from hardtack.adapters.fastapi import (
    Hardtack,
    Identity,
    MaybeSignedIn,
    RecentlySignedIn,
    Session,
    SignedIn,
    csrf_exempt,
)
from hardtack.adapters.starlette.testing import visitor
from tests.adapters.starlette.shop import Shop

router = APIRouter(prefix="/in")


@router.delete("/me", responses={403: {"description": "Not on Sundays."}})
def leave(account: RecentlySignedIn) -> None:
    """Close the account."""


def made() -> FastAPI:
    """Return an application with one operation of each kind."""
    app = FastAPI()
    app.include_router(router)

    @app.get("/free")
    def free() -> None: ...

    @app.post("/data")
    def data(session: Session) -> None: ...

    @app.get("/me")
    def me(account: SignedIn) -> None: ...

    @app.post("/me/{field}")
    def change(field: int, account: SignedIn, who: Identity) -> None: ...

    @app.get("/maybe")
    @app.post("/maybe")
    def maybe(account: MaybeSignedIn) -> None: ...

    @app.get("/either")
    def either(account: MaybeSignedIn, token: Annotated[Any, Security(HTTPBearer(auto_error=False))]) -> None: ...

    return app


def document(shop: Shop, **options: Any) -> dict[str, Any]:
    """Return the document as a client gets it."""
    got: dict[str, Any] = visitor(shop.around(made(), Hardtack, **options)).get("/openapi.json").json()
    return got


SIGNED: list[dict[str, list[str]]] = [{"hardtack": []}]
ANYBODY: list[dict[str, list[str]]] = [{"hardtack": []}, {}]


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
class TestDocument:
    """As FastAPI serves it."""

    def test_it_is_valid(self, shop: Shop) -> None:
        """By the schema of OpenAPI 3.1."""
        OpenAPIV31SpecValidator(document(shop)).validate()

    def test_the_scheme_names_the_real_cookie(self, shop: Shop) -> None:
        """That of the origin, or in development mode of the port."""
        for options, name in (
            ({}, "hardtack-8000"),
            ({"port": 5000}, "hardtack-5000"),
            ({"origin": "https://shop.example"}, "__Host-hardtack"),
        ):
            schemes = document(shop, **options)["components"]["securitySchemes"]
            assert ({"hardtack", "HTTPBearer"}, name) == (set(schemes), schemes["hardtack"]["name"])
            assert ("apiKey", "cookie") == (schemes["hardtack"]["type"], schemes["hardtack"]["in"])

    @pytest.mark.parametrize(
        ("path", "method", "security", "codes"),
        [
            ("/free", "get", None, {"200"}),
            ("/data", "post", None, {"200"}),
            ("/me", "get", SIGNED, {"200", "401"}),
            ("/me/{field}", "post", SIGNED, {"200", "401", "403", "422"}),
            ("/maybe", "get", ANYBODY, {"200"}),
            ("/maybe", "post", ANYBODY, {"200", "403"}),
            ("/either", "get", [{"hardtack": []}, {"HTTPBearer": []}, {}], {"200"}),
            ("/in/me", "delete", SIGNED, {"200", "401", "403"}),
        ],
    )
    def test_each_operation_says_what_it_asks(
        self, shop: Shop, path: str, method: str, security: Any, codes: set[str]
    ) -> None:
        """And what is answered to whoever is not signed in, or sends it from another site."""
        operation = document(shop)["paths"][path][method]
        assert (security, codes) == (operation.get("security"), set(operation["responses"]))

    def test_an_answer_is_a_problem_with_a_challenge(self, shop: Shop) -> None:
        """What the author says about a code stands."""
        paths = document(shop)["paths"]
        told = paths["/me"]["get"]["responses"]["401"]
        assert {"$ref": "#/components/schemas/Problem"} == told["content"]["application/problem+json"]["schema"]
        assert ["WWW-Authenticate"] == list(told["headers"])
        assert "Not on Sundays." == paths["/in/me"]["delete"]["responses"]["403"]["description"]

    def test_the_schema_is_that_of_what_is_answered(self, shop: Shop) -> None:
        """Every member that it says is there, and of its type."""
        client = visitor(shop.around(made(), Hardtack))
        schema = client.get("/openapi.json").json()["components"]["schemas"]["Problem"]
        got = client.get("/me", headers={"accept": "application/json"}).json()
        types = {"string": str, "integer": int}
        assert set(schema["required"]) == set(schema["properties"])
        assert all(isinstance(got[name], types[each["type"]]) for name, each in schema["properties"].items())

    def test_without_the_check_there_is_no_403(self, shop: Shop) -> None:
        """It would not be answered."""
        assert {"200", "401", "422"} == set(document(shop, csrf=False)["paths"]["/me/{field}"]["post"]["responses"])

    def test_nothing_is_said_of_a_check_that_is_not_made(self, shop: Shop) -> None:
        """Of an endpoint that takes what any page sends, also behind a prefix."""
        app, inner = FastAPI(), APIRouter()

        @inner.post("/hook/{number:path}")
        @inner.put("/checked")
        @csrf_exempt
        def hook(account: MaybeSignedIn) -> None: ...

        @inner.post("/checked")
        def checked(account: MaybeSignedIn) -> None: ...

        app.include_router(inner, prefix="/in")
        shop.around(app, Hardtack)
        said = {
            f"{method} {path}"
            for path, item in app.openapi()["paths"].items()
            for method, operation in item.items()
            if "403" in operation["responses"]
        }
        assert {"post /in/checked"} == said

    def test_asking_twice_changes_nothing(self, shop: Shop) -> None:
        """FastAPI keeps the document that it has made."""
        app = made()
        shop.around(app, Hardtack)
        first = deepcopy(app.openapi())
        assert first == app.openapi()

    def test_an_application_without_the_parameters_is_described_as_before(self, shop: Shop) -> None:
        """To the letter."""
        plain, ours = FastAPI(), FastAPI()
        shop.around(ours, Hardtack)
        assert plain.openapi() == ours.openapi()
