"""``hardtack serve`` as an operator and the outside world meet it: a real process, real sockets."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardtack.cli import passed
from hardtack.cli.serve import HEALTHY, listeners
from hardtack.site import Settings
from tests.conftest import LOADED, Service, Start, starting

PASSWORD = "correct horse battery staple"


def serve(data: Path, *options: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command to its end; for those cases in which it must not come to serving."""
    words = ["-m", "hardtack", "serve", "--data", str(data), *options]
    return LOADED.run(words, environ={**os.environ, "LC_ALL": "C.UTF-8", **(environ or {})})


def post_json(
    service: Service, path: str, body: dict[str, str], cookie: str = "", **fields: str
) -> tuple[int, str, str]:
    """Send JSON as our own origin does; return status, the cookie that signs in as name=value, and content."""
    headers = {
        "Content-Type": "application/json",
        "Origin": service.url,
        **({"Cookie": cookie} if cookie else {}),
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    status, answer, text = service.ask("POST", path, body=json.dumps(body).encode(), headers=headers)
    cookies = [value.partition(";")[0] for value in answer.get_all("Set-Cookie", [])]
    return status, next((kept for kept in cookies if not kept.endswith("=") and "known" not in kept), ""), text


def command(service: Service, *words: str) -> str:
    """Run a command beside the service, on its data, and return what it printed."""
    done = LOADED.run(["-m", "hardtack", *words, "--data", str(service.data)])
    assert 0 == done.returncode, done.stderr
    return done.stdout


def account_status(service: Service, cookie: str) -> int:
    """Return the status of the account page for a script with *cookie*."""
    return service.ask("GET", "/account", headers={"Cookie": cookie, "Accept": "application/json"})[0]


def test_the_first_start_says_what_it_made_in_at_most_eight_lines(begin: Start) -> None:
    """DESIGN §7: nothing configured, and nothing to look up."""
    service = begin(nothing_there=True)
    lines = service.said.splitlines()
    assert len(lines) <= 8
    assert [] == [line for line in lines if not line.startswith("hardtack: ")]
    assert "hardtack.key" in service.said
    assert service.welcome_link.startswith(service.url)
    assert f"{service.url}/status\n" in service.said
    assert 0o600 == (service.data / "hardtack.key").stat().st_mode & 0o777
    assert 0o600 == (service.data / "hardtack.db").stat().st_mode & 0o777
    assert 0 == service.stop()


def test_it_speaks_the_terminals_language(begin: Start) -> None:
    """A Chinese terminal is answered in Chinese."""
    service = begin(environ={"LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"})
    assert re.search(r"[\u4e00-\u9fff]", service.said)


def test_a_second_start_changes_nothing_and_signs_nobody_out(begin: Start) -> None:
    """Key, database and sessions outlive the process."""
    first = begin()
    port = str(first.port)
    status, cookie, _ = post_json(first, "/sign-up", {"username": "alice", "password": PASSWORD})
    assert 201 == status
    key = (first.data / "hardtack.key").read_bytes()
    assert 0 == first.stop()
    second = begin("--port", port)
    assert key == (second.data / "hardtack.key").read_bytes()
    assert 200 == account_status(second, cookie)


def test_a_busy_port_is_one_line_and_a_hint(tmp_path: Path) -> None:
    """Not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serve(tmp_path / "data", "--port", str(port))
    assert 1 == done.returncode
    lines = done.stderr.splitlines()
    assert f"hardtack: port {port} on 127.0.0.1 is in use" == lines[-2]
    assert lines[-1].startswith("hardtack: hint: ")
    assert "Traceback" not in done.stderr


def test_a_world_readable_key_is_refused_with_what_to_do(start: Start, tmp_path: Path) -> None:
    """Whoever can read the key can make cookies."""
    service = start()
    service.stop()
    (service.data / "hardtack.key").chmod(0o644)
    done = serve(service.data)
    assert (1, 2) == (done.returncode, len(done.stderr.splitlines()))
    assert "chmod 600" in done.stderr.splitlines()[1]


@pytest.mark.parametrize("kind", ["folder", "junk", "newer"])
def test_a_database_that_cannot_be_opened_is_one_line_and_exit_status_1(tmp_path: Path, kind: str) -> None:
    """What is there is never overwritten."""
    data = tmp_path / "data"
    data.mkdir()
    database = data / "hardtack.db"
    if kind == "folder":
        database.mkdir()
    elif kind == "junk":
        database.write_bytes(b"this is no database, but somebody's only copy of a poem\n" * 50)
    else:
        with sqlite3.connect(database) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.execute("INSERT INTO alembic_version VALUES ('from_the_future')")
        connection.close()
    before = None if kind == "folder" else database.read_bytes()
    done = serve(data)
    assert 1 == done.returncode
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert [] == [line for line in lines if not line.startswith("hardtack: ")]
    assert len(lines) <= 2
    assert before == (None if kind == "folder" else database.read_bytes())


@pytest.mark.parametrize(
    "options", [["--origin", "http://id.example.org"], ["--origin", "id.example.org"], ["--trusted-proxy", "nginx"]]
)
def test_a_setting_that_cannot_work_is_said_at_start(tmp_path: Path, options: list[str]) -> None:
    """Not at the first request."""
    done = serve(tmp_path / "data", *options)
    assert 1 == done.returncode
    assert "Traceback" not in done.stderr
    assert "hardtack: hint: " in done.stderr


def test_content_over_the_limit_is_413_declared_or_not(start: Start) -> None:
    """A declared length is refused before anything is read; an undeclared one is counted."""
    service = start()
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": service.url}
    declared = raw(
        service,
        f"POST /sign-in HTTP/1.1\r\nHost: localhost:{service.port}\r\nContent-Length: 1048576\r\n"
        "Expect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n",
    )
    assert declared.startswith("HTTP/1.1 413 Content Too Large\r\n")
    assert "100 Continue" not in declared
    chunks = "".join(f"{16384:x}\r\n{'a' * 16384}\r\n" for _ in range(8)) + "0\r\n\r\n"
    counted = raw(
        service,
        f"POST /sign-in HTTP/1.1\r\nHost: localhost:{service.port}\r\nTransfer-Encoding: chunked\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nOrigin: {service.url}\r\n\r\n{chunks}",
    )
    assert counted.startswith("HTTP/1.1 413 ")
    assert 403 != service.ask("POST", "/sign-in", body=b"username=a&password=b", headers=form)[0]


def raw(service: Service, request: str) -> str:
    """Send bytes as they are and return what comes back until the first answer is complete or the line is closed."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(request.encode())
        connection.settimeout(3)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
                if b"\r\n\r\n" in received and not received.startswith(b"HTTP/1.1 100"):
                    break
        except (TimeoutError, ConnectionResetError):
            pass
        return received.decode("latin-1")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Start the service once for tests that leave it as it is; each has names of its own."""
    with starting(tmp_path_factory.mktemp("shared"), parent=LOADED) as start:
        yield start()


@pytest.mark.asvs("7.2.1", "16.3.3")
@pytest.mark.parametrize(
    ("cookie", "reason"),
    [
        ("hardtack-{port}=junk", "malformed"),
        ("hardtack-{port}=" + "A" * 200, "malformed"),
        ("hardtack-{port}={cut}", "malformed|forged"),
        ("hardtack-{port}={flipped}", "forged"),
        ("hardtack-{port}={foreign}", "unknown-key"),
        ("hardtack-{port}=" + "A" * 5000, "oversized|malformed"),
    ],
)
def test_a_bad_cookie_is_nobody_and_one_log_line_with_its_reason(shared: Service, cookie: str, reason: str) -> None:
    """Never a 500, never the cookie itself in the log."""
    from hardtack.seal import Keyring, Purpose

    service = shared
    name = f"alice-{secrets.token_hex(4)}"
    status, good, _ = post_json(service, "/sign-up", {"username": name, "password": PASSWORD})
    assert 201 == status
    value = good.partition("=")[2]
    sent = cookie.format(
        port=service.port,
        cut=value[:-7],
        flipped=value[:-30] + ("A" if value[-30] != "A" else "B") + value[-29:],
        foreign=Keyring.generate().seal(b"x" * 80, purpose=Purpose.IDENTITY),
    )
    before = service.said
    assert 401 == account_status(service, sent)
    lines = [line for line in service.said.removeprefix(before).splitlines() if "reason=" in line]
    assert 1 == len(lines), lines
    assert re.search(rf"reason=({reason})\b", lines[0])
    assert sent.partition("=")[2] not in service.said
    assert 200 == account_status(service, good)


@pytest.mark.asvs("4.1.3", "6.3.1")
def test_attack_12_throttling_counts_a_client_and_a_spoofed_address_does_not_escape(start: Start) -> None:
    """Without a trusted proxy, X-Forwarded-For is noise; and development mode answers no request that carries it."""
    service = start("--origin", "http://localhost:18999", "--sign-up", "open")
    statuses = [
        post_json(
            service,
            "/sign-in",
            {"username": f"name{number}", "password": "not the password at all"},
            Origin="http://localhost:18999",
            Host="localhost:18999",
            X_Forwarded_For=f"192.0.2.{number}",
        )[0]
        for number in range(70)
    ]
    assert 429 in statuses
    assert {401, 429} == set(statuses)


def test_a_trusted_proxy_tells_clients_apart(start: Start) -> None:
    """Then each visitor has a budget of their own."""
    service = start("--origin", "http://localhost:18999", "--trusted-proxy", "127.0.0.1")
    statuses = [
        post_json(
            service,
            "/sign-in",
            {"username": f"name{number}", "password": "not the password at all"},
            Origin="http://localhost:18999",
            Host="localhost:18999",
            X_Forwarded_For=f"192.0.2.{number}",
        )[0]
        for number in range(40)
    ]
    assert {401} == set(statuses)


@pytest.mark.asvs("7.4.1")
def test_attack_5_signed_out_is_signed_out_in_every_worker_at_once(start: Start) -> None:
    """DESIGN §9: on one node there is no lag."""
    service = start("--workers", "3")
    _, cookie, _ = post_json(service, "/sign-up", {"username": "alice", "password": PASSWORD})
    for _ in range(5):
        _, cookie, _ = post_json(service, "/sign-in", {"username": "alice", "password": PASSWORD})
        assert {200} == {account_status(service, cookie) for _ in range(12)}
        assert 200 == post_json(service, "/sign-out", {}, cookie)[0]
        assert {401} == {account_status(service, cookie) for _ in range(12)}


@pytest.mark.asvs("7.4.2")
def test_disabling_an_account_by_command_ends_its_sessions_at_once(start: Start) -> None:
    """Another process writes; the serving ones know before their next answer (ASVS 7.4.2)."""
    service = start("--workers", "2")
    _, cookie, _ = post_json(service, "/sign-up", {"username": "alice", "password": PASSWORD})
    assert {200} == {account_status(service, cookie) for _ in range(6)}
    command(service, "accounts", "disable", "alice")
    assert {401} == {account_status(service, cookie) for _ in range(12)}
    assert 401 == post_json(service, "/sign-in", {"username": "alice", "password": PASSWORD})[0]


def test_a_worker_that_dies_is_replaced_and_nobody_is_signed_out(begin: Start) -> None:
    """The supervisor starts another with the same keys."""
    service = begin("--workers", "2")
    _, cookie, _ = post_json(service, "/sign-up", {"username": "alice", "password": PASSWORD})
    for worker in service.workers:
        os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if account_status(service, cookie) == 200:
                break
        except OSError:
            time.sleep(0.2)
    assert 200 == account_status(service, cookie)


def test_a_worker_that_dies_while_it_is_asked_how_it_is_keeps_nobody_waiting(begin: Start) -> None:
    """Its place is taken, and the service stops when it is told to, long before an answer would be overdue."""
    service = begin("--workers", "2")
    struck = service.workers[0]
    os.kill(struck, signal.SIGSTOP)
    time.sleep(1.5)  # it is asked twice a second; now a question is open
    os.kill(struck, signal.SIGKILL)
    deadline = time.monotonic() + HEALTHY / 2
    while struck in service.workers or len(service.workers) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert 0 == service.stop()


@contextmanager
def nginx(tmp_path: Path, upstream: int) -> Iterator[int]:
    """Run a bare nginx that only passes on, as somebody would set it up in a minute; yield its port."""
    executable = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert executable, "this test needs a real proxy: apt-get install nginx-light (Debian)"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path / "nginx"
    folder.mkdir()
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        "events {}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;\n"
        f"  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        f"  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{upstream};\n"
        "    proxy_set_header Host $http_host; } }\n"
        "}\n"
    )
    process = subprocess.Popen([executable, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_a_bare_nginx_before_an_unconfigured_service_opens_nothing(start: Start, tmp_path: Path) -> None:
    """From a foreign Host: 421, a page that names the setting, and no sign-up."""
    service = start()
    with nginx(tmp_path, service.port) as port:
        through = Service(service.process, service.log, port, service.data)
        for method, path, body in [
            ("GET", "/", None),
            ("GET", "/sign-up", None),
            ("POST", "/sign-up", b'{"username": "mallory", "password": "correct horse battery staple"}'),
        ]:
            headers = {"Host": "shop.example.org", "Accept": "text/html"}
            if body:
                headers["Content-Type"] = "application/json"
            status, _, text = through.ask(method, path, body=body, headers=headers)
            assert 421 == status
            assert "--origin" in text
    assert "mallory" not in command(service, "accounts", "list", "--json")


def key_of(cookie: str) -> str:
    """Return the id of the key that sealed a cookie, in hexadecimal."""
    return urlsafe_b64decode(cookie.partition("=")[2] + "===")[1:5].hex()


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait until *condition* holds, ten seconds at most; running servers look at their keyring once a second."""
    deadline = time.monotonic() + 10
    # Once is enough: the next question may go to another worker, which has not looked yet.
    while not (held := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return held


@pytest.mark.asvs("11.2.2")
def test_a_rotation_signs_nobody_out_and_needs_no_restart(start: Start) -> None:
    """The new key is taken up by running workers; cookies under the old one go on opening."""
    service = start("--workers", "2")
    _, before, _ = post_json(service, "/sign-up", {"username": "alice", "password": PASSWORD})
    command(service, "keys", "rotate", "--now")

    def sealed_anew() -> bool:
        _, cookie, _ = post_json(service, "/sign-in", {"username": "alice", "password": PASSWORD})
        return bool(cookie) and key_of(cookie) != key_of(before)

    assert eventually(sealed_anew)
    assert {200} == {account_status(service, before) for _ in range(6)}


def test_a_revoked_key_opens_nothing_any_more(start: Start) -> None:
    """After a theft: whoever has a cookie under that key is nobody, in every worker."""
    service = start("--workers", "2")
    _, cookie, _ = post_json(service, "/sign-up", {"username": "alice", "password": PASSWORD})
    command(service, "keys", "revoke", key_of(cookie), "--yes")
    assert eventually(lambda: {401} == {account_status(service, cookie) for _ in range(6)})
    assert "unknown-key" in service.said
    status, renewed, _ = post_json(service, "/sign-in", {"username": "alice", "password": PASSWORD})
    assert (200, True) == (status, key_of(renewed) != key_of(cookie))
    assert {200} == {account_status(service, renewed) for _ in range(6)}


@pytest.mark.asvs("16.2.5")
def test_log_lines_can_be_json_and_hold_no_secret(start: Start) -> None:
    """Every line is one object; neither password nor cookie is in any of them."""
    service = start("--log-format", "json")
    _, cookie, _ = post_json(service, "/sign-up", {"username": "alice", "password": PASSWORD})
    post_json(service, "/sign-in", {"username": "alice", "password": "another-secret-word"})
    post_json(service, "/sign-out", {}, cookie)
    account_status(service, cookie)
    lines = [line for line in service.said.splitlines() if not line.startswith("hardtack: ")]
    events = [json.loads(line)["event"] for line in lines]
    assert events
    assert [] == [
        secret for secret in (PASSWORD, "another-secret-word", cookie.partition("=")[2]) if secret in service.said
    ]


def test_the_second_write_of_an_answer_need_not_wait_for_the_first() -> None:
    """Every connection that is accepted sends at once (RFC 9293 §3.7.4), so no page is 40 ms late."""
    _, listener, _ = listeners(Settings(port=0), passed.Passed())
    with listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
