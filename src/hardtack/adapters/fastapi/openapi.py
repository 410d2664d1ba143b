"""What an application's OpenAPI document says about signing in (OpenAPI 3.1, "Security Scheme Object").

Each operation that asks who visits names the cookie by its real name. Where somebody must be signed in, the answer to a
script that is not is described: 401, a problem of RFC 9457. Where the operation changes something, so is the answer to
what another site sends: 403. What the author has written about either code stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import deepcopy
from http import HTTPMethod
from typing import Any

from hardtack.adapters.fastapi.dependencies import OPTIONAL, SCHEME
from hardtack.adapters.visits import Visits
from hardtack.session.csrf import SAFE_METHODS, CrossSiteRequest
from hardtack.status import Unauthorized
from hardtack.status.problem import MEDIA_TYPE

PROBLEM = "Problem"
"""The name of the schema of a problem."""

_METHODS = frozenset(HTTPMethod)
_NOBODY: dict[str, list[str]] = {}
_SCHEMA = {
    "title": PROBLEM,
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "slug": {"type": "string", "description": "The kind of error, for a program."},
    },
    "required": ["type", "title", "status", "detail", "slug"],
}
_NOT_SIGNED_IN = "Nobody is signed in, or not recently enough; the challenge names the page to sign in at."
_CROSS_SITE = "The request does not come from a page of this site, so nothing was changed."


def describe(
    document: dict[str, Any], visits: Visits, host: str, from_any_page: Collection[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Return *document* with what there is to say; a second time nothing changes.

    Args:
        document: what FastAPI has made.
        visits: the application's.
        host: what requests name as their Host.
        from_any_page: method and path of each operation whose sender is not looked at.
    """
    asks = False
    for method, path, operation in _operations(document):
        security = operation.get("security", [])
        names = {name for each in security for name in each}
        if not names & {SCHEME, OPTIONAL}:
            continue
        asks = True
        required = SCHEME in names and _NOBODY not in security
        others = [each for each in security if each != _NOBODY and not each.keys() & {SCHEME, OPTIONAL}]
        operation["security"] = [{SCHEME: []}, *others, *([] if required else [_NOBODY])]
        responses = operation.setdefault("responses", {})
        if required:
            challenge = {name: {"schema": {"type": "string"}} for name, _ in Unauthorized(challenge=SCHEME).headers}
            responses.setdefault(
                str(Unauthorized.status), {"description": _NOT_SIGNED_IN, "headers": challenge, "content": _content()}
            )
        if visits.csrf and method not in SAFE_METHODS and (method, path) not in from_any_page:
            responses.setdefault(str(CrossSiteRequest.status), {"description": _CROSS_SITE, "content": _content()})
    if asks:
        components = document.setdefault("components", {})
        schemes = components.setdefault("securitySchemes", {})
        schemes.pop(OPTIONAL, None)
        schemes[SCHEME] = {
            "type": "apiKey",
            "in": "cookie",
            "name": visits.sessions.policy.for_host(host).identity_name,
            "description": "Set by signing in on this site's own pages, and sealed.",
        }
        components.setdefault("schemas", {}).setdefault(PROBLEM, deepcopy(_SCHEMA))
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and operation of each, at every address."""
    for path, item in document.get("paths", {}).items():
        for name, operation in item.items():
            if name.upper() in _METHODS:
                yield name.upper(), path, operation


def _content() -> dict[str, Any]:
    return {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}}
