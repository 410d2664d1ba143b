"""Our accounts in ``django.contrib.auth``: ``AccountsBackend``, and the Django user that belongs to an account.

A Django user belongs to an account if its password field says so, which no password can make it say: it holds a mark
with the account's number, and Django takes it for "no password can be used". A user that was there before, with a
password of its own, is never taken over because somebody signs up under its name; ``link`` does that on purpose.
What a user may do is Django's matter (groups, permissions, ``is_staff``); only with
``HARDTACK_ADMINISTRATORS_ARE_STAFF = True`` our administrators are staff and superusers, and nobody else of ours is.

``authenticate()`` gives nobody's user for a password alone where the account needs a second factor: a person is led to
our page for it, a script is told where it is, and where there is no request there is no user.

A session of ``django.contrib.auth`` that began here ends with the account's epoch: signing out everywhere, a new
password or disabling the account ends it at the next request.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.contrib.auth import get_user_model  # type: ignore[import-untyped]  # likewise
from django.contrib.auth.backends import ModelBackend  # type: ignore[import-untyped]  # likewise
from django.core.exceptions import PermissionDenied  # type: ignore[import-untyped]  # likewise
from django.db.models.signals import post_save, pre_save  # type: ignore[import-untyped]  # likewise
from django.http import HttpRequest  # type: ignore[import-untyped]  # likewise
from django.utils.module_loading import import_string  # type: ignore[import-untyped]  # likewise
from django.views.decorators.debug import sensitive_variables  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django.exchange import ATTRIBUTE
from hardtack.adapters.django.signing import sign_in
from hardtack.adapters.django.visiting import believed, onward_of, visit_of
from hardtack.errors import MisuseError, Refused
from hardtack.login import Account
from hardtack.login.attempt import WrongCredentials
from hardtack.login.factors import PASSWORD, Need
from hardtack.login.names import BadName
from hardtack.login.passwords import BadPassword

MARK = "!hardtack$"
"""How the password field of a user begins that belongs to an account; no hasher of Django's writes it."""

_SEEN = "_hardtack_seen"
"""Where a user keeps, by field, what the table says and what this request sees."""

_log = logging.getLogger("hardtack.login")


def link(user: Any, account: Account) -> None:
    """Let *user* be the Django user of *account* from now on; its password in Django is forgotten.

    Raises:
        MisuseError: they have different names, by which one is found for the other.
    """
    if user.get_username() != account.name:
        raise MisuseError(
            f"the user {user.get_username()!r} has another name than the account {account.name!r}",
            "rename the user first",
        )
    user.password = f"{MARK}{account.id}"
    user.save(update_fields=["password"])


def number_of(user: Any) -> int | None:
    """Return the number of the account that *user* belongs to, or ``None``."""
    password = getattr(user, "password", None) or ""
    number = password.removeprefix(MARK).partition("$")[0] if password.startswith(MARK) else ""
    return int(number) if number.isascii() and number.isdigit() else None


def account_of(user: Any) -> Account | None:
    """Return the account that *user* belongs to, if it may sign in."""
    number = number_of(user)
    account = None if number is None else sign_in().accounts.get(number)
    return None if account is None or account.disabled else account


