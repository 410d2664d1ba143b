"""One exception per registered 4xx and 5xx code; raising it is how a program answers with that code.

A code that is wrong without a header field cannot be built without it: 401 and 407 need a challenge, 405 its ``allow``,
426 its ``upgrade`` (RFC 9110 §15.5). Fields that are merely good custom are optional arguments. Everything else is
``hardtack.errors.Refused``'s. What would break the header section is the programmer's mistake and raises
``MisuseError`` at the line that wrote it.

A class's name is the phrase without spaces, so 501 is ``NotImplemented``: write ``errors.NotImplemented``, or import
it under another name, where Python's own is needed. Two classes are there so that none is missing, and nothing in
Hardtack raises them: ``Unused418``, whose number RFC 9110 §15.5.19 keeps out of use, and ``NotExtended`` (510), which
is obsolete. Longer than a module should be because it is one class per code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hardtack.errors import MisuseError, Refused, Text

Fields = Sequence[tuple[str, str]]
Names = str | Sequence[str]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD_VALUE = re.compile(r"[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?")
_CLOSE = ("Connection", "close")


def challenge(scheme: str, **parameters: str) -> str:
    """Return a challenge for ``WWW-Authenticate`` or ``Proxy-Authenticate`` (RFC 9110 §11.6.1).

    Args:
        scheme: the authentication scheme, such as ``Session``.
        parameters: its parameters; an underscore in a name becomes a hyphen (``sign_in`` → ``sign-in``).

    Raises:
        MisuseError: a name is no token, or a value cannot stand in a header field.
    """
    pairs = []
    for parameter, value in parameters.items():
        if not re.fullmatch(r"[\t -~\x80-\xff]*", value):
            raise MisuseError(f"{parameter}: this value cannot stand in a header field", "leave out control codes")
        escaped = re.sub(r'(["\\])', r"\\\1", value)
        pairs.append(f'{_tokens("parameter", [parameter.replace("_", "-")])}="{escaped}"')
    return " ".join([_tokens("scheme", [scheme]), ", ".join(pairs)]).rstrip()


def is_field(name: str, value: str) -> bool:
    """Return whether *name* and *value* make a header field that can be sent (RFC 9110 §5.1, §5.5)."""
    return bool(_TOKEN.fullmatch(name)) and (not value or bool(_FIELD_VALUE.fullmatch(value)))


def _tokens(argument: str, values: Names) -> str:
    members = [part.strip() for part in values.split(",") if part.strip()] if isinstance(values, str) else values
    for member in members:
        if not _TOKEN.fullmatch(member):
            raise MisuseError(
                f"{argument}: {member!r} is no token", "write names such as GET, without spaces or commas"
            )
    return ", ".join(members)


def _values(argument: str, values: Names) -> str:
    members = [values] if isinstance(values, str) else values
    if not members:
        raise MisuseError(f"{argument}: nothing is given", f'write {argument}="…" or {argument}=["…", "…"]')
    for member in members:
        if not _FIELD_VALUE.fullmatch(member):
            raise MisuseError(f"{argument}: {member!r} cannot stand in a header field", "leave out control codes")
    return ", ".join(members)


class BadRequest(Refused):
    """400: the request itself is faulty.

    Args:
        close: end the connection too, as one must where the framing cannot be trusted (RFC 9112 §6.3).
    """

    status = 400
    slug = "bad-request"

    def __init__(self, detail: Text | None = None, *, close: bool = False, headers: Fields = (), **more: Any) -> None:
        super().__init__(detail, headers=(_CLOSE, *headers) if close else headers, **more)


class Unauthorized(Refused):
    """401: valid credentials are missing.

    Args:
        challenge: one challenge or several, for ``WWW-Authenticate``; see :func:`challenge`.
    """

    status = 401
    slug = "unauthorized"

    def __init__(self, detail: Text | None = None, *, challenge: Names, headers: Fields = (), **more: Any) -> None:
        field = ("WWW-Authenticate", _values("challenge", challenge))
        super().__init__(detail, headers=(field, *headers), **more)


class PaymentRequired(Refused):
    """402: a payment is due; the code is reserved, and no standard says how to pay."""

    status = 402
    slug = "payment-required"


class Forbidden(Refused):
    """403: the request is clear, but it is not allowed."""

    status = 403
    slug = "forbidden"


class NotFound(Refused):
    """404: there is nothing at this address, or it is hidden."""

    status = 404
    slug = "not-found"


class MethodNotAllowed(Refused):
    """405: the address exists, but not for this method.

    Args:
        allow: every method that works at this address, for ``Allow``; empty where none does (RFC 9110 §10.2.1).
    """

    status = 405
    slug = "method-not-allowed"

    def __init__(self, detail: Text | None = None, *, allow: Names, headers: Fields = (), **more: Any) -> None:
        super().__init__(detail, headers=(("Allow", _tokens("allow", allow)), *headers), **more)


class NotAcceptable(Refused):
    """406: there is no form of the resource that the client accepts.

    Args:
        available: what there is, such as media types or languages; listed in the content.
    """

    status = 406
    slug = "not-acceptable"

    def __init__(self, detail: Text | None = None, *, available: Sequence[str] = (), **more: Any) -> None:
        if available:
            more["available"] = list(available)
        super().__init__(detail, **more)


class ProxyAuthenticationRequired(Refused):
    """407: the proxy wants to know who is asking.

    Args:
        challenge: one challenge or several, for ``Proxy-Authenticate``; see :func:`challenge`.
    """

    status = 407
    slug = "proxy-authentication-required"

    def __init__(self, detail: Text | None = None, *, challenge: Names, headers: Fields = (), **more: Any) -> None:
        field = ("Proxy-Authenticate", _values("challenge", challenge))
        super().__init__(detail, headers=(field, *headers), **more)


class RequestTimeout(Refused):
    """408: the request did not arrive complete in time.

    Args:
        close: end the connection too; the rest of the request may still be on its way.
    """

    status = 408
    slug = "request-timeout"

    def __init__(self, detail: Text | None = None, *, close: bool = True, headers: Fields = (), **more: Any) -> None:
        super().__init__(detail, headers=(_CLOSE, *headers) if close else headers, **more)


class Conflict(Refused):
    """409: the request does not fit the present state of the resource; say in the detail what stands in the way."""

    status = 409
    slug = "conflict"


class Gone(Refused):
    """410: what was here has been taken away for good."""

    status = 410
    slug = "gone"


class LengthRequired(Refused):
    """411: the length of the content must be declared."""

    status = 411
    slug = "length-required"


class PreconditionFailed(Refused):
    """412: a condition that the client set does not hold.

    Args:
        etag: the resource's present entity tag, quotes included, for ``ETag``.
    """

    status = 412
    slug = "precondition-failed"

    def __init__(
        self, detail: Text | None = None, *, etag: str | None = None, headers: Fields = (), **more: Any
    ) -> None:
        fields = () if etag is None else (("ETag", _values("etag", etag)),)
        super().__init__(detail, headers=(*fields, *headers), **more)


class ContentTooLarge(Refused):
    """413: the content is larger than the server takes; ``retry_after`` where that is so for now only.

    Args:
        close: end the connection instead of reading the rest (RFC 9110 §15.5.14).
    """

    status = 413
    slug = "content-too-large"

    def __init__(self, detail: Text | None = None, *, close: bool = False, headers: Fields = (), **more: Any) -> None:
        super().__init__(detail, headers=(_CLOSE, *headers) if close else headers, **more)


class URITooLong(Refused):
    """414: the address is longer than the server will read."""

    status = 414
    slug = "uri-too-long"


class UnsupportedMediaType(Refused):
    """415: the server does not take content of this format here.

    Args:
        accept: the media types that it takes, for ``Accept`` (RFC 9110 §12.5.1).
        accept_encoding: the content codings that it takes, for ``Accept-Encoding``.
        accept_patch: the patch formats that it takes, for ``Accept-Patch`` (RFC 5789 §3.1).
    """

    status = 415
    slug = "unsupported-media-type"

    def __init__(
        self,
        detail: Text | None = None,
        *,
        accept: Names = (),
        accept_encoding: Names = (),
        accept_patch: Names = (),
        headers: Fields = (),
        **more: Any,
    ) -> None:
        wanted = {"Accept": accept, "Accept-Encoding": accept_encoding, "Accept-Patch": accept_patch}
        fields = [(name, _values(name, values)) for name, values in wanted.items() if values]
        super().__init__(detail, headers=(*fields, *headers), **more)


class RangeNotSatisfiable(Refused):
    """416: none of the requested ranges can be served.

    Args:
        length: the present length of the representation in bytes, for ``Content-Range``; ``None`` if unknown.
    """

    status = 416
    slug = "range-not-satisfiable"

    def __init__(
        self, detail: Text | None = None, *, length: int | None = None, headers: Fields = (), **more: Any
    ) -> None:
        if length is not None and length < 0:
            raise MisuseError(f"length: {length} bytes cannot be", "give the length of the representation, or None")
        fields = () if length is None else (("Content-Range", f"bytes */{length}"),)
        super().__init__(detail, headers=(*fields, *headers), **more)


class ExpectationFailed(Refused):
    """417: the Expect field demands what cannot be met."""

    status = 417
    slug = "expectation-failed"


class Unused418(Refused):
    """418: a joke's number, kept out of use; here so that no code is missing."""

    status = 418
    slug = "unused-418"


