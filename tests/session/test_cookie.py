"""The Cookie and Set-Cookie fields."""

from __future__ import annotations

import http.cookies
import string
import urllib.parse
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.http import dump_cookie, parse_cookie

from hardtack.errors import MisuseError
from hardtack.session import CookieTooLarge
from hardtack.session.cookie import (
    MAX_LIFETIME,
    decode_value,
    dump,
    encode_value,
    find,
    find_last,
    is_name,
    join,
    pairs,
    parse,
)

TOKEN = "!#$%&'*+-.^_`|~" + string.digits + string.ascii_letters
OCTETS = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '",;\\')

ANYTHING = st.text(st.characters(exclude_categories=()))
# Text in which names, separators and white space meet often.
COOKIE_LIKE = st.lists(st.sampled_from(["a", "ab", "=", ";", " ", "\t", "; ", '"', "b", "\x00", "é", "a=1"])).map(
    "".join
)
NAMES = st.text(TOKEN, min_size=1, max_size=20)
VALUES = st.text(OCTETS, max_size=40)


class TestParse:
    """Reading a Cookie field."""

    @pytest.mark.parametrize(
        ("header", "expected"),
        [
            ("", {}),
            ("a=1", {"a": "1"}),
            ("a=1; b=2", {"a": "1", "b": "2"}),
            ("a=1;b=2", {"a": "1", "b": "2"}),
            (" a = 1 ;\tb\t=\t2\t", {"a": "1", "b": "2"}),
            ("a=1;; ;b=2;", {"a": "1", "b": "2"}),
            ("a=x=y=", {"a": "x=y="}),
            ("a=", {"a": ""}),
            ('a="1 2"', {"a": '"1 2"'}),
            ("a=%41%20", {"a": "%41%20"}),
            ("a=1, b=2", {"a": "1, b=2"}),
            ("flag", {"": "flag"}),
            ("=x", {"": "x"}),
            ("=", {}),
            ("A=1; a=2", {"A": "1", "a": "2"}),
            ("a=1; a=2", {"a": "1"}),
            ("a=\x00\r\n", {"a": "\x00\r\n"}),
            ("Xa=1X; X", {"Xa": "1X", "": "X"}),
            ("\x0ca=1; \x0cb", {"\x0ca": "1", "": "\x0cb"}),
            ("é=ü", {"é": "ü"}),
            ("__Host-a=1; __host-a=2", {"__Host-a": "1", "__host-a": "2"}),
        ],
    )
    def test_pairs_are_taken_as_they_are(self, header: str, expected: dict[str, str]) -> None:
        """Nothing is decoded, quotes belong to the value, and the first of several is the one in the mapping."""
        assert parse(header) == expected

    def test_of_several_cookies_with_one_name_every_one_is_found(self) -> None:
        """Who must trust a cookie sees that there are two, in the order sent."""
        assert find("a=1; b=2; a=3;a=4", "a") == ["1", "3", "4"]
        assert pairs("a=1; b=2; a=3") == [("a", "1"), ("b", "2"), ("a", "3")]

    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("a=1\x0c", "1\x0c"),
            ("b=1;a=2\x0c", "2\x0c"),
            ("a =1", "1"),
            (" a=1", "1"),
            ("a=X", "X"),
            ("b=a; \ta \t= 1\t", "1"),
        ],
    )
    def test_only_spaces_and_tabs_are_taken_off(self, header: str, value: str) -> None:
        """Wherever they stand, and no other white space."""
        assert find(header, "a") == [value]

    @pytest.mark.parametrize(
        "header",
        ["xa=1", "x-a=1", "b=a=1", "a", "ab=1", "aa=1", "b=; xa=1", "", "=a=1", "a b=1", "a\x0c=1", "\x0ca=1"],
    )
    def test_a_name_inside_of_something_else_is_not_found(self, header: str) -> None:
        """Only a whole name at the beginning of a pair counts."""
        assert find(header, "a") == []

    def test_no_cookie_has_the_empty_name_for_find(self) -> None:
        """A cookie without a name can be listed, but not be asked for."""
        assert find("=1; 2", "") == []
        assert pairs("=1; 2") == [("", "1"), ("", "2")]

    @given(header=ANYTHING | COOKIE_LIKE, name=NAMES | st.sampled_from(["a", "ab", "b"]))
    @example(header="a\x00=1", name="a")
    def test_any_text_is_read(self, header: str, name: str) -> None:
        """The promise: whatever comes, all three return, and they agree with each other."""
        listed = pairs(header)
        assert find(header, name) == [value for key, value in listed if key == name]
        assert parse(header) == dict(reversed(listed))

    @given(header=ANYTHING | COOKIE_LIKE, name=NAMES | st.sampled_from(["a", "ab", "b"]))
    @example(header="b=1; a=2; c=3", name="a")
    @example(header="; a= 2\t", name="a")
    @example(header="b=1; a=2;a=3", name="a")
    @example(header="ab; a=2", name="a")
    def test_what_is_found_in_its_usual_place_is_the_only_one(self, header: str, name: str) -> None:
        """The quickest way says a value only where the others agree, and else nothing."""
        value = find_last(header, name, f"; {name}=")
        assert value is None or [value] == find(header, name)

    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("b=1; a=2", "2"),
            ("b=1; a=2; c=3", "2"),
            ("b=1; a=2a", "2a"),
            ("b=1; a=2\x0c", "2\x0c"),
            ("b=1; a=2; c=a", None),
            ("; a= 2\t", "2"),
            ("a=2", None),
            ("a=1; a=2", None),
            ("b;a=2", None),
        ],
    )
    def test_the_usual_place_is_behind_another_cookie(self, header: str, value: str | None) -> None:
        """Alone, and after a semicolon and a space, as browsers write it."""
        assert value == find_last(header, "a", "; a=")

    def test_a_long_header_full_of_the_name_is_read_in_linear_time(self) -> None:
        """Junk made for the search costs no more than other junk: a million repetitions end at once."""
        assert find("a" * 1_000_000, "a") == []
        assert len(find("a; " * 100_000 + "a=1", "a")) == 1
        assert find(";" + " " * 1_000_000 + "a=1", "a") == ["1"]

    @given(cookies=st.dictionaries(NAMES, VALUES))
    def test_werkzeug_reads_the_same(self, cookies: dict[str, str]) -> None:
        """What browsers send is read as Werkzeug reads it; it only takes quotes off, which there are none of here."""
        header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        assert parse(header) == parse_cookie(header).to_dict() == cookies


