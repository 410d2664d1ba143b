"""What an answer still needs: conditions, ranges, content, fields; and what is never done to it."""

from __future__ import annotations

import random
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError, Refused
from hardtack.message import Headers, Request, http_date
from hardtack.status import Status
from hardtack.status.finish import (
    LOOKED_AT,
    NEEDS_NOTHING,
    RULES,
    VALIDATORS,
    Answer,
    Finished,
    FinishPolicy,
    finish,
)
from hardtack.status.ranges import parts
from hardtack.status.trace import Step
from hardtack.status.validators import ETag, Validators, etag_of

NOW = 1_795_910_400
CHANGED = http_date(NOW - 86_400)
LATER = http_date(NOW - 86_399)
BOUNDARY = "3d6b6a416f9b5"
CONTENT = random.Random(9110).randbytes(1000)  # noqa: S311 - the same in every run

Field = tuple[str, str]
Fields = list[Field]

TAG = ("ETag", '"v1"')
FULL: Fields = [
    ("Content-Type", "text/plain"),
    ("Content-Length", "1000"),
    ("Content-Language", "en"),
    ("Content-Location", "/v1"),
    ("Content-Disposition", "attachment"),
    ("Content-Digest", "sha-256=:AAAA:"),
    ("Cache-Control", "private"),
    ("Expires", LATER),
    ("Date", LATER),
    ("Vary", "Accept"),
    TAG,
    ("Last-Modified", CHANGED),
    ("Set-Cookie", "a=1"),
    ("Set-Cookie", "b=2"),
    ("Access-Control-Allow-Origin", "*"),
    ("Content-Security-Policy", "default-src 'self'"),
    ("X-Own", "kept"),
]
KEPT = {"cache-control", "content-location", "date", "etag", "expires", "vary"}
OF_THE_ANSWER = {"set-cookie", "access-control-allow-origin", "content-security-policy", "x-own"}


def _request(*fields: Field, method: str = "GET", http_version: str = "1.1") -> Request:
    return Request(method=method, path="/", headers=Headers(fields), http_version=http_version)


def _finish(
    *fields: Field,
    method: str = "GET",
    http_version: str = "1.1",
    status: Any = 200,
    headers: Fields | None = None,
    length: int | None = 1000,
    body_known: bool = True,
    body: bytes | None = None,
    policy: FinishPolicy | None = None,
    trace: list[Step] | None = None,
    declared: Validators | None = None,
) -> Finished:
    answer = Answer(
        status=status,
        headers=list(FULL) if headers is None else headers,
        length=length,
        body_known=body_known,
        body=body,
        declared=declared,
    )
    before = list(answer.headers)
    finished = finish(
        _request(*fields, method=method, http_version=http_version),
        answer,
        now=NOW,
        boundary=BOUNDARY,
        policy=policy,
        trace=trace,
    )
    assert answer.headers == before
    return finished


def _names(finished: Finished) -> set[str]:
    return {name.lower() for name, _ in finished.headers}


def _get(finished: Finished, name: str) -> str | None:
    values = [value for field_name, value in finished.headers if field_name.lower() == name.lower()]
    assert len(values) <= 1
    return values[0] if values else None


def _sent(finished: Finished) -> bytes:
    """Return the content as a driver sends it."""
    if finished.content == "keep":
        return CONTENT
    pieces = [part.prefix + CONTENT[part.first : part.last + 1] for part in finished.parts]
    return b"".join([*pieces, finished.suffix])


BARE: Fields = [("Content-Type", "text/plain")]
DECLARED = Validators(etag=ETag("v1"), last_modified=NOW - 86_400)


