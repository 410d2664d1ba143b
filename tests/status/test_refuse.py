"""What a request's head alone rules out, rule by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError, Refused
from hardtack.message import Headers, Request
from hardtack.status.refuse import LOOKED_AT, METHODS, RULES, RefusePolicy, over_limit, refuse, too_large
from hardtack.status.trace import Step

OPEN = RefusePolicy()
OURS = RefusePolicy(hosts=frozenset({"www.example.org", "[2001:db8::1]:8443"}))
DEVELOPMENT = RefusePolicy(development=True)


def _request(
    *fields: tuple[str, str],
    method: str = "GET",
    http_version: str = "1.1",
    host: str | None = None,
    scheme: str = "http",
    target: str = "",
    query: str = "",
) -> Request:
    headers = Headers(fields)
    believed = headers.get("host", "") if host is None else host
    return Request(
        method=method,
        path="/",
        query=query,
        headers=headers,
        host=believed or "",
        http_version=http_version,
        scheme=scheme,
        target=target,
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
            ([("Host", "a, b")], "1.1", (400, "host-doubled")),
            ([("Host", "a,b")], "1.1", (400, "host-doubled")),
            ([("Host", "a" * 100_000)], "1.1", (400, "host-malformed")),
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
            ([("Content-Length", "9" * 30_000)], (413, "content-length-over-limit")),
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

    def test_a_limit_for_now_says_when_to_come_back(self) -> None:
        """Retry-After, where the cause is temporary (RFC 9110 §15.5.14)."""
        request = _request(HOST, ("Content-Length", "65537"))
        refused = [refuse(request, policy) for policy in (OPEN, RefusePolicy(temporary_limit=60))]
        assert [None, 60] == [each and each.retry_after for each in refused]

    @pytest.mark.parametrize("declared", [None, "", "x", "²", "-1"])
    def test_what_is_no_number_is_over_no_limit(self, declared: str | None) -> None:
        """That it is none is another rule's matter."""
        assert over_limit(declared, 0) is None

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

    @pytest.mark.parametrize("method", ["FROB", "get", "", "CONNECT", "GET "])
    def test_others_are_not_implemented(self, method: str) -> None:
        """Methods are case-sensitive."""
        assert _outcome(refuse(_request(HOST, method=method), OPEN)) == (501, "method-unknown")

    def test_trace_is_off_for_every_resource(self) -> None:
        """So it is not implemented (RFC 9110 §9.1): 405 would need a list of what this resource allows."""
        assert (501, "trace-is-off") == _outcome(refuse(_request(HOST, method="TRACE"), OPEN))

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

    @pytest.mark.parametrize("name", ["max_body", "temporary_limit", "max_target", "max_fields", "max_field_count"])
    def test_a_negative_limit_is_a_misuse(self, name: str) -> None:
        """Nothing could be under it."""
        with pytest.raises(MisuseError, match=f"{name}: -1"):
            RefusePolicy(**{name: -1})  # type: ignore[arg-type]  # the name is one of a number


class TestVersion:
    """RFC 9110 §2.5 and §15.6.6."""

    @pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.9", "2", "3"])
    def test_what_is_spoken_passes(self, version: str) -> None:
        """A later minor version is read as the highest that is known."""
        assert refuse(_request(HOST, http_version=version), OPEN) is None

    @pytest.mark.parametrize("version", ["0.9", "2.0", "3.0", "4", "1", "1.10", "1.x", "", "x", "1.²", "HTTP/1.1"])
    def test_any_other_is_not_supported(self, version: str) -> None:
        """2.0 and 3.0 are what a client wrote on an HTTP/1 request line; the answer lists what is spoken."""
        refused = refuse(_request(HOST, http_version=version), OPEN)
        assert (505, "version-not-spoken") == _outcome(refused)
        assert refused is not None
        assert ["HTTP/1.1", "HTTP/2", "HTTP/3"] == refused.extensions["supported"]
        assert ("Connection", "close") in refused.headers


