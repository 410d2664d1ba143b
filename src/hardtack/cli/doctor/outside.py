"""The service as a visitor meets it, at the address that ``--url`` names: https, its certificate, readiness, headers.

Only that address is asked, plain http at its port 80 included, over connections of their own that follow no redirect
and send no cookie. The certificate is checked against the system's authorities (``SSL_CERT_FILE`` names others).
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from hardtack.cli.doctor.findings import Finding, Findings, Patient, found
from hardtack.errors import MisuseError
from hardtack.seal import keytext
from hardtack.session.policy import normal_origin
from hardtack.site.headers import CONTENT_SECURITY_POLICY

WAIT = 10.0
"""Seconds for each step of a connection."""

SOON, NOW = 21, 3
"""Days before the end of a certificate from which on it is worth a look, and high time."""

APART = 30
"""Seconds that two clocks may differ: the codes of authenticator apps last as long."""

_DAY = 86_400

_REASONS: Mapping[type[Exception], Mapping[str, str]] = {
    socket.gaierror: {"en": "there is no such host", "zh": "没有这个主机"},
    ConnectionRefusedError: {"en": "nobody listens there", "zh": "那里没有程序在监听"},
    TimeoutError: {"en": "there is no answer", "zh": "没有应答"},
    ssl.SSLError: {"en": "it does not speak TLS there", "zh": "那里不使用 TLS"},
    OSError: {"en": "the connection fails", "zh": "连接失败"},
    http.client.HTTPException: {"en": "what answers is no web server", "zh": "应答的不是网站服务器"},
}


@dataclass(frozen=True)
class Answer:
    """What came back.

    Args:
        status: the status code.
        headers: the header fields.
        body: the beginning of the content.
        at: Unix seconds at which it was there.
        certificate_ends: Unix seconds; 0 without TLS.
    """

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    at: float
    certificate_ends: int = 0


class NoAnswer(Exception):
    """There was none; ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def ask(url: str, path: str, headers: Mapping[str, str] | None = None, *, port: int | None = None) -> Answer:
    """Return the answer to one GET.

    Args:
        url: scheme, host and port.
        path: of the address.
        headers: more fields to send.
        port: another port than that of *url*, and then plain http.

    Raises:
        NoAnswer: there was none.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https" and port is None
    host = parts.hostname or ""
    if secure:
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port or 443, timeout=WAIT, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, port or parts.port or 80, timeout=WAIT)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        ends = _end(connection.sock)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read(65536), time.time(), ends)
    except ssl.SSLCertVerificationError as error:
        raise NoAnswer(found("certificate-wrong", host=host, reason=error.verify_message)) from None
    except (OSError, http.client.HTTPException) as error:
        reason = next(said for kind, said in _REASONS.items() if isinstance(error, kind))
        raise NoAnswer(found("url-silent", url=url, reason=reason)) from None
    finally:
        connection.close()


def _end(connection: socket.socket) -> int:
    """Return when the certificate of the other side ends, Unix seconds; 0 without TLS."""
    certificate = connection.getpeercert() if isinstance(connection, ssl.SSLSocket) else None
    return ssl.cert_time_to_seconds(str(certificate["notAfter"])) if certificate else 0


def outside(patient: Patient) -> Findings:
    """Look at the address itself, and at whether the service behind it is ready."""
    if patient.url is None:
        if not patient.settings.development:
            yield found("url-unasked", origin=patient.settings.origin)
        return
    if patient.settings.origin is not None and patient.url != patient.settings.origin:
        yield found("url-other", url=patient.url, origin=patient.settings.origin)
    try:
        answer = ask(patient.url, "/readyz")
    except NoAnswer as none:
        yield none.finding
        return
    first = answer.body.partition(b"\n")[0]
    if answer.status == 200 and first == b"ready":
        yield found("ready", url=patient.url)
    elif first == b"not ready":
        yield found("not-ready", url=patient.url)
    elif answer.status != 400:
        # Which is the service's own answer to a proxy that contradicts itself; the look at a page says more of it.
        yield found("not-ours", url=patient.url, status=answer.status)
    yield from _clock(answer)
    if answer.certificate_ends:
        yield _certificate(answer)


def _clock(answer: Answer) -> Findings:
    try:
        there = parsedate_to_datetime(answer.headers.get("Date", "")).timestamp()
    except ValueError:
        yield found("date-missing")
        return
    apart = int(abs(answer.at - there))
    yield found("clocks-apart" if apart > APART else "clocks-agree", seconds=apart)


def _certificate(answer: Answer) -> Finding:
    days = int(answer.certificate_ends - answer.at) // _DAY
    code = "certificate-ends-now" if days < NOW else "certificate-ends-soon" if days < SOON else "certificate-right"
    return found(code, days=days, end=keytext.moment(answer.certificate_ends))


def pages(patient: Patient) -> Findings:
    """Look at a page through whatever stands before the service."""
    if patient.url is None:
        return
    try:
        answer = ask(patient.url, "/sign-in")
    except NoAnswer:
        # Said already.
        return
    if answer.status == 421:
        yield found("page-development" if patient.settings.development else "page-misdirected", url=patient.url)
    elif answer.status == 400:
        yield found("page-contradicted", url=patient.url)
    elif answer.status != 200:
        yield found("page-odd", url=patient.url, status=answer.status)
    else:
        policies = answer.headers.get_all("Content-Security-Policy", [])
        ours = len(policies) == 1 and policies[0].startswith(CONTENT_SECURITY_POLICY)
        yield found("page-right" if ours else "page-stripped", url=patient.url)
        if patient.url.startswith("https:"):
            yield _hsts(answer)


def _hsts(answer: Answer) -> Finding:
    sent = answer.headers.get_all("Strict-Transport-Security", [])
    # Of two, browsers take the first (RFC 6797 §8.1).
    lasting = bool(sent) and "max-age=" in sent[0].lower() and "max-age=0" not in sent[0].lower().replace('"', "")
    code = "hsts-missing" if not lasting else "hsts-doubled" if len(sent) > 1 else "hsts-right"
    return found(code)


def plain(patient: Patient) -> Findings:
    """Look at whether plain http leads to https, where the address has the port that https has of itself."""
    if patient.url is not None and patient.url.startswith("https:") and urlsplit(patient.url).port is None:
        yield plain_http(patient.url)


def plain_http(url: str, port: int = 80) -> Finding:
    """Say what plain http does at the host of *url*.

    Args:
        url: the https address.
        port: where plain http would be.
    """
    try:
        answer = ask(url, "/sign-in", port=port)
    except NoAnswer:
        return found("plain-shut", port=port)
    to = answer.headers.get("Location", "")
    if answer.status in (301, 302, 303, 307, 308) and to.lower().startswith("https://"):
        return found("plain-leads-on", port=port)
    return found("plain-open", port=port, status=answer.status)


def written(url: str) -> str:
    """Return *url* as an origin.

    Raises:
        MisuseError: it is none.
    """
    try:
        return normal_origin(url.removesuffix("/"))
    except MisuseError as error:
        raise MisuseError(f"--url: {error.problem}", error.hint) from None
