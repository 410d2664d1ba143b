"""What ``hardtack serve`` runs: settings in, a complete ASGI application out.

Preparing (making the keyring and the database, migrating, drawing the first administrator's link) is done once, by
the process that starts the workers; ``application`` only opens what is there, so that any number of workers and
restarts agree.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from hardtack.adapters.asgi.layer import Hardtack
from hardtack.seal import Keyring, keyfile
from hardtack.session import Sessions
from hardtack.site import Settings, Site, mailing
from hardtack.site.metrics import UNCOUNTED, Counts
from hardtack.site.opening import connect
from hardtack.status.limits import PRUNE_AT_START


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing found and made.

    Args:
        made: the files that were made now.
        welcome_code: the code of the first administrator's link, or ``None`` where there is an administrator.
        mail: where mail goes, or ``None`` where none is sent.
    """

    made: tuple[Path, ...]
    welcome_code: str | None
    mail: str | None


def prepare(settings: Settings) -> Prepared:
    """Make what is missing: the data folder, the keyring, the database and its tables, the first administrator's link.

    Raises:
        MisuseError: something is there that cannot be used; its hint says what to do.
    """
    # Before anything is made: what is wrong with the settings is told by the process that somebody is looking at.
    carrier = mailing.carrier(settings, os.environ)
    settings.make_folder()
    key = settings.keyring_path
    database = Path(settings.data) / "hardtack.db"
    # Where the keys come from the environment, no file is made or read (DESIGN: a file or a variable).
    wanted = ([] if os.environ.get("HARDTACK_KEYRING") else [key]) + ([] if settings.database else [database])
    made = tuple(path for path in wanted if not path.exists())
    if key in made:
        keyfile.create(key)
    accounts = connect(settings, keyring(settings))
    try:
        now = int(time.time())
        # What has come together while nothing ran goes while people are served.
        accounts.prune(now, patience=PRUNE_AT_START)
        code = None if accounts.has_administrator() else accounts.make_welcome_code(now)
    finally:
        accounts.close()
    return Prepared(made, code, None if carrier is None else carrier.place)


def keyring(settings: Settings) -> Keyring:
    """Return the keys, which follow what is written down: in ``HARDTACK_KEYRING`` where it is set, else in the file.

    A changed file is taken up without a restart; a variable cannot change, but the time of an announced key can come.
    """
    return keyfile.follow_environment() if os.environ.get("HARDTACK_KEYRING") else keyfile.follow(settings.keyring_path)


def application(settings: Settings, counts: Counts = UNCOUNTED) -> Hardtack:
    """Return the service as an ASGI application.

    Args:
        settings: as :class:`hardtack.site.Settings` says; the data folder has been prepared.
        counts: where what the operator wants to know is counted.

    Raises:
        MisuseError: the keyring or the database cannot be opened.
    """
    keys = keyring(settings)
    # What is gone is not made by a worker that takes the place of another: the others know the one that was there.
    accounts = connect(settings, keys, make=False)
    sessions = Sessions(
        keys,
        origin=settings.origin,
        application="site",
        realm=settings.realm,
        lifetimes=settings.lifetimes,
        kept_lifetimes=settings.kept_lifetimes,
        revocations=accounts.revocations,
        accepts=accounts.second_factors.accepts,
        insecure_plain_http=settings.insecure_plain_http,
    )
    return Hardtack(site=Site(accounts, sessions, settings, keys, counts=counts))
