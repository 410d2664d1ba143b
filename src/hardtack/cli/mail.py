"""``hardtack mail test ADDRESS``: whether mail goes out as it is set up, and if not, what failed and what to do.

It takes the settings that ``hardtack serve`` would take with the same folder, file and environment, or those of the
application that it is run inside, and sends one mail by the same way as the service. Exit status 0 means that the
server has taken it; whether it arrives is seen in the mailbox.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import click
import msgspec

from hardtack.cli import given, shown, voice
from hardtack.errors import MisuseError
from hardtack.login.addresses import Address, BadAddress
from hardtack.login.carriers import NotCarried
from hardtack.site import Settings, mailing, mails
from hardtack.site.shell import Shell

SAY = {
    "en": {
        "sends": "sending to {place}",
        "sent": "sent to {to}: {place} has taken it",
        "kept": "kept for {to} in {place}; nothing is sent",
        "printed": "printed; nothing is sent",
        "nowhere": "no mail is set up",
        "nowhere-hint": 'write mail = "smtps://user@host" into hardtack.toml, or give --mail',
        "no-address": "this is no e-mail address",
        "no-address-hint": "hardtack mail test name@example.org",
        "failed": "{place}: {what}",
    },
    "zh": {
        "sends": "正在发往 {place}",
        "sent": "已发给 {to}：{place} 已接收",
        "kept": "给 {to} 的邮件已存放在 {place}，没有发出",
        "printed": "已显示在上面，没有发出",
        "nowhere": "还没有设置邮件",
        "nowhere-hint": '请在 hardtack.toml 中写入 mail = "smtps://user@host"，或使用 --mail',
        "no-address": "这不是电子邮件地址",
        "no-address-hint": "hardtack mail test name@example.org",
        "failed": "{place}：{what}",
    },
}

WHY = {
    "en": {
        "unknown-host": ("there is no such host", "check the host's name in mail = …"),
        "unreachable": ("nobody answers there", "check host and port, and whether a firewall lets this machine out"),
        "too-slow": ("the server took too long", "check host and port; port 465 is smtps://, port 587 smtp://"),
        "broken-off": ("the server broke off", "check the port: 465 is smtps://, 587 is smtp://"),
        "certificate": (
            "the server's certificate is not valid for this name, or nobody here knows who signed it",
            "use the name that is in the certificate; SSL_CERT_FILE names an authority of your own",
        ),
        "no-tls": ("the server does not speak TLS there", "check the port: 465 is smtps://, 587 is smtp://"),
        "no-starttls": ("the server offers no STARTTLS, so nothing is sent", "try smtps:// on port 465"),
        "no-greeting": ("the server does not greet as a mail server does", "check host and port"),
        "no-sign-in": ("the server offers no way to sign in that is known here", "leave the user out, or try port 587"),
        "sign-in-refused": (
            "the server refused the user or the password",
            "check the user in mail = … and the variable HARDTACK_MAIL_PASSWORD",
        ),
        "server-busy": ("the server cannot take mail at this moment", "try again in a while"),
        "sender-refused": (
            "the server does not take mail from {sender}",
            'write mail_from = "…" with an address that this server may send from',
        ),
        "recipient-refused": (
            "the server refused {to}",
            "check the address, and whether the server sends for you at all",
        ),
        "recipient-deferred": ("the server does not take mail for {to} yet", "try again in a few minutes"),
        "content-refused": ("the server refused the mail itself", "look into the server's log"),
        "content-deferred": ("the server does not take this mail yet", "try again in a few minutes"),
        "no-smtputf8": ("the server cannot send to an address with such letters", "use a server with SMTPUTF8"),
        "no-address": ("the address cannot stand in a mail", "check it"),
        "folder": ("the folder cannot be written", "name one that this user may write to"),
        "console": ("there is nothing to print to", "keep standard error open"),
    },
    "zh": {
        "unknown-host": ("没有这个主机", "请检查 mail = … 中的主机名"),
        "unreachable": ("那里无人应答", "请检查主机和端口，以及防火墙是否放行"),
        "too-slow": ("服务器太久没有应答", "请检查主机和端口：465 对应 smtps://，587 对应 smtp://"),
        "broken-off": ("服务器中断了连接", "请检查端口：465 对应 smtps://，587 对应 smtp://"),
        "certificate": (
            "服务器的证书与主机名不符，或不知道由谁签发",
            "请使用证书中的名字；自己的证书机构用 SSL_CERT_FILE 指定",
        ),
        "no-tls": ("服务器在那里不使用 TLS", "请检查端口：465 对应 smtps://，587 对应 smtp://"),
        "no-starttls": ("服务器不提供 STARTTLS，因此没有发送", "请改用 465 端口的 smtps://"),
        "no-greeting": ("对方的应答不像邮件服务器", "请检查主机和端口"),
        "no-sign-in": ("服务器没有提供这里支持的登录方式", "请去掉用户名，或改用 587 端口"),
        "sign-in-refused": ("服务器拒绝了用户名或密码", "请检查 mail = … 中的用户名和变量 HARDTACK_MAIL_PASSWORD"),
        "server-busy": ("服务器暂时不能接收邮件", "请稍后再试"),
        "sender-refused": ("服务器不接受来自 {sender} 的邮件", '请在 mail_from = "…" 中写入允许从该服务器发信的地址'),
        "recipient-refused": ("服务器拒绝了 {to}", "请检查该地址，以及服务器是否允许您发信"),
        "recipient-deferred": ("服务器暂时不接收给 {to} 的邮件", "请过几分钟再试"),
        "content-refused": ("服务器拒绝了这封邮件的内容", "请查看服务器的日志"),
        "content-deferred": ("服务器暂时不接收这封邮件", "请过几分钟再试"),
        "no-smtputf8": ("服务器不能发往含有此类字符的地址", "请使用支持 SMTPUTF8 的服务器"),
        "no-address": ("该地址不能用于邮件", "请检查地址"),
        "folder": ("文件夹无法写入", "请指定当前用户可以写入的文件夹"),
        "console": ("没有可以输出的地方", "请保持标准错误打开"),
    },
}
"""What a carrier's reason means and what to do about it, by the reason; a test holds both languages to all of them."""


