"""What a visitor sent in a form: a flat mapping of names to texts, out of a urlencoded form or a JSON object.

The promise of :func:`read`: it returns a form, or raises a ``Refused`` of 400 or 415, never anything else,
whatever bytes came. Wrong media type or coding is 415, content that is not what its type says 400. A page then takes
the fields that it names and no others, so nobody can assign more than was asked. One that it names is 422, with the
field named, if it is missing, no text in UTF-8, or there twice: two readers of one request must not see two different
values, so nobody sees either (WHATWG URL §5.1; RFC 8259 §4; RFC 9110 §15.5.21). A NUL, which nobody types and which
ends a text for some readers and not for others, is no character of any field but a password's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, unquote_to_bytes

from hardtack.message import Request
from hardtack.site.texts import OURS, Texts
from hardtack.status import BadRequest, UnprocessableContent, UnsupportedMediaType

MOST_FIELDS = 32
"""More fields than any form of ours has."""

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

AS_TYPED = frozenset({"password", "new_password"})
"""Fields whose every character counts, NUL too (ASVS 6.2.8)."""

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)"?', re.IGNORECASE)

_ASK = {
    "username": "form.username_missing",
    "password": "form.password_missing",
    "email": "form.email_missing",
}
"""What a missing field is told, by its name; every other one gets ``form.field_missing``."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one form, by name.

    Args:
        kind: how it came: ``form``, ``json``, or ``none`` for a request without content.
        fields: the values as typed; not shown in representations, since one of them is a password.
        texts: the words for what is wrong with it.
        faults: what is wrong with fields that nobody is to use, as ids of texts, by name.
    """

    kind: Literal["form", "json", "none"] = "none"
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    texts: Texts = field(default=OURS, repr=False)
    faults: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        """Return whether *name* was sent, in whatever state."""
        return name in self.fields or name in self.faults

    def get(self, name: str, default: str = "") -> str:
        """Return the value of *name*, or *default* if it was not sent.

        Raises:
            UnprocessableContent: it came twice, or is no text.
        """
        if name in self.faults:
            raise self._wrong("field-is-damaged", {name: self.faults[name]})
        value = self.fields.get(name, default)
        if not _is_text(value):
            raise self._wrong("field-is-no-text", {name: "form.not_text"})
        return cast("str", value)

    def said(self, name: str) -> str:
        """Return what comes back in the field *name* of a form that is shown again; ``""`` for what is no text."""
        value = self.fields.get(name, "")
        return value if _is_text(value) else ""

    def chosen(self, name: str) -> bool:
        """Return whether the box *name* was ticked: sent at all in a form, ``true`` in JSON.

        Raises:
            UnprocessableContent: it came twice, or is a JSON member that is neither true nor false.
        """
        if name in self.faults:
            raise self._wrong("field-is-damaged", {name: self.faults[name]})
        value = self.fields.get(name, False)
        if self.kind == "form":
            return name in self.fields
        if not isinstance(value, bool):
            raise self._wrong("field-is-no-choice", {name: "form.not_choice"})
        return value

    def require(self, names: Iterable[str]) -> None:
        """Refuse the form unless each of *names* was filled in.

        Raises:
            UnprocessableContent: naming every field that is missing, empty, there twice or no text.
        """
        wrong: dict[str, str] = {}
        for name in names:
            value = self.fields.get(name, "")
            if name in self.faults:
                wrong[name] = self.faults[name]
            elif not _is_text(value):
                wrong[name] = "form.not_text"
            elif not value:
                wrong[name] = _ASK.get(name, "form.field_missing")
        if wrong:
            raise self._wrong("field-missing", wrong)

    def _wrong(self, reason: str, fields: Mapping[str, str]) -> UnprocessableContent:
        both = self.texts.both
        told = {name: both(identifier) for name, identifier in fields.items()}
        return UnprocessableContent(both("form.incomplete"), reason=reason, fields=told)


def media_type(request: Request) -> str:
    """Return the media type of the request's content without parameters, in lower case; ``""`` if none is named."""
    return (request.headers.get("content-type") or "").partition(";")[0].strip().lower()


