"""The table of commands, and what becomes of an error.

A command's module is imported only when the command is called: ``hardtack status`` needs no database library, and a
command whose extra is not installed says which one it is. Every ``HardtackError`` becomes one line and a hint.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from typing import cast

import click

import hardtack
from hardtack.cli import chinese, examples, first, given, voice
from hardtack.errors import HardtackError, MisuseError, Refused

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("serve", "Run the service: sign-in, account pages and error pages."),
    "demo": ("serve", "Tell the story of a sign-in with a real server and a throw-away data folder."),
    "config": ("serve", "Check the settings, and show those in force."),
    "doctor": ("serve", "Look at an installation and say what is wrong and how to mend it."),
    "backup": ("serve", "Copy database, keys and settings of a service, which may run meanwhile."),
    "restore": ("serve", "Make a data folder of such a copy."),
    "database": ("login", "Bring the database's schema up to date, check it, and copy it to the other engine."),
    "keys": ("login", "Make, show, rotate and check the keys that seal cookies."),
    "cookie": ("login", "Explain a cookie with the local keys."),
    "proxy": ("login", "Print a configuration of nginx, Caddy or Traefik that asks for a sign-in first."),
    "accounts": ("login", "Look after accounts: add, show, invite, reset, disable, close, audit."),
    "passwords": ("login", "Make a filter of refused passwords, and check a password."),
    "tune": ("login", "Find parameters of the password hash that suit this machine."),
    "mail": ("login", "Send a test mail with the present settings."),
    "asvs": ("login", "Show how the service meets OWASP ASVS 5.0, line by line."),
    "status": ("cli", "Explain the HTTP status codes, in English and Chinese."),
    "lint": ("cli", "Look for misused status codes in what a server or an application answers."),
}
"""Each command's extra and its line in the help."""

ALONE = frozenset({"serve", "demo", "config", "doctor", "backup", "restore"})
"""The commands that are the whole service, and so none of an application that has its own server."""


class Commands(click.Group):
    """The group that loads a command's module when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        return _names(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command *cmd_name*, or ``None`` if there is no such command."""
        if cmd_name not in _names(ctx):
            return None
        extra, _ = COMMANDS[cmd_name]
        try:
            module = import_module(f"hardtack.cli.{cmd_name}")
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("hardtack"):
                raise
            raise MisuseError(
                f"{cmd_name} needs {missing.name}, which is not installed", f"pip install 'hardtack[{extra}]'"
            ) from None
        return examples.put(cast("click.Command", module.command))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, so that help needs no extra."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in _names(ctx)])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, of the commands that there are."""
        shown = {line: does for line, does in first.EXAMPLES.items() if line.split()[1] in _names(ctx)}
        examples.write(shown, ctx, formatter)


def _names(context: click.Context) -> list[str]:
    # Asked of this context: help is also shown where it is the current one no more.
    return [name for name in COMMANDS if name not in ALONE or context.find_object(given.Application) is None]


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(hardtack.__version__, prog_name="hardtack")
def hardtack_command() -> None:
    """Sealed cookie sessions, a sign-in, and the status code that fits."""


def run(arguments: Sequence[str], *, program: str = "hardtack", application: given.Application | None = None) -> int:
    """Run one command line and return its exit status.

    Args:
        arguments: the words after ``hardtack``.
        program: what stands before them.
        application: what it is run inside, if it is.
    """
    with chinese.spoken() if voice.language() == "zh" else nullcontext():
        return _run(arguments, program, application)


def _run(arguments: Sequence[str], program: str, application: given.Application | None) -> int:
    try:
        result = hardtack_command.main(
            list(arguments), prog_name=program, standalone_mode=False, obj=application, color=voice.colours()
        )
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as help_asked:
        alone = help_asked.ctx.parent is None and application is None
        click.echo(first.text(voice.language()) if alone else help_asked.ctx.get_help())
        return 0
    except click.UsageError as wrong:
        said = wrong.format_message()
        voice.say(chinese.wrong(said) if voice.language() == "zh" else said)
        voice.hint(f"{wrong.ctx.command_path} --help" if wrong.ctx else f"{program} --help")
        return 2
    except click.ClickException as failed:
        voice.say(failed.format_message())
        return 1
    except click.Abort:
        voice.say("stopped")
        return 1
    except MisuseError as misuse:
        voice.say(misuse.problem)
        voice.hint(misuse.hint)
        return 1
    except Refused as refused:
        voice.say(refused.detail_in(voice.language()) or refused.reason)
        for text in refused.fields.values():
            voice.hint(text if isinstance(text, str) else text.get(voice.language(), ""))
        return 1
    except HardtackError as error:
        voice.say(str(error))
        return 1
    return result if isinstance(result, int) else 0
