"""One mail to a real mail server: over TLS or not at all, and one word for everything that can go wrong."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from hardtack.login.carriers import Deferred, NotCarried, NothingGoes, Server, Undeliverable
from hardtack.login.smtp import MailServer
from tests.login.test_carriers import letter
from tests.mail_server import PASSWORD, USER, Certificates, Mailbox, mail_server, make_certificates, scripted_server

TO = "anna@example.org"
GREETING, EHLO = b"220 ready", b"250 localhost"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """An authority and a certificate of this machine."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusted(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    """The same, of an authority that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    return certificates


def carrier(scheme: str, port: int, *, host: str = "localhost", user: str = "", password: str = "") -> MailServer:
    """Return a carrier to a server on this machine."""
    return MailServer(Server(scheme, host, port, user), password, "id.example.org")


def plain(port: int, **limits: float) -> MailServer:
    """Return a carrier to a server that needs no TLS, since nobody is on the way."""
    return MailServer(Server("smtp+plain", "localhost", port), "", "id.example.org", **limits)


def failure(made: MailServer, mail: EmailMessage | None = None, to: str = TO) -> NotCarried:
    """Return why a mail was not carried."""
    with pytest.raises(NotCarried) as failed:
        made.carry(mail or letter(), to)
    return failed.value


class TestCarried:
    """What arrives is what was written."""

    @pytest.mark.parametrize("scheme", ["smtps", "smtp"])
    def test_a_mail_goes_over_tls(self, trusted: Certificates, scheme: str) -> None:
        """From the first byte, or from STARTTLS on, which the server demands here."""
        options: dict[str, Any] = (
            {"ssl_context": trusted.context()}
            if scheme == "smtps"
            else {"tls_context": trusted.context(), "require_starttls": True}
        )
        with mail_server(**options) as (mailbox, port):
            carrier(scheme, port).carry(letter(), TO)

        (mail,) = mailbox.mails
        assert ("hardtack@id.example.org", [TO]) == (mail.sender, mail.recipients)
        assert ("Passwort 密码", TO) == (mail.message["Subject"], mail.message["To"])
        text = mail.message.get_body(("plain",))
        assert text is not None
        assert "Open\nhttps://id.example.org/reset?code=x\n" == text.get_content().replace("\r\n", "\n")

    def test_a_server_on_this_machine_may_do_without(self) -> None:
        """Nobody is on the way."""
        with mail_server() as (mailbox, port):
            plain(port).carry(letter(), TO)

        assert 1 == len(mailbox.mails)

    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
    def test_a_user_signs_in_with_a_password_of_any_letters(self, trusted: Certificates, mechanism: str) -> None:
        """In UTF-8 (RFC 4616), by the way that the server has."""
        other = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[mechanism]
        with mail_server(tls_context=trusted.context(), auth_required=True, auth_exclude_mechanism=[other]) as (
            mailbox,
            port,
        ):
            carrier("smtp", port, user=USER, password=PASSWORD).carry(letter(), TO)

        assert ([mechanism], 1) == (mailbox.signed_in, len(mailbox.mails))

    def test_letters_beyond_ascii_before_the_at_go_by_smtputf8(self) -> None:
        """RFC 6531."""
        with mail_server(enable_SMTPUTF8=True) as (mailbox, port):
            plain(port).carry(letter("用户@example.org"), "用户@example.org")

        (mail,) = mailbox.mails
        assert (["用户@example.org"], True) == (mail.recipients, "SMTPUTF8" in mail.options)
        assert "To: 用户@example.org".encode() in mail.content

    def test_a_server_without_8bitmime_gets_seven_bits(self) -> None:
        """RFC 6152: otherwise letters may be lost on the way."""
        seen = bytearray()

        def take(connection: socket.socket) -> None:
            connection.sendall(b"354 go on\r\n")
            while not seen.endswith(b"\r\n.\r\n"):
                seen.extend(connection.recv(4096))
            connection.sendall(b"250 taken\r\n")

        with scripted_server(GREETING, EHLO, b"250 OK", b"250 OK", take) as port:
            plain(port).carry(letter(text="Öffnen 密码\n"), TO)

        assert bytes(seen).isascii()
        assert b"base64" in seen

    def test_attack_31_a_dot_on_a_line_of_its_own_ends_no_mail(self) -> None:
        """RFC 5321 §4.5.2: whatever stands in a mail, no command can follow it."""
        with mail_server() as (mailbox, port):
            plain(port).carry(letter(text="a\n.\nRCPT TO:<b@example.org>\n"), TO)

        (mail,) = mailbox.mails
        assert [TO] == mail.recipients
        assert b"\r\n.\r\nRCPT TO:<b@example.org>" in mail.content

    def test_a_server_that_does_not_say_good_bye_has_taken_it_all_the_same(self) -> None:
        """The mail has gone; sending it again would be a second one."""

        def take(connection: socket.socket) -> None:
            connection.sendall(b"354 go on\r\n")
            seen = b""
            while not seen.endswith(b"\r\n.\r\n"):
                seen += connection.recv(4096)
            connection.sendall(b"250 taken\r\n")
            connection.shutdown(socket.SHUT_RDWR)

        with scripted_server(GREETING, EHLO, b"250 OK", b"250 OK", take) as port:
            plain(port).carry(letter(), TO)


