"""What an event of the audit trail is called, why it happened and who did it, in the visitor's words.

One table of texts serves the owner's page and the administrators' alike. Every event has words, and so has every reason
that the login room writes (tests hold both to it); one that this version does not know, from a trail that a later one
wrote, is shown by its own word, which is ours in any case and never a visitor's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hardtack.login import audit
from hardtack.login.activity import Entry
from hardtack.login.device_names import in_words
from hardtack.site import texts
from hardtack.site.texts import Texts

REASONS = (
    "administrator-given",
    "administrator-taken",
    "by-link",
    "signed-in",
    "confirmed",
    "factor-added",
    "by-email",
    "by-invitation",
    "changed-meanwhile",
    "codes-locked",
    "closed",
    "disabled",
    "everybody",
    "expired",
    "factor-replaced",
    "gone",
    "known-device",
    "link-closed",
    "link-expired",
    "link-forged",
    "link-inviter",
    "link-malformed",
    "link-of-another-account",
    "link-of-nobody",
    "link-outdated",
    "link-unknown",
    "link-unknown-key",
    "link-used",
    "link-withdrawn",
    "name-taken",
    "no-password",
    "others",
    "password-forgotten",
    "removed",
    "throttled",
    "too-many",
    "unknown",
    "unknown-account",
    "unknown-name",
    "wrong-password",
    "passkey-malformed",
    "passkey-oversized",
    "passkey-type",
    "passkey-origin",
    "passkey-challenge",
    "passkey-rp-id",
    "passkey-not-present",
    "passkey-not-verified",
    "passkey-signature",
    "passkey-cross-origin",
    "passkey-id",
    "passkey-backup",
    "passkey-unknown",
    "passkey-of-another-account",
    "passkey-of-nobody",
    "passkey-not-alone",
    "passkey-copied",
    "passkey-disabled",
    "ceremony-malformed",
    "ceremony-unknown-key",
    "ceremony-forged",
    "ceremony-expired",
    "ceremony-of-another-account",
    "ceremony-used",
    "wrong-recovery-code",
    "wrong-totp",
)
"""Every reason that is written beside an event."""

FACTORS = ("link", "passkey", "password", "recovery-code", "totp", "trusted-device")
"""What somebody can have signed in with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as a page shows it.

    Args:
        what: what happened.
        why: why, or what of it; ``""`` where that is plain.
        whose: the name of the account; ``""`` where there is none.
        by: who did it, where that is somebody else than the owner.
        at: Unix seconds.
        machine_at: the same for a program.
        details: device, address and factors, as far as there are any.
        refused: whether somebody was kept out.
    """

    what: str
    why: str
    whose: str
    by: str
    at: int
    machine_at: str
    details: tuple[str, ...]
    refused: bool


def told(table: Texts, language: str, entry: Entry) -> Told:
    """Return *entry* in words.

    Args:
        table: the texts of the site.
        language: ``en`` or ``zh``.
        entry: one event with its names.
    """
    event = entry.event
    factors = [_word(table, language, "factor", factor) for factor in event.factors]
    details = [in_words(event.device, language), event.client, table.text(language, "sessions.and").join(factors)]
    return Told(
        what=called(table, language, event.event),
        why=_word(table, language, "reason", event.reason) if event.reason else "",
        whose=entry.account or "",
        by=_by(table, language, entry),
        at=event.at,
        machine_at=texts.machine_time(event.at),
        details=tuple(detail for detail in details if detail),
        refused=event.event.endswith("-refused"),
    )


def called(table: Texts, language: str, event: str) -> str:
    """Return what the event *event* is called."""
    return _word(table, language, "event", event)


def choices(table: Texts, language: str) -> list[tuple[str, str]]:
    """Return every event with what it is called."""
    return [(event, called(table, language, event)) for event in audit.EVENTS]


def described(entry: Entry) -> dict[str, Any]:
    """Return *entry* as JSON has it: fixed words, no prose."""
    event = entry.event
    return {
        "event": event.event,
        "at": texts.machine_time(event.at),
        "account": entry.account,
        "account_id": event.account_id,
        "reason": event.reason,
        "factors": event.factors,
        "client": event.client,
        "device": event.device,
        "actor": entry.actor,
        "actor_id": event.actor_id,
        "by_operator": entry.by_operator,
    }


def _by(table: Texts, language: str, entry: Entry) -> str:
    actor = entry.event.actor_id
    if actor is None or actor == entry.event.account_id:
        return ""
    if entry.by_operator:
        return table.text(language, "event.by_operator")
    return table.text(language, "event.by_administrator", name=entry.actor or f"#{actor}")


def _word(table: Texts, language: str, section: str, word: str) -> str:
    return table.table(language).get(f"{section}.{word.replace('-', '_')}", word)
