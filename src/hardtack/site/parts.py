"""What lives as long as the site and is shared by all requests; ``Services`` is one request's view of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hardtack.login import Accounts
from hardtack.seal import Keyring
from hardtack.session import CookiePolicy, Sessions, csrf
from hardtack.site.forward_auth import auth
from hardtack.site.forward_auth.gate import Gate
from hardtack.site.forward_auth.quick import QuickAuth
from hardtack.site.half_cookie import HalfCookie
from hardtack.site.known import KnownCookie
from hardtack.site.metrics import UNCOUNTED, Counts
from hardtack.site.settings import Settings
from hardtack.site.shell import PLAIN, Shell
from hardtack.site.trusted_cookie import TrustedCookie
from hardtack.status.forwarded import TrustedProxies
from hardtack.status.refuse import RefusePolicy


@dataclass(frozen=True, slots=True)
class Parts:
    """What lives as long as the site.

    Args:
        accounts: the account store.
        sessions: opens and saves cookies.
        settings: what the operator set.
        tokens: seals the tokens of forms.
        prefix: what every address of ours begins with, such as ``/auth``; nothing where the pages are the whole site.
        home: the address of the start page of the application around; ``None`` where that is ours.
        known: the cookie of known devices.
        half_cookie: the cookie of half-done sign-ins.
        trusted_cookie: the cookie of trusted devices.
        gate: the cookies that let browsers through to applications on other hosts.
        auth: answers reverse proxies.
        keyring: the keys.
        shell: the templates, texts and files.
        forgets: the data cookies of the application around, which a sign-out deletes, too.
        counts: where what the operator wants to know is counted.
        stopping: set once this process is about to stop, so that no more visitors are sent to it.
    """

    accounts: Accounts
    sessions: Sessions
    settings: Settings
    tokens: csrf.Tokens
    known: KnownCookie
    half_cookie: HalfCookie
    trusted_cookie: TrustedCookie
    gate: Gate
    auth: QuickAuth
    keyring: Keyring
    prefix: str = ""
    home: str | None = None
    shell: Shell = PLAIN
    forgets: Sequence[CookiePolicy] = ()
    counts: Counts = UNCOUNTED
    stopping: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(
        cls,
        accounts: Accounts,
        sessions: Sessions,
        settings: Settings,
        keyring: Keyring,
        shell: Shell,
        *,
        prefix: str,
        home: str | None,
        forgets: Sequence[CookiePolicy],
        counts: Counts,
        proxies: TrustedProxies,
        any_host: RefusePolicy,
        clock: Callable[[], float],
    ) -> Parts:
        """Make what follows from the rest.

        Args:
            accounts, sessions, settings, keyring, shell, prefix, home, forgets, counts: as above.
            proxies: what is believed of whom, before a question of a reverse proxy is answered.
            any_host: what is refused, whatever host was named.
            clock: returns Unix seconds.
        """
        gate = Gate(keyring, sessions, settings, accounts.revocations, shell.texts)
        judge = auth.Judge(accounts, sessions, gate=gate, origin=settings.origin, accesses=settings.access)
        return cls(
            accounts,
            sessions,
            settings,
            tokens=csrf.Tokens(keyring),
            known=KnownCookie(keyring, settings.realm),
            half_cookie=HalfCookie(keyring, settings.realm),
            trusted_cookie=TrustedCookie(keyring, settings.realm),
            gate=gate,
            auth=QuickAuth(judge, any_host, proxies, origin=settings.origin, prefix=prefix, clock=clock),
            keyring=keyring,
            prefix=prefix,
            home=home,
            shell=shell,
            forgets=tuple(forgets),
            counts=counts,
        )

    def is_ready(self) -> bool:
        """Return whether revocations are known, the database answers and this process goes on."""
        return not self.stopping.is_set() and self.accounts.is_ready()
