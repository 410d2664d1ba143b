"""The session layer around any WSGI application: a sealed session, who is signed in, and forms of one's own.

``environ["hardtack.visit"]`` is the request's :class:`hardtack.adapters.visits.Visit`, ``environ["hardtack.session"]``
its data, a mapping. An unsafe request that another site has made is refused before the application sees it. The cookies
and the word to caches go out with the head of the answer; a change after that is an error, where the answer comes in
pieces that can be watched. What a visit has decided is answered, whatever the application makes of the exception;
where it says the same itself, it does so in its own form.

Nothing is decided here. A form's token is looked for in its own content only where no browser has said whose page sent
it, and only in a urlencoded form of bounded size; a script sends it in ``X-CSRF-Token``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from hardtack.adapters.visits import Decided, Elsewhere, Visit, Visits, completed
from hardtack.adapters.wsgi.exchange import STEPS, Body, asked
from hardtack.adapters.wsgi.translate import content_length, line, number
from hardtack.adapters.wsgi.types import Environ, StartResponse, Write, WSGIApp
from hardtack.errors import Refused
from hardtack.message import Response
from hardtack.session import csrf
from hardtack.status import pages

if TYPE_CHECKING:
    from hardtack.adapters.answering import Answering

VISIT = "hardtack.visit"
"""Where the environment carries the visit."""

SESSION = "hardtack.session"
"""Where it carries the application's data."""


class SessionLayer:
    """A WSGI application that opens the session for *app* and saves it.

    Args:
        app: the application.
        visits: what opens the visits.
        answering: whose pages errors get; ``None`` for those of the status room.
    """

    def __init__(self, app: WSGIApp, visits: Visits, *, answering: Answering | None = None) -> None:
        self.app = app
        self.visits = visits
        self._answering = answering

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        visit = self.visits.open(asked(environ))
        environ[VISIT], environ[SESSION] = visit, visit.session
        answer = _Answer(self, visit, environ, start_response)
        if self.visits.csrf:
            try:
                visit.check(_token(visit, environ))
            except Refused as error:
                return answer.instead(error)
        return answer.run()

    def page(self, visit: Visit, error: Refused, environ: Environ) -> Response:
        """Return *error* as an answer."""
        if self._answering is None:
            return pages.answer(error, visit.request)
        return self._answering.raised(visit.request, error, environ.get(STEPS))


class _Answer:
    """One request and what the application answers."""

    def __init__(self, layer: SessionLayer, visit: Visit, environ: Environ, start_response: StartResponse) -> None:
        self._layer = layer
        self._visit = visit
        self._environ = environ
        self._start_response = start_response
        self._started = False  # a head was given on; until content follows, another may take its place (PEP 3333)
        self._begun = False
        self._agreed = False  # the application says itself what was decided, in its own form
        self._ours: list[bytes] | None = None  # the content of our answer, which is given instead

    def run(self) -> Iterable[bytes]:
        """Answer the request, by the application or by what its visit has decided."""
        try:
            answer = self._layer.app(self._environ, self.start)
        except (Refused, Elsewhere) as error:
            if error is not self._visit.decided or self._begun:
                raise  # the application's own word, or too late for another
            return self.instead(error)
        if self._overruled():
            _close(answer)
            return self._ours or ()
        wrapper = self._environ.get("wsgi.file_wrapper")
        is_file = isinstance(wrapper, type) and isinstance(answer, wrapper)
        if self._started and (isinstance(answer, list | tuple) or is_file):
            return answer  # as it is: it runs no code of the application's any more, and servers know it
        return Body(self._watched(answer), lambda: _close(answer))

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Write:
        """Take the head of the application's answer, and give it on with the session's fields, or ours instead."""
        decided = self._visit.decided
        said = None if decided is None else completed(decided, number(status), headers)
        if said is None and self._overruled():
            return _to_nowhere
        self._agreed, headers = said is not None, said or headers
        self._started = True
        write = self._start_response(status, self._visit.finish(headers), exc_info)

        def writing(content: bytes) -> None:
            self._begun = True
            write(content)

        return writing

    def instead(self, decided: Decided) -> Iterable[bytes]:
        """Give what was decided; what the application still sends goes nowhere."""
        layer, visit = self._layer, self._visit
        response = decided.response if isinstance(decided, Elsewhere) else layer.page(visit, decided, self._environ)
        # It explains the second head, where there was one.
        explains = (type(decided), decided, decided.__traceback__) if self._started else None
        self._started = True
        self._start_response(line(response.status), self._visit.finish(response.headers), explains)
        self._ours = [response.body] if response.body else []
        return self._ours

    def _overruled(self) -> bool:
        """Give what was decided instead, if anything was and it is not too late, and return whether it is given."""
        decided = self._visit.decided
        if self._ours is None and decided is not None and not self._agreed and not self._begun:
            self.instead(decided)
        return self._ours is not None

    def _watched(self, answer: Iterable[bytes]) -> Iterator[bytes]:
        """Give what the application sends in pieces; it may decide while it makes the first one."""
        try:
            for piece in answer:
                if not self._begun and self._overruled():
                    break
                self._begun = self._begun or piece != b""
                yield piece
        except (Refused, Elsewhere) as error:
            if error is not self._visit.decided or self._begun:
                raise
            self.instead(error)
        if self._overruled():
            yield from self._ours or ()
        else:
            self._visit.check_left()


def _token(visit: Visit, environ: Environ) -> str | None:
    """Return the token in the form that was sent, where one is looked at; the application can read the form again."""
    length = content_length(environ)
    if not visit.may_hold_token() or not 0 < length <= csrf.MOST_FORM:
        return None
    content = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = BytesIO(content)
    return csrf.token_in(content)


def _close(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close is not None:
        close()


def _to_nowhere(_content: bytes) -> None:
    return None
