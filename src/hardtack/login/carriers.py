"""What carries mail: a mail server, a folder, or the console. It decides nothing but whether a mail has gone.

Which it is says one URL, looked at when the program starts: ``smtps://[user@]host[:465]`` (TLS from the first byte),
``smtp://[user@]host[:587]`` (STARTTLS, without which nothing is sent), ``smtp+plain://localhost[:25]`` (no TLS, and so
this machine only), ``folder:DIR`` (one file a mail) or ``console:`` (standard error). Whatever is unclear in it is
refused with a hint. A password is in the environment variable ``HARDTACK_MAIL_PASSWORD`` and nowhere else.

A carrier that could not send says why in one word and what that means: nothing can be sent now (``NothingGoes``), this
mail cannot now (``Deferred``) or never (``Undeliverable``). A server's own words are never repeated, since they name
people.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import ClassVar, Protocol
from urllib.parse import unquote, urlsplit

from hardtack.errors import HardtackError, MisuseError
from hardtack.login.addresses import ascii_host

PASSWORD = "HARDTACK_MAIL_PASSWORD"  # noqa: S105 - the name of a variable

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

HINT = "write smtps://user@host, smtp://user@host:587, folder:DIR or console:"
_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?|[0-9a-f:.]{2,45}")


class NotCarried(HardtackError):
    """A mail has not gone; which of the three it is decides what becomes of it.

    Args:
        reason: one fixed word.
        code: the reply of the server, its number only; 0 without one.
    """

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(f"{reason} {code}" if code else reason)
        self.reason = reason
        self.code = code


class NothingGoes(NotCarried):
    """No mail can be sent at this moment."""


class Deferred(NotCarried):
    """This one cannot be sent at this moment."""


class Undeliverable(NotCarried):
    """This one can never be sent."""


class Carrier(Protocol):
    """Carries mail."""

    place: str
    """Where it goes, in words that an operator knows it by; no secret."""

    def carry(self, mail: EmailMessage, to: str) -> None:
        """Send *mail* to the address *to*.

        Raises:
            NotCarried: it has not gone, or nobody knows; and nothing else.
        """


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, as a URL names it.

    Args:
        scheme: ``smtps``, ``smtp`` or ``smtp+plain``.
        host: its name in ASCII, or its address without brackets.
        port: where it listens.
        user: who signs in to it; ``""`` for nobody.
    """

    scheme: str
    host: str
    port: int
    user: str = ""

    @property
    def place(self) -> str:
        """The same as a URL, without the user."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


Place = Server | Path | None
"""Where mail goes: a server, a folder, or the console."""


def place_of(url: str) -> Place:
    """Return what *url* means.

    Raises:
        MisuseError: it is unclear, or names what mail must not go by. It is not repeated, since it may hold a password.
    """
    scheme, colon, rest = url.strip().partition(":")
    scheme = scheme.lower()
    if scheme == "console" and colon and not rest:
        return None
    if scheme == "folder" and rest.isprintable() and rest and not rest.startswith("//"):
        return Path(rest)
    if scheme not in _PORTS or not rest.startswith("//"):
        raise MisuseError("mail: the URL is of no kind that is known here", HINT)
    return _server(scheme, scheme + ":" + rest)


def _server(scheme: str, url: str) -> Server:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise MisuseError("mail: the server's URL cannot be read", HINT) from None
    userinfo, _, _ = parts.netloc.rpartition("@")
    if ":" in userinfo:
        raise MisuseError(
            "mail: a password in the URL would be read by everybody who sees the settings",
            f"leave it out, and set the environment variable {PASSWORD}",
        )
    host = (parts.hostname or "").removesuffix(".")
    host = host if ":" in host else ascii_host(host)
    if not _HOST.fullmatch(host) or port == 0 or parts.path not in ("", "/") or "?" in url or "#" in url:
        raise MisuseError("mail: the server's URL may hold a user, a host and a port, and nothing else", HINT)
    user = unquote(userinfo)
    if not user.isprintable():
        raise MisuseError("mail: the user in the server's URL cannot be read", HINT)
    if scheme == "smtp+plain":
        if host not in LOOPBACK:
            raise MisuseError(
                "mail: without TLS everybody on the way could read and change the links that are sent",
                "write smtps:// or smtp://; smtp+plain:// is for a server on this machine (localhost)",
            )
        if user:
            raise MisuseError("mail: a password is not sent without TLS", "leave the user out, or write smtps://")
    return Server(scheme, host, port or _PORTS[scheme], user)


def password_of(place: Place, environ: Mapping[str, str]) -> str:
    """Return the password of the server's user, ``""`` where nobody signs in.

    Raises:
        MisuseError: there is a user and no password, or the other way round.
    """
    password = environ.get(PASSWORD, "")
    user = place.user if isinstance(place, Server) else ""
    if user and not password:
        raise MisuseError(
            f"mail: the URL names a user, and the environment variable {PASSWORD} is not set", f"set {PASSWORD}"
        )
    if isinstance(place, Server) and password and not user:
        raise MisuseError(
            f"mail: the environment variable {PASSWORD} is set, and the URL names no user",
            f"write {place.scheme}://user@{place.host}, or leave the variable out",
        )
    return password if user else ""


def carrier_of(url: str, environ: Mapping[str, str], *, sender_host: str, tell: bool = False) -> Carrier:
    """Return the carrier that *url* names.

    Args:
        url: as ``place_of`` takes it.
        environ: where the password is.
        sender_host: by which name we greet a server.
        tell: whether a folder says on standard error where it has put a mail.

    Raises:
        MisuseError: as ``place_of`` and ``password_of``.
    """
    place = place_of(url)
    password = password_of(place, environ)
    if isinstance(place, Server):
        # Loaded only where it is needed: TLS and all.
        from hardtack.login.smtp import MailServer  # noqa: PLC0415 - see above

        return MailServer(place, password, sender_host)
    return Console() if place is None else Folder(place, said_mail if tell else None)


def said_mail(to: str, path: Path, language: str) -> None:
    """Say on standard error where the mail to *to* lies, for whoever tries Hardtack on their own machine."""
    text = {"zh": f"给 {to} 的邮件：{path}"}.get(language, f"mail for {to}: {path}")
    print(f"hardtack: {_CONTROLS.sub('?', text)}", file=sys.stderr, flush=True)  # noqa: T201 - it is meant for people


class Folder:
    """Puts each mail into a file of its own, which only we may read.

    Args:
        folder: where; it is made when the first mail comes.
        tell: is told the address, the file and the language of each.
    """

    def __init__(self, folder: Path, tell: Callable[[str, Path, str], None] | None = None) -> None:
        self.place: str = f"{folder}{os.sep}"
        self._folder = folder
        self._tell = tell

    def carry(self, mail: EmailMessage, to: str) -> None:
        """Write the file; it has its name only once it is whole.

        Raises:
            NothingGoes: it could not be written.
        """
        # The time first, so that they lie in order; the number keeps two apart and tells nobody who they are for.
        at = mail["Date"].datetime.strftime("%Y%m%dT%H%M%SZ")
        name = f"{at}-{mail['Message-ID'].partition('@')[0].strip('<')[:12]}.eml"
        part = self._folder / f".{name}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
                file.write(mail.as_bytes(policy=SMTP.clone(utf8=not to.isascii())))
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._folder / name)
        except OSError:
            raise NothingGoes("folder") from None
        if self._tell is not None:
            self._tell(to, self._folder / name, str(mail.get("Content-Language", "en"))[:2])


class Console:
    """Prints each mail as text to standard error, its links on lines of their own."""

    place: str = "console"
    _RULE: ClassVar[str] = "-" * 72

    def carry(self, mail: EmailMessage, to: str) -> None:
        """Print it.

        Raises:
            NothingGoes: there is nothing to print to.
        """
        body = mail.get_body(("plain",))
        text = "" if body is None else body.get_content()
        shown = f"{self._RULE}\nTo: {to}\nSubject: {mail['Subject']}\n\n{text.strip()}\n{self._RULE}"
        try:
            print(_CONTROLS.sub("?", shown.replace("\r\n", "\n")), file=sys.stderr, flush=True)  # noqa: T201 - see above
        except (OSError, ValueError):
            raise NothingGoes("console") from None
