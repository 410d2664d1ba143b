"""Traefik, which Debian does not have: what it is documented to send and to do, with the configuration that is printed.

The service is the real one. ``pass_through`` does what the documentation of ``ForwardAuth``, ``Headers`` and the entry
points says that Traefik does, with the values of the printed file and no others: it makes the request to ``/auth``, and
from the answer what the application gets.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
import yaml  # type: ignore[import-untyped]

from hardtack.session import policy
from hardtack.site.forward_auth import cookies
from tests.browsing import NAVIGATION
from tests.proxies.stand import GATE, IDLE, PORTAL, SHOP, WIKI, Stand, standing
from tests.proxies.visitor import SCRIPT, Visitor

CLIENT = "203.0.113.7"
HOP_BY_HOP = ("Connection", "Keep-Alive", "Te", "Trailers", "Transfer-Encoding", "Upgrade")

Head = dict[str, str]


class Passed(NamedTuple):
    """What came of one request.

    Args:
        status: of ``/auth``.
        answer: its fields.
        head: what the application got; ``None``: it was not asked.
        set_cookies: what the visitor's browser is told, besides what the application says.
    """

    status: int
    answer: http.client.HTTPMessage
    head: Head | None
    set_cookies: list[str]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Run Hardtack alone."""
    with standing("traefik", tmp_path_factory.mktemp("traefik")) as running:
        yield running


@pytest.fixture(scope="module")
def _anna(stand: Stand) -> list[Visitor]:
    """Keep the browser from test to test."""
    return [stand.signed_in()]


@pytest.fixture
def anna(stand: Stand, _anna: list[Visitor]) -> Visitor:
    """Return the browser of somebody who is signed in, whatever time a test before has let pass."""
    if pass_through(stand, _anna[0], "/").status != 204:
        _anna[:] = [stand.signed_in()]
    return _anna[0]


@pytest.fixture(scope="module")
def printed(stand: Stand) -> Any:
    """Return the printed configuration as values."""
    return yaml.safe_load(stand.configuration)


def pass_through(
    stand: Stand, visitor: Visitor, uri: str, fields: Head | None = None, *, method: str = "GET", host: str = WIKI
) -> Passed:
    """Do with one request what Traefik does.

    Args:
        stand: where Hardtack is.
        visitor: whose cookies come with it.
        uri: path and query.
        fields: what the client sends besides.
        method: of the client's request.
        host: that it names.
    """
    middlewares = yaml.safe_load(stand.configuration)["http"]["middlewares"]
    head = {"Host": f"{host}:{stand.port}", **(fields or {})}
    if visitor.cookies.get(host):
        head["Cookie"] = visitor.cookie(host)
    # The entry point trusts no client about X-Forwarded-*, and takes off what Connection names.
    for name in [name.strip().title() for name in head.pop("Connection", "").split(",") if name]:
        head.pop(name, None)
    usual = {"For": CLIENT, "Proto": "https", "Host": f"{host}:{stand.port}", "Port": str(stand.port), "Server": "t"}
    head |= {f"X-Forwarded-{name}": value for name, value in usual.items()} | {"X-Real-Ip": CLIENT}
    # Headers: an empty value deletes.
    for name, value in middlewares["hardtack-clean"]["headers"]["customRequestHeaders"].items():
        assert value == ""
        head.pop(name.title(), None)
    # ForwardAuth: some fields of the request, and five of its own.
    wanted = middlewares["hardtack-auth"]["forwardAuth"]
    asked = {name: head[name] for name in wanted["authRequestHeaders"] if name in head and name not in HOP_BY_HOP}
    asked |= {"X-Forwarded-Method": method, "X-Forwarded-Proto": "https", "X-Forwarded-Host": head["Host"]}
    asked |= {"X-Forwarded-Uri": uri, "X-Forwarded-For": CLIENT, "User-Agent": "Go-http-client/1.1"}
    status, answer = ask(stand, wanted["address"].partition("/auth")[2], asked)
    if not 200 <= status < 300:
        return Passed(status, answer, None, list(answer.get_all("Set-Cookie", [])))
    for name in wanted["authResponseHeaders"]:
        head.pop(name, None)
        if answer[name]:
            head[name] = answer[name]
    matches = re.compile(wanted["authResponseHeadersRegex"]).search
    head = {name: value for name, value in head.items() if not matches(name)}
    head |= {name.title(): value for name, value in answer.items() if matches(name)}
    passed = [value for value in answer.get_all("Set-Cookie", []) if _name(value) in wanted["addAuthCookiesToResponse"]]
    return Passed(status, answer, head, passed)


def _name(set_cookie: str) -> str:
    return set_cookie.partition("=")[0]


