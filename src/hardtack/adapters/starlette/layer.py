"""Hardtack in a Starlette application: ``Hardtack(app)``, and it has a sign-in.

All layers stand around everything that the application has, its own middleware and Starlette's page for unforeseen
errors included: the status layer outermost, then the addresses, our pages, the session, and who visits. They are put
there when the application builds its layers, which is at its first request or at its start, so it makes no difference
whether routes, handlers and middleware are added before this line or after it. The sign-in starts and ends with the
application's lifespan, or with the first visit where none comes, as in a mounted application.

Nothing is decided here: the layers are put together, and what cannot work is refused at the line that asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from hardtack.adapters import asgi
from hardtack.adapters.answering import Answering, known
from hardtack.adapters.asgi import alone
from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.starlette import error_pages
from hardtack.adapters.starlette.addressing import Addressing
from hardtack.adapters.starlette.handlers import Answers, ErrorOf
from hardtack.adapters.starlette.visitors import Known, visit_of
from hardtack.errors import MisuseError
from hardtack.login import Account, Accounts
from hardtack.seal import Keyring
from hardtack.session import Sessions

if TYPE_CHECKING:
    from hardtack.adapters.starlette.editing import VisitEditing

EVERYTHING: Mapping[str, Any] = MappingProxyType({})
"""The settings of a status layer with nothing but its defaults."""


class Hardtack:
    """All layers in one Starlette application.

    Args:
        app: the application.
        keyring: what seals: a ring, or the path of its file; ``None`` takes the one in ``HARDTACK_KEYRING``.
        prefix: what the addresses of our pages begin with, as the browser sees them.
        home: the address of the application's start page.
        application: the name of the application, part of its data cookie's name and seal.
        status: the status layer's settings, as :class:`hardtack.adapters.answering.Answering` says; ``None`` leaves
            the layer out.
        templates: a folder: a file of the same name as one of our pages takes its place, ``errors/404.html`` and its
            like are the application's error pages.
        texts: texts that take the place of ours, by language and id.
        csrf: whether unsafe requests must come from the application's own pages.
        settings: of :class:`hardtack.site.Settings`: ``origin``, ``data``, ``database``, ``sign_up`` and the others.

    Raises:
        MisuseError: a setting cannot be used, there is no keyring, or the application has a session already.
    """

    errors_of: ClassVar[Mapping[Any, ErrorOf]] = MappingProxyType({})
    """What else the framework makes an answer of, and which error a person is shown then."""
    usual: ClassVar[Mapping[str, Any]] = EVERYTHING
    """The settings of the status layer where the application says nothing else."""

    def __init__(
        self,
        app: Starlette,
        *,
        keyring: Keyring | str | os.PathLike[str] | None = None,
        prefix: str = "/auth",
        home: str = "/",
        application: str = "app",
        status: Mapping[str, Any] | None = EVERYTHING,
        templates: str | os.PathLike[str] | None = None,
        texts: Mapping[str, Mapping[str, str]] | None = None,
        csrf: bool = True,
        **settings: Any,
    ) -> None:
        _check_alone(app)
        page = None if templates is None else error_pages.page_from(templates)
        own = {**self.usual, **({} if page is None else {"templates": page})}
        self._status = None if status is None else {**own, **status}
        self._answering = Answering(**known(own if self._status is None else self._status))
        self.sign_in: SignIn = SignIn(
            application=application,
            keyring=keyring,
            prefix=prefix,
            home=home,
            templates=templates,
            texts=texts,
            csrf=csrf,
            **settings,
        )
        self.app = app
        try:
            self._check_routes()
        except BaseException:
            self.close()
            raise
        app.state.hardtack = self
        build, add = app.build_middleware_stack, app.add_middleware

        def build_around() -> ASGIApp:
            return self._around(build)

        def add_middleware(middleware_class: Any, *args: Any, **kwargs: Any) -> None:
            alone.check_middleware(middleware_class)
            add(middleware_class, *args, **kwargs)

        app.build_middleware_stack = build_around  # type: ignore[method-assign]
        app.add_middleware = add_middleware  # type: ignore[method-assign]

    @property
    def accounts(self) -> Accounts:
        """The account store."""
        return self.sign_in.accounts

    @property
    def sessions(self) -> Sessions:
        """What opens and saves the application's session."""
        return self.sign_in.sessions

    @property
    def host(self) -> str:
        """The Host that requests name: the origin's, or in development mode that of this machine."""
        return self.origin.partition("://")[2]

    @property
    def origin(self) -> str:
        """The public origin, or in development mode that of the configured port on this machine."""
        return self.sign_in.settings.origin or f"http://localhost:{self.sign_in.settings.port}"

    def url(self, page: str) -> str:
        """Return the address of a page of the sign-in, such as ``"/sign-in"``.

        Raises:
            MisuseError: there is no such page.
        """
        return self.sign_in.url(page)

    async def authenticate(self, connection: HTTPConnection, name: str, password: str) -> Account:
        """Return the account of *name* and *password*, for a sign-in form of the application's own.

        ``visit_of(connection).sign_in(account)`` comes after it; that one may wait for a disk.

        Args:
            connection: the request, whose visitor's attempts are counted.
            name: as it was typed.
            password: as it was typed.

        Raises:
            Refused: as ``hardtack.login.sign_in`` decides: a wrong password, too many attempts, too many at once.
        """
        return await run_in_threadpool(visit_of(connection).authenticate, name, password)

    def close(self) -> None:
        """Stop what was started and let go of the database, where no lifespan ends; it may begin anew."""
        self.sign_in.close()

    def _check_routes(self) -> None:
        """Look for routes that nobody would ever see."""
        hidden = [path for route in self.app.routes if self.sign_in.has(path := getattr(route, "path", ""))]
        if hidden:
            raise MisuseError(
                f"a page of the sign-in is at {hidden[0]} as well, and hides the application's own",
                'give prefix= another address, such as prefix="/door"',
            )

    def _around(self, build: Callable[[], ASGIApp]) -> ASGIApp:
        self._check_routes()
        Answers(lambda: self._answering).install(self.app.exception_handlers, self.errors_of)
        stack = build()
        layers = asgi.Hardtack(Known(stack), session=self.sign_in, status=self._status)
        if layers.status is None:
            return Layers(self, Addressing(layers, self.app.router, decides=False), stack)
        self._answering = layers.status.answering
        layers.status.app = Addressing(layers.status.app, self.app.router)
        return Layers(self, layers, stack)


class Layers:
    """What answers for the application: ours, and within them those that it has itself.

    Args:
        hardtack: who has put them there.
        layers: ours, the outermost.
        app: those of the application.
    """

    def __init__(self, hardtack: Hardtack, layers: ASGIApp, app: ASGIApp) -> None:
        self.app = app
        self._hardtack = hardtack
        self._layers = layers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        await self._layers(scope, receive, send)

    def editing(self) -> VisitEditing:
        """Return what ``hardtack.session.testing.edited(client, app)`` opens and saves sessions with."""
        from hardtack.adapters.starlette.editing import VisitEditing  # noqa: PLC0415 - for tests only

        return VisitEditing(self._hardtack.sign_in, self._hardtack.host)


def _check_alone(app: object) -> None:
    if not isinstance(app, Starlette):
        raise MisuseError(
            f"Hardtack stands in a Starlette application, and this is a {type(app).__name__}",
            "around any other ASGI application write hardtack.adapters.asgi.Hardtack(app, session=SignIn(…))",
        )
    if app.middleware_stack is not None:
        raise MisuseError(
            "the application has begun to answer, so nothing can stand around it any more",
            "write Hardtack(app) where the application is made",
        )
    alone.check(app)
