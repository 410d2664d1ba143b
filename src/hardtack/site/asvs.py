"""How the service stands to OWASP ASVS 5.0, requirement by requirement, under given settings.

Two files come with the package. ``asvs.toml`` is what people have judged: what each requirement asks for, in our own
words, and whether tests show it, the operator must do it, it does not concern us, or it is not met; for some of them
that depends on the settings. ``asvs.json`` is what the tests have shown: for each requirement those that carry its
mark, and whether all of them passed. Nobody edits it by hand: ``make asvs`` writes it.

Here the two are put together: a line is *shown* only where tests stand behind it. This module runs no test, reads no
database and promises nothing about an application around the pages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from hardtack.site.settings import Settings

Outcome = Literal["shown", "duty", "not-applicable", "not-met"]

OUTCOMES: tuple[Outcome, ...] = ("shown", "duty", "not-applicable", "not-met")
LEVELS = (1, 2, 3)

UNPROVED = {
    "en": "No test that passes shows it.",
    "zh": "没有通过的测试能够证明。",
}
"""Why a line is not met that was meant to be shown: a test failed, was skipped, or is missing."""

CIRCUMSTANCES: dict[str, Callable[[Settings, int], bool]] = {
    "assurance-1": lambda _settings, assurance: assurance == 1,
    "assurance-3": lambda _settings, assurance: assurance == 3,
    "plain-http": lambda settings, _assurance: not settings.https,
    "no-reports": lambda settings, _assurance: settings.csp_reports is None,
    "no-mail": lambda settings, _assurance: settings.mail_url is None,
    "by-name": lambda settings, _assurance: not settings.by_email,
}
"""What a case may ask of the settings and the assurance, by name."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in each language."""

    en: str
    zh: str

    def as_dict(self) -> dict[str, str]:
        """Return it by language."""
        return {"en": self.en, "zh": self.zh}


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The standard that is answered: its name, version, address and licence."""

    name: str
    version: str
    address: str
    licence: str


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another outcome, where a circumstance holds."""

    when: str
    outcome: Outcome
    because: str


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One requirement as it was judged: what it asks, at which level, and what holds if no case does."""

    level: Literal[1, 2, 3]
    en: str
    zh: str
    outcome: Outcome = "shown"
    because: str | None = None
    cases: tuple[Case, ...] = ()


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All judgements, and the sentences that they name."""

    source: Source
    chapter: dict[str, Said]
    requirement: dict[str, Requirement]
    because: dict[str, Said]


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tests that are marked with one requirement, whether every one of them passed, and which did not."""

    shown: bool
    tests: tuple[str, ...]
    failed: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """One requirement under given settings.

    Args:
        id: as the standard numbers it, such as ``V6.2.4``.
        level: the level from which on it is asked.
        asks: what it asks, by language.
        outcome: whether it is met.
        because: the reason, the deed or the remark, by language; ``None`` where there is nothing to add.
        tests: what shows it; none for any other outcome.
    """

    id: str
    level: int
    asks: dict[str, str]
    outcome: Outcome
    because: dict[str, str] | None
    tests: tuple[str, ...]

    @property
    def chapter(self) -> str:
        """The part of the standard that it stands in, such as ``V6.2``."""
        return self.id.rpartition(".")[0]


@cache
def sheet() -> Sheet:
    """Return the judgements that come with the package, in the order of the standard."""
    read = msgspec.convert(tomllib.loads(_file("asvs.toml")), Sheet)
    ordered = {each: read.requirement[each] for each in sorted(read.requirement, key=position)}
    return msgspec.structs.replace(read, requirement=ordered)


@cache
def evidence() -> dict[str, Evidence]:
    """Return what the tests have shown when the package was made, by requirement."""
    return msgspec.json.decode(_file("asvs.json"), type=dict[str, Evidence])


def position(identifier: str) -> tuple[int, ...]:
    """Return what puts ``V6.2.4`` before ``V6.2.12``."""
    return tuple(map(int, identifier.removeprefix("V").split(".")))


def assurance_of(settings: Settings) -> int:
    """Return the assurance that is configured."""
    return settings.assurance


def card(
    settings: Settings,
    *,
    assurance: int | None = None,
    judged: Sheet | None = None,
    proved: Mapping[str, Evidence] | None = None,
) -> list[Line]:
    """Return every requirement with its outcome, in the order of the standard.

    Args:
        settings: under which the service runs.
        assurance: the level that is claimed, where it is not the one of the settings.
        judged: the judgements, if not those of the package.
        proved: what tests have shown, if not what the package says.
    """
    level = assurance_of(settings) if assurance is None else assurance
    sheet_used = sheet() if judged is None else judged
    proofs = evidence() if proved is None else proved
    return [
        _line(identifier, each, sheet_used, proofs.get(identifier), settings, level)
        for identifier, each in sheet_used.requirement.items()
    ]


def _line(
    identifier: str, asked: Requirement, judged: Sheet, proof: Evidence | None, settings: Settings, assurance: int
) -> Line:
    case = next((case for case in asked.cases if CIRCUMSTANCES[case.when](settings, assurance)), None)
    outcome, name = (asked.outcome, asked.because) if case is None else (case.outcome, case.because)
    because = None if name is None else judged.because[name].as_dict()
    tests: tuple[str, ...] = ()
    if outcome == "shown":
        if proof is None or not proof.shown:
            outcome, because = "not-met", UNPROVED
        else:
            tests = proof.tests
    return Line(identifier, asked.level, {"en": asked.en, "zh": asked.zh}, outcome, because, tests)


def counts(lines: list[Line]) -> dict[int, dict[Outcome, int]]:
    """Return how many lines of each level have each outcome."""
    return {
        level: {outcome: sum(each.level == level and each.outcome == outcome for each in lines) for outcome in OUTCOMES}
        for level in LEVELS
    }


def _file(name: str) -> str:
    return files("hardtack.site").joinpath(name).read_text(encoding="utf-8")
