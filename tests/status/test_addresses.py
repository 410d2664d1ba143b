"""Addresses that moved, are gone or are blocked: what is answered, and what is a mistake in the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError, Refused
from hardtack.message import Request, Response
from hardtack.status.addresses import ANSWERS, MOST_HOPS, Addresses, Blocked
from hardtack.status.trace import Step


def _find(addresses: Addresses, path: str, *, method: str = "GET", query: str = "") -> Response | Refused | None:
    return addresses.find(Request(method=method, path=path, query=query))


def _leads(moved: Mapping[str, str], path: str, query: str = "") -> str | None:
    found = _find(Addresses(moved), path, query=query)
    return found.get("Location") if isinstance(found, Response) else None


class TestMoved:
    """RFC 9110 §15.4.2 and §15.4.9."""

    @pytest.mark.parametrize(
        ("method", "status"),
        [("GET", 301), ("HEAD", 301), ("POST", 308), ("PUT", 308), ("DELETE", 308), ("OPTIONS", 308), ("get", 308)],
    )
    def test_the_method_decides_the_code(self, method: str, status: int) -> None:
        """After a 301 a client may turn a POST into a GET; after a 308 it may not."""
        found = _find(Addresses({"/old": "/new"}), "/old", method=method)
        assert isinstance(found, Response)
        assert status == found.status
        assert [("Location", "/new"), ("Content-Length", "0")] == found.headers
        assert b"" == found.body

    @pytest.mark.parametrize(
        ("target", "query", "location"),
        [
            ("/new", "", "/new"),
            ("/new", "a=1&b", "/new?a=1&b"),
            ("/new?x=y", "a=1", "/new?x=y&a=1"),
            ("/new#part", "a=1", "/new?a=1#part"),
            ("https://new.example", "", "https://new.example"),
            ("https://new.example", "a=1", "https://new.example?a=1"),
            ("http://new.example:81/a?b#c", "d", "http://new.example:81/a?b&d#c"),
            ("/caf\N{LATIN SMALL LETTER E WITH ACUTE}", "", "/caf%C3%A9"),
            ("/caf%C3%A9", "", "/caf%C3%A9"),
            ("/new", "a=\xff#\r\n", "/new?a=%FF%23%0D%0A"),
            ("/new", "a=\ud800\N{SNOWMAN}", "/new?a=??"),
        ],
    )
    def test_the_query_is_kept(self, target: str, query: str, location: str) -> None:
        """Before the fragment, behind a query that is there already, and escaped where it could not be sent."""
        assert location == _leads({"/old": target}, "/old", query)

    @pytest.mark.parametrize(
        ("path", "location"),
        [
            ("/old/", "/new/"),
            ("/old/a/b", "/new/a/b"),
            ("/old/a b%?#[é", "/new/a%20b%25%3F%23%5B%C3%A9"),
            ("/old//evil.example", "/new//evil.example"),
            ("/old/\udcff", "/new/%ED%B3%BF"),
            ("/old", None),
            ("/older/a", None),
            ("/", None),
        ],
    )
    def test_below_a_prefix_the_rest_is_carried_over(self, path: str, location: str | None) -> None:
        """The path is known decoded, and is escaped again."""
        assert location == _leads({"/old/*": "/new/*"}, path)

    def test_a_prefix_can_lead_to_one_address_or_another_host(self) -> None:
        """With and without the rest."""
        assert "/new" == _leads({"/old/*": "/new"}, "/old/a")
        assert "https://new.example/a/b" == _leads({"/old/*": "https://new.example/a/*"}, "/old/b")
        assert "https://new.example/a" == _leads({"/*": "https://new.example/*"}, "/a")

    @pytest.mark.parametrize("rest", ["/evil.example", "//evil.example", "///evil.example/a"])
    def test_no_rest_leads_to_another_host(self, rest: str) -> None:
        """Two slashes at the start would name one (RFC 3986 §4.2)."""
        location = _leads({"/old/*": "/*"}, "/old/" + rest)
        assert location is not None
        assert location.startswith("/evil.example")
        assert "/%5Cevil.example" == _leads({"/old/*": "/*"}, "/old/\\evil.example")

    def test_an_entry_is_known_decoded(self) -> None:
        """However it is written, it is the path that a request has."""
        moved = {"/caf%C3%A9": "/a", "/a%20b": "/b", "/b c": "/d"}
        assert ["/a", "/b", "/d", None] == [_leads(moved, path) for path in ("/café", "/a b", "/b c", "/caf%C3%A9")]

    def test_a_star_that_is_escaped_is_a_star(self) -> None:
        """And no prefix."""
        assert "/a" == _leads({"/x/%2A": "/a"}, "/x/*")
        assert _leads({"/x/%2A": "/a"}, "/x/y") is None

    def test_the_longest_entry_decides_and_a_whole_path_before_all(self) -> None:
        """Whatever their order."""
        moved = {"/a/*": "/short", "/a/b/*": "/long", "/a/b/c": "/whole"}
        found = [_leads(moved, path) for path in ("/a/x", "/a/b/x", "/a/b/c", "/a/b/c/d", "/a/b")]
        assert ["/short", "/long", "/whole", "/long", "/short"] == found


class TestGoneAndBlocked:
    """RFC 9110 §15.5.11 and RFC 7725."""

    def test_what_is_gone_is_410(self) -> None:
        """A path or all below it."""
        addresses = Addresses(gone=["/x", "/y/*"])
        outcomes = [_find(addresses, path) for path in ("/x", "/y/z", "/y", "/x/")]
        assert [410, 410, None, None] == [(isinstance(each, Refused) and each.status) or None for each in outcomes]

    def test_what_is_blocked_says_who_carries_it_out(self) -> None:
        """451 with Link, by an address or beside a text for the visitor."""
        why = {"en": "The court of X demands it.", "zh": "X 法院要求。"}
        addresses = Addresses(blocked={"/a": "https://isp.example/", "/b": "A court.", "/c": Blocked("/about", why)})
        found = [_find(addresses, path) for path in ("/a", "/b", "/c")]
        links = [isinstance(each, Refused) and dict(each.headers).get("Link") for each in found]
        assert ['<https://isp.example/>; rel="blocked-by"', None, '</about>; rel="blocked-by"'] == links
        assert [None, "A court.", why["zh"]] == [isinstance(each, Refused) and each.detail_in("zh") for each in found]
        assert {451} == {isinstance(each, Refused) and each.status for each in found}

    def test_an_address_that_is_in_no_table_is_nobodys_matter(self) -> None:
        """And empty tables are no tables."""
        assert _find(Addresses(), "/") is None
        assert not Addresses()
        assert Addresses(gone=["/x"])
        assert Addresses(gone=["/x/*"])

    def test_the_codes_are_those_that_are_documented(self) -> None:
        """The docs list them."""
        assert {301: "moved", 308: "moved", 410: "gone", 451: "blocked"} == {
            status: table for status, (table, _) in ANSWERS.items()
        }


class TestTrace:
    """Why, for whoever asks."""

    @pytest.mark.parametrize(
        ("path", "reference", "outcome"),
        [
            ("/a", "RFC 9110 §15.4.2", "address-moved"),
            ("/b", "RFC 9110 §15.5.11", "address-gone"),
            ("/c", "RFC 7725 §3", "address-blocked"),
            ("/d", "RFC 9110 §15.4", ""),
        ],
    )
    def test_the_table_is_named(self, path: str, reference: str, outcome: str) -> None:
        """With the sentence behind its code."""
        steps: list[Step] = []
        addresses = Addresses({"/a": "/"}, gone=["/b"], blocked={"/c": "why"})
        addresses.find(Request(method="GET", path=path), trace=steps)
        assert [("driver", "address-is-in-no-table", reference, outcome)] == steps


class TestMistakes:
    """What a visitor would otherwise find."""

    @pytest.mark.parametrize(
        "tables",
        [
            {"moved": {"old": "/new"}},
            {"moved": {"": "/new"}},
            {"moved": {"/old?a": "/new"}},
            {"moved": {"/old#a": "/new"}},
            {"moved": {"/old*": "/new"}},
            {"moved": {"/*/a": "/new"}},
            {"gone": ["/a\n"]},
            {"gone": ["/%00"]},
            {"blocked": {"x": "https://a.example"}},
        ],
    )
    def test_an_entry_must_be_a_path(self, tables: dict[str, Any]) -> None:
        """Without a query, and with a star at the end only."""
        with pytest.raises(MisuseError, match="is no path"):
            Addresses(**tables)

    @pytest.mark.parametrize(
        "target",
        [
            "",
            "new",
            "//new.example/",
            "/\\new.example",
            "https://",
            "https:///a",
            "https://a@b/",
            "ftp://new.example/",
            "javascript:alert(1)",
            "/a b",
            "/a\r\nSet-Cookie: a=b",
            "/a\0",
            "/100%",
            '/"',
            "/<a>",
        ],
    )
    def test_a_target_must_be_an_address(self, target: str) -> None:
        """A path of ours, or http or https with a host."""
        with pytest.raises(MisuseError, match=r"moved: '/old' leads to .* is no address"):
            Addresses({"/old": target})

    @pytest.mark.parametrize("target", ["/a*", "/*/a", "/a?b=/*", "/a#/*", "/a/*/*", "https://new.example*"])
    def test_a_targets_star_stands_at_its_end(self, target: str) -> None:
        """Where the rest of the path can go."""
        with pytest.raises(MisuseError, match="with \\* inside"):
            Addresses({"/old/*": target})

    def test_one_address_cannot_move_to_many(self) -> None:
        """There is no rest to carry over."""
        with pytest.raises(MisuseError, match="'/old' is one address, its target many"):
            Addresses({"/old": "/new/*"})

    def test_an_entry_stands_in_one_table(self) -> None:
        """However it is written."""
        with pytest.raises(MisuseError, match="gone: '/%61' is in the tables already"):
            Addresses({"/a": "/b"}, gone=["/%61"])
        with pytest.raises(MisuseError, match="blocked: '/a/\\*' is in the tables already"):
            Addresses(gone=["/a/*"], blocked={"/a/*": "why"})
        assert Addresses({"/a": "/b"}, gone=["/a/*"])

    def test_a_block_needs_an_address_for_its_link(self) -> None:
        """A text belongs into the detail."""
        with pytest.raises(MisuseError, match="'a court' is no address"):
            Addresses(blocked={"/a": Blocked(by="a court")})

    def test_one_text_is_not_a_list_of_entries(self) -> None:
        """Its letters are none."""
        with pytest.raises(MisuseError, match="gone: '/x' is one entry"):
            Addresses(gone="/x")

    def test_hosts_are_hosts(self) -> None:
        """Not addresses."""
        with pytest.raises(MisuseError, match=r"'https://a\.example' is no host"):
            Addresses(hosts=["https://a.example"])

    @pytest.mark.parametrize(
        ("moved", "entry"),
        [
            ({"/a": "/a"}, "/a"),
            ({"/a": "/b", "/b": "/a"}, "/a"),
            ({"/x": "/a", "/a": "/b", "/b": "/a"}, "/x"),
            ({"/a": "/%61?b"}, "/a"),
            ({"/a/*": "/a/b/*"}, r"/a/\*"),
            ({"/a/*": "/b/*", "/b/*": "/a/*"}, r"/a/\*"),
            ({"/a/*": "/a/"}, r"/a/\*"),
            ({"/*": "/x"}, r"/\*"),
            ({"/a/*": "/b/*", "/b/q": "/a/q"}, "/b/q"),
            ({"/a": "https://www.example.org:443/a"}, "/a"),
            ({"/": "https://WWW.example.org"}, "/"),
            ({f"/{number}": f"/{number + 1}" for number in range(MOST_HOPS + 1)}, "/0"),
        ],
    )
    def test_moves_that_never_end_are_refused_at_the_start(self, moved: dict[str, str], entry: str) -> None:
        """The entry is named, also where the way leads over our own host's full address."""
        with pytest.raises(MisuseError, match=f"moved: from '{entry}' the moves lead round"):
            Addresses(moved, hosts=["www.example.org"])

    @pytest.mark.parametrize(
        "moved",
        [
            {f"/{number}": f"/{number + 1}" for number in range(MOST_HOPS)},
            {"/a": "https://elsewhere.example/a"},
            {"/a": "https://www.example.org:8443/a"},
            {"/a/a/*": "/a/*"},
            {"/a/*": "/b"},
            {"/a": "/a/b"},
            {"/a/*": "/a"},
        ],
    )
    def test_moves_that_end_are_not(self, moved: dict[str, str]) -> None:
        """A few in a row are allowed."""
        assert Addresses(moved, hosts=["www.example.org"])


TABLES = Addresses(
    {"/old": "/new", "/a/*": "/*", "/b/*": "https://b.example/*", "/c": "/d?e#f", "/a/b/*": "/x"},
    gone=["/gone", "/g/*"],
    blocked={"/blocked": "https://isp.example/"},
)


@given(
    st.one_of(st.text(), st.tuples(st.sampled_from(["/a/", "/b/", "/a/b/", "/g/"]), st.text()).map("".join)),
    st.one_of(st.text(), st.binary().map(lambda octets: octets.decode("latin-1"))),
    st.sampled_from(["GET", "POST"]),
)
def test_any_path_and_query_get_an_address_that_can_be_sent(path: str, query: str, method: str) -> None:
    """The promise: never an exception, and a Location that is ASCII and leads where the table says."""
    found = TABLES.find(Request(method=method, path=path, query=query))
    if isinstance(found, Response):
        location = found.get("Location") or ""
        assert location.isascii()
        assert location.isprintable()
        assert not set(location) & set(' "<>\\^`{|}')
        assert location.startswith("https://b.example/") or (location[0] == "/" and location[1:2] not in ("/", "\\"))
    assert found is None or found.status in ANSWERS