class Counted(str):
    """Text that counts the characters which each of its methods has to look at or to copy."""

    __slots__ = ()
    looked_at = 0

    @classmethod
    def made(cls, text: str) -> Counted:
        """Count the copying of *text*."""
        Counted.looked_at += len(text) + 1
        return cls(text)

    def find(self, sub: str, *bounds: Any) -> int:
        """Count up to the place found."""
        at = super().find(sub, *bounds)
        Counted.looked_at += (len(self) if at < 0 else at + len(sub)) - (bounds[0] if bounds else 0)
        return at

    def partition(self, sep: str) -> tuple[str, str, str]:
        """Count all of it, since all is copied."""
        before, there, after = super().partition(sep)
        return self.made(before), there, self.made(after)

    def split(self, *arguments: Any) -> list[str]:
        """Count all of it."""
        return [self.made(part) for part in super().split(*arguments)]

    def strip(self, characters: str | None = None) -> str:
        """Count all of it."""
        Counted.looked_at += len(self)
        return self.made(super().strip(characters))

    def lstrip(self, characters: str | None = None) -> str:
        """Count all of it."""
        Counted.looked_at += len(self)
        return self.made(super().lstrip(characters))

    def __getitem__(self, key: Any) -> str:
        """Count what is copied."""
        return self.made(super().__getitem__(key))

    def __contains__(self, item: object) -> bool:
        """Count up to the place found."""
        return isinstance(item, str) and self.find(item) >= 0


