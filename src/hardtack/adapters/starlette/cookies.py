"""The session cookie of a Starlette application: opened from a Cookie field, and written as Starlette writes its own.

A cookie opens only if it is sealed for this name, realm and application, and within ``max_age`` of when it was written.
Several of one name, from other paths or hosts, do not disturb each other; but when two of them open, neither is
believed. Whatever fails, the session is empty and one log line says why.

A session that is used lives on: its cookie is written anew after a quarter of ``max_age``, with the same values to the
letter. That never puts older values over newer ones that this process has written, and of two changes made at once the
lost one is logged. There is no revocation: a copied cookie is good until it expires.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from math import inf
from typing import Any, NamedTuple

import msgspec

from hardtack.adapters.signed import UNAVAILABLE, SignedSessions
from hardtack.adapters.starlette.encoding import UNDECODABLE, decode_text, encode, is_still
from hardtack.adapters.starlette.values import AS_CAME, Session, opened
from hardtack.seal import Keyring, SealError
from hardtack.seal.token import LAST_SECOND
from hardtack.session import cookie, upgrade
from hardtack.session import data as form
from hardtack.session.cookie import MAX_PAIR
from hardtack.session.data import WARNING
from hardtack.session.identity import ID_SIZE
from hardtack.session.lifetimes import LEEWAY
from hardtack.session.lost import LatestWrites
from hardtack.session.sealed import log

_PURPOSE = "session"
_EMPTY = msgspec.Raw(form.EMPTY)


class Text(NamedTuple):
    """What of a Set-Cookie value stays the same."""

    before: str
    after: str
    deletion: str


def _came(values: dict[str, Any]) -> Session:
    """Return a session whose cookie does not open, or was not sealed."""
    session = opened(values)
    session.cookie_came = True
    return session


def _came_as(session: Session) -> msgspec.Raw:
    """Return the values that came, as they came."""
    return form.decode(session.sealed).values if session.sealed else _EMPTY


class SessionCookie:
    """One cookie of one application.

    Args:
        name: its name.
        keyring: what seals it.
        place: the realm and the application, which it is bound to besides its name.
        max_age: how long it is good after it was written, in seconds; ``None`` for ever.
        text: what is around its value.
        signed: which sessions count that Starlette has signed; ``None`` for none.
        secrets: what those are signed with.
    """

    def __init__(
        self,
        name: str,
        *,
        keyring: Keyring,
        place: tuple[str, str],
        max_age: int | None,
        text: Text,
        signed: SignedSessions | None,
        secrets: Sequence[str],
    ) -> None:
        self.name = name
        self._start = f"; {name}="
        self._keyring = keyring
        self._context = (name, *place)
        self._max_age = max_age
        self._life = inf if max_age is None else max_age
        # A life shorter than the leeway is not to be more than doubled by it, and one of nothing is over at once.
        self._leeway = LEEWAY if max_age is None else max(0, min(LEEWAY, max_age))
        self._renew_after = inf if max_age is None else max(max_age // 4, 1)
        # One that is over at once is over now, and no earlier: so the seal can say it.
        self._span = 0 if max_age is None else max(max_age, 0)
        self._before, self._after, self._deleting = text
        self._signed = signed
        self._secrets = secrets
        self._latest = LatestWrites()

    # Opening ----------------------------------------------------------------------------------------------------------

    def may_wait(self, header: str) -> bool:
        """Say whether ``open`` may have to wait for a store."""
        return self._signed is not None and self._signed.may_wait(cookie.find(header, self.name))

    def open(self, header: str) -> Session:
        """Return the session that came with a request.

        Promise: returns for any *header*, never raises.

        Args:
            header: the value of the Cookie field.
        """
        token = cookie.find_last(header, self.name, self._start)
        if token and self._signed is None:
            read = self._read(token)  # nearly always
            return self._refused(read) if isinstance(read, str) else read
        found = cookie.find(header, self.name)
        return self._open([token for token in found if token]) if found else opened({})

    def _open(self, tokens: list[str]) -> Session:
        if len(tokens) > upgrade.MAX_COOKIES:
            # Not even the first few: ours could be one of those left out, and somebody else's among them.
            return self._refused("duplicate")
        if self._signed is not None:
            session = self._taken_over(tokens, self._signed)
            if session is not None:
                return session
        reads = [self._read(token) for token in tokens]
        good = [read for read in reads if not isinstance(read, str)]
        if len(good) == 1:
            return good[0]
        refused = ["duplicate"] if good else [read for read in reads if isinstance(read, str)]
        return self._refused(refused[0]) if refused else _came({})

    def _refused(self, why: str) -> Session:
        """Return an empty session, and log why."""
        self._tell_refused(why)
        return _came({})

    def _taken_over(self, tokens: list[str], signed: SignedSessions) -> Session | None:
        """Return the session that Starlette has signed, or an empty one where it does not count a second time."""

        def read(token: str, now: int) -> dict[str, Any] | None:
            # Without an end of its own, anything signed since 1970 is young enough.
            max_age = now if self._max_age is None else self._max_age
            return upgrade.read_starlette(token, self._secrets, now=now, max_age=max_age)

        taken = signed.take(tokens, read)
        if taken is None:
            return None
        session = _came(taken.values)
        if taken.why:
            self._tell_refused(taken.why, taken.error)
            session.keeps_cookie = taken.why == UNAVAILABLE
            return session
        session.modified = True
        session.came_once = taken.once
        log.info("session upgraded: %s", self.name, extra={"event": "session-upgraded", "cookie": self.name})
        return session

    def _read(self, token: str) -> Session | str:
        """Return the session in the value of a cookie, or why it is refused."""
        if len(token) > MAX_PAIR:
            return "oversized"
        now = int(time.time())
        late = now - self._leeway
        try:
            sealed = self._keyring.open(token, purpose=_PURPOSE, context=self._context, now=late)
            head = form.decode_at_once(sealed)
            values = head.values
            if type(values) is not dict:
                values = decode_text(values)
        except SealError as error:
            return error.reason
        except UNDECODABLE:
            return "malformed"
        # A policy made stricter holds for the cookies that are out.
        if not late - self._life < head.issued <= now + LEEWAY:
            return "future" if head.issued > now + LEEWAY else "expired"
        # Data that belongs to an account is nobody's here: this session knows of no sign-in.
        return opened(values, head, sealed) if head.account is None else "other-account"

    def has_changed_since(self, session: Session) -> bool:
        """Say whether a session has changed after the headers left, deep inside where that is noticed no sooner."""
        left = session.as_left if session.exposed and session.headers_left else None
        return left is not None and not is_still(session, left or _came_as(session))

    # Writing ----------------------------------------------------------------------------------------------------------

    def write(self, session: Session, *, renew: bool) -> str | None:
        """Return the Set-Cookie value that an answer must carry, or ``None``, and note what the values were then.

        Args:
            session: what ``open`` returned.
            renew: whether the answer may write a session anew that nobody has changed.

        Raises:
            CookieTooLarge: if the values have outgrown a cookie; the text names the largest keys.
            MisuseError: if a value cannot be carried; the text names its key.
        """
        said, head = session.said, session.sealed_head
        if said is not None:
            # What came sealed was not taken over, so nothing else decides.
            return self._changed(session, head) if said and head is not None else self._decided(session, renew)
        # Nobody has said anything: nearly always.
        session.as_left = AS_CAME
        if session.exposed and not is_still(session, _came_as(session)):
            return self._changed(session, head)
        if head is None or not (renew and session.accessed):
            return None
        return None if time.time() < head.issued + self._renew_after else self._renewed(session, head)

    def _decided(self, session: Session, renew: bool) -> str | None:
        """Return what ``write`` does for a session that is new, was taken over, or whose ``modified`` was set False."""
        session.as_left = None
        if session.keeps_cookie:
            return self._deletion(session) if session.said and not dict.__len__(session) else None
        head = session.sealed_head
        if session.said or session.came_once:
            return self._changed(session, head)
        # Whoever has set ``modified`` has decided, also for False.
        if head is None or not (renew and session.accessed) or time.time() < head.issued + self._renew_after:
            return None
        return self._renewed(session, head)

    def _changed(self, session: Session, head: form.DecodedData | None) -> str | None:
        """Return the Set-Cookie value of a session that is written because of its values."""
        try:
            # What nobody has got at holds nothing but what JSON has.
            encoded = encode(session) if session.exposed else form.encode(session)
        except (OverflowError, UnicodeEncodeError):
            encoded = encode(session)
        session.as_left = encoded
        return self._sealed(session, head, encoded) if dict.__len__(session) else self._deletion(session)

    def _renewed(self, session: Session, head: form.DecodedData) -> str | None:
        """Return the Set-Cookie value of a session that nobody has changed, if it is old enough to be written anew."""
        if not dict.__len__(session):
            return None
        # Not where a later one of the session is known.
        if self._latest.has_seen_later(head.id, head.sequence):
            return None
        return self._sealed(session, head)

    def _deletion(self, session: Session) -> str | None:
        head = session.sealed_head
        if head is not None and self._latest.lose(head.id, head.sequence + 1, form.EMPTY):
            self._tell_lost()
        return self._deleting if head is not None or session.cookie_came else None

    def _sealed(self, session: Session, head: form.DecodedData | None, encoded: bytes = b"") -> str:
        """Return the Set-Cookie value of a session, and note which write of it this is.

        Args:
            session: its values are in it, for a warning.
            head: what came, if anything did.
            encoded: its values where they have changed; nothing for those that came.
        """
        now = int(time.time())
        ends = None if self._max_age is None else now + self._span
        deadline = ends or LAST_SECOND
        sequence = 0  # of a change
        if head is None:
            record = (os.urandom(ID_SIZE), None, 0, now, now, deadline, msgspec.Raw(encoded))
        elif not encoded:
            record = (head.id, None, head.sequence, head.born, now, deadline, _came_as(session))
        else:
            sequence = head.sequence + 1
            record = (head.id, None, sequence, head.born, now, deadline, msgspec.Raw(encoded))
        token = self._keyring.seal(form.encode(record), purpose=_PURPOSE, context=self._context, expires_at=ends)
        written = f"{self._before}{token}{self._after}"
        if len(written) > WARNING:
            form.report_size(self.name, len(written), session.as_it_is(), lambda value: encode({"": value})[2:])
        if head is not None and sequence and self._latest.lose(head.id, sequence, encoded):
            self._tell_lost()
        return written

    def _tell_lost(self) -> None:
        """Log that two answers undo each other's changes."""
        log.warning(
            "session cookie %s was written twice from the same state; one of the two changes is lost",
            self.name,
            extra={"event": "session-update-lost", "cookie": self.name},
        )

    def _tell_refused(self, why: str, error: str = "") -> None:
        """Log why a cookie does not count."""
        besides = {"error": error} if error else {}
        extra = {"event": "cookie-refused", "cookie": self.name, "reason": why, **besides}
        log.warning("cookie refused: %s (%s)", self.name, why, extra=extra)
