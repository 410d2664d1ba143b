"""``flask hardtack …``: our commands, on the keyring, the database and the settings of the application.

The words after ``flask hardtack`` go to the command line as they are; nothing of it is repeated here. It is loaded only
when it is called.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from hardtack.adapters.sign_in import SignIn

NAME = "hardtack"


def command(sign_in: SignIn, keyring: object) -> click.Command:
    """Return the command of one application.

    Args:
        sign_in: the application's sign-in.
        keyring: what was given as ``keyring=``: the path of the file, if there is one.
    """
    file = Path(keyring) if isinstance(keyring, str | Path) else None

    @click.command(
        NAME,
        short_help="Keys, accounts, cookies and status codes of Hardtack.",
        add_help_option=False,
        context_settings={"ignore_unknown_options": True},
    )
    @click.argument("words", nargs=-1, type=click.UNPROCESSED)
    @click.pass_context
    def hardtack(context: click.Context, words: tuple[str, ...]) -> None:
        # By name, since the command line stands above the adapters and is none of their parts.
        commands, given = import_module("hardtack.cli.commands"), import_module("hardtack.cli.given")
        application = given.Application(
            name=sign_in.sessions.policy.application,
            settings=sign_in.settings,
            keyring=sign_in.keyring,
            file=file,
            prefix=sign_in.prefix,
        )
        context.exit(commands.run(words, program=context.command_path, application=application))

    return hardtack
