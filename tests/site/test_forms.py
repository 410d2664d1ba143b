"""What a form may look like, and that nothing else than a refusal comes of anything else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import Refused
from hardtack.message import Headers, Request
from hardtack.site import forms

FORM = "application/x-www-form-urlencoded"


def sent(body: bytes, content_type: str | None = FORM, **fields: str) -> Request:
    """Return a POST request with *body*."""
    named = [("content-type", content_type)] if content_type is not None else []
    more = [(name.replace("_", "-"), value) for name, value in fields.items()]
    return Request(method="POST", path="/", headers=Headers([*named, *more]), body=body)


def outcome(request: Request) -> str | int:
    """Return the kind of form that *request* is when every field has been read, or the status of the refusal."""
    try:
        form = forms.read(request)
        for name in form.fields:
            form.get(name)
    except Refused as error:
        return error.status
    return form.kind


class TestURLEncoded:
    """Forms as browsers send them."""

    def test_fields_are_read_as_typed(self) -> None:
        """Spaces, plus signs, non-ASCII letters and empty values survive."""
        form = forms.read(sent(b"username=%E8%88%B9+a%2Bb&password=+&next="))

        assert ("form", {"username": "船 a+b", "password": " ", "next": ""}) == (form.kind, dict(form.fields))

    @pytest.mark.parametrize("content_type", [f"{FORM}; charset=UTF-8", FORM.upper(), f' {FORM} ;charset="utf-8"'])
    def test_the_media_type_is_compared_without_case_and_parameters(self, content_type: str) -> None:
        """Media types are case-insensitive (RFC 9110 §8.3.1)."""
        assert "b" == forms.read(sent(b"a=b", content_type)).get("a")

    @pytest.mark.parametrize(
        "body",
        [
            b"a",
            b"a=b&&c=d",
            b"a=b&",
            b"%ff=a",
            b"%=a",
            b"&".join(b"f%d=x" % number for number in range(forms.MOST_FIELDS + 1)),
            b"\x00\x01\x02",
        ],
    )
    def test_a_malformed_form_is_400(self, body: bytes) -> None:
        """Damaged or too much: nobody guesses what was meant."""
        with pytest.raises(Refused) as caught:
            forms.read(sent(body))

        assert 400 == caught.value.status

    @pytest.mark.parametrize("value", [b"%", b"%zz", b"%e", b"%ff", b"\xff", b"%ed%a0%80", b"1&a=2", b"%ff&a=2&a=%"])
    def test_a_damaged_field_is_422_with_its_name(self, value: bytes) -> None:
        """No text in UTF-8, or there twice: told at the field, and the others are what they are."""
        form = forms.read(sent(b"b=c&a=" + value))

        for ask in (form.get, form.chosen, lambda name: form.require(("b", name))):
            with pytest.raises(Refused) as caught:
                ask("a")
            assert (422, ["a"], {"en", "zh"}) == (
                caught.value.status,
                list(caught.value.fields),
                set(caught.value.fields["a"]),
            )
        assert ("c", "c", "", True, False) == (form.get("b"), form.said("b"), form.said("a"), "a" in form, "d" in form)
        assert "a" not in form.fields


class TestJSON:
    """Objects as scripts send them."""

    def test_an_object_is_read(self) -> None:
        """Members become fields."""
        form = forms.read(sent('{"username": "船", "password": "p"}'.encode(), "application/json"))

        assert ("json", "船", "p") == (form.kind, form.get("username"), form.get("password"))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b'["a", "b"]',
            b'[["username", "a"]]',
            b'"text"',
            b"null",
            b'{"a": NaN}',
            b'{"a": Infinity}',
            b'{"a": "\xff"}',
            '{"a": "b"}'.encode("utf-16"),
            b"\xef\xbb\xbf{}",
            b"[" * 100_000,
            b'{"a":' * 100_000,
            json.dumps({str(number): "" for number in range(forms.MOST_FIELDS + 1)}).encode(),
        ],
    )
    def test_malformed_json_is_400(self, body: bytes) -> None:
        """Damaged, too deep or no object."""
        with pytest.raises(Refused) as caught:
            forms.read(sent(body, "application/json"))

        assert 400 == caught.value.status

    @pytest.mark.parametrize("value", ["5", "true", "null", '["a"]', '{"a": "b"}', r'"\ud800"'])
    def test_a_field_that_is_no_text_is_422_with_its_name(self, value: str) -> None:
        """A lone surrogate is no text either: it has no bytes to hash or store."""
        form = forms.read(sent(f'{{"username": {value}, "other": 1}}'.encode(), "application/json"))

        with pytest.raises(Refused) as caught:
            form.get("username")

        assert (422, ["username"]) == (caught.value.status, list(caught.value.fields))

    def test_a_member_that_came_twice_is_422_with_its_name(self) -> None:
        """Two readers of one request must not see two values, and nobody is asked to guess."""
        form = forms.read(sent(b'{"a": "b", "c": 1, "a": "b"}', "application/json"))

        with pytest.raises(Refused) as caught:
            form.require(("a", "c"))
        assert (422, ["a", "c"]) == (caught.value.status, list(caught.value.fields))
        assert ("", "") == (form.said("a"), form.said("c"))

    def test_what_no_page_asks_for_may_be_anything(self) -> None:
        """A member that nobody reads does no harm."""
        form = forms.read(sent(b'{"username": "a", "administrator": true}', "application/json"))

        assert "a" == form.get("username")


class TestOtherContent:
    """Neither a form nor JSON."""

    @pytest.mark.asvs("3.5.2")
    @pytest.mark.parametrize(
        "request_",
        [
            sent(b"a=b", "text/plain"),
            sent(b"a=b", "multipart/form-data; boundary=x"),
            sent(b"a=b", None),
            sent(b"a=b", "nonsense"),
            sent(b"a=b", f"{FORM}; charset=gbk"),
            sent(b"a=b", content_encoding="gzip"),
        ],
    )
    def test_another_type_charset_or_coding_is_415(self, request_: Request) -> None:
        """What is not understood is not guessed at."""
        with pytest.raises(Refused) as caught:
            forms.read(request_)

        assert 415 == caught.value.status

    def test_no_content_is_an_empty_form(self) -> None:
        """A script may sign out without sending anything."""
        assert "none" == forms.read(sent(b"", None)).kind


class TestRequire:
    """Fields that must be there."""

    def test_every_missing_field_is_named_in_both_languages(self) -> None:
        """All at once, so that nobody corrects one after the other."""
        with pytest.raises(Refused) as caught:
            forms.read(sent(b"username=")).require(("username", "password", "code"))

        assert (422, ["username", "password", "code"]) == (caught.value.status, list(caught.value.fields))
        assert all({"en", "zh"} == set(text) for text in caught.value.fields.values())

    def test_a_filled_form_passes(self) -> None:
        """Nothing is raised for what is there."""
        forms.read(sent(b"username=a&password=b")).require(("username", "password"))


def test_a_form_does_not_show_its_values() -> None:
    """Representations end up in logs, and one field is a password."""
    assert "hunter2" not in repr(forms.read(sent(b"password=hunter2")))


@given(st.binary(max_size=200), st.sampled_from([FORM, "application/json", "text/plain", "", None]))
def test_any_bytes_are_a_form_or_refused(body: bytes, content_type: str | None) -> None:
    """The promise of ``read``: a form, or a refusal of 400 or 415, never anything else."""
    assert outcome(sent(body, content_type)) in ("form", "json", "none", 400, 415, 422)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_a_form_or_refused(value: object) -> None:
    """The same for well-formed JSON of any shape, and each field is text or refused."""
    assert outcome(sent(json.dumps(value).encode(), "application/json")) in ("json", 400, 422)


@given(st.text())
def test_any_query_is_read_without_an_exception(text: str) -> None:
    """The promise of ``query``: a mapping, whatever came."""
    assert isinstance(forms.query(Request(method="GET", path="/", query=text)), dict)


def test_a_query_field_that_came_twice_counts_as_none() -> None:
    """Two readers of one address must not see two values."""
    assert {} == forms.query(Request(method="GET", path="/", query="next=/a&next=/b"))
    assert {"next": "/a"} == forms.query(Request(method="GET", path="/", query="next=/a"))
