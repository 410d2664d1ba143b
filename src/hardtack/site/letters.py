"""The table of letters: of each piece of mail, which texts it has and where its links lead.

It is data alone; ``mails`` writes the mail, and a test looks that every notice has its letter in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardtack.login.outbox import Notice

ACTIVITY = "/account/activity"


@dataclass(frozen=True, slots=True)
class Letter:
    """The texts of a mail, by their ids.

    Args:
        subject: what it is about.
        lead: what happened.
        advice: what to do if it was not the reader.
        action: what the link is for; ``""`` without one.
        path: where it leads.
        also: what a second link is for; ``""`` without one.
        also_path: where that leads.
        detail: what the order's detail is; ``""`` where it is not shown.
    """

    subject: str
    lead: str
    advice: str
    action: str = ""
    path: str = ""
    also: str = ""
    also_path: str = ""
    detail: str = ""


def _told(subject: str, lead: str, advice: str, *, also: str = "", also_path: str = "", detail: str = "") -> Letter:
    """Return a letter that tells of something, with a link to what has happened in the account."""
    return Letter(subject, lead, advice, "mail.activity", ACTIVITY, also, also_path, detail)


LETTERS: dict[Notice, Letter] = {
    Notice.SIGN_UP: Letter(
        "mail_sign_up.subject", "mail_sign_up.lead", "mail_sign_up.advice", "mail_sign_up.action", "/sign-up"
    ),
    Notice.FORGOT: Letter(
        "mail_forgot.subject", "mail_forgot.lead", "mail_forgot.advice", "mail_forgot.action", "/reset"
    ),
    Notice.RELEASE: Letter(
        "mail_release.subject", "mail_release.lead", "mail_release.advice", "mail_release.action", "/release"
    ),
    Notice.INVITATION: Letter(
        "mail_invitation.subject",
        "mail_invitation.lead",
        "mail_invitation.advice",
        "mail_invitation.action",
        "/sign-up",
        detail="mail.invited_by",
    ),
    Notice.VERIFY_ADDRESS: Letter(
        "mail_verify.subject", "mail_verify.lead", "mail_verify.advice", "mail_verify.action", "/verify"
    ),
    Notice.RESET_BY_ADMINISTRATOR: Letter(
        "mail_reset.subject", "mail_reset.lead", "mail_reset.advice", "mail_reset.action", "/reset"
    ),
    Notice.ADDRESS_CHANGED: _told("mail_address.subject", "mail_address.lead", "mail_address.advice"),
    Notice.PASSWORD_CHANGED: _told(
        "mail_password.subject",
        "mail_password.lead",
        "mail_password.advice",
        also="mail_password.also",
        also_path="/forgot",
    ),
    Notice.NEW_DEVICE: _told("mail_device.subject", "mail_device.lead", "mail_device.advice"),
    Notice.TRUSTED_DEVICE_STOLEN: _told(
        "mail_trusted.subject",
        "mail_trusted.lead",
        "mail_trusted.advice",
        also="mail_password.also",
        also_path="/forgot",
    ),
    Notice.FAILURES: _told(
        "mail_failures.subject", "mail_failures.lead", "mail_failures.advice", detail="mail.failures"
    ),
    Notice.TOKEN_MADE: _told("mail_token.subject", "mail_token.lead", "mail_token.advice", detail="mail.token"),
    Notice.ADMINISTERED: _told(
        "mail_administered.subject",
        "mail_administered.lead",
        "mail_administered.advice",
        detail="mail.administrator",
    ),
    Notice.PASSKEY_COPIED: _told(
        "mail_passkey_copied.subject",
        "mail_passkey_copied.lead",
        "mail_passkey_copied.advice",
        also="mail_passkey_copied.also",
        also_path="/account/passkeys",
        detail="mail.passkey",
    ),
    Notice.FACTOR_RESET_ASKED: Letter(
        "mail_factor_reset.subject",
        "mail_factor_reset.lead",
        "mail_factor_reset.advice",
        "mail_factor_reset.action",
        "/keep-factors",
        detail="mail.due",
    ),
    Notice.FACTOR_RESET_CALLED_OFF: _told(
        "mail_factors_kept.subject", "mail_factors_kept.lead", "mail_factors_kept.advice"
    ),
    Notice.FACTORS_RESET: _told("mail_factors_reset.subject", "mail_factors_reset.lead", "mail_factors_reset.advice"),
    Notice.ACCOUNT_CLOSED: Letter(
        "mail_closed.subject", "mail_closed.lead", "mail_closed.advice", detail="mail.account"
    ),
    Notice.FACTOR_ADDED: _told(
        "mail_factor_added.subject", "mail_factor_added.lead", "mail_factor_added.advice", detail="mail.factor"
    ),
    Notice.FACTOR_REMOVED: _told(
        "mail_factor_removed.subject", "mail_factor_removed.lead", "mail_factor_removed.advice", detail="mail.factor"
    ),
    Notice.RECOVERY_CODES_MADE: _told("mail_codes.subject", "mail_codes.lead", "mail_codes.advice"),
    Notice.RECOVERY_CODE_USED: _told(
        "mail_code_used.subject", "mail_code_used.lead", "mail_code_used.advice", detail="mail.codes_left"
    ),
    Notice.FACTOR_FAILURES: _told(
        "mail_code_failures.subject",
        "mail_code_failures.lead",
        "mail_code_failures.advice",
        also="mail_code_failures.also",
        also_path="/account/password",
        detail="mail.failures",
    ),
}

KNOWN = Letter(
    "mail_known.subject",
    "mail_known.lead",
    "mail_known.advice",
    "mail_known.action",
    "/sign-in",
    "mail_known.also",
    "/forgot",
)
"""For whoever signs up and has an account already."""

NEW_ADDRESS = _told("mail_address.subject", "mail_address.lead_new", "mail_address.advice")
"""For the address that mail comes to from now on."""

REMOVED_ADDRESS = _told("mail_address.subject_removed", "mail_address.lead_removed", "mail_address.advice")
"""For the address that was taken away, where there is no other."""

TEST = Letter("mail_test.subject", "mail_test.lead", "mail_test.advice")