class TestDeclared:
    """What the handler's own rules have said goes out with its answer (RFC 9110 §8.8.2.1, §8.8.3)."""

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_declared_validators_are_sent_where_the_handler_has_not(self, method: str) -> None:
        """Otherwise no client could learn them."""
        steps: list[Step] = []
        finished = _finish(method=method, headers=BARE, declared=DECLARED, trace=steps)
        assert ('"v1"', CHANGED) == (_get(finished, "ETag"), _get(finished, "Last-Modified"))
        assert "etag-added, last-modified-added" in {step.outcome for step in steps}

    def test_what_the_handler_has_sent_stays(self) -> None:
        """It knows better what it has made."""
        own: Fields = [*BARE, ("ETag", '"own"'), ("Last-Modified", http_date(NOW - 3600))]
        finished = _finish(headers=own, declared=DECLARED)
        assert ('"own"', http_date(NOW - 3600)) == (_get(finished, "ETag"), _get(finished, "Last-Modified"))

    @pytest.mark.parametrize(
        ("method", "status", "declared"),
        [("PUT", 200, DECLARED), ("GET", 404, DECLARED), ("GET", 206, DECLARED), ("GET", 200, Validators(exists=True))],
    )
    def test_nothing_is_added_to_another_answer(self, method: str, status: int, declared: Validators) -> None:
        """A tag beside an error or a change would be of something else."""
        finished = _finish(method=method, status=status, headers=BARE, declared=declared)
        assert (None, None) == (_get(finished, "ETag"), _get(finished, "Last-Modified"))

    @pytest.mark.parametrize(
        ("field", "status"),
        [
            (("If-Match", '"v1"'), 200),
            (("If-Match", '"v2"'), 412),
            (("If-None-Match", '"v1"'), 304),
            (("If-None-Match", 'W/"v1"'), 304),
            (("If-None-Match", '"v2"'), 200),
        ],
    )
    @pytest.mark.parametrize("coding", ["gzip", "identity"])
    def test_conditions_are_decided_by_the_declared_tag_whatever_the_coding(
        self, field: Field, status: int, coding: str
    ) -> None:
        """As they were before the handler ran; under a coding the tag goes out weak, since the octets are others."""
        finished = _finish(field, headers=[*BARE, ("Content-Encoding", coding)], declared=DECLARED)
        assert status == finished.status
        if status != 412:
            assert ('W/"v1"' if coding == "gzip" else '"v1"') == _get(finished, "ETag")


class TestConditions:
    """RFC 9110 §13.2, on the validators that the answer itself has."""

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("status", [200, 206])
    @pytest.mark.parametrize(
        "condition", [("If-None-Match", '"v1"'), ("If-None-Match", "*"), ("If-Modified-Since", CHANGED)]
    )
    def test_a_good_copy_is_not_sent_again(self, method: str, status: int, condition: Field) -> None:
        """Also where the application has cut the answer by itself: conditions come before ranges (§13.2.2)."""
        finished = _finish(condition, ("Range", "bytes=0-9"), method=method, status=status)
        assert (finished.status, finished.content, finished.error) == (304, "none", None)

    def test_a_304_keeps_exactly_what_the_rfc_names(self) -> None:
        """Of what describes the representation (§15.4.5); what belongs to the answer itself is not that."""
        finished = _finish(("If-None-Match", '"v1"'))
        assert _names(finished) == KEPT | OF_THE_ANSWER
        assert [pair for pair in finished.headers if pair[0] == "Set-Cookie"] == [
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
        ]

    def test_a_304_without_a_tag_keeps_the_time(self) -> None:
        """The RFC: "Last-Modified might be useful if the response does not have an ETag field"."""
        finished = _finish(
            ("If-Modified-Since", CHANGED), headers=[("Last-Modified", CHANGED), ("Content-Type", "text/plain")]
        )
        assert (finished.status, finished.headers) == (304, [("Last-Modified", CHANGED)])

    @pytest.mark.parametrize("by_hand", [[], [("Content-Length", "0"), ("Content-Type", "text/html"), *FULL[5:]]])
    def test_a_304_by_hand_is_put_right_too(self, by_hand: Fields) -> None:
        """Nothing of the representation in it, whoever has decided it."""
        finished = _finish(status=304, headers=by_hand, length=0)
        assert finished.content == "none"
        assert not _names(finished) & {"content-length", "content-type", "content-digest", "last-modified"}

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("condition", [("If-Match", '"v0"'), ("If-Unmodified-Since", http_date(NOW - 86_401))])
    def test_a_condition_that_fails_is_an_error(self, method: str, condition: Field) -> None:
        """The driver shows its page; only what stands beside any page is kept."""
        finished = _finish(condition, ("Range", "bytes=0-9"), method=method)
        assert finished.error is not None
        assert (finished.status, finished.error.status, finished.content) == (412, 412, "none")
        assert finished.error.headers == (("ETag", '"v1"'),)
        assert _names(finished) == {"set-cookie", "vary", "access-control-allow-origin"}

    def test_without_a_tag_no_tag_matches(self) -> None:
        """RFC 9110 §13.1.1, the last step; but there is something, as "*" asks."""
        assert _finish(("If-Match", '"v1"'), headers=[]).status == 412
        assert _finish(("If-Match", "*"), headers=[]).status == 200
        assert _finish(("If-None-Match", "*"), headers=[]).status == 304
        assert _finish(("If-None-Match", '"v1"'), headers=[("ETag", "v1")]).status == 200

    @pytest.mark.parametrize("status", [201, 204, 301, 404, 412, 416, 500])
    def test_only_a_success_is_conditional(self, status: int) -> None:
        """RFC 9110 §13.2.1: "MUST ignore all received preconditions if" the answer would be anything else."""
        assert _finish(("If-None-Match", "*"), ("If-Match", '"v0"'), status=status).status == status

    def test_all_conditions_at_once_are_asked(self) -> None:
        """In the order of §13.2.2: the tags decide."""
        fields = [("If-Match", "*"), ("If-Unmodified-Since", LATER), ("If-Modified-Since", LATER)]
        assert _finish(*fields, ("If-None-Match", '"v1"')).status == 304
        assert _finish(*fields, ("If-None-Match", '"v0"')).status == 200

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    def test_what_has_been_done_is_not_undone(self, method: str) -> None:
        """It is too late to refuse a change; that is what the third moment is for."""
        finished = _finish(("If-Match", '"v0"'), ("If-None-Match", "*"), ("Range", "bytes=0-9"), method=method)
        assert (finished.status, finished.content) == (200, "keep")

    def test_a_time_in_the_future_is_replaced_by_the_present(self) -> None:
        """RFC 9110 §8.8.2.1: "MUST replace that value with the message origination date"."""
        finished = _finish(headers=[("Last-Modified", http_date(NOW + 5))])
        assert _get(finished, "Last-Modified") == http_date(NOW)
        headers = [("Last-Modified", http_date(NOW + 5))]
        assert _finish(("If-Modified-Since", http_date(NOW)), headers=headers).status == 304
        assert _finish(("If-Modified-Since", http_date(NOW - 1)), headers=headers).status == 200

    @pytest.mark.parametrize(("method", "status"), [("PUT", 200), ("POST", 201), ("GET", 404), ("HEAD", 200)])
    def test_no_answer_claims_a_change_in_the_future(self, method: str, status: int) -> None:
        """RFC 9110 §8.8.2.1 speaks of every answer; a time that is past, or now, stays as it is written."""
        finished = _finish(method=method, status=status, headers=[("Last-Modified", http_date(NOW + 5))])
        assert _get(finished, "Last-Modified") == http_date(NOW)
        for written in ("Saturday, 28-Nov-26 00:00:00 GMT", http_date(NOW)):
            finished = _finish(method=method, status=status, headers=[("Last-Modified", written)])
            assert _get(finished, "Last-Modified") == written

    @pytest.mark.parametrize("date", ["yesterday", "Mon, 01 Jan 0001 00:00:00 GMT"])
    def test_a_time_that_is_none_is_left_alone(self, date: str) -> None:
        """And no condition is decided by it."""
        finished = _finish(("If-Modified-Since", CHANGED), headers=[("Last-Modified", date)])
        assert (finished.status, _get(finished, "Last-Modified")) == (200, date)


