"""What an application finds in ``scope["session"]``: a dictionary that notes who reads and who changes it.

It is Starlette's ``Session`` to the letter, and three things more. Reading notes an access too, however one has come to
the session, since the answer depends on it then. A change after the headers have left is an error at the line that
makes it, since no cookie can carry it any more. And the session remembers what came in, and whether anybody has got at
what can change without a word, so that the middleware can see a change deep inside, and need not look for one where
none can be. Whoever goes round its methods (``dict.get(session, …)``) has not got at anything, as far as it knows. It
opens nothing, writes nothing, and knows no cookie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardtack.errors import MisuseError

if TYPE_CHECKING:
    from msgspec import Raw

    from hardtack.session.data import DecodedData

_NOTHING_INSIDE = frozenset({str, int, float, bool, type(None)})
AS_CAME = b""
"""Says that the values left as they came: what that was is looked up if somebody wants it."""
_get, _set = dict.__getitem__, dict.__setitem__


class Session(dict[str, Any]):
    """The values of one visitor during one request."""

    # Slots for what every request asks for, which are quicker; an application may add what it likes.
    __slots__ = (
        "__dict__",
        "__weakref__",
        "accessed",
        "as_left",
        "exposed",
        "headers_left",
        "said",
        "sealed",
        "sealed_head",
    )

    accessed: bool
    """Whether the answer depends on the session."""
    exposed: bool
    """Whether there may be something in it that the application holds too and that can change without a word, a list or
    a dictionary, or something that JSON does not have. Where not, the values that came are still as they came."""
    said: bool | None
    """What ``modified`` was set to; ``None`` where nobody has."""

    sealed_head: DecodedData | None
    """What the cookie carried besides the values; ``None`` without a cookie that opened."""
    sealed: bytes
    """All that it carried, as it came; nothing without one."""
    cookie_came = False
    """Whether the request had a cookie of this name that was not sealed, or did not open."""
    came_once = False
    """Whether it came in a cookie that counts no second time: this answer carries it, whatever else is said."""
    keeps_cookie = False
    """Whether the cookie that came may be tried again: this answer does not replace it, it only may delete it."""
    headers_left: bool
    """Whether it is too late for a cookie."""
    as_left: Raw | bytes | None
    """The values, encoded, as they were when the headers left; ``AS_CAME``, or ``None`` where it does not matter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accessed = self.headers_left = False
        self.exposed = True
        self.said = self.sealed_head = self.as_left = None
        self.sealed = b""

    @property
    def modified(self) -> bool:
        """Whether somebody has changed it; who sets this has decided, also for ``False``."""
        return bool(self.said)

    @modified.setter
    def modified(self, said: bool) -> None:
        self.said = bool(said)

    def as_it_is(self) -> dict[str, Any]:
        """Return the values, without this being noted."""
        return dict(dict.items(self))

    def may_change_inside(self) -> bool:
        """Say whether there is a value that can change without a word to the session; this is not noted either."""
        return not _NOTHING_INSIDE.issuperset(map(type, dict.values(self)))

    def mark_accessed(self) -> None:
        """Note that the answer depends on the session."""
        self.accessed = True

    def mark_modified(self) -> None:
        """Note that the session is to be written.

        Raises:
            MisuseError: if the headers have left.
        """
        if self.headers_left:
            raise too_late()
        self.accessed = self.said = True

    def __getitem__(self, key: str) -> Any:
        self.accessed = True
        value = _get(self, key)
        if type(value) not in _NOTHING_INSIDE:
            self.exposed = True
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value, or the default."""
        self.accessed = True
        value = dict.get(self, key, default)
        if type(value) not in _NOTHING_INSIDE:
            self.exposed = True
        return value

    def __setitem__(self, key: str, value: Any) -> None:
        if self.headers_left:
            raise too_late()
        self.accessed = self.said = True
        if type(value) not in _NOTHING_INSIDE or type(key) is not str:
            self.exposed = True
        _set(self, key, value)

    def __delitem__(self, key: str) -> None:
        self.mark_modified()
        super().__delitem__(key)

    def clear(self) -> None:
        """Forget everything; the cookie is deleted."""
        self.mark_modified()
        super().clear()

    def pop(self, key: str, *default: Any) -> Any:
        """Take a value out; a key that is not there changes nothing."""
        if dict.__contains__(self, key):
            self.mark_modified()
        return super().pop(key, *default)

    def popitem(self) -> tuple[str, Any]:
        """Take out what was put in last."""
        if dict.__len__(self):
            self.mark_modified()
        return super().popitem()

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return a value, put in if it is not there."""
        if not dict.__contains__(self, key):
            self.mark_modified()
        self.accessed = self.exposed = True
        return super().setdefault(key, default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Put several in."""
        self.mark_modified()
        self.exposed = True
        super().update(*args, **kwargs)

    def __ior__(self, other: Any, /) -> Session:  # type: ignore[override, misc]  # as Starlette has it
        self.mark_modified()
        self.exposed = True
        return super().__ior__(other)


class _Opened(Session):
    """A session as the middleware begins it: ``opened`` sets what the other ``__init__`` would."""

    __slots__ = ()
    __init__ = dict.__init__  # nothing of Python's stands between, which is quicker


def opened(values: dict[str, Any], head: DecodedData | None = None, sealed: bytes = b"") -> Session:
    """Return a session as the middleware begins it: as by calling the class, in half the time.

    Args:
        values: what is in it, as JSON has it, and nobody else holds.
        head: what the cookie carried besides.
        sealed: all that it carried, as it came.
    """
    session: Session = _Opened(values)
    session.accessed = session.exposed = session.headers_left = False
    session.said = session.as_left = None
    session.sealed_head = head
    session.sealed = sealed
    return session


def too_late() -> MisuseError:
    """Return the error for a change that no cookie can carry any more."""
    return MisuseError(
        "the session was changed after the headers of the answer had left, so nothing can carry the change",
        "change it before the response is returned, and not in a streamed body or a background task; in a WebSocket, "
        "before accept()",
    )


# Reading, by whatever way: all of these only note it and do what a dictionary does.
_READS = ("__contains__", "__iter__", "__reversed__", "__len__", "keys")
_EXPOSING = ("__eq__", "__ne__", "__or__", "__ror__", "values", "items", "copy")


def _noted(name: str, *, exposes: bool) -> Any:
    plain = getattr(dict, name)

    def read(self: Session, *args: Any) -> Any:
        self.accessed = True
        self.exposed |= exposes
        return plain(self, *args)

    read.__name__ = name
    read.__qualname__ = f"Session.{name}"
    read.__doc__ = plain.__doc__
    return read


for _name in (*_READS, *_EXPOSING):
    setattr(Session, _name, _noted(_name, exposes=_name in _EXPOSING))
