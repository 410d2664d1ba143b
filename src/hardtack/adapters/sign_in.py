"""A sign-in inside an application of any framework: accounts, our pages under a prefix, and who it is on each request.

One ``SignIn`` belongs to one application. It puts together what ``hardtack serve`` puts together for itself: the keys,
the store, the site, and sessions that share the identity with the site (same keyring, same realm) but hold the
application's own data. Applications that share keys, realm and database share the sign-in and nothing else.

Who must be signed in, or must have been a moment ago, is asked here once for all frameworks: a person's browser is led
to our page and back, a script is told where to go (401). Nothing in it knows a framework.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hardtack.adapters.ring import ring_of
from hardtack.adapters.visits import Elsewhere, Visit, Visits, check_max_age
from hardtack.errors import Refused
from hardtack.login import Account, Accounts, WrongCredentials
from hardtack.message import Request, Response
from hardtack.seal import Keyring
from hardtack.session import Lifetimes, Sessions
from hardtack.site import Settings, Site, answers, next_url
from hardtack.status import Unauthorized
from hardtack.status.elsewhere import see_other
from hardtack.status.errors import challenge
from hardtack.status.limits import PRUNE_INTERVAL, Limits
from hardtack.status.refuse import RefusePolicy

STEP_UP = "insufficient_user_authentication"
"""What a challenge says where the sign-in is too long ago (the name is that of RFC 9470 §3)."""

# One for all, so that a fork waits for whoever is at it: a child would wait for ever for a thread it does not have.
_STARTING = threading.Lock()
os.register_at_fork(before=_STARTING.acquire, after_in_parent=_STARTING.release, after_in_child=_STARTING.release)


@dataclass(slots=True)
class SignedVisit(Visit):
    """One request of one visitor, who may be signed in."""

    _account: Account | None = None

    @property
    def account(self) -> Account | None:
        """The account of whoever is signed in, or ``None``; read from the store once in a request, so it may wait.

        Once the answer has begun, as in a WebSocket that is open, it is ``None`` as soon as the sign-in has been ended.

        Raises:
            ServiceUnavailable: nobody can tell at this moment whether the sign-in has been ended.
            StoreUnavailable: the store does not answer.
        """
        identity = self.identity
        if identity is None or self.has_ended():
            return None
        if self._account is None or self._account.id != identity.account:
            try:
                self._account = self._sign_in.accounts.get(identity.account)
            except Refused as error:
                # Kept, since a template may take the exception for "nobody is signed in".
                raise self.deciding(error) from None
        return self._account

    def require(self) -> Account:
        """Return the account of whoever is signed in.

        Raises:
            Elsewhere: nobody is, and a person's browser is led to the sign-in page and back.
            Unauthorized: nobody is, and the request is a script's.
        """
        account = self.account
        if account is None:
            raise self._led("/sign-in", "not-signed-in")
        return account

    def require_recent(self, max_age: int | None = None) -> Account:
        """Return the account of whoever has proved to be its owner a moment ago.

        Args:
            max_age: seconds; ``None`` for the setting ``recent_sign_in``.

        Raises:
            Elsewhere: they have not, and a person's browser is led to the page that asks for the password, and back.
            Unauthorized: they have not, and the request is a script's.
            MisuseError: *max_age* is no whole number above zero.
        """
        check_max_age(max_age)
        account = self.require()
        identity = self.identity
        limit = self._sign_in.settings.recent_sign_in if max_age is None else max_age
        if identity is None or self.session.superseded or self.moment - identity.authenticated_at > limit:
            raise self._led("/account/confirm", "sign-in-not-recent", limit)
        return account

    def sign_in(self, account: Account, *, keep: bool = False, authenticated_at: int | None = None) -> None:
        """Make *account* the one who is signed in; whoever was before is signed out everywhere, or the answer is 503.

        Args:
            account: who it is.
            keep: whether they asked to be kept signed in.
            authenticated_at: when they proved it, where that was not now (Unix seconds; 0: nobody knows).
        """
        self._end()
        # What tied forms to the visitor ends with the sign-in; a form from before it is worth nothing.
        self.set_cookies += self.visitor.forget()
        self.visitor.session.sign_in(
            account=account.id,
            epoch=account.epoch,
            profile_version=account.profile_version,
            factors=("password",),
            keep=keep,
            authenticated_at=authenticated_at,
            now=self.now,
        )
        self._account = account

    def authenticate(self, name: str, password: str) -> Account:
        """Return the account of *name* and *password*, for a form of the application's own; ``sign_in`` comes after it.

        Raises:
            Refused: as ``hardtack.login.sign_in`` decides; wrong credentials with the challenge of a 401.
        """
        owner = self._sign_in
        try:
            return owner.accounts.sign_in(name, password, client=self.request.client, now=self.now)
        except WrongCredentials as error:
            said = challenge("Session", realm=owner.settings.realm, sign_in=f"{owner.prefix}/sign-in")
            error.headers = Unauthorized(challenge=[said]).headers
            raise

    def sign_out(self) -> None:
        """End the sign-in everywhere, then forget it and the application's data here; 503 where it cannot be ended."""
        self._end()
        self.session.sign_out()
        self._account = None

    @property
    def _sign_in(self) -> SignIn:
        assert isinstance(self.visits, SignIn)  # noqa: S101 - for the types: SignIn alone makes signed visits
        return self.visits

    def _end(self) -> None:
        # Asked so that it raises: a cookie that cannot be judged now would stay good in every copy of it.
        identity = self.identity
        if identity is not None:
            self._sign_in.accounts.sign_out(identity, self.now, until=self.visits.sessions.last_end(identity))

    def _led(self, page: str, reason: str, max_age: int | None = None) -> Exception:
        """Return what leads the visitor to *page* and back, by who asks: a person or a script."""
        address = self._sign_in.prefix + page
        if answers.navigates(self.request) and not answers.speaks_json(self.request):
            back = next_url.back(self.request, origin=self.origin, default=self._sign_in.home)
            status, headers = see_other(f"{address}?{urlencode({'next': back}, safe='/')}")
            return self.deciding(Elsewhere(Response(status, list(headers.items()))))
        said = challenge("Session", realm=self._sign_in.settings.realm, sign_in=address)
        if max_age is not None:
            said += f', error="{STEP_UP}", max_age={max_age}'
        return self.deciding(Unauthorized(challenge=[said], reason=reason))