def ask(stand: Stand, query: str, fields: Head | Sequence[tuple[str, str]]) -> tuple[int, http.client.HTTPMessage]:
    """Ask ``/auth`` as a proxy on this machine does."""
    pairs = list(fields.items()) if isinstance(fields, dict) else fields
    connection = http.client.HTTPConnection("127.0.0.1", stand.service, timeout=30)
    try:
        connection.putrequest("GET", f"/auth{query}")
        for name, value in pairs:
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        response.read()
        return response.status, response.headers
    finally:
        connection.close()


def test_the_configuration_is_of_one_piece(stand: Stand, printed: Any) -> None:
    """Every name leads to something, every application is behind a sign-in, and the portal has no ``/auth``."""
    parts = printed["http"]
    assert {"certFile", "keyFile"} == printed["tls"]["certificates"][0].keys()
    for name, router in parts["routers"].items():
        assert router["service"] in parts["services"], name
        assert set(router.get("middlewares", [])) <= parts["middlewares"].keys(), name
        assert (["websecure"], {}) == (router["entryPoints"], router["tls"]), name
    guarded = {name: router["middlewares"] for name, router in parts["routers"].items() if "middlewares" in router}
    assert {"hardtack-app-1", "hardtack-app-2"} == guarded.keys()
    assert all(["hardtack-clean", "hardtack-auth"] == each for each in guarded.values())
    rules = {name: router["rule"] for name, router in parts["routers"].items()}
    assert f"Host(`{WIKI}`) && PathPrefix(`/.hardtack/`)" == rules["hardtack-start-1"]
    assert (f"Host(`{SHOP}`)", f"Host(`{PORTAL}`) && !Path(`/auth`)") == (
        rules["hardtack-app-2"],
        rules["hardtack-portal"],
    )
    for service in parts["services"].values():
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", service["loadBalancer"]["servers"][0]["url"])
    assert parts["middlewares"]["hardtack-auth"]["forwardAuth"]["trustForwardHeader"] is False


def test_somebody_is_led_to_the_sign_in_and_then_let_through(stand: Stand) -> None:
    """The identity comes from the answer, and so do the cookies that the application may see."""
    nobody = pass_through(stand, stand.visitor(), "/notes?page=2", NAVIGATION)
    assert (302, None, []) == (nobody.status, nobody.head, nobody.set_cookies)
    assert nobody.answer["Location"].startswith(f"https://{WIKI}:{stand.port}/.hardtack/start?to=")
    visitor = stand.signed_in()
    visitor.cookies[WIKI]["basket"] = "apples"
    for _ in range(2):  # the page answers the first, and the quick way what is like it
        passed = pass_through(stand, visitor, "/notes?page=2", NAVIGATION)
        assert passed.head is not None
        assert ("anna", "-", "anna", "-", "basket=apples") == tuple(
            passed.head[name] for name in ("Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups", "Cookie")
        )


def test_no_cookie_of_ours_is_left_and_an_application_without_any_gets_no_field(stand: Stand) -> None:
    """However often one is there."""
    visitor = stand.signed_in()
    gate = visitor.cookies[WIKI][GATE]
    names = cookies.ours(policy.decide(f"https://{PORTAL}:{stand.port}", application="site"))
    visitor.cookies[WIKI] = dict.fromkeys(names, gate)
    passed = pass_through(stand, visitor, "/")
    assert passed.head is not None
    assert "Cookie" not in passed.head
    twice = "__Secure-hardtack-gate=x; a=1; __Secure-hardtack-gate=y; hardtack=mine; b=2"
    passed = pass_through(stand, stand.visitor(), "/public/x", {"Cookie": twice})
    assert passed.head is not None
    assert "a=1; hardtack=mine; b=2" == passed.head["Cookie"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (NAVIGATION, 302),
        (SCRIPT, 401),
        ({"Accept": "text/html", "X-Requested-With": "XMLHttpRequest"}, 401),
        ({"Accept": "application/json"}, 401),
        ({"Accept": "image/avif,*/*", "Sec-Fetch-Mode": "no-cors"}, 401),
        ({"Accept": "text/html,*/*"}, 302),
        ({}, 401),
    ],
)
def test_each_kind_of_visitor_is_refused_in_their_own_way(stand: Stand, sent: Head, status: int) -> None:
    """A person is led on, a program gets a status; nobody gets a cookie."""
    passed = pass_through(stand, stand.visitor(), "/", sent)
    assert (status, None, []) == (passed.status, passed.head, passed.set_cookies)
    assert (status == 401) == bool(passed.answer["WWW-Authenticate"])


def test_a_form_that_is_sent_too_late_leads_to_a_page(stand: Stand) -> None:
    """303, since what was sent is lost in any case."""
    assert 303 == pass_through(stand, stand.visitor(), "/save", NAVIGATION, method="POST").status


