"""Passkeys: several for an account, made, named and removed by its owner. How they are shown is ``passkeys_shown``'s.

Making one takes a session that still holds, or a half-done sign-in of an account that must have a factor and has none;
one id is there once for all accounts; its owner is told, and told again when it is removed. Removing ends every other
session; the last second factor goes only as ``factor_changes`` says.
"""

from __future__ import annotations

import os
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection

from hardtack.login import audit, webauthn, webauthn_answers
from hardtack.login.ceremonies import SIZE, Kind
from hardtack.login.credentials import require_held
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.factor_changes import FactorChanges, NoSuchFactor
from hardtack.login.factors import PASSKEY
from hardtack.login.half import Half
from hardtack.login.passkey_errors import MOST, PasskeyTaken, TooManyPasskeys, cleaned
from hardtack.login.passkeys_shown import Offer, ShownPasskeys
from hardtack.login.services import Services
from hardtack.login.webauthn import Party
from hardtack.login.webauthn_answers import Made
from hardtack.session import Identity
from hardtack.store import passkeys as rows
from hardtack.store.accounts import Account
from hardtack.store.passkeys import Passkey


class Passkeys(ShownPasskeys):
    """The passkeys of all accounts.

    Args:
        services: the parts to work with.
        changes: what adding and removing factors have in common.
    """

    def __init__(self, services: Services, changes: FactorChanges) -> None:
        super().__init__(services)
        self._changes = changes

    def options_to_make(self, account: Account, *, party: Party, binding: bytes, now: int) -> Offer:
        """Begin the making of a passkey.

        Args:
            account: whose it will be.
            party: who asks for it.
            binding: what ties it to the browser: a lineage, or a half-done sign-in's id.
            now: Unix seconds.
        """
        challenge = os.urandom(SIZE)
        ceremonies = self._services.ceremonies
        token = ceremonies.begin(Kind.MAKE_PASSKEY, account=account.id, binding=binding, data=challenge, now=now)
        options = webauthn.creation_options(
            party,
            challenge,
            user=self._user(account.id),
            name=account.name,
            display_name=account.display_name,
            known=self.list(account.id),
        )
        return Offer(token, options)

    def make(
        self,
        who: Identity | Half,
        token: str,
        answer: str,
        label: str,
        *,
        party: Party,
        binding: bytes,
        client: str,
        now: int,
        device: str = "",
        language: str = "",
    ) -> Passkey:
        """Let what a browser has made be a passkey of the account from now on.

        Args:
            who: who makes it: a session, or a half-done sign-in that must enrol a factor.
            token: of ``options_to_make``.
            answer: the browser's JSON, as it came.
            label: what its owner calls it.
            party: who has asked for it.
            binding: as for ``options_to_make``.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in words of ours.
            language: of the request.

        Raises:
            PasskeyUnfit: it cannot be one.
            PasskeyTaken: there is one of its id already.
            TooManyPasskeys: the account has as many as it may have.
            BadPasskeyLabel: it cannot be called that.
            CeremonyOver: what was begun is over, or was begun by somebody else.
            SessionOver, HalfOver: whoever does it may not do so any more.
        """
        services = self._services
        account_id = who.account.id if isinstance(who, Half) else who.account
        named = cleaned(label)
        claims = services.ceremonies.read(Kind.MAKE_PASSKEY, token, account=account_id, binding=binding, now=now)
        made = webauthn_answers.made(party, claims.data, answer)
        passkey = Passkey(account_id=account_id, label=named, created=now, **_fields(made))
        with services.database.write() as connection:
            account = self._changes.owner(connection, who, now)
            services.ceremonies.spend(connection, claims)
            if rows.count(connection, account.id) >= MOST:
                raise TooManyPasskeys
            if not rows.add(connection, passkey):
                raise PasskeyTaken
            self._changes.added(
                connection, account, PASSKEY, label=named, client=client, now=now, device=device, language=language
            )
        return passkey

    def rename(
        self, identity: Identity, wanted: str, label: str, *, client: str, now: int, device: str = ""
    ) -> Passkey:
        """Call a passkey of whoever is signed in *label*.

        Args:
            identity: who is signed in, as a session says it.
            wanted: its ``id``.
            label: what its owner calls it.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in words of ours.

        Raises:
            BadPasskeyLabel: it cannot be called that.
            NoSuchFactor: they have none of that id.
            SessionOver: the session is over.
        """
        named = cleaned(label)
        with self._services.database.write() as connection:
            require_held(self._services, connection, identity)
            passkey = replace(self._find(connection, identity.account, wanted), label=named)
            rows.rename(connection, passkey.credential_id, named)
            self._write(connection, audit.PASSKEY_RENAMED, passkey, client=client, now=now, device=device)
        return passkey

    def remove(
        self,
        identity: Identity,
        wanted: str,
        *,
        password: str = "",
        client: str,
        now: int,
        device: str = "",
        language: str = "",
        known: Known = UNKNOWN,
    ) -> Account:
        """Remove a passkey of whoever is signed in, and end every session; see ``FactorChanges.remove``.

        Args:
            identity: who is signed in, as a session says it.
            wanted: its ``id``.
            password: the present one, as typed; looked at for the last second factor alone.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in words of ours.
            language: of the request.
            known: the known devices that the browser shows.

        Raises:
            NoSuchFactor: they have none of that id.
            Refused: as ``FactorChanges.remove`` says.
        """
        with self._services.database.read() as connection:
            passkey = self._find(connection, identity.account, wanted)
        return self._changes.remove(
            identity,
            PASSKEY,
            lambda connection: rows.remove(connection, passkey.credential_id),
            password=password,
            label=passkey.label,
            client=client,
            now=now,
            device=device,
            language=language,
            known=known,
        )

    @staticmethod
    def _find(connection: Connection, account_id: int, wanted: str) -> Passkey:
        found = next((each for each in rows.of(connection, account_id) if each.id == wanted), None)
        if found is None:
            raise NoSuchFactor
        return found


def _fields(made: Made) -> dict[str, Any]:
    return {each.name: getattr(made, each.name) for each in fields(made)}
