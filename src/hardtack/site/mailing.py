"""What mail goes by: the settings looked at when a site starts, before the first mail could fail by them.

Where mail goes is decided by ``hardtack.login.carriers``, what it says by ``mails``; this puts the two together for the
postman. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hardtack.errors import MisuseError
from hardtack.login.addresses import Address, BadAddress, ascii_host
from hardtack.login.carriers import Carrier, carrier_of
from hardtack.login.postman import Duty
from hardtack.site.mails import Mails
from hardtack.site.settings import Settings
from hardtack.site.shell import Shell


def carrier(settings: Settings, environ: Mapping[str, str]) -> Carrier | None:
    """Return what carries mail as the settings say; ``None`` where no mail is sent.

    Args:
        settings: ``mail`` and ``mail_from`` are looked at here.
        environ: where the server's password is.

    Raises:
        MisuseError: mail cannot be sent that way.
    """
    _check_sender(settings)
    if settings.mail_url is None:
        return None
    # Whoever tries Hardtack on their own machine is told where the mail lies that nobody sends them.
    tell = settings.development and settings.mail is None
    return carrier_of(settings.mail_url, environ, sender_host=ascii_host(settings.public_host), tell=tell)


def _check_sender(settings: Settings) -> None:
    local, _, host = settings.sender.rpartition("@")
    try:
        # A host without a dot, such as localhost, is none that mail comes back to, but one that may send it.
        Address.of(f"{local}@{host}" if "." in host else f"{local}@{host}.example")
        good = local.isascii() and not host.rpartition(".")[2].isdecimal()
    except BadAddress:
        good = False
    if good:
        return
    if settings.mail_from is not None:
        raise MisuseError(
            "mail_from: this is no address that mail can come from",
            "write the address alone, in ASCII before the @, such as hardtack@example.org",
        )
    if settings.mail is not None:
        raise MisuseError(
            f"mail_from: mail cannot come from {settings.sender}", 'write mail_from = "hardtack@example.org" as well'
        )


def duty(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    shell: Shell,
    prefix: str,
    clock: Callable[[], float],
    port: Callable[[], int | None],
) -> Duty | None:
    """Return what the postman goes by; ``None`` where no mail is sent.

    Raises:
        MisuseError: mail cannot be sent as the settings say.
    """
    found = carrier(settings, environ)
    return None if found is None else Duty(found, Mails(shell, settings, prefix=prefix, port=port).compose, clock)
