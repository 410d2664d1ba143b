"""The status layer around an ASGI application, driven by messages."""

from __future__ import annotations

import asyncio
import errno
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.asgi.translate import request_head
from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.errors import MisuseError
from hardtack.message import Request
from hardtack.status import Conflict, NotFound, Unauthorized
from hardtack.status.addresses import Addresses
from hardtack.status.limits import Limits, waiting_for_upstream
from hardtack.status.refuse import RefusePolicy, refuse
from hardtack.status.rules import Route, rules
from tests.adapters.asgi.driving import HOST, answer, answering, ask, content, exchange, raising, scope

HELLO = answering(200, b"hello", headers=((b"content-type", b"text/plain"), (b"content-length", b"5")))
HTML = (b"accept", b"text/html")
LONG = (b"content-length", b"9999999")


def test_what_needs_nothing_passes_unchanged() -> None:
    """The second time the head is recognised, and both times the application's own messages go out."""
    layer = StatusLayer(HELLO)
    bare, _ = asyncio.run(exchange(HELLO, scope()))
    first, _ = asyncio.run(exchange(layer, scope()))
    second, _ = asyncio.run(exchange(layer, scope()))
    assert bare == second
    assert (bare[1], 200) == (first[1], first[0]["status"])


@given(
    st.sampled_from(["GET", "POST", "TRACE", "get"]),
    st.sampled_from(["1.0", "1.1", "2", "2.0"]),
    st.lists(
        st.tuples(
            st.sampled_from([b"host", b"accept", b"x-long", b"content-length", b"expect", b"bad name", b"range", b""]),
            st.sampled_from([b"localhost", b"evil", b"a b", b"7", b"x\ny", b"a" * 400, b"\x00", b"caf\xe9", b""]),
        ),
        max_size=5,
    ),
    st.sampled_from(["/", "/a", "/a%zz", "/a b", "*", "/" + "x" * 90, "/é"]),
    st.sampled_from([b"", b"q=1", b"#", b"a b", b"%zz"]),
)
def test_what_is_recognised_is_what_the_rules_let_pass(
    method: str, version: str, headers: list[tuple[bytes, bytes]], path: str, query: bytes
) -> None:
    """The memory of heads is no second copy of a rule: it never passes what they refuse."""
    policy = RefusePolicy(hosts=frozenset({"localhost"}), max_target=64, max_fields=256, max_field_count=4)
    layer = StatusLayer(HELLO, policy=policy)
    for known in [scope("/", each, (b"accept", b"*/*"), (b"x-long", b"1")) for each in ("GET", "POST")]:
        layer.remember({**known, "headers": [(b"host", b"localhost"), *known["headers"][1:]]})
    asked = scope(path, method, http_version=version, headers=headers, query_string=query)
    if layer.needs_nothing(asked):
        assert refuse(request_head(asked), policy) is None


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (scope(headers=[]), 400),
        (scope("/", "GET", HOST), 400),
        (scope("/", "GET", headers=[(b"host", b"evil.example")]), 421),
        (scope("/", "FROB"), 501),
        (scope("/", "TRACE"), 501),
        (scope("/", "POST", LONG, (b"expect", b"100-continue")), 413),
        (scope("/" + "a" * 9000), 414),
        (scope("/", "GET", (b"expect", b"tea")), 417),
        (scope("/", "GET", *[(b"x-%d" % number, b"a") for number in range(300)]), 431),
        (scope(http_version="3.0"), 505),
    ],
)
def test_a_head_that_may_not_pass_never_reaches_the_application(asked: Scope, status: int) -> None:
    """And nothing is read, so that no 100 Continue is sent."""
    layer = StatusLayer(raising(AssertionError("reached")), hosts=["localhost:8000"])
    sent, taken = asyncio.run(exchange(layer, asked))
    assert (status, 0) == (answer(sent).status, taken)


