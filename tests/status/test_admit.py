"""What a route takes: method, length, size, format, and what it can answer with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import Refused
from hardtack.message import Headers, Request
from hardtack.status.admit import RULES, admit, allowed, options
from hardtack.status.rules import Route
from hardtack.status.trace import Step

ANY = Route()


def _request(*fields: tuple[str, str], method: str = "POST", version: str = "1.1", body: bytes = b"") -> Request:
    return Request(method=method, path="/", headers=Headers(fields), http_version=version, body=body)


def _outcome(refused: Refused | None) -> tuple[int, str] | None:
    return None if refused is None else (refused.status, refused.reason)


def _fields(refused: Refused | None) -> dict[str, str]:
    assert refused is not None
    return dict(refused.headers)


TEN = ("Content-Length", "10")
CHUNKED = ("Transfer-Encoding", "chunked")


class TestMethod:
    """RFC 9110 §15.5.6."""

    @pytest.mark.parametrize(
        ("methods", "expected"),
        [
            (["GET"], ("GET", "HEAD", "OPTIONS")),
            (["DELETE", "PUT", "GET"], ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")),
            (["POST"], ("POST", "OPTIONS")),
            (["PROPFIND", "COPY", "PATCH"], ("PATCH", "OPTIONS", "COPY", "PROPFIND")),
            ([], ("OPTIONS",)),
        ],
    )
    def test_allow_is_the_union_with_what_follows_from_it(self, methods: list[str], expected: tuple[str, ...]) -> None:
        """HEAD where GET is, and OPTIONS everywhere."""
        assert expected == allowed(methods)

    def test_options_is_answered_without_content(self) -> None:
        """With the same list (RFC 9110 §9.3.7)."""
        answer = options({"POST", "GET"})
        assert (204, [("Allow", "GET, HEAD, POST, OPTIONS")], b"") == (answer.status, answer.headers, answer.body)

    def test_a_method_of_no_route_is_not_allowed(self) -> None:
        """The answer lists those that are."""
        refused = admit(_request(method="PUT"), Route(methods=frozenset({"GET", "DELETE"})))
        assert (405, "method-not-allowed") == _outcome(refused)
        assert "GET, HEAD, DELETE, OPTIONS" == _fields(refused)["Allow"]

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_what_follows_from_the_methods_is_allowed(self, method: str) -> None:
        """Whatever answers it."""
        assert admit(_request(method=method), Route(methods=frozenset({"GET"}))) is None

    def test_where_nobody_knows_the_methods_all_are_allowed(self) -> None:
        """The application then says 405 itself."""
        assert admit(_request(method="BREW"), ANY) is None


class TestLength:
    """RFC 9110 §15.5.12 and §15.5.14."""

    LENGTH = Route(length_required=True)

    @pytest.mark.parametrize(
        ("request_head", "expected"),
        [
            (_request(TEN), None),
            (_request(CHUNKED), (411, "length-not-declared")),
            (_request(body=b"x"), (411, "length-not-declared")),
            (_request(), None),
            (_request(CHUNKED, method="GET"), (411, "length-not-declared")),
            (_request(version="2"), (411, "length-not-declared")),
            (_request(version="3", method="PATCH"), (411, "length-not-declared")),
            (_request(version="2", method="GET"), None),
            (_request(("Content-Length", "0"), version="2"), None),
        ],
    )
    def test_a_route_can_ask_for_a_declared_length(
        self, request_head: Request, expected: tuple[int, str] | None
    ) -> None:
        """In HTTP/1.1 a request with neither length nor coding has no content; in HTTP/2 only its method tells."""
        assert expected == _outcome(admit(request_head, self.LENGTH))
        assert admit(request_head, ANY) is None

    @pytest.mark.parametrize(
        ("request_head", "expected"),
        [
            (_request(TEN), None),
            (_request(("Content-Length", "0010")), None),
            (_request(("Content-Length", "11")), (413, "content-length-over-limit")),
            (_request(body=b"x" * 10), None),
            (_request(body=b"x" * 11), (413, "content-length-over-limit")),
            (_request(CHUNKED), None),
        ],
    )
    def test_a_route_can_have_a_limit_of_its_own(self, request_head: Request, expected: tuple[int, str] | None) -> None:
        """Declared or already read."""
        refused = admit(request_head, Route(max_body=10))
        assert expected == _outcome(refused)
        assert refused is None or ("Connection", "close") in refused.headers


class TestFormat:
    """RFC 9110 §15.5.16."""

    JSON = Route(accepts=("application/json", "text/*", "application/xml; charset=UTF-8"))

    @pytest.mark.parametrize(
        ("sent", "accepted"),
        [
            ("application/json", True),
            ("Application/JSON", True),
            ("application/json; charset=utf-8", True),
            ("application/json;", True),
            ("text/plain", True),
            ("text/csv;header=present", True),
            ("application/xml;charset=utf-8", True),
            ('application/xml; charset="UTF-8"', True),
            ("application/xml", False),
            ("application/xml; charset=latin-1", False),
            ("application/octet-stream", False),
            ("application/jsonp", False),
            ("application/*", False),
            ("text/*", False),
            ("*/*", False),
            ("application/json, text/html", False),
            ("json", False),
            ("", False),
            ("application/json; =x", False),
            ("\xff", False),
        ],
    )
    def test_only_what_the_route_takes_is_taken(self, sent: str, accepted: bool) -> None:
        """Parameters that it does not name do not matter, and a range is no type."""
        refused = admit(_request(TEN, ("Content-Type", sent)), self.JSON)
        assert (None if accepted else (415, "content-type-not-accepted")) == _outcome(refused)

    def test_the_answer_says_what_is_taken(self) -> None:
        """Accept, and for PATCH Accept-Patch too, which holds no ranges (RFC 5789 §3.1)."""
        expected = "application/json, text/*, application/xml; charset=UTF-8"
        fields = _fields(admit(_request(TEN), self.JSON))
        assert {"Accept": expected} == fields
        fields = _fields(admit(_request(TEN, method="PATCH"), self.JSON))
        assert {"Accept": expected, "Accept-Patch": "application/json, application/xml; charset=UTF-8"} == fields
        assert ["Accept"] == list(_fields(admit(_request(TEN, method="PATCH"), Route(accepts=("text/*",)))))

    def test_content_without_a_type_is_any_octets(self) -> None:
        """As RFC 9110 §8.3 lets a recipient assume."""
        assert (415, "content-type-not-accepted") == _outcome(admit(_request(TEN), self.JSON))
        assert admit(_request(TEN), Route(accepts=("*/*",))) is None
        assert admit(_request(TEN), Route(accepts=("application/octet-stream",))) is None

    def test_two_types_are_none(self) -> None:
        """The field may be there once."""
        refused = admit(_request(TEN, *[("Content-Type", "text/plain")] * 2), self.JSON)
        assert (415, "content-type-not-accepted") == _outcome(refused)

    @pytest.mark.parametrize(
        ("request_head", "judged"),
        [
            (_request(TEN), True),
            (_request(CHUNKED), True),
            (_request(body=b"x"), True),
            (_request(("Content-Length", "00")), False),
            (_request(), False),
            (_request(("Content-Type", "image/png")), False),
            (_request(version="2"), False),
            (_request(("Content-Type", "image/png"), version="2"), True),
        ],
    )
    def test_only_content_has_a_format(self, request_head: Request, judged: bool) -> None:
        """A GET that is sent with a type but without content loses nothing."""
        assert judged == (admit(request_head, self.JSON) is not None)

    @pytest.mark.parametrize(
        ("codings", "accepted"),
        [
            (["identity"], True),
            (["Identity, identity"], True),
            ([""], True),
            (["gzip"], False),
            (["identity", "br"], False),
            (["x\0"], False),
        ],
    )
    def test_a_route_that_says_what_it_takes_takes_it_without_a_coding(
        self, codings: list[str], accepted: bool
    ) -> None:
        """The answer says so in Accept-Encoding and says nothing about types (RFC 9110 §12.5.3)."""
        fields = [("Content-Encoding", coding) for coding in codings]
        refused = admit(_request(TEN, ("Content-Type", "text/plain"), *fields), self.JSON)
        assert (None if accepted else (415, "content-coding-not-accepted")) == _outcome(refused)
        assert accepted or {"Accept-Encoding": "identity"} == _fields(refused)

    def test_a_coding_of_nothing_is_nothing(self) -> None:
        """And a route that says nothing has it decoded by somebody else."""
        assert admit(_request(("Content-Encoding", "gzip")), self.JSON) is None
        assert admit(_request(TEN, ("Content-Encoding", "gzip")), ANY) is None


class TestOffers:
    """RFC 9110 §12.5.1 and §15.5.7."""

    OFFERS = Route(offers=("text/html", "application/json"))

    @pytest.mark.parametrize(
        ("accept", "acceptable"),
        [
            (None, True),
            ("", True),
            ("*/*", True),
            ("text/*;q=0.1", True),
            ("application/json", True),
            ("nonsense", True),
            ("image/png", False),
            ("image/png, text/html;q=0", False),
            ("*/*;q=0", False),
            ("text/html;q=0, application/json;q=0, image/*", False),
        ],
    )
    def test_one_offer_must_be_acceptable(self, accept: str | None, acceptable: bool) -> None:
        """No field, or one that nobody can read, accepts anything."""
        fields = [] if accept is None else [("Accept", accept)]
        refused = admit(_request(*fields, method="GET"), self.OFFERS)
        assert (None if acceptable else (406, "no-offer-acceptable")) == _outcome(refused)

    def test_the_answer_lists_what_there_is(self) -> None:
        """In its content, which varies with the field."""
        refused = admit(_request(("Accept", "image/png"), method="GET"), self.OFFERS)
        assert {"Vary": "Accept"} == _fields(refused)
        assert refused is not None
        assert {"available": ["text/html", "application/json"]} == refused.extensions

    def test_a_route_without_offers_answers_as_it_likes(self) -> None:
        """Nobody knows better."""
        assert admit(_request(("Accept", "image/png"), method="GET"), ANY) is None


class TestTrace:
    """Why, rule by rule."""

    def test_every_rule_is_tried_in_order(self) -> None:
        """Up to the one that refuses."""
        steps: list[Step] = []
        assert admit(_request(), ANY, trace=steps) is None
        assert [("admit", rule.name, rule.reference, "") for rule in RULES] == steps
        steps.clear()
        admit(_request(CHUNKED), Route(length_required=True), trace=steps)
        assert ["", "length-not-declared"] == [step.outcome for step in steps]


NAMES = ["Content-Length", "Transfer-Encoding", "Content-Type", "Content-Encoding", "Accept", "X"]
JUNK = st.one_of(
    st.text(),
    st.binary().map(lambda octets: octets.decode("latin-1")),
    st.sampled_from(["text/html", "text/*;q=0", "gzip", "10", "chunked", '"', "a/b;c=d"]),
)


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), JUNK), max_size=6),
    st.one_of(st.sampled_from(["GET", "POST", "PATCH"]), st.text()),
    st.sampled_from(["1.0", "1.1", "2"]),
    st.sampled_from(
        [
            ANY,
            Route(methods=frozenset({"GET", "POST"}), accepts=("text/*",), offers=("text/html",)),
            Route(length_required=True, max_body=5, accepts=("a/b; c=d",), offers=("a/b", "c/d;e=f")),
        ]
    ),
)
def test_any_head_is_admitted_or_not(fields: list[tuple[str, str]], method: str, version: str, route: Route) -> None:
    """The promise: never an exception, a code that the rule announces, and the trace agrees."""
    request = _request(*fields, method=method, version=version)
    steps: list[Step] = []
    refused = admit(request, route, trace=steps)
    assert steps[-1].outcome == ("" if refused is None else refused.reason)
    announced = {rule.name: rule.answers for rule in RULES}
    assert refused is None or refused.status in announced[steps[-1].rule]
    assert route != ANY or refused is None
