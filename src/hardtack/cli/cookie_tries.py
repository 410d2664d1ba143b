"""For what a cookie may have been sealed, by its name: the purposes and contexts under which ``hardtack cookie`` tries.

The names are those that ``session.policy`` and ``site.forward_auth.gate`` give. A gate is bound to a host, which its
name does not say: the hosts of the rules are tried, or the one that was named. Nothing is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from hardtack.login import devices
from hardtack.seal import Purpose
from hardtack.session import cookie, identity
from hardtack.session import data as form
from hardtack.site import Settings
from hardtack.site.forward_auth.gate import SHARED_NAME

_IDENTITY = re.compile(r"__Host-hardtack|hardtack-[0-9]{1,5}")
_SESSION = re.compile(r"__Host-session-(?P<secure>.+)|hardtack-session-(?P<plain>.+)-[0-9]{1,5}")
_KNOWN = re.compile(r"__Host-hardtack-known|hardtack-known-[0-9]{1,5}")
_GATE = re.compile(r"__Host-hardtack-gate|hardtack-gate-[0-9]{1,5}")
UNSEALED = {
    "visitor": re.compile(r"__Host-hardtack-visitor|hardtack-visitor-[0-9]{1,5}"),
    "start": re.compile(r"__Host-hardtack-start|hardtack-start-[0-9]{1,5}"),
}
"""Cookies of ours that are a random value and no more, by the word for each."""


class Try(NamedTuple):
    """A purpose and context that a cookie may have been sealed for, and what makes a record of its contents."""

    purpose: Purpose
    context: tuple[str, ...]
    decode: Callable[[bytes], Any]


class Tries(NamedTuple):
    """Where a site's cookies may come from.

    Args:
        realm: its realm.
        application: the application that was named; ``None`` for what the cookie's name says.
        port: the port that the service listens on.
        own: the application that is meant where nobody names one.
        hosts: the hosts to which a gate may lead.
        domain: below which hosts share a gate; ``""``: none do.
    """

    realm: str
    application: str | None
    port: int
    own: str = "site"
    hosts: tuple[str, ...] = ()
    domain: str = ""

    @classmethod
    def by(cls, settings: Settings, *, realm: str | None, application: str | None, host: str | None, own: str) -> Tries:
        """Return what the settings say, and what was said besides.

        Args:
            settings: of the site.
            realm: as it was given, or ``None``.
            application: the same.
            host: the same: of an application behind the proxy, or the domain that such hosts share a gate of.
            own: as for this.
        """
        named = tuple(dict.fromkeys(each.host for each in settings.access if "*" not in each.host))
        domain = host or settings.parent_domain or ""
        hosts = (host.lower(),) if host else named
        return cls(realm or settings.realm, application, settings.port, own, hosts, domain.lower().lstrip("."))

    def of(self, name: str) -> list[Try]:
        """Return what a cookie of this name may have been sealed for; without a name, what the service seals."""
        if not name:
            own = self.application or self.own
            names = ("__Host-hardtack", f"hardtack-{self.port}")
            sessions = (f"__Host-session-{own}", f"hardtack-session-{own}-{self.port}")
            known = ("__Host-hardtack-known", f"hardtack-known-{self.port}")
            gates = ("__Host-hardtack-gate", f"hardtack-gate-{self.port}", SHARED_NAME)
            return [each for one in (*names, *sessions, *known, *gates) for each in self.of(one)]
        if _IDENTITY.fullmatch(name):
            return [Try(Purpose.IDENTITY, (name, self.realm), identity.decode)]
        if _KNOWN.fullmatch(name):
            return [Try(Purpose.KNOWN_DEVICE, (name, self.realm), devices.decode)]
        if self.is_gate(name):
            places = (f".{self.domain}",) * bool(self.domain) if name == SHARED_NAME else self.hosts
            return [Try(Purpose.GATE, (name, self.realm, place), identity.decode) for place in places]
        session = _SESSION.fullmatch(name)
        if not cookie.is_name(name) or len(name) > cookie.MAX_PAIR:
            return []
        application = self.application or (session and (session["secure"] or session["plain"]))
        return [Try(Purpose.SESSION, (name, self.realm, application), form.decode)] if application else []

    @staticmethod
    def is_gate(name: str) -> bool:
        """Return whether a cookie of this name lets a browser through to an application's host."""
        return name == SHARED_NAME or _GATE.fullmatch(name) is not None
