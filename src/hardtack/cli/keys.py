"""``hardtack keys``: make a keyring and look at it.

Both commands work on one file, by default the one in the data folder that ``hardtack serve`` uses. ``new`` never
overwrites a file and ``list`` never shows a secret; what a keyring file must look like is decided by
``hardtack.seal.keyfile`` alone, whose complaints pass through.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from hardtack.cli import voice
from hardtack.errors import MisuseError
from hardtack.seal import KeyInfo, Keyring, keyfile

FILE_NAME = "hardtack.key"
"""The keyring's name in the data folder."""

SAY = {
    "en": {
        "made": "made the keyring {path}, which only its owner can read",
        "keep": "keep a copy in a safe place: without it everybody is signed out, and nothing sealed opens again",
        "folder": "the folder {folder} cannot be made: {reason}",
        "folder-hint": "name another folder with --data, or a file",
        "both": "PATH and --data both say where the keyring is: leave one out",
    },
    "zh": {
        "made": "已生成密钥环 {path}，只有其所有者可以读取",
        "keep": "请在安全的地方保存一份副本：一旦丢失，所有人都要重新登录，已密封的内容也无法再打开",
        "folder": "无法创建目录 {folder}：{reason}",
        "folder-hint": "请用 --data 指定另一个目录，或直接给出文件路径",
        "both": "PATH 与 --data 都指定了密钥环的位置：请去掉其中一个",
    },
}

_path = click.argument("path", required=False, type=click.Path(path_type=Path))
_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The data folder, where the file is called hardtack.key.  [default: hardtack-data]",
)


@click.group(name="keys")
def command() -> None:
    """Make and show the keys that seal cookies and links."""


@command.command()
@_path
@_data
def new(path: Path | None, data: Path | None) -> None:
    """Make a new keyring with one key in the file PATH.

    Its folder is made too; an existing file is never overwritten. Prints the key as `list` does.
    """
    where = _place(path, data)
    _make_folder(where.parent)
    ring = keyfile.create(where)
    say = SAY[voice.language()]
    voice.say(say["made"].format(path=where))
    voice.hint(say["keep"])
    _show(ring)


@command.command(name="list")
@_path
@_data
def list_(path: Path | None, data: Path | None) -> None:
    """Print each key in the file PATH: its id, its state, and since when it has that state; never a secret.

    Without PATH and --data, a keyring in the environment variable HARDTACK_KEYRING is shown, as the service uses it.
    """
    from_environment = path is None and data is None and os.environ.get("HARDTACK_KEYRING")
    _show(Keyring.from_env() if from_environment else Keyring.load(_place(path, data)))


def _place(path: Path | None, data: Path | None) -> Path:
    """Return the keyring's file, as named or in the data folder."""
    if path is not None and data is not None:
        raise click.UsageError(SAY[voice.language()]["both"])
    return path or (data or Path(os.environ.get("HARDTACK_DATA") or "hardtack-data")) / FILE_NAME


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        say = SAY[voice.language()]
        reason = (error.strerror or str(error)).lower()
        raise MisuseError(say["folder"].format(folder=folder, reason=reason), say["folder-hint"]) from None


def _show(ring: Keyring) -> None:
    for key in ring.keys:
        click.echo(_line(key))


def _line(key: KeyInfo) -> str:
    # What is written down always says since when; only a ring that was made in memory does not.
    return f"{key.id}  {key.state:<9}  {keyfile.moment(key.since or 0)}"
