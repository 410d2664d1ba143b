"""An authenticator app of a test's own, and what is signed in with it: real codes by pyotp's other half, oathtool."""

from __future__ import annotations

import subprocess
from typing import Any

from hardtack.login import Accounts
from hardtack.session import Identity

LINEAGE = b"l" * 16
WHERE: dict[str, Any] = {"client": "192.0.2.7", "device": "firefox/linux"}


def identity(accounts: Accounts, name: str = "ada", *, now: int, lineage: bytes = LINEAGE) -> Identity:
    """Return an identity of the account as it is now."""
    account = accounts.named(name)
    epoch, version = account.epoch, account.profile_version
    return Identity(b"s" * 16, lineage, account.id, epoch, version, ("password",), now, now, now, now + 10_000)


def oathtool(secret_text: str, now: int) -> str:
    """Return the code that Debian's oathtool makes of a secret as a page shows it."""
    command = ["oathtool", "--totp", "--base32", f"--now=@{now}", secret_text]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def enrol(accounts: Accounts, name: str = "ada", *, now: int, lineage: bytes = LINEAGE) -> str:
    """Set an app up as its owner does; return its secret as text."""
    owner = accounts.named(name)
    setup = accounts.totp.begin(owner, binding=lineage, now=now)
    code = oathtool(setup.secret_text, now)
    accounts.totp.enrol(
        identity(accounts, name, now=now, lineage=lineage), setup.token, code, binding=lineage, now=now, **WHERE
    )
    return setup.secret_text


def shows(accounts: Accounts, code: str, *, now: int, name: str = "ada") -> bool:
    """Show a code in a transaction of its own, as a sign-in does."""
    with accounts._database.write() as connection:
        return accounts.totp.verify(connection, accounts.named(name).id, code, now)
