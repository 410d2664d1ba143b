"""The one way into a sign-in: from a page of ours or a form of an application's own, in any framework.

Whoever has proved less than their account, or the assurance, needs is not let in, whatever a caller has overlooked. The
sign-in is written down before its cookie is made; where that fails, nobody is signed in, and what the visitor's
session holds stays as it was. Where somebody is, is believed of a trusted proxy alone, in the field that the operator
has named; of a browser's own fields only the device is taken, in words of ours.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress

from hardtack.errors import Refused
from hardtack.login import Account, Accounts, Whence
from hardtack.login.device_names import name_of
from hardtack.login.factors import PASSWORD, Need
from hardtack.login.sign_ins import Entering
from hardtack.message import Request
from hardtack.session import Identity, Session, Sessions

LONGEST_PLACE = 60
"""How many characters of a place are kept."""

MOST_READ = 500
"""How many characters of the field are looked at."""

UNKNOWN_PLACES = frozenset({"XX", "T1", "-", "unknown", "?"})
"""What proxies write that do not know: ``XX`` and, for Tor, ``T1`` (Cloudflare), and the like."""

_SPACES = re.compile(r"\s+")


class NotEnough(Refused):
    """Somebody would be signed in with less than their account, or the assurance, needs."""

    status = 403
    slug = "second-factor-needed"

    def __init__(self) -> None:
        super().__init__(
            {"en": "This account needs a second factor to sign in.", "zh": "此账户登录需要第二重验证。"},
            reason="second-factor-needed",
        )


def enter(
    session: Session,
    account: Account,
    *,
    accounts: Accounts,
    sessions: Sessions,
    whence: Whence,
    keep: bool,
    now: int,
    factors: tuple[str, ...] = (PASSWORD,),
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
        factors: what they have proved.
        authenticated_at: when they proved it, where that was not *now* (Unix seconds; 0: nobody knows).

    Raises:
        NotEnough: the account, or the assurance, needs more than *factors*; nobody is signed in.
        StoreUnavailable: it could not be written down; nobody is signed in.
    """
    if accounts.second_factors.needed(account.id, factors) is not Need.NOTHING:
        raise NotEnough

    def record(identity: Identity) -> None:
        accounts.sign_ins.begin(identity, whence, sessions, now)

    return session.sign_in(
        account=account.id,
        epoch=account.epoch,
        profile_version=account.profile_version,
        factors=factors,
        keep=keep,
        authenticated_at=authenticated_at,
        now=now,
        record=record,
    )


class Entry:
    """A sign-in that is written down in the transaction that settles the password, so that both are one.

    Args:
        session: the visitor's.
        sessions: what *session* was opened by.
        whence: where the request comes from.
        keep: whether they asked to be kept signed in.
        now: Unix seconds.
    """

    def __init__(self, session: Session, *, sessions: Sessions, whence: Whence, keep: bool, now: int) -> None:
        self._session = session
        self.entering: Entering = Entering(self._identify, whence, sessions)
        self._keep = keep
        self._now = now
        self._identity: Identity | None = None

    def _identify(self, account: Account) -> Identity:
        """Return the identity that is to be written down; nobody is signed in before ``complete``."""
        self._identity = self._session.identify(
            account=account.id,
            epoch=account.epoch,
            profile_version=account.profile_version,
            keep=self._keep,
            now=self._now,
        )
        return self._identity

    @property
    def is_written(self) -> bool:
        """Whether somebody was written down: not where the password is not enough."""
        return self._identity is not None

    def complete(self) -> None:
        """Make whoever was written down the one who is signed in."""
        if self._identity is None:
            raise RuntimeError("nobody was written down, so nobody can be signed in")
        self._session.become(self._identity)


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
