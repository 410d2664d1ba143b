"""Hardtack in a Flask application, all of it: ``Hardtack(app, keyring=…)``.

Before the application stand the pages of the sign-in, below a prefix, and the status layer; inside it, Flask's
``session`` is the sealed one, bound to the account of whoever is signed in, and an unsafe request that another site has
made is refused before any function of the application runs. Nothing is decided here: who it is and what is refused says
the visit, what an answer looks like says the status layer.

One object may serve several applications (``init_app``); each has its own accounts, pages and settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from types import MappingProxyType
from typing import Any

from flask import Flask, current_app, has_app_context, request
from flask import Response as FlaskResponse
from flask.templating import Environment

from hardtack import message
from hardtack.adapters.flask import commands, configured, signed_in
from hardtack.adapters.flask.origin_names import refuse_settings
from hardtack.adapters.flask.status import Status
from hardtack.adapters.flask.visit_session import VisitInterface
from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.signed import SignedSessions
from hardtack.adapters.visits import Decided, Elsewhere, Visit
from hardtack.adapters.wsgi.exchange import STEPS
from hardtack.adapters.wsgi.pages import Pages
from hardtack.adapters.wsgi.translate import path_of
from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp
from hardtack.errors import MisuseError, Refused
from hardtack.login import Account, Accounts
from hardtack.seal import Keyring
from hardtack.session.csrf import MOST_FORM, TOKEN_FIELD, TOKEN_HEADER
from hardtack.status import pages

_DEFAULTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Installed:
    """What one application has.

    Args:
        sign_in: its accounts, pages and visits.
        status: its status layer, if it has one from here.
        keyring: what was said about its keys.
    """

    sign_in: SignIn
    status: Status | None
    keyring: object

    def page(self, visit: Visit, decided: Decided) -> message.Response:
        """Return the answer to what a visit has decided."""
        if isinstance(decided, Elsewhere):
            return decided.response
        if self.status is None:
            return pages.answer(decided, visit.request)
        return self.status.layer.answering.raised(visit.request, decided, request.environ.get(STEPS))


class Hardtack:
    """Sign-in, session, forms and error pages of a Flask application.

    Args:
        app: the application; without one, call :meth:`init_app`.
        keyring: what seals: a ring, or the path of its file; ``None`` takes the one in ``HARDTACK_KEYRING``.
        prefix: what the addresses of the sign-in's pages begin with, ``"/auth"`` unless said.
        home: the address of the application's start page, ``"/"`` unless said.
        status: the status layer's settings, as :class:`hardtack.adapters.answering.Answering` says; ``None`` leaves
            it out.
        templates: a folder of templates that take the place of the pages' own.
        texts: texts that take the place of the pages' own, by language and id.
        csrf: whether unsafe requests must come from the application's own pages; they must unless said.
        application: part of the session cookie's name and seal; the application's name unless said.
        accept_signed_until: a Unix time in seconds, up to which a session that Flask itself has signed is taken over.
        settings: of :class:`hardtack.site.Settings`, such as ``origin``, ``database`` and ``sign_up``.

    Raises:
        MisuseError: something that was said cannot be; the text says what to write instead.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        keyring: Keyring | str | PathLike[str] | None = None,
        prefix: str | None = None,
        home: str | None = None,
        status: Mapping[str, Any] | None = _DEFAULTS,
        templates: str | PathLike[str] | None = None,
        texts: Mapping[str, Mapping[str, str]] | None = None,
        csrf: bool | None = None,
        application: str | None = None,
        accept_signed_until: int | None = None,
        **settings: Any,
    ) -> None:
        said = {
            "keyring": keyring,
            "prefix": prefix,
            "home": home,
            "templates": templates,
            "texts": texts,
            "csrf": csrf,
            "application": application,
            "accept_signed_until": accept_signed_until,
            **settings,
        }
        self._said = {name: value for name, value in said.items() if value is not None}
        if status is not _DEFAULTS:
            self._said["status"] = status
        self._installed: list[Installed] = []
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Put the layers around *app* and into it.

        Raises:
            MisuseError: something that was said, by keyword or in ``app.config``, cannot be.
        """
        values = configured.said(app, self._said)
        status = values.pop("status", {})
        configured.refuse_others(app, status)
        until = values.pop("accept_signed_until", None)
        sign_in = SignIn(**values)
        try:
            for rule in app.url_map.iter_rules():
                configured.refuse_route(sign_in, rule.rule)
            signed = None if until is None else SignedSessions(until, sign_in.accounts.spent)
            refuse_settings(app, sign_in.sessions.policy)
            layer = None if status is None else Status(app, **{**sign_in.status_settings, **status})
        except BaseException:
            sign_in.close()
            raise
        installed = Installed(sign_in, layer, values.get("keyring"))
        self._installed.append(installed)
        app.extensions[configured.EXTENSION] = installed
        app.session_interface = VisitInterface(sign_in, installed.page, signed)
        app.wsgi_app = _Front(app, sign_in, app.wsgi_app)  # type: ignore[method-assign]  # as Flask's documentation has it
        _put_in(app, installed, self)

    # For the application's own code -----------------------------------------------------------------------------------

    @property
    def installed(self) -> Installed:
        """What the application at work has, or outside of it the only one.

        Raises:
            MisuseError: there are several applications, or none.
        """
        if has_app_context() and configured.EXTENSION in current_app.extensions:
            found: Installed = current_app.extensions[configured.EXTENSION]
            return found
        if len(self._installed) != 1:
            raise MisuseError(
                "nobody knows which application is meant", "call init_app(app), and ask within app.app_context()"
            )
        return self._installed[0]

    @property
    def sign_in(self) -> SignIn:
        """The accounts, pages and visits of the application."""
        return self.installed.sign_in

    @property
    def accounts(self) -> Accounts:
        """The accounts of the application."""
        return self.sign_in.accounts

    def url(self, page: str) -> str:
        """Return the address of a page of the sign-in, such as ``"/sign-in"``.

        Raises:
            MisuseError: there is no such page.
        """
        return self.sign_in.url(page)

    def authenticate(self, name: str, password: str) -> Account:
        """Return the account of *name* and *password*, for a sign-in form of one's own; ``sign_in`` comes after it.

        Raises:
            Refused: as ``hardtack.login.sign_in`` decides: a wrong password, too many attempts, too many at once.
        """
        return signed_in.this_visit().authenticate(name, password)

    def close(self) -> None:
        """Stop what was started and let go of the database; a test that makes applications does it at its end."""
        self.sign_in.close()


class _Front:
    """The pages of the sign-in, before the application."""

    def __init__(self, app: Flask, sign_in: SignIn, behind: WSGIApp) -> None:
        self._app = app
        self._interface = app.session_interface
        self._sign_in = sign_in
        self._pages = Pages(sign_in.site)
        self._behind = behind
        self._checked = False

    def __call__(self, environ: Environ, start_response: StartResponse) -> Any:
        """Answer one request (PEP 3333)."""
        if self._app.session_interface is not self._interface:
            raise MisuseError(
                f"the session is kept by {type(self._app.session_interface).__name__} as well",
                "leave app.session_interface as Hardtack(app) has set it",
            )
        if not self._checked:
            signed_in.check_order(self._app.view_functions.values())
            self._checked = True
        self._sign_in.begin()
        if self._sign_in.has(path_of(environ)):
            return self._pages(environ, start_response)
        return self._behind(environ, start_response)


def _put_in(app: Flask, installed: Installed, extension: Hardtack) -> None:
    """Put what works inside of *app* into it."""

    def refused(error: Decided) -> FlaskResponse:
        made = installed.page(signed_in.this_visit(), error)
        return app.response_class(made.body, made.status, made.headers)

    app.register_error_handler(Elsewhere, refused)
    if installed.status is None:
        app.register_error_handler(Refused, refused)
    if installed.sign_in.csrf:
        # After the route's own rules, which the status layer asks first, and before anything of the application.
        app.before_request_funcs.setdefault(None, []).insert(0 if installed.status is None else 1, _check_form)
    _give_templates(
        app,
        csrf_token=signed_in.csrf_token,
        csrf_field=signed_in.csrf_field,
        current_account=signed_in.current_account,
        hardtack=extension,
    )
    app.cli.add_command(commands.command(installed.sign_in, installed.keyring))
    added: Callable[..., None] = app.add_url_rule

    def add_url_rule(rule: str, *args: Any, **options: Any) -> None:
        configured.refuse_route(installed.sign_in, rule)
        added(rule, *args, **options)

    app.add_url_rule = add_url_rule  # type: ignore[method-assign]  # so that the line that is wrong is the one that fails


def _give_templates(app: Flask, **names: Any) -> None:
    """Let every template of *app* know *names*, without making its environment before its settings are complete."""
    if "jinja_env" in vars(app):
        app.jinja_env.globals.update(names)
        return
    made = app.create_jinja_environment

    def create_jinja_environment() -> Environment:
        environment = made()
        environment.globals.update(names)
        return environment

    app.create_jinja_environment = create_jinja_environment  # type: ignore[method-assign]  # it is asked for once


def _check_form() -> None:
    """Let the request pass if it was made by the application's own pages, changes nothing, or goes to an exempt view.

    Raises:
        CrossSiteRequest: for any other.
        HTTPException: the form cannot be read; Flask's own.
    """
    if signed_in.is_exempt(current_app.view_functions.get(request.endpoint or "")):
        return
    visit = signed_in.this_visit()
    visit.check(_token() if visit.needs_token() and TOKEN_HEADER not in request.headers else None)


def _token() -> str | None:
    """Return the token in the form that was sent; the view can read the form again, in its own way too."""
    if request.mimetype != "multipart/form-data" and 0 < (request.content_length or 0) <= MOST_FORM:
        request.get_data()
    sent = request.form.getlist(TOKEN_FIELD)
    return sent[0] if len(sent) == 1 else None
