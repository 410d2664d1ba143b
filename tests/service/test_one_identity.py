"""Three applications on one host share the sign-in and nothing else: two servers of each, behind a real nginx.

They have the keyring, the realm, the origin and the database in common; each has a name, a path and a framework of its
own. Flask and Django have pages of the sign-in below their paths, FastAPI leads to those of Flask.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, permutations
from pathlib import Path

import pytest

from tests.adapters.raw import serving
from tests.story import clock, telling
from tests.story.adapters import ADAPTERS
from tests.story.browser import Answer, Browser

MOUNTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "flask": (("--url-prefix", "/flask"), {}),
    "django": ((), {"SCRIPT_NAME": "/django"}),
    "fastapi": (("--root-path", "/fastapi"), {}),
}
"""How each server (waitress, gunicorn, uvicorn) is told the path of its application: options, and the environment."""
STRIPPED = ("fastapi",)
"""Whose path the proxy takes off: uvicorn puts it on again, the others want it as the browser sent it."""
PAGES = {"flask": "flask", "django": "django", "fastapi": "flask"}
"""Whose pages of the sign-in an application leads to."""
APPLICATIONS = tuple(MOUNTS)
SERVERS = 2
"""Of each application; each a process of its own."""
IDENTITY = "__Host-hardtack"
ITEMS = 40
HOUR = 3600

_names = count(1)


@dataclass
class Host:
    """The host, with everything that runs on it.

    Args:
        port: where nginx listens.
        folder: the data folder that all share.
        logs: what each server prints, by application.
    """

    port: int
    folder: Path
    logs: dict[str, list[Path]]

    def browser(self) -> Browser:
        """Return a browser without any cookie."""
        return Browser(self.port)

    def sign_up(self, application: str = "django") -> tuple[Browser, str]:
        """Make an account on the pages that *application* leads to; return its browser and its name."""
        name, browser = f"anna-{next(_names)}", self.browser()
        assert 303 == send(browser, application, "sign-up", username=name, password=telling.PASSWORD).status
        return browser, name

    def said(self, application: str) -> str:
        """Return what all servers of *application* have printed."""
        return "".join(log.read_text() for log in self.logs[application])


def send(browser: Browser, application: str, page: str, **form: str) -> Answer:
    """Send a form to one of the pages that *application* leads to."""
    return browser.submit(f"/{PAGES[application]}/auth/{page}", form)


def everywhere(browser: Browser) -> dict[str, set[object]]:
    """Ask every process of every application who is before it; return what was said in each application."""
    said: dict[str, set[object]] = {}
    for application in APPLICATIONS:
        processes: set[str] = set()
        while len(processes) < SERVERS:
            answer = browser.call("GET", f"/{application}/who")
            assert 200 == answer.status, answer.text
            processes.add(answer.headers["X-Process"])
            said.setdefault(application, set()).add(answer.json)
    return said


def all_say(name: str | None) -> dict[str, set[object]]:
    """Return what is said everywhere if everybody says *name*."""
    return {application: {name} for application in APPLICATIONS}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Run the applications and the proxy before them."""
    top = tmp_path_factory.mktemp("host")
    folder = top / "data"
    telling.begin(folder, ADAPTERS["django"].prepare)
    ports: dict[str, list[int]] = {name: [] for name in APPLICATIONS}
    logs: dict[str, list[Path]] = {name: [] for name in APPLICATIONS}
    with ExitStack() as running:
        for name in APPLICATIONS:
            options, more = MOUNTS[name]
            own = {"STORY_APPLICATION": name, "STORY_MOUNT": f"/{name}", "STORY_PAGES": f"/{PAGES[name]}"}
            environ = {**telling.environment(folder), **own, **more}
            server, *words = ADAPTERS[name].command
            for number in range(SERVERS):
                logs[name].append(top / f"{name}-{number}.log")
                command = (telling.CLOCKED, server, *options, *words)
                ports[name].append(running.enter_context(serving(command, logs[name][-1], environ)))
        yield Host(running.enter_context(proxying(top / "nginx", ports)), folder, logs)


