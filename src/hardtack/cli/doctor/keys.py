"""The keys: whether there is a ring, which of its keys seal, and whether they open what the database holds.

``hardtack.seal.keyfile`` says what is wrong with a file, ``hardtack.store.sealed`` what lies under which key; here the
two are put side by side. A secret is never looked at, only the keys' ids, states and times.
"""

from __future__ import annotations

from sqlalchemy import select

from hardtack.cli.doctor.database import NoDatabase, reading
from hardtack.cli.doctor.findings import Findings, Patient, found
from hardtack.seal import KeyInfo, KeyringError, keyfile, keytext
from hardtack.seal.key import ACTIVE, ANNOUNCED, REVOKED
from hardtack.store import sealed
from hardtack.store.schema import revoked_key

OLD = 366 * 86_400
"""Seconds after which a key has been active for long."""


def keys(patient: Patient) -> Findings:
    """Look at the ring itself."""
    if patient.environ.get(keyfile.VARIABLE):
        place = keyfile.VARIABLE
        wrong = keytext.complaints(patient.environ[place].replace(";", "\n"), place)
    else:
        place = str(patient.settings.keyring_path)
        if not patient.settings.keyring_path.exists():
            yield found("keys-missing", path=place)
            return
        try:
            wrong = keyfile.complaints(place)
        except KeyringError as error:
            wrong = [error]
    for each in wrong:
        yield found("keys-wrong", problem=each.problem, hint=each.hint)
    if not wrong:
        yield from _states(patient, place)


def _states(patient: Patient, place: str) -> Findings:
    for key in patient.keyring().keys:
        since = key.since or 0
        if key.state == ACTIVE:
            yield found("keys-right", place=place, id=key.id, since=keytext.moment(since))
            if since and patient.now - since > OLD:
                yield found("key-old", id=key.id, since=keytext.moment(since))
            if since > patient.now:
                yield found("key-from-tomorrow", id=key.id, since=keytext.moment(since))
        elif key.state == ANNOUNCED:
            yield found("key-announced", id=key.id, since=keytext.moment(since))


def columns(patient: Patient) -> Findings:
    """Compare the ring with what the database holds under keys, and with what it knows of revoked ones."""
    try:
        ring = {key.id: key for key in patient.keyring().keys}
        with reading(patient) as connection:
            under = sealed.under(connection)
            revoked = {identifier.hex() for identifier in connection.execute(select(revoked_key.c.key_id)).scalars()}
    except (KeyringError, NoDatabase):
        # Said by the checks of the keys and of the database themselves.
        return
    right = True
    for finding in _compared(ring, under, revoked):
        right = False
        yield finding
    if right:
        yield found("columns-right", count=sum(under.values()))


def _compared(ring: dict[str, KeyInfo], under: dict[str, int], revoked: set[str]) -> Findings:
    for identifier, count in sorted(under.items()):
        if identifier not in ring:
            yield found("columns-without-key", count=count, id=identifier)
        elif ring[identifier].state == REVOKED:
            yield found("columns-under-revoked", count=count, id=identifier)
    for identifier in sorted(revoked & set(ring)):
        if ring[identifier].state != REVOKED:
            yield found("key-revoked-elsewhere", id=identifier, state=ring[identifier].state)
