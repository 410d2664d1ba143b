"""The WSGI layers: the status layer around an application, its session, the site's pages before it or instead of it.

One driver carries both, as under ASGI: for the application the status layer's own settings decide, for the site's
addresses the site. WSGI knows no start and no end of a process, so what must be known before the first visitor is
recognised is loaded with the first request of each process.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hardtack.adapters.answering import Answering, known
from hardtack.adapters.wsgi.session import SessionLayer
from hardtack.adapters.wsgi.status import StatusLayer
from hardtack.adapters.wsgi.translate import path_of
from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp
from hardtack.errors import MisuseError

if TYPE_CHECKING:
    from hardtack.adapters.visits import Visits
    from hardtack.adapters.wsgi.pages import Pages
    from hardtack.site import Site


class Hardtack:
    """A WSGI application that answers for another where it has the right word, and the site's addresses.

    Args:
        app: the application behind, which gets every request that no page answers; ``None`` if there is none.
        status: the status layer's settings for *app*, as :class:`hardtack.adapters.answering.Answering` says
            (``{}``: the defaults); ``None`` leaves it out.
        session: opens the session for *app*: ``Visits``, or a ``SignIn``, which brings its pages, and its hosts for
            the status layer; ``None`` leaves it out.
        site: the pages, where *session* brings none; ``None`` without any.

    Raises:
        MisuseError: there is neither an application nor a site, there are two sites, or a setting cannot be.
    """

    def __init__(
        self,
        app: WSGIApp | None = None,
        *,
        status: Mapping[str, Any] | None = None,
        session: Visits | None = None,
        site: Site | None = None,
    ) -> None:
        if app is None and site is None and session is None:
            raise MisuseError("there is nothing to answer with", "write Hardtack(app, status={}) or Hardtack(site=…)")
        own = None if session is None else session.site
        if own is not None and site is not None:
            raise MisuseError("there are two sites", "leave site= out: the sign-in brings its own")
        theirs = {} if session is None else session.status_settings
        answering = None if status is None else Answering(**known({**theirs, **status}))
        inner = app if app is None or session is None else SessionLayer(app, session, answering=answering)
        self.status: StatusLayer | None = (
            None if inner is None or answering is None else StatusLayer(inner, answering=answering)
        )
        self._behind = self.status or inner
        site = own or site
        self._site = site
        self._pages = None if site is None else _pages(site)
        self._session = session
        self._begun_in = 0

    @property
    def maintenance(self) -> bool:
        """Whether everybody gets 503 from the application; may be set while it runs, for this process."""
        return self.status is not None and self.status.maintenance

    @maintenance.setter
    def maintenance(self, on: bool) -> None:
        if self.status is None:
            raise MisuseError("there is no status layer that could answer", "give status={} to Hardtack")
        self.status.maintenance = on

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        behind = self._behind
        if self._pages is not None and (behind is None or (self._site and self._site.has(path_of(environ)))):
            self._begin()
            return self._pages(environ, start_response)
        if behind is None:
            raise RuntimeError("there is no application and no site")
        return behind(environ, start_response)

    def _begin(self) -> None:
        """Start what must run while pages are answered, such as what carries mail, with the first of a process."""
        if self._session is not None:
            self._session.begin()
        elif self._site is not None and self._begun_in != os.getpid():
            self._begun_in = os.getpid()
            self._site.start()


def _pages(site: Site) -> Pages:
    from hardtack.adapters.wsgi.pages import Pages  # noqa: PLC0415 - the layers alone need no site

    return Pages(site)
