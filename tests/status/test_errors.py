"""One exception per error code, and none without the header fields that its code needs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack import status
from hardtack.errors import MisuseError, Refused
from hardtack.status import Status, challenge, for_status
from hardtack.status.errors import is_field

NEEDS: dict[int, dict[str, Any]] = {
    401: {"challenge": 'Session realm="hardtack"'},
    405: {"allow": ["GET"]},
    407: {"challenge": "Basic"},
    426: {"upgrade": "websocket"},
}
CODES = [each.code for each in Status if each.is_error]


@pytest.mark.parametrize("code", CODES)
class TestEveryClass:
    """What holds for all forty."""

    def test_its_status_and_slug_are_the_catalogues(self, code: int) -> None:
        """The class and the catalogue never drift apart."""
        error = for_status(code)
        assert (code, Status(code).slug) == (error.status, error.slug)

    def test_its_name_is_the_phrase_and_it_is_exported(self, code: int) -> None:
        """418 has no phrase of its own and is called by its number."""
        name = "Unused418" if code == 418 else Status(code).phrase.replace(" ", "")
        assert getattr(status, name) is for_status(code)
        assert name in status.__all__

    def test_it_carries_every_required_field(self, code: int) -> None:
        """An answer made of it is never wrong for want of a field."""
        error = for_status(code)(**NEEDS.get(code, {}))
        assert set(Status(code).headers_required) <= {name for name, _ in error.headers}

    def test_it_passes_on_what_every_refusal_takes(self, code: int) -> None:
        """Detail, reason, headers, retry_after, fields and extensions reach the root."""
        error = for_status(code)(
            {"en": "No.", "zh": "不。"},
            reason="why",
            headers=[("X-More", "1")],
            retry_after=3,
            fields={"name": "too long"},
            limit=5,
            **NEEDS.get(code, {}),
        )
        assert error.detail_in("zh") == "不。"
        assert (error.reason, error.retry_after, error.fields) == ("why", 3, {"name": "too long"})
        assert ("X-More", "1") in error.headers
        assert error.extensions["limit"] == 5

    def test_it_has_a_sentence_of_its_own(self, code: int) -> None:
        """The docstring begins with the number."""
        assert (for_status(code).__doc__ or "").startswith(f"{code}: ")


@pytest.mark.parametrize("code", [200, 304, 499, 599, 0, -5])
def test_other_numbers_have_no_exception(code: int) -> None:
    """Only registered errors do."""
    with pytest.raises(MisuseError, match="no registered error code"):
        for_status(code)


@pytest.mark.parametrize("code", sorted(NEEDS))
def test_a_class_that_needs_a_field_cannot_be_built_without_it(code: int) -> None:
    """Python itself refuses the call."""
    with pytest.raises(TypeError, match="required keyword-only argument"):
        for_status(code)()


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (status.BadRequest(close=True), [("Connection", "close")]),
        (status.BadRequest(), []),
        (status.Unauthorized(challenge=["Session", "Basic"]), [("WWW-Authenticate", "Session, Basic")]),
        (status.MethodNotAllowed(allow=["GET", "PUT"]), [("Allow", "GET, PUT")]),
        (status.MethodNotAllowed(allow="GET,PUT"), [("Allow", "GET, PUT")]),
        (status.MethodNotAllowed(allow=[]), [("Allow", "")]),
        (status.ProxyAuthenticationRequired(challenge="Basic"), [("Proxy-Authenticate", "Basic")]),
        (status.RequestTimeout(), [("Connection", "close")]),
        (status.RequestTimeout(close=False), []),
        (status.PreconditionFailed(etag='"a"'), [("ETag", '"a"')]),
        (status.PreconditionFailed(), []),
        (status.ContentTooLarge(close=True), [("Connection", "close")]),
        (
            status.UnsupportedMediaType(accept=["text/html", "text/plain"], accept_encoding="gzip"),
            [("Accept", "text/html, text/plain"), ("Accept-Encoding", "gzip")],
        ),
        (status.UnsupportedMediaType(accept_patch="text/x"), [("Accept-Patch", "text/x")]),
        (status.RangeNotSatisfiable(length=1000), [("Content-Range", "bytes */1000")]),
        (status.RangeNotSatisfiable(length=0), [("Content-Range", "bytes */0")]),
        (status.RangeNotSatisfiable(), []),
        (
            status.UpgradeRequired(upgrade=["websocket", "h2c"]),
            [("Upgrade", "websocket, h2c"), ("Connection", "Upgrade")],
        ),
        (
            status.UnavailableForLegalReasons(blocked_by="https://isp.example/"),
            [("Link", '<https://isp.example/>; rel="blocked-by"')],
        ),
        (status.UnavailableForLegalReasons(), []),
    ],
)
def test_arguments_become_header_fields(error: Refused, fields: list[tuple[str, str]]) -> None:
    """Each as the RFC writes it."""
    assert fields == list(error.headers)


def test_lists_that_belong_into_the_content_become_extensions() -> None:
    """RFC 9110 §15.5.7 and §15.6.6."""
    assert {"available": ["en"]} == status.NotAcceptable(available=("en",)).extensions
    assert {"supported": ["HTTP/1.1"]} == status.HTTPVersionNotSupported(supported=["HTTP/1.1"]).extensions
    assert status.NotAcceptable().extensions == {}
    assert status.HTTPVersionNotSupported().extensions == {}


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (status.Unauthorized, {"challenge": ""}),
        (status.Unauthorized, {"challenge": []}),
        (status.Unauthorized, {"challenge": "Basic\r\nSet-Cookie: a=b"}),
        (status.MethodNotAllowed, {"allow": ["GET POST"]}),
        (status.MethodNotAllowed, {"allow": ["GET\n"]}),
        (status.MethodNotAllowed, {"allow": "GET, PÜT"}),
        (status.PreconditionFailed, {"etag": " "}),
        (status.UnsupportedMediaType, {"accept": ["text/html\x00"]}),
        (status.RangeNotSatisfiable, {"length": -1}),
        (status.UpgradeRequired, {"upgrade": []}),
        (status.UnavailableForLegalReasons, {"blocked_by": "https://a> b"}),
    ],
)
def test_what_would_break_the_header_section_is_a_misuse(error: type[Refused], arguments: dict[str, Any]) -> None:
    """It is raised at the line that wrote it."""
    with pytest.raises(MisuseError):
        error(**arguments)


class TestChallenge:
    """Building ``WWW-Authenticate``."""

    def test_parameters_are_quoted_and_underscores_are_hyphens(self) -> None:
        """As RFC 9110 §11.6.1 and §5.6.4 write them."""
        expected = r'Session realm="a \"b\" \\c", sign-in="/sign-in"'
        assert expected == challenge("Session", realm=r'a "b" \c', sign_in="/sign-in")

    def test_a_scheme_alone_is_a_challenge(self) -> None:
        """``Negotiate`` has no parameters."""
        assert challenge("Negotiate") == "Negotiate"

    @pytest.mark.parametrize(
        ("scheme", "parameters"), [("Two words", {}), ("", {}), ("Basic", {"realm": "a\r\nb"}), ("Basic", {"a b": "c"})]
    )
    def test_what_cannot_be_sent_is_a_misuse(self, scheme: str, parameters: dict[str, str]) -> None:
        """No line end and no space gets out."""
        with pytest.raises(MisuseError):
            challenge(scheme, **parameters)


@given(st.text(), st.text())
def test_a_field_that_passes_has_no_control_codes(name: str, value: str) -> None:
    """The promise of ``is_field``: what passes cannot end the line or the header section."""
    if is_field(name, value):
        assert name.isascii()
        assert not {*"\r\n\0 :"} & {*name}
        assert not {*"\r\n\0"} & {*value}
        assert value == value.strip(" \t")
        value.encode("latin-1")


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("Allow", "", True),
        ("Allow", "GET", True),
        ("A b", "", False),
        ("", "x", False),
        ("A", "x\n", False),
        ("A", "é", True),
    ],
)
def test_header_fields_are_told_from_what_is_none(name: str, value: str, good: bool) -> None:
    """RFC 9110 §5.1 and §5.5."""
    assert good == is_field(name, value)
