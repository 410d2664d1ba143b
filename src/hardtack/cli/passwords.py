"""``hardtack passwords``: make a filter of passwords that nobody may choose, and ask whether a password would be taken.

What a list looks like is decided by ``hardtack.login.corpus``, how a filter is written by ``hardtack.login.filling``,
what a new password must be by ``hardtack.login.rules``. Progress is shown on a terminal only. An interrupted build
leaves the filter that was there. No password ever stands on a command line or in what is printed.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from types import FrameType
from typing import Self, cast

import click

from hardtack.cli import asking, given, shown, voice
from hardtack.errors import MisuseError, Refused
from hardtack.login import meter
from hardtack.login.corpus import Corpus, NoCorpus
from hardtack.login.filling import FilterBuilder, Written, rate
from hardtack.login.filters import Kind, PasswordFilter
from hardtack.site.opening import rules
from hardtack.site.settings import FILTER_NAME, Settings

SAMPLES = 1_000_000
"""Random passwords that a new filter is asked for, to say how often it is wrong."""

_EVERY = 1 << 16

SAY = {
    "en": {
        "read": "{lines:,} lines read",
        "read-of": "{lines:,} lines read, {part:.0%}",
        "built": "part {done:,} of {shards:,} built",
        "tries": "trying random passwords",
        "sha1": "SHA-1 of exact passwords",
        "text": "simplified forms of texts",
        "left-out": "{count:,} lines left out: too short, too long, or seen too rarely",
        "written": "{path}: {entries:,} entries ({kind}), {size:,} bytes, in {seconds:.0f} s",
        "rate": "{rate:.2%} of a million random passwords are refused by mistake",
        "restart": "restart the service: a running one goes on with the list that it opened",
        "unread": "{path} cannot be read: {reason}",
        "unread-hint": "name a file, or - for standard input",
        "unwritten": "{path} cannot be written: {reason}",
        "unwritten-hint": "name a file in a folder with room for it and for 8 bytes a line, with --output",
        "empty": "there is nothing in the list",
        "empty-hint": "give one password a line, or lines of SHA1:count",
        "ntlm": "these are NTLM hashes, which cannot be compared with a password here",
        "ntlm-hint": "take the list of SHA-1",
        "not-sha1": "line {line:,} is no SHA-1, though the list began with one",
        "not-sha1-hint": "give one list at a time: hashes or passwords",
        "gzip": "the compressed list is damaged after {line:,} lines",
        "gzip-hint": "fetch it again",
        "no-counts": "a list of passwords has no counts that --at-least could look at",
        "no-counts-hint": "leave --at-least out",
        "taken": "this password would be taken; with the database stolen, it would be found within {holds}",
    },
    "zh": {
        "read": "已读取 {lines:,} 行",
        "read-of": "已读取 {lines:,} 行，{part:.0%}",
        "built": "已生成第 {done:,} 部分，共 {shards:,} 部分",
        "tries": "正在试随机密码",
        "sha1": "原始密码的 SHA-1",
        "text": "文本的简化形式",
        "left-out": "略过 {count:,} 行：太短、太长或出现次数太少",
        "written": "{path}：{entries:,} 条（{kind}），{size:,} 字节，用时 {seconds:.0f} 秒",
        "rate": "一百万个随机密码中，有 {rate:.2%} 会被误拒",
        "restart": "请重启服务：正在运行的服务仍使用它打开时的名单",
        "unread": "无法读取 {path}：{reason}",
        "unread-hint": "请指定一个文件，或用 - 表示标准输入",
        "unwritten": "无法写入 {path}：{reason}",
        "unwritten-hint": "请用 --output 指定一个文件，其所在目录的空间要放得下它，并为每行另留 8 字节",
        "empty": "名单是空的",
        "empty-hint": "请每行给出一个密码，或每行一个 SHA1:次数",
        "ntlm": "这些是 NTLM 哈希，在这里无法与密码比较",
        "ntlm-hint": "请改用 SHA-1 的名单",
        "not-sha1": "名单以 SHA-1 开头，但第 {line:,} 行不是",
        "not-sha1-hint": "一次只给一种名单：哈希或密码",
        "gzip": "压缩的名单在第 {line:,} 行之后已损坏",
        "gzip-hint": "请重新下载",
        "no-counts": "密码名单没有次数，--at-least 无从判断",
        "no-counts-hint": "请去掉 --at-least",
        "taken": "这个密码可以使用；一旦数据库被盗，破解它需要{holds}",
    },
}


@click.group(name="passwords")
def command() -> None:
    """Make a filter of passwords that nobody may choose, and check a password."""


@command.command()
@click.argument("corpus", metavar="FILE")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILTER", help="Where to write it.")
@click.option(
    "--at-least", type=click.IntRange(min=1), default=1, metavar="N", help="Only hashes seen N times and more."
)
@click.option("--data", metavar="DIR", help="The data folder, where it is called passwords.filter.")
def build(corpus: str, output: Path | None, at_least: int, data: str | None) -> None:
    """Make a filter from the list FILE; - reads standard input.

    The list has one password a line, or lines of SHA1:count as Have I Been Pwned gives them; it may be compressed with
    gzip. The service refuses what is in DIR/passwords.filter, or in the file that the setting password_filter names.
    """
    say = SAY[voice.language()]
    start = time.monotonic()
    path = _target(output, data)
    with _Interruptions() as interruptions, _opened(corpus) as (file, size):
        try:
            with interruptions.at_once():
                listed = Corpus(file, at_least)
            written = _build(listed, size, path, interruptions)
        except NoCorpus as error:
            raise MisuseError(say[error.reason].format(line=error.line), say[f"{error.reason}-hint"]) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise MisuseError(say["unwritten"].format(path=path, reason=reason), say["unwritten-hint"]) from None
    kind = say["sha1" if listed.kind == Kind.SHA1 else "text"]
    if listed.left_out:
        voice.say(say["left-out"].format(count=listed.left_out))
    took = time.monotonic() - start
    voice.say(say["written"].format(path=path, entries=written.entries, kind=kind, size=written.size, seconds=took))
    with shown.meanwhile(lambda: say["tries"]):
        mistaken = rate(PasswordFilter.open(path), SAMPLES)
    voice.say(say["rate"].format(rate=mistaken))
    voice.hint(say["restart"])


@command.command()
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--name", "names", multiple=True, metavar="WORD", help="The account's name or address; may be repeated.")
@click.option("--data", metavar="DIR", help="The data folder, whose settings hold.  [default: hardtack-data]")
def check(password_stdin: bool, names: tuple[str, ...], data: str | None) -> None:
    """Say whether a password would be taken, or why not.

    The password is asked for.
    """
    settings = _settings(data)
    password = asking.password_from_input() if password_stdin else asking.password_from_terminal(twice=False)
    try:
        rules(settings).as_new(password, context=names)
    except Refused as refused:
        raise asking.misuse(refused) from None
    language = voice.language()
    voice.say(SAY[language]["taken"].format(holds=meter.estimate(password, names).holds[language]))


def _settings(data: str | None) -> Settings:
    inside = given.application() if data is None else None
    return Settings.load(None, os.environ, data=data) if inside is None else inside.settings


def _target(output: Path | None, data: str | None) -> Path:
    """Return where the filter is to be written."""
    if output is not None:
        return output
    settings = _settings(data)
    if settings.password_filter is not None:
        return Path(settings.password_filter)
    settings.make_folder()
    return Path(settings.data) / FILTER_NAME


def _build(listed: Corpus, size: int, path: Path, interruptions: _Interruptions) -> Written:
    """Write the filter of *listed* to *path*, and show how far it is."""
    say = SAY[voice.language()]
    with FilterBuilder(listed.kind, path.absolute().parent) as builder, shown.line() as show:
        with interruptions.at_once():
            for count, key in enumerate(listed.keys()):
                builder.add(key)
                interruptions.look()
                if count % _EVERY == 0:
                    part = listed.file.tell() / size if size else 0
                    show(say["read-of" if size else "read"].format(lines=listed.lines, part=part))

        def told(done: int, shards: int) -> None:
            interruptions.look()
            show(say["built"].format(done=done, shards=shards))

        return builder.write(path, told=told)


@contextmanager
def _opened(corpus: str) -> Iterator[tuple[BufferedReader, int]]:
    """Open the list and say how many bytes it has; 0 where nobody knows."""
    if corpus == "-":
        yield cast("BufferedReader", sys.stdin.buffer), 0
        return
    try:
        file = Path(corpus).open("rb")  # noqa: SIM115 - closed below; an error of the work is none of opening it
    except OSError as error:
        say = SAY[voice.language()]
        raise MisuseError(say["unread"].format(path=corpus, reason=error.strerror), say["unread-hint"]) from None
    with file:
        yield file, os.fstat(file.fileno()).st_size


class _Interruptions:
    """SIGINT and SIGTERM end the command alike, so that what it has half made is taken away.

    An exception may come between any two steps: before a folder that was just made is anybody's to take away, or while
    a generator is thrown away, where it is only reported. So a signal is noted, the work looks at the note, and only
    what may wait for input is ended ``at_once``. A signal that the command was started to ignore stays ignored.
    """

    def __init__(self) -> None:
        self._come = False
        self._at_once = False
        self._before = {
            number: handler
            for number in (signal.SIGINT, signal.SIGTERM)
            if (handler := signal.getsignal(number)) is not signal.SIG_IGN
        }

    def __enter__(self) -> Self:
        for number in self._before:
            signal.signal(number, self._leave)
        return self

    def __exit__(self, *_about: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let a signal end what is done in the block wherever it is."""
        self._at_once = True
        try:
            self.look()
            yield
        finally:
            self._at_once = False
        self.look()

    def look(self) -> None:
        """Raise ``KeyboardInterrupt`` if a signal has come."""
        if self._come:
            raise KeyboardInterrupt

    def _leave(self, _signal: int, _frame: FrameType | None) -> None:
        self._come = True
        if self._at_once:
            raise KeyboardInterrupt
