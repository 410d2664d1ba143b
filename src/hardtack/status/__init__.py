"""What an answer means: the catalogue, the exceptions, negotiation, error pages, and what a request's head rules out.

Everything here takes values and returns values; nothing reads a clock, a socket or a framework. The names below are the
ones that others build on; ``refuse``, ``negotiate``, ``problem`` and ``pages`` are modules of their own.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hardtack.status.catalogue import Status
from hardtack.status.errors import (
    BadGateway,
    BadRequest,
    Conflict,
    ContentTooLarge,
    ExpectationFailed,
    FailedDependency,
    Forbidden,
    GatewayTimeout,
    Gone,
    HTTPVersionNotSupported,
    InsufficientStorage,
    InternalServerError,
    LengthRequired,
    Locked,
    LoopDetected,
    MethodNotAllowed,
    MisdirectedRequest,
    NetworkAuthenticationRequired,
    NotAcceptable,
    NotExtended,
    NotFound,
    NotImplemented,  # noqa: A004 - the registered phrase; see hardtack.status.errors
    PaymentRequired,
    PreconditionFailed,
    PreconditionRequired,
    ProxyAuthenticationRequired,
    RangeNotSatisfiable,
    RequestHeaderFieldsTooLarge,
    RequestTimeout,
    ServiceUnavailable,
    TooEarly,
    TooManyRequests,
    Unauthorized,
    UnavailableForLegalReasons,
    UnprocessableContent,
    UnsupportedMediaType,
    Unused418,
    UpgradeRequired,
    URITooLong,
    VariantAlsoNegotiates,
    challenge,
    for_status,
)
from hardtack.status.pages import answer

if TYPE_CHECKING:
    from hardtack.status.lint import of as lint

__all__ = [
    "BadGateway",
    "BadRequest",
    "Conflict",
    "ContentTooLarge",
    "ExpectationFailed",
    "FailedDependency",
    "Forbidden",
    "GatewayTimeout",
    "Gone",
    "HTTPVersionNotSupported",
    "InsufficientStorage",
    "InternalServerError",
    "LengthRequired",
    "Locked",
    "LoopDetected",
    "MethodNotAllowed",
    "MisdirectedRequest",
    "NetworkAuthenticationRequired",
    "NotAcceptable",
    "NotExtended",
    "NotFound",
    "NotImplemented",
    "PaymentRequired",
    "PreconditionFailed",
    "PreconditionRequired",
    "ProxyAuthenticationRequired",
    "RangeNotSatisfiable",
    "RequestHeaderFieldsTooLarge",
    "RequestTimeout",
    "ServiceUnavailable",
    "Status",
    "TooEarly",
    "TooManyRequests",
    "URITooLong",
    "Unauthorized",
    "UnavailableForLegalReasons",
    "UnprocessableContent",
    "UnsupportedMediaType",
    "Unused418",
    "UpgradeRequired",
    "VariantAlsoNegotiates",
    "answer",
    "challenge",
    "for_status",
    "lint",
]


def __getattr__(name: str) -> Any:
    # Its rules are looked at in development and in tests; nobody else should wait for them.
    if name == "lint":
        return importlib.import_module("hardtack.status.lint")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