class TestFields:
    """RFC 9110 §5.1 and §5.5, RFC 9112 §5.1, RFC 6585 §5."""

    @pytest.mark.parametrize("name", ["Host ", " Host", "", "a b", "a:b", "a,b", "a(b", "ü", "a\n", "a\0"])
    def test_a_name_must_be_a_token(self, name: str) -> None:
        """A space before the colon makes two servers read two different fields."""
        refused = refuse(_request(HOST, (name, "x"), ("Accept", "x")), OPEN)
        assert (400, "field-name-malformed") == _outcome(refused)

    @pytest.mark.parametrize("value", ["a\r\n b", "a\rb", "a\nb", "a\0b"])
    def test_a_value_has_no_line_end_and_no_null(self, value: str) -> None:
        """Whatever it is copied into could otherwise be split."""
        assert (400, "field-value-malformed") == _outcome(refuse(_request(HOST, ("X-Note", value)), OPEN))

    def test_other_octets_are_a_values_own_matter(self) -> None:
        """A tab and octets above ASCII are allowed; other control codes may be kept (RFC 9110 §5.5)."""
        assert refuse(_request(HOST, ("X-Note", "a\tb\xff\x01"), ("X-!#$%&'*+.^_`|~9", "")), OPEN) is None

    def test_too_many_are_too_large(self) -> None:
        """The count has a limit of its own."""
        policy = RefusePolicy(max_field_count=3)
        assert refuse(_request(HOST, ("A", ""), ("A", "")), policy) is None
        assert (431, "fields-over-count") == _outcome(refuse(_request(HOST, *[("A", "")] * 3), policy))

    def test_their_octets_are_counted_as_they_are_written(self) -> None:
        """Host: www.example.org and an end of line are 23."""
        policy = RefusePolicy(max_fields=23)
        assert refuse(_request(HOST), policy) is None
        assert (431, "fields-over-limit") == _outcome(refuse(_request(("Host", "www.example.orgs")), policy))

    def test_the_largest_is_named(self) -> None:
        """So that whoever has too many cookies knows what to delete; a name that is itself the trouble is cut."""
        refused = refuse(_request(HOST, ("Cookie", "x" * 40_000), ("Accept", "x")), OPEN)
        assert refused is not None
        assert all("cookie" in str(refused.detail_in(language)) for language in ("en", "zh"))
        long = refuse(_request(("Host", ""), ("a" * 40_000, "x")), RefusePolicy(max_field_count=10, max_body=0))
        assert (400, "host-malformed") == _outcome(long)
        long = refuse(_request(HOST, ("a" * 40_000, "x" * 30)), OPEN)
        assert long is not None
        assert "a" * 100 + "…" in str(long.detail_in("en"))
        assert "a" * 101 not in str(long.detail_in("en"))


class TestTransferCoding:
    """RFC 9112 §6.1 and §6.3."""

    @pytest.mark.parametrize(
        ("values", "version", "expected"),
        [
            (["chunked"], "1.1", None),
            (["Chunked"], "1.2", None),
            ([" \tchunked "], "1.1", None),
            (["xyz"], "1.1", (501, "transfer-coding-unknown")),
            (["xyz, chunked"], "1.1", (501, "transfer-coding-unknown")),
            (["xyz;a=b, chunked"], "1.1", (501, "transfer-coding-unknown")),
            (["gzip, chunked"], "1.1", (501, "transfer-coding-unknown")),
            (["gzip", "chunked"], "1.1", (501, "transfer-coding-unknown")),
            (["identity"], "1.1", (501, "transfer-coding-unknown")),
            (["gzip"], "1.1", (400, "transfer-encoding-without-end")),
            (["chunked, gzip"], "1.1", (400, "transfer-encoding-without-end")),
            (["chunked, chunked"], "1.1", (400, "transfer-encoding-without-end")),
            (["chunked", "chunked"], "1.1", (400, "transfer-encoding-without-end")),
            (["chunked;a=b"], "1.1", (400, "transfer-encoding-without-end")),
            ([""], "1.1", (400, "transfer-encoding-malformed")),
            (["chunked,"], "1.1", (400, "transfer-encoding-malformed")),
            (["\x0bchunked"], "1.1", (400, "transfer-encoding-malformed")),
            (["chunked chunked"], "1.1", (400, "transfer-encoding-malformed")),
            (["chunked"], "1.0", (400, "transfer-encoding-in-another-version")),
            (["chunked"], "2", (400, "transfer-encoding-in-another-version")),
        ],
    )
    def test_only_chunked_is_read(self, values: list[str], version: str, expected: tuple[int, str] | None) -> None:
        """Any other is not implemented, and what leaves the end of the content open is refused."""
        request = _request(HOST, *(("Transfer-Encoding", value) for value in values), http_version=version)
        refused = refuse(request, OPEN)
        assert expected == _outcome(refused)
        assert refused is None or ("Connection", "close") in refused.headers


