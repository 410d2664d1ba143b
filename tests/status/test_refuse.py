"""What a request's head alone rules out, rule by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError, Refused
from hardtack.message import Headers, Request
from hardtack.status.refuse import METHODS, RULES, RefusePolicy, Step, refuse, too_large, trace

OPEN = RefusePolicy()
OURS = RefusePolicy(hosts=frozenset({"www.example.org", "[2001:db8::1]:8443"}))
DEVELOPMENT = RefusePolicy(development=True)


def _request(
    *fields: tuple[str, str],
    method: str = "GET",
    http_version: str = "1.1",
    host: str | None = None,
    scheme: str = "http",
) -> Request:
    headers = Headers(fields)
    believed = headers.get("host", "") if host is None else host
    return Request(
        method=method, path="/", headers=headers, host=believed or "", http_version=http_version, scheme=scheme
    )


def _outcome(refused: Refused | None) -> tuple[int, str] | None:
    return None if refused is None else (refused.status, refused.reason)


HOST = ("Host", "www.example.org")


class TestHost:
    """RFC 9110 §7.2 and RFC 9112 §3.2."""

    @pytest.mark.parametrize(
        ("fields", "version", "expected"),
        [
            ([HOST], "1.1", None),
            ([], "1.1", (400, "host-missing")),
            ([], "2", (400, "host-missing")),
            ([], "1.0", None),
            ([HOST, HOST], "1.1", (400, "host-doubled")),
            ([HOST, HOST], "1.0", (400, "host-doubled")),
            ([("Host", "")], "1.1", (400, "host-malformed")),
            ([("Host", "a/b@c")], "1.1", (400, "host-malformed")),
            ([("Host", "a, b")], "1.1", (400, "host-malformed")),
            ([("Host", "[::1")], "1.0", (400, "host-malformed")),
        ],
    )
    def test_it_must_be_there_once_and_well_formed(
        self, fields: list[tuple[str, str]], version: str, expected: tuple[int, str] | None
    ) -> None:
        """HTTP/1.0 may leave it out; nobody may send two."""
        assert expected == _outcome(refuse(_request(*fields, http_version=version), OPEN))

    def test_what_a_proxy_said_about_the_host_must_be_well_formed_too(self) -> None:
        """The believed host may be another than the field's."""
        assert _outcome(refuse(_request(HOST, host="shop.example"), OPEN)) is None
        assert _outcome(refuse(_request(HOST, host="shop/example"), OPEN)) == (400, "host-malformed")
        assert _outcome(refuse(_request(host="shop.example"), OPEN)) is None

    def test_a_faulty_host_ends_the_connection(self) -> None:
        """Who cannot write Host may not frame well either."""
        refused = refuse(_request(HOST, HOST), OPEN)
        assert refused is not None
        assert ("Connection", "close") in refused.headers

    @pytest.mark.parametrize(
        ("host", "expected"),
        [
            ("www.example.org", None),
            ("WWW.Example.ORG", None),
            ("www.example.org:443", None),
            ("www.example.org:80", None),
            ("www.example.org:8080", (421, "host-not-ours")),
            ("example.org", (421, "host-not-ours")),
            ("www.example.org.evil.example", (421, "host-not-ours")),
            ("[2001:db8::1]:8443", None),
            ("[2001:DB8:0::1]:8443", None),
            ("[2001:db8::1]", (421, "host-not-ours")),
        ],
    )
    def test_a_host_that_is_not_ours_is_misdirected(self, host: str, expected: tuple[int, str] | None) -> None:
        """RFC 9110 §15.5.20; one spelling is as good as another."""
        assert expected == _outcome(refuse(_request(("Host", host)), OURS))

    def test_without_a_host_it_is_not_ours(self) -> None:
        """HTTP/1.0 may leave it out, but then nobody knows what it asks for."""
        assert _outcome(refuse(_request(http_version="1.0"), OURS)) == (421, "host-not-ours")

    def test_a_default_port_in_the_policy_is_the_hosts_own(self) -> None:
        """Browsers never send it."""
        policy = RefusePolicy(hosts=frozenset({"www.example.org:443"}))
        assert refuse(_request(HOST), policy) is None


