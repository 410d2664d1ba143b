"""The session layer under WSGI, driven as a server drives it, with the standard library's checker in between."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.util import FileWrapper

import pytest

from hardtack.adapters.answering import Answering
from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.visits import Visits
from hardtack.adapters.wsgi import Hardtack
from hardtack.adapters.wsgi.session import SessionLayer
from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp
from hardtack.errors import MisuseError, Refused
from hardtack.message import Response
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.status import NotFound
from hardtack.status.stand_in import MOST
from tests.adapters.wsgi.driving import TYPE, answering, ask, environ

FORM = "application/x-www-form-urlencoded"
LONG = b"said at length, so that it is no bare error. " * (MOST // 40)
REFUSAL = b"This request did not come from a page of this site"


def visits(**said: Any) -> Visits:
    """Return what opens the visits of an application in development mode."""
    ring = Keyring.generate()
    return Visits(Sessions(ring, application="ship"), ring, **said)


def layer(app: WSGIApp, **said: Any) -> SessionLayer:
    """Return *app* in the layer."""
    return SessionLayer(app, visits(**said))


def visiting(do: Callable[[Any], object], *pieces: bytes) -> WSGIApp:
    """Return an application that does something with its visit before it answers."""

    def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        do(asked["hardtack.visit"])
        start_response("200 OK", [TYPE])
        return list(pieces)

    return application


def refuse(visit: Any) -> None:
    """Let the visit refuse the request, which comes from another site's page."""
    visit.check_handshake()


def crossing(path: str = "/", **more: Any) -> Environ:
    """Return the environment of a request from another site's page, which changes nothing."""
    return environ(path, HTTP_SEC_FETCH_SITE="cross-site", **more)


def quietly(visit: Any) -> None:
    """Do the same, and swallow the exception."""
    with pytest.raises(Refused):
        refuse(visit)


def cookies(got: Response) -> list[str]:
    """Return the values of every Set-Cookie."""
    return [value for name, value in got.headers if name == "Set-Cookie"]


