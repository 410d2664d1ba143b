"""Listeners that whoever started the service has opened for it, as systemd does (sd_listen_fds(3)).

Such a listener lives on while the service restarts, so that whoever comes meanwhile waits and is not turned away; and
the service needs no right to open a port. The one called ``admin`` (``FileDescriptorName=admin``) is the operator's;
of others there may be one. What was passed to another process is not ours to take.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import MutableMapping
from dataclasses import dataclass

from hardtack.errors import MisuseError

FIRST = 3
"""The first file that is passed (sd_listen_fds(3))."""
ADMIN = "admin"
_VARIABLES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


@dataclass(frozen=True, slots=True)
class Passed:
    """What was passed.

    Args:
        visitors: the listener of the visitors.
        operator: that of the operator.
    """

    visitors: socket.socket | None = None
    operator: socket.socket | None = None


def listeners(environ: MutableMapping[str, str] = os.environ, *, first: int = FIRST) -> Passed:
    """Return what was passed to this process, and take the word about it out of the environment.

    Args:
        environ: where it is said.
        first: the number of the first file.

    Raises:
        MisuseError: what was passed cannot be served on.
    """
    pid, count, names = (environ.pop(name, "") for name in _VARIABLES)
    if pid != str(os.getpid()) or not count.isdecimal():
        return Passed()
    called = names.split(":")
    found: dict[bool, socket.socket] = {}
    for number in range(int(count)):
        is_admin = number < len(called) and called[number] == ADMIN
        if is_admin in found:
            for each in found.values():
                each.close()
            raise MisuseError(
                "more than one listener was passed (LISTEN_FDS)",
                f"pass one for visitors, and one called {ADMIN} for the operator: FileDescriptorName={ADMIN}",
            )
        found[is_admin] = _listener(first + number)
    return Passed(found.get(False), found.get(True))


def _listener(file: int) -> socket.socket:
    try:
        if stat.S_ISSOCK(os.fstat(file).st_mode):
            passed = socket.socket(fileno=file)
            if passed.type == socket.SOCK_STREAM and passed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return passed
            passed.close()
    except OSError:
        pass
    raise MisuseError(
        f"file {file} was passed as a listener (LISTEN_FDS) and is none",
        "let the .socket unit have ListenStream= and Accept=no",
    )