def test_content_is_counted_while_it_is_read() -> None:
    """A client may declare nothing, or too little."""
    seen: list[str] = []

    async def application(_asked: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive()).get("more_body"):
            pass
        seen.append(message["type"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"all of it"})

    layer = StatusLayer(application, limits=Limits(max_body=10))
    asked = scope("/", "POST", (b"transfer-encoding", b"chunked"))
    assert 413 == ask(layer, asked, *content(b"12345", b"67890", b"1", b"2", b"")).status
    assert ["http.disconnect"] == seen
    assert b"all of it" == ask(layer, asked, *content(b"12345", b"67890")).body


def test_a_body_over_the_limit_after_the_answer_has_begun_breaks_it_off() -> None:
    """What has gone out cannot be taken back; an answer that ends too early is seen to be broken."""

    async def application(_asked: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"yes", "more_body": True})
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.body", "body": b"all"})

    layer = StatusLayer(application, limits=Limits(max_body=4))
    asked = scope("/", "POST", (b"transfer-encoding", b"chunked"))
    sent, _ = asyncio.run(exchange(layer, asked, *content(b"12345", b"6")))
    assert [200, b"yes"] == [sent[0]["status"], sent[-1]["body"]]
    assert sent[-1]["more_body"]


def test_a_route_may_take_less_than_the_site() -> None:
    """The handler's own cap counts from where it is known."""

    @rules(max_body=3)
    async def handler(receive: Receive) -> None:
        while (await receive()).get("more_body"):
            pass

    async def application(_asked: Scope, receive: Receive, send: Send) -> None:
        await handler(receive)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    layer = StatusLayer(application)
    asked = scope("/", "POST", (b"transfer-encoding", b"chunked"))
    assert 204 == ask(layer, asked, *content(b"12", b"3")).status
    assert 413 == ask(layer, asked, *content(b"12", b"34", b"")).status


@pytest.mark.parametrize("limits", [Limits(piece_seconds=0.01), Limits(piece_seconds=None, body_seconds=0.01)])
def test_a_slow_body_is_408_and_closes(limits: Limits) -> None:
    """The next piece never comes."""
    sent, _ = asyncio.run(
        exchange(
            StatusLayer(HELLO, limits=limits), scope("/", "POST", (b"content-length", b"9")), content(b"1", b"2")[0]
        )
    )
    got = answer(sent)
    assert (408, "close") == (got.status, got.get("connection"))


def test_a_body_without_a_deadline_may_take_its_time() -> None:
    """Nothing is measured where no limit is set."""
    layer = StatusLayer(HELLO, limits=Limits(piece_seconds=None))
    assert 200 == ask(layer, scope("/", "POST", (b"content-length", b"2")), *content(b"1", b"2")).status


def test_a_client_that_goes_away_is_not_answered() -> None:
    """There is nobody to answer, and what the application raises about it is no incident."""

    async def application(_asked: Scope, receive: Receive, _send: Send) -> None:
        if (await receive())["type"] == "http.disconnect":
            raise ConnectionError("gone")

    sent, _ = asyncio.run(exchange(StatusLayer(application), scope("/", "POST"), {"type": "http.disconnect"}))
    assert [] == sent


def test_a_refusal_drains_no_more_than_it_may() -> None:
    """A client that never stops does not hold us for ever."""
    layer = StatusLayer(HELLO, limits=Limits(max_body=1, drain_bytes=2, drain_seconds=60))
    sent, taken = asyncio.run(exchange(layer, scope("/", "POST", LONG), *content(*[b"x"] * 9)))
    assert (413, 3) == (answer(sent).status, taken)
    layer = StatusLayer(HELLO, limits=Limits(max_body=1, drain_seconds=0.01))
    sent, taken = asyncio.run(exchange(layer, scope("/", "POST", LONG), content(b"x", b"y")[0]))
    assert (413, 1) == (answer(sent).status, taken)


def test_a_handler_over_its_deadline_is_503_at_once() -> None:
    """Even one that cannot be stopped, such as a thread; what it still sends goes nowhere."""
    ended: list[str] = []

    async def application(_asked: Scope, _receive: Receive, send: Send) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"late"})

    got = ask(StatusLayer(application, limits=Limits(handler_seconds=0.01)))
    assert (503, "5", ["cancelled"]) == (got.status, got.get("retry-after"), ended)


