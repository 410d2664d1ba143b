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
from hardtack.site.forward_auth.answer import ALLOWED, NOBODY, block, octets
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

FORMS = 256
"""Heads that are remembered by the names of their fields, in their order; a proxy's are nearly always the same."""

_NAME = re.compile(r"[!#$%&'*+.^`|~0-9a-z-]{1,64}")  # none with an underscore: the page looks closer
# With Upgrade a connection may become something else (RFC 9110 §7.8), which is a matter for whoever listens.
_NOT_HERE = (REFUSED_BY - {"host"}) | {"upgrade"}
_WANTED = tuple((name.encode("ascii"), name) for name in sorted(LOOKED_AT))
_NOBODY = octets(NOBODY)
_NOBODY_WRITTEN = block(_NOBODY)
_ADDRESSES = 200  # octets of a list of addresses; what is longer is kept in no memory
_HOST = 300  # octets; no authority is longer
_FIELD = 64 + 4  # octets: the longest name, and what stands around a name and its value


class Quick(NamedTuple):
    """An answer as it goes onto the wire.

    Args:
        status: the code.
        fields: names and values, in octets.
        block: these, as one server writes them for another.
    """

    status: int
    fields: list[tuple[bytes, bytes]]
    block: bytes


class _Form(NamedTuple):
    """Where in a head each field is that matters; -1 for one that is not there.

    Args:
        host: the Host field.
        cookie: the Cookie field.
        addresses: who has passed the request on.
        told: what says the original request, by name.
        size: octets that everything but the values has at most.
    """

    host: int
    cookie: int
    addresses: int
    told: tuple[tuple[str, int], ...]
    size: int


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

    __slots__ = (
        *("_answers", "_believed", "_clock", "_forms", "_many", "_modes", "_most", "_names"),
        *("judge", "path", "raw_path"),
    )

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
        self.path: str = prefix + PATH
        self.raw_path: bytes = self.path.encode("utf-8")
        self.judge = judge
        self._answers = origin is not None
        self._most, self._many = policy.max_fields, policy.max_field_count
        self._clock = clock
        self._modes = {f"mode={mode}".encode() if mode else b"": mode for mode in MODES}
        self._names: set[bytes] = set()
        self._forms: dict[tuple[bytes, ...], _Form] = {}

        @lru_cache(maxsize=4096)
        def believed(peer: str, addresses: bytes, host: bytes) -> bool:
            # All are the same in nearly every request of one visitor, and taking an address apart costs more than all.
            if authorities.parse(host.decode("latin-1")) is None:
                return False
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
        # nginx speaks 1.0 unless it is told otherwise.
        if mode is None or method != "GET" or version not in ("1.1", "1.0") or not self._answers:
            return None
        names = tuple([name for name, _ in head])
        form = self._forms.get(names) or self._form(names)
        if form is None:
            return None
        values = [value for _, value in head]
        together = b"".join(values)
        values.append(b"")  # the value of whatever is not there
        addresses, host = values[form.addresses], values[form.host]
        if (
            len(together) + form.size > self._most
            or b"\n" in together
            or b"\r" in together
            or b"\0" in together
            or len(addresses) > _ADDRESSES
            or len(host) > _HOST
            or not self._believed(peer, addresses, host)
        ):
            return None
        told = {name: values[at].decode("latin-1") for name, at in form.told}
        try:
            return self._allowed(told, mode, values[form.cookie].decode("latin-1"))
        except Exception:
            return None  # the page says what it is

    def _form(self, names: tuple[bytes, ...]) -> _Form | None:
        """Return where each field is in a head with these names, or ``None`` if there is anything unusual in them."""
        if len(set(names)) != len(names) or len(names) > self._many or not self._names.issuperset(names):
            return None
        at = {name: place for place, name in enumerate(names)}
        form = _Form(
            at.get(b"host", -1),
            at.get(b"cookie", -1),
            at.get(b"x-forwarded-for", -1),
            tuple((name, at[octets]) for octets, name in _WANTED if octets in at),
            _FIELD * len(names),
        )
        # What is remembered once stays good: of the names that a head may have, none is ever forgotten.
        if len(self._forms) < FORMS:
            self._forms[names] = form
        return form

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
        person = judged.person
        fields, written = (_NOBODY, _NOBODY_WRITTEN) if person is None else (person.octets, person.block)
        more = [(b"set-cookie", value.encode("latin-1")) for value in judge.renewal(judged, now, asked.host)]
        if left := judge.left(asked, cookies):
            more.append((b"cookie", left.encode("latin-1")))
        judge.let_in.total += 1
        return Quick(ALLOWED, [*fields, *more], written + block(more) if more else written)