class MisdirectedRequest(Refused):
    """421: this server does not answer for the host."""

    status = 421
    slug = "misdirected-request"


class UnprocessableContent(Refused):
    """422: the content is well-formed but cannot be carried out; name each field in ``fields``."""

    status = 422
    slug = "unprocessable-content"


class Locked(Refused):
    """423: the resource is locked."""

    status = 423
    slug = "locked"


class FailedDependency(Refused):
    """424: another action that this one depends on has failed."""

    status = 424
    slug = "failed-dependency"


class TooEarly(Refused):
    """425: the request might be a replay of TLS early data."""

    status = 425
    slug = "too-early"


class UpgradeRequired(Refused):
    """426: the server serves this only over another protocol.

    Args:
        upgrade: one protocol or several, most wanted first, for ``Upgrade``; ``Connection`` names that field.
    """

    status = 426
    slug = "upgrade-required"

    def __init__(self, detail: Text | None = None, *, upgrade: Names, headers: Fields = (), **more: Any) -> None:
        fields = (("Upgrade", _values("upgrade", upgrade)), ("Connection", "Upgrade"))
        super().__init__(detail, headers=(*fields, *headers), **more)


class PreconditionRequired(Refused):
    """428: the request must say which version it means to change."""

    status = 428
    slug = "precondition-required"


