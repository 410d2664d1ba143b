"""Codes of an authenticator app: RFC 6238 with SHA-1, six digits and 30 seconds, as every app knows it.

The secret has 160 random bits (RFC 4226 §4). Until the first right code has shown that the app has it, it is nowhere
but in the page that shows it, sealed (``ceremonies``); afterwards it lies sealed in the database. A code is good in its
own step, the one before and the one after, whatever the clocks are (RFC 6238 §5.2), counts once, and never after a
later one: also in two requests at once, and in any number of processes (attack 24; ASVS 6.5.1, 6.5.5). The code that
confirms an app counts, too. Time comes from this server alone (ASVS 6.5.8). How often somebody may guess is counted
elsewhere (``guesses``), before a code is looked at here. No secret and no code is ever logged.
"""

from __future__ import annotations

import base64
import hmac
import logging
import os
from dataclasses import dataclass, field

import pyotp
from sqlalchemy import Connection

from hardtack.login import codes
from hardtack.login.ceremonies import Kind
from hardtack.login.codes import WrongCode
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.factor_changes import FactorChanges
from hardtack.login.factors import TOTP
from hardtack.login.half import Half
from hardtack.login.services import Services
from hardtack.seal import SealError
from hardtack.session import Identity
from hardtack.store import totp as rows
from hardtack.store import trusted
from hardtack.store.accounts import Account

SECRET_SIZE = 20
"""Bytes, all random."""

STEP = 30
"""Seconds for which one code is shown."""

DRIFT = 1
"""Steps by which an app's clock may be ahead or behind."""

logger: logging.Logger = logging.getLogger("hardtack.login")


@dataclass(frozen=True, slots=True)
class Setup:
    """What is shown to somebody who sets up an app.

    Args:
        token: what the page keeps; sealed.
        secret_text: the secret as people type it: base32 in groups of four.
        uri: the same as an app reads it from a QR code.
    """

    token: str = field(repr=False)
    secret_text: str = field(repr=False)
    uri: str = field(repr=False)


def code_at(secret: bytes, step: int) -> str:
    """Return the code of the time step *step* (RFC 4226 §5.3; the step is the counter)."""
    return pyotp.HOTP(_base32(secret), digits=codes.APP_DIGITS).at(step)


def step_of(secret: bytes, code: str, now: int) -> int | None:
    """Return the step that *code* belongs to, if it is near enough to *now*; ``None`` if it is none.

    Every step is compared, each in constant time. Where one code is that of two steps, it is the later one's.

    Args:
        secret: of the app.
        code: six digits.
        now: Unix seconds.
    """
    present = now // STEP
    near = range(max(present - DRIFT, 0), present + DRIFT + 1)
    found = [step for step in near if hmac.compare_digest(code_at(secret, step), code)]
    return max(found, default=None)


