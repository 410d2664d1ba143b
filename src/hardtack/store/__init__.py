"""What must outlive a request: accounts, revocations, budgets, server-side sessions, what was used, the audit trail.

The room decides how rows are kept and how every process learns of a change at once; who may do what is decided in
``hardtack.login``. SQLite by synchronous SQLAlchemy Core; no thread of its own but the poll of ``RevocationTable``.
"""

from hardtack.store.accounts import Account, AccountRows
from hardtack.store.database import Database
from hardtack.store.failures import DatabaseError, StoreUnavailable
from hardtack.store.revocations import RevocationTable
from hardtack.store.sessions import SessionDataTooLarge, SessionTable
from hardtack.store.spent import SpentTable
from hardtack.store.throttle import Budget, Budgets

__all__ = [
    "Account",
    "AccountRows",
    "Budget",
    "Budgets",
    "Database",
    "DatabaseError",
    "RevocationTable",
    "SessionDataTooLarge",
    "SessionTable",
    "SpentTable",
    "StoreUnavailable",
]