class AccountsBackend(ModelBackend):  # type: ignore[misc]  # Django has no types
    """Signs people in with our accounts; groups and permissions are those of their Django users."""

    @sensitive_variables("password", "credentials")  # type: ignore[untyped-decorator]  # Django has no types
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **credentials: Any
    ) -> Any:
        """Return the user of whoever *username* and *password* belong to, or ``None``; the attempts are counted.

        Raises:
            Elsewhere, Unauthorized: a second factor is needed, too; as ``SignedVisit.admit``.
            Refused: too many attempts, or too many at once, where the status layer makes the right answer of it.
            PermissionDenied: the same without the status layer.
        """
        name = credentials.get(get_user_model().USERNAME_FIELD) if username is None else username
        if name is None or password is None:
            return None
        try:
            visit = None if request is None else visit_of(request)
            if visit is None:
                client = "" if request is None else believed(request).client
                account = sign_in().accounts.sign_in(name, password, client=client, now=int(time.time()))
                if sign_in().accounts.second_factors.needed(account.id, (PASSWORD,)) is not Need.NOTHING:
                    _log.warning(
                        "a password alone is not enough, and there is no request in which a second factor could follow",
                        extra={"event": "second-factor-needed", "account": account.id},
                    )
                    return None
            else:
                account = visit.authenticate(name, password)
        except (WrongCredentials, BadName, BadPassword):
            return None
        except Refused:
            if hasattr(request, ATTRIBUTE):
                raise
            raise PermissionDenied from None
        if visit is not None:
            visit.admit(account, onward=onward_of(request))
        user = self.user_of(account)
        return user if user is not None and self.user_can_authenticate(user) else None

    async def aauthenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        """As ``authenticate``, in a thread."""
        return await sync_to_async(self.authenticate)(request, **credentials)

    def get_user(self, user_id: Any) -> Any:
        """Return the user of a session, or ``None`` once the account may not sign in."""
        user = super().get_user(user_id)
        account = None if user is None else account_of(user)
        return None if account is None else self._seen(user, account)

    async def aget_user(self, user_id: Any) -> Any:
        """As ``get_user``, in a thread."""
        return await sync_to_async(self.get_user)(user_id)

    def user_of(self, account: Account) -> Any:
        """Return the user of *account*, made if there is none of its name; ``None`` if the name is another's."""
        model = get_user_model()
        user, made = model._default_manager.get_or_create(
            **{model.USERNAME_FIELD: account.name}, defaults={"password": f"{MARK}{account.id}"}
        )
        if number_of(user) != account.id:
            _log.warning(
                "a name belongs to another user of the project",
                extra={"event": "user-not-linked", "account": account.id},
            )
            return None
        if made:
            self.configure_user(user, account)
        return self._seen(user, account)

    def configure_user(self, user: Any, account: Account) -> None:
        """Put what the project wants into a user that was just made; nothing here."""

    def _seen(self, user: Any, account: Account) -> Any:
        """Return *user* as this request sees it; nothing of it is saved."""
        # Part of what Django's sessions are checked against (get_session_auth_hash).
        seen: dict[str, Any] = {"password": f"{MARK}{account.id}${account.epoch}"}
        if getattr(settings, "HARDTACK_ADMINISTRATORS_ARE_STAFF", False) is True:
            seen |= {"is_staff": account.administrator, "is_superuser": account.administrator}
        own = user.__dict__.setdefault(_SEEN, {})
        for name, value in seen.items():
            own[name] = (own[name][0] if name in own else getattr(user, name, None), value)
            setattr(user, name, value)
        return user


def _before_saving(instance: Any = None, **_: Any) -> None:
    """Put back what the table says, where nobody but us has changed it; a right must not outlast its reason."""
    own = getattr(instance, _SEEN, {})
    changed = {name: pair for name, pair in own.items() if getattr(instance, name) == pair[1]}
    for name, (saved, _seen) in changed.items():
        setattr(instance, name, saved)
    if own:
        instance.__dict__[_SEEN] = changed


def _after_saving(instance: Any = None, **_: Any) -> None:
    """Let the rest of the request see the user as before."""
    for name, (_saved, seen) in getattr(instance, _SEEN, {}).items():
        setattr(instance, name, seen)


pre_save.connect(_before_saving, dispatch_uid="hardtack-before-saving")
post_save.connect(_after_saving, dispatch_uid="hardtack-after-saving")


def backend() -> tuple[AccountsBackend, str]:
    """Return the project's backend for our accounts and its path, or ours where it names none."""
    for path in settings.AUTHENTICATION_BACKENDS:
        found = import_string(path)
        if isinstance(found, type) and issubclass(found, AccountsBackend):
            return found(), path
    return AccountsBackend(), f"{__name__}.AccountsBackend"
