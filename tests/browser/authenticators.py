"""Chromium's virtual authenticators, by the DevTools protocol: real WebAuthn, with nobody who has to touch anything."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page


class Authenticator:
    """One authenticator of one page.

    Args:
        page: whose browser has it.
        options: of ``WebAuthn.addVirtualAuthenticator``, over those of a device that unlocks by itself.
    """

    def __init__(self, page: Page, **options: Any) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        usual = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": {**usual, **options}})
        self._id: str = made["authenticatorId"]

    @property
    def credentials(self) -> list[dict[str, Any]]:
        """What it keeps."""
        found = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        credentials: list[dict[str, Any]] = found["credentials"]
        return credentials

    def verifies(self, verified: bool) -> None:
        """Let its person be recognised, or not."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": verified})

    def remove(self) -> None:
        """Take it away."""
        self._session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self._id})
