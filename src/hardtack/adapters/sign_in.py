"""A sign-in inside an application of any framework: accounts, our pages under a prefix, and who it is on each request.

One ``SignIn`` belongs to one application. It puts together what ``hardtack serve`` puts together for itself: the keys,
the store, the site, and sessions that share the identity with the site (same keyring, same realm) but hold the
application's own data. Applications that share keys, realm and database share the sign-in and nothing else.

What one request may do is its visit's to decide (``signed_visit``). Nothing in it knows a framework.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from hardtack.adapters.ring import ring_of
from hardtack.adapters.signed_visit import SignedVisit
from hardtack.adapters.visits import Visits
from hardtack.errors import MisuseError
from hardtack.login.accounts import Accounts
from hardtack.message import Request
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.site import Settings, Site
from hardtack.site.opening import connect
from hardtack.site.texts import Texts
from hardtack.status.limits import PRUNE_INTERVAL, Limits
from hardtack.status.refuse import RefusePolicy

__all__ = ["SignIn", "SignedVisit"]

# One for all, so that a fork waits for whoever is at it: a child would wait for ever for a thread it does not have.
_STARTING = threading.Lock()
os.register_at_fork(before=_STARTING.acquire, after_in_parent=_STARTING.release, after_in_child=_STARTING.release)


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
        self.settings: Settings = Settings.given("the settings of the sign-in", settings)
        self.keyring: Keyring = ring_of(keyring)
        ring = self.keyring
        if self.settings.database is None:
            self.settings.make_folder()
        self.accounts: Accounts = connect(self.settings, ring, texts=Texts(texts, brand=self.settings.brand))
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
            lifetimes=settings.lifetimes,
            kept_lifetimes=settings.kept_lifetimes,
            revocations=self.accounts.revocations,
            accepts=self.accounts.second_factors.accepts,
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

    def url(self, page: str) -> str:
        """Return the address of a page of ours, such as ``"/sign-in"``.

        Raises:
            MisuseError: there is no such page.
        """
        address = self.prefix + page
        if not self.has(address):
            raise MisuseError(f"the sign-in has no page {page!r:.80}", 'write url("/sign-in") or url("/account")')
        return address

    def may_wait(self) -> bool:
        """Say whether opening or finishing a visit may wait for a disk."""
        return self._started_in != os.getpid() or super().may_wait()

    def open(self, request: Request) -> SignedVisit:
        """Return the visit of one request; never raises, whatever came with it."""
        if self._started_in != os.getpid():
            self.start()
        visitor, now = self._opened(request)
        bearer = visitor.session.bearer
        if bearer is not None:
            self.accounts.sign_ins.note(bearer, now, self.sessions)
        return SignedVisit(self, request, visitor, now)

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