def read(request: Request, texts: Texts = OURS) -> Form:
    """Return the form in *request*.

    Args:
        request: the request with its content.
        texts: the words for what is wrong.

    Raises:
        BadRequest: the content is not what its type says.
        UnsupportedMediaType: neither a form nor JSON, or in an encoding other than UTF-8.
    """
    kind = media_type(request)
    if not request.body and kind not in (FORM, JSON):
        return Form(texts=texts)
    _check_coding(request, texts)
    try:
        if kind == FORM:
            return _form("form", _urlencoded(request.body), texts)
        if kind == JSON:
            return _form("json", _json(request.body), texts)
    except _Malformed as error:
        raise BadRequest(texts.both("form.malformed"), reason=error.reason) from None
    raise UnsupportedMediaType(texts.both("form.wrong_type"), reason="neither-form-nor-json", accept=(FORM, JSON))


def query(request: Request) -> dict[str, str]:
    """Return the query of *request* by name; never raises. What is damaged or came twice counts as not sent."""
    try:
        pairs = parse_qsl(request.query, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    values = dict(pairs)
    return values if len(values) == len(pairs) else {}


class _Malformed(ValueError):
    """The content is not what its type says; ``reason`` says how that was seen."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _check_coding(request: Request, texts: Texts) -> None:
    charset = _CHARSET.search(request.headers.get("content-type") or "")
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(texts.both("form.wrong_type"), reason="charset-is-not-utf-8")
    coding = (request.headers.joined("content-encoding") or "identity").strip().lower()
    if coding != "identity":
        raise UnsupportedMediaType(
            texts.both("form.wrong_type"), reason="content-is-encoded", accept_encoding="identity"
        )


def _urlencoded(body: bytes) -> list[tuple[str, str | None]]:
    """Return the fields in order, with ``None`` for a value that is no text."""
    parts = body.split(b"&") if body else []
    if len(parts) > MOST_FIELDS:
        raise _Malformed("form-has-too-many-fields")
    pairs: list[tuple[str, str | None]] = []
    for part in parts:
        name, equals, value = part.partition(b"=")
        written = _unescaped(name)
        if written is None or not equals:
            raise _Malformed("form-is-malformed")
        pairs.append((written, _unescaped(value)))
    return pairs


def _unescaped(raw: bytes) -> str | None:
    """Return *raw* as text, or ``None`` if it is none in UTF-8 or an escape in it is broken."""
    if _BROKEN_ESCAPE.search(raw):
        return None
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _json(body: bytes) -> list[tuple[str, Any]]:
    try:
        # The standard library's reader, because it can tell that a member came twice.
        members = json.loads(body.decode("utf-8"), object_pairs_hook=_Members, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _Malformed("json-is-malformed") from None
    if not isinstance(members, _Members) or len(members) > MOST_FIELDS:
        raise _Malformed("json-is-no-plain-object")
    return members


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object in order, doubles included; a type of its own to tell it from an array."""


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are no JSON (RFC 8259 §6)


def _is_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # "\ud800": no character, and no bytes to hash or store
        return False
    return True


def _form(kind: Literal["form", "json"], pairs: Iterable[tuple[str, Any]], texts: Texts) -> Form:
    """Return a form whose damaged fields are set apart."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, value in pairs:
        if name in values or name in faults:
            faults[name] = "form.doubled"
        elif value is None and kind == "form":
            faults[name] = "form.not_characters"
        else:
            values[name] = value
    kept = {name: value for name, value in values.items() if name not in faults}
    # These stay, since they can be shown again.
    nul = (name for name, value in kept.items() if isinstance(value, str) and "\0" in value and name not in AS_TYPED)
    return Form(kind, kept, texts, faults | dict.fromkeys(nul, "form.not_characters"))
