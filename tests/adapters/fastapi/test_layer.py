"""Hardtack in a FastAPI application."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, field_validator
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware

from hardtack.adapters.fastapi import Hardtack, SignedIn, csrf_exempt
from hardtack.adapters.starlette.testing import signed_in, visitor
from hardtack.errors import MisuseError
from tests.adapters.starlette.shop import PERSON, SCRIPT, Shop


class Order(BaseModel):
    """What somebody orders."""

    item: str
    count: int

    @field_validator("item")
    @classmethod
    def known(cls, value: str) -> str:
        """Refuse, in words that are the application's own."""
        if value == "swordfish":
            raise ValueError("swordfish is a password")
        return value


def made() -> FastAPI:
    """Return an application."""
    app = FastAPI()

    @app.post("/orders")
    def order(order: Order, page: int = 1) -> Order:
        return order

    @app.get("/orders/{number}")
    def read(number: int) -> int:
        if number > 9:
            raise HTTPException(404, {"no": "such order"} if number > 99 else "No such order.")
        return number

    @app.post("/hook")
    @csrf_exempt
    def hook() -> str:
        return "hooked"

    @app.get("/me")
    def me(account: SignedIn) -> str:
        return account.name

    return app


def test_a_script_hears_what_fastapi_says(shop: Shop) -> None:
    """To the letter: clients read it."""
    client = visitor(shop.around(made(), Hardtack))
    plain = visitor(shop.around(made(), Hardtack, status=None))
    for answer in (client.get("/orders/x"), plain.get("/orders/x")):
        assert (422, "int_parsing") == (answer.status_code, answer.json()["detail"][0]["type"])
    assert {"detail": "No such order."} == client.get("/orders/10").json()
    assert {"detail": {"no": "such order"}} == client.get("/orders/100").json()
    assert {"detail": "Not Found"} == client.get("/nowhere", headers=SCRIPT).json()


def test_a_script_that_accepts_anything_gets_a_problem(shop: Shop) -> None:
    """As the document says of every 401; text, where the author wants that."""
    got = visitor(shop.around(made(), Hardtack)).get("/me")
    assert (401, "application/problem+json") == (got.status_code, got.headers["content-type"])
    plain = visitor(shop.around(made(), Hardtack, status={"problems": False})).get("/me")
    assert plain.headers["content-type"].startswith("text/plain")


def test_a_person_is_shown_which_fields_are_wrong(shop: Shop) -> None:
    """In their language; neither what they typed nor the framework's own words."""
    client = visitor(shop.around(made(), Hardtack))
    got = client.post("/orders?page=x", json={"item": "swordfish"}, headers=PERSON)
    assert (422, True) == (got.status_code, got.headers["content-type"].startswith("text/html"))
    for line in ("page: is not as it should be", "item: is not as it should be", "count: is missing"):
        assert line in got.text
    assert "swordfish" not in got.text
    chinese = client.post("/orders", json={"item": "x"}, headers={**PERSON, "accept-language": "zh"})
    assert "count：缺失" in chinese.text
    assert (
        422 == client.post("/orders", content=b"{", headers={**PERSON, "content-type": "application/json"}).status_code
    )


def test_a_person_is_shown_the_applications_own_words(shop: Shop) -> None:
    """Where they are words."""
    client = visitor(shop.around(made(), Hardtack), headers=PERSON)
    assert "No such order." in client.get("/orders/10").text
    assert "such order" not in client.get("/orders/100").text
    assert "<h1>" in client.get("/orders/100").text


def test_the_applications_own_handler_comes_first(shop: Shop) -> None:
    """Also for what FastAPI has a handler for."""
    app = made()
    shop.around(app, Hardtack)

    @app.exception_handler(RequestValidationError)
    async def own(_request: Request, _error: RequestValidationError) -> Response:
        return PlainTextResponse("mine", status_code=422)

    assert "mine" == visitor(app).get("/orders/x", headers=PERSON).text


def test_head_and_options_work_where_get_does(shop: Shop) -> None:
    """FastAPI's own routes take neither."""
    client = visitor(shop.around(made(), Hardtack))
    head = client.head("/orders/7")
    assert (200, b"", "1") == (head.status_code, head.content, head.headers["content-length"])
    assert (204, "GET, HEAD, OPTIONS") == ((got := client.options("/orders/7")).status_code, got.headers["allow"])
    assert (405, "GET, HEAD, OPTIONS") == ((got := client.put("/orders/7")).status_code, got.headers["allow"])
    assert 401 == client.head("/me", headers=SCRIPT).status_code


def test_an_included_application_is_answered_for_too(shop: Shop) -> None:
    """A FastAPI application in a Starlette one."""
    outer = Starlette()
    outer.mount("/api", made())
    client = signed_in(shop.around(outer), "alice")
    assert "alice" == client.get("/api/me").json()
    assert (405, "GET, HEAD, OPTIONS") == ((got := client.put("/api/me")).status_code, got.headers["allow"])


def test_an_endpoint_may_take_what_any_page_sends(shop: Shop) -> None:
    """The others do not."""
    client = visitor(shop.around(made(), Hardtack), headers={"sec-fetch-site": "cross-site"})
    assert [200, 403] == [client.post(path).status_code for path in ("/hook", "/orders")]


def test_misuse_is_named(shop: Shop) -> None:
    """At the line."""
    with pytest.raises(MisuseError, match=r"adapters\.starlette\.Hardtack"):
        shop.around(Starlette(), Hardtack)
    app = shop.around(made(), Hardtack)
    with pytest.raises(MisuseError, match="SessionMiddleware beside Hardtack"):
        app.add_middleware(SessionMiddleware, secret_key="x" * 32)
    with pytest.raises(MisuseError, match="there are two Hardtacks"):
        shop.around(app, Hardtack)
