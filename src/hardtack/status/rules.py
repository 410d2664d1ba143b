"""What a route says about itself: ``@rules`` declares the few facts from which ``admit`` and ``precondition`` decide.

The decorator stands innermost, next to the handler. Some of its facts hold for every request of the route (``accepts``,
``offers``, ``length_required``, ``max_body``): adapters that know the route read them with ``rules_of`` before the
handler is reached. Others are known only with the handler's own arguments (``etag``, ``last_modified``): the decorated
function finds them out just before the handler's body, so after every outer decorator, authorisation among them, and
gives them to whoever is waiting (RFC 9110 §13.2.1: a precondition counts only where the answer would be 2xx without
it). Nothing is decided here; without a driver around, the handler runs as if it had no rules, and one warning is
logged.

Every mistake in a declaration is a ``MisuseError`` at the line that declares it, as far as it can be seen there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from inspect import isawaitable, iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, cast

from hardtack.errors import MisuseError
from hardtack.message import FIRST_DATE, LAST_DATE
from hardtack.status import negotiate, validators
from hardtack.status.errors import is_field
from hardtack.status.validators import ETag, parse_etag

P = ParamSpec("P")
T = TypeVar("T")

KEPT = frozenset({"cache-control", "content-location", "expires", "vary"})
"""The fields of a 200 that a 304 must have as well, besides the date and the validators (RFC 9110 §15.4.5)."""

Tag = str | ETag
Moment = int | float

_log = logging.getLogger("hardtack.status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What holds for every request of a route.

    Args:
        methods: every method that works at the address, of all its routes together; ``None`` if nobody knows.
        accepts: the media types that it takes as content, ranges such as ``image/*`` among them; none: any.
        offers: the media types that it can answer with; none: not declared.
        length_required: content must declare its length.
        max_body: the most content that it takes, in bytes; ``None``: no limit of its own.
    """

    methods: frozenset[str] | None = None
    accepts: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    length_required: bool = False
    max_body: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators(validators.Validators):
    """What is known, before the handler's body, about the representation that the request selects; and its route.

    Args:
        route: what else the handler's rules say, for a driver that did not know the route before.
    """

    route: Route | None = None


Carrier = Callable[[Validators], None]

CARRIER: ContextVar[Carrier] = ContextVar("hardtack-carrier")
"""Set by a driver for each request: takes the validators, and raises what answers instead of the handler."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What ``@rules`` was given, checked."""

    etag: Tag | Callable[..., Any] | None = None
    last_modified: Moment | Callable[..., Any] | None = None
    protect: bool = False
    fields: tuple[tuple[str, str], ...] | None = None
    route: Route = field(default_factory=Route)

    def validators(self, etag: object, last_modified: object) -> Validators:
        """Return the validators, given what the declared values or functions say for one request.

        Raises:
            MisuseError: a function returned what is no entity tag or no moment.
        """
        tag, changed = _tag(etag), _moment(last_modified)
        declared = self.etag is not None or self.last_modified is not None
        exists = (tag is not None or changed is not None) if declared else None
        return Validators(
            exists=exists,
            etag=tag,
            last_modified=changed,
            protect=self.protect,
            fields=self.fields,
            route=self.route,
        )