class TestLength:
    """RFC 9110 §8.6 and RFC 9112 §6."""

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ([("Content-Length", "0")], None),
            ([("Content-Length", "65536")], None),
            ([("Content-Length", "00065536")], None),
            ([("Content-Length", "65537")], (413, "content-length-over-limit")),
            ([("Content-Length", "9" * 100_000)], (413, "content-length-over-limit")),
            ([("Content-Length", "")], (400, "content-length-malformed")),
            ([("Content-Length", "-1")], (400, "content-length-malformed")),
            ([("Content-Length", "+1")], (400, "content-length-malformed")),
            ([("Content-Length", "1.0")], (400, "content-length-malformed")),
            ([("Content-Length", "0x10")], (400, "content-length-malformed")),
            ([("Content-Length", "²")], (400, "content-length-malformed")),
            ([("Content-Length", "3, 3")], (400, "content-length-malformed")),
            ([("Content-Length", "3"), ("Content-Length", "3")], (400, "content-length-doubled")),
            (
                [("Content-Length", "3"), ("Transfer-Encoding", "chunked")],
                (400, "content-length-with-transfer-encoding"),
            ),
            ([("Transfer-Encoding", "chunked")], None),
        ],
    )
    def test_it_must_be_one_number_within_the_limit(
        self, fields: list[tuple[str, str]], expected: tuple[int, str] | None
    ) -> None:
        """Whatever could be read in two ways is refused, and so is too much."""
        assert expected == _outcome(refuse(_request(HOST, *fields, method="POST"), OPEN))

    def test_a_limit_of_nothing_lets_nothing_in(self) -> None:
        """Zero is a limit like any other."""
        policy = RefusePolicy(max_body=0)
        assert refuse(_request(HOST, ("Content-Length", "0")), policy) is None
        assert _outcome(refuse(_request(HOST, ("Content-Length", "1")), policy)) == (413, "content-length-over-limit")

    def test_content_over_the_limit_is_not_read(self) -> None:
        """The connection ends, and the visitor is told how much would do."""
        refused = refuse(_request(HOST, ("Content-Length", "65537")), OPEN)
        assert refused is not None
        assert ("Connection", "close") in refused.headers
        assert "64 KB" in str(refused.detail_in("en"))

    @pytest.mark.parametrize(
        ("limit", "en", "zh"),
        [(100, "100 bytes", "100 字节"), (65536, "64 KB", "64 KB"), (1536 * 1024, "1.5 MB", "1.5 MB")],
    )
    def test_a_limit_is_said_in_a_unit_that_people_read(self, limit: int, en: str, zh: str) -> None:
        """Bytes, kilobytes or megabytes."""
        assert en in too_large(limit)["en"]
        assert zh in too_large(limit)["zh"]


class TestMethod:
    """RFC 9110 §9.1 and §15.6.2."""

    @pytest.mark.parametrize("method", sorted(METHODS))
    def test_known_methods_pass(self, method: str) -> None:
        """Whether a page takes them is a later moment's question."""
        assert refuse(_request(HOST, method=method), OPEN) is None

    @pytest.mark.parametrize("method", ["FROB", "get", "", "TRACE", "CONNECT", "GET "])
    def test_others_are_not_implemented(self, method: str) -> None:
        """Methods are case-sensitive."""
        assert _outcome(refuse(_request(HOST, method=method), OPEN)) == (501, "method-unknown")

    def test_an_application_can_have_more(self) -> None:
        """WebDAV, for example."""
        assert refuse(_request(HOST, method="PROPFIND"), RefusePolicy(methods=METHODS | {"PROPFIND"})) is None


