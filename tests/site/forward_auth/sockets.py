"""A browser and the proxy before it, as the tests need them that run a real server."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import uvicorn

from hardtack.adapters.asgi.layer import Hardtack
from hardtack.adapters.asgi.listening import Listening
from hardtack.site import Site
from tests.site.conftest import FORM, HTML, NAME, PASSWORD, Page
from tests.site.forward_auth.doors import APP, ENTER, ORIGIN, PORTAL, START, query


@contextmanager
def served(site: Site, host: str = "127.0.0.1") -> Iterator[int]:
    """Run *site* in a thread, as the service does in a process, and yield the port at which it listens on *host*."""
    server = uvicorn.Server(uvicorn.Config(Hardtack(site=site), http=Listening, log_level="warning"))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=30)
    assert not thread.is_alive()


class Client:
    """Both, over sockets: a connection for each request, and a jar of cookies for each host.

    Args:
        port: where the service listens.
        address: at which it is reached; for one of this machine's own, that is also where requests come from.
    """

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self.port = port
        self.address = address
        self.jars: dict[str, dict[str, str]] = {APP: {}, PORTAL: {}}

    def ask(
        self, host: str, path: str, *, jar: str = "", form: dict[str, str] | None = None, **more: str
    ) -> tuple[int, str, str]:
        """Send a request; return status, Location and content, and keep the cookies."""
        cookies = self.jars[jar or host]
        fields = {
            "Host": host,
            "Accept": HTML,
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            **({} if form is None else {"Content-Type": FORM}),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        connection = http.client.HTTPConnection(self.address, self.port, timeout=30)
        method, body = ("GET", None) if form is None else ("POST", urlencode(form))
        connection.request(method, path, body, {name: value for name, value in fields.items() if value})
        answer = connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, content = value.partition(";")[0].partition("=")
            cookies[name] = content
        connection.close()
        return answer.status, answer.headers.get("Location") or "", text

    def clicks(self, **more: str) -> int:
        """Let the proxy ask about a click in the application, with *more* fields; return the status."""
        said = {"Method": "GET", "Proto": "https", "Host": APP, "Uri": "/"}
        fields = {f"X_Forwarded_{name}": value for name, value in said.items()}
        status, _, _ = self.ask(PORTAL, "/auth?mode=redirect", jar=APP, form=None, **fields, **more)
        return status

    def enters(self) -> None:
        """Sign in on the portal, and be handed off."""
        _, _, text = self.ask(PORTAL, "/sign-in")
        fields = Page(text).form("/sign-in") | {"username": NAME, "password": PASSWORD}
        assert 303 == self.ask(PORTAL, "/sign-in", form=fields)[0]
        _, offer, _ = self.ask(APP, f"{START}?to=/")
        _, enter, _ = self.ask(PORTAL, offer.removeprefix(ORIGIN))
        assert query(enter)["code"]
        status, onward, _ = self.ask(APP, enter.removeprefix(f"https://{APP}"))
        assert (303, "/", True) == (status, onward, enter.startswith(f"https://{APP}{ENTER}?"))
