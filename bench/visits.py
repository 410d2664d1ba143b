"""A site with real accounts and real hashes, asked as browsers ask it, for the figures of signing in.

The site is the one that ``hardtack serve`` runs, on a database on disk; it is called without a server, so that what is
timed is a sign-in: form, budgets, hash, session and cookies. Every request comes from a client of its own, since one
client that tries thousands of times would be throttled, and that is never switched off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from hardtack.login import Accounts, HashingPool
from hardtack.message import Headers, Request, Response
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.site import Settings, Site

HOST = "id.example.org"
PASSWORD = "seven boats on a green river"
WRONG = "seven boats on a green rivet"


class Visits:
    """The site and its visitors.

    Args:
        folder: where its database and mail lie.
        hashing: how passwords are hashed.
        mail: whether there is mail, so that people sign up by their address; it goes into the folder.
    """

    def __init__(self, folder: Path, hashing: HashingPool, *, mail: bool = False) -> None:
        keyring = Keyring.generate()
        self.now = 1_800_000_000
        self.hashing = hashing
        chosen = Settings(
            data=str(folder),
            origin=f"https://{HOST}",
            mail=f"folder:{folder / 'mail'}" if mail else None,
            sign_up="open",
        )
        self.accounts = Accounts.connect(chosen.database_url, keyring=keyring, hashing=hashing)
        sessions = Sessions(keyring, origin=chosen.origin, application="site", revocations=self.accounts.revocations)
        self.site = Site(self.accounts, sessions, chosen, keyring, clock=lambda: self.now)
        # The verdicts on sessions are needed; threads that poll and carry mail would only disturb what is timed.
        self.accounts.revocations.refresh()
        self._clients = count(1)

    def post(self, path: str, **fields: str) -> Response:
        """Send a form from a client that was never seen before."""
        number = next(self._clients)
        headers = {
            "host": HOST,
            "accept": "text/html",
            "sec-fetch-site": "same-origin",
            "sec-fetch-mode": "navigate",
            "content-type": "application/x-www-form-urlencoded",
        }
        return self.site.answer(
            Request(
                method="POST",
                path=path,
                headers=Headers(headers.items()),
                body=urlencode(fields).encode(),
                scheme="https",
                host=HOST,
                client=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            )
        )


@contextmanager
def visits(hashing: HashingPool, *, mail: bool = False) -> Iterator[Visits]:
    """Give a site for as long as the block lasts."""
    with TemporaryDirectory(prefix="hardtack-bench-") as folder:
        found = Visits(Path(folder), hashing, mail=mail)
        try:
            yield found
        finally:
            found.accounts.close()
