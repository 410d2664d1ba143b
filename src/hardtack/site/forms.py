"""What a visitor sent in a form: a flat mapping of names to texts, out of a urlencoded form or a JSON object.

The promise of :func:`read`: it returns a form, or raises a ``Refused`` of 400 or 415, never anything else,
whatever bytes came. Wrong media type or coding 415, broken encoding 400, a field twice 400 (two readers of one
request must not see two different values). A page then takes the fields that it names and no others, so nobody can
assign more than was asked; one that it names and that is missing, or is no text, is 422 with the field named
(WHATWG URL §5.1; RFC 8259 §4; RFC 9110 §15.5.16).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import parse_qsl

from hardtack.message import Request
from hardtack.site.texts import OURS, Texts
from hardtack.status import BadRequest, UnprocessableContent, UnsupportedMediaType

MOST_FIELDS = 32
"""More fields than any form of ours has."""

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";\s]*)"?', re.IGNORECASE)

_ASK = {"username": "form.username_missing", "password": "form.password_missing"}
"""What a missing field is told, by its name; every other one gets ``form.field_missing``."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one form, by name.

    Args:
        kind: how it came: ``form``, ``json``, or ``none`` for a request without content.
        fields: the values as typed; not shown in representations, since one of them is a password.
        texts: the words for what is wrong with it.
    """

    kind: Literal["form", "json", "none"] = "none"
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    texts: Texts = field(default=OURS, repr=False)

    def get(self, name: str, default: str = "") -> str:
        """Return the value of *name*, or *default* if it was not sent.

        Raises:
            UnprocessableContent: a JSON member that is no text.
        """
        value = self.fields.get(name, default)
        if not _is_text(value):
            raise self._wrong("field-is-no-text", {name: "form.not_text"})
        return cast("str", value)

    def chosen(self, name: str) -> bool:
        """Return whether the box *name* was ticked: sent at all in a form, ``true`` in JSON.

        Raises:
            UnprocessableContent: a JSON member that is neither true nor false.
        """
        value = self.fields.get(name, False)
        if self.kind == "form":
            return name in self.fields
        if not isinstance(value, bool):
            raise self._wrong("field-is-no-choice", {name: "form.not_choice"})
        return value

    def require(self, names: Iterable[str]) -> None:
        """Refuse the form unless each of *names* was filled in.

        Raises:
            UnprocessableContent: naming every field that is missing or empty, or the first that is no text.
        """
        missing = [name for name in names if not self.get(name)]
        if missing:
            raise self._wrong("field-missing", {name: _ASK.get(name, "form.field_missing") for name in missing})

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
            return Form("form", _urlencoded(request.body), texts)
        if kind == JSON:
            return Form("json", _json(request.body), texts)
    except _Malformed as error:
        raise BadRequest(texts.both("form.malformed"), reason=error.reason) from None
    raise UnsupportedMediaType(texts.both("form.wrong_type"), reason="neither-form-nor-json", accept=(FORM, JSON))


def query(request: Request) -> dict[str, str]:
    """Return the query of *request* by name; never raises. What is damaged or came twice counts as not sent."""
    try:
        pairs = parse_qsl(request.query, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
        return _distinct(pairs)
    except ValueError:
        return {}


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


def _urlencoded(body: bytes) -> dict[str, str]:
    if _BROKEN_ESCAPE.search(body):
        raise _Malformed("form-has-broken-escapes")
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one
        raise _Malformed("form-is-malformed") from None
    return _distinct(pairs)


def _json(body: bytes) -> dict[str, Any]:
    try:
        # The standard library's reader, because it can tell that a member came twice.
        members = json.loads(body.decode("utf-8"), object_pairs_hook=_Members, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _Malformed("json-is-malformed") from None
    if not isinstance(members, _Members) or len(members) > MOST_FIELDS:
        raise _Malformed("json-is-no-plain-object")
    return _distinct(members)


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


def _distinct(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise _Malformed("field-is-doubled")
        values[name] = value
    return values
