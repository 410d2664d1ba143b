"""Open and save sessions: from the Cookie field to a ``Session``, and from it to the Set-Cookie values.

Two cookies, two purposes. The identity cookie says who is signed in and is bound to its name and the realm, so that
several applications may share it; the data cookie belongs to one application and is bound to that application too. A
cookie is opened only if it is the only one of its name, of a size that a browser keeps, sealed for this purpose and
place, within its lifetimes, and not revoked; data must belong to whoever is signed in. Whatever fails, the session is
empty, one log line names the cookie and the reason, and nothing is raised. A cookie is never put into a log.

Saving writes what this request has changed, and what is old enough to be written anew. A cookie that was refused is
left alone, as an answer must not undo what a faster one has set. Just before anything is written for somebody who is
signed in, the revocations are asked again: a session that was ended meanwhile is deleted instead.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec

from hardtack.seal import Keyring
from hardtack.session import data as form
from hardtack.session import identity as identity_form
from hardtack.session.data import EMPTY, LIMIT, WARNING, Data
from hardtack.session.identity import ID_SIZE, Identity
from hardtack.session.lifetimes import Lifetimes
from hardtack.session.policy import CookiePolicy, decide
from hardtack.session.revocation import Revocations
from hardtack.session.sealed import NONE, SealedCookie, log
from hardtack.session.session import OTHER_ACCOUNT, REVOKED, SIGN_IN_KEYS, UNAVAILABLE, Session

_MAX_HOSTS = 64
_DEFAULT_LIFETIMES = Lifetimes()


class Cookies(NamedTuple):
    """The two cookies under one policy."""

    identity: SealedCookie[Identity]
    data: SealedCookie[Data]


class Sessions:
    """Open the session that comes with a request, and save it into the answer.

    It keeps nothing between requests and may be shared by threads.

    Args:
        keyring: what seals the cookies.
        origin: the public origin, such as ``https://example.org``; ``None`` is development mode.
        application: the name of the application whose data it is.
        realm: the name of the site; applications share a sign-in by keyring and realm.
        lifetimes: how long sessions live.
        identity: whether there is a sign-in of ours; without, there is the data cookie alone.
        revocations: who knows which sessions have been ended; ``None`` if nobody does, and none can be.
        adopt_anonymous: whether data made while nobody was signed in is kept when somebody is.
        drop_on_adopt: keys that are not kept then, besides ``SIGN_IN_KEYS``; a ``*`` at the end stands for any rest.
        persistent: whether the cookies outlive the browser, until their deadline.
        insecure_plain_http: accept an origin of plain http beyond this machine.

    Raises:
        MisuseError: if the origin or the application's name cannot be used.
    """

    __slots__ = (
        "_by_host",
        "_cookies",
        "_drop_keys",
        "_drop_prefixes",
        "_keyring",
        "_persistent",
        "_realm",
        "_revocations",
        "adopt_anonymous",
        "lifetimes",
        "policy",
        "with_identity",
    )

    def __init__(
        self,
        keyring: Keyring,
        *,
        origin: str | None = None,
        application: str = "app",
        realm: str = "hardtack",
        lifetimes: Lifetimes = _DEFAULT_LIFETIMES,
        identity: bool = True,
        revocations: Revocations | None = None,
        adopt_anonymous: bool = True,
        drop_on_adopt: Collection[str] = (),
        persistent: bool = True,
        insecure_plain_http: bool = False,
    ) -> None:
        self.policy = decide(origin, application=application, insecure_plain_http=insecure_plain_http)
        self.lifetimes = lifetimes
        self.with_identity = identity
        self.adopt_anonymous = adopt_anonymous
        self._keyring = keyring
        self._realm = realm
        self._revocations = revocations
        self._persistent = persistent
        dropped = (*SIGN_IN_KEYS, *drop_on_adopt)
        self._drop_keys = frozenset(key for key in dropped if not key.endswith("*"))
        self._drop_prefixes = tuple(key[:-1] for key in dropped if key.endswith("*"))
        self._by_host: dict[str, Cookies] = {}
        self._cookies = None if self.policy.development else self._cookies_of(self.policy)

    # Opening ----------------------------------------------------------------------------------------------------------

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
        account = None
        if self.with_identity:
            who = self._identify(cookies, cookie_header, now)
            if isinstance(who, Identity):
                session._identity = who
                account = who.account
                session._identity_why = ""
            else:
                session._identity_why = who
                if who == UNAVAILABLE:
                    session._why = who
                    return session
        head = cookies.data.read(cookie_header, now)
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
        who = self._identify(self._cookies or self._cookies_for(host), cookie_header, now)
        return (who, "") if isinstance(who, Identity) else (None, who)

    def _identify(self, cookies: Cookies, header: str, now: int) -> Identity | str:
        """Return who is signed in, or why nobody is."""
        who = cookies.identity.read(header, now)
        if self._revocations is not None and isinstance(who, Identity):
            why = self._verdict(self._revocations, who, now)
            if why:
                return cookies.identity.refused(why)
        return who

    def _verdict(self, revocations: Revocations, identity: Identity, now: int) -> str:
        """Return ``""`` for a session that nobody has ended, or why it is not to be trusted."""
        try:
            if not revocations.is_current():
                revocations.refresh()
            verdict = revocations.verdict(identity.lineage, identity.session_id, identity.account, identity.epoch, now)
        except Exception as error:
            # Whatever it is that failed, nobody can tell now whether the session has been ended.
            log.error("the revocations cannot be read: %s", type(error).__name__)
            return UNAVAILABLE
        return verdict if verdict in {"", REVOKED} else UNAVAILABLE

    # Saving -----------------------------------------------------------------------------------------------------------

    def save(self, session: Session, now: int) -> list[str]:
        """Return the Set-Cookie values that the answer to a request must carry; often none.

        Args:
            session: what ``open`` returned.
            now: Unix time in seconds.

        Raises:
            CookieTooLarge: if the data has outgrown a cookie; the text names the largest keys.
            MisuseError: if msgpack cannot carry a value; the text names its key.
        """
        if session._identity_why == UNAVAILABLE:
            return []
        identity = session._identity
        change = session._change
        renew = identity is not None and (bool(change) or self.lifetimes.is_due(identity, now))
        data = self._data_field(session, renew, now)
        if data is None and not renew and not change:
            return []
        cookies = session._cookies
        if identity is not None and self._revocations is not None:
            why = self._verdict(self._revocations, identity, now)
            if why:
                return self._withdraw(session, cookies.identity.refused(why))
        written = [] if data is None else [data]
        if renew and identity is not None:
            deadline = self.lifetimes.deadline_of(identity.born, now)
            identity = msgspec.structs.replace(identity, issued=now, deadline=deadline)
            written.insert(0, cookies.identity.write(identity_form.encode(identity), deadline, now))
        elif change:
            written.insert(0, cookies.identity.deletion)
        return written

    def _data_field(self, session: Session, renew: bool, now: int) -> str | None:
        """Return the Set-Cookie value that writes or deletes the data, or ``None`` to leave it alone."""
        if session._adopting:
            session._load()
        change = session._change
        head = session._head
        must = renew or bool(change) or session._adopting or session._forced
        if session._values is None:
            # Nobody has looked into what came, if anything did: it is as it was.
            if head is None or not (must or self.lifetimes.is_due(head, now)):
                return None
            values = bytes(head.values)
        else:
            values = form.encode_values(session._values)
            if values == EMPTY:
                came = head is not None or (session._forgotten and session._why != NONE)
                return session._cookies.data.deletion if came or change == "out" else None
            if head is not None and not must and values == bytes(head.values) and not self.lifetimes.is_due(head, now):
                return None
        if head is None or change:
            own_id, sequence, born = os.urandom(ID_SIZE), 0, now
        else:
            own_id, sequence, born = head.id, head.sequence + 1, head.born
        account = None if session._identity is None else session._identity.account
        deadline = self.lifetimes.deadline_of(born, now)
        plaintext = form.encode((own_id, account, sequence, born, now, deadline, msgspec.Raw(values)))
        written = session._cookies.data.write(plaintext, deadline, now)
        if len(written) > WARNING:
            self._report_size(session, len(written))
        return written

    def _withdraw(self, session: Session, why: str) -> list[str]:
        """Return what an answer carries whose session ended while it was made."""
        session._identity = None
        session._identity_why = session._why = why
        session._head = None
        session._values = {}
        session._change = ""
        cookies = session._cookies
        return [] if why == UNAVAILABLE else [cookies.identity.deletion, cookies.data.deletion]

    # What both need ---------------------------------------------------------------------------------------------------

    def strip(self, values: dict[str, Any]) -> None:
        """Take out of data that is adopted what it may not bring along."""
        for key in [key for key in values if key in self._drop_keys or key.startswith(self._drop_prefixes)]:
            del values[key]

    def _report_size(self, session: Session, size: int) -> None:
        """Warn of a cookie that is nearly too large, and refuse one that is."""
        name = session._cookies.data.name
        if size > LIMIT:
            raise form.too_large(name, size, session._load())
        log.warning(
            "session cookie %s has %d of at most %d octets; the largest keys, in octets: %s",
            name,
            size,
            LIMIT,
            form.largest(session._load()),
            extra={"event": "cookie-large", "cookie": name, "size": size},
        )

    def _cookies_of(self, policy: CookiePolicy) -> Cookies:
        common: dict[str, Any] = {
            "keyring": self._keyring,
            "lifetimes": self.lifetimes,
            "attributes": policy.attributes,
            "persistent": self._persistent,
        }
        place = (self._realm,)
        return Cookies(
            SealedCookie(policy.identity_name, purpose="identity", place=place, decode=identity_form.decode, **common),
            SealedCookie(
                policy.session_name,
                purpose="session",
                place=(*place, policy.application),
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