class Totp:
    """Authenticator apps, one for an account.

    Args:
        services: the parts to work with.
        changes: what adding and removing factors have in common.
    """

    def __init__(self, services: Services, changes: FactorChanges) -> None:
        self._services = services
        self._changes = changes

    def created(self, account_id: int) -> int | None:
        """Return when the app of an account was set up, Unix seconds; ``None`` if it has none."""
        with self._services.database.read() as connection:
            app = rows.find(connection, account_id)
        return None if app is None else app.created

    def begin(self, account: Account, *, binding: bytes, now: int, issuer: str = "Hardtack") -> Setup:
        """Draw a secret; nothing is written until a code has confirmed it.

        Args:
            account: whose it will be.
            binding: what ties it to the browser: a lineage, or a half-done sign-in's id.
            now: Unix seconds.
            issuer: what the app calls the site.
        """
        secret = os.urandom(SECRET_SIZE)
        token = self._services.ceremonies.begin(Kind.TOTP, account=account.id, binding=binding, data=secret, now=now)
        return _setup(account, token, secret, issuer)

    def resume(self, account: Account, token: str, *, binding: bytes, now: int, issuer: str = "Hardtack") -> Setup:
        """Return what ``begin`` did, to be shown once more after a code that was not right.

        Raises:
            CeremonyOver: it is over.
        """
        ceremonies = self._services.ceremonies
        claims = ceremonies.read(Kind.TOTP, token, account=account.id, binding=binding, now=now)
        return _setup(account, token, claims.data, issuer)

    def enrol(
        self,
        who: Identity | Half,
        token: str,
        code: str,
        *,
        binding: bytes,
        client: str,
        now: int,
        device: str = "",
        language: str = "",
    ) -> Account:
        """Let an app be the account's from now on, in the place of an older one, because its first code is right.

        With an older one goes the trust of every browser.

        Args:
            who: who sets it up: a session, or a half-done sign-in that must.
            token: of ``begin``.
            code: as typed.
            binding: as for ``begin``.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in words of ours.
            language: of the request.

        Raises:
            BadCode: it cannot be a code.
            WrongCode: it is not right; it can be tried again.
            CeremonyOver: what was begun is over, or was begun by somebody else.
            SessionOver, HalfOver: whoever does it may not do so any more.
        """
        services = self._services
        account_id = who.account.id if isinstance(who, Half) else who.account
        wanted = codes.app(code)
        claims = services.ceremonies.read(Kind.TOTP, token, account=account_id, binding=binding, now=now)
        step = step_of(claims.data, wanted, now)
        if step is None:
            raise WrongCode
        with services.database.write() as connection:
            account = self._changes.owner(connection, who, now)
            services.ceremonies.spend(connection, claims)
            replaced = rows.put(connection, services.keyring, account.id, claims.data, step=step, now=now)
            if replaced:
                # They were trusted by the app that is gone, which may lie on the lost telephone beside the browser.
                trusted.end_all(connection, account.id)
            self._changes.added(
                connection,
                account,
                TOTP,
                replaced=replaced,
                client=client,
                now=now,
                device=device,
                language=language,
            )
        return account

    def verify(self, connection: Connection, account_id: int, code: str, now: int) -> bool:
        """Return whether *code* is one of the account's app and counts now; if so, it counts no second time.

        Args:
            connection: one that ``Database.write`` gave; the code counts if its transaction is committed.
            account_id: whose it must be.
            code: as typed.
            now: Unix seconds.

        Raises:
            BadCode: it cannot be a code.
        """
        wanted = codes.app(code)
        app = rows.find(connection, account_id)
        if app is None:
            return False
        try:
            secret = app.secret(self._services.keyring)
        except SealError as error:
            # Nobody signs in by it until it is set up anew; the operator should know.
            extra = {"event": "totp-secret-refused", "account": account_id, "reason": error.reason}
            logger.error("the secret of an authenticator app cannot be read: %s", error.reason, extra=extra)
            return False
        step = step_of(secret, wanted, now)
        return step is not None and rows.spend(connection, account_id, step)

    def remove(
        self,
        identity: Identity,
        *,
        password: str = "",
        client: str,
        now: int,
        device: str = "",
        language: str = "",
        known: Known = UNKNOWN,
    ) -> Account:
        """Remove the app of whoever is signed in, and end every session; see ``FactorChanges.remove``."""
        return self._changes.remove(
            identity,
            TOTP,
            lambda connection: rows.remove(connection, identity.account),
            password=password,
            client=client,
            now=now,
            device=device,
            language=language,
            known=known,
        )


def _setup(account: Account, token: str, secret: bytes, issuer: str) -> Setup:
    written = _base32(secret)
    # A colon stands between issuer and name.
    uri = pyotp.TOTP(written).provisioning_uri(name=account.name, issuer_name=issuer.replace(":", " "))
    return Setup(token, codes.grouped(written, 4, " "), uri)


def _base32(secret: bytes) -> str:
    return base64.b32encode(secret).decode("ascii")
