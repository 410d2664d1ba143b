"""How log records look on standard error: one line each, as text or as JSON.

A record may carry extras: ``event`` (a fixed, documented word), ``fields`` (a mapping of plain values), and any other
plain value under a name of its own.
Control characters in any value are escaped, so that nothing a visitor sends can forge a line or colour a terminal
(ASVS 16.4.1). Nothing is decided here about what is logged; secrets are kept out where the record is made.
"""

from __future__ import annotations

import json
import logging
import logging.config
import re
from datetime import UTC, datetime
from typing import Any

from hardtack.site import request_ids

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
    "event",
    "fields",
}


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    """Return what the caller added to the record, and which request it was written for."""
    request = request_ids.CURRENT.get()
    return {
        **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        **getattr(record, "fields", {}),
        **({"request_id": request} if request else {}),
    }


def _escaped(value: object) -> str:
    return CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", str(value))


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class TextFormatter(logging.Formatter):
    """One readable line a record: time, level, where, what, then ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        what = getattr(record, "event", None) or record.getMessage()
        parts = [_moment(record), record.levelname.lower(), record.name, _escaped(what)]
        parts += [f"{name}={_escaped(value)}" for name, value in _extras(record).items()]
        line = " ".join(parts)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JSONFormatter(logging.Formatter):
    """One JSON object a record, on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        entry: dict[str, Any] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": getattr(record, "event", None) or record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=True, default=str)


def configure(log_format: str) -> None:
    """Send every record of ours to standard error.

    Args:
        log_format: ``text`` or ``json``.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JSONFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("hardtack").setLevel(logging.INFO)
    # A connection that is lost is told by us, once and in one line; SQLAlchemy's pool would show where it was thrown
    # away, with a traceback for each.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
