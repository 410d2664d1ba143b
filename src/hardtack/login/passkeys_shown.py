"""A passkey that is shown: alone, beside a password, or once more by whoever is signed in.

A ceremony is sealed into the page that begins it, bound to one browser and one account, and counts once (attack
26). What the browser answers is verified against the configured host and origin alone (``webauthn_answers``). A
passkey counts for its own account and nobody else's, whatever the answer claims. Whoever was verified by their
authenticator when a passkey was made must be verified each time, and only such a one is good alone, whatever the page
has asked the browser for. A counter that does not go up means that there may be two of it: it proves nothing then, and
its owner is told. Nothing is written before all is right.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import Connection

from hardtack.login import audit, guesses, webauthn, webauthn_answers, webauthn_json
from hardtack.login.ceremonies import SIZE, Kind
from hardtack.login.factors import PASSKEY
from hardtack.login.outbox import Notice, Order
from hardtack.login.passkey_errors import PasskeyCopied, PasskeyWrong
from hardtack.login.services import Services
from hardtack.login.webauthn import Party
from hardtack.login.webauthn_answers import Used
from hardtack.login.webauthn_json import Asserted
from hardtack.store import passkeys as rows
from hardtack.store.passkeys import Passkey

USER = "passkey-user"
"""The purpose of the keyed hash that authenticators keep as the number of an account."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page has to begin a ceremony with.

    Args:
        token: what it sends back.
        options: what it asks the browser with, as JSON has it.
    """

    token: str
    options: dict[str, Any]

    @property
    def text(self) -> str:
        """The options as a page carries them."""
        return msgspec.json.encode(self.options).decode()


class ShownPasskeys:
    """Asks for passkeys and verifies them.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def list(self, account_id: int) -> tuple[Passkey, ...]:
        """Return those of an account, the oldest first."""
        with self._services.database.read() as connection:
            return rows.of(connection, account_id)

    def options_to_show(
        self, account_id: int | None, *, party: Party, binding: bytes, now: int, alone: bool = False
    ) -> Offer:
        """Begin the showing of a passkey.

        Args:
            account_id: whose it must be; ``None`` where the passkey says it, which must be good alone then.
            party: who asks for it.
            binding: what ties it to the browser: a lineage, a half-done sign-in's id, or the visitor's value.
            now: Unix seconds.
            alone: whether nothing else is proved beside it.
        """
        challenge = os.urandom(SIZE)
        alone = alone or account_id is None
        token = self._services.ceremonies.begin(
            Kind.SHOW_PASSKEY, account=account_id or 0, binding=binding, data=challenge, now=now
        )
        there = () if account_id is None else self.list(account_id)
        good = tuple(each for each in there if each.user_verified) if alone else there
        verified = alone or (good != () and all(each.user_verified for each in good))
        return Offer(token, webauthn.request_options(party, challenge, known=good, verified=verified))

    def verify(
        self,
        connection: Connection,
        account_id: int | None,
        token: str,
        answer: str,
        *,
        party: Party,
        binding: bytes,
        now: int,
        alone: bool = False,
    ) -> Passkey:
        """Return the passkey that was shown, as it is now; nothing is written before all is right.

        Args:
            connection: one that ``Database.write`` gave; the ceremony counts once its transaction is committed.
            account_id: whose it must be; ``None`` where the passkey says it, which must be good alone then.
            token: of ``options_to_show``.
            answer: the browser's JSON, as it came.
            party: who has asked for it.
            binding: as for ``options_to_show``.
            now: Unix seconds.
            alone: whether nothing else is proved beside it.

        Raises:
            PasskeyWrong: it proves nothing. Where it is ``PasskeyCopied``, ``warn`` is to be called.
            CeremonyOver: what was begun is over, or was begun by somebody else.
        """
        services = self._services
        alone = alone or account_id is None
        shown = webauthn_json.asserted(answer)
        claims = services.ceremonies.read(Kind.SHOW_PASSKEY, token, account=account_id or 0, binding=binding, now=now)
        passkey = rows.find(connection, shown.credential_id)
        if passkey is None:
            raise PasskeyWrong("unknown")
        if account_id is not None and passkey.account_id != account_id:
            raise PasskeyWrong("of-another-account", account_id)
        try:
            used = self._used(shown, claims.data, passkey, party, named=account_id is not None, alone=alone)
        except PasskeyWrong as wrong:
            wrong.account_id = passkey.account_id
            raise
        if (used.sign_count or passkey.sign_count) and used.sign_count <= passkey.sign_count:
            raise PasskeyCopied(passkey)
        services.ceremonies.spend(connection, claims)
        guesses.forget(services, connection, passkey.account_id)
        rows.used(connection, passkey.credential_id, sign_count=used.sign_count, backed_up=used.backed_up, now=now)
        return replace(passkey, sign_count=used.sign_count, backed_up=used.backed_up, last_used=now)

    def warn(self, connection: Connection, copied: PasskeyCopied, *, client: str, now: int, device: str = "") -> None:
        """Write down that there may be two of one passkey, and tell its owner.

        Args:
            connection: one that ``Database.write`` gave, of a transaction that will be committed.
            copied: as ``verify`` raised it.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in words of ours.
        """
        services, passkey = self._services, copied.passkey
        self._write(connection, audit.PASSKEY_COPIED, passkey, client=client, now=now, device=device)
        found = services.rows.by_id(connection, passkey.account_id)
        if found is not None and found.account.email is not None:
            order = Order(
                notice=Notice.PASSKEY_COPIED,
                at=now,
                account=passkey.account_id,
                client=client,
                device=device,
                detail=passkey.label,
            )
            services.outbox.put(connection, order)

    def _used(
        self, shown: Asserted, challenge: bytes, passkey: Passkey, party: Party, *, named: bool, alone: bool
    ) -> Used:
        # An authenticator that was told whom it is for need not say it; one that was not must.
        handle = shown.user_handle
        if handle is None and not named:
            raise PasskeyWrong("of-nobody")
        if handle is not None and not hmac.compare_digest(handle, self._user(passkey.account_id)):
            raise PasskeyWrong("of-another-account")
        if alone and not passkey.user_verified:
            raise PasskeyWrong("not-alone")
        return webauthn_answers.verify(party, challenge, shown, passkey, verified=alone or passkey.user_verified)

    def _user(self, account_id: int) -> bytes:
        """Return what authenticators keep as the number of an account: it tells nobody anything (§14.6.1)."""
        return self._services.keyring.lookup_hash(str(account_id).encode(), purpose=USER)

    def _write(
        self, connection: Connection, event: str, passkey: Passkey, *, client: str, now: int, device: str
    ) -> None:
        trail = self._services.trail
        written = trail.write(
            connection,
            event,
            now=now,
            account_id=passkey.account_id,
            client=client,
            device=device,
            factors=(PASSKEY,),
        )
        trail.tell_after_commit(connection, written)
