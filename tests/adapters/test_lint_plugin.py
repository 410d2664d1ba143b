"""The fixture ``status_lint``, in runs of pytest of its own, as a user has them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from importlib.metadata import entry_points
from pathlib import Path

from tests.warned import STRICT

PLAIN = """
    import pytest

    def asgi(status):
        async def app(scope, receive, send):
            await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"x"})
        return app

    def wsgi(environ, start_response):
        start_response("401 Unauthorized", [("Content-Type", "text/plain")])
        return [b"who?"]
"""
FRAMEWORKS = (
    PLAIN
    + """
    import asyncio

    import flask
    import httpx
    from fastapi import FastAPI
    from fastapi.testclient import TestClient as FastAPIClient
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route
    from starlette.testclient import TestClient
    from werkzeug.test import Client

    import django
    from django.conf import settings
    from django.http import HttpResponse, StreamingHttpResponse
    from django.urls import path

    settings.configure(ALLOWED_HOSTS=["testserver"], ROOT_URLCONF=__name__, SECRET_KEY="x")
    django.setup()

    from django.test import AsyncClient, Client as DjangoClient

    urlpatterns = [
        path("good", lambda request: HttpResponse("x")),
        path("bad", lambda request: HttpResponse("x", status=401)),
        path("empty", lambda request: HttpResponse("x", status=204)),
        path("stream", lambda request: StreamingHttpResponse([b"x"], status=401)),
        path("long", lambda request: StreamingHttpResponse([b"x"], status=204, headers={"Content-Length": "1"})),
    ]

    routes = {"/good": 200, "/bad": 401}
    starlette = Starlette(
        routes=[Route(path, lambda r: PlainTextResponse("x", routes[r.url.path])) for path in routes]
    )
    fast = FastAPI()
    fast.add_api_route("/bad", lambda: PlainTextResponse("x", 401))

    @pytest.fixture
    def app():
        app = flask.Flask(__name__)
        app.add_url_rule("/good", view_func=lambda: "x")
        app.add_url_rule("/bad", view_func=lambda: ("x", 401), endpoint="bad")
        return app

    def ask(path, *clients):
        for client in clients:
            client.get(path)

    def test_good(status_lint, app):
        ask("/good", status_lint(app).test_client(), TestClient(status_lint(starlette)), status_lint(DjangoClient()))

    def test_bad_flask_app(status_lint, app):
        assert status_lint(app) is app
        ask("/bad", app.test_client())

    def test_bad_flask_client(status_lint, app):
        client = app.test_client()
        assert status_lint(client) is client
        ask("/bad", client)

    def test_bad_starlette_app(status_lint):
        ask("/bad", TestClient(status_lint(starlette)))

    def test_bad_starlette_client(status_lint):
        ask("/bad", status_lint(TestClient(starlette)))

    def test_bad_fastapi(status_lint):
        ask("/bad", status_lint(FastAPIClient(fast)))

    def test_bad_werkzeug(status_lint):
        ask("/bad", status_lint(Client(wsgi)))

    def test_bad_wsgi(status_lint):
        ask("/bad", Client(status_lint(wsgi)))

    def test_bad_httpx(status_lint):
        async def run():
            transport = httpx.ASGITransport(starlette)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                await status_lint(client).get("/bad")
        asyncio.run(run())

    @pytest.mark.parametrize("path", ["/bad", "/empty", "/stream", "/long"])
    def test_bad_django(status_lint, path):
        ask(path, status_lint(DjangoClient()))

    def test_bad_django_async(status_lint):
        asyncio.run(status_lint(AsyncClient()).get("/bad"))

    def test_afterwards_nothing_is_left(app):
        assert "wsgi_app" not in vars(app)
        client = DjangoClient()
        client.get("/bad")
        assert "get_response" not in vars(client.handler)
    """
)


def run(folder: Path, source: str, *options: str) -> str:
    """Run pytest on *source* with nothing of ours but the plugin; return what it says."""
    (folder / "test_it.py").write_text(textwrap.dedent(source))
    # In CI pytest repeats each failure whole in its summary, so the same would be counted twice there.
    left_out = ("PYTEST_", "COV_", "COVERAGE_", "CI", "BUILD_NUMBER")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *STRICT, *options, "test_it.py"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == done.stderr
    return done.stdout


def test_every_framework_s_test_client_is_looked_at(tmp_path: Path) -> None:
    """Each bad test fails by itself, and by nothing else."""
    said = run(tmp_path, FRAMEWORKS, "-rA")
    assert "13 failed, 2 passed" in said
    assert "ERROR" not in said
    assert 2 == sum(line.startswith("PASSED") for line in said.splitlines())
    assert 13 == said.count("Failed: status codes are misused:")
    assert 11 == said.count("error: GET /bad → 401") + said.count("error: GET /stream → 401")
    assert 2 == said.count("[no-content-where-none-may-be, RFC 9110")


def test_the_test_itself_fails_and_says_what_to_do(tmp_path: Path) -> None:
    """As a failure, not as an error beside it; warnings count where that is asked, and a rule can be left out."""
    said = run(
        tmp_path,
        PLAIN
        + """
    from starlette.testclient import TestClient

    def test_bad(status_lint):
        TestClient(status_lint(asgi(401))).get("/")

    def test_warned(status_lint):
        TestClient(status_lint(asgi(299))).get("/")

    def test_warning(status_lint):
        TestClient(status_lint(asgi(299), warnings=True)).get("/")

    def test_ignored(status_lint):
        TestClient(status_lint(asgi(401), ignore=["unauthorized-has-a-challenge"])).get("/")

    def test_expected(status_lint):
        TestClient(status_lint(asgi(401))).get("/")
        (exchange, finding), = status_lint.findings
        assert ("/", "unauthorized-has-a-challenge") == (exchange.request.path, finding.rule)
        status_lint.findings.clear()

    def test_without(): pass

    def test_own_error(status_lint):
        TestClient(status_lint(asgi(401))).get("/")
        assert 1 == 2

    def test_own_error_without_findings(status_lint):
        assert 2 == 3

    def test_nothing_to_look_at(status_lint):
        with pytest.raises(ValueError, match="cannot look at a int"):
            status_lint(7)
    """,
    )
    assert "4 failed, 5 passed" in said
    assert "error: GET / → 401: A 401 says how to sign in: add WWW-Authenticate" in said
    assert "warning: GET / → 299" in said
    assert "assert 1 == 2" in said
    assert "Captured status_lint call" in said
    assert "assert 2 == 3" in said


def test_a_run_that_does_not_ask_for_it_goes_as_it_went_and_loads_nothing(tmp_path: Path) -> None:
    """Failures, errors, skips and expected failures are what they are without the plugin."""
    source = """
        import sys

        import pytest

        PLUGIN = {"hardtack", "hardtack.errors", "hardtack.adapters", "hardtack.adapters.lint_plugin"}

        @pytest.fixture
        def broken():
            raise LookupError

        def test_nothing_is_loaded():
            loaded = {name for name in sys.modules if name.partition(".")[0] == "hardtack"}
            assert loaded == PLUGIN
            assert not {"cryptography", "msgspec", "sqlalchemy", "starlette", "flask", "django"} & set(sys.modules)

        def test_fails(): assert False
        def test_errors(broken): pass
        def test_skips(): pytest.skip("so")
        @pytest.mark.xfail
        def test_fails_as_expected(): assert False
    """
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in run(tmp_path, source)


def test_pytest_finds_the_plugin_by_its_entry_point() -> None:
    """So that nobody has to name it; ``-p no:hardtack`` leaves it out, as in our own tests, where it is measured."""
    (plugin,) = entry_points(group="pytest11", name="hardtack")
    assert "hardtack.adapters.lint_plugin" == plugin.value
