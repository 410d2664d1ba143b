"""Where a command of ``hardtack keys`` finds its keyring and the database that goes with it, and what it says.

A keyring is the file that is named, or the one in the data folder that ``hardtack serve`` uses, or with ``--env`` the
text in ``HARDTACK_KEYRING``, for which a change prints what to set. Secrets are shown by that alone, which has to.
Inside an application it is the application's, unless another is named.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from hardtack.cli import given, voice
from hardtack.errors import MisuseError
from hardtack.seal import KeyInfo, Keyring, keyfile, keytext
from hardtack.site import Settings
from hardtack.store import Database

FILE_NAME = "hardtack.key"
"""The keyring's name in the data folder."""

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
        "no-file": "nobody knows a file in which the keys of this application lie",
        "no-file-hint": "give the path of their file to the application as keyring=, or name a file",
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
        "revoked-again": "the key {id} was revoked already",
        "revoked-hint": "give the file to every other server now",
        "told": "every server that shares the database refuses the key from now on",
        "no-database": "there is no database in {folder}: name one with --database URL if others share it",
        "untold": "the keyring is changed, but the database does not know of it: {problem}",
        "untold-hint": "mend that, then run the same command again; it is safe to repeat",
        "exposed": "{count} account(s) had the secret of their authenticator app under the key: {names}",
        "exposed-hint": "ask them to set it up anew at /account/two-factor: sealing it anew does not undo the theft",
        "needed": "{count} value(s) in the database lie under the key {id}",
        "needed-hint": "seal them anew with `hardtack keys reseal`, then retire the key",
        "resealed": "sealed {count} value(s) of the database anew under the key {id}",
        "unreadable": "{count} value(s) in the database open under none of the keys, and were left as they are",
        "unreadable-hint": "a backup of the keyring may still have their key; what sessions hold goes when they end",
        "no-database-here": "there is no database in {folder}",
        "no-database-hint": "name it with --database URL, or the data folder with --data DIR",
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
        "no-file": "无人知道本应用的密钥在哪个文件中",
        "no-file-hint": "请把密钥文件的路径作为 keyring= 交给应用，或指定一个文件",
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
        "revoked-again": "密钥 {id} 此前已吊销",
        "revoked-hint": "请立即把文件送到其他每台服务器",
        "told": "从现在起，共用该数据库的每台服务器都会拒绝此密钥",
        "no-database": "{folder} 中没有数据库：如果有其他服务器共用数据库，请用 --database URL 指定",
        "untold": "密钥环已更改，但数据库尚未得知：{problem}",
        "untold-hint": "请先解决该问题，再次运行同一命令；重复运行是安全的",
        "exposed": "{count} 个账户的验证器应用密钥曾由该密钥密封：{names}",
        "exposed-hint": "请他们在 /account/two-factor 重新设置：重新密封并不能挽回失窃",
        "needed": "数据库中有 {count} 个值由密钥 {id} 密封",
        "needed-hint": "请先用 `hardtack keys reseal` 重新密封，再移除该密钥",
        "resealed": "已用密钥 {id} 重新密封数据库中的 {count} 个值",
        "unreadable": "数据库中有 {count} 个值无法用任何密钥打开，已保持原样",
        "unreadable-hint": "密钥环的备份中也许还有对应的密钥；会话中的内容会随会话结束而删除",
        "no-database-here": "{folder} 中没有数据库",
        "no-database-hint": "请用 --database URL 指定数据库，或用 --data DIR 指定数据目录",
        "good": "{source} 没有问题",
        "wrong": "{source} 有 {count} 处问题",
    },
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a keyring is, and the database that goes with it, as the command line and the environment say.

    Args:
        path: the file; ``None`` for the one in the data folder.
        data: the data folder; ``None`` for the one of the environment, or the default.
        env: whether the keyring in ``HARDTACK_KEYRING`` was asked for.
        url: the database; ``None`` for the one that the service with this data folder has.
    """

    path: Path | None
    data: Path | None
    env: bool = False
    url: str | None = None

    def __post_init__(self) -> None:
        """Refuse two places."""
        say = SAY[voice.language()]
        if self.path is not None and self.data is not None:
            raise click.UsageError(say["both"])
        if self.env and (self.path is not None or self.data is not None):
            raise click.UsageError(say["three"])

    @property
    def application(self) -> given.Application | None:
        """The application that is meant, where nothing else is named."""
        return given.application() if self.path is None and self.data is None and not self.env else None

    @property
    def folder(self) -> Path:
        """The data folder."""
        if self.application is not None:
            return Path(self.application.settings.data)
        return self.data or Path(os.environ.get("HARDTACK_DATA") or "hardtack-data")

    @property
    def file(self) -> Path:
        """The file.

        Raises:
            MisuseError: nobody knows where the keys of the application lie.
        """
        inside = self.application
        if inside is not None:
            if inside.file is None:
                say = SAY[voice.language()]
                raise MisuseError(say["no-file"], say["no-file-hint"])
            return inside.file
        return self.path or self.folder / FILE_NAME

    @property
    def in_environment(self) -> bool:
        """Whether it is the keyring in the environment, which goes before the data folder's, as for the service."""
        if self.application is not None and self.application.file is not None:
            return False
        return self.env or (self.path is None and self.data is None and bool(os.environ.get(keyfile.VARIABLE)))

    def read(self) -> Keyring:
        """Return the ring."""
        if self.application is not None:
            return self.application.keyring
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
        show(ring)
        return ring

    @property
    def folder_of_service(self) -> Path:
        """The data folder of the service that has this keyring."""
        return self.folder if self.application is not None else self.file.parent

    def settings(self) -> Settings:
        """Return the settings of the service that has this keyring."""
        inside = self.application
        if inside is not None:
            return inside.settings if self.url is None else msgspec.structs.replace(inside.settings, database=self.url)
        return Settings.load(None, os.environ, data=str(self.folder_of_service), database=self.url)

    @contextmanager
    def database(self) -> Iterator[Database | None]:
        """Open the service's database, if there is one.

        Raises:
            DatabaseError: it cannot be opened, or is of another version.
        """
        settings = self.settings()
        if settings.database is None and not (Path(settings.data) / "hardtack.db").exists():
            yield None
            return
        database = Database.connect(settings.database_url, folder=Path(settings.data))
        try:
            database.check()
            yield database
        finally:
            database.close()


def show(ring: Keyring) -> None:
    """Print what may be shown of each key, a line for each."""
    for key in ring.keys:
        click.echo(_line(key))


def _line(key: KeyInfo) -> str:
    # What is written down always says since when; only a ring that was made in memory does not.
    return f"{key.id}  {key.state:<9}  {keytext.moment(key.since or 0)}"