class TestTags:
    """Tags are made on request only."""

    SMALL = FinishPolicy(make_etags_up_to=1000)

    def test_a_tag_is_made_of_a_small_body(self) -> None:
        """Strong, since it is the same only for the same bytes; the next request is then answered by 304."""
        finished = _finish(headers=[], body=CONTENT, policy=self.SMALL)
        assert _get(finished, "ETag") == str(etag_of(CONTENT))
        condition = ("If-None-Match", str(etag_of(CONTENT)))
        assert _finish(condition, headers=[], body=CONTENT, policy=self.SMALL).status == 304
        assert _finish(condition, headers=[], body=CONTENT, policy=self.SMALL, method="HEAD").status == 304

    @pytest.mark.parametrize(
        "options",
        [
            {"policy": None},
            {"policy": FinishPolicy(make_etags_up_to=999)},
            {"body": None},
            {"body": b"", "length": 0},
            {"body": b"", "method": "HEAD"},
            {"body": b"other", "method": "HEAD"},
            {"status": 404},
            {"method": "POST"},
            {"headers": [("Cache-Control", "private, No-Store")]},
        ],
    )
    def test_otherwise_none_is_made(self, options: dict[str, Any]) -> None:
        """Too much, no content, nobody who may keep it, or what answers a HEAD and need not be the content."""
        finished = _finish(**{"headers": [], "body": CONTENT, "policy": self.SMALL, **options})
        assert "etag" not in _names(finished)

    def test_the_applications_own_tag_stays(self) -> None:
        """Weak or strong, also over encoded content: If-Match needs it as it is."""
        for tag in ('"own"', 'W/"own"', "no tag"):
            headers = [("ETag", tag), ("Content-Encoding", "gzip")]
            assert _get(_finish(headers=headers, body=CONTENT, policy=self.SMALL), "ETag") == tag


