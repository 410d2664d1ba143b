"""The side of an exchange that a handler's own rules speak to, the same for both drivers.

What the rules decide is raised where the handler stands, and kept besides, because the application's framework may make
an answer of its own out of what is raised. What they declare is kept for the end. Nothing is decided here.
"""

from __future__ import annotations

from hardtack.adapters.answering import Answering, Steps
from hardtack.adapters.error_answers import Made
from hardtack.errors import Refused
from hardtack.message import Request
from hardtack.status.precondition import NotModified
from hardtack.status.rules import Validators
from hardtack.status.trace import answers


class Carrying:
    """One request and what its handler's rules have said.

    Args:
        answering: who is asked.
    """

    __slots__ = ("_answering", "_decided", "_declared", "_steps", "most", "pages")

    most: int
    """How many octets of content may come."""

    pages: Made
    """The pages that were made for the request, inside the application too: nothing stands in for them."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._steps: Steps = None
        self._decided: Refused | NotModified | None = None
        self._declared: Validators | None = None
        self.pages: Made = set()

    @property
    def request(self) -> Request:
        """The request's head as it is believed."""
        raise NotImplementedError

    def collects(self, status: int, headers: list[tuple[str, str]], size: int) -> bool:
        """Return whether to wait for more content of an answer, as ``Answering`` says; never of a page of ours."""
        return not self._is_ours(status, headers) and self._answering.collects(status, headers, size)

    def stands_in(self, status: int, headers: list[tuple[str, str]], content: bytes) -> bool:
        """Return whether our page takes the place of an answer, as ``Answering`` says; never of a page of ours."""
        return not self._is_ours(status, headers) and self._answering.stands_in(status, headers, content)

    def note_answer(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Note that the application answers by itself: not with a page of ours, nor with what its rules decided."""
        if self._steps is not None and self._decided is None and not self._is_ours(status, headers):
            answers(self._steps, status)

    def _is_ours(self, status: int, headers: list[tuple[str, str]]) -> bool:
        if not self.pages:
            return False
        return any(name.lower() == "content-type" and (status, value) in self.pages for name, value in headers)

    def carry(self, validators: Validators) -> None:
        """Decide what the handler's own rules say, just before its body; called in whatever thread it runs.

        Raises:
            Refused: the request is refused.
            NotModified: 304.
        """
        if validators.route is not None and validators.route.max_body is not None:
            self.most = min(validators.route.max_body, self._answering.max_body)
        decided = self._answering.carried(self.request, validators, self._steps)
        if decided is not None:
            self._decided = decided
            raise decided
        self._declared = validators