def test_a_handler_that_lets_itself_be_cancelled_ends_quietly() -> None:
    """The cancellation was ours, so the server never sees it."""

    async def application(_asked: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        await asyncio.sleep(60)

    layer = StatusLayer(application, limits=Limits(handler_seconds=0.01))
    assert 503 == ask(layer, scope("/", "POST", (b"content-length", b"1")), *content(b"1")).status


def test_a_cancellation_that_is_not_ours_is_passed_on() -> None:
    """A server that stops must be able to."""

    async def cancelled() -> None:
        layer = StatusLayer(raising(asyncio.CancelledError()), limits=Limits(handler_seconds=60))
        await exchange(layer, scope())

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


def test_a_handler_that_waits_for_another_server_is_504() -> None:
    """RFC 9110 §15.6.5: the fault is behind us."""

    async def application(_asked: Scope, _receive: Receive, _send: Send) -> None:
        with waiting_for_upstream():
            await asyncio.sleep(60)

    assert 504 == ask(StatusLayer(application, limits=Limits(handler_seconds=0.01))).status


def test_an_answer_that_has_begun_has_kept_the_deadline() -> None:
    """A long download is no slow handler."""

    async def application(_asked: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await asyncio.sleep(0.05)
        await send({"type": "http.response.body", "body": b"b"})

    layer = StatusLayer(application, limits=Limits(handler_seconds=0.02))
    assert [b"ab", b"ab"] == [ask(layer).body, ask(layer).body]


def test_too_many_at_once_are_turned_away() -> None:
    """Before they cost anything, with the time to come back; and a place is given back."""

    async def three() -> list[int]:
        go = asyncio.Event()

        async def application(_asked: Scope, _receive: Receive, send: Send) -> None:
            await go.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"x"})

        layer = StatusLayer(application, limits=Limits(in_flight=2, retry_after=7))
        running = [asyncio.create_task(exchange(layer, scope())) for _ in range(2)]
        await asyncio.sleep(0)
        refused = answer((await exchange(layer, scope()))[0])
        assert "7" == refused.get("retry-after")
        go.set()
        answers = [answer((await each)[0]).status for each in running]
        return [refused.status, *answers, answer((await exchange(layer, scope()))[0]).status]

    assert [503, 200, 200, 200] == asyncio.run(three())


def test_the_maintenance_switch(tmp_path: Path) -> None:
    """By attribute in one process, by a file in all of them; also for heads that are known."""
    flag = tmp_path / "maintenance"
    layer = StatusLayer(HELLO, maintenance_file=flag)
    statuses = [ask(layer).status]
    layer.maintenance = True
    statuses.append(ask(layer).status)
    layer.maintenance = False
    flag.touch()
    statuses.append(ask(layer).status)
    flag.unlink()
    statuses.append(ask(layer).status)
    assert [200, 503, 503, 200] == statuses
    assert not layer.maintenance


def test_an_unforeseen_error_is_an_incident(caplog: pytest.LogCaptureFixture) -> None:
    """The visitor gets its number, the log one line with the same; neither the page nor its fields tell what it was."""
    got = ask(StatusLayer(raising(RuntimeError("the password is swordfish"))), scope("/", "GET", HTML))
    [record] = caplog.records
    incident = record.fields["incident"]  # type: ignore[attr-defined]  # an extra
    assert (500, True) == (got.status, incident.encode() in got.body)
    assert b"swordfish" not in got.body
    assert "swordfish" not in repr(got.headers)


def test_an_error_is_an_incident_also_where_the_head_was_recognised() -> None:
    """The request's value is made only now."""
    failing = False

    async def application(_asked: Scope, _receive: Receive, send: Send) -> None:
        if failing:
            raise RuntimeError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    layer = StatusLayer(application)
    assert 200 == ask(layer).status
    failing = True
    assert layer.needs_nothing(scope())
    assert 500 == ask(layer).status


