"""``/healthz`` and ``/readyz``: is the process alive, and may it be sent visitors?

Both answer in one word, look at no cookie and reveal nothing else. Ready means that the revocations are loaded and
current and that the database answers; before that nobody could be recognised safely (DESIGN §4). Mail that does not go
out makes nobody unready, since it can wait; a second line says how it goes, where it is sent at all.
"""

from __future__ import annotations

from hardtack.message import Request, Response
from hardtack.site.services import Services
from hardtack.site.texts import machine_time


def alive(request: Request, services: Services) -> Response:
    """Answer 200: this process takes requests."""
    return word("alive")


def ready(request: Request, services: Services) -> Response:
    """Answer 200 if visitors can be recognised and signed in, else 503; and say how mail goes."""
    if not services.parts.is_ready():
        return word("not ready", 503)
    postman = services.accounts.postman
    if not postman.carries:
        return word("ready")
    since = postman.state().failing_since
    return word(f"ready\nmail: failing since {machine_time(since)}" if since else "ready\nmail: ok")


def word(said: str, status: int = 200) -> Response:
    """Return *said* as an answer; of 503, it can be asked again at once."""
    response = Response(status, [("Content-Type", "text/plain; charset=utf-8")], f"{said}\n".encode())
    if status == 503:
        response.set("Retry-After", "1")
    return response
