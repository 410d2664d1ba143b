"""Whether the hosts below a domain may share one gate cookie: what the setting ``parent_domain`` can be.

Browsers take such a cookie only over https, from a host of that very domain. Whether the domain is one that strangers
share (a public suffix, such as ``co.uk``) is not known here; browsers know, and take no cookie for it.
"""

from __future__ import annotations

import re

from hardtack.errors import MisuseError

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Two labels or more, and a last one that is no number: an address has no domain above it.
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")


def checked(domain: str, origin: str | None) -> str:
    """Return *domain* in its one spelling.

    Args:
        domain: as the setting has it.
        origin: the portal's, in its normal form; ``None`` in development mode.

    Raises:
        MisuseError: no cookie can be shared there.
    """
    written = domain.lower().removeprefix(".")
    if len(written) > 253 or not _DOMAIN.fullmatch(written):
        raise MisuseError(f"parent_domain: {domain!r:.80} is no domain", 'write parent_domain = "example.org"')
    if origin is None or not origin.startswith("https://"):
        raise MisuseError(
            "parent_domain: browsers share the cookie over https alone",
            f'write origin = "https://id.{written}" as well, or leave parent_domain out',
        )
    host = origin.removeprefix("https://").partition(":")[0]
    if not f".{host}".endswith(f".{written}"):
        raise MisuseError(
            f"parent_domain: {host} is not below {written}, so it cannot set a cookie there",
            f'write an origin below it, such as origin = "https://id.{written}"',
        )
    return written