@pytest.mark.parametrize(
    "fields",
    [
        {"Remote-User": "admin", "Remote_User": "admin", "REMOTE-GROUPS": "admin", "Remote-Roles": "admin"},
        {"Connection": "Remote-User, Cookie2, Remote-Groups"},
        {"X-Forwarded-Uri": "/public/x", "X-Forwarded-Method": "OPTIONS", "X-Original-Url": "https://evil.example/"},
    ],
)
def test_attack_29_what_a_client_claims_neither_counts_nor_arrives(stand: Stand, fields: Head) -> None:
    """The identity in every spelling, the way to have it taken away, the page that is asked for."""
    assert 401 == pass_through(stand, stand.visitor(), "/secret", fields).status
    passed = pass_through(stand, stand.signed_in(), "/secret", fields)
    assert passed.head is not None
    about = {name.lower(): value for name, value in passed.head.items() if name.lower().startswith("remote")}
    assert {"remote-user": "anna", "remote-email": "-", "remote-name": "anna", "remote-groups": "-"} == about
    assert not {"X-Forwarded-Uri", "X-Forwarded-Method", "X-Original-Url"} & passed.head.keys()


@pytest.mark.parametrize("uri", ["/public/../x", "/public/%2e%2e/x", "//x", "/a%2fb", "/a;b", "/a\\b", "/%zz", "/%00"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_attack_29_a_path_that_can_be_read_in_two_ways_is_400(
    stand: Stand, anna: Visitor, uri: str, method: str
) -> None:
    """For everybody."""
    for visitor in (stand.visitor(), anna):
        assert (400, None) == pass_through(stand, visitor, uri, method=method)[0:3:2]


def test_idle_time_slides(stand: Stand) -> None:
    """The cookie comes with the answer, under a name that the configuration lets through."""
    visitor = stand.signed_in()
    stand.let_pass(IDLE // 2)
    passed = pass_through(stand, visitor, "/")
    assert (204, [GATE]) == (passed.status, [_name(value) for value in passed.set_cookies])


def test_a_gate_of_another_host_lets_nobody_in(stand: Stand) -> None:
    """It is sealed for one."""
    visitor = stand.signed_in()
    visitor.cookies[SHOP] = visitor.cookies[WIKI]
    assert 401 == pass_through(stand, visitor, "/", host=SHOP).status


WHOLE = (
    ("X-Forwarded-Method", "GET"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "{wiki}"),
    ("X-Forwarded-Uri", "/public/x"),
    ("X-Forwarded-For", CLIENT),
)
NGINX = (("X-Original-URL", "https://{wiki}/public/x"), ("X-Original-Method", "GET"))


@pytest.mark.parametrize("mode", ["", "?mode=redirect", "?mode=traefik"])
def test_attack_30_what_is_missing_doubled_or_contradictory_is_400(stand: Stand, mode: str) -> None:
    """Even where everybody may go: what is asked must be beyond doubt."""
    wiki = f"{WIKI}:{stand.port}"
    whole = [(name, value.replace("{wiki}", wiki)) for name, value in WHOLE]
    assert 204 == ask(stand, mode, whole)[0]
    for left_out in range(4):
        assert 400 == ask(stand, mode, whole[:left_out] + whole[left_out + 1 :])[0], whole[left_out]
    for doubled, value in [*whole[:4], ("X-Forwarded-Uri", "/public/y"), ("X_Forwarded_Uri", "/public/y")]:
        assert 400 == ask(stand, mode, [*whole, (doubled, value)])[0], doubled
    for name, value in [("X-Original-URL", f"https://{wiki}/secret"), ("X-Original-Method", "POST")]:
        assert 400 == ask(stand, mode, [*whole, (name, value)])[0], name
    for name in ("X-Forwarded-Uri", "Remote-User", "X-Original-URL"):
        assert 400 == ask(stand, mode, [*whole, ("Connection", name)])[0], name


def test_attack_30_the_same_of_what_nginx_says(stand: Stand) -> None:
    """One family of fields tells it, and the other may not tell otherwise."""
    wiki = f"{WIKI}:{stand.port}"
    said = [(name, value.replace("{wiki}", wiki)) for name, value in NGINX]
    for mode in ("", "?mode=nginx"):
        assert 204 == ask(stand, mode, said)[0]
        for pair in (*said, ("X-Forwarded-Uri", "/secret"), ("X-Forwarded-Host", SHOP), ("X-Forwarded-Proto", "http")):
            assert 400 == ask(stand, mode, [*said, pair])[0], pair
        assert [400, 400] == [ask(stand, mode, [each])[0] for each in said]
