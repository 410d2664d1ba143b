"""What a gateway keeps to itself, what it passes on, and when it may change what passes."""

from __future__ import annotations

import pytest

from hardtack.message import Headers, Request, Response
from hardtack.playground import hops
from hardtack.playground.client import Answer

HTML = ("Content-Type", "text/html; charset=utf-8")
PAGE = b"<!doctype html>\n<!-- one\nremark -->\n<p>Text.</p><!-- two -->\n"


def asked(*headers: tuple[str, str], version: str = "1.1") -> Request:
    """Return a request with these fields."""
    return Request(method="GET", path="/x", headers=Headers(headers), http_version=version)


def answered(*headers: tuple[str, str], version: str = "1.1", status: int = 200) -> Answer:
    """Return another server's answer with these fields."""
    return Answer(version, status, Headers(headers), PAGE)


def names(response: Response) -> set[str]:
    """Return the names of the fields."""
    return {name.lower() for name, _ in response.headers}


def test_only_what_a_public_document_depends_on_goes_on() -> None:
    """Never a cookie, a credential, a condition on what we have changed, or where the visitor is."""
    request = asked(
        ("Accept", "text/html"),
        ("Accept-Language", "zh"),
        ("Cookie", "session=secret"),
        ("Authorization", "Basic secret"),
        ("Proxy-Authorization", "Basic secret"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("If-None-Match", '"1"'),
        ("Range", "bytes=0-1"),
        ("Connection", "keep-alive"),
    )
    assert [("accept", "text/html"), ("accept-language", "zh"), ("Via", "1.1 playground")] == hops.request_fields(
        request
    )


def test_what_connection_names_ends_here() -> None:
    """In both directions, whatever it is called and however it is written (RFC 9110 §7.6.1)."""
    request = asked(("Accept", "text/html"), ("Connection", "close, ACCEPT"), ("Accept-Language", "zh"))
    assert ["accept-language", "Via"] == [name for name, _ in hops.request_fields(request)]
    response = hops.passed_on(answered(("X-Own", "1"), ("X-Kept", "2"), ("Connection", "x-own"), ("Connection", "a")))
    assert "x-kept" in names(response)
    assert "x-own" not in names(response)


def test_fields_of_one_connection_end_here_without_being_named() -> None:
    """All that RFC 9110 §7.6.1 lists, and those that are for a proxy alone."""
    fields = [(name, "x") for name in sorted(hops.ENDS_HERE)]
    assert not hops.ENDS_HERE & names(hops.passed_on(answered(*fields)))
    assert {"transfer-encoding", "upgrade", "keep-alive", "te", "proxy-authenticate", "connection"} <= hops.ENDS_HERE


def test_via_grows_by_one_at_every_hop() -> None:
    """With the version in which the message came (RFC 9110 §7.6.3)."""
    assert ("Via", "1.0 first, 1.1 second, 2 playground") == hops.request_fields(
        asked(("Via", "1.0 first"), ("Via", "1.1 second"), version="2")
    )[-1]
    assert "1.1 inner, 1.0 playground" == hops.passed_on(answered(("Via", "1.1 inner"), version="1.0")).get("Via")


def test_what_would_act_on_our_origin_is_kept_from_it() -> None:
    """The document is another server's, the address is ours: no cookie, no policy, and nothing of it can run."""
    fields = [(name, "x") for name in sorted(hops.KEPT_FROM_US)]
    response = hops.passed_on(answered(*fields, ("X-Other", "y"), HTML))
    assert "default-src 'none'; sandbox" == response.get("Content-Security-Policy")
    left = names(response) & hops.KEPT_FROM_US
    assert {"content-security-policy"} == left
    assert 1 == sum(name.lower() == "content-security-policy" for name, _ in response.headers)
    assert ("y", "text/html; charset=utf-8") == (response.get("X-Other"), response.get("Content-Type"))


def test_a_remark_is_left_out_and_the_answer_says_so() -> None:
    """203, a weak entity tag, and no digest of content that is not there any more."""
    before = Response(200, [HTML, ("ETag", '"1"'), ("Repr-Digest", "x"), ("Accept-Ranges", "bytes")], PAGE)
    after = hops.without_remarks(asked(), before)
    assert (203, b"<!doctype html>\n<p>Text.</p>") == (after.status, after.body)
    assert [HTML, ("ETag", 'W/"1"')] == after.headers
    assert (200, PAGE) == (before.status, before.body)


@pytest.mark.parametrize("tag", ['W/"1"', None])
def test_a_weak_tag_stays_weak_and_none_is_made_up(tag: str | None) -> None:
    """Weakening it twice would make it no tag at all."""
    fields = [HTML] if tag is None else [HTML, ("ETag", tag)]
    assert tag == hops.without_remarks(asked(), Response(200, fields, PAGE)).get("ETag")


@pytest.mark.parametrize(
    ("request_field", "fields", "status", "content"),
    [
        (None, [HTML], 200, b"<p>No remark.</p>"),
        (None, [HTML, ("Cache-Control", "max-age=5, No-Transform")], 200, PAGE),
        (("Cache-Control", "no-transform"), [HTML], 200, PAGE),
        (None, [("Content-Type", "text/plain")], 200, PAGE),
        (None, [], 200, PAGE),
        (None, [HTML, ("Content-Encoding", "gzip")], 200, PAGE),
        (None, [HTML], 404, PAGE),
        (None, [HTML], 200, b"<!-- open to the end"),
    ],
)
def test_what_needs_no_change_or_must_have_none_is_passed_on_as_it_is(
    request_field: tuple[str, str] | None, fields: list[tuple[str, str]], status: int, content: bytes
) -> None:
    """203 is never said of an answer that is what the other server sent (RFC 9110 §15.3.4)."""
    response = Response(status, [*fields, ("ETag", '"1"')], content)
    assert response is hops.without_remarks(asked(*([request_field] if request_field else [])), response)
