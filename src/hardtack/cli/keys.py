"""``hardtack keys``: make a keyring, look at it, and change its keys.

Every command works on one keyring: the file that is named, or the one in the data folder that ``hardtack serve`` uses,
or with ``--env`` the text in ``HARDTACK_KEYRING``, for which it prints what to set. What becomes of a key is decided by
``hardtack.seal.rotation``, what a keyring must look like by ``hardtack.seal.keytext``, how a file is changed by
``hardtack.seal.keyfile``; their complaints pass through. Secrets are shown by ``--env`` alone, which has to.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from hardtack.cli import voice
from hardtack.errors import MisuseError
from hardtack.seal import KeyInfo, Keyring, keyfile, keytext, rotation
from hardtack.seal.keyring import ACTIVE, ANNOUNCED
from hardtack.session.lifetimes import KEPT_ABSOLUTE, Lifetimes
from hardtack.site import Settings

FILE_NAME = "hardtack.key"
"""The keyring's name in the data folder."""
DAY = 86_400

SAY = {
    "en": {
        "made": "made the keyring {path}, which only its owner can read",
        "keep": "keep a copy in a safe place: without it everybody is signed out, and nothing sealed opens again",
        "folder": "the folder {folder} cannot be made: {reason}",
        "folder-hint": "name another folder with --data, or a file",
        "both": "PATH and --data both say where the keyring is: leave one out",
        "three": "--env means the keyring in HARDTACK_KEYRING: leave PATH and --data out",
        "two-times": "--now and --delay both say when the new key seals: leave one out",
        "variable": "the keys are in HARDTACK_KEYRING, which a command cannot change",
        "variable-hint": "add --env to see what to set it to (a secret!), or name a file",
        "set": "set HARDTACK_KEYRING to this line, which is secret, then restart the servers one after the other",
        "announced": "announced the key {new}: it seals from {time} on; nobody is signed out",
        "announced-hint": "give the file to every other server before that; running servers notice it by themselves",
        "active": "the key {new} is active now; the one before it goes on opening",
        "backup": "renew your copy of the keyring",
        "retired": "retired the key {id}",
        "signed-out": "whoever still had a token under it is signed out",
        "confirm": "revoke the key {id}? everybody whose cookie lies under it is signed out at once",
        "revoked": "revoked the key {id}: no token under it opens any more",
        "revoked-hint": "give the file to every other server now; nothing in the database is sealed, so none is lost",
        "good": "nothing is wrong with {source}",
        "wrong": "{count} thing(s) wrong with {source}",
    },
    "zh": {
        "made": "已生成密钥环 {path}，只有其所有者可以读取",
        "keep": "请在安全的地方保存一份副本：一旦丢失，所有人都要重新登录，已密封的内容也无法再打开",
        "folder": "无法创建目录 {folder}：{reason}",
        "folder-hint": "请用 --data 指定另一个目录，或直接给出文件路径",
        "both": "PATH 与 --data 都指定了密钥环的位置：请去掉其中一个",
        "three": "--env 指的是 HARDTACK_KEYRING 中的密钥环：请去掉 PATH 与 --data",
        "two-times": "--now 与 --delay 都指定了新密钥何时启用：请去掉其中一个",
        "variable": "密钥在 HARDTACK_KEYRING 中，命令无法修改环境变量",
        "variable-hint": "加上 --env 可显示应设置的新值（属于机密！），或指定一个文件",
        "set": "请把 HARDTACK_KEYRING 设为这一行（属于机密），然后逐台重启服务器",
        "announced": "已预告密钥 {new}：从 {time} 起用于密封；没有人会因此退出登录",
        "announced-hint": "请在此之前把文件送到其他每台服务器；正在运行的服务器会自行察觉",
        "active": "密钥 {new} 现已启用；之前的密钥仍可打开旧内容",
        "backup": "请更新密钥环的副本",
        "retired": "已移除密钥 {id}",
        "signed-out": "仍持有该密钥所密封令牌的人需要重新登录",
        "confirm": "确定吊销密钥 {id}？凡 Cookie 由它密封的人都会立即退出登录",
        "revoked": "已吊销密钥 {id}：由它密封的令牌都不再能打开",
        "revoked-hint": "请立即把文件送到其他每台服务器；数据库中没有密封的内容，因此不会有损失",
        "good": "{source} 没有问题",
        "wrong": "{source} 有 {count} 处问题",
    },
}

