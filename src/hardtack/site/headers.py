"""Every header field that protects a visitor, in one table, and the one function that puts them on an answer.

Each answer of ours gets its row's fields over whatever was there before, so no page can forget one or weaken one.
Reasons are beside the values; the ids in brackets are OWASP ASVS 5.0. Nothing here depends on a request: https is
what the configured origin says.
"""

from __future__ import annotations

from hardtack.message import Response
from hardtack.site import reports
from hardtack.status import error_page

CONTENT_SECURITY_POLICY = (
    # No frames, fonts or connections at all; a style sheet, a script and a mark of our own, nothing inline [V3.4.3].
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    # Forms go to us; nobody frames us [V3.4.6]; no page of ours may be given another base.
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

PERMISSIONS_POLICY = (
    # Passkeys are for our own pages; nothing else that asks a person for leave is for anybody.
    "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=(), "
    "browsing-topics=(), publickey-credentials-create=(self), publickey-credentials-get=(self)"
)

ALWAYS: tuple[tuple[str, str], ...] = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),  # [V3.4.4]
    # Only the origin leaves: enough for browsers to send a truthful Origin with our forms (under "no-referrer" they
    # post "Origin: null"), and neither a path nor the code of a link goes anywhere [V3.4.5].
    ("Referrer-Policy", "strict-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),  # [V3.4.8]
    ("Cross-Origin-Resource-Policy", "same-origin"),  # [V3.5.8]
    ("Permissions-Policy", PERMISSIONS_POLICY),
)

HTTPS: tuple[tuple[str, str], ...] = (
    # Two years, and the hosts below ours too, since cookies could be tossed from them [V3.4.1].
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
)

NOT_STORED: tuple[tuple[str, str], ...] = (
    # Not in shared caches, not on disk, not behind the back button after sign-out [V14.3.2].
    ("Cache-Control", "no-store"),
)

SIGNED_OUT: tuple[tuple[str, str], ...] = (
    # Copies of pages and anything a script of the application kept [V14.3.1]. Not "cookies": that would also take
    # the cookies of applications on parent domains; ours are deleted by name.
    ("Clear-Site-Data", '"cache", "storage"'),
)

PICTURE_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
"""For a picture of the operator's, which may be opened by itself: nothing runs in it, nothing is fetched, and what it
looks like stands in it."""

IMMUTABLE = "max-age=31536000, immutable"
"""For assets, whose address changes with their content (RFC 8246)."""


def protect(response: Response, *, https: bool, collector: str | None = None) -> None:
    """Put the fields of the table on *response*.

    Args:
        response: the answer; one that says nothing about caching may not be stored. The page of an error that stands by
            itself keeps its own policy, which allows its one style sheet and less than ours of all else, and so does a
            picture of the operator's.
        https: whether the public origin is https.
        collector: where browsers report what the policy has blocked; ``None``: nowhere.
    """
    own = (error_page.content_security_policy(), PICTURE_POLICY)
    stands_alone = response.get("Content-Security-Policy") in own
    response.set_each((*(ALWAYS[1:] if stands_alone else ALWAYS), *(HTTPS if https else ())))
    if collector is not None and not stands_alone:
        response.set_each(reports.fields(CONTENT_SECURITY_POLICY, collector))  # [V3.4.7]
    if response.get("Cache-Control") is None:
        for name, value in NOT_STORED:
            response.set(name, value)