class TooManyRequests(Refused):
    """429: too many requests; ``retry_after`` says when to come back."""

    status = 429
    slug = "too-many-requests"


class RequestHeaderFieldsTooLarge(Refused):
    """431: the header fields are too large, together or one alone."""

    status = 431
    slug = "request-header-fields-too-large"


class UnavailableForLegalReasons(Refused):
    """451: the resource is withheld because the law demands it; say in the detail who demands what, and why.

    Args:
        blocked_by: the address of whoever carries out the block, for ``Link`` (RFC 7725 §4).
    """

    status = 451
    slug = "unavailable-for-legal-reasons"

    def __init__(
        self, detail: Text | None = None, *, blocked_by: str | None = None, headers: Fields = (), **more: Any
    ) -> None:
        fields: Fields = ()
        if blocked_by is not None:
            if not re.fullmatch(r"[!#-;=?-~]+", blocked_by):
                raise MisuseError(f"blocked_by: {blocked_by!r} is no address", 'write blocked_by="https://…"')
            fields = (("Link", f'<{blocked_by}>; rel="blocked-by"'),)
        super().__init__(detail, headers=(*fields, *headers), **more)


class InternalServerError(Refused):
    """500: the server failed in a way that it was not prepared for."""

    status = 500
    slug = "internal-server-error"


class NotImplemented(Refused):  # noqa: A001 - the registered phrase; see the module's text
    """501: the server cannot do this for any resource; it shadows Python's own name where it is imported."""

    status = 501
    slug = "not-implemented"


class BadGateway(Refused):
    """502: the server behind gave an invalid answer."""

    status = 502
    slug = "bad-gateway"


class ServiceUnavailable(Refused):
    """503: busy or under maintenance; ``retry_after`` says when to come back."""

    status = 503
    slug = "service-unavailable"


class GatewayTimeout(Refused):
    """504: the server behind did not answer in time."""

    status = 504
    slug = "gateway-timeout"


class HTTPVersionNotSupported(Refused):
    """505: the server does not speak this major version of HTTP.

    Args:
        supported: the versions that it does speak, such as ``["HTTP/1.1", "HTTP/2"]``; listed in the content.
    """

    status = 505
    slug = "http-version-not-supported"

    def __init__(self, detail: Text | None = None, *, supported: Sequence[str] = (), **more: Any) -> None:
        if supported:
            more["supported"] = list(supported)
        super().__init__(detail, **more)


class VariantAlsoNegotiates(Refused):
    """506: content negotiation is set up in a circle."""

    status = 506
    slug = "variant-also-negotiates"


class InsufficientStorage(Refused):
    """507: there is no room left to store this."""

    status = 507
    slug = "insufficient-storage"


class LoopDetected(Refused):
    """508: the request would go round in a circle."""

    status = 508
    slug = "loop-detected"


class NotExtended(Refused):
    """510: obsolete; here so that no code is missing."""

    status = 510
    slug = "not-extended"


class NetworkAuthenticationRequired(Refused):
    """511: a network's gateway wants a sign-in; no origin server sends it."""

    status = 511
    slug = "network-authentication-required"


_CLASSES: tuple[type[Refused], ...] = (
    BadRequest,
    Unauthorized,
    PaymentRequired,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    ProxyAuthenticationRequired,
    RequestTimeout,
    Conflict,
    Gone,
    LengthRequired,
    PreconditionFailed,
    ContentTooLarge,
    URITooLong,
    UnsupportedMediaType,
    RangeNotSatisfiable,
    ExpectationFailed,
    Unused418,
    MisdirectedRequest,
    UnprocessableContent,
    Locked,
    FailedDependency,
    TooEarly,
    UpgradeRequired,
    PreconditionRequired,
    TooManyRequests,
    RequestHeaderFieldsTooLarge,
    UnavailableForLegalReasons,
    InternalServerError,
    NotImplemented,
    BadGateway,
    ServiceUnavailable,
    GatewayTimeout,
    HTTPVersionNotSupported,
    VariantAlsoNegotiates,
    InsufficientStorage,
    LoopDetected,
    NotExtended,
    NetworkAuthenticationRequired,
)
_BY_STATUS = {error.status: error for error in _CLASSES}


def for_status(code: int) -> type[Refused]:
    """Return the exception class of the registered 4xx or 5xx *code*.

    Raises:
        MisuseError: the code is not registered, or is no error.
    """
    try:
        return _BY_STATUS[code]
    except KeyError:
        raise MisuseError(
            f"{code} is no registered error code", "errors are the registered codes from 400 to 599, such as 404"
        ) from None
