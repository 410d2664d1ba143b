"""The machine and what was chosen for it: the port, the workers, the memory, and how much is asked of a sign-in.

Whether somebody listens on the port is found by trying to; whoever does is asked over it, once, who it is.
"""

from __future__ import annotations

import errno
import http.client
import socket
from contextlib import suppress
from urllib.parse import urlsplit

from hardtack.cli.doctor.findings import Finding, Findings, Patient, found
from hardtack.errors import HardtackError
from hardtack.login.hashing import cores
from hardtack.login.tuning import memory_here
from hardtack.session.policy import LOOPBACK_HOSTS
from hardtack.site import asvs, seen
from hardtack.site import listening as at

WORKER = 90 * 1024
"""KiB that a worker takes besides what hashes fill."""

WAIT = 5.0
"""Seconds for an answer over the port."""

_ANYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - it is asked for, not bound


def listening(patient: Patient) -> Findings:
    """Look at the port: free, in the service's own use, or in another's."""
    host, port = patient.settings.host, patient.settings.port
    if port == 0:
        yield found("port-any")
        return
    place = {"host": host, "port": port}
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            yield found("host-elsewhere", **place)
        elif error.errno == errno.EADDRINUSE:
            yield _listener(patient)
        else:
            yield found("port-denied", **place, reason=error.strerror)
    else:
        yield found("stopped", **place)


def _listener(patient: Patient) -> Finding:
    """Say who listens: whoever takes our proof has our keys."""
    host, port = patient.settings.host, patient.settings.port
    headers = {"Host": urlsplit(patient.settings.public_origin).netloc}
    with suppress(HardtackError):
        headers[seen.FIELD] = seen.proof(patient.keyring(), patient.settings.realm, patient.now)
    statuses = []
    for path in (seen.PATH, "/healthz"):
        connection = http.client.HTTPConnection(_ANYWHERE.get(host, host), port, timeout=WAIT)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            statuses.append((answer.status, answer.read(64)))
        connection.close()
    proved, alive = (*statuses, (0, b""), (0, b""))[:2]
    code = "running" if proved[0] == 200 else "running-other" if alive == (200, b"alive\n") else "port-taken"
    return found(code, host=host, port=port)


def capacity(patient: Patient) -> Findings:
    """Compare workers and hashes with the cores and the memory that there are."""
    settings, have, memory = patient.settings, cores(), memory_here()
    needed = settings.workers * (have * settings.argon2_memory + WORKER)
    sizes = {"workers": settings.workers, "cores": have, "needed": needed >> 10, "memory": memory >> 10}
    if settings.workers > 2 * have:
        yield found("workers-many", **sizes)
    if needed > memory:
        yield found("memory-short", **sizes)
    elif needed > memory // 2:
        yield found("memory-tight", **sizes)
    elif settings.workers <= 2 * have:
        yield found("capacity-right", **sizes)


def openness(patient: Patient) -> Findings:
    """Look at what was opened to others on purpose, and perhaps more than was meant."""
    settings = patient.settings
    if settings.development:
        yield found("development")
    elif not settings.https and urlsplit(settings.public_origin).hostname not in LOOPBACK_HOSTS:
        yield found("origin-plain", origin=settings.origin)
    else:
        yield found("origin-right", origin=settings.origin)
    if not settings.development and settings.playground:
        yield found("playground-open")
    if not settings.development and settings.sign_up_open:
        yield found("sign-up-open")
    if settings.admin_listen is not None:
        own = at.parse(settings.admin_listen).own
        yield found("admin-right" if own else "admin-open", place=settings.admin_listen)


def assurance(patient: Patient) -> Findings:
    """Say how the settings stand to OWASP ASVS."""
    settings = patient.settings
    if settings.assurance == 1 and not settings.development:
        yield found("assurance-low")
    lines = asvs.card(settings)
    counts = [sum(line.outcome == outcome for line in lines) for outcome in ("not-met", "duty")]
    yield found("asvs", missing=counts[0], duties=counts[1])
