"""Between what a server's parser has understood and what the service may answer beneath ASGI.

Here is the parser, with one more thing that it can do: hand a request to whoever may answer at once before the server
sees it. Whether there is an answer, and what is in it, is said by ``AtOnce``; when it may be asked, and what becomes of
the connection, by ``Listening``. Of an answer only its form is made here, in the words of the parser's own writer, so
that its states are those of any other answer and it says itself whether the connection can go on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import h11

from hardtack.status.catalogue import Status

Default = list[tuple[bytes, bytes]]
"""The fields of every answer of a server."""

_END = h11.EndOfMessage()


class Heads(h11.Connection):
    """One connection's parser.

    Args:
        most: octets that an incomplete head may have.
        answers: sends the answer to a request, or returns ``False``, having done nothing.
    """

    def __init__(self, most: int, answers: Callable[[h11.Request], bool]) -> None:
        super().__init__(h11.SERVER, most)
        self._answers: Callable[[h11.Request], bool] | None = answers
        self._default: Default = []
        self._written = b""  # these, as they go onto the wire; the server makes others every second

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return what comes next that has not been answered; after a last answer nothing does."""
        event = super().next_event()
        if type(event) is h11.Request and self._answers is not None and self._answers(event):
            # What follows is the end of that request, which a server passes over once it is answered.
            return super().next_event() if self.our_state is h11.DONE else h11.NEED_DATA
        return event

    def answer(self, status: int, default: Default, fields: bytes) -> bytes:
        """Return a whole answer without content, as it goes onto the wire; the states are those after it.

        Args:
            status: its code, of those whose answers have no content.
            default: the fields of every answer.
            fields: its own, as they go onto the wire.
        """
        if default is not self._default:
            self._default, self._written = default, b"".join([b"%s: %s\r\n" % field for field in default])
        line, _, rest = self.send(_bare(status)).partition(b"\r\n")
        self.send(_END)
        return b"%s\r\n%s%s%s" % (line, self._written, fields, rest)

    def answer_no_more(self) -> None:
        """Forget whoever answers, who holds this; the connection is gone."""
        self._answers = None


@cache  # as many as there are such codes
def _bare(status: int) -> h11.Response:
    return h11.Response(status_code=status, headers=[], reason=Status(status).phrase.encode("ascii"))
