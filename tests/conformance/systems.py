"""The systems that the cases are put to, each as it ships and in a process of its own.

``python -m tests.conformance.systems NAME FOLDER`` serves one of them on a free port of this machine and says which.
ASGI applications run in uvicorn, WSGI applications in the development server of Werkzeug, which both hand over what
was sent.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from tests.conformance import ours, peers
from tests.conformance.served import folder_with_the_file, in_uvicorn, in_werkzeug


class System(NamedTuple):
    """One system: how it is served, and what it can be asked."""

    title: str
    distribution: str
    serve: Callable[[Path], None]
    unsafe: bool = False

    @property
    def ours(self) -> bool:
        """Whether it must be right in every case."""
        return self.distribution == "hardtack"


SYSTEMS: dict[str, System] = {
    "hardtack-asgi": System("Hardtack, ASGI", "hardtack", lambda _folder: in_uvicorn(ours.asgi(streamed=False)), True),
    "hardtack-asgi-streamed": System(
        "Hardtack, ASGI, streamed", "hardtack", lambda _folder: in_uvicorn(ours.asgi(streamed=True)), True
    ),
    "hardtack-wsgi": System(
        "Hardtack, WSGI",
        "hardtack",
        lambda folder: in_werkzeug(ours.wsgi(folder_with_the_file(folder), file=False)),
        True,
    ),
    "hardtack-wsgi-streamed": System(
        "Hardtack, WSGI, streamed",
        "hardtack",
        lambda folder: in_werkzeug(ours.wsgi(folder_with_the_file(folder), file=True)),
        True,
    ),
    "hardtack-flask": System(
        "Hardtack, Flask", "hardtack", lambda folder: in_werkzeug(ours.in_flask(folder_with_the_file(folder))), True
    ),
    "starlette-static": System(
        "Starlette StaticFiles",
        "starlette",
        lambda folder: in_uvicorn(peers.starlette_static(folder_with_the_file(folder))),
    ),
    "starlette-file": System(
        "Starlette FileResponse",
        "starlette",
        lambda folder: in_uvicorn(peers.starlette_response(folder_with_the_file(folder))),
    ),
    "flask": System(
        "Flask send_file", "flask", lambda folder: in_werkzeug(peers.flask_send_file(folder_with_the_file(folder)))
    ),
    "werkzeug": System(
        "Werkzeug make_conditional", "werkzeug", lambda _folder: in_werkzeug(peers.werkzeug_conditional)
    ),
    "django": System(
        "Django condition",
        "django",
        lambda folder: in_werkzeug(peers.django_condition(folder_with_the_file(folder))),
        True,
    ),
    "django-static": System(
        "Django static.serve", "django", lambda folder: in_werkzeug(peers.django_static(folder_with_the_file(folder)))
    ),
    "nginx": System("nginx", "nginx", peers.nginx),
}
"""By name, ours first."""


AROUND: dict[str, System] = {
    "around-starlette-static": System(
        "Starlette StaticFiles",
        "starlette",
        lambda folder: in_uvicorn(ours.around_asgi(peers.starlette_static(folder_with_the_file(folder)))),
    ),
    "around-starlette-file": System(
        "Starlette FileResponse",
        "starlette",
        lambda folder: in_uvicorn(ours.around_asgi(peers.starlette_response(folder_with_the_file(folder)))),
    ),
    "around-flask": System(
        "Flask send_file",
        "flask",
        lambda folder: in_werkzeug(ours.around_flask(peers.flask_send_file(folder_with_the_file(folder)))),
    ),
    "around-werkzeug": System(
        "Werkzeug make_conditional",
        "werkzeug",
        lambda _folder: in_werkzeug(ours.around_wsgi(peers.werkzeug_conditional)),
    ),
    "around-django": System(
        "Django condition",
        "django",
        lambda folder: in_werkzeug(ours.around_wsgi(peers.django_condition(folder_with_the_file(folder)))),
        True,
    ),
    "around-django-static": System(
        "Django static.serve",
        "django",
        lambda folder: in_werkzeug(ours.around_wsgi(peers.django_static(folder_with_the_file(folder)))),
    ),
}
"""The peers again, as they ship, with Hardtack's layer around them; each name is ``around-`` and the peer's."""


def version_of(system: System) -> str:
    """Return the version of what is installed."""
    if system.distribution != "nginx":
        return version(system.distribution)
    return (
        subprocess.run([peers.nginx_program(), "-v"], capture_output=True, text=True, check=True)
        .stderr.split("/")[1]
        .strip()
    )


if __name__ == "__main__":
    {**SYSTEMS, **AROUND}[sys.argv[1]].serve(Path(sys.argv[2]))
