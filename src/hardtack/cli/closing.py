"""How a listener that ends with the service is closed, so that nobody whom the system has let in goes unanswered.

The system completes connections by itself and keeps them until somebody accepts them. When the listener is closed,
those that wait there are broken off: a proxy that has sent a form on one of them cannot know whether it was read, and
tells its visitor of a failure. So the listener first takes no *new* one: a filter lets go of the packets that begin a
connection. What has begun is completed and accepted, and ``WAIT`` seconds later nothing is left to break off. Whoever
came in between tries again a second later by itself, finds nobody who listens, and a proxy goes to another node.

Linux only; elsewhere, and with a Unix socket, a listener is closed as it is. One that others have opened, such as
systemd, stays open and is never touched.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

WAIT = 0.2
"""Seconds from the last new connection to the end of the listener."""

_ATTACH_FILTER = 26  # SO_ATTACH_FILTER (asm-generic/socket.h); the module ``socket`` does not name it
_INSTRUCTION = struct.Struct("=HBBI")
_FLAGS, _SYN, _ACK = 13, 0x02, 0x10
_PROGRAM = b"".join(
    _INSTRUCTION.pack(*each)
    for each in (
        (0x30, 0, 0, _FLAGS),  # load the octet of the flags
        (0x54, 0, 0, _SYN | _ACK),  # keep these two
        (0x15, 0, 1, _SYN),  # the first packet of a connection has the one and not the other
        (0x06, 0, 0, 0),  # drop it
        (0x06, 0, 0, 0xFFFFFFFF),  # let all else pass
    )
)


def let_nobody_new_come(listeners: Iterable[Any]) -> None:
    """Let listeners take no new connection; what has begun is completed, and is to be accepted.

    Args:
        listeners: sockets, which nobody else goes on listening at.
    """
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(_PROGRAM, len(_PROGRAM))
    described = struct.pack("HP", len(_PROGRAM) // _INSTRUCTION.size, ctypes.addressof(program))
    for each in listeners:
        if each.family in (socket.AF_INET, socket.AF_INET6):
            with suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, described)
