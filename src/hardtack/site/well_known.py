"""``/.well-known/change-password``: where password managers send somebody whose password should be another one.

They look for this address on every host (W3C, "A Well-Known URL for Changing Passwords") and follow it. It is one of a
whole host, so it is ours only where the pages are the whole site; an application around us leads on by itself.
"""

from __future__ import annotations

from hardtack.message import Request, Response
from hardtack.site import answers
from hardtack.site.services import Services

PATH = "/.well-known/change-password"


def change_password(_request: Request, services: Services) -> Response:
    """Lead to the page on which it is changed; whoever is signed out is asked to sign in there."""
    return answers.see_other(services.url("/account/password"))
