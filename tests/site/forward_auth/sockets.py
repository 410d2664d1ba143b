"""A browser and the proxy before it, as the tests need them that run a real server."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode

from tests.site.conftest import FORM, HTML, NAME, PASSWORD, Page
from tests.site.forward_auth.doors import APP, ENTER, ORIGIN, PORTAL, START, query


class Client:
    """Both, over sockets: a connection for each request, and a jar of cookies for each host."""

    def __init__(self, port: int) -> None:
        self.port = port
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
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        method, body = ("GET", None) if form is None else ("POST", urlencode(form))
        connection.request(method, path, body, {name: value for name, value in fields.items() if value})
        answer = connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, content = value.partition(";")[0].partition("=")
            cookies[name] = content
        connection.close()
        return answer.status, answer.headers.get("Location") or "", text

    def clicks(self) -> int:
        """Let the proxy ask about a click in the application; return the status."""
        status, _, _ = self.ask(
            PORTAL,
            "/auth?mode=redirect",
            jar=APP,
            X_Forwarded_Method="GET",
            X_Forwarded_Proto="https",
            X_Forwarded_Host=APP,
            X_Forwarded_Uri="/",
        )
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
