"""``hardtack tune``: measure argon2id on this machine and print the settings that suit it.

How parameters are chosen is decided by ``hardtack.login.tuning``. Settings go to standard output, so that they can be
put at the end of ``hardtack.toml``; what was measured and what it means is talk. Nothing is changed.
"""

from __future__ import annotations

import os

import click

from hardtack.cli import given, shown, voice
from hardtack.login import tuning
from hardtack.login.hashing import cores
from hardtack.site.settings import Settings

TARGET = 100
"""Milliseconds: short enough that nobody waits for it, and ten sign-ins a second for each core."""

SAY = {
    "en": {
        "measures": "measuring {memory} KiB, {passes} passes",
        "now": "with the present settings ({memory} KiB, {passes} passes) a hash takes {took:.0f} ms here",
        "found": "with these settings it takes {took:.0f} ms: up to {rate:.0f} sign-ins a second in each process",
        "memory": "{threads} hashes at once take {process} MiB in each of {workers} processes, of {machine} MiB here",
        "slow": "this machine is slower than {target} ms with the least that is allowed; there is nothing to raise",
        "renewed": "put these lines into hardtack.toml; every account's hash is renewed when its owner next signs in",
    },
    "zh": {
        "measures": "正在测量 {memory} KiB、{passes} 遍",
        "now": "按当前设置（{memory} KiB、{passes} 遍），本机计算一次哈希需要 {took:.0f} 毫秒",
        "found": "按以下设置需要 {took:.0f} 毫秒：每个进程每秒最多可处理 {rate:.0f} 次登录",
        "memory": "同时计算 {threads} 个哈希时，{workers} 个进程各占用 {process} MiB，本机共有 {machine} MiB",
        "slow": "即使用允许的最低参数，本机也需要超过 {target} 毫秒，无法再提高",
        "renewed": "请把这几行写入 hardtack.toml；每个账户的哈希会在其主人下次登录时更新",
    },
}


@click.command(name="tune")
@click.option(
    "--target",
    type=click.IntRange(10, 2000),
    default=TARGET,
    show_default=True,
    metavar="MS",
    help="Milliseconds that a hash may take.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=19),
    metavar="MIB",
    help="MiB that all hashes at once may take in all processes.  [default: an eighth of the machine's]",
)
@click.option("--workers", type=click.IntRange(1, 512), metavar="N", help="Processes that serve.  [default: as set]")
@click.option("--data", metavar="DIR", help="The data folder, whose settings hold.  [default: hardtack-data]")
def command(target: int, memory: int | None, workers: int | None, data: str | None) -> None:
    """Find parameters of the password hash that suit this machine, and print the settings."""
    say = SAY[voice.language()]
    inside = given.application() if data is None else None
    settings = inside.settings if inside is not None else Settings.load(None, os.environ, data=data)
    processes = workers or settings.workers
    machine = tuning.memory_here()
    together = machine // tuning.SHARE if memory is None else memory * 1024
    with shown.line() as show:

        def measured(memory: int, passes: int) -> float:
            show(say["measures"].format(memory=memory, passes=passes))
            return tuning.measured(memory, passes)

        took = 1000 * measured(settings.argon2_memory, settings.argon2_passes)
        found = tuning.tune(measured, target=target / 1000, most=together // (cores() * processes))
    voice.say(say["now"].format(memory=settings.argon2_memory, passes=settings.argon2_passes, took=took))
    if found.seconds > target / 1000:
        voice.say(say["slow"].format(target=target))
    voice.say(say["found"].format(took=1000 * found.seconds, rate=cores() / found.seconds))
    process = cores() * found.memory // 1024
    voice.say(
        say["memory"].format(threads=cores(), process=process, workers=processes, machine=machine // 1024),
    )
    click.echo(f"argon2_memory = {found.memory}\nargon2_passes = {found.passes}")
    voice.hint(say["renewed"])
