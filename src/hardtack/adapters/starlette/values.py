"""What an application finds in ``scope["session"]``: a dictionary that notes who reads and who changes it.

It is Starlette's ``Session`` to the letter, and three things more. Reading notes an access too, however one has come to
the session, since the answer depends on it then. A change after the headers have left is an error at the line that
makes it, since no cookie can carry it any more. And the session remembers what came in, so that the middleware can see
a change deep inside. It opens nothing, writes nothing, and knows no cookie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardtack.errors import MisuseError

if TYPE_CHECKING:
    from hardtack.session.data import Data
_NOTHING_INSIDE = frozenset({str, int, float, bool, type(None)})


class Session(dict[str, Any]):
    """The values of one visitor during one request."""

    accessed: bool = False
    """Whether the answer depends on the session."""
    modified: bool = False
    """Whether somebody has changed it; who sets this has decided, also for ``False``."""

    sealed_head: Data | None = None
    """What the cookie carried besides the values, and those as they came; ``None`` without a cookie that opened."""
    cookie_came = False
    """Whether the request had a cookie of this name, good or not."""
    came_once = False
    """Whether it came in a cookie that counts no second time: this answer carries it, whatever else is said."""
    keeps_cookie = False
    """Whether the cookie that came may be tried again: this answer does not replace it, it only may delete it."""
    headers_left = False
    """Whether it is too late for a cookie."""
    as_left: bytes | None = None
    """The values, encoded, as they were when the headers left; ``None`` where it does not matter."""

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
        self.accessed = True
        self.modified = True

    def __getitem__(self, key: str) -> Any:
        self.accessed = True
        return dict.__getitem__(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.mark_modified()
        dict.__setitem__(self, key, value)

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
        return super().setdefault(key, default)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Put several in."""
        self.mark_modified()
        super().update(*args, **kwargs)

    def __ior__(self, other: Any, /) -> Session:  # type: ignore[override, misc]  # as Starlette has it
        self.mark_modified()
        return super().__ior__(other)


def too_late() -> MisuseError:
    """Return the error for a change that no cookie can carry any more."""
    return MisuseError(
        "the session was changed after the headers of the answer had left, so nothing can carry the change",
        "change it before the response is returned, and not in a streamed body or a background task; in a WebSocket, "
        "before accept()",
    )


# Reading, by whatever way: all of these only note it and do what a dictionary does.
_READS = (
    *("__contains__", "__iter__", "__reversed__", "__len__", "__eq__", "__ne__", "__or__", "__ror__"),
    *("get", "keys", "values", "items", "copy"),
)


def _noted(name: str) -> Any:
    plain = getattr(dict, name)

    def read(self: Session, *args: Any) -> Any:
        self.accessed = True
        return plain(self, *args)

    read.__name__ = name
    read.__qualname__ = f"Session.{name}"
    read.__doc__ = plain.__doc__
    return read


for _name in _READS:
    setattr(Session, _name, _noted(_name))
