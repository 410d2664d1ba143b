"""A real mail server for the tests: aiosmtpd with TLS, and one that says word for word what a test wants it to say."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "hardtack@example.org", "geheim 密码"


@dataclass(frozen=True)
class Certificates:
    """An authority of the tests' own, and a server's certificate that it has signed.

    Args:
        authority: the file of its certificate, for ``SSL_CERT_FILE``.
        server: the file of the server's certificate and key.
    """

    authority: Path
    server: Path

    def context(self) -> ssl.SSLContext:
        """Return what a server needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        return context


def make_certificates(folder: Path, *, host: str = "localhost", days: int = 1) -> Certificates:
    """Make an authority and the certificate of *host*, good for some *days*, in *folder*."""
    now = datetime.datetime.now(datetime.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The tests' authority")])
    start = (
        x509.CertificateBuilder()
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=days))
        .issuer_name(name)
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    # From Python 3.13 on, a client demands this of an authority (VERIFY_X509_STRICT; RFC 5280, section 4.2.1.3).
    signs_certificates = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    authority = (
        start.subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(signs_certificates, critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    own = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names.append(x509.IPAddress(ip_address("127.0.0.1")))
    server = (
        start.subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )
    made = Certificates(folder / f"authority-{host}.pem", folder / f"server-{host}.pem")
    made.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    secret = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    made.server.write_bytes(secret + server.public_bytes(serialization.Encoding.PEM))
    return made


@dataclass
class Received:
    """One mail as the server took it."""

    sender: str
    recipients: list[str]
    options: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, read as a mail reader does."""
        return message_from_bytes(self.content, policy=POLICY)


@dataclass
class Mailbox:
    """What came in, and how the next ones are answered."""

    mails: list[Received] = field(default_factory=list)
    recipient: str = ""
    """Answers every RCPT with this, if it is set."""
    content: str = ""
    """Answers every DATA with this, if it is set."""
    signed_in: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the server's own name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient or answer as the test wants."""
        if self.recipient:
            return self.recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - see above
        """Keep a mail or answer as the test wants."""
        if self.content:
            return self.content
        content = envelope.original_content
        assert content is not None
        self.mails.append(
            Received(envelope.mail_from or "", list(envelope.rcpt_tos), list(envelope.mail_options), content)
        )
        return "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Let ``USER`` with ``PASSWORD`` in."""
        assert isinstance(data, LoginPassword)
        self.signed_in.append(mechanism)
        good = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=good, handled=False)

    def wait(self, number: int, *, seconds: float = 20) -> list[Received]:
        """Return the mails once there are *number* of them."""
        deadline = time.monotonic() + seconds
        while len(self.mails) < number and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.mails) >= number, self.mails
        return self.mails


@contextmanager
def mail_server(mailbox: Mailbox | None = None, **options: Any) -> Iterator[tuple[Mailbox, int]]:
    """Run a server on a free port of this machine; yield its mailbox and the port.

    Args:
        mailbox: what it answers; a new one by default.
        options: of aiosmtpd, such as ``tls_context`` (STARTTLS), ``ssl_context`` (TLS at once), ``auth_required``.
    """
    box = mailbox or Mailbox()
    with socket.create_server(("127.0.0.1", options.pop("port", 0))) as chosen:
        port = chosen.getsockname()[1]
    controller = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=box.authenticate, ready_timeout=20, **options
    )
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


Line = bytes | Callable[[socket.socket], None] | None


@contextmanager
def scripted_server(*lines: Line) -> Iterator[int]:
    """Run a server that says *lines*, one for each that it is told, to one client after the other; yield the port.

    A function in the place of a line gets the connection; ``None`` says nothing and closes it.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(20)
                    with suppress(OSError):
                        _speak(connection, lines)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join(30)


def _speak(connection: socket.socket, lines: Sequence[Line]) -> None:
    told = connection.makefile("rb")
    for number, line in enumerate(lines):
        if number and not told.readline():
            return
        if line is None:
            return
        if callable(line):
            line(connection)
        else:
            connection.sendall(line + b"\r\n")
    told.readline()
