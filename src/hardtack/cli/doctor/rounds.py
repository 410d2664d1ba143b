"""The order of the checks, and what becomes of one that fails itself: a finding, never a traceback.

Every check is called, whatever the others have found; each says nothing where there is nothing for it to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hardtack.cli.doctor import database, disk, keys, machine, mail, outside, proxy
from hardtack.cli.doctor.findings import Check, Finding, Findings, Patient, found
from hardtack.site import before_start


def settings(patient: Patient) -> Findings:
    """Look at the settings themselves."""
    mistakes = before_start.mistakes(patient.gathered, patient.environ)
    for each in mistakes:
        problem = {tag: each.told(tag) for tag in ("en", "zh")}
        yield found("setting-wrong", problem=problem, hint={tag: each.texts(tag)[1] for tag in ("en", "zh")})
    if not mistakes:
        source = {"en": "no file", "zh": "没有文件"} if patient.gathered.file is None else str(patient.gathered.file)
        yield found("settings-right", source=source)


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "settings": (settings,),
    "folder": (disk.folder, disk.contents, disk.room),
    "keys": (keys.keys, keys.columns),
    "database": (database.database, database.beside),
    "clock": (database.clock,),
    "machine": (machine.listening, machine.capacity),
    "openness": (machine.openness, machine.assurance),
    "mail": (mail.mail, mail.waiting),
    "outside": (outside.outside, outside.pages, outside.plain),
    "proxy": (proxy.proxy,),
}
"""What is looked at, in this order, under the names of the table."""


def findings(patient: Patient, checks: Mapping[str, tuple[Check, ...]] = CHECKS) -> Iterator[tuple[str, Finding]]:
    """Yield everything that is found, with the name of the check."""
    for name, each in checks.items():
        for check in each:
            try:
                yield from ((name, finding) for finding in check(patient))
            except Exception as failed:
                # Its text may hold anything; the kind of the error and the check are enough to report it.
                yield name, found("check-failed", check=check.__name__, kind=type(failed).__name__)