def rules(
    *,
    etag: Tag | Callable[..., Any] | None = None,
    last_modified: Moment | Callable[..., Any] | None = None,
    accepts: str | Iterable[str] = (),
    offers: str | Iterable[str] = (),
    length_required: bool = False,
    protect: bool = False,
    max_body: int | None = None,
    fields: Mapping[str, str] | None = None,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declare what a handler's route takes, offers, and which version of the representation is the present one.

    A function for ``etag`` or ``last_modified`` is called with the handler's own arguments before the handler, and may
    be asynchronous if the handler is; where everything that is declared says ``None``, there is no representation now
    (so that ``If-None-Match: *`` lets a PUT create one).

    Args:
        etag: the entity tag, as its opaque text (``v7``) or written out (``"v7"``, ``W/"v7"``), or a function.
        last_modified: Unix seconds, or a function.
        accepts: the media types that the route takes as content; a request with another is refused with 415.
        offers: the media types that it can answer with; a request that accepts none of them is refused with 406.
        length_required: refuse content without a declared length with 411.
        protect: unsafe methods must name the version that they mean to change, or are refused with 428.
        max_body: the most content in bytes; more is refused with 413.
        fields: what the handler's answers have of ``KEPT``, such as ``{"Cache-Control": "private"}``, or ``{}``: then a
            304 is given without running the handler. ``None``: it runs, and its answer becomes the 304, since one must
            have those fields too (RFC 9110 §15.4.5).

    Raises:
        MisuseError: a value cannot be what it is declared to be.
    """
    route = Route(
        accepts=_media_types("accepts", accepts, ranges=True),
        offers=_media_types("offers", offers, ranges=False),
        length_required=length_required,
        max_body=max_body,
    )
    if max_body is not None and (type(max_body) is not int or max_body < 0):
        raise MisuseError(f"max_body: {max_body!r} bytes cannot be", "give the limit in bytes, or 0 for none")
    if protect and etag is None and last_modified is None:
        raise MisuseError(
            "protect: without a validator no condition can be checked", "add etag= or last_modified= to the rules"
        )
    if not callable(etag):
        _tag(etag)
    if not callable(last_modified):
        _moment(last_modified)
    declared = Rules(etag=etag, last_modified=last_modified, protect=protect, fields=_kept(fields), route=route)

    def decorate(handler: Callable[P, T]) -> Callable[P, T]:
        if not callable(handler):
            raise MisuseError(f"@rules: {handler!r} is no handler", "write @rules(…) on the line above the def")
        decorated = _asynchronous(handler, declared) if iscoroutinefunction(handler) else _plain(handler, declared)
        vars(decorated)["__hardtack_rules__"] = declared  # outer decorators copy it, by functools.wraps
        return cast("Callable[P, T]", decorated)

    return decorate


def rules_of(handler: object) -> Rules | None:
    """Return the rules that *handler* was decorated with, also below decorators that keep to ``functools.wraps``."""
    for _ in range(100):  # a chain of wrappers has an end, but nothing forces it to
        found = getattr(handler, "__hardtack_rules__", None)
        if isinstance(found, Rules):
            return found
        handler = getattr(handler, "__wrapped__", None)
        if handler is None:
            break
    return None


def _plain(handler: Callable[P, T], declared: Rules) -> Callable[P, T]:
    for name, source in (("etag", declared.etag), ("last_modified", declared.last_modified)):
        if iscoroutinefunction(source):
            raise MisuseError(
                f"{name}: an asynchronous function cannot be asked from a handler that is not",
                "write the handler with async def, or the function without",
            )

    @wraps(handler)
    def decorated(*args: P.args, **kwargs: P.kwargs) -> T:
        carrier = _carrier()
        if carrier is not None:
            etag = declared.etag(*args, **kwargs) if callable(declared.etag) else declared.etag
            changed = declared.last_modified
            carrier(declared.validators(etag, changed(*args, **kwargs) if callable(changed) else changed))
        return handler(*args, **kwargs)

    return decorated


def _asynchronous(handler: Callable[P, Any], declared: Rules) -> Callable[P, Any]:
    @wraps(handler)
    async def decorated(*args: P.args, **kwargs: P.kwargs) -> Any:
        carrier = _carrier()
        if carrier is not None:
            said = []
            for source in (declared.etag, declared.last_modified):
                value = source(*args, **kwargs) if callable(source) else source
                said.append(await value if isawaitable(value) else value)
            carrier(declared.validators(*said))
        return await handler(*args, **kwargs)

    return decorated


def _carrier() -> Carrier | None:
    carrier = CARRIER.get(None)
    if carrier is None:
        _warn_once()
    return carrier


@cache
def _warn_once() -> None:
    _log.warning(
        "@rules are declared but nothing decides by them: put Hardtack's status layer around the application",
        extra={"event": "rules-without-driver"},
    )


def _kept(fields: Mapping[str, str] | None) -> tuple[tuple[str, str], ...] | None:
    if fields is None:
        return None
    for name, value in fields.items():
        if name.lower() not in KEPT or not is_field(name, value):
            raise MisuseError(
                f"fields: {name}: {value!r} is nothing that a 304 is known to need",
                f"declare {', '.join(sorted(KEPT))}",
            )
    return tuple(fields.items())


def _tag(value: object) -> ETag | None:
    if value is None:
        return None
    # An ETag is checked as it is written.
    written = str(value) if isinstance(value, str | ETag) else ""
    tag = parse_etag(written) or (parse_etag(f'"{written}"') if written else None)
    if tag is None:
        raise MisuseError(
            f"etag: {value!r} is no entity tag", "give visible characters without quotes or spaces, such as v7, or None"
        )
    return tag


def _moment(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and FIRST_DATE <= value <= LAST_DATE:
        return int(value)
    raise MisuseError(f"last_modified: {value!r} is no moment", "give Unix seconds (datetime.timestamp()), or None")


def _media_types(argument: str, values: str | Iterable[str], *, ranges: bool) -> tuple[str, ...]:
    types = (values,) if isinstance(values, str) else tuple(values)
    for each in types:
        found = negotiate.media_range(each) if each.isascii() else None
        if found is None or (not ranges and "*" in (found.type, found.subtype)):
            hint = 'write types such as "application/json"' + (' or "image/*"' if ranges else ", no ranges")
            raise MisuseError(f"{argument}: {each!r} is no media type", hint)
    return types
