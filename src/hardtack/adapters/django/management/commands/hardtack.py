"""``manage.py hardtack …``: our commands, on the keyring, the database and the settings of the project.

The words after ``manage.py hardtack`` go to the command line as they are; nothing of it is repeated here. Whoever names
a folder, a file or a database on the command line means that one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.core.management.base import BaseCommand, CommandError  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django.settings import place
from hardtack.adapters.django.signing import keys, said
from hardtack.errors import HardtackError
from hardtack.site import Settings

_OF_THE_PROJECT = frozenset({"accounts", "cookie", "keys"})
"""The commands that need what the project has; the others explain."""


class Command(BaseCommand):  # type: ignore[misc]  # Django has no types
    """The command as Django finds it."""

    help = "Keys, accounts, cookies and status codes of Hardtack."

    def run_from_argv(self, argv: Sequence[str]) -> None:
        """Run the words after ``hardtack`` and leave with their exit status."""
        sys.exit(_run(argv[2:], f"{os.path.basename(argv[0])} {argv[1]}"))

    def add_arguments(self, parser: Any) -> None:
        """Take any words, for ``call_command("hardtack", "accounts", "list")``."""
        parser.add_argument("words", nargs="*")

    def handle(self, *_words: str, **options: Any) -> None:
        """Run the words.

        Raises:
            CommandError: they did not succeed; what was wrong has been printed.
        """
        status = _run(options["words"], "hardtack")
        if status:
            raise CommandError("hardtack could not do it", returncode=status)


def _run(words: Sequence[str], program: str) -> int:
    file = getattr(settings, "HARDTACK_KEYRING", None)
    path = Path(file) if isinstance(file, str | os.PathLike) else None
    new = list(words[:2]) == ["keys", "new"]  # there need be no keyring yet
    if new and len(words) == 2 and path is not None:
        words = (*words, str(path))
    # By name, since the command line stands above the adapters and is none of their parts.
    commands, given = import_module("hardtack.cli.commands"), import_module("hardtack.cli.given")
    application = None
    try:
        told = Settings.given("the settings of the project", said())
        if words[:1] and words[0] == "accounts" and told.database is None:
            told.make_folder()  # the first account may be made before the project has served anybody
        if not new:
            prefix = getattr(settings, "HARDTACK_PREFIX", "/auth")
            application = given.Application(place()[2], told, keys(), path, prefix)
    except HardtackError as error:
        if words[:1] and words[0] in _OF_THE_PROJECT:
            sys.stderr.write(f"hardtack: {error}\n")
            return 1
    status: int = commands.run(words, program=program, application=application)
    return status
