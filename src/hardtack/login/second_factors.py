"""What an account has beside its password, what a sign-in still needs, and how often somebody may guess at a code.

Guesses are counted per account, not per browser or session (attack 24): five at once, then one in half a minute, and
after twenty wrong ones in a row no code of an authenticator app is looked at until its owner has shown a passkey or a
recovery code, or has set a new password: whoever guesses has the password already, and three of a million codes are
right. The owner is told of the fifth (ASVS 6.3.5). A place is taken before a code is looked at, and given back on
success.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from hardtack.login import factors
from hardtack.login.factors import Held, Need
from hardtack.login.services import Services
from hardtack.session import Identity
from hardtack.store import factors as rows


class SecondFactors:
    """Reads what accounts have.

    Args:
        services: the parts to work with.
        assurance: what every sign-in must reach: 1, 2 or 3.
    """

    def __init__(self, services: Services, assurance: int = 1) -> None:
        self._services = services
        self.assurance = assurance

    @property
    def accepts(self) -> Callable[[Identity], bool] | None:
        """What a session must prove to be somebody's here, as ``Sessions`` takes it; ``None``: anything will do.

        Where the operator has raised the assurance, whoever signed in with less is nobody, and signs in anew.
        """
        return None if self.assurance == 1 else self._is_enough

    def _is_enough(self, identity: Identity) -> bool:
        return factors.level(identity.factors) >= self.assurance

    def held(self, account_id: int) -> Held:
        """Return what an account has beside its password."""
        with self._services.database.read() as connection:
            return self.counted(connection, account_id)

    def needed(self, account_id: int, proved: tuple[str, ...]) -> Need:
        """Return what is missing before somebody is signed in who has proved *proved*."""
        return factors.needed(self.held(account_id), proved, self.assurance)

    def required(self, account_id: int) -> int:
        """Return the assurance that a sign-in to an account needs."""
        return factors.required(self.held(account_id), self.assurance)

    @staticmethod
    def counted(connection: Connection, account_id: int) -> Held:
        """Return the same as the caller's transaction sees it."""
        found = rows.count(connection, account_id)
        return Held(
            totp=found.totp > 0,
            passkeys=found.passkeys,
            recovery_codes=found.recovery_codes,
            demanded=found.demanded,
            reset_due=found.reset_due,
        )
