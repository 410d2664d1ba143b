"""``commands``: every command of the command line, with its options and examples, from the parser itself.

    ```{commands} en
    ```

What is shown is what ``--help`` says, in one of the two languages; so a command or an option that is changed is changed
here by the next build.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack
from hardtack.cli import chinese, examples
from hardtack.cli.commands import hardtack_command

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CLASS = "commands"


def leaves(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Yield every command that does something, in the order of the help: its name, itself, its context."""
    if not isinstance(command, click.Group):
        yield context.command_path.removeprefix("hardtack").strip(), command, context
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None:
            yield from leaves(below, click.Context(below, info_name=name, parent=context))


class Commands(Directive):
    """All of them; the argument is the language."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a section for each command."""
        language = directives.choice(self.arguments[0], ("en", "zh"))
        root = click.Context(hardtack_command, info_name="hardtack")
        made: list[nodes.Node] = []
        for name, command, context in leaves(hardtack_command, root):
            made += shown(name, command, context, language)
        return made


def shown(name: str, command: click.Command, context: click.Context, language: str) -> list[nodes.Node]:
    """Return what the page shows of one command."""
    says = chinese.translated if language == "zh" else _filled
    usage = " ".join(["hardtack", name, *command.collect_usage_pieces(context)])
    made: list[nodes.Node] = [nodes.rubric("", "", nodes.literal("", usage))]
    made += [_text(text) for text in says(inspect.cleandoc(command.help or "")).split("\n\n")]
    terms = [
        nodes.definition_list_item(
            "",
            nodes.term("", "", nodes.literal("", record[0])),
            nodes.definition("", _text(says(record[1]))),
        )
        for each in command.get_params(context)
        if (record := each.get_help_record(context)) is not None and record[1] and "--help" not in record[0]
    ]
    if terms:
        made.append(nodes.definition_list("", *terms))
    lines = [f"# {does[language]}\n$ {line}" for line, does in examples.table().get(name, {}).items()]
    code = "\n".join(lines)
    made.append(nodes.literal_block(code, code, language="console"))
    return [nodes.container("", *made, classes=[CLASS])]


def _text(text: str) -> nodes.paragraph:
    """Return a paragraph, in which what stands between backticks is code."""
    parts = text.split("`")
    return nodes.paragraph(
        "", "", *(nodes.literal("", each) if at % 2 else nodes.Text(each) for at, each in enumerate(parts))
    )


def _filled(text: str) -> str:
    return "\n\n".join(" ".join(each.split()) for each in text.split("\n\n"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("commands", Commands)
    app.connect("env-before-read-docs", _reread)
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _reread(app: Sphinx, _env: object, names: list[str]) -> None:
    """Read the page again in every build: Sphinx does not know that it was made from the parser."""
    names.extend(name for name in app.env.found_docs if name.endswith("/command-line") and name not in names)