class TestOneRange:
    """RFC 9110 §14 and §15.3.7.1."""

    @pytest.mark.parametrize(
        ("field", "first", "last"),
        [
            ("bytes=0-9", 0, 9),
            ("bytes=-2000", 0, 999),
            ("bytes=0-9,5000-", 0, 9),
            ("bytes=990-" + "9" * 30, 990, 999),
            ("bytes=" + ",".join(["0-"] * 200), 0, 999),
        ],
    )
    def test_a_piece_is_sent(self, field: str, first: int, last: int) -> None:
        """With everything that the 200 would have, but for what is about the whole content only."""
        finished = _finish(("Range", field))
        assert (finished.status, finished.content, finished.suffix) == (206, "parts", b"")
        assert _sent(finished) == CONTENT[first : last + 1]
        assert _get(finished, "Content-Range") == f"bytes {first}-{last}/1000"
        assert _get(finished, "Content-Length") == str(last - first + 1)
        whole = {name.lower() for name, _ in FULL}
        assert _names(finished) == whole - {"content-digest"} | {"content-range", "accept-ranges"}

    def test_what_the_client_has_is_not_repeated(self) -> None:
        """RFC 9110 §15.3.7: to If-Range a sender SHOULD NOT generate other representation fields than it names."""
        finished = _finish(("Range", "bytes=0-9"), ("If-Range", '"v1"'))
        assert finished.status == 206
        added = {"content-range", "content-length", "content-type", "accept-ranges"}
        assert _names(finished) == KEPT | OF_THE_ANSWER | added

    @pytest.mark.parametrize(
        ("condition", "status"),
        [
            ('"v1"', 206),
            (CHANGED, 206),
            ('"v0"', 200),
            ('W/"v1"', 200),
            (LATER, 200),
            ("garbage", 200),
        ],
    )
    def test_if_range_lets_it_through_or_the_whole_is_sent(self, condition: str, status: int) -> None:
        """RFC 9110 §13.2.2 step 5: "otherwise, ignore the Range header field and respond 200 (OK)"."""
        finished = _finish(("Range", "bytes=0-9"), ("If-Range", condition))
        assert (finished.status, _sent(finished)) == (status, CONTENT[:10] if status == 206 else CONTENT)

    def test_if_range_without_range_says_nothing(self) -> None:
        """RFC 9110 §13.1.5: "MUST ignore an If-Range header field received in a request" without Range."""
        assert _finish(("If-Range", '"v0"')) == _finish()

    @pytest.mark.parametrize("field", ["bytes=1000-", "bytes=-0"])
    def test_what_is_not_there_is_416_with_the_length(self, field: str) -> None:
        """RFC 9110 §15.5.17: "SHOULD generate a Content-Range … specifying the current length"."""
        finished = _finish(("Range", field))
        assert finished.error is not None
        assert (finished.status, finished.error.headers) == (416, (("Content-Range", "bytes */1000"),))
        assert finished.content == "none"

    @pytest.mark.parametrize(
        "fields", [[("Range", "items=0-9")], [("Range", "bytes=0-1")] * 2, [("Range", "bytes=9-0")]]
    )
    def test_what_is_no_set_of_ranges_is_ignored(self, fields: Fields) -> None:
        """RFC 9110 §14.2: an unknown unit MUST be; what is malformed is, too."""
        assert _finish(*fields) == _finish()

    def test_head_ignores_range(self) -> None:
        """RFC 9110 §14.2: "GET is the only method for which range handling is defined"."""
        for field in ("bytes=0-9", "bytes=5000-", "garbage"):
            finished = _finish(("Range", field), ("If-Range", '"v1"'), method="HEAD")
            assert finished == _finish(method="HEAD")
            assert (finished.status, finished.content, _get(finished, "Content-Length")) == (200, "none", "1000")
            assert _get(finished, "Accept-Ranges") == "bytes"

    @pytest.mark.parametrize("status", [201, 203, 206, 404, 500])
    def test_only_a_200_is_cut(self, status: int) -> None:
        """The RFC: "only if the result in absence of the Range header field would be a 200 (OK) response"."""
        finished = _finish(("Range", "bytes=0-9"), status=status)
        assert (finished.status, finished.content, finished.parts) == (status, "keep", ())
        assert "accept-ranges" not in _names(finished)

    @pytest.mark.parametrize(
        "options",
        [
            {"policy": FinishPolicy(ranges=False)},
            {"length": None},
            {"headers": [*FULL, ("Accept-Ranges", "none")]},
            {"headers": [*FULL, ("Accept-Ranges", "pages")]},
            {"headers": [*FULL, ("Content-Range", "pages 1-2/3")]},
            {"headers": [*FULL, ("Content-Encoding", "gzip")]},
            {"headers": [], "body_known": False},
        ],
    )
    def test_what_cannot_be_cut_is_sent_whole_and_says_nothing_of_ranges(self, options: dict[str, Any]) -> None:
        """Without a length, without the application's consent, compressed anew each time, or a stream without a tag."""
        finished = _finish(("Range", "bytes=0-9"), **options)
        assert (finished.status, finished.content) == (200, "keep")
        assert _get(finished, "Accept-Ranges") != "bytes"

    @pytest.mark.parametrize("said", ["bytes", "Bytes "])
    def test_encoded_content_is_cut_where_the_answer_says_so(self, said: str) -> None:
        """A file that was compressed once has the same bytes each time; the coding stays with the piece."""
        headers = [*FULL, ("Content-Encoding", "gzip"), ("Accept-Ranges", said)]
        finished = _finish(("Range", "bytes=0-9"), ("If-Range", '"v1"'), headers=headers)
        assert (finished.status, _get(finished, "Content-Encoding"), _get(finished, "Accept-Ranges")) == (
            206,
            "gzip",
            said,
        )

    def test_identity_is_no_coding(self) -> None:
        """Some say so though they need not."""
        assert _finish(("Range", "bytes=0-9"), headers=[("Content-Encoding", "Identity")]).status == 206

    @pytest.mark.parametrize("validator", [TAG, ("Last-Modified", CHANGED)])
    def test_a_stream_with_a_validator_is_cut(self, validator: Field) -> None:
        """Its author has said what it is; the driver leaves out what is not wanted as it passes."""
        finished = _finish(("Range", "bytes=0-9"), headers=[validator], body_known=False)
        assert (finished.status, _sent(finished)) == (206, CONTENT[:10])

    def test_content_in_memory_needs_no_validator(self) -> None:
        """Whoever asks for a piece without a condition gets it."""
        assert _finish(("Range", "bytes=0-9"), headers=[]).status == 206


