"""What an administrator does to an account: its roles, and whether it may sign in.

Who acts is said by the caller from the session, never by a form. It is written into the trail beside what was done, so
that the owner of the account sees by whom, and told by mail where the owner can be reached. Roles count for the next
request of every application, since an account is read from the store in each; disabling ends all sessions at once.

There is always somebody who can administer: the last one who can loses neither the mark nor the account. That is looked
at in the transaction of the change, and writers run one after another, so of two administrators who remove each other
at the same moment one stays. The operator, on the command line, may disable the last one all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit, roles
from hardtack.login.outbox import Notice, Order
from hardtack.login.services import Services
from hardtack.login.sign_ins import NOWHERE, Whence
from hardtack.login.struggling import Struggling, struggling
from hardtack.store import belongings, counting, directory, tokens
from hardtack.store.accounts import Account
from hardtack.store.counting import Counts
from hardtack.store.directory import By


class UnknownAccount(Refused):
    """There is no account with that number, or it is closed."""

    status = 404
    slug = "unknown-account"

    def __init__(self) -> None:
        super().__init__({"en": "There is no such account any more.", "zh": "没有这个账户，或者它已被注销。"})


class LastAdministrator(Refused):
    """Nobody else could administer then."""

    status = 409
    slug = "last-administrator"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "Nobody else can administer this site, so this account must stay as it is. "
                "Make somebody else an administrator first.",
                "zh": "除此账户外没有别人可以管理本站，因此不能这样做。请先指定另一位管理员。",
            }
        )


def require_another(connection: Connection, account: Account) -> None:
    """Refuse a change after which *account* cannot administer, if nobody else can; asked in its transaction.

    Args:
        connection: one that ``Database.write`` gave.
        account: as it is before the change.

    Raises:
        LastAdministrator: nobody else can; the transaction must be given up.
    """
    if belongings.is_the_only_administrator(connection, account.id):
        raise LastAdministrator


@dataclass(frozen=True, slots=True)
class Administration:
    """Acts on accounts for whoever may administer.

    Args:
        services: the parts to work with.
    """

    services: Services

    def set_roles(
        self,
        account_id: int,
        given: Iterable[str],
        administrator: bool,
        actor_id: int,
        now: int,
        *,
        whence: Whence = NOWHERE,
    ) -> Account:
        """Write what an account may do, and return it as it is then.

        Args:
            account_id: the account.
            given: its roles, all of them.
            administrator: whether it may administer.
            actor_id: who does it; 0 for the operator.
            now: Unix seconds.
            whence: where whoever does it is.

        Raises:
            BadRoles: one of the roles can be none, or there are too many.
            UnknownAccount: there is no such account.
            LastAdministrator: nobody could administer then.
        """
        wanted = roles.checked(given)
        services = self.services
        with services.database.write() as connection:
            account = self._present(connection, account_id)
            if not administrator:
                require_another(connection, account)
            services.rows.set_roles(connection, account_id, roles=wanted, administrator=administrator)
            event = services.trail.write(
                connection,
                audit.ROLES_CHANGED,
                now=now,
                account_id=account_id,
                actor_id=actor_id,
                client=whence.client,
                device=whence.device,
                reason=_difference(account, administrator),
            )
            account = self._present(connection, account_id)
            self._notify(connection, account, actor_id, now)
        services.trail.tell(event)
        return account

    def disable(self, account_id: int, *, actor_id: int, now: int, whence: Whence = NOWHERE) -> Account:
        """Let an account sign in no more, and end all its sessions and tokens in every process before this returns.

        Args:
            account_id: the account.
            actor_id: who does it; 0 for the operator, who may disable the last administrator.
            now: Unix seconds.
            whence: where whoever does it is.

        Raises:
            UnknownAccount: there is no such account.
            LastAdministrator: nobody could administer then.
        """
        return self._switch(account_id, True, actor_id=actor_id, now=now, whence=whence)

    def enable(self, account_id: int, *, actor_id: int, now: int, whence: Whence = NOWHERE) -> Account:
        """Let an account sign in again; sessions and tokens that ended stay ended.

        Args:
            account_id: the account.
            actor_id: who does it; 0 for the operator.
            now: Unix seconds.
            whence: where whoever does it is.

        Raises:
            UnknownAccount: there is no such account.
        """
        return self._switch(account_id, False, actor_id=actor_id, now=now, whence=whence)

    def _switch(self, account_id: int, disabled: bool, *, actor_id: int, now: int, whence: Whence) -> Account:
        services = self.services
        with services.database.write() as connection:
            account = self._present(connection, account_id)
            if disabled:
                if actor_id != audit.OPERATOR:
                    require_another(connection, account)
                services.rows.disable(connection, account_id, now)
                belongings.end_sign_ins(connection, account_id)
                # Or they would be good again with the account, when its sessions are not.
                tokens.end_all(connection, account_id)
            else:
                services.rows.enable(connection, account_id)
            event = services.trail.write(
                connection,
                audit.DISABLED if disabled else audit.ENABLED,
                now=now,
                account_id=account_id,
                actor_id=actor_id,
                client=whence.client,
                device=whence.device,
            )
            account = self._present(connection, account_id)
            self._notify(connection, account, actor_id, now)
        services.trail.tell(event)
        return account

    def find(self, *, by: By = "name", prefix: str = "", after: str = "", limit: int) -> tuple[Account, ...]:
        """Return a page of accounts; see ``hardtack.store.directory``."""
        with self.services.database.read() as connection:
            return directory.page(connection, by=by, prefix=prefix, after=after, limit=limit)

    def counts(self, now: int) -> Counts:
        """Return how much there is of everything.

        Args:
            now: Unix seconds.
        """
        with self.services.database.read() as connection:
            return counting.counts(connection, now)

    def names(self, numbers: Collection[int]) -> dict[int, str]:
        """Return the names of accounts, closed ones too, by their numbers; see ``hardtack.store.directory``."""
        with self.services.database.read() as connection:
            return directory.names(connection, numbers)

    def struggling(self, now: int) -> tuple[Struggling, ...]:
        """Return the accounts with failures in a row; see ``hardtack.login.struggling``."""
        return struggling(self.services, now)

    def _notify(self, connection: Connection, account: Account, actor_id: int, now: int) -> None:
        """Order the mail that tells the owner, if somebody else has acted and mail can reach them."""
        if account.email is None or account.disabled or actor_id == account.id:
            return
        acted = directory.names(connection, [actor_id]).get(actor_id, "")
        order = Order(notice=Notice.ADMINISTERED, at=now, account=account.id, detail=acted)
        self.services.outbox.put(connection, order)

    def _present(self, connection: Connection, account_id: int) -> Account:
        found = self.services.rows.by_id(connection, account_id)
        if found is None:
            raise UnknownAccount
        return found.account


def _difference(before: Account, administrator: bool) -> str:
    """Return what became of the mark, the part of a change that the trail must name; ``""`` where nothing did."""
    if before.administrator == administrator:
        return ""
    return "administrator-given" if administrator else "administrator-taken"
