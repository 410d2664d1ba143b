"""The content of a request, a form or JSON: a ``Form``, or a ``Refused`` of 400 or 415; its fields: text, or 422.

The first line of the input is the Content-Type, the rest is the content.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl

from hardtack.message import Headers, Request
from hardtack.site import forms
from hardtack.status import BadRequest, UnprocessableContent, UnsupportedMediaType

OUTCOMES = {"none", "form", "json", "BadRequest", "UnsupportedMediaType", "UnprocessableContent"}


def check(data: bytes) -> str:
    """Read *data*, and take every field as a page would."""
    kind, _, body = data.partition(b"\n")
    headers = Headers([("Content-Type", kind.decode("latin-1"))] if kind else [])
    try:
        form = forms.read(Request(method="POST", path="/", headers=headers, body=body))
    except (BadRequest, UnsupportedMediaType) as refused:
        return type(refused).__name__ if refused.reason else "refused without a reason"
    assert len(form.fields) <= forms.MOST_FIELDS
    _reads_as_others_do(form, body)
    outcome: str = form.kind
    for name in [*form.fields, "password"]:
        try:
            assert form.get(name).encode() is not None
            form.require([name])
        except UnprocessableContent as refused:
            named = set(refused.fields or ())
            if named != {name}:
                return f"{named} named instead of {name}"
            outcome = "UnprocessableContent" if name in form.fields else outcome
    return outcome


def _reads_as_others_do(form: forms.Form, body: bytes) -> None:
    """See that whoever reads the same content, with the readers that Python has, finds the same under each name."""
    if form.kind == "json":
        members = json.loads(body)
        assert set(members) == {*form.fields, *form.faults}
        plain = {name: value for name, value in form.fields.items() if not isinstance(value, list)}
        assert all(repr(value) == repr(members[name]) for name, value in plain.items())
    elif form.kind == "form":
        # A letter may come half escaped: octets are put together before they are letters (WHATWG URL §5.1).
        escaped = re.sub(rb"[\x80-\xff]", lambda octet: b"%%%02X" % octet[0][0], body).decode("ascii")
        pairs = parse_qsl(escaped, keep_blank_values=True, errors="replace")
        for name, value in form.fields.items():
            assert [value] == [other for each, other in pairs if each == name]