class TestSeveralRanges:
    """RFC 9110 §15.3.7.2."""

    def test_each_piece_is_a_part(self) -> None:
        """In the order of the request; the type is that of the parts, the range is in each of them."""
        finished = _finish(("Range", "bytes=500-509,0-9"))
        assert (finished.status, finished.content) == (206, "parts")
        assert _get(finished, "Content-Type") == f"multipart/byteranges; boundary={BOUNDARY}"
        assert _get(finished, "Content-Range") is None
        body = _sent(finished)
        assert _get(finished, "Content-Length") == str(len(body))
        assert body.index(CONTENT[500:510]) < body.index(CONTENT[:10])
        assert body.count(b"Content-Type: text/plain\r\n") == 2
        assert b"Content-Range: bytes 500-509/1000\r\n" in body

    def test_to_if_range_the_parts_have_their_type_too(self) -> None:
        """And what the client has is not repeated."""
        finished = _finish(("Range", "bytes=500-509,0-9"), ("If-Range", '"v1"'))
        added = {"content-length", "content-type", "accept-ranges"}
        assert _names(finished) == KEPT | OF_THE_ANSWER | added
        assert b"Content-Type: text/plain\r\n" in _sent(finished)

    def test_parts_are_never_longer_than_the_whole(self) -> None:
        """RFC 9110 §17.15: a short request must not make a long answer."""
        many = ",".join(f"{each}-{each}" for each in range(0, 40, 2))
        for field in (f"bytes={many}", "bytes=0-499,501-999"):
            assert _finish(("Range", field)).status == 200
        assert _finish(("Range", "bytes=0-0,-1"), length=100).status == 200
        size = parts([(0, 0), (199, 199)], 200, "text/plain", BOUNDARY).length
        whole = parts([(0, 0), (size - 1, size - 1)], size, "text/plain", BOUNDARY).length
        assert (whole, _finish(("Range", "bytes=0-0,-1"), length=whole).status) == (size, 200)
        assert _finish(("Range", "bytes=0-0,-1"), length=whole + 1).status == 206

    @pytest.mark.parametrize(("field", "status"), [("bytes=0-9,500-509", 206), ("bytes=500-509,0-9", 200)])
    def test_a_stream_is_cut_in_its_own_order_only(self, field: str, status: int) -> None:
        """What has passed cannot be had again without keeping all of it."""
        assert _finish(("Range", field), body_known=False).status == status

    def test_how_many_is_the_policys(self) -> None:
        """More are ignored."""
        policy = FinishPolicy(max_ranges=1)
        assert _finish(("Range", "bytes=0-9,500-509"), policy=policy).status == 200
        assert _finish(("Range", "bytes=0-9"), policy=policy).status == 206

    @given(
        specs=st.lists(st.tuples(st.integers(0, 1100), st.integers(0, 1100)), min_size=1, max_size=12),
        body_known=st.booleans(),
    )
    def test_no_request_makes_the_answer_longer(self, specs: list[tuple[int, int]], body_known: bool) -> None:
        """Whatever is asked for; and what is declared is what is sent."""
        field = ",".join(f"{min(pair)}-{max(pair)}" for pair in specs)
        finished = _finish(("Range", f"bytes={field}"), body_known=body_known)
        if finished.error is None:
            assert len(_sent(finished)) <= 1000
            assert _get(finished, "Content-Length") == str(len(_sent(finished)))


