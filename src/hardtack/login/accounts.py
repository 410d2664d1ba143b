"""The account store as the rest of the program sees it: one object with every way in and out.

It decides nothing itself: each method is a file of this room. It may be shared by threads, and used in the child of a
fork. Every method that takes ``now`` takes whole Unix seconds.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from hardtack.errors import MisuseError
from hardtack.login import audit, names, welcome
from hardtack.login.audit import Trail
from hardtack.login.confirm import confirm, supersede
from hardtack.login.hashing import HashingPool
from hardtack.login.names import BadName
from hardtack.login.services import Services
from hardtack.login.sign_in import sign_in
from hardtack.login.sign_up import add, sign_up
from hardtack.login.throttle import Throttle
from hardtack.seal import Keyring
from hardtack.session import Identity
from hardtack.store import AccountRows, Database, RevocationTable, SpentTable, StoreUnavailable, feed, sessions
from hardtack.store import audit as trail_rows
from hardtack.store.accounts import Account

_LARGEST_ID = (1 << 63) - 1

LONGEST = 400 * 86_400
"""For how many seconds an end is remembered where nobody says for how long the session could have lived."""


class NoSuchAccount(MisuseError):
    """The operator named an account that does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no account {name!r}", "hardtack accounts list shows every account")
        self.name = name


class Accounts:
    """Accounts, sign-in and sign-up. Make one with ``connect``; close it, or use it in a ``with`` block.

    Args:
        database: open and migrated.
        keyring: for hashes that are looked up.
        hashing: the pool that hashes passwords; ``None`` makes one.
    """

    def __init__(self, database: Database, keyring: Keyring, hashing: HashingPool | None = None) -> None:
        self._database = database
        self._own_pool = hashing is None
        self._services = Services(
            database=database,
            rows=AccountRows(),
            throttle=Throttle(keyring),
            trail=Trail(keyring),
            hashing=hashing or HashingPool(),
            keyring=keyring,
        )
        self.revocations = RevocationTable(database, keyring)
        self.spent = SpentTable(database)

    @classmethod
    def connect(cls, url: str, *, keyring: Keyring | None = None, hashing: HashingPool | None = None) -> Accounts:
        """Open the account store at *url*, making and migrating its database if need be.

        Args:
            url: such as ``sqlite:///hardtack-data/hardtack.db``.
            keyring: ``None`` takes the one in the environment variable ``HARDTACK_KEYRING``.
            hashing: ``None`` makes a pool with one thread per core.

        Raises:
            MisuseError: the database or the keyring cannot be used; its hint says what to do.
        """
        keyring = keyring or Keyring.from_env()
        # A ring without a pepper is found out now, not at the first sign-in.
        keyring.lookup_hash(b"", purpose="throttle-name")
        database = Database.connect(url)
        try:
            database.migrate()
        except BaseException:
            database.close()
            raise
        return cls(database, keyring, hashing)

    def close(self) -> None:
        """Stop the poll, end the threads that are ours and close the database."""
        self.revocations.stop_polling()
        if self._own_pool:
            self._services.hashing.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def sign_in(self, name: str, password: str, *, client: str, now: int) -> Account:
        """Return the account of *name* and *password*; see ``hardtack.login.sign_in``."""
        return sign_in(self._services, name, password, client=client, now=now)

    def sign_up(self, name: str, password: str, *, client: str, now: int) -> Account:
        """Make an account for a visitor; see ``hardtack.login.sign_up``."""
        return sign_up(self._services, name, password, client=client, now=now)

    def sign_out(self, identity: Identity, now: int, *, until: int | None = None) -> None:
        """End the session of *identity* in every process before this returns.

        Args:
            identity: whose session it is.
            now: Unix seconds.
            until: when the last cookie of this session would end, as ``Sessions.last_end`` says it, Unix seconds. The
                identity's own deadline is not enough: a copy may have been renewed since. ``None`` remembers the end
                for ``LONGEST`` seconds.
        """
        end = now + LONGEST if until is None else max(until, now)
        with self._database.write() as connection:
            feed.revoke_lineage(connection, lineage=identity.lineage, account_id=identity.account, until=end)
            event = self._services.trail.write(connection, audit.SIGNED_OUT, now=now, account_id=identity.account)
        self._services.trail.tell(event)

    def confirm(self, identity: Identity, password: str, *, client: str, now: int) -> Account:
        """Return the account of *identity* if *password* is its own; see ``hardtack.login.confirm``."""
        return confirm(self._services, identity, password, client=client, now=now)

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

    def disable(self, name: str, now: int) -> Account:
        """Let *name* sign in no more, and end all its sessions in every process before this returns.

        Raises:
            NoSuchAccount: there is none.
        """
        return self._set_disabled(name, True, now)

    def enable(self, name: str, now: int) -> Account:
        """Let *name* sign in again; sessions that ended stay ended.

        Raises:
            NoSuchAccount: there is none.
        """
        return self._set_disabled(name, False, now)

    def _set_disabled(self, name: str, disabled: bool, now: int) -> Account:
        found = self.find(name)
        if found is None:
            raise NoSuchAccount(name)
        rows = self._services.rows
        with self._database.write() as connection:
            if disabled:
                rows.disable(connection, found.id, now)
            else:
                rows.enable(connection, found.id)
            current = rows.by_id(connection, found.id)
            event = self._services.trail.write(
                connection, audit.DISABLED if disabled else audit.ENABLED, now=now, account_id=found.id
            )
        self._services.trail.tell(event)
        return found if current is None else current.account

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

    def welcome(self, code: str, name: str, password: str, *, client: str, now: int) -> Account:
        """Make the first administrator; see ``hardtack.login.welcome``."""
        return welcome.welcome(self._services, code, name, password, client=client, now=now)

    def is_ready(self) -> bool:
        """Return whether requests can be answered: revocations are loaded, a key seals, the database answers."""
        if not (self.revocations.ready and self._services.keyring.seals):
            return False
        try:
            self.has_administrator()
        except StoreUnavailable:
            return False
        return True

    def prune(self, now: int) -> None:
        """Delete what has expired, be it revocations, sessions or events. Worth doing at start and then every hour."""
        with self._database.write() as connection:
            feed.prune(connection, now)
            self._services.throttle.prune(connection, now)
            trail_rows.prune(connection, now)
        sessions.prune(self._database, now)
        self.spent.prune(now)