class TestTheSession:
    """It is there, and goes out with the head."""

    def test_what_is_put_in_comes_back(self) -> None:
        """Under the same keys; an answer that has nothing to do with it is left alone."""

        def count(visit: Any) -> None:
            visit.session["n"] = visit.session.get("n", 0) + 1

        app = layer(visiting(count, b"x"))
        got = ask(app)
        [cookie] = cookies(got)
        assert cookie.startswith("hardtack-session-ship-8000=")
        assert ("Cookie", "private, no-cache") == (got.get("vary"), got.get("cache-control"))
        again = environ(HTTP_COOKIE=cookie.partition(";")[0])
        assert 1 == len(cookies(ask(app, again)))
        assert b"2" == ask(SessionLayer(visiting(lambda _visit: None, b"2"), app.visits), again).body
        plain = ask(layer(answering("200 OK", b"x")))
        assert [TYPE] == plain.headers

    def test_a_list_is_given_on_as_it_is(self) -> None:
        """Servers know its length; a file they may send without reading it."""
        app = layer(visiting(lambda visit: visit.session.update(n=1), b"one", b"two"))
        got: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _exc_info: Any = None, /) -> Any:
            got.append((status, headers))

        assert [b"one", b"two"] == app(environ(), start)
        wrapped = FileWrapper(BytesIO(b"file"))

        def file(_asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", [TYPE])
            return wrapped

        assert wrapped is layer(file)({**environ(), "wsgi.file_wrapper": FileWrapper}, start)

    def test_content_that_is_written_is_content(self) -> None:
        """The old way, which PEP 3333 keeps; what is decided after it is too late, and the application's to see."""
        written: list[bytes] = []

        def start(_status: str, _headers: list[tuple[str, str]], _exc_info: Any = None, /) -> Any:
            return written.append

        def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", [TYPE])(b"one ")
            if asked["PATH_INFO"] == "/late":
                refuse(asked["hardtack.visit"])
            return [b"two"]

        assert [b"two"] == layer(application)(environ(), start)
        assert [b"one "] == written
        with pytest.raises(Refused):
            layer(application)(crossing("/late"), start)

    @pytest.mark.parametrize("before", [True, False])
    def test_a_change_that_comes_too_late_is_an_error(self, before: bool) -> None:
        """At the end of the answer; one that is undone is none."""

        def application(asked: Environ, start_response: StartResponse) -> Iterator[bytes]:
            session = asked["hardtack.session"]
            if before:
                session["n"] = 1
            start_response("200 OK", [TYPE])
            yield b"begun"
            session["late"] = 1
            if asked["PATH_INFO"] == "/undone":
                del session["late"]

        app = layer(application)
        with pytest.raises(MisuseError, match="after the headers"):
            ask(app)
        assert b"begun" == ask(app, environ("/undone")).body

    def test_a_second_head_carries_the_session_too(self) -> None:
        """Once; after content it is the error itself."""

        def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
            asked["hardtack.session"]["n"] = 1
            start_response("200 OK", [TYPE])
            try:
                raise ValueError("swordfish")
            except ValueError:
                start_response("409 Conflict", [TYPE], sys.exc_info())
            return [b"explained"]

        got = ask(layer(application))
        assert (409, 1, b"explained") == (got.status, len(cookies(got)), got.body)


class TestWhatWasDecided:
    """It is answered, whatever the application makes of the exception, until content has left."""

    def test_before_the_head(self) -> None:
        """Raised through, or swallowed."""
        for do in (refuse, quietly):
            got = ask(layer(visiting(do, b"never")), crossing())
            assert (403, True, False) == (got.status, REFUSAL in got.body, b"never" in got.body)

    @pytest.mark.parametrize("swallowed", [True, False])
    def test_between_the_head_and_the_content(self, swallowed: bool) -> None:
        """Our head takes the place of the one that was given."""

        def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", [TYPE])
            (quietly if swallowed else refuse)(asked["hardtack.visit"])
            return [b"never"]

        for app in (layer(application), Hardtack(application, session=visits(), status={})):
            got = ask(app, crossing())
            assert (403, True, False) == (got.status, REFUSAL in got.body, b"never" in got.body)

    def test_where_the_framework_gives_a_head_of_its_own(self) -> None:
        """A second one, for an error that it does not know."""

        def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", [TYPE])
            try:
                refuse(asked["hardtack.visit"])
            except Refused:
                start_response("500 Oh", [TYPE], sys.exc_info())(b"never")
            return [b"never"]

        got = ask(layer(application), crossing())
        assert (403, True, False) == (got.status, REFUSAL in got.body, b"never" in got.body)

    @pytest.mark.parametrize("swallowed", [True, False])
    @pytest.mark.parametrize("empty", [True, False])
    def test_while_the_first_piece_is_made(self, swallowed: bool, empty: bool) -> None:
        """By a generator, also after an empty one."""
        closed = []

        def application(asked: Environ, start_response: StartResponse) -> Iterator[bytes]:
            try:
                start_response("200 OK", [TYPE])
                if empty:
                    yield b""
                (quietly if swallowed else refuse)(asked["hardtack.visit"])
                yield b"never"
            finally:
                closed.append(True)

        for app in (layer(application), Hardtack(application, session=visits(), status={})):
            closed.clear()
            got = ask(app, crossing())
            assert (403, True, False) == (got.status, REFUSAL in got.body, b"never" in got.body)
            assert [True] == closed

    def test_by_an_application_that_ends_without_content(self) -> None:
        """As one that answers 204."""

        def application(asked: Environ, start_response: StartResponse) -> Iterator[bytes]:
            start_response("204 No Content", [])
            quietly(asked["hardtack.visit"])
            yield b""

        assert 403 == ask(layer(application), crossing()).status

    def test_after_content_it_is_too_late(self) -> None:
        """Raised, it ends the answer; swallowed, it was the application's word."""

        def application(asked: Environ, start_response: StartResponse) -> Iterator[bytes]:
            start_response("200 OK", [TYPE])
            yield b"half"
            (quietly if asked["PATH_INFO"] == "/swallowed" else refuse)(asked["hardtack.visit"])
            yield b", whole"

        with pytest.raises(Refused):
            ask(layer(application), crossing())
        got = ask(layer(application), crossing("/swallowed"))
        assert (200, b"half, whole") == (got.status, got.body)

    def test_an_answer_that_is_thrown_away_is_closed(self) -> None:
        """It may hold a file."""
        closed = []

        class Pieces(list[bytes]):
            def close(self) -> None:
                closed.append(True)

        def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
            quietly(asked["hardtack.visit"])
            start_response("200 OK", [TYPE])
            return Pieces([b"never"])

        assert 403 == ask(layer(application), crossing()).status
        assert [True] == closed

    def test_what_the_application_raises_itself_is_its_own(self) -> None:
        """It belongs to the layers around."""

        def application(_asked: Environ, _start_response: StartResponse) -> Iterable[bytes]:
            raise NotFound

        with pytest.raises(NotFound):
            ask(layer(application))

        def lazily(_asked: Environ, start_response: StartResponse) -> Iterator[bytes]:
            start_response("200 OK", [TYPE])
            yield b""
            raise NotFound

        with pytest.raises(NotFound):
            ask(layer(lazily))

    def test_its_page_is_the_status_layers(self, tmp_path: Path) -> None:
        """Where there is one."""
        (tmp_path / "403.html").write_text("own $status")
        app = SessionLayer(visiting(refuse), visits(), answering=Answering(templates=tmp_path))
        assert b"own 403" == ask(app, crossing(HTTP_ACCEPT="text/html")).body


class TestForms:
    """An unsafe request must come from the application's own pages."""

    def post(self, app: WSGIApp, content: bytes = b"", sent_as: str = FORM, **fields: str) -> Response:
        """Return the answer to a form."""
        return ask(app, environ(method="POST", body=content, CONTENT_TYPE=sent_as, **fields), check=False)

    def sailor(self) -> tuple[WSGIApp, str, str, list[bytes]]:
        """Return an application, a token, the cookie that goes with it, and what the application reads."""
        read: list[bytes] = []
        token: list[str] = []

        def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
            if asked["REQUEST_METHOD"] == "GET":
                token.append(asked["hardtack.visit"].csrf_token())
            else:
                read.append(asked["wsgi.input"].read(int(asked["CONTENT_LENGTH"] or 0)))
            start_response("200 OK", [TYPE])
            return [b"read"]

        app = layer(application)
        [cookie] = cookies(ask(app))
        return app, token[0], cookie.partition(";")[0], read

    def test_the_token_is_found_in_the_form_and_the_form_can_be_read_again(self) -> None:
        """Of a browser that says nothing about itself."""
        app, token, cookie, read = self.sailor()
        content = f"word=knot&csrf_token={token}".encode()
        assert 200 == self.post(app, content, HTTP_COOKIE=cookie).status
        assert [content] == read
        for wrong in (b"word=knot", content + b"&csrf_token=two", content.replace(b"csrf_token=", b"csrf_token=A")):
            assert 403 == self.post(app, wrong, HTTP_COOKIE=cookie).status
        assert [content] == read

    def test_a_script_sends_it_in_a_field(self) -> None:
        """Nothing is read for it, whatever is sent, and however much."""
        app, token, cookie, read = self.sailor()
        fields = {"HTTP_COOKIE": cookie, "HTTP_X_CSRF_TOKEN": token}
        assert 200 == self.post(app, b"{}", "application/json", **fields).status
        assert 200 == self.post(app, b"x" * 70_000, **fields).status
        assert [2, 70_000] == [len(content) for content in read]

    def test_a_form_that_is_too_large_is_not_looked_into(self) -> None:
        """Its token must be in a field."""
        app, token, cookie, read = self.sailor()
        content = f"csrf_token={token}&word=".encode() + b"x" * 70_000
        assert (403, []) == (self.post(app, content, HTTP_COOKIE=cookie).status, read)

    def test_the_browsers_word_goes_before_every_token(self) -> None:
        """And makes one unneeded."""
        app, token, cookie, _ = self.sailor()
        content = f"csrf_token={token}".encode()
        crossing = {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_COOKIE": cookie}
        assert 403 == self.post(app, content, **crossing).status
        assert 200 == self.post(app, b"word=knot", HTTP_SEC_FETCH_SITE="same-origin", HTTP_COOKIE=cookie).status

    def test_it_may_be_switched_off(self) -> None:
        """For an application that checks by itself."""
        assert 200 == self.post(layer(answering("200 OK", b"x"), csrf=False), b"a=b").status


class TestTogether:
    """``Hardtack`` with what is given to it."""

    def test_there_must_be_something_to_answer_with(self) -> None:
        """Or nobody could."""
        with pytest.raises(MisuseError, match="nothing to answer with"):
            Hardtack()

    def test_there_is_one_site(self, tmp_path: Path) -> None:
        """The sign-in brings its own; a site alone answers everything."""
        sign_in = SignIn(application="ship", keyring=Keyring.generate(), data=str(tmp_path))
        try:
            with pytest.raises(MisuseError, match="two sites"):
                Hardtack(answering("200 OK", LONG), session=sign_in, site=sign_in.site)
            alone = Hardtack(site=sign_in.site)
            assert (200, 404) == (ask(alone, environ("/auth/sign-in")).status, ask(alone, environ("/mine")).status)
            beside = Hardtack(answering("200 OK", LONG), site=sign_in.site)
            assert LONG == ask(beside, environ("/mine")).body
        finally:
            sign_in.close()

    def test_a_site_alone_is_begun_with_its_first_page_and_once(self, tmp_path: Path) -> None:
        """WSGI knows no start; without one nobody would carry mail."""
        sign_in = SignIn(application="ship", keyring=Keyring.generate(), data=str(tmp_path))
        try:
            postman = sign_in.accounts.postman
            alone = Hardtack(site=sign_in.site)
            before = postman.carries
            ask(alone, environ("/auth/sign-in"))
            first = [thread for thread in threading.enumerate() if thread.name == "hardtack-mail"]
            ask(alone, environ("/auth/sign-in"))
            again = [thread for thread in threading.enumerate() if thread.name == "hardtack-mail"]
            assert (False, True, 1, first) == (before, postman.carries, len(first), again)
        finally:
            sign_in.close()

    def test_maintenance_is_the_status_layers(self) -> None:
        """Without one it cannot be switched on."""
        app = Hardtack(answering("200 OK", LONG), status={})
        app.maintenance = True
        assert (True, 503) == (app.maintenance, ask(app).status)
        app.maintenance = False
        assert 200 == ask(app).status
        bare = Hardtack(answering("200 OK", LONG), session=visits())
        assert not bare.maintenance
        with pytest.raises(MisuseError, match="no status layer"):
            bare.maintenance = True

    def test_a_session_alone_has_no_application(self) -> None:
        """Then there is nobody to answer."""
        with pytest.raises(RuntimeError, match="no application"):
            ask(Hardtack(session=visits()), check=False)


@pytest.mark.parametrize("own", ["403 Forbidden", "200 OK"])
def test_what_was_decided_may_be_said_in_the_applications_own_form_and_nothing_else(own: str) -> None:
    """Its words stand where they say the same."""

    def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        quietly(asked["hardtack.visit"])
        start_response(own, [TYPE, ("X-Own", "1")])
        return [b"in its own words"]

    got = ask(layer(application), crossing())
    assert (403, own == "403 Forbidden") == (got.status, got.body == b"in its own words")
    assert (got.get("X-Own") == "1") == (own == "403 Forbidden")
    assert (REFUSAL in got.body) == (own == "200 OK")