def test_whoever_waits_for_the_client_to_go_is_told_so() -> None:
    """Once all content is read, and again after the answer was ours."""
    seen: list[str] = []

    async def application(_asked: Scope, receive: Receive, _send: Send) -> None:
        seen.extend([(await receive())["type"] for _ in range(3)])

    layer = StatusLayer(application, limits=Limits(max_body=1))
    asked = scope("/", "POST", (b"transfer-encoding", b"chunked"))
    asyncio.run(exchange(layer, asked, *content(b"1"), {"type": "http.disconnect"}, {"type": "http.disconnect"}))
    assert 413 == ask(layer, asked, *content(b"12")).status
    gone = ["http.disconnect"] * 2
    assert ["http.request", *gone, "http.disconnect", *gone] == seen


def test_every_error_is_replaced_where_that_is_asked_for() -> None:
    """However long it is, and in however many pieces it comes."""
    app = answering(403, *[b"x" * 1000] * 100, headers=((b"content-type", b"text/html"),))
    got = ask(StatusLayer(app, errors="all"))
    assert (403, False) == (got.status, b"xxx" in got.body)


def test_an_application_that_says_nothing_is_an_incident() -> None:
    """The server would otherwise close without a word."""

    async def application(_asked: Scope, _receive: Receive, _send: Send) -> None:
        return

    assert 500 == ask(StatusLayer(application)).status


def test_an_error_after_the_answer_has_begun_is_the_servers() -> None:
    """Only it can break the answer off."""

    async def application(_asked: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        ask(StatusLayer(application))


def test_a_full_disk_is_507() -> None:
    """RFC 4918 §11.5, wherever in the handler it shows."""
    assert 507 == ask(StatusLayer(raising(OSError(errno.ENOSPC, "full")))).status


def test_a_refusal_that_escapes_is_its_own_answer() -> None:
    """Any code with its fields, raised in any depth."""
    got = ask(StatusLayer(raising(Unauthorized(challenge="Session"))))
    assert (401, "Session") == (got.status, got.get("www-authenticate"))


def failing_inside(error: Exception, said: bytes = b"Internal Server Error") -> ASGIApp:
    """Return an application whose framework answers an error with a 500 of its own and raises it again."""

    async def application(_asked: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 500, "headers": headers})
        await send({"type": "http.response.body", "body": said})
        raise error

    return application


def test_a_frameworks_own_500_that_says_nothing_becomes_the_incident() -> None:
    """Starlette sends "Internal Server Error" and raises again."""
    assert b"incident" in ask(StatusLayer(failing_inside(RuntimeError())), scope("/", "GET", ACCEPT_JSON)).body
    assert 500 == ask(StatusLayer(answering(500, b"Internal Server Error"))).status


def test_a_500_of_the_applications_own_is_left_and_the_error_passed_on() -> None:
    """Its words are better than ours, and the server still logs what it raised."""
    with pytest.raises(RuntimeError):
        ask(StatusLayer(failing_inside(RuntimeError(), b"Call Mary at the desk.")))


ACCEPT_JSON = (b"accept", b"application/json")


@pytest.mark.parametrize("said", [(b"",), (b"Not Found",), (b"Not ", b"Found"), (b"404 Not Found",)])
def test_an_error_that_says_nothing_gets_our_page(said: tuple[bytes, ...]) -> None:
    """In the visitor's language, with the application's fields that stay."""
    headers = ((b"content-type", b"text/plain"), (b"set-cookie", b"a=1"), (b"etag", b'"x"'))
    asked = scope("/", "GET", HTML, (b"accept-language", b"zh-CN"))
    got = ask(StatusLayer(answering(404, *said, headers=headers)), asked)
    assert (404, "zh", "a=1", None) == (
        got.status, got.get("content-language"), got.get("set-cookie"), got.get("etag")
    )  # fmt: skip
    assert "未找到".encode() in got.body


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b'{"detail":"Not Found"}', b"application/json"), (b"<p>Not here", b"text/html"), (b"x" * 200, b"text/plain")],
)
def test_an_error_with_its_own_content_is_left_alone(body: bytes, kind: bytes) -> None:
    """Unless all are asked for; none can be asked for too."""
    app = answering(404, body, headers=((b"content-type", kind),))
    assert body == ask(StatusLayer(app)).body
    assert body != ask(StatusLayer(app, errors="all")).body
    assert b"" == ask(StatusLayer(answering(404), errors="none")).body


