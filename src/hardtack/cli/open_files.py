"""How many files a process may have open: enough for every connection that it takes, and for what it reads and writes.

The soft limit is raised as far as is needed and the hard one allows, which takes no right. Where that is not enough,
whoever starts the service is told so: a process that can open no file more answers nobody, the readers of its health
included.
"""

from __future__ import annotations

import resource

from hardtack.status.unparsed import FILES_BESIDES, MAX_CONNECTIONS

NEEDED = MAX_CONNECTIONS + FILES_BESIDES


def allowed(needed: int = NEEDED) -> int:
    """Return how many files this process may have open now, after the limit was raised where it could be.

    Args:
        needed: how many it should be.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return max(soft, needed)
    most = needed if hard == resource.RLIM_INFINITY else min(hard, needed)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError):
        return soft
    return most
