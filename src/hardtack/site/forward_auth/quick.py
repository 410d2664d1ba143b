"""``/auth`` for people who are signed in, without a thread, a page or a value of ours for every field.

It lets through, or it says nothing. Every rule of ``refuse`` holds here in its strictest form: a head that has anything
unusual in it (a field twice or of a name that the page has not seen yet, content, another method, another query), a
visitor who is not signed in or may not go on, whatever would wait for a disk: all that gets ``None``, and the page
decides, which says why. So nothing is refused here and nothing is logged, and nothing is let through that the page
would not let through.

The head is taken as it comes from the wire: names in lower case and values, in octets.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from hardtack.errors import Refused
from hardtack.message import Headers, Request
from hardtack.site.forward_auth.answer import ALLOWED, NOBODY, octets
from hardtack.site.forward_auth.auth import PATH, Judge
from hardtack.site.forward_auth.original import LOOKED_AT, MODES, is_believed, read, visitor
from hardtack.status import host as authorities
from hardtack.status.forwarded import TrustedProxies
from hardtack.status.refuse import LOOKED_AT as REFUSED_BY
from hardtack.status.refuse import RefusePolicy

OURS = "hardtack"
"""What is in the name of every cookie of ours."""

REMEMBERED = 1024
"""Names of fields that are remembered; a head with another one goes to the page."""

_NAME = re.compile(r"[!#$%&'*+.^`|~0-9a-z-]{1,64}")  # none with an underscore: the page looks closer
_NOT_HERE = REFUSED_BY - {"host"}
_WANTED = tuple((name.encode("ascii"), name) for name in sorted(LOOKED_AT))
_NOBODY = octets(NOBODY)
_ADDRESSES = 200  # octets of a list of addresses; what is longer is kept in no memory
_FIELD = 64 + 4  # octets: the longest name, and what stands around a name and its value


class Quick(NamedTuple):
    """An answer as it goes onto the wire.

    Args:
        status: the code.
        fields: names and values, in octets.
    """

    status: int
    fields: list[tuple[bytes, bytes]]


class QuickAuth:
    """Answers what can be answered at once.

    Args:
        judge: decides.
        policy: what a head may hold; development mode asks more, so nothing is answered here.
        proxies: who is believed about the visitor.
        origin: the public origin; ``None``: nothing is answered here.
        prefix: of the site.
        clock: returns Unix seconds.
    """

    __slots__ = ("_answers", "_believed", "_clock", "_limits", "_modes", "_names", "judge", "path", "raw_path")

    def __init__(
        self,
        judge: Judge,
        policy: RefusePolicy,
        proxies: TrustedProxies,
        *,
        origin: str | None,
        prefix: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = prefix + PATH
        self.raw_path = self.path.encode("utf-8")
        self.judge = judge
        self._answers = origin is not None
        self._limits = policy.max_fields, policy.max_field_count
        self._clock = clock
        self._modes = {f"mode={mode}".encode() if mode else b"": mode for mode in MODES}
        self._names: set[bytes] = set()

        @lru_cache(maxsize=4096)
        def believed(peer: str, addresses: bytes) -> bool:
            # Both are the same in nearly every request of one visitor, and taking an address apart costs more than all.
            fields = Headers([("x-forwarded-for", addresses.decode("latin-1"))] if addresses else [])
            head = Request(method="GET", path=PATH, client=peer, headers=fields)
            try:
                head = proxies.believed(head)
                return is_believed(head) and bool(visitor(head) or not peer)
            except Refused:
                return False

        self._believed = believed

    def learn(self, names: Iterable[str]) -> None:
        """Remember the names of fields that a request has had which was let through by the page."""
        if len(self._names) < REMEMBERED:
            self._names.update(
                name.encode("ascii") for name in names if _NAME.fullmatch(name) and name not in _NOT_HERE
            )

    def answer(
        self, method: str, version: str, query: bytes, head: Sequence[tuple[bytes, bytes]], peer: str
    ) -> Quick | None:
        """Return the answer that lets a request go on, or ``None``: then the page decides.

        Waits for nothing and never raises.

        Args:
            method: of the request to ``path``, which was spelled as it is.
            version: of HTTP.
            query: as sent.
            head: the fields.
            peer: the other end of the connection; ``""`` for a Unix socket.
        """
        mode = self._modes.get(query)
        fields = dict(head)
        # nginx speaks 1.0 unless it is told otherwise.
        usual = method == "GET" and version in ("1.1", "1.0") and self._answers
        if mode is None or not usual or len(fields) != len(head):
            return None
        values = b"".join(fields.values())
        addresses = fields.get(b"x-forwarded-for", b"")
        most, many = self._limits
        if (
            not fields.keys() <= self._names
            or len(fields) > many
            or len(addresses) > _ADDRESSES
            or len(values) + _FIELD * len(fields) > most
            or b"\n" in values
            or b"\r" in values
            or b"\0" in values
            or authorities.parse(fields.get(b"host", b"").decode("latin-1")) is None
            or not self._believed(peer, addresses)
        ):
            return None
        told = {name: fields[octets].decode("latin-1") for octets, name in _WANTED if octets in fields}
        try:
            return self._allowed(told, mode, fields.get(b"cookie", b"").decode("latin-1"))
        except Exception:
            return None  # the page says what it is

    def _allowed(self, told: dict[str, str], mode: str, cookies: str) -> Quick | None:
        judge = self.judge
        asked = read(told, mode)
        now = int(self._clock())
        own = judge.is_own(asked.host, "")
        shown = judge.glance(asked.host, cookies, now, own=own)
        if shown is None and OURS in cookies:
            return None
        judged = judge.of(asked, shown, own=own, look=judge.people.known)
        if not judged.decision.allowed or (shown is not None and judged.person is None):
            return None
        fields = _NOBODY if judged.person is None else judged.person.octets
        renewal = judge.renewal(judged, now, asked.host)
        sent = list(fields)
        if renewal:
            sent += [(b"set-cookie", value.encode("latin-1")) for value in renewal]
        if left := judge.left(asked, cookies):
            sent.append((b"cookie", left.encode("latin-1")))
        return Quick(ALLOWED, sent)
