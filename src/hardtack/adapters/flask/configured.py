"""What an application says to ``Hardtack``, by keyword and in ``app.config``, and what it must not say.

``HARDTACK_<NAME>`` in the configuration stands for every keyword; the keyword goes before it. Everything here happens
once, at start-up, and every mistake is a ``MisuseError`` that says what to write instead. A value that may be a secret
is never repeated.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from flask.sessions import SecureCookieSessionInterface

from hardtack.errors import MisuseError
from hardtack.seal import keyfile
from hardtack.site import Settings

if TYPE_CHECKING:
    from flask import Flask

    from hardtack.adapters.sign_in import SignIn

EXTENSION = "hardtack"
"""The name under which the application keeps what it has of ours."""

STATUS = "hardtack-status"
"""The name under which it keeps the status layer."""

PREFIX = "HARDTACK_"

OWN = ("application", "keyring", "prefix", "home", "status", "templates", "texts", "csrf", "accept_signed_until")
"""The keywords that are no settings of the pages."""

_NAMES = ("application", "realm", "prefix", "home")


def said(app: Flask, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return every keyword that was said, in ``app.config`` or, before that, by *keywords*.

    Raises:
        MisuseError: ``app.config`` names one that does not exist, or a name is a secret.
    """
    settings = [field.name for field in msgspec.structs.fields(Settings)]
    values = {}
    for key, value in app.config.items():
        if not key.startswith(PREFIX):
            continue
        name = key.removeprefix(PREFIX).lower()
        if name not in OWN and name not in settings:
            near = difflib.get_close_matches(name, (*OWN, *settings), n=1)
            hint = f"did you mean {_key(near[0])}?" if near else f"there are {', '.join(map(_key, (*OWN, *settings)))}"
            raise MisuseError(f"app.config: there is no setting {key}", hint)
        values[name] = value
    Settings.given("app.config", {name: value for name, value in values.items() if name in settings})
    values.update(keywords)
    values.setdefault("application", app.name)
    _refuse_secrets(app, values)
    return values


def _key(name: str) -> str:
    return PREFIX + name.upper()


def _refuse_secrets(app: Flask, values: Mapping[str, Any]) -> None:
    secrets = {secret for secret in _secrets(app) if secret}
    for name in _NAMES:
        if values.get(name) in secrets:
            raise MisuseError(
                f"{name}= is a secret of this application, and everybody could read it in addresses and cookies",
                f"give {name}= a name that may be known, such as {_EXAMPLES[name]!r}",
            )
    if isinstance(values.get("keyring"), str) and values["keyring"] in secrets:
        raise MisuseError(
            "keyring= is a secret itself and no keyring",
            "make one with `hardtack keys new FILE` and give its path as keyring=; the secret is not needed for it",
        )


_EXAMPLES = {"application": "shop", "realm": "hardtack", "prefix": "/auth", "home": "/"}


def _secrets(app: Flask) -> Iterator[Any]:
    yield app.secret_key or ""
    yield from app.config["SECRET_KEY_FALLBACKS"] or ()
    yield os.environ.get(keyfile.VARIABLE, "")


def refuse_others(app: Flask, status: object) -> None:
    """Refuse an application that has a session, or the layers, already.

    Raises:
        MisuseError: it has.
    """
    if EXTENSION in app.extensions:
        raise MisuseError("there are two Hardtacks on one application", "write Hardtack(app, …) once")
    if status is not None and STATUS in app.extensions:
        raise MisuseError(
            "the application has a status layer already", "leave Status(app) out, or give status=None to Hardtack"
        )
    there = type(app.session_interface)
    if there is not SecureCookieSessionInterface:
        raise MisuseError(
            f"the application's session is kept by {there.__name__} already",
            "leave app.session_interface as it is: Hardtack(app) keeps the session; or take the session alone, "
            "without Hardtack(app)",
        )


def refuse_route(sign_in: SignIn, address: str) -> None:
    """Refuse a route of the application that a page of the sign-in would hide.

    Raises:
        MisuseError: there is a page at its address.
    """
    if sign_in.has(address):
        raise MisuseError(
            f"a page of the sign-in is at {address} as well, and hides the application's own",
            'give the route another address, or the pages another prefix, such as prefix="/door"',
        )
