"""Where the operator's own listener is: a host and a port, as they are written in the settings.

A port alone is this machine's. Everybody who reaches that listener may read the counts, so that an address which others
reach is an exception that is said when the service starts. No count names a person; they tell how the service is.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple

from hardtack.errors import MisuseError

HOST = "127.0.0.1"
_WRITTEN = re.compile(r"(?:(?P<host>[0-9A-Za-z.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):)?(?P<port>[0-9]{1,5})")


class Listen(NamedTuple):
    """A host, without brackets, and a port; 0 takes a free one."""

    host: str
    port: int

    @property
    def own(self) -> bool:
        """Whether nobody but this machine reaches it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse(text: str) -> Listen:
    """Return what *text* says.

    Raises:
        MisuseError: it is no port and no host with a port.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise MisuseError(
            f"admin_listen: {text!r:.80} is no port, and no host and port",
            'write admin_listen = "9464", or "10.0.0.7:9464" where others must reach it',
        )
    return Listen((found["host"] or HOST).strip("[]"), int(found["port"]))