@click.group(name="mail")
def command() -> None:
    """Send a test mail with the present settings."""


@command.command()
@click.argument("address")
@click.option("--data", metavar="DIR", help="The data folder.  [default: hardtack-data]")
@click.option("--mail", metavar="URL", help="Where mail goes, if it is not as the settings say.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings.")
def test(address: str, data: str | None, mail: str | None, config: Path | None) -> None:
    """Send a mail to ADDRESS and say what became of it."""
    say = SAY[voice.language()]
    settings = _settings(data, mail, config)
    try:
        to = Address.of(address).typed
    except BadAddress:
        raise MisuseError(say["no-address"], say["no-address-hint"]) from None
    carrier = mailing.carrier(settings, os.environ)
    if carrier is None:
        raise MisuseError(say["nowhere"], say["nowhere-hint"])
    letter = mails.Mails(Shell.of(settings), settings).test(
        to, voice.language(), message_id=os.urandom(16).hex(), now=int(time.time())
    )
    try:
        with shown.meanwhile(lambda: say["sends"].format(place=carrier.place)):
            carrier.carry(letter, str(letter["To"].addresses[0].addr_spec))
    except NotCarried as failed:
        what, hint = WHY[voice.language()][failed.reason]
        code = f" ({failed.code})" if failed.code else ""
        said = what.format(to=to, sender=settings.sender) + code
        raise MisuseError(say["failed"].format(place=carrier.place, what=said), hint) from None
    done = {"smtp": "sent", "cons": "printed"}.get(carrier.place[:4], "kept")
    voice.say(say[done].format(to=to, place=carrier.place))


def _settings(data: str | None, mail: str | None, config: Path | None) -> Settings:
    """Return the settings of the application around, or those that ``hardtack serve`` would take."""
    inside = given.application() if data is None and config is None else None
    if inside is None:
        return Settings.load(config, os.environ, data=data, mail=mail)
    return inside.settings if mail is None else msgspec.structs.replace(inside.settings, mail=mail)
