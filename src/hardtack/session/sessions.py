"""Open and save sessions: from the Cookie field to a ``Session``, and from it to the Set-Cookie values.

Two cookies, two purposes. The identity cookie says who is signed in and is bound to its name and the realm, so that
several applications may share it; the data cookie belongs to one application and is bound to that application too. A
cookie is opened only if it is the only one of its name, of a size that a browser keeps, sealed for this purpose and
place, within its lifetimes, and not revoked; data must belong to whoever is signed in. Whatever fails, the session is
empty, one log line names the cookie and the reason, and nothing is raised. A cookie is never put into a log.

Saving writes what this request has changed, and what is old enough to be written anew. A cookie that was refused is
left alone, as an answer must not undo what a faster one has set. Just before anything is written for somebody who is
signed in, the revocations are asked again: for a session that was ended or superseded meanwhile nothing is written, nor
deleted, since its cookies may be the next person's. When two answers undo each other's data, ``lost`` notices.

It is longer than other modules because opening and saving are two halves of one rule, and are read side by side.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from hardtack.seal import Keyring, NoActiveKey
from hardtack.session import data as form
from hardtack.session import identity as identity_form
from hardtack.session.data import EMPTY, WARNING, Data
from hardtack.session.identity import ID_SIZE, Identity
from hardtack.session.lifetimes import KeptLifetimes, Lifetimes
from hardtack.session.lost import LatestWrites
from hardtack.session.policy import CookiePolicy, decide
from hardtack.session.revocation import Revocations
from hardtack.session.sealed import NONE, SealedCookie, log
from hardtack.session.server_side import FRESH, KeptValues, ServerSide
from hardtack.session.session import (
    BELOW_ASSURANCE,
    OTHER_ACCOUNT,
    REVOKED,
    SIGN_IN_KEYS,
    SUPERSEDED,
    UNAVAILABLE,
    Session,
)
from hardtack.session.verdicts import NO_EPOCH, Verdicts

_GONE = (b"", 0, None)
"""What a data cookie holds that is to be deleted."""
_MAX_HOSTS = 64
_DEFAULT_LIFETIMES = Lifetimes()


@dataclass(frozen=True, slots=True)
class Cookies:
    """The two cookies under one policy."""

    identity: SealedCookie[Identity]
    data: SealedCookie[Data]


class Sessions:
    """Open the session that comes with a request, and save it into the answer.

    What it remembers between requests only serves to notice lost updates; threads may share it.

    Args:
        keyring: what seals the cookies.
        origin: the public origin, such as ``https://example.org``; ``None`` is development mode.
        application: the name of the application whose data it is.
        realm: the name of the site; applications share a sign-in by keyring and realm.
        lifetimes: how long sessions live.
        kept_lifetimes: how long those of people live who asked to be kept signed in; ``None`` for a month idle and
            three months in all, or as ``lifetimes`` where that is longer.
        identity: whether there is a sign-in of ours; without, there is the data cookie alone.
        revocations: who knows which sessions have been ended; ``None`` if nobody does, and none can be.
        server_side: where the values are kept instead of in the cookie; ``None`` for in the cookie.
        adopt_anonymous: whether data made while nobody was signed in is kept when somebody is.
        drop_on_adopt: keys that are not kept then, besides ``SIGN_IN_KEYS``; a ``*`` at the end stands for any rest.
        persistent: whether the cookies outlive the browser, until their deadline, where nobody chose by ``keep``.
        accepts: whether what an identity says is enough here, such as the factors that were proved; ``None``: any is.
            One that is not is nobody's.
        insecure_plain_http: accept an origin of plain http beyond this machine.

    Raises:
        MisuseError: if the origin, the application's name or the lifetimes cannot be used.
    """

    __slots__ = (
        "_by_host",
        "_by_keeping",
        "_cookies",
        "_drop_keys",
        "_drop_prefixes",
        "_keyring",
        "_latest",
        "_persistent",
        "_realm",
        "_verdicts",
        "accepts",
        "adopt_anonymous",
        "kept_values",
        "lifetimes",
        "lost_updates",
        "policy",
        "with_identity",
    )

    lost_updates: int
    """How often this process has seen two answers undo each other's data."""

    def __init__(
        self,
        keyring: Keyring,
        *,
        origin: str | None = None,
        application: str = "app",
        realm: str = "hardtack",
        lifetimes: Lifetimes = _DEFAULT_LIFETIMES,
        kept_lifetimes: Lifetimes | None = None,
        identity: bool = True,
        revocations: Revocations | None = None,
        server_side: ServerSide | None = None,
        adopt_anonymous: bool = True,
        drop_on_adopt: Collection[str] = (),
        persistent: bool = True,
        accepts: Callable[[Identity], bool] | None = None,
        insecure_plain_http: bool = False,
    ) -> None:
        self.policy: CookiePolicy = decide(origin, application=application, insecure_plain_http=insecure_plain_http)
        self.lifetimes: Lifetimes = lifetimes
        self.lost_updates = 0
        self.with_identity: bool = identity
        self.adopt_anonymous: bool = adopt_anonymous
        self._keyring = keyring
        self._realm = realm
        self._verdicts = Verdicts(revocations)
        self.kept_values: KeptValues | None = None if server_side is None else KeptValues(self, server_side)
        self._persistent = persistent
        self.accepts: Callable[[Identity], bool] | None = accepts
        self._by_keeping = KeptLifetimes(lifetimes, kept_lifetimes)
        self._latest = LatestWrites()
        dropped = (*SIGN_IN_KEYS, *drop_on_adopt)
        self._drop_keys = frozenset(key for key in dropped if not key.endswith("*"))
        self._drop_prefixes = tuple(key[:-1] for key in dropped if key.endswith("*"))
        self._by_host: dict[str, Cookies] = {}
        self._cookies = None if self.policy.development else self._cookies_of(self.policy)

    @property
    def kept_lifetimes(self) -> Lifetimes:
        """How long the sessions of people live who asked to be kept signed in."""
        return self._by_keeping.kept

    def lifetimes_of(self, identity: Identity | None) -> Lifetimes:
        """Return the lifetimes of a session by whose it is, or by ``None`` of one that is nobody's."""
        return self._by_keeping.of(identity)

    def last_end(self, identity: Identity) -> int:
        """Return from when on no cookie of this session is good, however it was renewed (Unix time in seconds).

        What ends the session must be remembered until then: the identity's own deadline is only that of one cookie.
        """
        lifetimes = self.lifetimes_of(identity)
        return identity.born + lifetimes.absolute + lifetimes.leeway

    def holds(self, identity: Identity, now: int) -> bool:
        """Say whether a sign-in that was good when its request came still is, for a connection that lasts.

        Whatever may have replaced its cookie meanwhile, it holds until it has been ended, and no longer than any cookie
        of it. It may wait for a disk and raises nothing; where nobody can tell, it does not hold.

        Args:
            identity: who was signed in.
            now: Unix time in seconds.
        """
        verdicts = self._verdicts
        return now <= self.last_end(identity) and verdicts.look() and verdicts.another_is_good(identity, now)

    # Opening ----------------------------------------------------------------------------------------------------------

    def may_wait(self) -> bool:
        """Say whether ``open`` and ``save`` may wait for a disk now, so that an event loop leaves them to a thread.

        Costs well below a microsecond, raises nothing.
        """
        return self.kept_values is not None or not self._verdicts.are_current()

    def open(self, cookie_header: str, now: int, host: str = "") -> Session:
        """Return the session that came with a request.

        Promise: returns for any *cookie_header* and *host*, never raises.

        Args:
            cookie_header: the value of the Cookie field, or ``""``; several are joined with ``"; "``.
            now: Unix time in seconds.
            host: the Host of the request; in development mode its port chooses the names.
        """
        cookies = self._cookies or self._cookies_for(host)
        session = Session(self, cookies)
        account = limits = None
        if self.with_identity:
            who, why = self._identify(cookies, cookie_header, now)
            session._identity_why = why
            if who is not None:
                session._identity = who
                account = who.account
                if why == SUPERSEDED:
                    session._superseded = True
                    session._identity_why = ""
                if who.kept:
                    # Their data belongs to them and opens beside them only, so it lives as long.
                    limits = self._by_keeping.kept
            elif why == UNAVAILABLE:
                session._why = why
                return session
        head = cookies.data.read(cookie_header, now, limits)
        if isinstance(head, str):
            session._why = head
        elif head.account == account or (head.account is None and self.adopt_anonymous):
            session._head = head
            session._why = ""
            session._adopting = head.account != account
        else:
            session._why = cookies.data.refused(OTHER_ACCOUNT)
        return session

    def identify(self, cookie_header: str, now: int, host: str = "") -> tuple[Identity | None, str]:
        """Return who is signed in, or ``None`` and why not, without a look at the data.

        Promise: returns for any *cookie_header* and *host*, never raises.
        """
        who, why = self._identify(self._cookies or self._cookies_for(host), cookie_header, now)
        return who, "" if who is not None else why

    def glance(self, cookie_header: str, now: int, host: str = "") -> Identity | None:
        """Return who is signed in beyond all doubt, or ``None``: then ask ``identify``, which says why.

        Promise: returns for any *cookie_header* and *host*, never raises, waits for nothing and logs nothing.
        """
        if not self._verdicts.are_current():
            return None
        who = (self._cookies or self._cookies_for(host)).identity.glance(cookie_header, now)
        if isinstance(who, str) or self._verdicts.on(who, now):
            return None
        return who if self.accepts is None or self.accepts(who) else None

    def _identify(self, cookies: Cookies, header: str, now: int) -> tuple[Identity | None, str]:
        """Return who is signed in and ``""`` or ``SUPERSEDED``, or ``None`` and why nobody is."""
        # Before anything is opened: what is read may be that the key is stolen under which it lies.
        known = not header or self._verdicts.look()
        who = cookies.identity.read(header, now)
        if not isinstance(who, Identity):
            return None, who
        why = self._verdicts.on(who, now) if known else UNAVAILABLE
        if not why or why == SUPERSEDED:
            if self.accepts is None or self.accepts(who):
                return who, why
            why = BELOW_ASSURANCE
        return None, cookies.identity.refused(why)

    def renewal(self, identity: Identity, now: int, host: str = "", *, profile_version: int = 0) -> str | None:
        """Return the Set-Cookie value of an answer to a request of which nothing but the identity was looked at.

        Args:
            identity: what ``identify`` returned.
            now: Unix time in seconds.
            host: the Host of the request, as for ``open``.
            profile_version: of the account's profile now; with another one the cookie is written anew, too.

        Returns:
            ``None`` where the cookie is young enough, or the sign-in has been ended or superseded meanwhile.
        """
        limits = self._by_keeping.of(identity)
        if profile_version <= identity.profile_version and not limits.is_due(identity, now):
            return None
        if self._verdicts.now_on(identity, now):
            return None
        version = max(profile_version, identity.profile_version)
        cookie = (self._cookies or self._cookies_for(host)).identity
        try:
            return self._written(cookie, msgspec.structs.replace(identity, profile_version=version), now)
        except NoActiveKey:
            # The cookie that came is good; another one will be written when there is a key again.
            return None

    def _written(self, cookie: SealedCookie[Identity], identity: Identity, now: int) -> str:
        """Return the Set-Cookie value of an identity that goes on from now."""
        deadline = self._by_keeping.of(identity).deadline_of(identity.born, now)
        plaintext = identity_form.encode(msgspec.structs.replace(identity, issued=now, deadline=deadline))
        return identity_form.sized(cookie.write(plaintext, deadline, now, identity.kept))

    def is_superseded(self, identity: Identity, now: int) -> bool:
        """Say whether step-up has replaced the id of *identity* meanwhile."""
        return self._verdicts.now_on(identity, now) == SUPERSEDED

    # Saving -----------------------------------------------------------------------------------------------------------

    def save(self, session: Session, now: int) -> list[str]:
        """Return the Set-Cookie values that the answer to a request must carry; often none.

        Args:
            session: what ``open`` returned.
            now: Unix time in seconds.

        Raises:
            CookieTooLarge: if the data has outgrown a cookie; the text names the largest keys.
            MisuseError: if msgpack cannot carry a value; the text names its key.
            SessionConflict: if the values are on the server and another request has changed them meanwhile.
            NoActiveKey: if the key that sealed was revoked and there is no other yet.
        """
        if session._identity_why == UNAVAILABLE:
            return []
        identity = session._identity
        change = session._change
        if session._superseded:
            return self._give_way(session)
        renew = identity is not None and (bool(change) or self._by_keeping.of(identity).is_due(identity, now))
        kept = self.kept_values
        data = self._data(session, renew, now) if kept is None else None
        write = None if kept is None else kept.plan(session, renew, now)
        if data is None and write is None and not renew and not change:
            return []
        cookies = session._cookies
        if identity is not None:
            why = self._verdicts.now_on(identity, now)
            if why == SUPERSEDED or (why == REVOKED and self._verdicts.another_is_good(identity, now)):
                session._superseded = True
                return self._give_way(session)
            if why:
                return self._withdraw(session, cookies.identity.refused(why), now)
        # Only now: looking may have shown that the key which sealed until then was stolen.
        field = None if data is None else self._data_written(session, data, now)
        if kept is not None and write is not None:
            field = kept.carry_out(session, write, now)
        pending = session._pending
        if pending is not None and not session._saved:  # saved again, it undoes only what nobody has seen
            session._saved = True
            if self._latest.lose(*pending):
                self._report_loss(cookies.data.name)
        written = [] if field is None else [field]
        if renew and identity is not None:
            written.insert(0, self._written(cookies.identity, identity, now))
        elif change:
            written.insert(0, cookies.identity.deletion)
        return written

    def _data(self, session: Session, renew: bool, now: int) -> tuple[bytes, int, bool | None] | None:
        """Return what the data cookie will hold, its deadline and whether it is kept, or ``None`` to leave it alone.

        What is to be deleted holds nothing.
        """
        if session._adopting:
            session._load()
        change = session._change
        head = session._head
        identity = session._identity
        lifetimes = self.lifetimes if identity is None else self._by_keeping.of(identity)
        must = renew or change != "" or session._adopting or session._forced
        if session._values is None:
            # Nobody has looked into what came, if anything did: it is as it was.
            if head is None or not (must or lifetimes.is_due(head, now)):
                return None
            values = bytes(head.values)
            packed = head.values
        else:
            values = form.encode_values(session._values)
            packed = msgspec.Raw(values)
            if values == EMPTY:
                if head is not None:
                    session._pending = (head.id, head.sequence + 1, values)
                came = head is not None or (session._forgotten and session._why != NONE)
                return _GONE if came or change == "out" else None
            if head is not None and not must and packed == head.values and not lifetimes.is_due(head, now):
                return None
            form.check_inside(session._values)
        if head is None or change in FRESH:
            own_id, sequence, born = os.urandom(ID_SIZE), 0, now
        else:
            own_id, sequence, born = head.id, head.sequence + 1, head.born
        # Also of a session that goes on under another id: who still writes under the one before undoes that.
        session._pending = (own_id, sequence, values) if head is None else (head.id, head.sequence + 1, values)
        account, kept = (None, None) if identity is None else (identity.account, identity.kept)
        kept = kept if session.persistent is None else session.persistent
        deadline = lifetimes.deadline_of(born, now)
        return form.encode((own_id, account, sequence, born, now, deadline, packed)), deadline, kept

    def _data_written(self, session: Session, data: tuple[bytes, int, bool | None], now: int) -> str:
        """Return the Set-Cookie value that writes or deletes the data."""
        cookie = session._cookies.data
        if data is _GONE:
            return cookie.deletion
        plaintext, deadline, kept = data
        written = cookie.write(plaintext, deadline, now, kept)
        if len(written) > WARNING:
            form.report_size(cookie.name, len(written), session._load())
        return written

    def _give_way(self, session: Session) -> list[str]:
        """Return what the answer to the cookie from before a step-up carries: nothing that could undo that one's."""
        if session.modified:
            log.warning(
                "changes of a session dropped: %s (superseded)",
                session._cookies.data.name,
                extra={"event": "session-superseded", "cookie": session._cookies.data.name},
            )
        return []

    def _withdraw(self, session: Session, why: str, now: int) -> list[str]:
        """Return what an answer carries whose session ended while it was made: nothing, as if it had ended before."""
        kept, identity = self.kept_values, session._identity
        # Whoever has set a new password goes on, under another epoch, with the values that are there.
        if (
            kept is not None
            and identity is not None
            and why == REVOKED
            and not self._verdicts.another_is_good(identity, now, NO_EPOCH)
        ):
            kept.forget(session)
        session._identity = None
        session._identity_why = session._why = why
        session._head = None
        session._values = {}
        session._change = ""
        session._forgotten = False
        return []

    # What both need ---------------------------------------------------------------------------------------------------

    def strip(self, values: dict[str, Any]) -> None:
        """Take out of data that is adopted what it may not bring along."""
        for key in [key for key in values if key in self._drop_keys or key.startswith(self._drop_prefixes)]:
            del values[key]

    def _report_loss(self, name: str) -> None:
        """Count and log that two answers have written different data from the same cookie."""
        self.lost_updates += 1
        log.warning(
            "session cookie %s was written twice from the same state; one of the two changes is lost",
            name,
            extra={"event": "session-update-lost", "cookie": name},
        )

    def _cookies_of(self, policy: CookiePolicy) -> Cookies:
        common: dict[str, Any] = {
            "keyring": self._keyring,
            "attributes": policy.attributes,
            "persistent": self._persistent,
        }
        place = (self._realm,)
        return Cookies(
            SealedCookie(
                policy.identity_name,
                purpose="identity",
                place=place,
                lifetimes=self._by_keeping,
                decode=identity_form.decode,
                **common,
            ),
            SealedCookie(
                policy.session_name,
                purpose="session",
                place=(*place, policy.application),
                lifetimes=self.lifetimes,
                decode=form.decode,
                **common,
            ),
        )

    def _cookies_for(self, host: str) -> Cookies:
        """Return the cookies in development mode, where the Host chooses their names."""
        cookies = self._by_host.get(host)
        if cookies is None:
            cookies = self._cookies_of(self.policy.for_host(host))
            if len(self._by_host) >= _MAX_HOSTS:
                self._by_host.clear()
            self._by_host[host] = cookies
        return cookies
