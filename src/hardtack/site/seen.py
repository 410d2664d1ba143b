"""``/doctor``: how the service sees a request that came to it, for whoever has its keys and nobody else.

Whether a proxy's word is believed about the visitor's address, the scheme and the host cannot be told from outside by
any page. ``hardtack doctor --url`` asks for this address with a proof that it has the keyring: a time and its keyed
hash under the pepper, good for ``LIFE`` seconds. The answer repeats what is believed of that very request, changes
nothing, and holds no secret; a proof that somebody sees on the way tells them of their own requests, and for a minute.
Without a good proof there is no such address.
"""

from __future__ import annotations

import hmac

import msgspec

from hardtack.message import Request, Response
from hardtack.seal import Keyring
from hardtack.site.services import Services
from hardtack.status import NotFound

PATH = "/doctor"
FIELD = "Hardtack-Doctor"
LIFE = 60
"""Seconds."""

_PURPOSE = "doctor"


class Seen(msgspec.Struct, frozen=True):
    """What is believed of a request.

    Args:
        client: the visitor's address.
        scheme: ``http`` or ``https``.
        host: the host that was asked for, with its port.
        proxied: whether a trusted proxy says so.
    """

    client: str
    scheme: str
    host: str
    proxied: bool


def proof(keyring: Keyring, realm: str, now: int) -> str:
    """Return what to send in ``FIELD``.

    Args:
        keyring: the service's.
        realm: the service's.
        now: Unix seconds.
    """
    return f"{now}.{_hash(keyring, realm, now)}"


def show(request: Request, services: Services) -> Response:
    """Return how the request is seen.

    Raises:
        NotFound: it came without a good proof.
    """
    if not _is_proved(request.headers.get(FIELD.lower(), "") or "", services):
        raise NotFound
    seen = Seen(request.client, request.scheme, request.host, request.proxied)
    return Response(200, [("Content-Type", "application/json")], msgspec.json.encode(seen))


def _is_proved(sent: str, services: Services) -> bool:
    at, _, hashed = sent.partition(".")
    # So long and no longer: a number of any length would be one, too.
    if not (at.isascii() and at.isdecimal() and len(at) <= 12 and abs(int(at) - services.now) <= LIFE):
        return False
    wanted = _hash(services.parts.keyring, services.settings.realm, int(at))
    return hmac.compare_digest(hashed.encode("utf-8", "surrogateescape"), wanted.encode())


def _hash(keyring: Keyring, realm: str, at: int) -> str:
    return keyring.lookup_hash(f"{at} {realm}".encode(), purpose=_PURPOSE).hex()
