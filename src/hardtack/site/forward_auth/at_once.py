"""``/auth`` beneath the application: answered by the server itself, as the application around would answer it.

A proxy asks this before every request of every visitor, so what a server and an application do for each request
besides answering it weighs more here than the answer. Whoever listens asks here first, with the head as its parser has
understood it, and sends what it is given; ``QuickAuth`` decides, and the id, the count and the line in the log are
those of every other request (``Watch``). For anything else, and wherever anything is unusual, the answer is no, nothing
has been sent or counted, and the request goes the way of all others. Nothing is kept from one request to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

from hardtack.message import Headers, Request
from hardtack.site import request_ids
from hardtack.site.forward_auth.quick import QuickAuth
from hardtack.site.watch import FIELD, Watch

Send = Callable[[int, bytes], None]
"""Sends an answer without content: its status, and its fields as they go onto the wire."""


class AtOnce:
    """What a server may ask before anybody else.

    Args:
        auth: decides.
        watch: keeps what is kept of every request.
    """

    __slots__ = ("_auth", "_watch", "begins")

    def __init__(self, auth: QuickAuth, watch: Watch) -> None:
        self._auth = auth
        self._watch = watch
        self.begins: bytes = auth.raw_path
        """What the target of a request begins with that is worth asking about."""

    def answer(
        self,
        method: bytes,
        target: bytes,
        version: bytes,
        head: Sequence[tuple[bytes, bytes]],
        peer: str,
        scheme: str,
        send: Send,
    ) -> bool:
        """Answer a request by *send*, or return ``False``: then nothing has been done.

        Waits for nothing, and raises nothing but what *send* raises.

        Args:
            method: as it came.
            target: as it came; one that is not spelled ``/auth``, whatever it means, is not answered.
            version: of HTTP.
            head: the fields, their names in lower case.
            peer: the other end of the connection; ``""`` for a Unix socket.
            scheme: of the connection.
            send: called once, where there is an answer.
        """
        path, _, query = target.partition(b"?")
        auth, watch = self._auth, self._watch
        if path != auth.raw_path:
            return False
        name = watch.id_of(peer, head)
        before = request_ids.CURRENT.set(name)
        try:
            began = perf_counter()
            found = auth.answer(method.decode("latin-1"), version.decode("latin-1"), query, head, peer)
            if found is None:
                return False
            send(found.status, b"%s%s: %s\r\n" % (found.block, FIELD, name.encode("ascii")))
            seconds = perf_counter() - began
            watch.count(auth.path, found.status, seconds)
            if watch.writes:
                fields = Headers((key.decode("latin-1"), value.decode("latin-1")) for key, value in head)
                asked = Request(
                    method=method.decode("latin-1"), path=auth.path, headers=fields, scheme=scheme, client=peer
                )
                watch.write(asked, found.status, seconds)
        finally:
            request_ids.CURRENT.reset(before)
        return True