class TestWork:
    """Reading costs no more than the length of what is read, counted rather than timed."""

    @pytest.mark.parametrize(
        "read", [parse, pairs, lambda header: find(header, "aa"), lambda header: find(header, "a")]
    )
    @pytest.mark.parametrize(
        "unit",
        [
            "a",
            "aa",
            "a;",
            "a; ",
            ";",
            "; ;",
            " ",
            "=",
            "a=",
            ";=",
            "a=a;",
            "a =",
            "; a",
            " a",
            "a\t",
            "aa = a;",
            '"',
            "b;aa",
        ],
    )
    @pytest.mark.parametrize(("start", "end"), [("", ""), ("a=", "; a=1"), ("a", "=a"), (";", "aa=1")])
    def test_twice_the_length_is_at_most_twice_the_work(
        self, read: Callable[[str], Any], unit: str, start: str, end: str
    ) -> None:
        """For junk of every kind that the code has a branch for, no character is looked at more than a few times."""
        work = []
        for times in (200, 400, 800, 1600):
            header = Counted(start + unit * times + end)
            Counted.looked_at = 0
            read(header)
            work.append(Counted.looked_at)
            assert 0 < Counted.looked_at <= 16 * len(header) + 16
        for shorter, longer in pairwise(work):
            assert longer <= 2 * shorter + 16


class TestJoin:
    """Several Cookie fields."""

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [([], ""), (["a=1"], "a=1"), (["a=1", "b=2; c=3"], "a=1; b=2; c=3"), (["", "a=1;", ""], "a=1;")],
    )
    def test_they_become_one(self, fields: list[str], expected: str) -> None:
        """As RFC 9113 says: with a semicolon and a space; empty ones leave nothing behind."""
        assert join(fields) == expected

    @given(fields=st.lists(ANYTHING | COOKIE_LIKE))
    def test_nothing_is_lost_and_nothing_runs_together(self, fields: list[str]) -> None:
        """The cookies of the whole are those of the parts, whatever the parts are."""
        assert pairs(join(fields)) == [pair for field in fields for pair in pairs(field)]


class TestNeighbours:
    """No cookie of somebody else hides ours."""

    @given(before=st.lists(ANYTHING | COOKIE_LIKE), after=st.lists(ANYTHING | COOKIE_LIKE))
    @example(before=['x="'], after=['"'])
    @example(before=["x=a,b", "$Version=1"], after=["x=\\"])
    @example(before=["x=%00%FF", "é=\x00"], after=["=", "=="])
    def test_ours_is_found_among_anything(self, before: list[str], after: list[str]) -> None:
        """An open quote, a control, a comma or another script ends with its pair."""
        header = "; ".join([*before, "__Host-hardtack=1", *after])
        assert "1" in find(header, "__Host-hardtack")
        assert "__Host-hardtack" in parse(header)
        assert "__Host-hardtack" in parse(header, encoded={"__Host-hardtack"})