class TestTheServerIsNotAsItShouldBe:
    """Nothing goes, and no password either."""

    @pytest.mark.parametrize("scheme", ["smtps", "smtp"])
    def test_a_certificate_of_an_authority_that_nobody_knows(self, certificates: Certificates, scheme: str) -> None:
        """Anybody can make one."""
        options: dict[str, dict[str, Any]] = {
            "smtps": {"ssl_context": certificates.context()},
            "smtp": {"tls_context": certificates.context()},
        }
        with mail_server(**options[scheme]) as (mailbox, port):
            failed = failure(carrier(scheme, port, user=USER, password=PASSWORD))

        assert (NothingGoes, "certificate") == (type(failed), failed.reason)
        assert ([], []) == (mailbox.mails, mailbox.signed_in)

    @pytest.mark.parametrize("scheme", ["smtps", "smtp"])
    def test_a_certificate_of_another_name(self, tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """However well it is signed."""
        other = make_certificates(tmp_path, host="mail.example.org")
        monkeypatch.setenv("SSL_CERT_FILE", str(other.authority))
        options: dict[str, dict[str, Any]] = {
            "smtps": {"ssl_context": other.context()},
            "smtp": {"tls_context": other.context()},
        }
        with mail_server(**options[scheme]) as (mailbox, port):
            failed = failure(carrier(scheme, port))

        assert ("certificate", []) == (failed.reason, mailbox.mails)

    def test_no_starttls(self) -> None:
        """Somebody on the way may have taken it out; the mail waits rather than goes in the clear."""
        with mail_server() as (mailbox, port):
            failed = failure(carrier("smtp", port, user=USER, password=PASSWORD))

        assert (NothingGoes, "no-starttls", []) == (type(failed), failed.reason, mailbox.mails)

    @pytest.mark.parametrize(("reply", "reason"), [(b"454 not now", "server-busy"), (b"502 what?", "no-starttls")])
    def test_a_starttls_that_is_refused(self, reply: bytes, reason: str) -> None:
        """Offered and not kept."""
        with scripted_server(GREETING, b"250-localhost\r\n250 STARTTLS", reply) as port:
            assert reason == failure(carrier("smtp", port)).reason

    def test_no_tls_at_all(self) -> None:
        """The port of the other protocol."""
        with scripted_server(GREETING) as port:
            assert "no-tls" == failure(carrier("smtps", port)).reason

    def test_a_wrong_password(self, trusted: Certificates) -> None:
        """The operator's to mend; the mail waits."""
        with mail_server(tls_context=trusted.context(), auth_required=True) as (mailbox, port):
            failed = failure(carrier("smtp", port, user=USER, password="other"))

        assert (NothingGoes, "sign-in-refused", 535, []) == (type(failed), failed.reason, failed.code, mailbox.mails)
        assert "other" not in str(failed)

    def test_no_way_to_sign_in_that_is_known_here(self, trusted: Certificates) -> None:
        """Nothing is sent without signing in, where that was wanted."""
        with mail_server(tls_context=trusted.context(), auth_exclude_mechanism=["PLAIN", "LOGIN"]) as (_, port):
            assert "no-sign-in" == failure(carrier("smtp", port, user=USER, password=PASSWORD)).reason

    def test_a_user_that_is_refused_before_the_password_is_asked_for(self) -> None:
        """The password is not sent then."""
        with scripted_server(GREETING, b"250-localhost\r\n250 AUTH LOGIN", b"535 not you") as port:
            failed = failure(carrier("smtp+plain", port, user=USER, password=PASSWORD))

        assert ("sign-in-refused", 535) == (failed.reason, failed.code)

    def test_a_host_that_takes_no_connection_in_time(self) -> None:
        """As behind a firewall that says nothing; the time for all steps ends while there is no connection yet."""
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            waiting = [socket.socket() for _ in range(4)]
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(full.getsockname())
            failed = failure(plain(full.getsockname()[1], step=1.0, whole=0.1))
            for each in waiting:
                each.close()

        assert (NothingGoes, "too-slow") == (type(failed), failed.reason)

    def test_a_connection_that_comes_after_the_time_for_all_steps_is_not_used(self) -> None:
        """Somebody else may have the order in hand by then."""
        over = threading.Event()
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            waiting = [socket.socket() for _ in range(3)]
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(listener.getsockname())

            def take() -> None:
                time.sleep(0.3)
                while not over.is_set():
                    with suppress(OSError):
                        connection, _ = listener.accept()
                        connection.sendall(GREETING + b"\r\n")
                        waiting.append(connection)

            listener.settimeout(0.1)
            thread = threading.Thread(target=take)
            thread.start()
            failed = failure(plain(listener.getsockname()[1], step=10.0, whole=0.1))
            over.set()
            thread.join()
            for each in waiting:
                each.close()

        assert (NothingGoes, "too-slow") == (type(failed), failed.reason)

    def test_nobody_is_there(self) -> None:
        """The server is down."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        failed = failure(plain(port))

        assert (NothingGoes, "unreachable") == (type(failed), failed.reason)

    def test_no_such_host(self) -> None:
        """The name is wrong, or there is no network."""
        assert "unknown-host" == failure(carrier("smtp", 587, host="no-such-host.invalid")).reason

    @pytest.mark.parametrize(
        ("lines", "reason"),
        [
            ([None], "broken-off"),
            ([b"554 go away"], "no-greeting"),
            ([b"421 not now"], "server-busy"),
            ([b"\xff\xfe what is this"], "no-greeting"),
            ([GREETING, None], "broken-off"),
            ([GREETING, b"500 what?"], "no-greeting"),
            ([GREETING, EHLO, None], "broken-off"),
            ([GREETING, EHLO, b"550 not from you"], "sender-refused"),
            ([GREETING, EHLO, b"451 later"], "server-busy"),
            ([GREETING, EHLO, b"250 OK", None], "broken-off"),
            ([GREETING, EHLO, b"250 OK", b"421 closing"], "server-busy"),
            ([GREETING, EHLO, b"250 OK", b"250 OK", None], "broken-off"),
            ([GREETING, EHLO, b"250 OK", b"250 OK", b"354 go on", None], "broken-off"),
        ],
    )
    def test_one_that_dies_or_refuses_on_the_way(self, lines: list[bytes | None], reason: str) -> None:
        """At every step: all mail waits."""
        with scripted_server(*lines) as port:
            failed = failure(plain(port))

        assert (NothingGoes, reason) == (type(failed), failed.reason)

    @pytest.mark.parametrize("said", [[], [GREETING], [GREETING, EHLO], [GREETING, EHLO, b"250 OK"]])
    def test_one_that_says_nothing_more(self, said: list[bytes]) -> None:
        """It is given up after a step's time."""
        with scripted_server(*said, lambda connection: time.sleep(1.5)) as port:
            failed = failure(plain(port, step=0.3))

        assert (NothingGoes, "too-slow") == (type(failed), failed.reason)

    @pytest.mark.parametrize("after", [[], [GREETING]])
    def test_one_that_says_a_byte_at_a_time(self, after: list[bytes]) -> None:
        """Each step is in time; all together are not, and that ends it."""

        def dribble(connection: socket.socket) -> None:
            for _ in range(200):
                connection.sendall(b"2")
                time.sleep(0.05)

        with scripted_server(*after, dribble) as port:
            failed = failure(plain(port, step=5.0, whole=0.5))

        assert "too-slow" == failed.reason


class TestThisMailAlone:
    """What the server says about a recipient or a content concerns no other mail."""

    @pytest.mark.parametrize(
        ("code", "kind", "reason"),
        [
            ("550 no such user: anna@example.org", Undeliverable, "recipient-refused"),
            ("553 no", Undeliverable, "recipient-refused"),
            ("450 greylisted", Deferred, "recipient-deferred"),
            ("452 full", Deferred, "recipient-deferred"),
        ],
    )
    def test_a_refused_recipient(self, code: str, kind: type[NotCarried], reason: str) -> None:
        """For ever or for a while; what the server says of it is not repeated."""
        with mail_server(Mailbox(recipient=code)) as (_, port):
            failed = failure(plain(port))

        assert (kind, reason, int(code[:3])) == (type(failed), failed.reason, failed.code)
        assert "anna" not in str(failed)

    @pytest.mark.parametrize(
        ("code", "kind", "reason"),
        [("554 spam", Undeliverable, "content-refused"), ("451 later", Deferred, "content-deferred")],
    )
    def test_a_refused_content(self, code: str, kind: type[NotCarried], reason: str) -> None:
        """After all of it was sent."""
        with mail_server(Mailbox(content=code)) as (_, port):
            failed = failure(plain(port))

        assert (kind, reason, int(code[:3])) == (type(failed), failed.reason, failed.code)

    def test_a_content_that_is_refused_before_it_is_sent(self) -> None:
        """In the place of 354."""
        with scripted_server(GREETING, EHLO, b"250 OK", b"250 OK", b"554 no content today") as port:
            failed = failure(plain(port))

        assert (Undeliverable, "content-refused", 554) == (type(failed), failed.reason, failed.code)

    def test_a_recipient_that_is_taken_for_elsewhere(self) -> None:
        """251 is a yes."""
        with mail_server(Mailbox(recipient="251 forwarded", content="554 far enough")) as (_, port):
            assert "content-refused" == failure(plain(port)).reason

    def test_letters_that_the_server_has_no_way_for(self) -> None:
        """No other server will be asked, so it never goes."""
        with mail_server(enable_SMTPUTF8=False) as (_, port):
            failed = failure(plain(port), letter("用户@example.org"), "用户@example.org")

        assert (Undeliverable, "no-smtputf8") == (type(failed), failed.reason)

    @pytest.mark.parametrize("end", [">\r\nRCPT TO:<", "\r\nRCPT TO:", "\n", "\r"])
    def test_an_address_makes_no_second_command(self, end: str) -> None:
        """What is stored has been looked at before; this is the last line."""
        with mail_server() as (mailbox, port):
            to = f"anna@example.org{end}eve@example.org"
            with suppress(Undeliverable):
                plain(port).carry(letter(), to)
        assert [] == [mail for mail in mailbox.mails if mail.recipients != [TO]]


def test_the_words_of_a_failure_name_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the library raises, one word of ours is all that comes out."""
    errors: list[Callable[[], Exception]] = [
        lambda: ssl.SSLError("geheim"),
        lambda: smtplib.SMTPException("geheim"),
        lambda: smtplib.SMTPServerDisconnected("geheim"),
        lambda: ConnectionResetError("geheim"),
        lambda: PermissionError("geheim"),
        lambda: TimeoutError("geheim"),
        lambda: UnicodeEncodeError("ascii", "geheim", 0, 1, "geheim"),
    ]
    for error in errors:

        def fail(*_given: Any, error: Callable[[], Exception] = error) -> None:
            raise error()

        monkeypatch.setattr(smtplib.SMTP, "connect", fail)
        assert "geheim" not in str(failure(plain(1)))
