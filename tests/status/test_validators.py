"""Entity tags and their lists, and what is known about a representation."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_etags as werkzeug_parse_etags

from hardtack.errors import MisuseError
from hardtack.message import LAST_DATE
from hardtack.status.validators import ANY, ETag, Validators, etag_of, parse_etag, parse_etags

OPAQUE = st.text(st.sampled_from([chr(octet) for octet in (0x21, *range(0x23, 0x7F), *range(0x80, 0x100))]))
TAGS = st.builds(ETag, OPAQUE, st.booleans())


class TestOneTag:
    """RFC 9110 §8.8.3."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('"xyzzy"', ETag("xyzzy")),
            ('W/"xyzzy"', ETag("xyzzy", weak=True)),
            ('""', ETag("")),
            ('"a,b"', ETag("a,b")),
            ('"\\"', ETag("\\")),
            ('"\xff"', ETag("\xff")),
            (' "x"\t', ETag("x")),
            ("xyzzy", None),
            ('w/"x"', None),
            ('W/ "x"', None),
            ('"a b"', None),
            ('"a"b"', None),
            ('"', None),
            ("", None),
            ("*", None),
            ('"a\x7f"', None),
            ('"\u0100"', None),
            ('"a"\n', None),
            ('"a", "b"', None),
        ],
    )
    def test_a_tag_is_read_to_the_letter(self, text: str, expected: ETag | None) -> None:
        """The weakness mark is case-sensitive, quotes cannot be escaped, and there is no space within."""
        assert parse_etag(text) == expected

    @given(tag=TAGS)
    def test_what_is_written_is_read(self, tag: ETag) -> None:
        """Every tag that the grammar has."""
        assert parse_etag(str(tag)) == tag

    @pytest.mark.parametrize(
        ("one", "other", "strong", "weak"),
        [
            ('W/"1"', 'W/"1"', False, True),
            ('W/"1"', 'W/"2"', False, False),
            ('W/"1"', '"1"', False, True),
            ('"1"', 'W/"1"', False, True),
            ('"1"', '"1"', True, True),
            ('"1"', '"2"', False, False),
        ],
    )
    def test_comparison_is_that_of_the_table(self, one: str, other: str, strong: bool, weak: bool) -> None:
        """RFC 9110 §8.8.3.2, table 3, and both ways round."""
        first, second = parse_etag(one), parse_etag(other)
        assert first is not None
        assert second is not None
        assert first.strong_equals(second) is strong
        assert first.weak_equals(second) is weak

    def test_a_tag_can_be_made_of_the_content(self) -> None:
        """RFC 9110 §8.8.1: a collision-resistant hash is a strong validator."""
        assert str(etag_of(b"")) == '"47DEQpj8HBSa-_TImW-5JA"'
        assert etag_of(b"a") != etag_of(b"b")
        assert len({etag_of(hashlib.sha256(bytes([each])).digest()) for each in range(256)}) == 256
        assert parse_etag(str(etag_of(b"a"))) == etag_of(b"a")


class TestLists:
    """RFC 9110 §5.6.1, §13.1.1 and §13.1.2."""

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ([], None),
            ([""], []),
            ([" \t"], []),
            ([", ,,"], []),
            (["*"], ANY),
            ([" * "], ANY),
            (["*", "*"], ANY),
            (['*, "a"'], ANY),
            (['"a"', "*"], ANY),
            (['"*"'], [ETag("*")]),
            (['"a"'], [ETag("a")]),
            (['"a","b" ,\tW/"c"'], [ETag("a"), ETag("b"), ETag("c", weak=True)]),
            (['"a"', '"b"'], [ETag("a"), ETag("b")]),
            ([',"a",,"b",'], [ETag("a"), ETag("b")]),
            (['"a,b", "c"'], [ETag("a,b"), ETag("c")]),
            (['"a, *", "c"'], [ETag("c")]),
            (["a"], []),
            (['a, "b"'], [ETag("b")]),
            (['"a" "b", "c"'], [ETag("c")]),
            (['"a'], []),
            (['"a, "b"'], [ETag("b")]),
            (['"a\\"b", "c"'], [ETag("c")]),
            (['w/"a", W/"b"'], [ETag("b", weak=True)]),
            (["**"], []),
            (["* *"], []),
        ],
    )
    def test_a_list_is_read_member_by_member(self, values: list[str], expected: Any) -> None:
        """Several fields are one list; what is empty or no tag is passed over; a comma may stand inside a tag."""
        assert parse_etags(values) == expected

    @given(tags=st.lists(st.lists(TAGS, min_size=1, max_size=4), min_size=1, max_size=4))
    def test_what_is_written_is_read(self, tags: list[list[ETag]]) -> None:
        """In any number of fields."""
        assert parse_etags([", ".join(map(str, field)) for field in tags]) == [tag for field in tags for tag in field]

    @given(tags=st.lists(TAGS.filter(lambda tag: tag.opaque), min_size=1, max_size=5))
    def test_werkzeug_reads_the_same(self, tags: list[ETag]) -> None:
        """A foreign reader, on whatever the grammar can write; but it takes the tag ``""`` for none."""
        theirs = werkzeug_parse_etags(", ".join(map(str, tags)))
        assert {tag.opaque for tag in tags if not tag.weak} == set(theirs.as_set())
        assert {tag.opaque for tag in tags} == set(theirs.as_set(include_weak=True))

    @given(values=st.lists(st.text(st.sampled_from('"*,aW/ \t\x00\\\xff')), max_size=4))
    def test_any_text_is_a_list(self, values: list[str]) -> None:
        """The promise of the parser: and every member is in the text."""
        found = parse_etags(values)
        assert (found is None) is (values == [])
        if isinstance(found, list):
            assert all(str(tag) in ",".join(values) for tag in found)

    @pytest.mark.parametrize("piece", ['"a", ', '"', '",', "*,", " ", "\t,", 'W/"', '"a" ', ",", "W/"])
    def test_a_megabyte_is_read(self, piece: str) -> None:
        """In linear time; were it quadratic, the test would not end."""
        parse_etags([piece * (1_000_000 // len(piece)) + "x"])


class TestValidators:
    """What a route says about the representation."""

    def test_a_tag_or_a_time_says_that_there_is_something(self) -> None:
        """Otherwise nothing is known unless it is said."""
        assert Validators().exists is None
        assert Validators(exists=False).exists is False
        assert Validators(etag=ETag("a")).exists is True
        assert Validators(last_modified=0).exists is True

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"etag": ETag('a"b')}, "cannot be an entity tag"),
            ({"etag": ETag("a b")}, "cannot be an entity tag"),
            ({"etag": ETag("日")}, "cannot be an entity tag"),
            ({"last_modified": LAST_DATE + 1}, "not a date"),
            ({"last_modified": 1.5}, "not a date"),
            ({"exists": False, "etag": ETag("a")}, "neither a tag nor a time"),
            ({"exists": False, "last_modified": 1}, "neither a tag nor a time"),
        ],
    )
    def test_what_no_field_can_carry_is_the_programmers_mistake(self, arguments: dict[str, Any], message: str) -> None:
        """It is raised where it is written, so that no answer fails on it later."""
        with pytest.raises(MisuseError, match=message):
            Validators(**arguments)
