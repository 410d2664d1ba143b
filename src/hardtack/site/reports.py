"""Where browsers report what our Content-Security-Policy has blocked, if the operator wants to know (ASVS 3.4.7).

The service takes no reports itself: whoever likes could fill its log. It names a collector of the operator's, and only
on answers to requests without a query, because a report holds the whole address of its page and the code of a mailed
link stands in a query.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from hardtack.errors import MisuseError

_NAME = "csp"

# What a URL may hold (RFC 3986) that ends neither a directive of the policy nor a string in a structured field.
_ADDRESS = re.compile(r"https://[!#$%&'()*+./:=?@\[\]_~0-9A-Za-z-]{1,500}")


def check(address: str) -> None:
    """Refuse what is no address of a collector.

    Raises:
        MisuseError: it is none, or would end the field that it stands in.
    """
    try:
        good = bool(_ADDRESS.fullmatch(address) and urlsplit(address).hostname and "@" not in urlsplit(address).netloc)
    except ValueError:
        good = False
    if not good:
        raise MisuseError(
            "csp_reports: an https address without user, quotes, commas and semicolons is expected",
            'write csp_reports = "https://reports.example.org/csp"',
        )


def fields(policy: str, address: str) -> tuple[tuple[str, str], ...]:
    """Return the *policy* with the place of its reports, as old browsers and new ones read it, and that place by name.

    Args:
        policy: the value of Content-Security-Policy.
        address: as checked.
    """
    return (
        ("Content-Security-Policy", f"{policy}; report-uri {address}; report-to {_NAME}"),
        ("Reporting-Endpoints", f'{_NAME}="{address}"'),
    )