class TestContent:
    """RFC 9110 §6.4.1."""

    @pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
    @pytest.mark.parametrize(("status", "length"), [(204, None), (205, "0"), (304, None), (101, None)])
    def test_some_codes_have_none(self, method: str, status: int, length: str | None) -> None:
        """Whatever the application has said: §15.3.5, §15.3.6, §15.4.5, §15.2; and §8.6 for the length."""
        headers = [("Content-Length", "4"), ("Transfer-Encoding", "chunked"), ("Upgrade", "x")]
        finished = _finish(method=method, status=status, headers=headers, length=4)
        assert (finished.status, finished.content) == (status, "none")
        assert _get(finished, "Content-Length") == length
        assert "transfer-encoding" not in _names(finished)

    @pytest.mark.parametrize("status", [200, 201, 404, 500])
    def test_head_has_none_but_keeps_the_length(self, status: int) -> None:
        """RFC 9110 §9.3.2: the fields that the GET would have."""
        finished = _finish(method="HEAD", status=status)
        assert (finished.content, _get(finished, "Content-Length")) == ("none", "1000")
        assert "content-length" not in _names(_finish(method="HEAD", headers=[], length=0))

    def test_a_known_length_is_declared(self) -> None:
        """RFC 9110 §8.6: "SHOULD send a Content-Length … when the content size is known"; never beside chunks."""
        assert _get(_finish(headers=[], length=7), "Content-Length") == "7"
        assert _get(_finish(headers=[], length=7, method="POST", status=201), "Content-Length") == "7"
        assert "content-length" not in _names(_finish(headers=[("Transfer-Encoding", "chunked")], length=7))
        assert "content-length" not in _names(_finish(headers=[], length=None))
        assert _get(_finish(headers=[("content-length", "7")], length=7), "Content-Length") == "7"


class TestStatus:
    """Codes outside 100 to 599 never leave, and no interim answer is the last word."""

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            (99, "status-out-of-range"),
            (600, "status-out-of-range"),
            (799, "status-out-of-range"),
            (0, "status-out-of-range"),
            (-200, "status-out-of-range"),
            (1000, "status-out-of-range"),
            (10**30, "status-out-of-range"),
            ("200", "status-no-number"),
            (200.0, "status-no-number"),
            (None, "status-no-number"),
            (True, "status-no-number"),
            (100, "status-not-final"),
            (103, "status-not-final"),
        ],
    )
    def test_a_code_that_cannot_be_sent_is_500(self, status: Any, reason: str) -> None:
        """Servers die of some of them."""
        finished = _finish(status=status)
        assert isinstance(finished.error, Refused)
        assert (finished.status, finished.error.reason, finished.content) == (500, reason, "none")

    @pytest.mark.parametrize("status", [HTTPStatus.OK, Status.OK])
    def test_an_enumeration_is_a_number(self, status: Any) -> None:
        """Python's and ours."""
        finished = _finish(status=status)
        assert (finished.status, type(finished.status)) == (200, int)

    @pytest.mark.parametrize("status", [299, 418, 499, 599])
    def test_an_unregistered_code_is_sent_as_it_is(self, status: int) -> None:
        """RFC 9110 §15: codes are extensible."""
        assert _finish(status=status, headers=[], length=None) == Finished(status=status, headers=[])


