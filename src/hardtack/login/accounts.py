"""The account store as the rest of the program sees it: one object with every way in and out.

It decides nothing itself: each method is a file of this room. It may be shared by threads, and used in the child of a
fork. Every method that takes ``now`` takes whole Unix seconds.
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from hardtack.login import audit, forgetting, names, welcome
from hardtack.login.activity import Activity
from hardtack.login.administration import Administration
from hardtack.login.audit import Trail
from hardtack.login.ceremonies import Ceremonies
from hardtack.login.closing import Closing
from hardtack.login.confirm import confirm, supersede
from hardtack.login.credentials import PasswordChange
from hardtack.login.devices import UNKNOWN, Devices, Known
from hardtack.login.export import Export
from hardtack.login.factor_changes import FactorChanges
from hardtack.login.factor_reset import WAIT, FactorReset
from hardtack.login.finish import finish
from hardtack.login.guesses import Guesses
from hardtack.login.half import HalfSignIns
from hardtack.login.hand_off import HandOffs
from hardtack.login.hashing import HashingPool
from hardtack.login.invitations import Invitations
from hardtack.login.joining import Joining
from hardtack.login.links import Links
from hardtack.login.names import BadName, NoSuchAccount
from hardtack.login.new_address import Addresses
from hardtack.login.outbox import Outbox
from hardtack.login.passkey_sign_in import PasskeySignIn
from hardtack.login.passkeys import Passkeys
from hardtack.login.passwords import Argon2id
from hardtack.login.postman import Postman
from hardtack.login.recovery import Recovery
from hardtack.login.recovery_codes import RecoveryCodes
from hardtack.login.release import Release
from hardtack.login.rules import PasswordRules
from hardtack.login.second_factors import SecondFactors
from hardtack.login.second_step import SecondStep
from hardtack.login.services import Services
from hardtack.login.sign_in import sign_in
from hardtack.login.sign_ins import NOWHERE, Entering, SignIns, Whence
from hardtack.login.sign_up import add, sign_up
from hardtack.login.throttle import Throttle
from hardtack.login.tokens import Tokens
from hardtack.login.totp import Totp
from hardtack.login.trusted import Trusted
from hardtack.seal import Keyring
from hardtack.session import Identity
from hardtack.store import AccountRows, Database, RevocationTable, SpentTable, StoreUnavailable, feed, profiles
from hardtack.store import sign_ins as sign_in_rows
from hardtack.store.accounts import Account
from hardtack.store.audit import Kept
from hardtack.store.profiles import Profile

_LARGEST_ID = (1 << 63) - 1

LONGEST = 400 * 86_400
"""For how many seconds an end is remembered where nobody says for how long the session could have lived."""


class Accounts:
    """Accounts, sign-in and sign-up. Make one with ``connect``; close it, or use it in a ``with`` block.

    Args:
        database: open and migrated.
        keyring: for hashes that are looked up.
        hashing: the pool that hashes passwords, or the parameters of one to make; ``None`` for our own parameters.
        passwords: the rules for a new password; ``None`` for those that hold everywhere.
        realm: what this sign-in protects; part of every link that is sent.
        assurance: what every sign-in must reach: 1, a second factor for everybody (2), or a passkey (3).
        factor_reset_wait: seconds from the asking for a reset of second factors until it holds.
        kept: how long events of the trail stay; ``None`` for 400 days, a million of them at most.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        hashing: HashingPool | Argon2id | None = None,
        passwords: PasswordRules | None = None,
        *,
        realm: str = "hardtack",
        assurance: int = 1,
        factor_reset_wait: int = WAIT,
        kept: Kept | None = None,
    ) -> None:
        self._database = database
        pool = hashing if isinstance(hashing, HashingPool) else HashingPool(hashing)
        self._own_pool = pool is not hashing
        rows = AccountRows()
        self._services = Services(
            database=database,
            rows=rows,
            throttle=Throttle(keyring),
            trail=Trail(keyring),
            hashing=pool,
            keyring=keyring,
            links=Links(keyring, rows, realm),
            ceremonies=Ceremonies(keyring, realm),
            outbox=Outbox(keyring),
            passwords=passwords or PasswordRules(),
            assurance=assurance,
            kept=kept or Kept(),
        )
        self.administration: Administration = Administration(self._services)
        self.activity: Activity = Activity(database)
        self.outbox: Outbox = self._services.outbox
        self.postman: Postman = Postman(self._services, self.outbox)
        self.sign_ins: SignIns = SignIns(self._services)
        self.revocations: RevocationTable = RevocationTable(
            database, keyring, beside=self.sign_ins.last_use.write_when_due
        )
        self.spent: SpentTable = SpentTable(database)
        self.tokens: Tokens = Tokens(self._services)
        self.devices: Devices = Devices(self._services)
        self.release: Release = Release(self._services)
        self.addresses: Addresses = Addresses(self._services)
        self.invitations: Invitations = Invitations(self._services)
        self.joining: Joining = Joining(self._services)
        self.credentials: PasswordChange = PasswordChange(self._services)
        self.recovery: Recovery = Recovery(self._services)
        self.closing: Closing = Closing(self._services)
        self.export: Export = Export(self._services)
        self.second_factors: SecondFactors = SecondFactors(self._services, assurance)
        self.half: HalfSignIns = HalfSignIns(self._services)
        self.hand_offs: HandOffs = HandOffs(self._services, realm)
        self.factor_reset: FactorReset = FactorReset(self._services, factor_reset_wait)
        self.guesses: Guesses = Guesses(self._services)
        self.factor_changes: FactorChanges = FactorChanges(self._services, self.half, self.second_factors)
        self.totp: Totp = Totp(self._services, self.factor_changes)
        self.recovery_codes: RecoveryCodes = RecoveryCodes(self._services)
        self.passkeys: Passkeys = Passkeys(self._services, self.factor_changes)
        self.passkey_sign_in: PasskeySignIn = PasskeySignIn(self._services, self.passkeys)
        self.finish: partial[None] = partial(finish, self._services)
        self.trusted: Trusted = Trusted(self._services)
        self.second_step: SecondStep = SecondStep(
            self._services, self.guesses, self.totp, self.recovery_codes, self.passkeys
        )

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        keyring: Keyring | None = None,
        hashing: HashingPool | Argon2id | None = None,
        realm: str = "hardtack",
        passwords: PasswordRules | None = None,
        assurance: int = 1,
        factor_reset_wait: int = WAIT,
        folder: Path | None = None,
        kept: Kept | None = None,
    ) -> Accounts:
        """Open the account store at *url*, making and migrating its database if need be.

        Args:
            url: such as ``sqlite:///hardtack-data/hardtack.db`` or ``postgresql://hardtack@db.example/hardtack``.
            keyring: ``None`` takes the one in the environment variable ``HARDTACK_KEYRING``.
            hashing: the parameters of argon2id, for a pool with one thread per core; or a pool.
            realm: what this sign-in protects; part of every link that is sent.
            passwords: the rules for a new password; ``None`` for those that hold everywhere.
            assurance: what every sign-in must reach: 1, a second factor for everybody (2), or a passkey (3).
            factor_reset_wait: seconds from the asking for a reset of second factors until it holds.
            folder: with PostgreSQL, a folder that the processes of this machine share: they learn of each other's
                changes without any lag. Without it they do as processes of different machines.
            kept: how long events of the trail stay; ``None`` for 400 days, a million of them at most.

        Raises:
            MisuseError: the database or the keyring cannot be used; its hint says what to do.
        """
        keyring = keyring or Keyring.from_env()
        # A ring without a pepper is found out now, not at the first sign-in.
        keyring.lookup_hash(b"", purpose="throttle-name")
        database = Database.connect(url, folder=folder)
        try:
            database.migrate()
        except BaseException:
            database.close()
            raise
        return cls(
            database,
            keyring,
            hashing,
            passwords,
            realm=realm,
            assurance=assurance,
            factor_reset_wait=factor_reset_wait,
            kept=kept,
        )

    def close(self) -> None:
        """Stop postman and poll, write when sign-ins were used, end the threads that are ours, close the database."""
        self.postman.stop()
        self.revocations.stop_polling()
        self.sign_ins.last_use.write()
        if self._own_pool:
            self._services.hashing.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def sign_in(
        self,
        name: str,
        password: str,
        *,
        client: str,
        now: int,
        known: Known = UNKNOWN,
        device: str = "",
        entering: Entering | None = None,
    ) -> Account:
        """Return the account of *name* and *password*; see ``hardtack.login.sign_in``.

        With *entering*, the sign-in is written down in the same transaction; else it is still to be begun.
        """
        entry = None if entering is None else self.sign_ins.entry(entering, now)
        return sign_in(self._services, name, password, client=client, now=now, known=known, device=device, entry=entry)

    def sign_up(
        self,
        name: str,
        password: str,
        *,
        email: str = "",
        language: str | None = None,
        client: str,
        device: str = "",
        now: int,
    ) -> Account:
        """Make an account for a visitor; see ``hardtack.login.sign_up``."""
        return sign_up(
            self._services, name, password, email=email, language=language, client=client, device=device, now=now
        )

    def sign_out(self, identity: Identity, now: int, *, until: int | None = None, whence: Whence = NOWHERE) -> None:
        """End the session of *identity* in every process before this returns.

        Args:
            identity: whose session it is.
            now: Unix seconds.
            until: when the last cookie of this session would end, as ``Sessions.last_end`` says it, Unix seconds. The
                identity's own deadline is not enough: a copy may have been renewed since. ``None`` remembers the end
                for ``LONGEST`` seconds.
            whence: where whoever does it is.
        """
        end = now + LONGEST if until is None else max(until, now)
        with self._database.write() as connection:
            feed.revoke_lineage(connection, lineage=identity.lineage, account_id=identity.account, until=end)
            sign_in_rows.remove(connection, identity.lineage)
            event = self._services.trail.write(
                connection,
                audit.SIGNED_OUT,
                now=now,
                account_id=identity.account,
                client=whence.client,
                device=whence.device,
            )
        self._services.trail.tell(event)

    def confirm(
        self, identity: Identity, password: str, *, client: str, now: int, known: Known = UNKNOWN, device: str = ""
    ) -> Account:
        """Return the account of *identity* if *password* is its own; see ``hardtack.login.confirm``."""
        return confirm(self._services, identity, password, client=client, now=now, known=known, device=device)

    def supersede(self, identity: Identity, now: int, *, until: int) -> bool:
        """Record that a step-up has renewed the id of *identity*; see ``hardtack.login.confirm``."""
        return supersede(self._services, identity, now, until=until)

    def get(self, account_id: int) -> Account | None:
        """Return the account with the number *account_id*, disabled or not, or ``None``."""
        if not 0 < account_id <= _LARGEST_ID:
            return None
        with self._database.read() as connection:
            found = self._services.rows.by_id(connection, account_id)
        return None if found is None else found.account

    def profile(self, account_id: int) -> Profile | None:
        """Return what applications are told of an account, disabled or not, or ``None``.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        if not 0 < account_id <= _LARGEST_ID:
            return None
        with self._database.read() as connection:
            return profiles.read(connection, account_id, made=audit.ADDED)

    def find(self, name: str) -> Account | None:
        """Return the account called *name*, however it is spelled, disabled or not, or ``None``."""
        try:
            folded = names.fold(name)
        except BadName:
            return None
        with self._database.read() as connection:
            found = self._services.rows.by_name(connection, folded)
        return None if found is None else found.account

    def list(self) -> tuple[Account, ...]:
        """Return every account, by name."""
        with self._database.read() as connection:
            return self._services.rows.all(connection)

    def add(self, name: str, password: str, *, administrator: bool = False, now: int) -> Account:
        """Make an account for the operator, without a throttle; see ``hardtack.login.sign_up``."""
        return add(self._services, name, password, administrator=administrator, now=now)

    def disable(self, name: str, now: int, *, actor_id: int = audit.OPERATOR) -> Account:
        """Let *name* sign in no more, and end all its sessions and links in every process before this returns.

        Args:
            name: the account's.
            now: Unix seconds.
            actor_id: the administrator who does it; 0 for the operator.

        Raises:
            NoSuchAccount: there is none.
        """
        return self.administration.disable(self.named(name).id, actor_id=actor_id, now=now)

    def enable(self, name: str, now: int, *, actor_id: int = audit.OPERATOR) -> Account:
        """Let *name* sign in again; sessions and links that ended stay ended.

        Args:
            name: the account's.
            now: Unix seconds.
            actor_id: the administrator who does it; 0 for the operator.

        Raises:
            NoSuchAccount: there is none.
        """
        return self.administration.enable(self.named(name).id, actor_id=actor_id, now=now)

    def named(self, name: str) -> Account:
        """Return the account that the operator calls *name*.

        Raises:
            NoSuchAccount: there is none.
        """
        found = self.find(name)
        if found is None:
            raise NoSuchAccount(name)
        return found

    def has_administrator(self) -> bool:
        """Return whether there is an administrator, disabled or not."""
        with self._database.read() as connection:
            return self._services.rows.has_administrator(connection)

    def make_welcome_code(self, now: int) -> str:
        """Make the code of the first administrator's link; see ``hardtack.login.welcome``."""
        return welcome.make_code(self._services, now)

    def welcome_state(self, code: str, now: int) -> welcome.State:
        """Return what *code* is worth, consuming nothing; see ``hardtack.login.welcome``."""
        return welcome.state(self._services, code, now)

    def welcome(self, code: str, name: str, password: str, *, client: str, now: int, device: str = "") -> Account:
        """Make the first administrator; see ``hardtack.login.welcome``."""
        return welcome.welcome(self._services, code, name, password, client=client, now=now, device=device)

    @property
    def hashing(self) -> HashingPool:
        """The pool that hashes passwords, with how much it has to do."""
        return self._services.hashing

    def is_ready(self) -> bool:
        """Return whether requests can be answered: revocations are loaded, a key seals, the database answers."""
        if not (self.revocations.ready and self._services.keyring.seals):
            return False
        try:
            self.has_administrator()
        except StoreUnavailable:
            return False
        return True

    def prune(self, now: int, *, patience: float = math.inf) -> None:
        """Delete what has expired, such as sessions, events and mail. Worth doing at start and then every hour.

        Args:
            now: Unix seconds.
            patience: seconds after which what is left is left for the next time.
        """
        forgetting.prune(self._services, now, patience=patience)
