"""The gate cookie: whom a browser is let through to the application of one host as.

``__Host-hardtack-gate`` is an identity for one host that is not the portal's own: sealed for the purpose ``gate``, its
name, the realm and that host, so that it is refused for every other, and as an identity everywhere. It carries the
lineage of the sign-in that it was made from, and so ends with it: at a sign-out, in the list of sign-ins, with a new
password, with the account, in every process. Nobody but ``/auth`` reads it, and ``/auth`` reads nothing else there.
Its idle time is its own and is renewed by its use; its last end is that of the sign-in.

With ``parent_domain`` the hosts below that domain share one, ``__Secure-hardtack-gate``, which browsers send to every
one of them: the weaker way. Any host below can then take it from a visitor, or set one for them.

Nothing here knows the rules, a proxy or a page; every time is whole Unix seconds.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from hardtack.seal import Keyring, NoActiveKey, Purpose
from hardtack.session import Identity, Sessions
from hardtack.session import identity as identity_form
from hardtack.session.identity import ID_SIZE
from hardtack.session.lifetimes import KeptLifetimes
from hardtack.session.revocation import RETRY_AFTER, Revocations
from hardtack.session.sealed import SealedCookie
from hardtack.session.session import BELOW_ASSURANCE, UNAVAILABLE
from hardtack.session.verdicts import Verdicts
from hardtack.site.assets import ABROAD
from hardtack.site.settings import Settings
from hardtack.site.texts import OURS, Texts
from hardtack.status import ServiceUnavailable

START = f"{ABROAD}/start"
"""Where a browser is sent, on the application's host, to be handed off to it."""

OFFER = "/hand-off"
"""Where it goes from there, on the portal's own host."""

SHARED_NAME = "__Secure-hardtack-gate"
"""What the cookie is called that the hosts below ``parent_domain`` share."""

_MAX_HOSTS = 256
_NOBODY_IN_PARTICULAR = bytes(ID_SIZE)


