"""What an application gives the commands that are run inside it, in the place of the environment and the data folder.

A host framework's own command line runs ours within an application that has its keys, its database and its settings
already. The commands ask here before they look into the environment; whoever names a folder, a file or a database on
the command line means that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hardtack.seal import Keyring
    from hardtack.site import Settings


@dataclass(frozen=True, slots=True)
class Application:
    """One application.

    Args:
        name: as its data cookie has it.
        settings: of its sign-in.
        keyring: its keys.
        file: where the keys lie; ``None`` if in no file, or nobody knows in which.
        prefix: what the addresses of our pages begin with.
    """

    name: str
    settings: Settings
    keyring: Keyring
    file: Path | None = None
    prefix: str = ""


def application() -> Application | None:
    """Return the application that the command is run inside, or ``None``."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.find_object(Application)