class TestFields:
    """What a code must have is added where it is known, else reported, and never made up."""

    @pytest.mark.parametrize(
        ("status", "missing"),
        [
            (401, "www-authenticate-missing"),
            (405, "allow-missing"),
            (407, "proxy-authenticate-missing"),
            (416, "content-range-missing"),
            (426, "upgrade-missing, connection-missing"),
            (206, "content-range-missing"),
            (200, ""),
            (201, ""),
            (301, ""),
            (499, ""),
        ],
    )
    def test_what_is_missing_is_reported(self, status: int, missing: str) -> None:
        """As one step of the trace, which the lint reads; the answer goes out as it is."""
        steps: list[Step] = []
        finished = _finish(status=status, headers=[], length=None, trace=steps)
        assert finished.headers == []
        assert [step.outcome for step in steps if step.rule == "fields-are-there"] == [missing]

    def test_the_range_of_several_parts_is_in_the_parts(self) -> None:
        """So nothing is missing in the head."""
        steps: list[Step] = []
        headers = [("Content-Type", "Multipart/Byteranges; boundary=x")]
        _finish(status=206, headers=headers, length=None, trace=steps)
        _finish(("Range", "bytes=0-9,500-509"), trace=steps)
        assert {step.outcome for step in steps if step.rule == "fields-are-there"} == {""}

    def test_a_challenge_of_the_policy_is_added(self) -> None:
        """But only where there is none."""
        policy = FinishPolicy(challenge='Session realm="x"')
        finished = _finish(status=401, headers=[], policy=policy)
        assert _get(finished, "WWW-Authenticate") == 'Session realm="x"'
        own = [("www-authenticate", "Bearer")]
        assert _get(_finish(status=401, headers=own, policy=policy), "WWW-Authenticate") == "Bearer"

    def test_the_connection_is_to_be_upgraded(self) -> None:
        """RFC 9110 §7.8: Upgrade needs its connection option; HTTP/2 has neither (RFC 9113 §8.2.2)."""
        upgrade = [("Upgrade", "h2c")]
        assert _get(_finish(status=426, headers=upgrade), "Connection") == "Upgrade"
        assert _get(_finish(status=101, headers=upgrade), "Connection") == "Upgrade"
        own = [*upgrade, ("Connection", "close, upgrade")]
        assert _get(_finish(status=426, headers=own), "Connection") == "close, upgrade"
        steps: list[Step] = []
        assert "connection" not in _names(_finish(status=426, headers=upgrade, http_version="2", trace=steps))
        assert [step.outcome for step in steps if step.rule == "fields-are-there"] == [""]

    @pytest.mark.parametrize("status", [413, 429, 503])
    def test_when_to_return_is_the_policys(self, status: int) -> None:
        """RFC 9110 §10.2.3; without a policy nobody knows."""
        policy = FinishPolicy(retry_after={413: 600, 429: 60, 503: 5})
        assert _get(_finish(status=status, headers=[], policy=policy), "Retry-After") == str(policy.retry_after[status])
        own = [("Retry-After", "7")]
        assert _get(_finish(status=status, headers=own, policy=policy), "Retry-After") == "7"
        assert "retry-after" not in _names(_finish(status=status, headers=[]))
        assert "retry-after" not in _names(_finish(headers=[], policy=policy))
        at_once = FinishPolicy(retry_after={status: 0})
        assert _get(_finish(status=status, headers=[], policy=at_once), "Retry-After") == "0"

    @pytest.mark.parametrize("status", [408, 413])
    def test_the_connection_ends(self, status: int) -> None:
        """RFC 9110 §15.5.9 and §15.5.14: the rest of the request is not waited for; HTTP/2 knows no such field."""
        assert _get(_finish(status=status, headers=[]), "Connection") == "close"
        assert _get(_finish(status=status, headers=[], http_version="1.0"), "Connection") == "close"
        assert _get(_finish(status=status, headers=[("connection", "x")]), "Connection") == "x"
        for version in ("2", "2.0", "3"):
            assert "connection" not in _names(_finish(status=status, headers=[], http_version=version))
        assert "connection" not in _names(_finish(status=400, headers=[]))

    @pytest.mark.parametrize("arguments", [{"max_ranges": -1}, {"make_etags_up_to": -1}, {"retry_after": {503: -1}}])
    def test_a_policy_that_cannot_be_is_refused(self, arguments: dict[str, Any]) -> None:
        """Where it is written."""
        with pytest.raises(MisuseError, match="cannot be"):
            FinishPolicy(**arguments)


