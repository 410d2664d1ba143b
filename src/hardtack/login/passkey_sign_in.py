"""Sign in with a passkey and nothing else: no name is typed, and none is told.

The passkey says whose it is, and counts only where its authenticator has verified the person, now and when it was made.
There is nothing to guess, so the budgets of names are not touched: a client has its own, so that nobody has us verify
signatures for ever. Whoever succeeds has shown more than any password: the name's failures in a row are forgotten, so
that nobody is kept out by somebody else's guesses (attack 13). A passkey that is unknown, of a disabled account or
wrong in any way gets one and the same answer.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit, notices
from hardtack.login.ceremonies import CeremonyOver
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.factors import PASSKEY
from hardtack.login.passkey_errors import PasskeyCopied, PasskeyWrong
from hardtack.login.passkeys import Passkeys
from hardtack.login.services import Services
from hardtack.login.throttle import TooManyAttempts
from hardtack.login.webauthn import Party
from hardtack.store.accounts import Account


class PasskeySignIn:
    """Signs in with passkeys.

    Args:
        services: the parts to work with.
        passkeys: verifies them.
    """

    def __init__(self, services: Services, passkeys: Passkeys) -> None:
        self._services = services
        self._passkeys = passkeys

    def sign_in(
        self,
        token: str,
        answer: str,
        *,
        party: Party,
        binding: bytes,
        client: str,
        now: int,
        known: Known = UNKNOWN,
        device: str = "",
    ) -> Account:
        """Return the account whose passkey was shown.

        Args:
            token: of ``Passkeys.options_to_show``, for nobody in particular.
            answer: the browser's JSON, as it came.
            party: who has asked for it.
            binding: what ties it to the browser: the visitor's value.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            known: the known devices that the browser shows.
            device: browser and system, in words of ours.

        Raises:
            PasskeyWrong: nobody is signed in by it.
            CeremonyOver: what was begun is over, or was begun in another browser.
            TooManyAttempts: the client's budget is used up.
        """
        services = self._services
        places = services.throttle.client(client)
        who: dict[str, Any] = {"now": now, "client": client, "device": device}
        with services.database.write() as connection:
            refusal = services.throttle.take(connection, places, now)
            if refusal is not None:
                outcome: Account | Refused = TooManyAttempts(refusal.retry_after)
                if refusal.first:
                    self._write(connection, audit.SIGN_IN_REFUSED, reason="throttled", **who)
            else:
                outcome = self._outcome(connection, token, answer, party=party, binding=binding, now=now)
                if isinstance(outcome, Account):
                    services.throttle.give_back(connection, places, now)
                    self._passed(connection, outcome, known=known.of(outcome.id, now) is not None, **who)
                else:
                    self._failed(connection, outcome, **who)
        if isinstance(outcome, Account):
            return outcome
        raise outcome

    def _outcome(
        self, connection: Connection, token: str, answer: str, *, party: Party, binding: bytes, now: int
    ) -> Account | Refused:
        try:
            passkey = self._passkeys.verify(
                connection, None, token, answer, party=party, binding=binding, now=now, alone=True
            )
        except (PasskeyWrong, CeremonyOver) as wrong:
            return wrong
        found = self._services.rows.by_id(connection, passkey.account_id)
        if found is None or found.account.disabled:
            return PasskeyWrong("disabled", passkey.account_id)
        return found.account

    def _passed(
        self, connection: Connection, account: Account, *, known: bool, now: int, client: str, device: str
    ) -> None:
        services = self._services
        services.throttle.release(connection, account.name)
        # Asked before the event of this sign-in is written.
        notices.signed_in(services.outbox, connection, account, known=known, now=now, client=client, device=device)
        self._write(
            connection,
            audit.SIGNED_IN,
            account_id=account.id,
            factors=(PASSKEY,),
            now=now,
            client=client,
            device=device,
        )

    def _failed(self, connection: Connection, wrong: Refused, *, now: int, client: str, device: str) -> None:
        if isinstance(wrong, PasskeyCopied):
            self._passkeys.warn(connection, wrong, client=client, now=now, device=device)
        account_id = wrong.account_id if isinstance(wrong, PasskeyWrong) else None
        self._write(
            connection,
            audit.SIGN_IN_REFUSED,
            account_id=account_id,
            reason=wrong.reason,
            now=now,
            client=client,
            device=device,
        )

    def _write(self, connection: Connection, event: str, **fields: Any) -> None:
        trail = self._services.trail
        written = trail.write(connection, event, **fields)
        trail.tell_after_commit(connection, written)