class TestTarget:
    """RFC 9112 §3.2 and RFC 9110 §15.5.15."""

    @pytest.mark.parametrize(
        ("target", "method", "expected"),
        [
            ("", "GET", None),
            ("/", "GET", None),
            ("/a/b?c=d&e=%zz%", "GET", None),
            ("/caf%C3%A9", "GET", None),
            ('/a?b={"c":[1|2]}', "GET", None),
            ("/\xff", "GET", None),
            ("//a/b", "GET", None),
            ("*", "OPTIONS", None),
            ("a:1", "CONNECT", (501, "method-unknown")),
            ("*", "GET", (400, "target-malformed")),
            ("a:1", "GET", (400, "target-malformed")),
            ("a/b", "GET", (400, "target-malformed")),
            ("?a", "GET", (400, "target-malformed")),
            ("/a b", "GET", (400, "target-malformed")),
            ("/a\tb", "GET", (400, "target-malformed")),
            ("/a\0", "GET", (400, "target-malformed")),
            ("/a#b", "GET", (400, "target-malformed")),
            ("/100%", "GET", (400, "target-malformed")),
            ("/%zz", "GET", (400, "target-malformed")),
            ("/%4?a", "GET", (400, "target-malformed")),
            ("http://www.example.org/a", "GET", None),
            ("HTTPS://WWW.example.org:443?a", "GET", None),
            ("http://www.example.org", "GET", None),
            ("http://www.example.org/%zz", "GET", (400, "target-malformed")),
            ("ftp://www.example.org/", "GET", (400, "target-malformed")),
            ("http:///a", "GET", (400, "target-malformed")),
            ("http://example.org/a", "GET", (400, "target-contradicts-host")),
            ("http://www.example.org:81/a", "GET", (400, "target-contradicts-host")),
            ("http://a@www.example.org/", "GET", (400, "target-contradicts-host")),
        ],
    )
    def test_it_has_one_of_four_forms(self, target: str, method: str, expected: tuple[int, str] | None) -> None:
        """A stray percent sign is common in queries, so only the path is held to its escapes."""
        assert expected == _outcome(refuse(_request(HOST, method=method, target=target), OPEN))

    def test_an_absolute_one_is_enough_in_http_1_0(self) -> None:
        """There is no Host that it could contradict."""
        request = _request(target="http://www.example.org/a", http_version="1.0")
        assert refuse(request, OPEN) is None

    def test_it_is_read_up_to_the_limit(self) -> None:
        """As sent, or as long as it can only be where nobody knows how it was sent."""
        policy = RefusePolicy(max_target=8)
        assert refuse(_request(HOST, target="/2345678"), policy) is None
        assert (414, "target-over-limit") == _outcome(refuse(_request(HOST, target="/23456789"), policy))
        assert (414, "target-over-limit") == _outcome(refuse(_request(HOST, query="12345678"), policy))


class TestExpect:
    """RFC 9110 §10.1.1."""

    @pytest.mark.parametrize(
        ("values", "version", "expected"),
        [
            (["100-continue"], "1.1", None),
            (["100-Continue"], "2", None),
            (["100-continue, 100-continue"], "1.1", None),
            ([", 100-continue ,"], "1.1", None),
            ([""], "1.1", None),
            (["nonsense"], "1.1", (417, "expectation-unknown")),
            (["100-continue, nonsense"], "1.1", (417, "expectation-unknown")),
            (["100-continue", "a=b;c"], "1.1", (417, "expectation-unknown")),
            (["100-continue;a=b"], "1.1", (417, "expectation-unknown")),
            (['"100-continue"'], "1.1", (417, "expectation-unknown")),
            (["nonsense"], "1.0", None),
        ],
    )
    def test_only_100_continue_is_known(
        self, values: list[str], version: str, expected: tuple[int, str] | None
    ) -> None:
        """HTTP/1.0 has no such field, and a server must ignore it there."""
        request = _request(HOST, *(("Expect", value) for value in values), http_version=version)
        assert expected == _outcome(refuse(request, OPEN))


