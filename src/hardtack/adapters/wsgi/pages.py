"""The site's pages as a WSGI application under the status layer's driver.

The driver refuses before the content is read, counts it, and looks at every answer; how many pages run at once is the
server's number of threads. Every error is the site's own page, in its shell and in the visitor's language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from hardtack.adapters.site_answering import SiteAnswering
from hardtack.adapters.wsgi.exchange import REQUEST, STEPS
from hardtack.adapters.wsgi.status import StatusLayer
from hardtack.adapters.wsgi.translate import content, line
from hardtack.adapters.wsgi.types import Environ, StartResponse

if TYPE_CHECKING:
    from hardtack.site import Site


class Pages(StatusLayer):
    """The site under the driver.

    Args:
        site: the pages.
    """

    def __init__(self, site: Site) -> None:
        super().__init__(self._page, answering=SiteAnswering(site))
        self._site = site

    def _page(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request with its page."""
        response = self._site.answer(replace(environ[REQUEST], body=content(environ)), environ[STEPS])
        start_response(line(response.status), response.headers)
        return [response.body] if response.body else []
