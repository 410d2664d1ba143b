"""The name and flags of Flask's session cookie where the site's origin decides them, not the configuration.

A session interface that inherits from ``NamedByOrigin`` asks ``cookie_policy`` for what Flask would take out of
``SESSION_COOKIE_*``; without a policy the configuration is asked, as Flask does. Which names and flags follow from an
origin is decided by ``hardtack.session.policy``; here is only said which words in the configuration contradict it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request
from flask.sessions import SessionInterface

from hardtack.adapters.flask.parts import keep
from hardtack.errors import MisuseError
from hardtack.session import CookiePolicy
from hardtack.session.policy import decide

if TYPE_CHECKING:
    from flask import Flask


class NamedByOrigin(SessionInterface):
    """A session interface whose cookie the origin may name."""

    def cookie_policy(self, app: Flask) -> CookiePolicy | None:
        """Return the names and flags for this application, or ``None`` where its configuration has them."""
        return None

    def _policy(self, app: Flask) -> CookiePolicy | None:
        policy = self.cookie_policy(app)
        if policy is None:
            return None
        # In development mode the port of the request's Host is part of the name.
        return policy.for_host(request.host if has_request_context() else "")

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name of the cookie."""
        policy = self._policy(app)
        return super().get_cookie_name(app) if policy is None else policy.session_name

    def get_cookie_domain(self, app: Flask) -> str | None:
        """Return the domain of the cookie; by origin none, so that no other host gets it."""
        return super().get_cookie_domain(app) if self.cookie_policy(app) is None else None

    def get_cookie_path(self, app: Flask) -> str:
        """Return the path of the cookie; by origin the whole site, as ``__Host-`` demands it."""
        return super().get_cookie_path(app) if self.cookie_policy(app) is None else "/"

    def get_cookie_httponly(self, app: Flask) -> bool:
        """Say whether scripts are kept from the cookie; by origin always."""
        return super().get_cookie_httponly(app) if self.cookie_policy(app) is None else True

    def get_cookie_secure(self, app: Flask) -> bool:
        """Say whether the cookie travels by https only; by origin wherever that is https."""
        policy = self.cookie_policy(app)
        return super().get_cookie_secure(app) if policy is None else policy.secure

    def get_cookie_samesite(self, app: Flask) -> str | None:
        """Return which requests of other sites carry the cookie; by origin ``Lax``."""
        return super().get_cookie_samesite(app) if self.cookie_policy(app) is None else "Lax"

    def get_cookie_partitioned(self, app: Flask) -> bool:
        """Say whether the cookie is another one inside every other site; by origin never."""
        return super().get_cookie_partitioned(app) if self.cookie_policy(app) is None else False


class SafeProfile:
    """Our names and flags for whichever application asks.

    Args:
        origin: the public origin; ``None`` is development mode.

    Raises:
        MisuseError: it is no origin, or plain http beyond this machine.
    """

    def __init__(self, origin: str | None) -> None:
        decide(origin, application="app")
        self._origin = origin
        self._kept: dict[str, CookiePolicy] = {}

    @classmethod
    def of(cls, profile: str, origin: str | None) -> SafeProfile | None:
        """Return the profile that is called so, or ``None`` for the one that keeps what the configuration says.

        Raises:
            MisuseError: there is no such profile, or the origin is for the other one.
        """
        if profile == "safe":
            return cls(origin)
        if profile != "host":
            raise MisuseError(f"there is no profile {profile!r:.80}", 'write profile="safe", or leave it out')
        if origin is not None:
            raise MisuseError(
                "origin= decides nothing where the configuration names the cookie",
                'add profile="safe", or leave origin= out',
            )
        return None

    def policy(self, app: Flask) -> CookiePolicy:
        """Return the names and flags for one application.

        Raises:
            MisuseError: its configuration asks for others, or its name cannot be part of a cookie's.
        """
        policy = self._kept.get(app.name)
        if policy is None:
            policy = decide(self._origin, application=app.name)
            refuse_settings(app, policy)
            policy = keep(self._kept, app.name, policy)
        return policy


def refuse_settings(app: Flask, policy: CookiePolicy) -> None:
    """Refuse a configuration that asks for another cookie than the origin gives.

    Raises:
        MisuseError: it does; the text names the setting and what to write instead.
    """
    for name, differs, problem, hint in _CONTRADICTIONS:
        value = app.config.get(name)
        if differs(value, policy):
            raise MisuseError(f"{name}={value!r}: {problem.format(policy=policy)}", hint)


_LEAVE_OUT = "leave it out: the origin decides the names and flags of the cookies"

_CONTRADICTIONS: tuple[tuple[str, Callable[[Any, CookiePolicy], bool], str, str], ...] = (
    (
        "SESSION_COOKIE_DOMAIN",
        lambda value, _policy: bool(value),
        "with a domain every host below it gets the cookie, and browsers drop a __Host- cookie that has one",
        "leave it out: the cookie belongs to this host alone",
    ),
    (
        "SESSION_COOKIE_SECURE",
        lambda value, policy: bool(value) and policy.origin is not None and not policy.secure,
        "the origin {policy.origin} is plain http, where browsers send no Secure cookie",
        "give origin= as https://…, or leave it out",
    ),
    (
        "SESSION_COOKIE_PATH",
        lambda value, _policy: value not in (None, "/"),
        "a path protects nothing, and browsers drop a __Host- cookie that has one",
        _LEAVE_OUT,
    ),
    (
        "SESSION_COOKIE_HTTPONLY",
        lambda value, _policy: value is not None and not value,
        "no script may read a session",
        _LEAVE_OUT,
    ),
    (
        "SESSION_COOKIE_SAMESITE",
        lambda value, _policy: isinstance(value, str) and value.lower() == "none",
        "every other site could send the cookie along",
        _LEAVE_OUT,
    ),
    (
        "SESSION_COOKIE_PARTITIONED",
        lambda value, _policy: bool(value),
        "the session would be another one inside every other site",
        _LEAVE_OUT,
    ),
)
