"""Since when what is known of an account may be out of date: one number for each account that has changed lately.

Whoever keeps something of an account in memory keeps with it the number of the feed's last change at the time of
reading (``profiles``). It holds as long as no later change of that account is known. Of changes from before this
process began to look, and where there were too many, one number stands for all accounts: then more is read again than
need be, never less. Loaded by ``revocations``, in its thread; asked by any.
"""

from __future__ import annotations

MOST = 10_000
"""Accounts whose changes are told apart."""


class Changes:
    """The last change of every account, or a later number.

    Args:
        newest: the feed's number when this process begins to look.
    """

    __slots__ = ("_since",)

    def __init__(self, newest: int = 0) -> None:
        # One value, so that who asks never sees half of a change.
        self._since: tuple[int, dict[int, int]] = newest, {}

    def last(self, account_id: int) -> int:
        """Return a number of the feed that no change of this account is later than; costs 0.1 µs, never raises."""
        floor, of_accounts = self._since
        return of_accounts.get(account_id, floor)

    def note(self, account_id: int, change: int) -> None:
        """Note that an account has changed; *change* is not below any number noted before."""
        of_accounts = self._since[1]
        of_accounts[account_id] = change
        if len(of_accounts) > MOST:
            self._since = change, {}
