"""Open the account store as the settings say it: one way for the service, for applications and for the command line.

Which words nobody may make a password of is decided here: the realm, the brand of the pages, the labels of the origin's
host, and ``context_words``. Which list is asked besides the one that comes with the package is in the settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from hardtack.login import Accounts, Argon2id, PasswordRules
from hardtack.seal import Keyring
from hardtack.site.settings import Settings
from hardtack.site.texts import LANGUAGES, OURS, Texts
from hardtack.store import place
from hardtack.store.audit import Kept
from hardtack.store.url import File, place_of


def connect(settings: Settings, keyring: Keyring, *, texts: Texts = OURS, make: bool = True) -> Accounts:
    """Open the account store, making and migrating its database if need be.

    Args:
        settings: what the operator set.
        keyring: for hashes that are looked up.
        texts: what the pages say, and so what the service is called there.
        make: whether to make a database where there is none.

    Raises:
        MisuseError: the database, the keyring or the password filter cannot be used; its hint says what to do.
    """
    if not make and isinstance(found := place_of(settings.database_url), File):
        place.require(Path(found.path))
    return Accounts.connect(
        settings.database_url,
        keyring=keyring,
        hashing=Argon2id(memory=settings.argon2_memory, passes=settings.argon2_passes),
        realm=settings.realm,
        passwords=rules(settings, texts=texts),
        assurance=settings.assurance,
        factor_reset_wait=settings.factor_reset_wait,
        folder=Path(settings.data),
        kept=Kept(age=settings.audit_days * 86_400, rows=settings.audit_rows),
    )


def rules(settings: Settings, *, texts: Texts = OURS) -> PasswordRules:
    """Return the rules for a new password.

    Raises:
        MisuseError: the password filter cannot be used.
    """
    return PasswordRules.of(words=words(settings, texts), listed=settings.password_filter_path)


def words(settings: Settings, texts: Texts) -> Iterable[str]:
    """Return what an attacker would try first against this service (ASVS 6.1.2); the documentation lists it."""
    brands = (texts.text(language, "site.brand") for language in LANGUAGES)
    host = urlsplit(settings.origin or "").hostname or ""
    return (settings.realm, *brands, settings.brand or "", host, *settings.context_words)