class TestEarlyData:
    """RFC 8470."""

    TRUSTING = RefusePolicy(early_data_from_proxy=True)

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_what_is_unsafe_has_to_come_again(self, method: str) -> None:
        """It could be somebody's replay; any value means the same."""
        for value in ("1", "0", ""):
            refused = refuse(_request(HOST, ("Early-Data", value), method=method), self.TRUSTING)
            assert (425, "early-data-unsafe") == _outcome(refused)

    def test_what_is_safe_may_be_early(self) -> None:
        """And what is not marked is not early."""
        assert refuse(_request(HOST, ("Early-Data", "1")), self.TRUSTING) is None
        assert refuse(_request(HOST, method="POST"), self.TRUSTING) is None

    def test_without_a_proxy_that_marks_it_the_field_means_nothing(self) -> None:
        """Only who ends TLS knows."""
        assert refuse(_request(HOST, ("Early-Data", "1"), method="POST"), OPEN) is None


class TestTrace:
    """Why, rule by rule."""

    def test_every_rule_is_tried_in_order(self) -> None:
        """A request that passes has passed them all."""
        steps: list[Step] = []
        assert refuse(_request(HOST), OURS, trace=steps) is None
        assert [("refuse", rule.name, rule.reference, "") for rule in RULES] == steps

    def test_it_ends_with_the_rule_that_refuses(self) -> None:
        """And says why and by which sentence."""
        steps: list[Step] = []
        refuse(_request(("Host", "example.org"), method="FROB"), OURS, trace=steps)
        assert steps[-1] == Step("refuse", "host-is-ours", "RFC 9110 §7.4 and §15.5.20", "host-not-ours")
        assert [rule.name for rule in RULES][: len(steps)] == [step.rule for step in steps]


JUNK = st.one_of(
    st.text(),
    st.binary().map(lambda octets: octets.decode("latin-1")),
    st.sampled_from(
        [
            *("localhost", "www.example.org", "5", "http://localhost", "chunked", "gzip, chunked", "100-continue", "1"),
            *("/", "*", "/%", "http://www.example.org/", "http://localhost:80/a?b"),
        ]
    ),
)
FIELDS = st.tuples(
    st.one_of(
        st.sampled_from(
            [
                *("Host", "host", "Content-Length", "Transfer-Encoding", "Origin", "X-Forwarded-For", "Accept"),
                *("Expect", "Early-Data", "Connection"),
            ]
        ),
        st.text(max_size=3),
    ),
    JUNK,
)
POLICIES = [
    OPEN,
    OURS,
    DEVELOPMENT,
    RefusePolicy(max_target=3, max_fields=30, max_field_count=2, max_body=0, early_data_from_proxy=True),
]


@given(
    st.lists(FIELDS, max_size=6),
    st.one_of(st.sampled_from(["GET", "POST", "OPTIONS", "CONNECT", "TRACE"]), st.text()),
    JUNK,
    JUNK,
    st.one_of(st.sampled_from(["1.0", "1.1", "2", "x"]), st.text(max_size=3)),
    st.sampled_from(POLICIES),
)
def test_any_head_is_refused_or_not(
    fields: list[tuple[str, str]], method: str, host: str, target: str, version: str, policy: RefusePolicy
) -> None:
    """The promise: never an exception, a code that the rule announces, and the trace agrees."""
    request = _request(*fields, method=method, host=host, http_version=version, target=target)
    steps: list[Step] = []
    refused = refuse(request, policy, trace=steps)
    assert _outcome(refuse(request, policy)) == _outcome(refused)
    assert steps[-1].outcome == ("" if refused is None else refused.reason)
    announced = {rule.name: rule.answers for rule in RULES}
    assert refused is None or refused.status in announced[steps[-1].rule]


@given(
    st.sampled_from(["GET", "POST", "FROB"]),
    st.lists(st.sampled_from([HOST, ("host", "a b"), ("content-length", "7"), ("expect", "tea"), ("early-data", "1")])),
    st.lists(
        st.tuples(st.sampled_from(["accept", "x-forwarded-for", "origin", "te", "via"]), st.sampled_from(["a", "1, 2"]))
    ),
)
def test_no_rule_looks_at_another_field_by_its_name(
    method: str, looked_at: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    """So a driver may remember what was decided about a head that differs in those alone."""
    policy = RefusePolicy(hosts=OURS.hosts, early_data_from_proxy=True)
    assert {name.lower() for name, _ in looked_at} <= LOOKED_AT
    alone = _outcome(refuse(_request(*looked_at, method=method), policy))
    assert alone == _outcome(refuse(_request(*others, *looked_at, method=method), policy))