@pytest.mark.parametrize("status", [0, 99, 600, 799, 1000, 100])
def test_a_code_that_cannot_be_sent_never_leaves(status: int) -> None:
    """Some servers die of it."""
    assert 500 == ask(StatusLayer(answering(status, b"x"))).status


@pytest.mark.parametrize("status", [204, 205, 304])
def test_an_answer_that_may_have_no_content_has_none(status: int) -> None:
    """Whatever the application sends."""
    got = ask(StatusLayer(answering(status, b"con", b"tent")))
    assert (status, b"") == (got.status, got.body)


def test_head_has_the_length_and_no_content() -> None:
    """RFC 9110 §9.3.2."""
    got = ask(StatusLayer(HELLO), scope("/", "HEAD"))
    assert (b"", "5") == (got.body, got.get("content-length"))


TAGGED = ((b"etag", b'"v1"'), (b"content-length", b"10"), (b"content-type", b"text/plain"))


@pytest.mark.parametrize("chunks", [(b"0123456789",), (b"012", b"", b"3456", b"789")])
def test_ranges_are_cut_while_the_content_passes(chunks: tuple[bytes, ...]) -> None:
    """One, several, and none that fits (RFC 9110 §14)."""
    layer = StatusLayer(answering(200, *chunks, headers=TAGGED))
    one = ask(layer, scope("/", "GET", (b"range", b"bytes=2-4")))
    assert (206, b"234", "bytes 2-4/10") == (one.status, one.body, one.get("content-range"))
    last = ask(layer, scope("/", "GET", (b"range", b"bytes=-3")))
    assert b"789" == last.body
    backwards = ask(layer, scope("/", "GET", (b"range", b"bytes=8-9,0-1")))
    assert (200, b"0123456789") == (backwards.status, backwards.body)  # in parts it would be longer
    none = ask(layer, scope("/", "GET", (b"range", b"bytes=50-")))
    assert (416, "bytes */10") == (none.status, none.get("content-range"))
    stale = ask(layer, scope("/", "GET", (b"range", b"bytes=2-4"), (b"if-range", b'"v0"')))
    assert (200, b"0123456789") == (stale.status, stale.body)


@pytest.mark.parametrize(("takes", "seen"), [(False, [b"range", b"if-range"]), (True, [])])
def test_ranges_may_be_kept_from_the_application(takes: bool, seen: list[bytes]) -> None:
    """Where it would cut by itself, and wrongly."""
    found: list[bytes] = []

    async def application(asked: Scope, _receive: Receive, send: Send) -> None:
        found.extend(name for name, _ in asked["headers"] if b"range" in name)
        await send({"type": "http.response.start", "status": 200, "headers": list(TAGGED)})
        await send({"type": "http.response.body", "body": b"0123456789"})

    asked = scope("/", "GET", (b"range", b"bytes=3-5"), (b"if-range", b'"v1"'))
    assert b"345" == ask(StatusLayer(application, take_ranges=takes), asked).body
    assert seen == found


def test_several_ranges_of_a_stream_are_one_multipart() -> None:
    """Its length is known before it begins."""
    whole = bytes(range(256)) * 8
    chunks = [whole[at : at + 100] for at in range(0, len(whole), 100)]
    headers = ((b"etag", b'"v1"'), (b"content-length", str(len(whole)).encode()))
    layer = StatusLayer(answering(200, *chunks, headers=headers))
    got = ask(layer, scope("/", "GET", (b"range", b"bytes=0-9,1000-1250")))
    assert (206, str(len(got.body))) == (got.status, got.get("content-length"))
    assert whole[:10] + b"\r\n" in got.body
    assert whole[1000:1251] in got.body
    backwards = scope("/", "GET", (b"range", b"bytes=1000-1250,0-9"))
    assert 200 == ask(layer, backwards).status  # a stream does not go back
    got = ask(StatusLayer(answering(200, whole, headers=headers)), backwards)
    assert (206, True) == (got.status, got.body.index(whole[1000:1251]) < got.body.index(whole[:10] + b"\r\n"))


