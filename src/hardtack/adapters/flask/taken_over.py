"""What Flask itself has signed, taken over while a site changes to sealed sessions.

Which signed sessions count, until when and how often, is decided by ``adapters.signed`` and ``session.upgrade``; here
the application is asked for what Flask signed with. Both of our sessions in Flask use it, so that nobody loses a basket
by the move, whichever is moved to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardtack.adapters.flask.host_secret import tell_refused
from hardtack.adapters.flask.parts import parts_of, settings_of
from hardtack.adapters.signed import SignedSessions, Taken
from hardtack.session import cookie, upgrade
from hardtack.session.sealed import log

if TYPE_CHECKING:
    from flask import Flask

    from hardtack.adapters.flask.serializer import SealedSerializer


def take(
    signed: SignedSessions, app: Flask, name: str, tokens: list[str], serializer: SealedSerializer, salt: str
) -> Taken | None:
    """Return the session that Flask has signed, or why it does not count a second time; ``None`` if there is none.

    Args:
        signed: which ones count.
        app: whose secrets they were signed with.
        name: of the cookie, for the log.
        tokens: its values.
        serializer: what makes values of them.
        salt: what they were signed under.
    """
    secrets = [secret for secret in (app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ())) if secret]
    max_age = int(app.permanent_session_lifetime.total_seconds())

    def read(token: str, now: int) -> dict[str, Any] | None:
        return upgrade.read_flask(token, secrets, salt=salt, now=now, max_age=max_age, untag=serializer.loads_signed)

    taken = signed.take(tokens, read)
    if taken is None:
        return None
    if taken.why:
        tell_refused(name, taken.why, taken.error)
    else:
        log.info("session upgraded: %s", name, extra={"event": "session-upgraded", "cookie": name})
    return taken


def deletion(asked: Any, app: Flask) -> str:
    """Return the Set-Cookie value that deletes the cookie as *asked*, Flask's own getters, names it."""
    return parts_of(*settings_of(asked, app)).deletion


def tokens_of(header: str, name: str) -> list[str]:
    """Return the values of the cookie that the configuration names; none where somebody has sent too many."""
    # WSGI hands bytes over as latin-1; Flask sends a name that is not ASCII as UTF-8.
    found = cookie.find(header, name if name.isascii() else name.encode().decode("latin-1"))
    return [token for token in found if token] if len(found) <= upgrade.MAX_COOKIES else []
