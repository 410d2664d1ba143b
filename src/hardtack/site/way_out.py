"""The one way out of a sign-in: it ends in every copy of its cookie before this browser forgets it.

The end is written down first; where that fails, what the browser holds stays as it was. Nothing here answers.
"""

from __future__ import annotations

from hardtack.site.services import Services


def leave(services: Services) -> None:
    """End the sign-in that the browser shows, if there is one."""
    identity = services.visiting().identity
    if identity is not None:
        last_end = services.parts.sessions.last_end(identity)
        services.accounts.sign_out(identity, services.now, until=last_end, whence=services.whence)


def sign_out(services: Services) -> None:
    """End the identity everywhere, then forget it here, with what the application around kept for its owner."""
    visitor = services.visiting()
    leave(services)
    visitor.session.sign_out()
    services.note_account(None)
    own = visitor.session.cookie_names[1]
    for names in (policy.for_host(services.host) for policy in services.parts.forgets):
        if names.session_name != own:
            services.set_cookies.append(names.delete_cookie(names.session_name))
