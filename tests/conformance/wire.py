"""Requests and answers over raw sockets: what was sent, what came back, and what that is called.

Nothing in between repairs anything: the request's bytes are those of the case, the answer's are read until the server
closes. ``observe`` gives an answer its short name (see ``cases``); it never raises, whatever came.
"""

from __future__ import annotations

import re
import socket
from email.utils import formatdate, parsedate_to_datetime
from typing import NamedTuple

from tests.conformance.cases import CONTENT, LENGTH, Case

HOUR = 3600


class Answer(NamedTuple):
    """One answer, its content freed from chunks."""

    status: int
    fields: list[tuple[str, str]]
    content: bytes

    def get(self, name: str) -> str | None:
        """Return the first value of the field, by its name in small letters."""
        return next((value for field, value in self.fields if field == name), None)


class Validators(NamedTuple):
    """What a system has sent for the representation; ``None`` where it sends none."""

    etag: str | None
    modified: str | None

    def fill(self, text: str) -> str | None:
        """Return *text* with its placeholders filled, or ``None`` where the system has nothing for one."""
        known: dict[str, str] = {}
        if self.etag:
            known |= {"etag": self.etag, "weak": "W/" + self.etag.removeprefix("W/")}
        if self.modified:
            when = parsedate_to_datetime(self.modified)
            known |= {
                "modified": self.modified,
                "rfc850": when.strftime("%A, %d-%b-%y %H:%M:%S GMT"),
                "asctime": when.strftime("%a %b ") + f"{when.day:2}" + when.strftime(" %H:%M:%S %Y"),
                "before": formatdate(when.timestamp() - HOUR, usegmt=True),
                "after": formatdate(when.timestamp() + HOUR, usegmt=True),
            }
        wanted = set(re.findall(r"\{(\w+)\}", text))
        return text.format_map(known) if wanted <= set(known) else None


def octets(case: Case, validators: Validators) -> bytes | None:
    """Return the bytes of the case's request, or ``None`` where the system has no validator that it needs."""
    filled = validators.fill(case.request)
    if filled is None:
        return None
    first, *fields = filled.split("|")
    lines = [f"{first} HTTP/1.1", "Host: localhost", "Connection: close", *fields]
    if case.group == "W":
        lines += ["Content-Type: text/plain", "Content-Length: 3"]
    return ("\r\n".join(lines) + "\r\n\r\n" + ("new" if case.group == "W" else "")).encode("latin-1")


def ask(port: int, request: bytes) -> Answer | None:
    """Send *request* to the port on this machine; return the answer, or ``None`` where none came that is one."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return _parsed(received)


def validators(port: int) -> Validators:
    """Return what the system at *port* says of ``/file``, which must be the whole content."""
    answer = ask(port, b"GET /file HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer is not None
    assert (200, CONTENT) == (answer.status, answer.content)
    return Validators(answer.get("etag"), answer.get("last-modified"))


def observe(answer: Answer | None, case: Case, known: Validators, *, carried_out: bool = False) -> str:
    """Return the short name of *answer*.

    Args:
        answer: what came.
        case: what was asked.
        known: what the system sends with a 200.
        carried_out: the application behind has carried an unsafe request out.
    """
    if answer is None:
        return "closed"
    if case.group == "W":
        return _observed_unsafe(answer.status, carried_out=carried_out)
    head = case.request.startswith("HEAD")
    if answer.status == 200 and case.request.split("|")[0].endswith("/file"):
        return _observed_whole(answer, head=head)
    if answer.status == 206:
        return "206 to HEAD" if head else _observed_part(answer, known)
    if answer.status == 304:
        if answer.content:
            return "304 with content"
        return "304" if answer.get("etag") == known.etag else "304 without the tag"
    if answer.status == 416 and answer.get("content-range") != f"bytes */{LENGTH}":
        return "416 without the length"
    return str(answer.status)


def _observed_unsafe(status: int, *, carried_out: bool) -> str:
    if status < 300:
        return "done" if carried_out else f"{status}, not done"
    return f"{status}, but done" if carried_out else str(status)


def _observed_whole(answer: Answer, *, head: bool) -> str:
    if answer.get("content-range") is not None:
        return "200 with Content-Range"
    if head:
        # Whether content follows a HEAD is the server's matter, not the application's; the length is not.
        return "200" if answer.get("content-length") in {None, str(LENGTH)} else "200 with another length"
    return "200" if answer.content == CONTENT else "200 with other content"


def _observed_part(answer: Answer, known: Validators) -> str:
    if answer.get("etag") != known.etag:
        return "206 without the tag"
    if len(answer.content) > 2 * LENGTH:
        return "206 amplified"
    kind = answer.get("content-type") or ""
    if not kind.lower().startswith("multipart/byteranges"):
        said = _range(answer.get("content-range"), answer.content)
        return f"206 {said}"
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if boundary is None or answer.get("content-range") is not None:
        return "206 malformed"
    opening = b"--" + boundary[1].encode("latin-1")
    _, *parts, end = (b"\r\n" + answer.content).split(b"\r\n" + opening)
    if end.strip() != b"--":
        return "206 malformed"
    sent = []
    for part in parts:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        sent.append(_range(dict(_fields(head)).get("content-range"), content))
    return "206 parts " + ",".join(sent)


def _range(field: str | None, content: bytes) -> str:
    found = re.fullmatch(rf"bytes (\d+)-(\d+)/{LENGTH}", field or "")
    if found is None:
        return "malformed"
    return f"{found[1]}-{found[2]}" if content == CONTENT[int(found[1]) : int(found[2]) + 1] else "with other content"


def _fields(head: bytes) -> list[tuple[str, str]]:
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n") if line)
    return [(name.strip().lower(), value.strip()) for name, _, value in lines]


def _parsed(received: bytes) -> Answer | None:
    head, _, content = received.partition(b"\r\n\r\n")
    line, _, rest = head.partition(b"\r\n")
    found = re.fullmatch(rb"HTTP/1\.[01] (\d{3})( .*)?", line)
    if found is None:
        return None
    fields = _fields(rest)
    answer = Answer(int(found[1]), fields, content)
    if (answer.get("transfer-encoding") or "").lower() == "chunked":
        return answer._replace(content=_unchunked(content))
    return answer


def _unchunked(chunked: bytes) -> bytes:
    whole = b""
    while chunked:
        size, _, chunked = chunked.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if length == 0:
            break
        whole += chunked[:length]
        chunked = chunked[length + 2 :]
    return whole
