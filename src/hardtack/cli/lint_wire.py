"""How ``hardtack lint`` asks a server: one request a connection, and every octet of the answer is looked at.

An ordinary client repairs what it reads; here the content that follows a 204 or the answer to HEAD is seen. What is
read is bounded in size and in time, certificates are verified, and no redirect is followed here.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from dataclasses import dataclass

from hardtack.cli import voice
from hardtack.errors import MisuseError
from hardtack.message import Headers, Request, Response
from hardtack.status.lint.walk import Answer

SECONDS = 10.0
"""How long one answer may take."""
MOST_HEAD = 65_536
"""Octets of one answer's head."""
MOST_CONTENT = 4 << 20
"""Octets of content that are read; of a longer one the rest is not looked at."""
_MOST_INTERIM = 20

_LINE = re.compile(rb"HTTP/1\.[0-9] ([0-9]{3})(?: [^\r\n]*)?")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\r\n]*)?\r\n")

SAY = {
    "en": {
        "unreachable": "{place} does not answer: {reason}",
        "unreachable-hint": "look whether the server runs, and whether the address is right",
        "no-http": "{place} does not answer in HTTP/1.1",
        "no-http-hint": "look whether the scheme and the port are right",
    },
    "zh": {
        "unreachable": "{place} 没有回应：{reason}",
        "unreachable-hint": "请检查服务器是否在运行、地址是否正确",
        "no-http": "{place} 没有用 HTTP/1.1 回答",
        "no-http-hint": "请检查协议和端口是否正确",
    },
}


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask.

    Args:
        host: its name or address.
        port: its port.
        tls: whether to speak TLS.
        seconds: how long one answer may take.
    """

    host: str
    port: int
    tls: bool
    seconds: float = SECONDS

    def ask(self, request: Request) -> Answer:
        """Return what is answered to *request*.

        Raises:
            MisuseError: nothing that is HTTP/1.1 comes, or not in time.
        """
        say, place = SAY[voice.language()], f"{self.host}:{self.port}"
        try:
            received, whole = self._exchange(_octets(request))
        except OSError as error:
            reason = error.strerror or str(error)
            raise MisuseError(say["unreachable"].format(place=place, reason=reason), say["unreachable-hint"]) from None
        answer = parse(received, request.method, whole=whole)
        if answer is None:
            raise MisuseError(say["no-http"].format(place=place), say["no-http-hint"])
        return answer

    def _exchange(self, octets: bytes) -> tuple[bytes, bool]:
        """Return what comes, and whether it is everything."""
        deadline = time.monotonic() + self.seconds
        with self._connect() as connection:
            connection.sendall(octets)
            received = bytearray()
            while len(received) <= MOST_HEAD + MOST_CONTENT:
                connection.settimeout(max(deadline - time.monotonic(), 0.001))
                try:
                    piece = connection.recv(65_536)
                except ConnectionResetError:
                    return bytes(received), True
                except TimeoutError:
                    # Some servers keep the connection although they were asked to close it.
                    if b"\r\n\r\n" not in received:
                        raise
                    return bytes(received), False
                if not piece:
                    return bytes(received), True
                received += piece
        return bytes(received), False

    def _connect(self) -> socket.socket:
        plain = socket.create_connection((self.host, self.port), timeout=self.seconds)
        if not self.tls:
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _octets(request: Request) -> bytes:
    lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def parse(received: bytes, method: str, *, whole: bool) -> Answer | None:
    """Return the answer that *received* holds, or ``None`` if it is none.

    Args:
        received: all octets that came.
        method: of the request; what follows the head is content whatever it was.
        whole: whether the connection was closed after them; else the length that is said counts.
    """
    interim: list[Response] = []
    while len(interim) <= _MOST_INTERIM:
        head, blank, rest = received.partition(b"\r\n\r\n")
        line, *lines = head.split(b"\r\n")
        found = _LINE.fullmatch(line)
        if found is None or not blank or len(head) > MOST_HEAD:
            return None
        pairs = [each.decode("latin-1").partition(":") for each in lines]
        response = Response(int(found[1]), [(name, value.strip(" \t")) for name, _, value in pairs])
        if not (100 <= response.status < 200 and response.status != 101 and rest):
            return _with_content(response, tuple(interim), rest, method, whole=whole)
        interim.append(response)
        received = rest
    return None


def _with_content(
    response: Response, interim: tuple[Response, ...], rest: bytes, method: str, *, whole: bool
) -> Answer:
    fields = Headers(response.headers)
    coded = (fields.joined("transfer-encoding") or "").strip().lower()
    if coded == "chunked" and method != "HEAD":
        rest = _unchunked(rest)
    response.body = rest[:MOST_CONTENT]
    declared = fields.get("content-length") or ""
    if whole or coded or not (declared.isascii() and declared.isdigit() and len(declared) < 19) or method == "HEAD":
        return Answer(response, interim, len(rest))
    # Not all was read; what was not is believed to be there, if what came is no more than was said.
    return Answer(response, interim, max(len(rest), int(declared)) if len(rest) > MOST_CONTENT else len(rest))


def _unchunked(rest: bytes) -> bytes:
    """Return the content in chunks (RFC 9112 §7.1), as far as it can be read."""
    pieces, at = [], 0
    while (found := _SIZE.match(rest, at)) is not None and (size := int(found[1], 16)):
        pieces.append(rest[found.end() : found.end() + size])
        at = found.end() + size + 2
    return b"".join(pieces)
