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
from typing import Any, NamedTuple

import msgspec

from hardtack.adapters.signed import MAX_COOKIES, UNAVAILABLE, SignedSessions
from hardtack.adapters.starlette.encoding import UNDECODABLE, decode, encode, is_still
from hardtack.adapters.starlette.values import Session
from hardtack.seal import Keyring, SealError
from hardtack.session import cookie, upgrade
from hardtack.session import data as form
from hardtack.session.identity import ID_SIZE
from hardtack.session.lost import LatestWrites
from hardtack.session.sealed import log

LEEWAY = 60
"""How far the clocks of two servers may be apart, in seconds."""
NEVER = 2**40 - 1
"""The deadline in a session that does not end by itself."""

_PURPOSE = "session"


class Text(NamedTuple):
    """What of a Set-Cookie value stays the same."""

    before: str
    after: str
    deletion: str


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
        self._keyring = keyring
        self._context = (name, *place)
        self._max_age = max_age
        # A life shorter than the leeway is not to be more than doubled by it, and one of nothing is over at once.
        self._leeway = LEEWAY if max_age is None else max(0, min(LEEWAY, max_age))
        self._text = text
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
        found = cookie.find(header, self.name)
        if not found:
            return Session()
        session = self._open([token for token in found if token])
        session.cookie_came = True
        return session

    def _open(self, tokens: list[str]) -> Session:
        if len(tokens) > MAX_COOKIES:
            # Not even the first few: ours could be one of those left out, and somebody else's among them.
            self._tell_refused("duplicate")
            return Session()
        if self._signed is not None:
            session = self._taken_over(tokens, self._signed)
            if session is not None:
                return session
        reads = [self._read(token) for token in tokens]
        opened = [read for read in reads if not isinstance(read, str)]
        if len(opened) == 1:
            head, values = opened[0]
            session = Session(values)
            session.sealed_head = head
            return session
        if reads:
            self._tell_refused("duplicate" if opened else str(reads[0]))
        return Session()

    def _taken_over(self, tokens: list[str], signed: SignedSessions) -> Session | None:
        """Return the session that Starlette has signed, or an empty one where it does not count a second time."""

        def read(token: str, now: int) -> dict[str, Any] | None:
            # Without an end of its own, anything signed since 1970 is young enough.
            max_age = now if self._max_age is None else self._max_age
            return upgrade.read_starlette(token, self._secrets, now=now, max_age=max_age)

        taken = signed.take(tokens, read)
        if taken is None:
            return None
        session = Session(taken.values)
        if taken.why:
            self._tell_refused(taken.why, taken.error)
            session.keeps_cookie = taken.why == UNAVAILABLE
            return session
        session.modified = True
        session.came_once = taken.once
        log.info("session upgraded: %s", self.name, extra={"event": "session-upgraded", "cookie": self.name})
        return session

    def _read(self, token: str) -> tuple[form.Data, dict[str, Any]] | str:
        """Return what is in the value of a cookie, or why it is refused."""
        if len(token) > cookie.MAX_PAIR:
            return "oversized"
        now = int(time.time())
        try:
            opened = self._keyring.open(token, purpose=_PURPOSE, context=self._context, now=now - self._leeway)
            head = form.decode(opened)
            values = decode(head.values)
        except SealError as error:
            return error.reason
        except UNDECODABLE:
            return "malformed"
        if head.issued > now + LEEWAY:
            return "future"
        # A policy made stricter holds for the cookies that are out.
        if self._max_age is not None and now - self._leeway >= head.issued + self._max_age:
            return "expired"
        # Data that belongs to an account is nobody's here: this session knows of no sign-in.
        return (head, values) if head.account is None else "other-account"

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
        # Whoever has set ``modified`` has decided, also for False.
        changed = session.modified or session.came_once
        decided = not changed and "modified" in session.__dict__
        head = session.sealed_head
        encoded = b""
        if session.keeps_cookie or decided:
            session.as_left = None
        elif changed:
            encoded = session.as_left = encode(session.as_it_is())
        else:
            session.as_left = came = form.EMPTY if head is None else bytes(head.values)
            if session.accessed and session.may_change_inside() and not is_still(session, came):
                changed = True
                encoded = session.as_left = encode(session.as_it_is())
        if not dict.__len__(session):
            return self._deletion(session) if changed or session.modified else None
        if session.keeps_cookie:
            return None
        now = int(time.time())
        if changed:
            return self._changed(session.as_it_is(), encoded, head, now)
        if head is None or not (renew and session.accessed and self._is_due(head, now)):
            return None
        return self._sealed(session.as_it_is(), head.id, head.sequence, head.born, now, head.values)

    def check_left(self, session: Session) -> bool:
        """Say whether the session still is as it was when the headers left; nobody sees a change deep inside sooner."""
        as_left = session.as_left
        if as_left is None or not session.accessed:
            return True
        return not session.may_change_inside() or is_still(session, as_left)

    def _deletion(self, session: Session) -> str | None:
        if not session.cookie_came:
            return None
        head = session.sealed_head
        if head is not None:
            self._note(head, form.EMPTY)
        return self._text.deletion

    def _is_due(self, head: form.Data, now: int) -> bool:
        """Say whether a cookie is old enough to be written anew, and no later one of the session is known."""
        max_age = self._max_age
        if max_age is None or now - head.issued < max(max_age // 4, 1):
            return False
        return not self._latest.has_seen_later(head.id, head.sequence)

    def _changed(self, values: dict[str, Any], encoded: bytes, head: form.Data | None, now: int) -> str:
        packed = msgspec.Raw(encoded)
        if head is None:
            return self._sealed(values, os.urandom(ID_SIZE), 0, now, now, packed)
        written = self._sealed(values, head.id, head.sequence + 1, head.born, now, packed)
        self._note(head, encoded)
        return written

    def _note(self, head: form.Data, encoded: bytes) -> None:
        """Note that the session's next values are written, and log if two answers undo each other's."""
        if self._latest.lose(head.id, head.sequence + 1, encoded):
            log.warning(
                "session cookie %s was written twice from the same state; one of the two changes is lost",
                self.name,
                extra={"event": "session-update-lost", "cookie": self.name},
            )

    def _sealed(
        self, values: dict[str, Any], own_id: bytes, sequence: int, born: int, now: int, packed: msgspec.Raw
    ) -> str:
        max_age = self._max_age
        deadline = NEVER if max_age is None else max(now + max_age, 1)
        token = self._keyring.seal(
            form.encode((own_id, None, sequence, born, now, deadline, packed)),
            purpose=_PURPOSE,
            context=self._context,
            expires_at=None if max_age is None else deadline,
        )
        written = f"{self._text.before}{token}{self._text.after}"
        if len(written) > form.WARNING:
            form.report_size(self.name, len(written), values, lambda value: encode({"": value})[2:])
        return written

    def _tell_refused(self, why: str, error: str = "") -> None:
        """Log why a cookie does not count."""
        besides = {"error": error} if error else {}
        extra = {"event": "cookie-refused", "cookie": self.name, "reason": why, **besides}
        log.warning("cookie refused: %s (%s)", self.name, why, extra=extra)