class TestTrace:
    """Why the answer is what it is."""

    def test_it_has_a_step_for_every_rule_and_condition(self) -> None:
        """The conditions' own steps stand before that of the rule that asked for them."""
        steps: list[Step] = []
        _finish(("If-None-Match", '"v1"'), trace=steps)
        assert [step.rule for step in steps if step.moment == "finish"] == [rule.name for rule in RULES]
        decisive = [(step.moment, step.rule, step.outcome) for step in steps if step.outcome]
        assert decisive == [
            ("precondition", "if-none-match", "not-modified"),
            ("finish", "conditions-hold", "not-modified"),
            ("finish", "content-is-allowed", "no-content"),
        ]

    @pytest.mark.parametrize(
        ("fields", "outcome"),
        [
            ([("Range", "bytes=0-9")], "partial"),
            ([("Range", "bytes=0-9"), ("If-Range", '"v0"')], "if-range-failed"),
            ([("Range", "items=0-9")], "range-ignored"),
            ([("Range", "bytes=0-499,501-")], "parts-longer-than-the-whole"),
            ([("Range", "bytes=5000-")], "range-not-satisfiable"),
            ([], ""),
        ],
    )
    def test_it_says_what_became_of_the_range(self, fields: Fields, outcome: str) -> None:
        """Also why it was not served."""
        steps: list[Step] = []
        _finish(*fields, trace=steps)
        assert [step.outcome for step in steps if step.rule == "range-is-served"] == [outcome]

    def test_an_error_is_the_last_step(self) -> None:
        """What comes after it concerns another answer."""
        steps: list[Step] = []
        _finish(("Range", "bytes=5000-"), trace=steps)
        assert (steps[-1].rule, steps[-1].outcome) == ("range-is-served", "range-not-satisfiable")

    def test_every_rule_names_its_section(self) -> None:
        """The rules are a table."""
        assert all(rule.reference.startswith("RFC 9110 §") for rule in RULES)
        assert len({rule.name for rule in RULES}) == len(RULES)


_VALUES = st.one_of(
    st.text(),
    st.sampled_from(
        ["*", '"v1"', 'W/"v1"', CHANGED, "bytes=0-9", "bytes=0-9,500-509", "bytes=-5", "none", "gzip", "0"]
    ),
)
_NAMES = [
    *("if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range", "connection"),
    *("etag", "last-modified", "content-length", "content-type", "content-encoding", "accept-ranges", "cache-control"),
]


@given(
    fields=st.lists(st.tuples(st.sampled_from(_NAMES), _VALUES), max_size=6),
    headers=st.lists(st.tuples(st.sampled_from(_NAMES), _VALUES.filter(lambda text: text.isprintable())), max_size=6),
    method=st.sampled_from(["GET", "HEAD", "PUT", "OPTIONS"]),
    status=st.one_of(st.integers(90, 610), st.sampled_from([200, 200, 206, 304])),
    length=st.one_of(st.none(), st.integers(0, 1000)),
    body_known=st.booleans(),
)
def test_any_exchange_is_finished(
    fields: Fields, headers: Fields, method: str, status: int, length: int | None, body_known: bool
) -> None:
    """The promise: never an exception; a code that can be sent; pieces that lie in the content."""
    policy = FinishPolicy(make_etags_up_to=500, retry_after={503: 5}, challenge="Session")
    finished = _finish(
        *fields,
        method=method,
        status=status,
        headers=headers,
        length=length,
        body_known=body_known,
        body=None if length is None else CONTENT[:length],
        policy=policy,
    )
    assert 101 <= finished.status <= 599
    if finished.content == "parts":
        assert (finished.status, method) == (206, "GET")
        assert length is not None
        assert all(0 <= part.first <= part.last < length for part in finished.parts)
        assert _get(finished, "Content-Length") == str(len(_sent(finished)))
    if finished.status in (101, 204, 205, 304) or method == "HEAD":
        assert finished.content == "none"
    if finished.error is not None:
        assert finished.status == finished.error.status
        assert finished.status in (412, 416, 500)


@given(
    st.sampled_from(sorted(NEEDS_NOTHING)),
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.lists(st.sampled_from([each for each in FULL if each[0].lower() not in VALIDATORS])),
    st.lists(st.sampled_from([("accept", "*/*"), ("cookie", "a=1"), ("x-if-match", "*")])),
    st.booleans(),
)
def test_what_is_said_to_need_nothing_is_changed_by_no_rule(
    status: int, method: str, headers: Fields, fields: Fields, known: bool
) -> None:
    """A driver passes such an answer on without asking; what it then lacks is what it may do without."""
    assert LOOKED_AT.isdisjoint(name for name, _ in fields)
    finished = _finish(*fields, method=method, status=status, headers=headers, body_known=known)
    added = [each for each in finished.headers if each not in headers]
    assert (status, "keep", None) == (finished.status, finished.content, finished.error)
    assert headers == finished.headers[: len(headers)]
    assert {name for name, _ in added} <= {"Accept-Ranges", "Content-Length"}
