"""The status layer in a Flask application."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, abort, make_response, redirect, request, send_file
from werkzeug.exceptions import HTTPException, NotFound, Unauthorized

from hardtack.adapters.flask import Status
from hardtack.errors import MisuseError
from hardtack.status import Conflict
from hardtack.status.limits import Limits
from hardtack.status.rules import rules

HTML = {"Accept": "text/html"}


def stored(number: int) -> str | None:
    """Return the tag of the things that there are."""
    return "v1" if number == 1 else None


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse whoever has no name, as an authorisation outside the rules does."""

    @wraps(view)
    def decorated(**arguments: Any) -> Any:
        if "X-Name" not in request.headers:
            abort(401)
        return view(**arguments)

    return decorated


def shop(**config: Any) -> Flask:
    """Return an application as people write them."""
    app = Flask(__name__, template_folder=config.pop("templates", None))
    app.config.update(config)

    @app.get("/")
    def home() -> str:
        return "hello"

    @app.route("/things/<int:number>", methods=["GET"])
    def show(number: int) -> Response:
        answer = make_response("thing " * 20)
        answer.set_etag("v1")
        return answer

    @app.route("/things/<int:number>", methods=["PUT", "DELETE"])
    @signed_in
    @rules(etag=stored, protect=True, accepts="application/json")
    def change(number: int) -> tuple[str, int]:
        return "", 204

    @app.get("/fail/<kind>")
    def fail(kind: str) -> str:
        raise {"disk": OSError(errno.ENOSPC, "full"), "taken": Conflict("Taken.")}.get(kind, RuntimeError("swordfish"))

    @app.get("/abort/<int:code>")
    def aborts(code: int) -> str:
        abort(code, request.args.get("why"))

    @app.get("/ready")
    def ready() -> str:
        abort(Response("as it is", 404))

    @app.get("/mine")
    def mine() -> str:
        raise Unauthorized(response=Response("mine", 401))

    @app.get("/away")
    def away() -> Any:
        return redirect("/")

    @app.get("/file")
    def file() -> Any:
        return send_file(__file__)

    @app.post("/upload")
    def upload() -> str:
        return str(len(request.get_data()))

    return app


def client(app: Flask | None = None, **settings: Any) -> Any:
    """Return a client of the application with the layer."""
    app = app or shop()
    Status(app, **settings)
    return app.test_client()


def test_a_page_is_answered_as_before() -> None:
    """The layer is not seen where nothing is wrong."""
    got = client().get("/")
    assert (200, b"hello") == (got.status_code, got.data)


def test_a_wrong_method_is_405_with_every_method_of_the_address() -> None:
    """Of all its routes together, before the application's own functions are asked."""
    app = shop()
    asked: list[str] = []
    app.before_request(lambda: asked.append(request.method))
    got = client(app).post("/things/1", headers=HTML)
    assert (405, "GET, HEAD, PUT, DELETE, OPTIONS", []) == (got.status_code, got.headers["Allow"], asked)
    assert b"405" in got.data


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-Name": "ann"}, 428),
        ({"X-Name": "ann", "If-Match": '"v0"'}, 412),
        ({"X-Name": "ann", "If-Match": '"v1"'}, 204),
        ({"If-Match": '"v0"'}, 401),
        ({"If-None-Match": "*"}, 401),
    ],
)
def test_the_rules_of_a_view_are_asked_after_the_authorisation(headers: dict[str, str], status: int) -> None:
    """So that conditions tell a stranger nothing (RFC 9110 §13.2.1)."""
    assert status == client().delete("/things/1", headers=headers).status_code


def test_a_put_that_only_creates_passes_where_there_is_nothing() -> None:
    """And nowhere else."""
    asking = client()
    headers = {"X-Name": "ann", "If-None-Match": "*", "Content-Type": "application/json"}
    assert 204 == asking.put("/things/2", data="{}", headers=headers).status_code
    assert 412 == asking.put("/things/1", data="{}", headers=headers).status_code


@pytest.mark.parametrize("fields", [None, {"Vary": "Accept-Language", "Cache-Control": "max-age=60"}])
def test_a_304_has_the_fields_of_the_200_whether_or_not_the_view_runs(fields: dict[str, str] | None) -> None:
    """It runs unless the rules declare them (RFC 9110 §15.4.5)."""
    app = Flask("shop")
    ran: list[str] = []

    @app.get("/page")
    @rules(etag="v1", fields=fields)
    def page() -> tuple[str, dict[str, str]]:
        ran.append("page")
        return "page", {"Vary": "Accept-Language", "Cache-Control": "max-age=60"}

    got = client(app).get("/page", headers={"If-None-Match": '"v1"'})
    assert (304, '"v1"', "Accept-Language", "max-age=60") == (
        got.status_code,
        *(got.headers[name] for name in ("ETag", "Vary", "Cache-Control")),
    )
    assert ran == (["page"] if fields is None else [])


def test_what_a_route_does_not_take_is_refused_first() -> None:
    """415 needs neither a name nor the content."""
    got = client().put("/things/1", data="x", content_type="text/plain")
    assert (415, "application/json") == (got.status_code, got.headers["Accept"])