class SignIn(Visits):
    """The sign-in of one application.

    Args:
        application: the name of the application, part of its data cookie's name and seal.
        keyring: what seals: a ring, or the path of its file, which is followed when it changes; ``None`` takes the one
            in the environment variable ``HARDTACK_KEYRING``.
        prefix: what the addresses of our pages begin with.
        home: the address of the application's start page.
        templates: a folder of templates that take the place of ours.
        texts: texts that take the place of ours, by language and id.
        csrf: whether unsafe requests of the application must come from its own pages.
        clock: returns Unix seconds.
        settings: of :class:`hardtack.site.Settings`: ``origin``, ``database``, ``sign_up`` and the others.

    Raises:
        MisuseError: a setting cannot be used, or there is no keyring.
    """

    site: Site

    def __init__(
        self,
        *,
        application: str,
        keyring: Keyring | str | os.PathLike[str] | None = None,
        prefix: str = "/auth",
        home: str = "/",
        templates: str | os.PathLike[str] | None = None,
        texts: Mapping[str, Mapping[str, str]] | None = None,
        csrf: bool = True,
        clock: Callable[[], float] = time.time,
        **settings: Any,
    ) -> None:
        self.settings = Settings.given("the settings of the sign-in", settings)
        ring = self.keyring = ring_of(keyring)
        if self.settings.database is None:
            self.settings.make_folder()
        self.accounts = Accounts.connect(self.settings.database_url, keyring=ring)
        try:
            super().__init__(self._sessions(ring, application), ring, csrf=csrf, clock=clock)
            self.prefix = prefix
            self.home = home
            self.site = Site(
                self.accounts,
                self._sessions(ring, "site"),
                self.settings,
                ring,
                prefix=prefix,
                home=home,
                templates=templates,
                texts=texts,
                forgets=(self.sessions.policy,),
                clock=clock,
            )
        except BaseException:
            self.accounts.close()
            raise
        self._started_in = 0
        self._stopping = threading.Event()

    def _sessions(self, ring: Keyring, application: str) -> Sessions:
        settings = self.settings
        return Sessions(
            ring,
            origin=settings.origin,
            application=application,
            realm=settings.realm,
            lifetimes=Lifetimes(idle=settings.idle_timeout, absolute=settings.absolute_timeout),
            kept_lifetimes=Lifetimes(idle=settings.kept_idle_timeout, absolute=settings.kept_absolute_timeout),
            revocations=self.accounts.revocations,
            insecure_plain_http=settings.insecure_plain_http,
        )

    @property
    def status_settings(self) -> dict[str, Any]:
        """The hosts that are answered for and the proxies that are believed, as for our pages."""
        own = self.site.policy
        return {
            "policy": RefusePolicy(hosts=own.hosts, development=own.development, max_body=Limits().max_body),
            "trusted_proxies": self.settings.trusted_proxies,
        }

    def has(self, path: str) -> bool:
        """Return whether *path* is an address of our pages."""
        return self.site.has(path)

    def may_wait(self) -> bool:
        """Say whether opening or finishing a visit may wait for a disk."""
        return self._started_in != os.getpid() or super().may_wait()

    def open(self, request: Request) -> SignedVisit:
        """Return the visit of one request; never raises, whatever came with it."""
        if self._started_in != os.getpid():
            self.start()
        return SignedVisit(self, request, *self._opened(request))

    def start(self) -> None:
        """Load what must be known before the first visitor is recognised, once in every process."""
        with _STARTING:
            if self._started_in != os.getpid():
                self.site.start()
                self._stopping = threading.Event()
                threading.Thread(target=self._prune, args=(self._stopping,), name="hardtack-prune", daemon=True).start()
                self._started_in = os.getpid()

    def close(self) -> None:
        """Stop what was started and let go of the database; the next visit, or ``start``, begins anew."""
        with _STARTING:
            self._stopping.set()
            self.site.close()
            self._started_in = 0

    def _prune(self, stopping: threading.Event) -> None:
        while not stopping.wait(PRUNE_INTERVAL):
            self.site.prune()