def test_the_answers_own_validator_decides_304() -> None:
    """Also for an answer that streams."""
    layer = StatusLayer(answering(200, b"01234", b"56789", headers=TAGGED))
    got = ask(layer, scope("/", "GET", (b"if-none-match", b'W/"v1"')))
    assert (304, b"", '"v1"') == (got.status, got.body, got.get("etag"))


def test_a_failed_condition_keeps_the_cookies() -> None:
    """The page takes the place of the content and not of what the application set."""
    layer = StatusLayer(answering(200, b"x", headers=((b"etag", b'"v1"'), (b"set-cookie", b"a=1"), (b"vary", b"x"))))
    got = ask(layer, scope("/", "GET", (b"if-match", b'"v0"')))
    assert (412, "a=1", "Accept, Accept-Language, x") == (got.status, got.get("set-cookie"), got.get("vary"))


def test_tags_are_made_on_request() -> None:
    """For small answers; the second time nothing needs to be sent."""
    layer = StatusLayer(HELLO, make_etags=100)
    tag = ask(layer).get("etag")
    assert tag is not None
    assert 304 == ask(layer, scope("/", "GET", (b"if-none-match", tag.encode()))).status


def test_an_event_stream_is_not_held_back() -> None:
    """Its head goes out at once, since the first event may be long in coming."""

    async def streamed() -> list[str]:
        sent: list[Message] = []

        async def application(_asked: Scope, _receive: Receive, send: Send) -> None:
            headers = [(b"content-type", b"text/event-stream"), (b"etag", b'"no"')]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            early.append(len(sent))
            await send({"type": "http.response.body", "body": b"data: x\n\n"})

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request"}

        await StatusLayer(application)(scope(), receive, send)
        return [message["type"] for message in sent]

    early: list[int] = []
    assert ["http.response.start", "http.response.body"] == asyncio.run(streamed())
    assert [1] == early


def sending_a_file(asked: Scope, path: str) -> Message:
    """Return how an application sends a file, as the server's extensions let it."""
    if "http.response.pathsend" in asked.get("extensions", {}):
        return {"type": "http.response.pathsend", "path": path}
    return {"type": "http.response.body", "body": Path(path).read_bytes()}


def test_a_file_may_go_past_us_where_it_is_sent_whole(tmp_path: Path) -> None:
    """And is cut where a range is asked for; HEAD sends nothing of it."""
    file = tmp_path / "file"
    file.write_bytes(b"0123456789")

    async def application(asked: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(TAGGED)})
        await send(sending_a_file(asked, str(file)))

    layer = StatusLayer(application)
    extensions: dict[str, Any] = {"http.response.pathsend": {}, "http.response.debug": {}}
    sent, _ = asyncio.run(exchange(layer, scope(extensions=extensions)))
    assert {"type": "http.response.pathsend", "path": str(file)} == sent[1]
    assert b"34" == ask(layer, scope("/", "GET", (b"range", b"bytes=3-4"), extensions=extensions)).body
    assert b"" == ask(layer, scope("/", "HEAD", extensions=extensions)).body


def test_early_hints_go_out_before_the_head() -> None:
    """They are not the answer."""

    async def application(_asked: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]})
        await send({"type": "http.response.start", "status": 200, "headers": [*TAGGED[:1]], "trailers": True})
        await send({"type": "http.response.early_hint", "links": []})
        await send({"type": "http.response.body", "body": b"x"})
        await send({"type": "http.response.trailers", "headers": []})

    sent, _ = asyncio.run(exchange(StatusLayer(application), scope()))
    kinds = ["early_hint", "early_hint", "start", "body", "trailers"]
    assert [f"http.response.{kind}" for kind in kinds] == [message["type"] for message in sent]
    assert sent[2]["trailers"]


