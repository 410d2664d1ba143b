"""Between the WSGI environment and our values: nothing is decided here (PEP 3333).

Text in the environment is latin-1 for bytes. Header fields of one name have been joined or dropped by the server, and
an underscore in a name looks like a hyphen; that cannot be undone, and servers drop such names.
"""

from __future__ import annotations

from hardtack.adapters.wsgi.types import Environ
from hardtack.message import Headers, Request
from hardtack.status.catalogue import class_of

_WITHOUT_PREFIX = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}


def path_of(environ: Environ) -> str:
    """Return the decoded path of the request."""
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return path.encode("latin-1", "replace").decode("utf-8", "replace") or "/"


def request_head(environ: Environ) -> Request:
    """Return the request of *environ* without its content; ``client`` is the peer's own address (``""`` if unknown)."""
    fields = []
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            fields.append((key[5:].replace("_", "-").lower(), value))
        elif key in _WITHOUT_PREFIX and value:  # empty means absent
            fields.append((_WITHOUT_PREFIX[key], value))
    headers = Headers(fields)
    return Request(
        method=environ["REQUEST_METHOD"],
        path=path_of(environ),
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        scheme=environ["wsgi.url_scheme"],
        host=headers.get("host", "") or "",
        client=environ.get("REMOTE_ADDR", ""),
        http_version=environ.get("SERVER_PROTOCOL", "HTTP/1.1").removeprefix("HTTP/"),
        # Not in PEP 3333, but given by gunicorn and Werkzeug, and by others under the second name.
        target=environ.get("RAW_URI") or environ.get("REQUEST_URI") or "",
    )


def content_length(environ: Environ) -> int:
    """Return the declared length of the content in bytes; 0 if there is none."""
    declared = environ.get("CONTENT_LENGTH") or ""
    return int(declared) if declared.isascii() and declared.isdigit() else 0


def content(environ: Environ) -> bytes:
    """Return the content, all of it.

    What is not declared can be read only where the server says that its stream ends (``wsgi.input_terminated``).
    """
    source = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(source.read())
    length = content_length(environ)
    return bytes(source.read(length)) if length else b""


def line(status: int) -> str:
    """Return the status with its registered phrase, for the status line."""
    known = class_of(status)
    return f"{status} {known.phrase if known.code == status else 'Unknown'}"


def number(status: str) -> int:
    """Return the code in a status line, or 0 where there is none."""
    digits = status[:4].strip()
    return int(digits) if digits.isascii() and digits.isdigit() else 0
