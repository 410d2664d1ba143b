"""The one way into a sign-in: from a page of ours or a form of an application's own, in any framework.

The sign-in is written down before its cookie is made; where that fails, nobody is signed in, and what the visitor's
session holds stays as it was. Where somebody is, is believed of a trusted proxy alone, in the field that the operator
has named; of a browser's own fields only the device is taken, in words of ours.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress

from hardtack.login import Account, Accounts, Whence
from hardtack.login.device_names import name_of
from hardtack.message import Request
from hardtack.session import Identity, Session, Sessions

LONGEST_PLACE = 60
"""How many characters of a place are kept."""

MOST_READ = 500
"""How many characters of the field are looked at."""

UNKNOWN_PLACES = frozenset({"XX", "T1", "-", "unknown", "?"})
"""What proxies write that do not know: ``XX`` and, for Tor, ``T1`` (Cloudflare), and the like."""

_SPACES = re.compile(r"\s+")


def enter(
    session: Session,
    account: Account,
    *,
    accounts: Accounts,
    sessions: Sessions,
    whence: Whence,
    keep: bool,
    now: int,
    authenticated_at: int | None = None,
) -> Identity:
    """Make *account* the one who is signed in, under new ids, and write it into the list of their sign-ins.

    Args:
        session: the visitor's; whoever was signed in before was signed out.
        account: who it is.
        accounts: the account store.
        sessions: what *session* was opened by.
        whence: where the request comes from.
        keep: whether they asked to be kept signed in.
        now: Unix seconds.
        authenticated_at: when they proved it, where that was not *now* (Unix seconds; 0: nobody knows).

    Raises:
        StoreUnavailable: it could not be written down; nobody is signed in.
    """

    def record(identity: Identity) -> None:
        accounts.sign_ins.begin(identity, whence, sessions, now)

    return session.sign_in(
        account=account.id,
        epoch=account.epoch,
        profile_version=account.profile_version,
        factors=("password",),
        keep=keep,
        authenticated_at=authenticated_at,
        now=now,
        record=record,
    )


def whence(request: Request, place_header: str | None) -> Whence:
    """Return where *request* comes from, as far as it can be told.

    Args:
        request: as it is believed.
        place_header: the field in which a trusted proxy says where the visitor is; ``None``: in none.
    """
    said = request.headers.all(place_header) if place_header and request.proxied else []
    return Whence(
        client=request.client,
        device=name_of(request.headers.get("user-agent")),
        # A proxy that adds its field to the visitor's own instead of replacing it is not to be believed.
        place=_place(said[0]) if len(said) == 1 else "",
    )


def _place(value: str) -> str:
    """Return a place as it is shown, from a field in UTF-8 or Latin-1; ``""`` for one that is unknown."""
    # Otherwise it is Latin-1, or the adapter has decoded it already.
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode()
    written = _SPACES.sub(" ", unicodedata.normalize("NFC", value[:MOST_READ])).strip()
    if not written or written in UNKNOWN_PLACES or any(unicodedata.category(each)[0] == "C" for each in written):
        return ""
    return written if len(written) <= LONGEST_PLACE else written[: LONGEST_PLACE - 1].rstrip() + "…"
