"""The status layer in a Flask application: ``Status(app)``.

Around the application stands the WSGI driver; inside it, this extension reads ``@rules`` of the view before anything
else is asked (so before ``before_request`` functions of the application), and gives what Flask itself answers with
(``abort(404)``, a wrong method, an unforeseen error) the layer's pages. Nothing is decided here.

The application comes first: an error handler of its own is used where it has one for the code, and a template
``errors/404.html``, ``errors/4xx.html`` or ``errors/error.html`` takes the place of our page, with the variables
``status``, ``phrase``, ``detail``, ``advice`` and ``language``. In debug mode and in tests, unforeseen errors are
Flask's own matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, has_request_context, render_template, request
from flask import Response as FlaskResponse
from jinja2 import Template, TemplateNotFound
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wsgi import FileWrapper

from hardtack.adapters.answering import Answering, Steps, known
from hardtack.adapters.wsgi import StatusLayer
from hardtack.adapters.wsgi.exchange import REQUEST, STEPS
from hardtack.adapters.wsgi.translate import request_head
from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status import Status as Code
from hardtack.status import errors, saying, stand_in
from hardtack.status.admit import admit, allowed
from hardtack.status.catalogue import family_name
from hardtack.status.precondition import NotModified
from hardtack.status.rules import Validators, rules_of


class Status:
    """The status layer of one Flask application.

    Args:
        app: the application; without one, call :meth:`init_app`.
        settings: as :class:`hardtack.adapters.answering.Answering` says. ``templates`` takes the place of the
            application's own ``errors/*.html``; ``take_ranges`` is on, since Flask knows single ranges only.

    Raises:
        MisuseError: a setting cannot be what it is said to be.
    """

    def __init__(self, app: Flask | None = None, **settings: Any) -> None:
        self._settings = known(settings)
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Put the layer around *app* and into it."""
        answering = _Answering(app, self._settings)
        self.layer: StatusLayer = StatusLayer(
            _wrapping_files(app.wsgi_app), answering=answering, propagates=lambda _error: _propagates(app)
        )
        app.wsgi_app = self.layer  # type: ignore[method-assign]  # as Flask's documentation has it
        app.extensions["hardtack-status"] = self
        app.before_request_funcs.setdefault(None, []).insert(0, answering.admit)
        app.register_error_handler(Refused, answering.refused)
        app.register_error_handler(NotModified, answering.refused)
        app.register_error_handler(HTTPException, answering.aborted)

    @property
    def maintenance(self) -> bool:
        """Whether everybody gets 503; may be set while the application runs, for this process."""
        return self.layer.maintenance

    @maintenance.setter
    def maintenance(self, on: bool) -> None:
        self.layer.maintenance = on


def _wrapping_files(app: WSGIApp) -> WSGIApp:
    """Return *app*, which then wraps files in a way that the driver can tell, whatever the server offers."""

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ.setdefault("wsgi.file_wrapper", FileWrapper)
        return app(environ, start_response)

    return application


def _propagates(app: Flask) -> bool:
    wanted = app.config["PROPAGATE_EXCEPTIONS"]
    return bool(app.testing or app.debug if wanted is None else wanted)


class _Answering(Answering):
    """What the driver and the application's error handlers ask."""

    def __init__(self, app: Flask, settings: dict[str, Any]) -> None:
        super().__init__(**{"templates": self._template, "take_ranges": True, **settings})
        self._app = app

    def carried(self, request: Request, validators: Validators, steps: Steps) -> Refused | NotModified | None:
        """Decide the preconditions; the route has been asked before."""
        return self.precondition(request, validators, steps)

    def admit(self) -> None:
        """Ask the route first, before any function of the application.

        Raises:
            Refused: the route does not take the request.
            HTTPException: the method is none of the address's; Flask's own, so that its handlers are used.
        """
        if isinstance(request.routing_exception, MethodNotAllowed):
            raise request.routing_exception
        rules = rules_of(self._app.view_functions.get(request.endpoint or ""))
        if rules is None:
            return
        asked, steps = _asked()
        if (refused := admit(asked, rules.route, trace=steps)) is not None:
            raise refused

    def refused(self, error: Refused | NotModified) -> FlaskResponse:
        """Return the answer to what was raised."""
        asked, steps = _asked()
        return self._made(self.raised(asked, error, steps))

    def aborted(self, error: HTTPException) -> HTTPException | FlaskResponse:
        """Return the page for what Flask or ``abort`` raised."""
        if error.response is not None or error.code is None or not stand_in.is_error(error.code):
            return error
        asked, steps = _asked()
        original = getattr(error, "original_exception", None)
        if isinstance(original, Exception):
            # Flask has written down the traceback.
            return self._made(self.failed(asked, original, steps, traceback=False))
        return self._made(self.answered(asked, _error_of(error), steps))

    def _made(self, response: Response) -> FlaskResponse:
        return self._app.response_class(response.body, response.status, response.headers)

    def _template(self, status: Code, error: Refused | None, language: str) -> str | None:
        code = status.code if error is None else error.status
        says = saying.of(code, error or Refused(), language)
        names: list[str | Template] = [f"errors/{code}.html", f"errors/{family_name(code)}.html", "errors/error.html"]
        variables = {
            "status": code,
            "phrase": says.phrase,
            "detail": says.explanation,
            "advice": says.advice,
            "language": language,
        }
        try:
            if has_request_context():
                return render_template(names, **variables)
            # Refused before Flask saw it: a context without anything of the visitor's, so that url_for works.
            with self._app.test_request_context():
                return render_template(names, **variables)
        except TemplateNotFound as missing:
            if missing.name in names:
                return None
            raise


def _asked() -> tuple[Request, Steps]:
    environ = request.environ
    return environ.get(REQUEST) or request_head(environ), environ.get(STEPS)


def _error_of(error: HTTPException) -> Refused:
    headers = [(str(name), str(value)) for name, value in error.get_headers(request.environ)]
    if isinstance(error, MethodNotAllowed) and error.valid_methods is not None:
        made: Refused = errors.MethodNotAllowed(allow=allowed(error.valid_methods))
    else:
        made = stand_in.error_of(error.code or errors.InternalServerError.status, headers)
    # Only what the application itself wrote; Werkzeug's own sentences exist in English alone.
    made.detail = vars(error).get("description")
    return made