class TestDevelopment:
    """DESIGN §4: without a public origin only a browser on the same machine is answered."""

    @pytest.mark.parametrize(
        "host", ["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000", "[0::1]"]
    )
    def test_this_machine_is_answered(self, host: str) -> None:
        """By any of its names, on any port."""
        assert refuse(_request(("Host", host)), DEVELOPMENT) is None

    @pytest.mark.parametrize(
        "host",
        ["example.org", "localhost.example.org", "127.0.0.2", "127.1", "192.168.1.5:8000", "[::2]", "localhost."],
    )
    def test_any_other_host_is_misdirected(self, host: str) -> None:
        """A name that leads here by accident or by rebinding is not ours."""
        assert _outcome(refuse(_request(("Host", host)), DEVELOPMENT)) == (421, "development-foreign-host")

    def test_no_host_is_a_foreign_one(self) -> None:
        """HTTP/1.0 without Host."""
        assert _outcome(refuse(_request(http_version="1.0"), DEVELOPMENT)) == (421, "development-foreign-host")

    @pytest.mark.parametrize(
        "name",
        [
            "Forwarded",
            "Via",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Anything",
            "X-Forwarded",
            "X-Real-IP",
        ],
    )
    def test_whatever_betrays_a_proxy_is_misdirected(self, name: str) -> None:
        """Then somebody else could be behind it."""
        request = _request(("Host", "localhost:8000"), (name, "x"))
        assert _outcome(refuse(request, DEVELOPMENT)) == (421, "development-behind-proxy")

    @pytest.mark.parametrize(
        ("host", "origin", "passes"),
        [
            ("localhost:8000", "http://localhost:8000", True),
            ("localhost:8000", "HTTP://LocalHost:8000", True),
            ("localhost", "http://localhost:80", True),
            ("localhost:80", "http://localhost", True),
            ("[::1]:8000", "http://[0::1]:8000", True),
            ("localhost:8000", "http://localhost:8001", False),
            ("localhost:8000", "http://127.0.0.1:8000", False),
            ("localhost:8000", "https://localhost:8000", False),
            ("localhost:8000", "http://evil.example", False),
            ("localhost:8000", "null", False),
            ("localhost:8000", "", False),
            ("localhost:8000", "http://", False),
            ("localhost:8000", "http://localhost:8000/", False),
        ],
    )
    def test_no_other_origin_may_ask(self, host: str, origin: str, passes: bool) -> None:
        """Scheme, host and port have to be this server's own."""
        outcome = _outcome(refuse(_request(("Host", host), ("Origin", origin)), DEVELOPMENT))
        assert outcome == (None if passes else (421, "development-other-origin"))

    def test_an_https_origin_has_its_own_default_port(self) -> None:
        """A trial with a certificate."""
        request = _request(("Host", "localhost"), ("Origin", "https://localhost:443"), scheme="https")
        assert refuse(request, DEVELOPMENT) is None

    def test_the_page_names_the_setting(self) -> None:
        """In both languages."""
        refused = refuse(_request(HOST), DEVELOPMENT)
        assert refused is not None
        assert "--origin" in str(refused.detail_in("en"))
        assert "--origin" in str(refused.detail_in("zh"))


class TestPolicy:
    """What cannot be a policy."""

    @pytest.mark.parametrize("host", ["", "https://www.example.org", "a b", "www.example.org/path"])
    def test_a_host_that_is_none_is_a_misuse(self, host: str) -> None:
        """At start, not at the first request."""
        with pytest.raises(MisuseError, match="is no host"):
            RefusePolicy(hosts=frozenset({host}))

    def test_a_negative_limit_is_a_misuse(self) -> None:
        """There is no such content."""
        with pytest.raises(MisuseError, match="max_body"):
            RefusePolicy(max_body=-1)


class TestTrace:
    """Why, rule by rule."""

    def test_every_rule_is_tried_in_order(self) -> None:
        """A request that passes has passed them all."""
        steps = trace(_request(HOST), OURS)
        assert [rule.name for rule in RULES] == [step.rule for step in steps]
        assert {step.reason for step in steps} == {""}

    def test_it_ends_with_the_rule_that_refuses(self) -> None:
        """And says why and by which sentence."""
        steps = trace(_request(("Host", "example.org"), method="FROB"), OURS)
        assert steps[-1] == Step("host-is-ours", "RFC 9110 §7.4 and §15.5.20", "host-not-ours")
        assert len(steps) == 3


FIELDS = st.tuples(
    st.sampled_from(["Host", "host", "Content-Length", "Transfer-Encoding", "Origin", "X-Forwarded-For", "Accept"]),
    st.one_of(st.text(), st.sampled_from(["localhost", "www.example.org", "5", "http://localhost", "chunked"])),
)


@given(
    st.lists(FIELDS, max_size=6),
    st.text(),
    st.text(),
    st.sampled_from(["1.0", "1.1", "2", "x"]),
    st.sampled_from([OPEN, OURS, DEVELOPMENT]),
)
def test_any_head_is_refused_or_not(
    fields: list[tuple[str, str]], method: str, host: str, version: str, policy: RefusePolicy
) -> None:
    """The promise: never an exception, one of five codes, and the trace agrees."""
    request = _request(*fields, method=method, host=host, http_version=version)
    refused = refuse(request, policy)
    assert refused is None or refused.status in (400, 413, 421, 501)
    assert trace(request, policy)[-1].reason == ("" if refused is None else refused.reason)
