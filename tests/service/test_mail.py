"""Mail of a running service: where it goes, that it goes once, and that a mail server that is away concerns nobody."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path

from tests.conftest import Service, Start
from tests.login.test_postman import wait_for
from tests.mail_server import mail_server
from tests.service.test_serve import PASSWORD, post_json, serve

ADDRESS = "anna@example.org"


def sign_up(service: Service, name: str = "anna", address: str = ADDRESS) -> int:
    """Make an account with an address, which is to be confirmed by mail; return the status."""
    return post_json(service, "/sign-up", {"username": name, "password": PASSWORD, "email": address})[0]


def ready(service: Service) -> tuple[int, str]:
    """Return the answer of the readiness page."""
    status, _, text = service.ask("GET", "/readyz")
    return status, text


def test_a_newcomer_is_told_where_mail_lies(start: Start) -> None:
    """At the start, and for each mail; the link in it leads to the service that runs."""
    service = start()
    folder = service.data / "mail"
    assert 1 == len([line for line in service.said.splitlines() if f"{folder}/" in line and "--mail" in line])
    assert 201 == sign_up(service)
    wait_for(lambda: folder.is_dir() and len(list(folder.glob("*.eml"))) == 1)
    (path,) = folder.iterdir()
    wait_for(lambda: f"hardtack: mail for {ADDRESS}: {path}\n" in service.said)

    (link,) = set(re.findall(r"^http://\S+", path.read_bytes().decode().replace("\r\n", "\n"), re.MULTILINE))
    assert link.startswith(f"{service.url}/verify?code=")
    assert (200, "ready\nmail: ok\n") == ready(service)


def test_several_workers_send_each_mail_once(start: Start) -> None:
    """To a real mail server, with addresses that reach any of them."""
    with mail_server() as (mailbox, port):
        service = start("--workers", "2", "--mail", f"smtp+plain://localhost:{port}")
        assert f"hardtack: mail goes to smtp+plain://localhost:{port}\n" in service.said
        for number in range(6):
            assert 202 == sign_up(service, f"anna{number}", f"anna{number}@example.org")
        mailbox.wait(6)
        # Longer than any worker waits before it looks.
        time.sleep(6)

    assert [[f"anna{number}@example.org"] for number in range(6)] == sorted(each.recipients for each in mailbox.mails)


def test_a_mail_server_that_is_down_fails_no_request_and_is_seen(start: Start) -> None:
    """In readiness and in the log, once, by whatever worker; when it is back, mail goes and that is seen, too."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    service = start("--workers", "2", "--mail", f"smtp+plain://localhost:{port}")
    assert [202, 202] == [sign_up(service, "anna"), sign_up(service, "bo", "bo@example.org")]
    wait_for(lambda: ready(service)[1].startswith("ready\nmail: failing since 20"))
    assert 200 == ready(service)[0]
    wait_for(lambda: "mail-deferred" in service.said)
    assert 202 == sign_up(service, "cy", "cy@example.org")

    with mail_server(port=port) as (mailbox, _):
        mailbox.wait(3, seconds=60)
        wait_for(lambda: ready(service) == (200, "ready\nmail: ok\n"))
    wait_for(lambda: 3 == service.said.count("mail-sent"))
    assert (1, 1) == (service.said.count("mail-failing"), service.said.count("mail-recovered"))
    assert "@example.org" not in service.said


def test_mail_that_cannot_be_sent_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    """One line and a hint; no folder, no key, no worker."""
    for url in ("smtps://anna@mail.example.org", "smtps://anna:geheim@mail.example.org", "mail.example.org"):
        done = serve(tmp_path / "data", "--mail", url, "--workers", "2")
        lines = done.stderr.splitlines()
        assert (1, 2) == (done.returncode, len(lines)), done.stderr
        assert lines[0].startswith("hardtack: command line: mail: ")
        assert lines[1].startswith("hardtack: hint: ")
        assert "geheim" not in done.stderr
    assert not (tmp_path / "data").exists()