@rules(etag="v1", protect=True, accepts="text/plain")
async def handled(send: Send) -> None:
    """Answer, if the rules let it come so far."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", b'"v1"')]})
    await send({"type": "http.response.body", "body": b"done"})


def guarded(*, swallow: bool) -> ASGIApp:
    """Return an application with a handler under rules, whose framework may make a 500 of what they raise."""

    async def application(_asked: Scope, _receive: Receive, send: Send) -> None:
        try:
            await handled(send)
        except Exception:
            if not swallow:
                raise
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b"a framework's page"})

    return application


@pytest.mark.parametrize("swallow", [False, True])
@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("PUT", [(b"if-match", b'"v0"')], 412),
        ("PUT", [], 428),
        ("PUT", [(b"if-match", b'"v1"')], 200),
        ("PUT", [(b"content-type", b"image/png"), (b"content-length", b"1")], 415),
        ("GET", [(b"if-none-match", b'"v1"')], 304),
        ("GET", [], 200),
    ],
)
def test_the_rules_of_a_handler_decide_before_its_body(
    method: str, headers: list[tuple[bytes, bytes]], status: int, swallow: bool
) -> None:
    """Whatever the framework between us and the handler makes of what they raise."""
    assert status == ask(StatusLayer(guarded(swallow=swallow)), scope("/", method, *headers)).status


def test_a_route_that_is_known_beforehand_is_asked_first() -> None:
    """405 with every method of the address, before anything is read."""

    def route(request: Request) -> Route | None:
        return Route(methods=frozenset({"GET", "PUT"})) if request.path == "/thing" else None

    layer = StatusLayer(HELLO, route=route)
    got = ask(layer, scope("/thing", "DELETE"))
    assert (405, "GET, HEAD, PUT, OPTIONS") == (got.status, got.get("allow"))
    assert 200 == ask(layer, scope("/other", "DELETE")).status


def test_a_route_function_that_fails_is_an_incident() -> None:
    """One that refuses is an answer."""

    def broken(_request: Request) -> Route | None:
        raise RuntimeError

    def closed(_request: Request) -> Route | None:
        raise Conflict

    assert [500, 409] == [ask(StatusLayer(HELLO, route=route)).status for route in (broken, closed)]


def test_what_a_group_of_tasks_raises_is_unwrapped() -> None:
    """Some middleware runs the application in one."""
    assert 409 == ask(StatusLayer(raising(ExceptionGroup("", [ExceptionGroup("", [Conflict()])])))).status


def test_addresses_are_asked_before_the_application() -> None:
    """Moved, gone and blocked."""
    layer = StatusLayer(HELLO, addresses=Addresses({"/old": "/new"}, ["/gone"], {"/blocked": "https://law.example/"}))
    moved = ask(layer, scope("/old", query_string=b"a=1"))
    assert (301, "/new?a=1") == (moved.status, moved.get("location"))
    assert [308, 410, 451, 200] == [
        ask(layer, scope(path, method)).status
        for path, method in [("/old", "POST"), ("/gone", "GET"), ("/blocked", "GET"), ("/new", "GET")]
    ]


def test_pages_of_ones_own_come_first(tmp_path: Path) -> None:
    """The note's personal 404, under any application."""
    (tmp_path / "404.html").write_text("<p>$status $phrase: lost at sea")
    layer = StatusLayer(raising(NotFound()), templates=tmp_path)
    assert b"<p>404 Not Found: lost at sea" == ask(layer, scope("/", "GET", HTML)).body
    assert b"lost at sea" not in ask(StatusLayer(raising(Conflict()), templates=tmp_path), scope("/", "GET", HTML)).body


def test_a_page_of_ones_own_that_fails_is_replaced_by_ours(caplog: pytest.LogCaptureFixture) -> None:
    """An error page must not fail; the log says why it did."""

    def page(*_: object) -> str:
        raise RuntimeError("template")

    got = ask(StatusLayer(raising(NotFound()), templates=page), scope("/", "GET", HTML))
    assert (404, True) == (got.status, b"<h1>" in got.body)
    assert ["error-page-failed"] == [record.event for record in caplog.records]  # type: ignore[attr-defined]


def test_a_program_gets_a_problem_document() -> None:
    """RFC 9457."""
    got = ask(
        StatusLayer(raising(Conflict({"en": "Taken.", "zh": "已占用。"}, holder="ann"))), scope("/", "GET", ACCEPT_JSON)
    )
    assert {"status": 409, "detail": "Taken.", "holder": "ann"}.items() <= json.loads(got.body).items()