class Gate:
    """Reads and writes gate cookies; threads may share it.

    Args:
        keyring: seals them.
        sessions: those of the portal, whose names, lifetimes and demands are theirs.
        settings: what the operator set.
        revocations: who knows which sign-ins have been ended.
        texts: what a visitor is told where nobody can tell.
    """

    def __init__(
        self,
        keyring: Keyring,
        sessions: Sessions,
        settings: Settings,
        revocations: Revocations,
        texts: Texts = OURS,
    ) -> None:
        self._keyring = keyring
        self._realm = settings.realm
        self._origin = settings.origin or ""
        self._policy = sessions.policy
        self._accepts = sessions.accepts
        self._lifetimes = KeptLifetimes(sessions.lifetimes, sessions.kept_lifetimes)
        self._verdicts = Verdicts(revocations)
        self._texts = texts
        self._parent = settings.parent_domain or ""
        self._by_host: dict[str, SealedCookie[Identity]] = {}

    def read(self, cookies: str, host: str, now: int) -> Identity | None:
        """Return as whom a browser is let through to *host*, or ``None``; the log says why.

        The session id of what is returned says nothing: a step-up on the portal replaces it, and ends no gate.

        Args:
            cookies: the value of the Cookie field.
            host: as ``Original.host`` spells it; not the portal's own.
            now: Unix seconds.

        Raises:
            ServiceUnavailable: nobody knows now which sign-ins have ended. Nothing else is raised.
        """
        # Before anything is opened: what is read may be that the key is stolen under which it lies.
        known = not cookies or self._verdicts.look()
        cookie = self._cookie(host)
        who = cookie.read(cookies, now)
        if not isinstance(who, Identity):
            return None
        why = self._verdicts.on(who, now) if known else UNAVAILABLE
        if not why and not self._is_enough(who):
            why = BELOW_ASSURANCE
        if why:
            cookie.refused(why)
        if why == UNAVAILABLE:
            raise self._unsure
        return None if why else who

    def holds(self, who: Identity, now: int) -> bool:
        """Return whether a sign-in is still good, of which a gate is to be made.

        Args:
            who: as the portal knew it a moment ago.
            now: Unix seconds.

        Raises:
            ServiceUnavailable: nobody knows now. Nothing else is raised.
        """
        why = self._verdicts.now_on(msgspec.structs.replace(who, session_id=_NOBODY_IN_PARTICULAR), now)
        if why == UNAVAILABLE:
            raise self._unsure
        return not why and self._is_enough(who)

    def _is_enough(self, who: Identity) -> bool:
        return self._accepts is None or self._accepts(who)

    @property
    def _unsure(self) -> ServiceUnavailable:
        said = self._texts.both("error.revocations")
        return ServiceUnavailable(said, retry_after=RETRY_AFTER, reason="revocations-unavailable")

    def glance(self, cookies: str, host: str, now: int) -> Identity | None:
        """Return whom ``read`` would beyond all doubt, or ``None``: then ask it, which says why.

        Never raises, waits for nothing and logs nothing.
        """
        if not self._verdicts.are_current():
            return None
        who = self._cookie(host).glance(cookies, now)
        return None if isinstance(who, str) or self._verdicts.on(who, now) or not self._is_enough(who) else who

    def may_wait(self) -> bool:
        """Say whether ``read`` may wait for a disk now, so that an event loop leaves it to a thread."""
        return not self._verdicts.are_current()

    def renewed(self, who: Identity, host: str, now: int) -> str | None:
        """Return the Set-Cookie value that lets the idle time of a gate begin anew, or ``None``: it is not due.

        It is after a quarter of that time, so that most answers carry none. It never raises: without a key that seals,
        the cookie that is there goes on as it is.

        Args:
            who: as ``read`` returned it a moment ago.
            host: as for ``read``.
            now: Unix seconds.
        """
        if not self._lifetimes.of(who).is_due(who, now):
            return None
        try:
            return self.write(who, host, now)
        except NoActiveKey:
            return None

    def write(self, who: Identity, host: str, now: int) -> str:
        """Return the Set-Cookie value of a gate to *host*.

        Args:
            who: whose sign-in on the portal it is made from, or the gate that it renews.
            host: as for ``read``.
            now: Unix seconds.

        Raises:
            NoActiveKey: there is no key that seals.
        """
        deadline = self._lifetimes.of(who).deadline_of(who.born, now)
        made = msgspec.structs.replace(
            who, session_id=_NOBODY_IN_PARTICULAR, profile_version=0, issued=now, deadline=deadline, device=b""
        )
        return identity_form.sized(self._cookie(host).write(identity_form.encode(made), deadline, now, made.kept))

    def shares(self, host: str) -> bool:
        """Return whether *host* has its gate in common with the others below ``parent_domain``."""
        return self._parent != "" and f".{host.partition(':')[0]}".endswith(f".{self._parent}")

    def way_in(self, host: str, to: str) -> str:
        """Return the absolute address at which a browser begins that has no gate to *host* yet.

        Args:
            host: as ``Original.host`` spells it; not the portal's own, and named by a rule.
            to: where it was going there: path and query, as in an address.
        """
        if self.shares(host):
            return f"{self._origin}{OFFER}?host={quote(host, safe='')}&to={quote(to, safe='/')}"
        return f"{self.origin_of(host)}{START}?to={quote(to, safe='/')}"

    def origin_of(self, host: str) -> str:
        """Return the origin of an application's host, whose scheme is the portal's."""
        return f"{self._origin.partition(':')[0]}://{host}"

    def _cookie(self, host: str) -> SealedCookie[Identity]:
        """Return the cookie of *host*, which is bound to that host, or to the domain that it shares it with."""
        shared = self.shares(host)
        place = f".{self._parent}" if shared else host
        cookie = self._by_host.get(place)
        if cookie is None:
            attributes = self._policy.attributes
            cookie = SealedCookie(
                SHARED_NAME if shared else self._policy.gate_name,
                purpose=Purpose.GATE,
                place=(self._realm, place),
                keyring=self._keyring,
                lifetimes=self._lifetimes,
                decode=identity_form.decode,
                attributes=f"; Domain={self._parent}{attributes}" if shared else attributes,
                persistent=True,
            )
            if len(self._by_host) >= _MAX_HOSTS:
                # Where a rule names every host below another, visitors choose how many there are.
                self._by_host.clear()
            self._by_host[place] = cookie
        return cookie
