"""A word to whoever has started the service, as systemd asks for it with ``Type=notify`` (sd_notify(3)).

``NOTIFY_SOCKET`` names a datagram socket; without it there is nobody to tell, and nothing is done. The service neither
waits for an answer nor ends because nobody takes the word: that is one line in the log. Nothing else is sent.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

VARIABLE = "NOTIFY_SOCKET"
READY = b"READY=1"
"""Visitors are answered from now on."""
STOPPING = b"STOPPING=1"
"""The whole service has begun to stop."""

_SECONDS = 1.0  # the longest that a full socket of somebody else's may hold us up

_log = logging.getLogger("hardtack.serve")


def tell(word: bytes, environ: Mapping[str, str] = os.environ) -> None:
    """Send *word* to whoever wants to know; never raises.

    Args:
        word: ``READY`` or ``STOPPING``.
        environ: where the socket is named; an ``@`` at the beginning stands for the abstract namespace of Linux.
    """
    name = environ.get(VARIABLE, "")
    if not name.startswith(("/", "@")):
        return
    address = f"\0{name[1:]}" if name.startswith("@") else name
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.settimeout(_SECONDS)
            out.connect(address)
            out.sendall(word)
    except OSError as error:
        fields = {"reason": error.strerror or str(error)}
        _log.warning("whoever started the service was not told", extra={"event": "notify-failed", "fields": fields})
