"""Everything that is kept about an account, as one document that a program can read.

It holds what its owner may know: the account, its sign-ins, its second factors and tokens without what they are checked
against, the invitations that it sent, and what the audit trail says about it. No hash, no key, and nobody else: who an
administrator is that did something is not said. The newest events are in it, up to a bound that the document names.
"""

from __future__ import annotations

from typing import Any

from hardtack.login import audit
from hardtack.login.services import Services
from hardtack.store import belongings
from hardtack.store.accounts import Account
from hardtack.store.belongings import Belongings

VERSION = 1
"""Of the form of the document."""

_OPERATOR = 0


class Export:
    """Reads what belongs to an account.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def look(self, account_id: int) -> Belongings:
        """Return what belongs to the account, with one event at most: for a page that says how much there is."""
        with self._services.database.read() as connection:
            return belongings.read(connection, account_id, events=1)

    def document(
        self, account: Account, *, client: str, now: int, device: str = "", actor_id: int | None = None
    ) -> dict[str, Any]:
        """Return everything about *account*, and write down that it was asked for.

        Args:
            account: whose it is; they have shown a moment ago who they are.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in our words.
            actor_id: 0 for the operator, whom the owner has asked; else it is the owner.
        """
        services = self._services
        with services.database.write() as connection:
            event = services.trail.write(
                connection,
                audit.EXPORTED,
                now=now,
                account_id=account.id,
                client=client,
                device=device,
                actor_id=actor_id,
            )
            found = belongings.read(connection, account.id)
        services.trail.tell(event)
        return {
            "version": VERSION,
            "made": now,
            "account": {
                "id": account.id,
                "name": account.name,
                "display_name": account.display_name,
                "email": account.email,
                "language": account.language,
                "administrator": account.administrator,
                "roles": list(account.roles),
                "created": account.created,
                "password_changed": found.password_changed,
            },
            "sign_ins": [_split(row, "factors") for row in found.sign_ins],
            "second_factors": {
                "authenticator_apps": list(found.apps),
                "passkeys": [_split(row, "transports") for row in found.passkeys],
                "recovery_codes": list(found.codes),
                "trusted_browsers": list(found.trusted),
            },
            "access_tokens": [_split(row, "scopes") for row in found.tokens],
            "invitations": [_split(row, "roles") for row in found.invitations],
            "events": [_event(row, account.id) for row in found.events],
            "events_left_out": found.events_in_all - len(found.events),
        }


def _split(row: dict[str, Any], words: str) -> dict[str, Any]:
    return {**row, words: row[words].split()}


def _event(row: dict[str, Any], account_id: int) -> dict[str, Any]:
    actor = row.pop("actor_id")
    by = "owner" if actor in (None, account_id) else "operator" if actor == _OPERATOR else "administrator"
    return {**_split(row, "factors"), "by": by}
