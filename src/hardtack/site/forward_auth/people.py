"""Who the accounts are, in memory: name, address, roles and whether somebody vouched for them.

A row is good as long as the feed of revocations tells of no later change of its account than was known when it was
read (``store.changes``); so whoever asks ``Sessions`` first, which takes in what the feed has, sees a role that was
taken away at the very next request, in every process. What is missing or too old is read again before it is used; what
cannot be read is nobody's word, and raises. The version of the profile in a cookie decides nothing here.

Looking up takes no lock and no disk; ``read`` may wait for one. Past ``MOST`` accounts the one read first goes.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

from hardtack.login import Accounts
from hardtack.login.roles import ADMINISTRATOR
from hardtack.site.forward_auth.answer import Fields, Octets, block, identity_fields, octets
from hardtack.site.forward_auth.rules import Who
from hardtack.store.changes import Changes

MOST = 10_000
"""Accounts that are kept."""


class Person(NamedTuple):
    """One account.

    Args:
        who: as the rules know it, with the factors of nobody yet.
        fields: what applications are told.
        octets: the whole answer's fields.
        block: these, as they go onto the wire.
        version: of the profile.
        read_at: the feed's number when this was read.
        changes: what tells of later ones.
    """

    who: Who
    fields: Fields
    octets: Octets
    block: bytes
    version: int
    read_at: int
    changes: Changes

    def by(self, factors: tuple[str, ...]) -> Who:
        """Return who asks that has signed in with *factors*."""
        account, name, email, display_name, roles, _, vouched = self.who
        return Who(account, name, email, display_name, roles, factors, vouched)


class People:
    """The table of one process; safe to share among threads.

    Args:
        accounts: where the accounts are.
        most: how many are kept.
    """

    __slots__ = ("_accounts", "_adding", "_most", "_people", "_revocations")

    def __init__(self, accounts: Accounts, *, most: int = MOST) -> None:
        self._accounts = accounts
        self._revocations = accounts.revocations
        self._most = most
        self._people: dict[int, Person] = {}
        self._adding = threading.Lock()

    def __len__(self) -> int:
        return len(self._people)

    def known(self, account_id: int) -> Person | None:
        """Return the person if memory has a row that is still good; waits for nothing, raises nothing.

        Args:
            account_id: the account's number.
        """
        person = self._people.get(account_id)
        changes = self._revocations.changes
        if person is None or person.changes is not changes or person.read_at < changes.last(account_id):
            return None
        return person

    def read(self, account_id: int) -> Person | None:
        """Return the person, from the database where need be; ``None`` for an account that is closed or disabled.

        Args:
            account_id: the account's number.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        known = self.known(account_id)
        if known is not None:
            return known
        # Looked at before reading: what comes from another database than the row is then never taken for newer.
        changes = self._revocations.changes
        profile = self._accounts.profile(account_id)
        if profile is None or profile.account.disabled:
            return None
        account = profile.account
        roles = (*account.roles, ADMINISTRATOR) if account.administrator else account.roles
        who = Who(account.id, account.name, account.email or "", account.display_name, roles, (), profile.vouched)
        fields = identity_fields(who)
        said = octets(fields)
        person = Person(who, fields, said, block(said), account.profile_version, profile.newest, changes)
        with self._adding:
            self._people.pop(account_id, None)
            if len(self._people) >= self._most:
                del self._people[next(iter(self._people))]
            self._people[account_id] = person
        return person
