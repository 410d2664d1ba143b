"""``hardtack mail test``: what failed, and what to do about it."""

from __future__ import annotations

import inspect
import os
import re
import socket
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from hardtack.cli import given, mail
from hardtack.cli.commands import run
from hardtack.login import carriers, smtp
from hardtack.seal import Keyring
from hardtack.site import Settings
from tests.mail_server import PASSWORD, USER, Mailbox, mail_server, make_certificates

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hardtack(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs one command in an empty folder and returns its status, data and talk."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments: str, inside: given.Application | None = None, **environ: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            status = run(["mail", "test", *arguments], application=inside)
        return status, *capfd.readouterr()

    return run_one


def test_a_server_that_takes_it_is_named(hardtack: Run) -> None:
    """The mail is one that says what it is."""
    with mail_server() as (mailbox, port):
        done = hardtack("anna@example.org", "--mail", f"smtp+plain://localhost:{port}")

    place = f"smtp+plain://localhost:{port}"
    assert (0, "", f"hardtack: sent to anna@example.org: {place} has taken it\n") == done
    (received,) = mailbox.mails
    assert (["anna@example.org"], "A test of mail from Hardtack") == (received.recipients, received.message["Subject"])


def test_a_user_signs_in_with_the_password_of_the_environment(hardtack: Run, tmp_path: Path) -> None:
    """By the settings that the service takes: file, environment, flags."""
    certificates = make_certificates(tmp_path)
    data = tmp_path / "hardtack-data"
    data.mkdir()
    with mail_server(tls_context=certificates.context(), auth_required=True) as (mailbox, port):
        (data / "hardtack.toml").write_text(f'mail = "smtp://{USER}@localhost:{port}"\nmail_from = "post@example.org"')
        status, _, said = hardtack(
            "anna@example.org", HARDTACK_MAIL_PASSWORD=PASSWORD, SSL_CERT_FILE=str(certificates.authority)
        )

    assert (0, "post@example.org") == (status, mailbox.mails[0].sender), said


def test_in_development_mode_it_lies_in_the_folder(hardtack: Run, tmp_path: Path) -> None:
    """And where is said."""
    status, _, said = hardtack("anna@example.org", LC_ALL="zh_CN.UTF-8")

    (path,) = (tmp_path / "hardtack-data" / "mail").iterdir()
    assert (0, True) == (status, str(path.relative_to(tmp_path)) in said)
    assert "没有发出" in said
    written = message_from_bytes(path.read_bytes(), policy=SMTP)
    assert isinstance(written, EmailMessage)
    assert "Hardtack 的测试邮件" == written["Subject"]


def test_on_the_console_it_is_printed(hardtack: Run) -> None:
    """And that it was not sent."""
    status, _, said = hardtack("anna@example.org", "--mail", "console:")

    assert (0, True) == (status, said.endswith("hardtack: printed; nothing is sent\n"))


@pytest.mark.parametrize(
    ("mailbox", "said", "hint"),
    [
        (Mailbox(recipient="550 no such user"), "the server refused anna@example.org (550)", "check the address"),
        (Mailbox(recipient="450 later"), "does not take mail for anna@example.org yet (450)", "in a few minutes"),
        (Mailbox(content="554 spam"), "the server refused the mail itself (554)", "the server's log"),
    ],
)
def test_what_the_server_refuses_is_said_with_what_to_do(hardtack: Run, mailbox: Mailbox, said: str, hint: str) -> None:
    """The number of its reply, and never its words."""
    with mail_server(mailbox) as (_, port):
        status, _, talk = hardtack("anna@example.org", "--mail", f"smtp+plain://localhost:{port}")

    assert 1 == status
    problem, advice = talk.splitlines()
    assert problem == f"hardtack: smtp+plain://localhost:{port}: {problem.rpartition(': ')[2]}"
    assert (True, True) == (said in problem, hint in advice), talk
    assert advice.startswith("hardtack: hint: ")


def test_nobody_at_home_is_said(hardtack: Run) -> None:
    """In the terminal's language."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for language, word in (("C", "nobody answers there"), ("zh_CN.UTF-8", "那里无人应答")):
        status, _, said = hardtack("anna@example.org", "--mail", f"smtp://localhost:{port}", LC_ALL=language)
        assert (1, True) == (status, word in said)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["anna"], "this is no e-mail address"),
        (["anna@example.org\r\nBcc: eve@example.org"], "this is no e-mail address"),
        (["anna@example.org", "--mail", "smtps://a:geheim@mail.example.org"], "a password in the URL"),
        (["anna@example.org", "--mail", "smtps://a@mail.example.org"], "HARDTACK_MAIL_PASSWORD is not set"),
        (["anna@example.org", "--mail", "nowhere"], "the URL is of no kind that is known here"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_sent(hardtack: Run, arguments: list[str], problem: str) -> None:
    """With a hint, and no password."""
    status, _, said = hardtack(*arguments)

    assert (1, True, True) == (status, problem in said, "hint: " in said)
    assert "geheim" not in said


def test_a_public_service_without_mail_is_told_how_to_have_it(hardtack: Run) -> None:
    """There is nothing to test."""
    status, _, said = hardtack("anna@example.org", HARDTACK_ORIGIN="https://id.example.org")

    assert (1, True) == (status, "no mail is set up" in said)


def test_inside_an_application_its_settings_are_taken(hardtack: Run, tmp_path: Path) -> None:
    """Unless others are named."""
    settings = Settings(origin="https://shop.example.org", mail=f"folder:{tmp_path}/shop")
    inside = given.Application("shop", settings, Keyring.generate())
    assert 0 == hardtack("anna@example.org", inside=inside)[0]
    assert 0 == hardtack("anna@example.org", "--mail", f"folder:{tmp_path}/other", inside=inside)[0]
    assert 0 == hardtack("anna@example.org", "--data", str(tmp_path / "third"), inside=inside)[0]

    assert [1, 1, 1] == [len(list((tmp_path / each).glob("*.eml"))) for each in ("shop", "other", "third/mail")]


def test_every_reason_has_its_words_in_both_languages() -> None:
    """Whatever a carrier can say."""
    source = inspect.getsource(smtp) + inspect.getsource(carriers)
    words = set(re.findall(r'(?:NothingGoes|Undeliverable|Deferred|_expect|_about_all)\([^"\n]*"([a-z0-9-]+)"', source))
    words |= set(re.findall(r'_expect\(.*"([a-z-]+)"\)', source))
    words |= set(re.findall(r'"([a-z-]+)" if [^"\n]+ else', source)) | set(re.findall(r'else "([a-z-]+)"\)', source))
    words |= {f"{what}-{end}" for what in ("recipient", "content") for end in ("refused", "deferred")}

    assert set(mail.WHY["en"]) == set(mail.WHY["zh"]) == words