class TestText:
    """Text of any kind in a value."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("", ""),
            ("plain-1.2~x", "plain-1.2~x"),
            ("a b;c,d", "a%20b%3Bc%2Cd"),
            ('"quoted"', "%22quoted%22"),
            ("100 %", "100%20%25"),
            ("back\\slash", "back%5Cslash"),
            ("饼干", "%E9%A5%BC%E5%B9%B2"),
            ("\r\n\x00\x7f", "%0D%0A%00%7F"),
            ("🍪", "%F0%9F%8D%AA"),
            ("=#'!", "=#'!"),
        ],
    )
    def test_it_is_written_as_percent_encoded_utf_8(self, text: str, value: str) -> None:
        """What may stand in a value stays, so that most values read as they are; the rest is escaped."""
        assert encode_value(text) == value
        assert decode_value(value) == text

    @given(text=st.text(), before=st.lists(st.sampled_from(["x=1", "x=%", '"', "our2=1", "", "="])).map("; ".join))
    def test_any_text_comes_back_whole(self, text: str, before: str) -> None:
        """Through ``dump``, a browser that sends the pair back, and ``parse``, beside whatever else there is."""
        field = dump("our", encode_value(text))
        assert parse(f"{before}; {field}", encoded={"our"})["our"] == text
        assert decode_value(find(f"{before}; {field}", "our")[0]) == text
        assert urllib.parse.unquote(field.removeprefix("our=")) == text

    @pytest.mark.parametrize(
        "value", ["%", "%4", "%4g", "%+4", "%FF", "%C0%80", "%ED%A0%80", "é", "a b", '"a"', "a%\n20"]
    )
    def test_what_is_no_text_decodes_to_nothing(self, value: str) -> None:
        """Cut off, outside of the grammar, overlong, half of a surrogate pair, or raw: ``None``, not a guess."""
        assert decode_value(value) is None

    @given(value=ANYTHING | st.text("%0aFfC3é", max_size=9))
    def test_any_value_is_decoded_or_is_nothing(self, value: str) -> None:
        """The promise: it returns for any string."""
        text = decode_value(value)
        assert text is None or decode_value(encode_value(text)) == text

    def test_escapes_that_others_write_are_read(self) -> None:
        """Small digits and needless escapes, as scripts in the browser may make them."""
        assert decode_value("%e9%a5%bc%61") == "饼a"

    def test_only_the_named_cookies_are_decoded(self) -> None:
        """A neighbour's percent sign means what the neighbour says; a broken one of our name does not hide ours."""
        header = "x=%41; our=%; our=%41; our=%42"
        assert parse(header) == {"x": "%41", "our": "%"}
        assert parse(header, encoded={"our"}) == {"x": "%41", "our": "A"}
        assert parse("our=%FF", encoded={"our"}) == {}

    def test_a_lone_surrogate_is_no_text(self) -> None:
        """There is no UTF-8 for it, so it is refused when it is put in."""
        with pytest.raises(MisuseError, match="lone surrogate"):
            encode_value("a\ud800")


