"""One visitor's session during one request: a mapping for the application's data, and who is signed in beside it.

A session is never missing and never broken: when a cookie is absent or refused it is empty, and ``why`` and
``identity_why`` say the reason, for the log and not for the visitor. Values are decoded when somebody asks for one.
Whether anything changed is decided by comparing encoded bytes, so a change deep inside a list counts and writing the
same value again does not.

Signing in draws a new session id, a new lineage and a new id for the data, whatever was there before (fixation); data
of nobody is taken along once, without the keys that mean a sign-in; data of another account is not. Stepping up draws
a new session id and keeps the rest; a session whose id was replaced so a moment ago is superseded: it names its owner
by the old rights and writes nothing. Signing out forgets everything. Nothing here seals, opens, or knows a cookie:
``Sessions`` does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

import msgspec

from hardtack.errors import MisuseError
from hardtack.session import data as form
from hardtack.session import identity as identity_form
from hardtack.session.data import EMPTY, Data
from hardtack.session.identity import ID_SIZE, Identity
from hardtack.session.revocation import SupersededSession
from hardtack.session.sealed import NONE

if TYPE_CHECKING:
    from hardtack.session.server_side import Row
    from hardtack.session.sessions import Cookies, Sessions

UNAVAILABLE = "revocations-unavailable"
REVOKED = "revoked"
SUPERSEDED = "superseded"
OTHER_ACCOUNT = "other-account"
BELOW_ASSURANCE = "below-assurance"

SIGN_IN_KEYS = ("_auth_user_*", "_user_id", "_fresh")
"""The keys by which frameworks and their extensions know who is signed in; a ``*`` at the end stands for any rest."""


class Session(MutableMapping[str, Any]):
    """The data of one application for one visitor, and their identity; made by ``Sessions.open`` only."""

    __slots__ = (
        "_adopting",
        "_change",
        "_cookies",
        "_forced",
        "_forgotten",
        "_head",
        "_identity",
        "_identity_why",
        "_pending",
        "_row",
        "_saved",
        "_sessions",
        "_superseded",
        "_values",
        "_why",
        "accessed",
        "persistent",
    )

    accessed: bool
    """Whether the answer depends on the session: somebody has read or written it, or asked who is signed in."""

    persistent: bool | None
    """Whether the data's cookie outlives the browser, where the application says so for each visitor; ``None``: as the
    cookie of the identity does, or as these sessions do. It counts when the data is written the next time."""

    def __init__(self, sessions: Sessions, cookies: Cookies) -> None:
        self._sessions = sessions
        self._cookies = cookies
        self._head: Data | None = None
        self._values: dict[str, Any] | None = None
        self._why = NONE
        self._identity: Identity | None = None
        self._identity_why = NONE
        self._change = ""
        self._row: Row | None = None
        self._pending: tuple[bytes, int, bytes] | None = None
        self.persistent = None
        self._adopting = self._forced = self._forgotten = self._saved = self._superseded = self.accessed = False

    # Who it is --------------------------------------------------------------------------------------------------------

    @property
    def identity(self) -> Identity | None:
        """Who is signed in, or ``None``."""
        self.accessed = True
        return self._identity

    @property
    def bearer(self) -> Identity | None:
        """Who is signed in, or ``None``, for notes that no answer depends on: asking is no access."""
        return self._identity

    @property
    def identity_why(self) -> str:
        """Why nobody is signed in; ``""`` if somebody is, ``"none"`` if no identity cookie came."""
        return self._identity_why

    @property
    def superseded(self) -> bool:
        """Whether the cookie is the one from before a step-up; if so, nothing that changes credentials may go on."""
        return self._superseded

    def sign_in(
        self,
        *,
        account: int,
        epoch: int,
        profile_version: int = 0,
        factors: Collection[str] = ("password",),
        keep: bool | None = None,
        authenticated_at: int | None = None,
        now: int,
        record: Callable[[Identity], None] | None = None,
    ) -> Identity:
        """Make *account* the one who is signed in, under new ids, and return the new identity.

        Args:
            account: the number of the account.
            epoch: the account's counter at this moment.
            profile_version: the version of its profile that was read.
            factors: what the person has proved.
            keep: whether they asked to be kept signed in. ``True``: for the longer lifetimes, in cookies that outlive
                the browser. ``False``: for the usual ones, in cookies that end with the browser, and on the server all
                the same. ``None``, if they were not asked: for the usual ones, in cookies as these sessions have them.
            authenticated_at: when the person proved it, where that was before *now*, as with a sign-in that another
                system has seen: Unix time in seconds, 0 if nobody knows. It is never later than *now*.
            now: Unix time in seconds.
            record: writes down the new identity before anything is changed here; what it raises is passed on, and
                nobody is signed in.

        Raises:
            MisuseError: if a number is negative or a type is wrong, or these sessions have no identity.
        """
        identity = self.identify(
            account=account,
            epoch=epoch,
            profile_version=profile_version,
            factors=factors,
            keep=keep,
            authenticated_at=authenticated_at,
            now=now,
        )
        if record is not None:
            record(identity)
        self.become(identity)
        return identity

    def identify(
        self,
        *,
        account: int,
        epoch: int,
        profile_version: int = 0,
        factors: Collection[str] = ("password",),
        keep: bool | None = None,
        authenticated_at: int | None = None,
        now: int,
    ) -> Identity:
        """Return the identity that ``sign_in`` would make, and change nothing: for whoever writes it down alone.

        Arguments and errors are those of ``sign_in``.
        """
        sessions = self._sessions
        if not sessions.with_identity:
            raise MisuseError("these sessions have no identity", "leave identity=False out to sign people in")
        if authenticated_at is not None and type(authenticated_at) is not int:
            raise MisuseError(f"authenticated_at={authenticated_at!r:.80} is no time", "give Unix seconds, or 0")
        if keep is not None and type(keep) is not bool:
            raise MisuseError(f"keep={keep!r:.80} is not a choice", "give True, False or None")
        return _checked(
            Identity(
                session_id=os.urandom(ID_SIZE),
                lineage=os.urandom(ID_SIZE),
                account=account,
                epoch=epoch,
                profile_version=profile_version,
                factors=_names(factors),
                authenticated_at=now if authenticated_at is None else min(authenticated_at, now),
                born=now,
                issued=now,
                deadline=(sessions.kept_lifetimes if keep else sessions.lifetimes).deadline_of(now, now),
                kept=keep,
            )
        )

    def become(self, identity: Identity) -> None:
        """Make *identity*, which ``identify`` has returned and which is written down, the one who is signed in."""
        values = self._load()
        if self._identity is None and self._sessions.adopt_anonymous:
            self._sessions.strip(values)
        elif self._identity is None or self._identity.account != identity.account:
            values.clear()
        self.accessed = True
        self._forgotten = True
        self._change = "in"
        self._superseded = False
        self._identity = identity
        self._identity_why = ""

    def step_up(
        self,
        *,
        factors: Collection[str],
        now: int,
        epoch: int | None = None,
        supersede: Callable[[Identity], bool] | None = None,
    ) -> Identity:
        """Note that whoever is signed in has proved more, under a new session id, and return the new identity.

        Lineage, birth and data stay. That the old id is superseded must be recorded before the answer is out.

        Args:
            factors: what the person has proved just now; put behind what they had proved before, so that the last one
                of an identity is always the one that ``authenticated_at`` is about. With none, the session goes on
                under a new id and no more: when they proved who they are stays as it was.
            now: Unix time in seconds.
            epoch: the account's counter, where this request has raised it (a new password ends all other sessions).
            supersede: records that the old identity's id is superseded, and returns whether it was still good: of two
                requests that step up at once, only one may. ``None`` if the caller sees to both.

        Raises:
            SupersededSession: if the cookie is itself from before a step-up.
            MisuseError: if nobody is signed in, a number is negative or a type is wrong.
        """
        identity = self._identity
        if identity is None:
            raise MisuseError("nobody is signed in whose session could step up", "ask for session.identity first")
        if self._superseded or self._sessions.is_superseded(identity, now):
            self._superseded = True
            raise SupersededSession
        proved = tuple(dict.fromkeys(_names(factors)))
        stepped_up = _checked(
            msgspec.structs.replace(
                identity,
                session_id=os.urandom(ID_SIZE),
                epoch=identity.epoch if epoch is None else epoch,
                factors=(*(factor for factor in identity.factors if factor not in proved), *proved),
                authenticated_at=now if proved else identity.authenticated_at,
                issued=now,
                deadline=self._sessions.lifetimes_of(identity).deadline_of(identity.born, now),
            )
        )
        if supersede is not None and not supersede(identity):
            self._superseded = True
            raise SupersededSession
        self.accessed = True
        self._change = self._change or "up"
        self._identity = stepped_up
        return stepped_up

    def sign_out(self) -> None:
        """Forget who is signed in and all data; both cookies are deleted, unless new data is put in afterwards."""
        self.clear()
        self._adopting = self._superseded = False
        self._change = "out"
        self._identity = None
        self._identity_why = NONE

    @property
    def cookie_names(self) -> tuple[str, str]:
        """The names of the identity cookie and the data cookie."""
        return self._cookies.identity.name, self._cookies.data.name

    # What it holds ----------------------------------------------------------------------------------------------------

    @property
    def why(self) -> str:
        """Why there is no data from a cookie; ``""`` if there is, ``"none"`` if no data cookie came."""
        self._load()
        return self._why

    @property
    def is_new(self) -> bool:
        """Whether no data came with the request, or none that could be kept."""
        self._load()
        return self._head is None

    @property
    def modified(self) -> bool:
        """Whether the next save has something to write that this request has changed; may be set to force a write."""
        if self._forced or self._change:
            return True
        values = self._values
        if values is None:
            return False
        before = EMPTY if self._head is None else bytes(self._head.values)
        return form.encode_values(values) != before

    @modified.setter
    def modified(self, value: bool) -> None:
        self._forced = bool(value)

    def _load(self, *, lazily: bool = False) -> dict[str, Any]:
        """Return the values by key; those that nobody has asked for are still encoded, *lazily* all of them."""
        values = self._values
        if values is None:
            values = {}
            kept = self._sessions.kept_values
            if kept is not None and not kept.fetch(self):
                self._drop("gone")
            if self._head is not None:
                try:
                    values = form.decode_values(self._head.values, lazily=lazily)
                except form.UNDECODABLE:
                    self._drop("malformed")
            self._values = values
            if self._adopting:
                self._sessions.strip(values)
        return values

    def _decode(self, key: str, encoded: msgspec.Raw) -> Any:
        """Decode the value of *key*, and keep it decoded, since it may be changed from inside."""
        try:
            value = form.decode_value(encoded)
        except form.UNDECODABLE:
            self._drop("malformed")
            raise KeyError(key) from None
        self._values[key] = value  # type: ignore[index] # only what is loaded is decoded
        return value

    def _drop(self, why: str) -> None:
        """Be as if no data had come: what came is under our seal, but not what we write, or names what is gone."""
        self._why = self._cookies.data.refused(why)
        self._head = None
        self._values = {}
        self._adopting = False

    def __getitem__(self, key: str) -> Any:
        self.accessed = True
        value = (self._values or self._load())[key]
        return self._decode(key, value) if type(value) is msgspec.Raw else value

    def __setitem__(self, key: str, value: Any) -> None:
        form.check(key, value)
        self.accessed = True
        self._load()[key] = value

    def __delitem__(self, key: str) -> None:
        self.accessed = True
        del self._load()[key]

    def __iter__(self) -> Iterator[str]:
        self.accessed = True
        return iter(self._load())

    def __len__(self) -> int:
        self.accessed = True
        return len(self._load())

    def __contains__(self, key: object) -> bool:
        self.accessed = True
        return key in self._load()

    @property
    def encoded(self) -> bytes:
        """All data as one msgpack map, for adapters whose framework has types of its own."""
        self.accessed = True
        return form.encode_values(self._load(lazily=True))

    def replace(self, encoded: bytes) -> None:
        """Take the values of a msgpack map, as ``encoded`` gives one, in the place of all data.

        Raises:
            MisuseError: if it is no map with text for keys.
        """
        try:
            values = form.decode_values(msgspec.Raw(encoded), lazily=True)
        except form.UNDECODABLE:
            raise MisuseError(
                "this is no map of a session's values", "encode a dictionary with text for keys"
            ) from None
        self.clear()
        self._load().update(values)

    def clear(self) -> None:
        """Forget all data; its cookie is deleted. Who is signed in stays so."""
        self.accessed = True
        self._forgotten = True
        self._load().clear()

    def __repr__(self) -> str:
        # Keys and values stay out: representations end up in logs.
        read = self._values is not None or self._sessions.kept_values is None
        held = f"{len(self._load())} keys" if read else "keys on the server"
        return f"<Session of {self._identity or 'nobody'}, {held}, why={self._why!r}>"


def _names(factors: Collection[str]) -> tuple[str, ...]:
    """Return the names of factors, or raise ``MisuseError`` for one name alone, which is a collection of letters."""
    if isinstance(factors, str):
        raise MisuseError("the factors must be a collection of names", f"write ({factors!r},)")
    return tuple(factors)


def _checked(identity: Identity) -> Identity:
    """Return *identity* as it will be opened, or raise ``MisuseError``, so that what could not be is refused here."""
    try:
        return identity_form.decode(identity_form.encode(identity))
    except (TypeError, ValueError, OverflowError, msgspec.MsgspecError) as error:
        raise MisuseError(f"nobody can be signed in so: {error}", "give whole numbers from 0 on") from None
