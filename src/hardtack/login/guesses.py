"""How often somebody may guess at a code: counted for the account and for the client, whatever browser or session asks.

Whoever types a code has shown the password already, and three of a million codes are right at any moment, so these
budgets are narrow (attack 24): five at once, then one in half a minute; and at the twentieth wrong code of an app in a
row none is looked at any more until the owner has shown a passkey or a recovery code, or has set a new password. Passed
time does not help, and neither does another address. A password that is set by a link in a mail helps until the
hundredth wrong one, and then no more: whoever has the mailbox sets as many as they like. Recovery codes have their own
budget, so that nobody can use up the one with the other; with 120 random bits they need no end.

A place is taken, and a failure counted, before the code is looked at; a success gives the places back and begins the
count anew. The owner is told of the fifth wrong one in a row (ASVS 6.3.5): somebody knows their password.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit
from hardtack.login.factors import RECOVERY_CODE, TOTP
from hardtack.login.outbox import Notice, Order
from hardtack.login.services import Services
from hardtack.login.throttle import Places, TooManyAttempts
from hardtack.store.streaks import LIMIT, Streak, Streaks
from hardtack.store.throttle import Budget

CODES = Budget(at_once=5, interval=30)
"""Of the codes of one kind that are looked at for one account."""

MOST_WRONG = 20
"""Wrong codes of an app in a row after which none is looked at."""

BURSTS = (5, MOST_WRONG)
"""Wrong codes in a row of which the owner is told; once a day at most."""

_COUNTED = (TOTP, RECOVERY_CODE)

_THROUGH = "streak-code-through-links"
"""The purpose of the count that no link begins anew."""


class TooManyCodes(Refused):
    """Too many wrong codes of an app in a row: none is looked at, and waiting does not help."""

    status = 429
    slug = "too-many-codes"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "There were too many wrong codes in a row. No code of an authenticator app is looked at, not "
                "even the right one, until the owner of the account has used a passkey or a recovery code, or has "
                "set a new password.",
                "zh": "连续输错验证码的次数过多。在账户主人使用通行密钥或恢复码，或者设置新密码之前，"
                "验证器应用的验证码一律不再处理，即使正确。",
            }
        )


@dataclass(frozen=True, slots=True)
class Guess:
    """One code that is about to be looked at.

    Args:
        account_id: whose it must be.
        factor: of which kind it is.
        failures: wrong ones in a row, if this is one more.
        client: the network address, after trusted proxies.
        at: when it was counted, Unix seconds.
        places: what it took from the budgets.
        key: of the count.
        through: of the one that goes on through links that set a password.
    """

    account_id: int
    factor: str
    failures: int
    client: str
    at: int
    places: Places = field(repr=False)
    key: bytes = field(repr=False)
    through: bytes = field(repr=False)


class Guesses:
    """Counts codes.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._streaks = Streaks()

    def admit(self, account_id: int, client: str, now: int, *, factor: str = TOTP, device: str = "") -> Guess:
        """Take a place for one code and count it as wrong, before anybody looks at it.

        Args:
            account_id: whose code it must be.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            factor: ``totp`` or ``recovery-code``.
            device: browser and system, in words of ours.

        Raises:
            TooManyAttempts: the account's or the client's budget is used up.
            TooManyCodes: there were too many wrong codes in a row.
        """
        services, throttle = self._services, self._services.throttle
        key = _key(services, "streak-code", account_id, factor)
        places: Places = ((_key(services, "throttle-code", account_id, factor), CODES), *throttle.client(client))
        through = _key(services, _THROUGH, account_id, factor)
        with services.database.write() as connection:
            before = self._read(connection, key, now)
            (all_before,) = self._streaks.read(connection, (through,), now)
            locked = factor == TOTP and max(before.failures, all_before.failures) >= LIMIT
            refusal = None if locked else throttle.take(connection, places, now)
            failures = 0
            if refusal is None and not locked:
                failures = self._count(connection, key, before, factor, now)
                self._streaks.count(connection, through, all_before, now)
            elif refusal is not None and refusal.first:
                self._write(connection, account_id, "throttled", now=now, client=client, device=device)
        if locked:
            raise TooManyCodes
        if refusal is not None:
            raise TooManyAttempts(refusal.retry_after)
        return Guess(account_id, factor, failures, client, now, places, key, through)

    def passed(self, connection: Connection, guess: Guess) -> None:
        """Give back what a right code took, and begin the count anew; a recovery code begins that of the app, too.

        Args:
            connection: one that ``Database.write`` gave.
            guess: as ``admit`` returned it.
        """
        self._services.throttle.give_back(connection, guess.places, guess.at)
        if guess.factor == RECOVERY_CODE:
            forget(self._services, connection, guess.account_id)
        else:
            self._streaks.reset(connection, (guess.key, guess.through))

    def failed(self, connection: Connection, guess: Guess, *, device: str = "", language: str = "") -> None:
        """Write a wrong code down, and tell the owner where it is one of too many.

        Args:
            connection: one that ``Database.write`` gave.
            guess: as ``admit`` returned it.
            device: browser and system, in words of ours.
            language: of the request.
        """
        last = guess.factor == TOTP and guess.failures >= MOST_WRONG
        self._write(
            connection,
            guess.account_id,
            "codes-locked" if last else f"wrong-{guess.factor}",
            now=guess.at,
            client=guess.client,
            device=device,
        )
        if self.tells(connection, guess):
            order = Order(
                notice=Notice.FACTOR_FAILURES,
                at=guess.at,
                account=guess.account_id,
                language=language,
                client=guess.client,
                device=device,
                detail=str(guess.failures),
            )
            self._services.outbox.put(connection, order)

    def tells(self, connection: Connection, guess: Guess) -> bool:
        """Return whether a wrong code is one of which the owner is to be told, and note that they are."""
        return guess.failures in BURSTS and self._streaks.tell(connection, guess.key, guess.at)

    def reset(self, connection: Connection, account_id: int) -> None:
        """Begin every count of an account anew, because its owner has shown a passkey.

        Args:
            connection: one that ``Database.write`` gave.
            account_id: whose.
        """
        forget(self._services, connection, account_id)

    def locked(self, account_id: int, now: int) -> bool:
        """Return whether no code of the account's app is looked at."""
        key, through = (_key(self._services, purpose, account_id, TOTP) for purpose in ("streak-code", _THROUGH))
        with self._services.database.read() as connection:
            (all_before,) = self._streaks.read(connection, (through,), now)
            return max(self._read(connection, key, now).failures, all_before.failures) >= LIMIT

    def _read(self, connection: Connection, key: bytes, now: int) -> Streak:
        (found,) = self._streaks.read(connection, (key,), now)
        if MOST_WRONG <= found.failures < LIMIT:
            # No app's count is that high, but at its end: it is the floor under all that were thrown out. As for names,
            # nobody's codes end for what was done to others.
            return found._replace(failures=MOST_WRONG // 2)
        return found

    def _count(self, connection: Connection, key: bytes, before: Streak, factor: str, now: int) -> int:
        failures = before.failures + 1
        if factor == TOTP and failures >= MOST_WRONG:
            # At the end of every count, where rows are kept the longest and are the last that are thrown out.
            before = before._replace(failures=LIMIT - 1)
        self._streaks.count(connection, key, before, now)
        return failures

    def _write(
        self, connection: Connection, account_id: int, reason: str, *, now: int, client: str, device: str
    ) -> None:
        trail = self._services.trail
        event = trail.write(
            connection, audit.CODE_REFUSED, now=now, account_id=account_id, client=client, device=device, reason=reason
        )
        trail.tell_after_commit(connection, event)


def forget(services: Services, connection: Connection, account_id: int, *, by_link: bool = False) -> None:
    """Let there be no wrong codes of an account: its owner has a new password, or has shown a better factor.

    Args:
        services: the parts to work with.
        connection: one that ``Database.write`` gave.
        account_id: whose.
        by_link: whether it is a link that has set the password: then a hundred wrong ones in all end it.
    """
    for purpose in ("streak-code",) if by_link else ("streak-code", _THROUGH):
        Streaks().reset(connection, [_key(services, purpose, account_id, factor) for factor in _COUNTED])


def _key(services: Services, purpose: str, account_id: int, factor: str) -> bytes:
    return services.keyring.lookup_hash(f"{factor} {account_id}".encode(), purpose=purpose)
