"""How a command asks for a password, and how it says what a visitor would be told.

A password comes from the terminal, where it is not shown, or from standard input; never from the command line, where
every user of the machine could read it and the shell would keep it.
"""

from __future__ import annotations

import re
import sys

import click

from hardtack.cli import voice
from hardtack.errors import MisuseError, Refused, text_in
from hardtack.login.passwords import MAX_BYTES

SAY = {
    "en": {
        "password": "Password",
        "again": "Password again",
        "no-terminal": "there is no terminal to ask for the password on",
        "no-terminal-hint": "send it to standard input, with --password-stdin",
        "not-text": "the password on standard input is not UTF-8",
        "not-text-hint": "send one line of UTF-8 text",
        "differ": "the two passwords are not the same",
        "differ-hint": "run the command again",
    },
    "zh": {
        "password": "密码",
        "again": "再次输入密码",
        "no-terminal": "没有可用来询问密码的终端",
        "no-terminal-hint": "请加上 --password-stdin，从标准输入传入密码",
        "not-text": "标准输入中的密码不是 UTF-8 文本",
        "not-text-hint": "请传入一行 UTF-8 文本",
        "differ": "两次输入的密码不一致",
        "differ-hint": "请重新运行该命令",
    },
}

_SENTENCE_END = re.compile(r"(?<=[^\s.]\.)\s+(?=[A-Z])|(?<=。)")


def password_from_terminal(*, twice: bool = True) -> str:
    """Return the password that somebody types.

    Args:
        twice: whether it is asked for again, so that a slip is noticed.

    Raises:
        MisuseError: there is no terminal, or the two are not the same.
    """
    say = SAY[voice.language()]
    if not sys.stdin.isatty():
        raise MisuseError(say["no-terminal"], say["no-terminal-hint"])
    password: str = click.prompt(say["password"], hide_input=True, err=True)
    if twice and password != click.prompt(say["again"], hide_input=True, err=True):
        raise MisuseError(say["differ"], say["differ-hint"])
    return password


def password_from_input() -> str:
    """Return standard input up to its end, without the one line end that a terminal or ``echo`` adds.

    Raises:
        MisuseError: it is not UTF-8.
    """
    # Whatever is longer is too long in any case, so no more of it need be read.
    sent = sys.stdin.buffer.read(2 * MAX_BYTES)
    if sent.endswith(b"\n"):
        sent = sent[:-1].removesuffix(b"\r")
    try:
        return sent.decode()
    except UnicodeDecodeError:
        say = SAY[voice.language()]
        raise MisuseError(say["not-text"], say["not-text-hint"]) from None


def misuse(refused: Refused) -> MisuseError:
    """Return what a visitor would be told, in the voice of the command line: what is wrong, then what to do."""
    language = voice.language()
    texts = dict.fromkeys(text_in(text, language) or "" for text in (refused.detail, *refused.fields.values()))
    sentences = [sentence for text in texts for sentence in _SENTENCE_END.split(text)]
    spoken = [sentence.strip().rstrip(".。") for sentence in sentences]
    problem, *hints = [sentence[:1].lower() + sentence[1:] for sentence in spoken if sentence]
    return MisuseError(problem, "\n".join(hints))
