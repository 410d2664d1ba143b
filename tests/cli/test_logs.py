"""How log lines look."""

from __future__ import annotations

import json
import logging
import re

import pytest

from hardtack.cli import logs
from hardtack.site import request_ids


def record(message: str, **fields: object) -> logging.LogRecord:
    """Return a record as the rooms make them."""
    made = logging.LogRecord("hardtack.session", logging.WARNING, "", 0, message, (), None)
    vars(made).update(event=message, reason="forged", fields=fields)
    return made


def test_a_text_line_says_when_where_what_and_why() -> None:
    """One line an event, readable without a tool."""
    line = logs.TextFormatter().format(record("cookie-refused", cookie="a"))
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning hardtack\.session cookie-refused reason=forged cookie=a", line
    )


@pytest.mark.asvs("16.4.1")
def test_attack_31_nothing_that_a_visitor_sends_forges_a_line() -> None:
    """CR, LF, terminal escapes and bidirectional marks are written as escapes (ASVS 16.4.1)."""
    line = logs.TextFormatter().format(
        record("sign-in-failed", name="x\r\nroot signed in \x1b[31m\u202e\u2028\u200f\u061c")
    )
    assert len(line.splitlines()) == 1
    assert not set("\x1b\u202e\u2028\u200f\u061c") & set(line)
    assert "\\u000d\\u000aroot" in line


def test_a_json_line_is_one_object() -> None:
    """Log shippers read one object a line."""
    line = logs.JSONFormatter().format(record("sign-in-failed", name="王\n", tries=3))
    assert len(line.splitlines()) == 1
    entry = json.loads(line)
    assert (entry["event"], entry["name"], entry["tries"]) == ("sign-in-failed", "王\n", 3)


@pytest.mark.parametrize("formatter", [logs.TextFormatter(), logs.JSONFormatter()])
def test_a_fault_of_ours_keeps_its_traceback(formatter: logging.Formatter) -> None:
    """It goes to the log, never to the visitor."""
    try:
        raise RuntimeError("a fault")
    except RuntimeError as error:
        made = logging.LogRecord("hardtack", logging.ERROR, "", 0, "fault", (), (RuntimeError, error, None))
    assert "RuntimeError: a fault" in formatter.format(made)


@pytest.mark.parametrize(("log_format", "kind"), [("text", logs.TextFormatter), ("json", logs.JSONFormatter)])
def test_configuring_sends_records_to_standard_error(log_format: str, kind: type[logging.Formatter]) -> None:
    """One handler, however often it is configured."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logs.configure(log_format)
        logs.configure(log_format)
        assert [kind] == [type(handler.formatter) for handler in root.handlers]
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.getLogger("hardtack").setLevel(logging.NOTSET)


def test_a_line_of_a_request_has_its_id() -> None:
    """And a line of none has none."""
    token = request_ids.CURRENT.set("5edba58a2f3834d2")
    try:
        of_a_request = json.loads(logs.JSONFormatter().format(record("cookie-refused")))
        text = logs.TextFormatter().format(record("cookie-refused"))
    finally:
        request_ids.CURRENT.reset(token)

    assert "5edba58a2f3834d2" == of_a_request["request_id"]
    assert text.endswith(" request_id=5edba58a2f3834d2")
    assert "request_id" not in json.loads(logs.JSONFormatter().format(record("cookie-refused")))