_identifier = click.argument("identifier", metavar="ID")
_path = click.argument("path", required=False, type=click.Path(path_type=Path))
_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The data folder, where the file is called hardtack.key.  [default: hardtack-data]",
)
_env = click.option("--env", is_flag=True, help="Print what to set HARDTACK_KEYRING to, instead of changing a file.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a keyring is, as the command line and the environment say.

    Args:
        path: the file; ``None`` for the one in the data folder.
        data: the data folder; ``None`` for the one of the environment, or the default.
        env: whether the keyring in ``HARDTACK_KEYRING`` was asked for.
    """

    path: Path | None
    data: Path | None
    env: bool = False

    def __post_init__(self) -> None:
        """Refuse two places."""
        say = SAY[voice.language()]
        if self.path is not None and self.data is not None:
            raise click.UsageError(say["both"])
        if self.env and (self.path is not None or self.data is not None):
            raise click.UsageError(say["three"])

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.data or Path(os.environ.get("HARDTACK_DATA") or "hardtack-data")

    @property
    def file(self) -> Path:
        """The file."""
        return self.path or self.folder / FILE_NAME

    @property
    def in_environment(self) -> bool:
        """Whether it is the keyring in the environment, which goes before the data folder's, as for the service."""
        return self.env or (self.path is None and self.data is None and bool(os.environ.get(keyfile.VARIABLE)))

    def read(self) -> Keyring:
        """Return the ring."""
        return Keyring.from_env() if self.in_environment else Keyring.load(self.file)

    def change(self, changed: keyfile.Change) -> Keyring:
        """Change the keys, print what is there now, and return the new ring."""
        say = SAY[voice.language()]
        if self.env:
            text, ring = keyfile.change_environment(changed)
            voice.say(say["set"])
            click.echo(text)
            return ring
        if self.in_environment:
            raise MisuseError(say["variable"], say["variable-hint"])
        ring = keyfile.change(self.file, changed)
        _show(ring)
        return ring


def _on_a_place(function: Callable[..., None]) -> Callable[..., None]:
    return _path(_data(_env(function)))


@click.group(name="keys")
def command() -> None:
    """Make, show and change the keys that seal cookies and links."""


@command.command()
@_path
@_data
def new(path: Path | None, data: Path | None) -> None:
    """Make a new keyring with one key in the file PATH.

    Its folder is made too; an existing file is never overwritten. Prints the key as `list` does.
    """
    where = Place(path, data).file
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

    For an announced key the time is when it becomes active. Without PATH and --data, a keyring in the environment
    variable HARDTACK_KEYRING is shown, as the service uses it.
    """
    _show(Place(path, data).read())


@command.command()
@_on_a_place
@click.option(
    "--delay",
    type=click.IntRange(1, 366 * DAY),
    metavar="SECONDS",
    help=f"How long every server has to take the new key up before it seals.  [default: {rotation.PROPAGATION}]",
)
@click.option("--now", "at_once", is_flag=True, help="Seal under the new key, or the one announced before, at once.")
def rotate(path: Path | None, data: Path | None, env: bool, delay: int | None, at_once: bool) -> None:
    """Announce a new key in the file PATH; it becomes active after a delay. Nobody is signed out.

    The key before it goes on opening. Prints the keys as `list` does.
    """
    say = SAY[voice.language()]
    if at_once and delay is not None:
        raise click.UsageError(say["two-times"])
    wait = 0 if at_once else delay or rotation.PROPAGATION
    ring = Place(path, data, env).change(lambda keys, now: rotation.announce(keys, now, wait))
    state = ACTIVE if at_once else ANNOUNCED
    new_key = next(key for key in ring.keys if key.state == state)
    voice.say(say[state].format(new=new_key.id, time=keytext.moment(new_key.since or 0)))
    if not (env or at_once):
        voice.hint(say["announced-hint"])
    voice.hint(say["backup"])


@command.command()
@_identifier
@_on_a_place
@click.option(
    "--longest",
    type=click.IntRange(1, 3660),
    metavar="DAYS",
    help="How long a token may live.  [default: as long as a person may be kept signed in]",
)
@click.option("--sign-people-out", is_flag=True, help="Retire it although tokens under it may not have ended.")
def retire(
    identifier: str, path: Path | None, data: Path | None, env: bool, longest: int | None, sign_people_out: bool
) -> None:
    """Take the key ID out of the file PATH, once nobody can need it any more.

    Refuses while tokens under it may not have ended. Prints the keys as `list` does.
    """
    place = Place(path, data, env)
    seconds = 0 if sign_people_out else _longest(place) if longest is None else longest * DAY
    place.change(lambda keys, now: rotation.retire(keys, identifier, now, seconds))
    say = SAY[voice.language()]
    voice.say(say["retired"].format(id=identifier))
    if sign_people_out:
        voice.say(say["signed-out"])
    voice.hint(say["backup"])


@command.command()
@_identifier
@_on_a_place
@click.option("--yes", is_flag=True, help="Do not ask.")
def revoke(identifier: str, path: Path | None, data: Path | None, env: bool, yes: bool) -> None:
    """Revoke the stolen key ID in the file PATH: nothing under it opens any more.

    If it was the active one, an announced or a new key takes its place at once. Prints the keys as `list` does.
    """
    place = Place(path, data, env)
    say = SAY[voice.language()]
    # Whatever is wrong with the id or the file is said before the question.
    if identifier not in {key.id for key in place.read().keys}:
        raise rotation.UnknownKey
    if not yes:
        click.confirm(f"hardtack: {say['confirm'].format(id=identifier)}", abort=True, err=True)
    place.change(lambda keys, now: rotation.revoke(keys, identifier, now))
    voice.say(say["revoked"].format(id=identifier))
    if not env:
        voice.hint(say["revoked-hint"])
    voice.hint(say["backup"])


@command.command()
@_path
@_data
@click.pass_context
def check(context: click.Context, path: Path | None, data: Path | None) -> None:
    """Say everything that is wrong with the keyring in the file PATH; exit status 1 if anything is.

    Without PATH and --data, a keyring in the environment variable HARDTACK_KEYRING is checked, as the service uses it.
    """
    place = Place(path, data)
    if place.in_environment:
        source = keyfile.VARIABLE
        wrong = keytext.complaints(keyfile.environment(), source)
    else:
        source = str(place.file)
        wrong = keyfile.complaints(place.file)
    for error in wrong:
        voice.say(error.problem)
        voice.hint(error.hint)
    voice.say(SAY[voice.language()]["wrong" if wrong else "good"].format(source=source, count=len(wrong)))
    context.exit(1 if wrong else 0)


def _longest(place: Place) -> int:
    """Return how long a token may live, in seconds, in the service and in an application that says nothing else."""
    settings = Settings.load(None, os.environ, data=str(place.file.parent))
    return max(KEPT_ABSOLUTE, settings.kept_absolute_timeout) + Lifetimes().leeway


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
    return f"{key.id}  {key.state:<9}  {keytext.moment(key.since or 0)}"
