"""``/sign-out``: the identity ends, here and in every copy of its cookie.

POST only, so that no link, image or prefetch signs anybody out. The revocation is recorded before the answer is
given; then both cookies are deleted, the data cookie of the application around as well, and the browser is asked to
forget what it kept of our pages (ASVS 7.4.1, 14.3.1).
"""

from __future__ import annotations

from hardtack.message import Request, Response
from hardtack.site import answers, headers, way_out
from hardtack.site.services import Services


def leave(request: Request, services: Services) -> Response:
    """Sign the visitor out; one who is not signed in is answered the same."""
    way_out.sign_out(services)
    response = answers.json({"account": None}) if answers.speaks_json(request) else answers.see_other(services.home)
    for name, value in headers.SIGNED_OUT:
        response.set(name, value)
    return response
