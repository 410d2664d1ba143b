"""The keyrings that applications' own secrets give, and the one log line for a cookie that does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardtack.adapters.flask.parts import keep
from hardtack.seal import Keyring
from hardtack.session.sealed import log

if TYPE_CHECKING:
    from flask import Flask


class HostKeyrings:
    """The keyrings that are derived from ``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS``, remembered by the secrets."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str | bytes, ...], Keyring] = {}

    def of(self, app: Flask) -> Keyring | None:
        """Return the keyring that the application's secrets give, as they are now; ``None`` without a secret."""
        secret = app.secret_key
        if not secret:
            return None
        fallbacks = app.config["SECRET_KEY_FALLBACKS"]
        secrets = (secret, *fallbacks) if fallbacks else (secret,)
        keyring = self._kept.get(secrets)
        if keyring is None:
            keyring = keep(self._kept, secrets, Keyring.from_host_secret("flask", secrets))
        return keyring


def tell_refused(name: str, why: str, error: str = "") -> None:
    """Log why a cookie does not count."""
    besides = {"error": error} if error else {}
    extra = {"event": "cookie-refused", "cookie": name, "reason": why, **besides}
    log.warning("cookie refused: %s (%s)", name, why, extra=extra)