def test_why_is_told_in_development() -> None:
    """On every answer, ours and the application's."""
    layer = StatusLayer(HELLO, trace=True, hosts=["localhost:8000"])
    assert "tried=" in (ask(layer).get("hardtack-trace") or "")
    assert "refuse/method-is-known=method-unknown" in (ask(layer, scope("/", "FROB")).get("hardtack-trace") or "")
    tagged = StatusLayer(answering(200, b"x", headers=TAGGED[:1]), trace=True)
    failed = ask(tagged, scope("/", "GET", (b"if-match", b'"v0"')))
    assert "if-match-failed" in (failed.get("hardtack-trace") or "")
    assert 1 == len([name for name, _ in failed.headers if name == "hardtack-trace"])


def test_a_later_version_of_http_has_no_connection_field() -> None:
    """RFC 9113 §8.2.2: an answer that has it is malformed."""
    got = ask(StatusLayer(HELLO), scope("/", "POST", LONG, http_version="2"), *content(b"x"))
    assert (413, None) == (got.status, got.get("connection"))


def connecting(**more: Any) -> Scope:
    """Return the scope of a WebSocket handshake."""
    return {**scope(http_version="1.1"), "type": "websocket", "scheme": "ws", **more}


def test_a_handshake_is_refused_by_the_same_rules() -> None:
    """With our page where the server can send one, else with its 403."""

    async def application(asked: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    layer = StatusLayer(application, hosts=["localhost:8000"])
    connect: Message = {"type": "websocket.connect"}
    sent, _ = asyncio.run(exchange(layer, connecting(), connect))
    assert ["websocket.accept"] == [message["type"] for message in sent]
    foreign = connecting(headers=[(b"host", b"evil.example")])
    sent, _ = asyncio.run(exchange(layer, foreign, connect))
    assert [{"type": "websocket.close"}] == sent
    sent, _ = asyncio.run(exchange(layer, {**foreign, "extensions": {"websocket.http.response": {}}}, connect))
    assert ["websocket.http.response.start", "websocket.http.response.body"] == [message["type"] for message in sent]
    assert 421 == sent[0]["status"]


def test_the_layer_stands_around_an_application_behind_the_site_or_alone() -> None:
    """``Hardtack(app, status={})``; and its lifespan is the application's."""
    layer = Hardtack(answering(404), status={"language": "zh"})
    assert "zh" == ask(layer).get("content-language")
    life: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent, _ = asyncio.run(exchange(layer, {"type": "lifespan", "state": {}}, *life))
    assert ["lifespan.startup.complete", "lifespan.shutdown.complete"] == [message["type"] for message in sent]


@pytest.mark.parametrize(
    "settings",
    [{"errors": "some"}, {"hosts": "localhost"}, {"hosts": ["a b"]}, {"templates": "nowhere"}],
)
def test_a_setting_that_cannot_be_is_the_programmers(settings: dict[str, Any]) -> None:
    """At start, not when the first visitor comes."""
    with pytest.raises(MisuseError):
        StatusLayer(HELLO, **settings)


def test_nothing_to_answer_with_is_the_programmers() -> None:
    """Neither an application nor a site."""
    with pytest.raises(MisuseError):
        Hardtack()


def test_the_limit_of_a_policy_is_the_limit() -> None:
    """Declared or counted, whichever of the two places it was written in."""
    layer = StatusLayer(HELLO, policy=RefusePolicy(max_body=3))
    assert 413 == ask(layer, scope("/", "POST", (b"content-length", b"4"))).status
    assert 413 == ask(layer, scope("/", "POST", (b"transfer-encoding", b"chunked")), *content(b"1234")).status


def test_memory_of_heads_is_bounded() -> None:
    """Whoever invents names of fields and hosts fills nothing."""
    layer = StatusLayer(HELLO)
    for number in range(3000):
        layer.remember(scope("/", "GET", headers=[(b"host", b"h%d" % number), (b"x-%d" % number, b"a")]))
    assert {1024} == {len(layer._heads), len(layer._names)}