@contextmanager
def proxying(folder: Path, ports: dict[str, list[int]]) -> Iterator[int]:
    """Run nginx before the applications on *ports*, and yield its own port."""
    executable = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert executable, "this test needs a real proxy: apt-get install nginx-light (Debian)"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder.mkdir()
    groups = [
        f"upstream {name} {{ {' '.join(f'server 127.0.0.1:{port};' for port in each)} }}"
        for name, each in ports.items()
    ]
    places = [f"location /{name}/ {{ proxy_pass http://{name}{'/' if name in STRIPPED else ''}; }}" for name in ports]
    (folder / "nginx.conf").write_text(f"""
        daemon off; pid {folder}/pid; error_log {folder}/error.log; master_process off;
        events {{}}
        http {{
            access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            {" ".join(groups)}
            server {{
                listen 127.0.0.1:{port};
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-For $remote_addr;
                proxy_set_header X-Forwarded-Proto https;
                add_header X-Process $upstream_addr always;
                {" ".join(places)}
            }}
        }}
    """)
    process = subprocess.Popen([executable, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        deadline = time.monotonic() + 20
        while True:
            assert process.poll() is None, (folder / "error.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "nginx does not listen"
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def put(browser: Browser, application: str, item: str) -> Answer:
    """Put *item* into the cart of *application*."""
    return browser.submit(f"/{application}/cart", {"item": item})


@pytest.mark.parametrize("application", APPLICATIONS)
def test_each_leads_to_the_pages_and_back_to_itself(host: Host, application: str) -> None:
    """Also where the pages are those of another application."""
    _, name = host.sign_up()
    browser = host.browser()
    led = browser.visit(f"/{application}/private?tab=2")
    back = f"/{application}/private%3Ftab%3D2"
    assert (303, f"/{PAGES[application]}/auth/sign-in?next={back}") == (led.status, led.location)
    assert 200 == browser.visit(led.location).status
    form = {"username": name, "password": telling.PASSWORD, "next": f"/{application}/private?tab=2"}
    answer = send(browser, application, "sign-in", **form)
    assert (303, form["next"]) == (answer.status, answer.location)
    assert (200, name) == (browser.visit(answer.location).status, browser.visit(answer.location).json)


@pytest.mark.parametrize("application", APPLICATIONS)
def test_an_account_made_in_one_is_known_in_all(host: Host, application: str) -> None:
    """Whoever signs up in one is signed in everywhere, and can sign in on the pages of any other."""
    browser, name = host.sign_up(application)
    assert all_say(name) == everywhere(browser)
    for other in APPLICATIONS:
        phone = host.browser()
        assert 303 == send(phone, other, "sign-in", username=name, password=telling.PASSWORD).status
        assert [200] * len(APPLICATIONS) == [phone.visit(f"/{each}/private").status for each in APPLICATIONS]


@pytest.mark.parametrize("application", APPLICATIONS)
def test_signing_out_in_one_signs_out_in_all_at_once(host: Host, application: str) -> None:
    """In every process of every application, from the next request on, also with cookies that were copied before."""
    browser, name = host.sign_up()
    copy = Browser(host.port, cookies=dict(browser.cookies))
    assert all_say(name) == everywhere(copy)
    assert 303 == send(browser, application, "sign-out").status
    assert IDENTITY not in browser.cookies
    assert IDENTITY in copy.cookies
    assert all_say(None) == everywhere(copy)


def test_all_write_in_parallel_and_none_loses_any(host: Host) -> None:
    """One browser, a tab for each application, all at once; meanwhile all of them write the identity anew as well."""
    browser, name = host.sign_up()
    identity = browser.cookies[IDENTITY]

    def shop(application: str) -> list[int]:
        done = []
        for number in range(ITEMS):
            done.append(put(browser, application, f"{application}-{number}").status)
            if number == ITEMS // 2 and application == APPLICATIONS[0]:
                clock.let_pass(host.folder / "clock", 12 * HOUR)
        return done

    with ThreadPoolExecutor(len(APPLICATIONS)) as tabs:
        statuses = list(tabs.map(shop, APPLICATIONS))
    assert [[303] * ITEMS] * len(APPLICATIONS) == statuses
    for application in APPLICATIONS:
        expected = [f"{application}-{number}" for number in range(ITEMS)]
        assert {"items": expected} == browser.visit(f"/{application}/cart").json
        assert "written twice" not in host.said(application)
    assert identity != browser.cookies[IDENTITY]
    assert all_say(name) == everywhere(browser)


@pytest.mark.parametrize(("one", "other"), list(permutations(APPLICATIONS, 2)))
def test_a_data_cookie_carried_from_one_to_another_under_its_name_is_refused(host: Host, one: str, other: str) -> None:
    """It is good where it comes from, and elsewhere no better than a forged one; the log says so."""
    browser, name = host.sign_up()
    put(browser, one, "biscuit")
    carried = browser.cookies[f"__Host-session-{one}"]
    thief = Browser(host.port, cookies={**browser.cookies, f"__Host-session-{other}": carried})
    refused = f"cookie refused: __Host-session-{other} (forged)"
    before = host.said(other).count(refused)
    assert thief.visit(f"/{other}/cart").json is None
    assert ({"items": ["biscuit"]}, name) == (thief.visit(f"/{one}/cart").json, thief.call("GET", f"/{other}/who").json)
    assert before < host.said(other).count(refused)


def test_the_data_of_one_account_is_not_the_next_ones(host: Host) -> None:
    """Two people at one browser: whoever comes second finds nothing of the first, in any application."""
    browser, _ = host.sign_up()
    for application in APPLICATIONS:
        put(browser, application, "biscuit")
    assert 303 == send(browser, "flask", "sign-out").status
    _, name = host.sign_up()
    assert 303 == send(browser, "django", "sign-in", username=name, password=telling.PASSWORD).status
    assert [None] * len(APPLICATIONS) == [browser.visit(f"/{each}/cart").json for each in APPLICATIONS]
    assert all_say(name) == everywhere(browser)