class TestDump:
    """Writing a Set-Cookie field."""

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({}, "a=1"),
            ({"path": "/"}, "a=1; Path=/"),
            ({"path": "/x/%20/.a/..b/$@[~]"}, "a=1; Path=/x/%20/.a/..b/$@[~]"),
            ({"domain": "example.org"}, "a=1; Domain=example.org"),
            ({"domain": "127.0.0.1"}, "a=1; Domain=127.0.0.1"),
            ({"domain": "xn--fiqs8s"}, "a=1; Domain=xn--fiqs8s"),
            ({"domain": "1e3.x1"}, "a=1; Domain=1e3.x1"),
            ({"domain": "Example.ORG"}, "a=1; Domain=Example.ORG"),
            ({"max_age": 1}, "a=1; Max-Age=1"),
            ({"max_age": 400 * 86_400}, "a=1; Max-Age=34560000"),
            ({"expires": 0}, "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
            ({"secure": True}, "a=1; Secure"),
            ({"httponly": True}, "a=1; HttpOnly"),
            ({"samesite": "lax"}, "a=1; SameSite=Lax"),
            ({"samesite": "Strict"}, "a=1; SameSite=Strict"),
            ({"samesite": "None", "secure": True}, "a=1; Secure; SameSite=None"),
            ({"partitioned": True, "secure": True}, "a=1; Secure; Partitioned"),
            (
                {
                    "domain": "example.org",
                    "path": "/",
                    "max_age": 60,
                    "expires": 1,
                    "secure": True,
                    "httponly": True,
                    "samesite": "Lax",
                    "partitioned": True,
                },
                (
                    "a=1; Domain=example.org; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Secure; "
                    "HttpOnly; SameSite=Lax; Partitioned"
                ),
            ),
        ],
    )
    def test_each_attribute_is_written(self, options: dict[str, Any], expected: str) -> None:
        """Names are spelled as RFC 6265bis spells them, in one order."""
        assert dump("a", "1", **options) == expected

    @pytest.mark.parametrize(
        "name", ["", " ", "a b", "a;b", "a=b", "a,b", 'a"', "a\n", "a\x00", "é", "a(", "a/b", "[a]", None]
    )
    def test_a_name_that_is_no_token_is_refused(self, name: Any) -> None:
        """Cookies without a name and with separators, spaces, controls or other scripts in it do not get out."""
        with pytest.raises(MisuseError, match="name of a cookie"):
            dump(name, "1")

    @pytest.mark.parametrize(
        "value", [" ", "a b", "a;b", "a,b", "a\\b", '"', 'a"b', '"a', '"a b"', "a\r\nb", "a\x7f", "é", b"a", None, 1]
    )
    def test_a_value_outside_of_the_grammar_is_refused_and_not_repeated(self, value: Any) -> None:
        """A value is never quoted, escaped or cut; it may be secret, so the error does not show it."""
        with pytest.raises(MisuseError) as error:
            dump("a", value)
        assert error.value.problem.startswith("a cookie's value must be printable ASCII")

    @pytest.mark.parametrize("value", ["", '""', '"a=b"', OCTETS])
    def test_a_value_of_the_grammar_is_taken(self, value: str) -> None:
        """Empty, quoted as a whole, and every octet that is allowed."""
        assert dump("a", value) == f"a={value}"

    @pytest.mark.parametrize(
        "path", ["", "x", " /", "/a;b", "/a\n", "/a\x7f", "/é", "/a ", "/" + "a" * 1024, "; Domain=x", 1]
    )
    def test_a_path_that_browsers_would_take_for_another_is_refused(self, path: Any) -> None:
        """It begins with a slash, ends in no space, holds no semicolon or control, and fits into 1024 octets."""
        with pytest.raises(MisuseError, match="path of a cookie"):
            dump("a", "1", path=path)

    @pytest.mark.parametrize(
        "path",
        ["/a b", "/a?b", "/a#", '/"', "/<", "/>", "/`", "/{", "/}", "/a\\b", "/a/..", "/./a", "/%2e/", "/a/.%2E", "/."],
    )
    def test_a_path_that_no_url_has_is_refused(self, path: str) -> None:
        """Browsers escape these characters and resolve these segments before they compare: no request would match."""
        with pytest.raises(MisuseError, match="path of a cookie"):
            dump("a", "1", path=path)

    def test_a_path_of_1024_octets_is_taken(self) -> None:
        """The limit itself is allowed."""
        assert dump("a", "1", path="/" * 1024).endswith("/" * 1024)

    @pytest.mark.parametrize(
        "domain",
        [
            "",
            ".example.org",
            "example.org.",
            "a..b",
            "-a",
            "a-",
            "a_b",
            "é.org",
            "a b",
            "a;b",
            "[::1]",
            "a:80",
            "a" * 64,
            "a." * 127,
            1,
            "example.7",
            "1.2.3",
            "1.2.3.256",
            "01.2.3.4",
            "7",
            "a.0x1F",
            "a.0x",
        ],
    )
    def test_a_domain_that_is_no_host_name_is_refused(self, domain: Any) -> None:
        """RFC 1123 names only: no dot at the ends, no port, no brackets, no other script, nothing like an address."""
        with pytest.raises(MisuseError, match="domain of a cookie"):
            dump("a", "1", domain=domain)

    @pytest.mark.parametrize("max_age", [0, -1, 1.0, True, "1"])
    def test_a_lifetime_that_is_no_positive_number_is_refused(self, max_age: Any) -> None:
        """The grammar has no Max-Age=0; the error says how to delete a cookie."""
        with pytest.raises(MisuseError, match="expires=0"):
            dump("a", "1", max_age=max_age)

    @pytest.mark.parametrize("max_age", [MAX_LIFETIME + 1, 10**30])
    def test_a_lifetime_that_browsers_cut_short_is_refused(self, max_age: int) -> None:
        """They keep a cookie for 400 days, whatever is asked for."""
        with pytest.raises(MisuseError, match=r"over 400 days, .*\ngive at most 34560000 seconds, and set"):
            dump("a", "1", max_age=max_age)

    def test_a_date_that_browsers_cut_short_is_refused_where_the_time_is_given(self) -> None:
        """Without ``now`` nobody knows how far away a date is; with it the limit itself is allowed."""
        assert dump("a", "1", expires=4_000_000_000) == "a=1; Expires=Tue, 02 Oct 2096 07:06:40 GMT"
        assert dump("a", "1", expires=MAX_LIFETIME + 7, now=7) == "a=1; Expires=Fri, 05 Feb 1971 00:00:07 GMT"
        with pytest.raises(MisuseError, match="over 400 days"):
            dump("a", "1", expires=MAX_LIFETIME + 8, now=7)
        with pytest.raises(MisuseError, match="not a date that a field can have"):
            dump("a", "1", expires="8", now=7)  # type: ignore[arg-type] # it comes from somewhere

    @pytest.mark.parametrize("options", [{"expires": 0}, {"expires": 7, "now": 7}, {"expires": 8, "now": 9}])
    def test_a_deletion_that_browsers_would_not_carry_out_is_refused(self, options: dict[str, Any]) -> None:
        """Of two lifetimes they follow Max-Age, so the cookie would stay."""
        assert "Expires=" in dump("a", "1", **options)
        assert "Max-Age=5" in dump("a", "1", max_age=5, expires=10, now=9)
        with pytest.raises(MisuseError, match="leave max_age out"):
            dump("a", "1", max_age=5, **options)

    @pytest.mark.parametrize("expires", [1.0, "0", True, -11_644_473_601, 253_402_300_800])
    def test_a_date_that_browsers_cannot_read_is_refused(self, expires: Any) -> None:
        """Whole seconds in years of four digits, from 1601 on."""
        with pytest.raises(MisuseError, match="not a date that a field can have"):
            dump("a", "1", expires=expires)

    @pytest.mark.parametrize("samesite", ["", "None;", "lax ", "no", 0])
    def test_an_unknown_samesite_is_refused(self, samesite: Any) -> None:
        """A browser would take it for the default."""
        with pytest.raises(MisuseError, match="not known to browsers"):
            dump("a", "1", samesite=samesite)

    @pytest.mark.parametrize(
        ("options", "what"),
        [
            ({"samesite": "None"}, "cookie with SameSite=None"),
            ({"samesite": "none"}, "cookie with SameSite=None"),
            ({"partitioned": True}, "partitioned cookie"),
        ],
    )
    def test_what_needs_secure_is_refused_without_it(self, options: dict[str, Any], what: str) -> None:
        """Browsers ignore SameSite=None and Partitioned without Secure; the error says which it is."""
        with pytest.raises(MisuseError, match=f"^a {what} must be Secure"):
            dump("a", "1", **options)

    @pytest.mark.asvs("3.3.1")
    @pytest.mark.parametrize(
        "name", ["__Host-a", "__host-a", "__HOST-", "__Secure-a", "__SECURE-a", "__Http-a", "__hTTP-a", "__Host-Http-a"]
    )
    def test_a_prefix_demands_secure(self, name: str) -> None:
        """Browsers compare the prefixes without case."""
        with pytest.raises(MisuseError, match="demands Secure"):
            dump(name, "1", path="/", httponly=True)

    @pytest.mark.parametrize("name", ["__Http-a", "__http-", "__Host-Http-a", "__host-HTTP-a"])
    def test_the_newer_prefixes_demand_httponly(self, name: str) -> None:
        """They say that no script has set the cookie, so that a script must not be able to."""
        with pytest.raises(MisuseError, match="demands HttpOnly"):
            dump(name, "1", path="/", secure=True)

    @pytest.mark.asvs("3.3.3")
    @pytest.mark.parametrize("options", [{}, {"path": "/a"}, {"path": "/", "domain": "example.org"}])
    @pytest.mark.parametrize("name", ["__Host-a", "__hOST-a", "__Host-Http-a", "__HOST-http-a"])
    def test_the_host_prefix_demands_the_whole_host_alone(self, name: str, options: dict[str, Any]) -> None:
        """Path=/ must be there and Domain must not."""
        with pytest.raises(MisuseError, match="belong to its host alone"):
            dump(name, "1", secure=True, httponly=True, **options)

    def test_prefixed_cookies_that_keep_the_rules_are_written(self) -> None:
        """The rules can be met; a name that only resembles a prefix has none."""
        assert dump("__Host-a", "1", path="/", secure=True) == "__Host-a=1; Path=/; Secure"
        assert dump("__Secure-a", "1", domain="a.org", secure=True) == "__Secure-a=1; Domain=a.org; Secure"
        assert dump("__Http-a", "1", secure=True, httponly=True) == "__Http-a=1; Secure; HttpOnly"
        assert (
            dump("__Host-Http-a", "1", path="/", secure=True, httponly=True)
            == "__Host-Http-a=1; Path=/; Secure; HttpOnly"
        )
        assert dump("_Host-a", "1") == "_Host-a=1"
        assert dump("__Hosta", "1") == "__Hosta=1"

    @pytest.mark.asvs("3.3.5")
    def test_name_and_value_fit_into_4096_octets_together(self) -> None:
        """The limit itself is allowed, one octet more is not; attributes do not count."""
        assert len(dump("ab", "1" * 4094, path="/" + "x" * 1000)) > 5000
        with pytest.raises(CookieTooLarge, match="4097 octets"):
            dump("ab", "1" * 4095)

    @given(
        name=ANYTHING | NAMES,
        value=ANYTHING | VALUES,
        path=st.none() | ANYTHING | st.just("/"),
        domain=st.none() | ANYTHING | st.just("example.org"),
        samesite=st.none() | ANYTHING | st.sampled_from(["Lax", "None"]),
        max_age=st.none() | st.integers(),
        expires=st.none() | st.integers(),
        secure=st.booleans(),
    )
    def test_nothing_gets_into_the_field_that_was_not_meant(self, **arguments: Any) -> None:
        """The promise: dump raises MisuseError, or returns exactly the parts that were given, in one line."""
        try:
            field = dump(httponly=True, **arguments)
        except MisuseError:
            return
        assert field.isascii()
        assert field.isprintable()
        pair, *attributes = field.split("; ")
        assert pair == f"{arguments['name']}={arguments['value']}"
        names = [attribute.partition("=")[0] for attribute in attributes]
        given_ones = [arguments[key] for key in ("domain", "path", "max_age", "expires", "samesite")]
        assert names.count("HttpOnly") == 1
        assert len(names) == len(set(names)) == 1 + arguments["secure"] + sum(item is not None for item in given_ones)

    @given(name=NAMES, value=VALUES, max_age=st.integers(1, MAX_LIFETIME), secure=st.booleans())
    def test_the_standard_library_and_werkzeug_read_what_is_written(
        self, name: str, value: str, max_age: int, secure: bool
    ) -> None:
        """Two foreign readers find the name, the value and the attributes."""
        # The standard library keeps the names of attributes and what begins with a dollar sign for itself.
        name = f"x{name}"
        field = dump(name, value, path="/", max_age=max_age, secure=secure)
        morsel = http.cookies.SimpleCookie(field)[name]
        assert (morsel.value, morsel["path"], morsel["max-age"]) == (value, "/", str(max_age))
        assert bool(morsel["secure"]) == secure
        assert parse_cookie(field.partition(";")[0]).to_dict() == {name: value}

    @given(value=VALUES, expires=st.integers(1, 4_000_000_000))
    def test_werkzeug_writes_the_same_attributes(self, value: str, expires: int) -> None:
        """Werkzeug's own writer, another order aside, makes the same of the same arguments."""
        options: dict[str, Any] = {
            "path": "/a",
            "expires": expires,
            "httponly": True,
            "samesite": "Lax",
            "secure": True,
        }
        ours = dump("a", value, domain="example.org", max_age=5, **options).split("; ")
        theirs = dump_cookie("a", value, domain="example.org", max_age=5, max_size=0, **options).split("; ")
        assert sorted(ours) == sorted(theirs)


def test_a_name_is_known() -> None:
    """Others may ask what can be the name of a cookie."""
    assert is_name("a.b-c")
    assert not is_name("a b")
    assert not is_name(None)
