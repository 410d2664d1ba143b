"""One mail to one mail server by SMTP (RFC 5321), always over TLS but to this machine.

The certificate is checked against the system's authorities (``SSL_CERT_FILE`` names others) and the server's name. A
server that offers no STARTTLS gets nothing. Each step has a time limit and all of them together another, so that a
server which answers a byte at a time holds nobody up for long. A mail is sent as soon as the server has said so;
whatever happens afterwards does not matter.

What the server answers decides: a refused recipient or content concerns this mail (5yz for ever, 4yz for a while);
everything else concerns all mail, and is for the operator to see.
"""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP

from hardtack.login.carriers import Deferred, NotCarried, NothingGoes, Server, Undeliverable

STEP = 20.0
"""Seconds that the server may be silent; a name with several addresses has as many to connect to each."""

WHOLE = 90.0
"""Seconds for all steps together, where the connection comes about at all."""

READY, SIGNED_IN, OK, OK_ELSEWHERE, ASKS, CLOSING = 220, 235, 250, 251, 334, 421


class MailServer:
    """A mail server.

    Args:
        server: where it is.
        password: of the user; ``""`` where nobody signs in.
        sender_host: by which name we greet it.
        step: seconds.
        whole: seconds.
    """

    def __init__(
        self,
        server: Server,
        password: str,
        sender_host: str,
        *,
        step: float = STEP,
        whole: float = WHOLE,
    ) -> None:
        self.place: str = server.place
        self._server = server
        self._password = password
        self._sender_host = sender_host
        self._step = step
        self._whole = whole

    def carry(self, mail: EmailMessage, to: str) -> None:
        """Send *mail* to *to*, over a connection of its own.

        Raises:
            NotCarried: it was not sent; or the connection broke before the server said whether it had taken it.
        """
        over = threading.Event()
        with _in_one_word(), self._in_time(over) as smtp:
            self._enter(smtp, over)
            self._hand_over(smtp, mail, to)

    def look(self) -> None:
        """Do everything that comes before a mail, and send none.

        Raises:
            NothingGoes: no mail could be sent now.
        """
        over = threading.Event()
        with _in_one_word(), self._in_time(over) as smtp:
            self._enter(smtp, over)
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()

    def _enter(self, smtp: smtplib.SMTP, over: threading.Event) -> None:
        _expect(smtp.connect(self._server.host, self._server.port), READY, "no-greeting")
        if over.is_set():
            # There was no connection yet that could be cut.
            raise NothingGoes("too-slow")
        self._greet(smtp)
        if self._password:
            self._sign_in(smtp)

    @contextmanager
    def _in_time(self, over: threading.Event) -> Iterator[smtplib.SMTP]:
        """Give a connection that is yet to be made, and cut it when the time for all steps together is over."""
        smtp = self._made()

        def cut() -> None:
            over.set()
            with suppress(OSError):
                if smtp.sock is not None:
                    # Below TLS, whose own way to close would wait for the other side.
                    socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)

        timer = threading.Timer(self._whole, cut)
        timer.daemon = True
        timer.start()
        try:
            yield smtp
        except (OSError, smtplib.SMTPException, NotCarried):
            # What was cut off looks like anything, even like an answer.
            if over.is_set():
                raise NothingGoes("too-slow") from None
            raise
        finally:
            timer.cancel()
            smtp.close()

    def _made(self) -> smtplib.SMTP:
        if self._server.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                local_hostname=self._sender_host, timeout=self._step, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(local_hostname=self._sender_host, timeout=self._step)
        # Which name the certificate must have. It is set by a constructor that connects, before anybody could cut that.
        smtp._host = self._server.host  # type: ignore[attr-defined]
        return smtp

    def _greet(self, smtp: smtplib.SMTP) -> None:
        _expect(smtp.ehlo(), OK, "no-greeting")
        if self._server.scheme != "smtp":
            return
        if not smtp.has_extn("starttls"):
            raise NothingGoes("no-starttls")
        try:
            smtp.starttls(context=ssl.create_default_context())
        except smtplib.SMTPResponseException as refused:
            raise _about_all(refused.smtp_code, "no-starttls") from None
        _expect(smtp.ehlo(), OK, "no-greeting")

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        """Give user and password (RFC 4954), in UTF-8 and within TLS, so that no weaker way to hide them is needed."""
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        user, password = self._server.user, self._password
        if "PLAIN" in offered:
            reply = smtp.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}")
        elif "LOGIN" in offered:
            reply = smtp.docmd("AUTH", f"LOGIN {_base64(user)}")
            if reply[0] == ASKS:
                reply = smtp.docmd(_base64(password))
        else:
            raise NothingGoes("no-sign-in")
        _expect(reply, SIGNED_IN, "sign-in-refused")

    @staticmethod
    def _hand_over(smtp: smtplib.SMTP, mail: EmailMessage, to: str) -> None:
        options, policy = [], SMTP
        if smtp.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        else:
            policy = policy.clone(cte_type="7bit")
        if not to.isascii():
            if not smtp.has_extn("smtputf8"):
                raise Undeliverable("no-smtputf8")
            options.append("SMTPUTF8")
            policy = policy.clone(utf8=True)
        content = mail.as_bytes(policy=policy)
        _expect(smtp.mail(mail["From"].addresses[0].addr_spec, options), OK, "sender-refused")
        code, _ = smtp.rcpt(to)
        if code not in (OK, OK_ELSEWHERE):
            raise _about_this(code, "recipient")
        try:
            code, _ = smtp.data(content)
        except smtplib.SMTPDataError as refused:
            code = refused.smtp_code
        if code != OK:
            raise _about_this(code, "content")
        # It has gone: a server that does not say good-bye changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()


def _expect(reply: tuple[int, bytes], wanted: int, reason: str) -> None:
    if reply[0] != wanted:
        raise _about_all(reply[0], reason)


def _about_all(code: int, reason: str) -> NothingGoes:
    return NothingGoes("server-busy" if 400 <= code < 500 else reason, code)


def _about_this(code: int, what: str) -> NotCarried:
    if code == CLOSING:
        return NothingGoes("server-busy", code)
    return Undeliverable(f"{what}-refused", code) if code >= 500 else Deferred(f"{what}-deferred", code)


@contextmanager
def _in_one_word() -> Iterator[None]:
    """Say in one word why a connection failed; the words of the error itself may hold anything."""
    try:
        yield
    except NotCarried:
        raise
    except ssl.SSLCertVerificationError:
        raise NothingGoes("certificate") from None
    except ssl.SSLError:
        raise NothingGoes("no-tls") from None
    except TimeoutError:
        raise NothingGoes("too-slow") from None
    except socket.gaierror:
        raise NothingGoes("unknown-host") from None
    except (smtplib.SMTPException, ConnectionResetError, BrokenPipeError) as error:
        # The library calls a server that has said nothing in time one that has closed the connection.
        raise NothingGoes("too-slow" if isinstance(error.__context__, TimeoutError) else "broken-off") from None
    except OSError:
        raise NothingGoes("unreachable") from None
    except ValueError:
        # A name or an address that no command may hold (smtplib's own guard against a second command in it).
        raise Undeliverable("no-address") from None


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
