"""``hardtack doctor``: look at an installation, running or stopped, and say what is wrong and how to mend it.

Each check is a small function from a ``Patient`` to ``Finding``s, and knows one part of the installation; ``rounds``
calls them one after the other, so that one that fails itself is a finding, too. What can be found, how grave it is,
what is said of it and what to do about it stands in ``findings.toml``, of which the documentation is made as well.

Nothing is changed or repaired, no file is made, no mail is sent, and no network is used but for the address that
``--url`` names, the mail server of the settings and the port that the service listens on.
"""

from __future__ import annotations

from hardtack.cli.doctor.asked import command

__all__ = ["command"]