def test_conditions_and_ranges_of_an_answer() -> None:
    """Several ranges too, which Flask does not know."""
    asking = client()
    assert 304 == asking.get("/things/1", headers={"If-None-Match": '"v1"'}).status_code
    got = asking.get("/things/1", headers={"Range": "bytes=0-4"})
    assert (206, b"thing") == (got.status_code, got.data)
    text = Path(__file__).read_bytes()
    with asking.get("/file", headers={"Range": "bytes=2000-2499,0-9"}) as got:
        assert (206, True) == (got.status_code, text[2000:2500] in got.data)
    with asking.get("/file", headers={"Range": "bytes=-4"}) as got:
        assert text[-4:] == got.data
    with asking.get("/file", headers={"Range": "items=0-4"}) as got:
        assert (200, text) == (got.status_code, got.data)


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/abort/403", 403), ("/abort/503", 503)])
def test_what_flask_answers_gets_our_page(path: str, status: int) -> None:
    """In the visitor's language, or as a problem document."""
    asking = client()
    got = asking.get(path, headers={**HTML, "Accept-Language": "zh"})
    assert (status, "zh") == (got.status_code, got.headers["Content-Language"])
    got = asking.get(path, headers={"Accept": "application/json"})
    assert status == json.loads(got.data)["status"]


def test_the_applications_own_words_are_shown() -> None:
    """Werkzeug's English ones are not."""
    asking = client()
    assert b"No such ship." in asking.get("/abort/404?why=No+such+ship.").data
    assert b"requested URL" not in asking.get("/abort/404").data


def test_what_the_application_answers_itself_is_left_alone() -> None:
    """A finished answer, a redirect, a handler of its own."""
    app = shop()
    app.register_error_handler(410, lambda _error: ({"gone": True}, 410))
    asking = client(app)
    assert b"as it is" == asking.get("/ready").data
    assert b"mine" == asking.get("/mine").data
    assert (302, "/") == ((got := asking.get("/away")).status_code, got.headers["Location"])
    assert {"gone": True} == json.loads(asking.get("/abort/410").data)


def test_a_handler_for_every_error_that_is_set_later_is_used() -> None:
    """The application comes first."""

    def mine(error: HTTPException) -> tuple[str, int]:
        return f"mine {error.code}", error.code or 500

    app = shop()
    Status(app)
    app.register_error_handler(NotFound, mine)
    assert b"mine 404" == app.test_client().get("/nowhere").data


def test_templates_of_the_applications_own_come_first(tmp_path: Path) -> None:
    """The note's personal 404; also for what is refused before Flask sees it."""
    (tmp_path / "errors").mkdir()
    (tmp_path / "errors" / "404.html").write_text("{{ status }} {{ phrase }} {{ language }}: {{ url_for('home') }}")
    (tmp_path / "errors" / "4xx.html").write_text("{{ status }}: {{ detail }}")
    asking = client(shop(templates=str(tmp_path)), hosts=["localhost"])
    assert b"404 Not Found en: /" == asking.get("/nowhere", headers=HTML).data
    assert b"403: &lt;b&gt;" == asking.get("/abort/403?why=<b>", headers=HTML).data
    assert b"421: " == asking.get("/", headers=HTML, base_url="http://evil.example").data[:5]
    assert b"<h1>" in asking.get("/abort/503", headers=HTML).data


def test_a_template_that_lacks_a_part_is_replaced_by_our_page(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An error page must not fail; the log says why it did."""
    (tmp_path / "errors").mkdir()
    (tmp_path / "errors" / "404.html").write_text("{% include 'missing.html' %}")
    got = client(shop(templates=str(tmp_path))).get("/nowhere", headers=HTML)
    assert (404, True) == (got.status_code, b"<h1>" in got.data)
    assert ["error-page-failed"] == [record.event for record in caplog.records]  # type: ignore[attr-defined]


def test_an_unforeseen_error_is_an_incident(caplog: pytest.LogCaptureFixture) -> None:
    """One line of ours has its number; the traceback is in Flask's."""
    got = client().get("/fail/odd", headers=HTML)
    [ours] = [record for record in caplog.records if record.name == "hardtack.status"]
    assert (500, True) == (got.status_code, ours.fields["incident"].encode() in got.data)  # type: ignore[attr-defined]
    assert b"swordfish" not in got.data
    assert ours.exc_info is None


def test_a_full_disk_is_507_and_a_refusal_itself() -> None:
    """Raised in a view."""
    asking = client()
    assert 507 == asking.get("/fail/disk").status_code
    got = asking.get("/fail/taken")
    assert (409, True) == (got.status_code, b"Taken." in got.data)


@pytest.mark.parametrize("config", [{"TESTING": True}, {"DEBUG": True}, {"PROPAGATE_EXCEPTIONS": True}])
def test_in_debug_mode_unforeseen_errors_are_flasks_matter(config: dict[str, bool]) -> None:
    """A debugger stands around us."""
    with pytest.raises(RuntimeError, match="swordfish"):
        client(shop(**config)).get("/fail/odd")


def test_content_over_the_limit_is_413() -> None:
    """Declared, or found while it is read."""
    asking = client(limits=Limits(max_body=10))
    assert b"10" == asking.post("/upload", data=b"x" * 10).data
    assert 413 == asking.post("/upload", data=b"x" * 11).status_code


def test_the_maintenance_switch_and_init_app() -> None:
    """The extension may be made before the application."""
    layer = Status(language="zh")
    app = shop()
    layer.init_app(app)
    layer.maintenance = True
    got = app.test_client().get("/")
    assert (503, "zh", True) == (got.status_code, got.headers["Content-Language"], layer.maintenance)


def test_why_is_told_in_development() -> None:
    """Of every moment."""
    got = client(trace=True).delete("/things/1", headers={"X-Name": "ann"})
    assert "precondition/says-which-version=condition-missing" in got.headers["Hardtack-Trace"]


def test_a_setting_that_cannot_be_is_the_programmers() -> None:
    """At start."""
    with pytest.raises(MisuseError):
        Status(shop(), errors="some")
