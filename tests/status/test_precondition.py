"""What the conditions of a request make of it, rule by rule, and against a restatement of RFC 9110 §13.2.2."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import Refused
from hardtack.message import Headers, Request, http_date
from hardtack.status.errors import PreconditionFailed, PreconditionRequired
from hardtack.status.precondition import FIELDS, RULES, SAFE, NotModified, precondition
from hardtack.status.trace import Step
from hardtack.status.validators import ETag, Validators

NOW = 1_795_910_400
CHANGED = NOW - 86_400
BEFORE, SAME, LATER = http_date(CHANGED - 1), http_date(CHANGED), http_date(CHANGED + 1)
TAG = ETag("v1")
THERE = Validators(etag=TAG, last_modified=CHANGED)
WEAK = Validators(etag=ETag("v1", weak=True), last_modified=CHANGED)
ABSENT = Validators(exists=False)
UNKNOWN = Validators()

Field = tuple[str, str]


def _decide(method: str, validators: Validators, *fields: Field, now: int = NOW) -> int | None:
    """Return the status that is decided."""
    decision = precondition(Request(method=method, path="/", headers=Headers(fields)), validators, now=now)
    assert decision is None or isinstance(decision, Refused | NotModified)
    return None if decision is None else decision.status


def _match(*values: str) -> list[Field]:
    return [("If-Match", value) for value in values]


def _none_match(*values: str) -> list[Field]:
    return [("If-None-Match", value) for value in values]


def _modified(value: str) -> Field:
    return ("If-Modified-Since", value)


def _unmodified(value: str) -> Field:
    return ("If-Unmodified-Since", value)


class TestIfMatch:
    """RFC 9110 §13.1.1."""

    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "FROB"])
    @pytest.mark.parametrize(
        ("values", "validators", "expected"),
        [
            (['"v1"'], THERE, None),
            (['"v0", "v1"'], THERE, None),
            (['"v0"', '"v1"'], THERE, None),
            (["*"], THERE, None),
            (["*"], Validators(exists=True), None),
            (['"v0"'], THERE, 412),
            ([""], THERE, 412),
            (["v1"], THERE, 412),
            (['W/"v1"'], THERE, 412),
            (['"v1"'], WEAK, 412),
            (['W/"v1"'], WEAK, 412),
            (["*"], WEAK, None),
            (['"v1"'], Validators(last_modified=CHANGED), 412),
            (['"v1"'], Validators(exists=True), 412),
            (['"v1"'], UNKNOWN, None),
            (["*"], UNKNOWN, None),
        ],
    )
    def test_it_holds_if_a_tag_is_the_same_and_strong(
        self, method: str, values: list[str], validators: Validators, expected: int | None
    ) -> None:
        """The RFC: "An origin server MUST use the strong comparison function"; "*" asks for any representation."""
        assert _decide(method, validators, *_match(*values)) == expected

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
    @pytest.mark.parametrize("value", ["*", '"v1"', ""])
    def test_it_fails_where_nothing_exists(self, method: str, value: str) -> None:
        """The RFC: "True if the origin server has a current representation"; no tag can match either."""
        assert _decide(method, ABSENT, *_match(value)) == 412

    @pytest.mark.parametrize("date", [BEFORE, SAME, LATER])
    def test_it_wins_over_the_date(self, date: str) -> None:
        """The RFC: "A recipient MUST ignore If-Unmodified-Since if the request contains an If-Match header field"."""
        assert _decide("PUT", THERE, *_match('"v1"'), _unmodified(date)) is None
        assert _decide("PUT", THERE, *_match('"v0"'), _unmodified(date)) == 412
        assert _decide("PUT", THERE, *_match("garbage"), _unmodified(date)) == 412

    def test_the_refusal_names_the_present_tag(self) -> None:
        """So that the client can say what has changed."""
        request = Request(method="PUT", path="/", headers=Headers(_match('"v0"')))
        refused = precondition(request, THERE, now=NOW)
        assert isinstance(refused, PreconditionFailed)
        assert (refused.reason, refused.headers) == ("if-match-failed", (("ETag", '"v1"'),))
        refused = precondition(request, ABSENT, now=NOW)
        assert isinstance(refused, PreconditionFailed)
        assert refused.headers == ()


class TestIfUnmodifiedSince:
    """RFC 9110 §13.1.4."""

    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "FROB"])
    @pytest.mark.parametrize(
        ("values", "validators", "expected"),
        [
            ([BEFORE], THERE, 412),
            ([SAME], THERE, None),
            ([LATER], THERE, None),
            (["garbage"], THERE, None),
            ([f"{BEFORE}, {BEFORE}"], THERE, None),
            ([BEFORE, BEFORE], THERE, None),
            ([BEFORE], Validators(etag=TAG), None),
            ([BEFORE], UNKNOWN, None),
        ],
    )
    def test_it_holds_if_nothing_has_changed_since(
        self, method: str, values: list[str], validators: Validators, expected: int | None
    ) -> None:
        """The RFC: "earlier than or equal to the date"; "ignore … if … not a valid HTTP-date", or a list of dates."""
        assert _decide(method, validators, *map(_unmodified, values)) == expected

    def test_it_is_ignored_where_nothing_exists(self) -> None:
        """The RFC: "If the resource does not have a modification date available"."""
        assert _decide("PUT", ABSENT, _unmodified(BEFORE)) is None

    def test_the_refusal_says_why(self) -> None:
        """In one word, for the log."""
        refused = precondition(Request(method="PUT", path="/", headers=Headers([_unmodified(BEFORE)])), THERE, now=NOW)
        assert isinstance(refused, PreconditionFailed)
        assert refused.reason == "if-unmodified-since-failed"


class TestIfNoneMatch:
    """RFC 9110 §13.1.2."""

    @pytest.mark.parametrize(
        ("values", "validators", "matches"),
        [
            (['"v1"'], THERE, True),
            (['W/"v1"'], THERE, True),
            (['"v1"'], WEAK, True),
            (['W/"v1"'], WEAK, True),
            (['"v0", W/"v1"'], THERE, True),
            (['"v0"', '"v1"'], THERE, True),
            (["*"], THERE, True),
            (["*"], Validators(exists=True), True),
            (['"v0"'], THERE, False),
            ([""], THERE, False),
            (["v1"], THERE, False),
            (['"v1"'], Validators(exists=True), False),
            (['"v1"'], UNKNOWN, False),
            (["*"], UNKNOWN, False),
        ],
    )
    def test_it_fails_if_a_tag_is_as_good(self, values: list[str], validators: Validators, matches: bool) -> None:
        """The RFC: "MUST use the weak comparison function"; "304 … if … GET or HEAD", "412 … for all other"."""
        for method in ("GET", "HEAD"):
            assert _decide(method, validators, *_none_match(*values)) == (304 if matches else None)
        for method in ("POST", "PUT", "PATCH", "DELETE", "FROB"):
            assert _decide(method, validators, *_none_match(*values)) == (412 if matches else None)

    def test_a_put_may_create_but_not_replace(self) -> None:
        """The RFC: "To prevent an unsafe request method from inadvertently modifying an existing representation"."""
        assert _decide("PUT", ABSENT, *_none_match("*")) is None
        assert _decide("PUT", THERE, *_none_match("*")) == 412
        assert _decide("PUT", THERE, *_none_match("*", "*")) == 412

    @pytest.mark.parametrize("date", [BEFORE, SAME, LATER])
    @pytest.mark.parametrize(("value", "expected"), [('"v1"', 304), ('"v0"', None), ("garbage", None), ("", None)])
    def test_it_wins_over_the_date(self, date: str, value: str, expected: int | None) -> None:
        """The RFC: "MUST ignore If-Modified-Since if the request contains an If-None-Match", readable or not."""
        assert _decide("GET", THERE, *_none_match(value), _modified(date)) == expected


class TestIfModifiedSince:
    """RFC 9110 §13.1.3."""

    @pytest.mark.parametrize(
        ("values", "validators", "expected"),
        [
            ([BEFORE], THERE, None),
            ([SAME], THERE, 304),
            ([LATER], THERE, 304),
            ([http_date(NOW + 10**8)], THERE, 304),
            (["Mon, 01 Jan 0001 00:00:00 GMT"], THERE, None),
            (["garbage"], THERE, None),
            (["0"], THERE, None),
            ([f"{LATER}, {LATER}"], THERE, None),
            ([LATER, LATER], THERE, None),
            ([LATER], Validators(etag=TAG), None),
            ([LATER], UNKNOWN, None),
        ],
    )
    def test_it_fails_if_nothing_has_changed_since(
        self, values: list[str], validators: Validators, expected: int | None
    ) -> None:
        """The RFC: "earlier or equal to the date provided"; no date, several, or none to compare with: ignored."""
        for method in ("GET", "HEAD"):
            assert _decide(method, validators, *map(_modified, values)) == expected
        for method in ("POST", "PUT", "PATCH", "DELETE", "FROB"):
            assert _decide(method, validators, *map(_modified, values)) is None

    @pytest.mark.parametrize("written", ["Saturday, 28-Nov-26 00:00:00 GMT", "Sat Nov 28 00:00:00 2026"])
    def test_the_old_formats_count(self, written: str) -> None:
        """RFC 9110 §5.6.7: "MUST accept all three HTTP-date formats"."""
        assert http_date(CHANGED) == "Sat, 28 Nov 2026 00:00:00 GMT"
        assert _decide("GET", THERE, _modified(written)) == 304

    def test_nothing_has_changed_later_than_now(self) -> None:
        """RFC 9110 §8.8.2.1: a time in the future is replaced by the present, or it would never be past."""
        ahead = Validators(last_modified=NOW + 500)
        assert _decide("GET", ahead, _modified(http_date(NOW))) == 304
        assert _decide("GET", ahead, _modified(http_date(NOW - 1))) is None
        assert _decide("PUT", ahead, _unmodified(http_date(NOW))) is None
        assert _decide("GET", ahead, _modified(http_date(NOW)), now=NOW + 1) is None


class TestWhereConditionsCount:
    """RFC 9110 §13.2.1."""

    @pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT"])
    def test_a_method_without_representation_has_none(self, method: str) -> None:
        """The RFC: "MUST ignore the conditional request header fields … such as CONNECT, OPTIONS, or TRACE"."""
        fields = [*_match('"v0"'), *_none_match("*"), _unmodified(BEFORE), _modified(LATER)]
        assert _decide(method, THERE, *fields) is None

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_what_does_not_exist_is_not_found(self, method: str) -> None:
        """The RFC: "If its response … without those conditions … would have been a status code other than a 2xx"."""
        assert _decide(method, ABSENT, *_match("*")) is None
        assert _decide(method, ABSENT, *_match('"v1"')) is None

    @pytest.mark.parametrize("method", ["GET", "PUT"])
    def test_without_conditions_nothing_is_decided(self, method: str) -> None:
        """The usual request."""
        for validators in (THERE, WEAK, ABSENT, UNKNOWN):
            assert _decide(method, validators) is None


class TestProtection:
    """RFC 6585 §3: a change must say which version it means."""

    PROTECTED = Validators(etag=TAG, last_modified=CHANGED, protect=True)

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "FROB"])
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ([], 428),
            (_match('"v1"'), None),
            (_match("*"), None),
            (_match('"v0"'), 412),
            ([_unmodified(SAME)], None),
            ([_unmodified(BEFORE)], 412),
            ([_unmodified("garbage")], 428),
            (_none_match('"v0"'), 428),
            (_none_match("*"), 412),
            ([_modified(SAME)], 428),
        ],
    )
    def test_an_unsafe_method_needs_a_condition(self, method: str, fields: list[Field], expected: int | None) -> None:
        """One that is ignored is none, and one about caches is none either."""
        assert _decide(method, self.PROTECTED, *fields) == expected

    @pytest.mark.parametrize("method", sorted(SAFE))
    def test_a_safe_method_needs_none(self, method: str) -> None:
        """It changes nothing."""
        assert _decide(method, self.PROTECTED) is None

    def test_creation_can_be_protected_too(self) -> None:
        """Two who create at the same time would not notice each other."""
        absent = Validators(exists=False, protect=True)
        assert _decide("PUT", absent) == 428
        assert _decide("PUT", absent, *_none_match("*")) is None
        assert _decide("PUT", Validators(protect=True), *_none_match("*")) is None

    def test_a_date_needs_something_to_be_compared_with(self) -> None:
        """Where nobody knows the time of the last change, the date is ignored, so it protects nothing."""
        dateless = Validators(etag=TAG, protect=True)
        assert _decide("PUT", dateless, _unmodified(SAME)) == 428

    def test_the_refusal_says_why(self) -> None:
        """In one word, for the log."""
        refused = precondition(Request(method="PUT", path="/"), self.PROTECTED, now=NOW)
        assert isinstance(refused, PreconditionRequired)
        assert refused.reason == "condition-missing"


class TestNotModified:
    """RFC 9110 §15.4.5."""

    def test_without_knowing_them_it_is_left_to_the_answer(self) -> None:
        """Which has them (RFC 9110 §15.4.5); a method that changes something is refused all the same."""
        unknown = Validators(etag=TAG, fields=None)
        assert _decide("GET", unknown, *_none_match(str(TAG))) is None
        assert 412 == _decide("PUT", unknown, *_none_match(str(TAG)))

    @pytest.mark.parametrize(
        ("validators", "headers"),
        [
            (THERE, (("ETag", '"v1"'),)),
            (WEAK, (("ETag", 'W/"v1"'),)),
            (Validators(last_modified=CHANGED), (("Last-Modified", SAME),)),
            (Validators(last_modified=NOW + 5), (("Last-Modified", http_date(NOW)),)),
            (Validators(exists=True), ()),
            (
                Validators(etag=TAG, fields=(("Cache-Control", "private"), ("Vary", "Cookie"))),
                (("Cache-Control", "private"), ("Vary", "Cookie"), ("ETag", '"v1"')),
            ),
        ],
    )
    def test_it_has_the_fields_that_the_200_would_have(
        self, validators: Validators, headers: tuple[Field, ...]
    ) -> None:
        """The time only where there is no tag; what the route has declared besides."""
        condition = _none_match("*") if validators.last_modified is None or validators.etag else [_modified(LATER)]
        if validators.last_modified == NOW + 5:
            condition = [_modified(http_date(NOW))]
        found = precondition(Request(method="GET", path="/", headers=Headers(condition)), validators, now=NOW)
        assert isinstance(found, NotModified)
        assert found.headers == headers
        assert (found.status, found.reason, str(found)) == (304, "not-modified", "not-modified")

    def test_it_can_be_raised(self) -> None:
        """A driver stops a handler with it; it is no refusal."""
        with pytest.raises(NotModified):
            raise NotModified((("ETag", '"v1"'),))
        assert not issubclass(NotModified, Refused)


class TestTrace:
    """Why it was decided."""

    def test_it_has_a_step_for_every_rule_that_was_tried(self) -> None:
        """Up to the one that decides."""
        steps: list[Step] = []
        request = Request(method="GET", path="/", headers=Headers(_none_match('"v1"')))
        precondition(request, THERE, now=NOW, trace=steps)
        assert [(step.rule, step.outcome) for step in steps] == [
            ("conditions-count", ""),
            ("if-match", ""),
            ("if-unmodified-since", ""),
            ("if-none-match", "not-modified"),
        ]
        assert {step.moment for step in steps} == {"precondition"}
        assert [step.reference for step in steps] == [rule.reference for rule in RULES[:4]]

    def test_it_says_that_the_conditions_are_ignored(self) -> None:
        """Which is a decision too."""
        steps: list[Step] = []
        precondition(Request(method="OPTIONS", path="/"), THERE, now=NOW, trace=steps)
        assert [step.outcome for step in steps] == ["method-without-representation"]

    def test_every_rule_names_its_section(self) -> None:
        """The rules are a table."""
        assert all(rule.reference.startswith("RFC ") and "§" in rule.reference for rule in RULES)
        assert len({rule.name for rule in RULES}) == len(RULES)


# A restatement of RFC 9110 §13.2.2 on truths instead of fields, which shares no line with what it is held against.
# Of each condition: absent, or what it comes to, or to be ignored.
_TAG_FIELDS = {
    "absent": None,
    "true": {"if-match": '"v1"', "if-none-match": '"v0"'},
    "false": {"if-match": '"v0"', "if-none-match": '"v1"'},
    "star": {"if-match": "*", "if-none-match": "*"},
    "weak": {"if-match": 'W/"v1"', "if-none-match": 'W/"v1"'},
    "unreadable": {"if-match": "v1", "if-none-match": "v1"},
}
_DATE_FIELDS = {"absent": None, "before": BEFORE, "same": SAME, "later": LATER, "unreadable": "yesterday"}
_IF_RANGE = {"absent": None, "true": '"v1"', "false": '"v0"', "weak": 'W/"v1"', "date": SAME}


def _restated(method: str, match: str, unmodified: str, none_match: str, modified: str) -> int | None:
    """Return the status by the five steps of §13.2.2 for a representation with ``"v1"`` that changed at ``CHANGED``."""
    if method == "OPTIONS":
        return None
    step_1 = {"true": True, "star": True, "false": False, "weak": False, "unreadable": False}
    step_2 = {"before": False, "same": True, "later": True}
    if match != "absent":
        if not step_1[match]:
            return 412
    elif not step_2.get(unmodified, True):
        return 412
    step_3 = {"true": True, "unreadable": True, "false": False, "star": False, "weak": False}
    if none_match != "absent":
        if not step_3[none_match]:
            return 304 if method in {"GET", "HEAD"} else 412
    elif method in {"GET", "HEAD"} and modified in {"same", "later"}:
        return 304
    return None


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_every_combination_of_the_five_fields_is_decided_in_the_order_of_the_rfc(method: str) -> None:
    """All 4500 of them, against an independent restatement of §13.2.2; If-Range has no voice here."""
    for match, unmodified, none_match, modified, if_range in itertools.product(
        _TAG_FIELDS, _DATE_FIELDS, _TAG_FIELDS, _DATE_FIELDS, _IF_RANGE
    ):
        named = {
            "if-match": (_TAG_FIELDS[match] or {}).get("if-match"),
            "if-unmodified-since": _DATE_FIELDS[unmodified],
            "if-none-match": (_TAG_FIELDS[none_match] or {}).get("if-none-match"),
            "if-modified-since": _DATE_FIELDS[modified],
            "if-range": _IF_RANGE[if_range],
        }
        fields = [(name, value) for name, value in named.items() if value is not None]
        expected = _restated(method, match, unmodified, none_match, modified)
        assert (named, _decide(method, THERE, *fields)) == (named, expected)


_ANY_FIELD = st.tuples(
    st.sampled_from([*FIELDS, "if-range", "range"]),
    st.one_of(st.text(), st.sampled_from(["*", '"v1"', 'W/"v1"', '"v0"', BEFORE, SAME, LATER])),
)


@given(
    method=st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "get", ""]),
    fields=st.lists(_ANY_FIELD, max_size=6),
    validators=st.builds(
        Validators,
        exists=st.sampled_from([None, True]),
        etag=st.sampled_from([None, TAG, ETag("v1", weak=True)]),
        last_modified=st.sampled_from([None, CHANGED, NOW + 9]),
        protect=st.booleans(),
    ),
    now=st.integers(0, 4_000_000_000),
)
def test_any_request_gets_a_decision(method: str, fields: list[Field], validators: Validators, now: int) -> None:
    """The promise: 304 is for reading, 428 for what is protected, and without a condition a 412 never comes."""
    status = _decide(method, validators, *fields, now=now)
    assert status in {None, 304, 412, 428}
    if status == 304:
        assert method in {"GET", "HEAD"}
        assert {"if-none-match", "if-modified-since"} & {name for name, _ in fields}
    if status == 428:
        assert validators.protect
        assert method not in SAFE
    if status == 412:
        assert set(FIELDS) & {name for name, _ in fields}
