"""Mail: whether the server would take it, and whether any waits.

The server is greeted the way the service does it: with TLS, its certificate, and the user's sign-in. No mail is sent
and no address is named to it.
"""

from __future__ import annotations

import os
from pathlib import Path

from hardtack.cli.doctor.database import NoDatabase, reading
from hardtack.cli.doctor.findings import Findings, Patient, found
from hardtack.cli.mail import WHY
from hardtack.errors import MisuseError
from hardtack.login import carriers
from hardtack.login.addresses import ascii_host
from hardtack.login.carriers import NotCarried
from hardtack.login.smtp import MailServer
from hardtack.seal import keytext
from hardtack.store import outbox as rows


def mail(patient: Patient) -> Findings:
    """Look at where mail goes."""
    settings = patient.settings
    if settings.mail_url is None:
        yield found("mail-nowhere")
        return
    try:
        place = carriers.place_of(settings.mail_url)
        password = carriers.password_of(place, patient.environ)
    except MisuseError:
        # Said as a mistake in the settings.
        return
    if isinstance(place, carriers.Server):
        yield from _server(patient, place, password)
    elif settings.development:
        yield found("mail-kept", place=place or "console")
    else:
        yield found("mail-kept-in-public", place=place or "console")
    if isinstance(place, Path) and not _writable(place):
        yield found("mail-folder-shut", path=place)


def _server(patient: Patient, server: carriers.Server, password: str) -> Findings:
    try:
        MailServer(server, password, ascii_host(patient.settings.public_host)).look()
    except NotCarried as failed:
        code = f" ({failed.code})" if failed.code else ""
        what, mend = ({tag: WHY[tag][failed.reason][each] for tag in WHY} for each in (0, 1))
        yield found("mail-refused", place=server.place, what=what, code=code, hint=mend)
    else:
        yield found("mail-taken" if password else "mail-taken-from-anybody", place=server.place)


def _writable(folder: Path) -> bool:
    """Return whether a mail could be put there; the folder is made when the first one comes."""
    there = next((each for each in (folder, *folder.absolute().parents) if each.exists()), folder)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def waiting(patient: Patient) -> Findings:
    """Look at the mail that has not gone."""
    try:
        with reading(patient) as connection:
            state = rows.state(connection)
    except NoDatabase:
        return
    if state.failing_since:
        yield found("mail-stuck", since=keytext.moment(state.failing_since), count=state.waiting)
    elif state.waiting and patient.settings.mail_url is None:
        yield found("mail-without-way", count=state.waiting)
    else:
        yield found("mail-flows", count=state.waiting)
