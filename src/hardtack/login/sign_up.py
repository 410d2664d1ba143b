"""Make an account from a name and a password.

By name, names are public: a taken one is said to be taken (ASVS 6.3.8 is not met in this mode), and
asking costs a place of the client's budget each time. Two people who ask for one name at the same moment get one
account: the table's constraint decides (attack 32). An address may come with it; it is the account's only after its
owner has opened the link that is sent there.

Whether sign-up is open, and by what, is the site's to decide; by address is ``joining``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hardtack.errors import Refused
from hardtack.login import audit
from hardtack.login.addresses import Address
from hardtack.login.names import BadName, Name, NameTaken
from hardtack.login.outbox import Notice, Order
from hardtack.login.passwords import BadPassword
from hardtack.login.rules import PasswordRules
from hardtack.login.services import Services
from hardtack.login.throttle import TooManyAttempts
from hardtack.store.accounts import Account, NameIsTaken

_T = TypeVar("_T")
_U = TypeVar("_U")


def checked(
    rules: PasswordRules, name: str, password: str, *, made: Callable[[str], Name] = Name.of
) -> tuple[Name, bytes]:
    """Return the name and the password's bytes, if both may be used for a new account.

    Args:
        rules: for a new password.
        name: as typed.
        password: as typed.
        made: reads the name; ``Name.chosen`` where anybody may come.

    Raises:
        BadName: the name cannot be used; its ``fields`` say too what is wrong with the password.
        BadPassword: the password cannot be used.
    """
    try:
        good = made(name)
    except BadName as bad:
        try:
            rules.as_new(password)
        except BadPassword as also:
            bad.fields.update(also.fields)
        raise
    return good, rules.as_new(password, context=(good.canonical,))


def together(first: Callable[[], _T], second: Callable[[], _U]) -> tuple[_T, _U]:
    """Return what both return.

    Raises:
        Refused: as one of them did; if both did, the first's, whose ``fields`` say what the second's do, too.
    """
    try:
        one = first()
    except Refused as wrong:
        try:
            second()
        except Refused as also:
            wrong.fields.update(also.fields)
        raise
    return one, second()


def sign_up(
    services: Services,
    name: str,
    password: str,
    *,
    email: str = "",
    language: str | None = None,
    client: str,
    device: str = "",
    now: int,
) -> Account:
    """Make an account for a visitor.

    Args:
        services: the parts to work with.
        name: as typed.
        password: as typed.
        email: an address as typed, to which a link is sent that shows whose it is; may be empty.
        language: of the page; that of mail to them.
        client: the network address, after trusted proxies.
        device: browser and system, in words of ours.
        now: Unix seconds.

    Raises:
        BadName, BadPassword, BadAddress: what was typed cannot be used.
        HashingBusy: too many are waiting; nothing was counted.
        TooManyAttempts: the client's budget is used up.
        NameTaken: somebody has the name, or one that looks like it.
    """
    (good, secret), address = together(
        lambda: checked(services.passwords, name, password, made=Name.chosen),
        lambda: Address.of(email) if email.strip() else None,
    )
    with services.hashing.place() as place:
        _admit(services, good, client=client, device=device, now=now)
        encoded = place.hash(secret)
    return insert(
        services,
        good,
        encoded,
        event=audit.SIGNED_UP,
        client=client,
        now=now,
        address=address,
        language=language,
        device=device,
    )


def add(services: Services, name: str, password: str, *, administrator: bool, now: int) -> Account:
    """Make an account for the operator, who is not throttled.

    Raises:
        BadName, BadPassword, HashingBusy, NameTaken: as for a visitor.
    """
    good, secret = checked(services.passwords, name, password)
    with services.hashing.place() as place:
        encoded = place.hash(secret)
    return insert(services, good, encoded, event=audit.ADDED, administrator=administrator, now=now)


def insert(
    services: Services,
    name: Name,
    encoded: str,
    *,
    event: str,
    administrator: bool = False,
    client: str = "",
    now: int,
    address: Address | None = None,
    language: str | None = None,
    device: str = "",
) -> Account:
    """Write the account, its event and the order for a link to its address in one transaction.

    Raises:
        NameTaken: somebody was quicker.
    """
    try:
        with services.database.write() as connection:
            account = services.rows.insert(
                connection,
                name=name.canonical,
                forms=name.forms,
                display_name=name.display,
                password_hash=encoded,
                administrator=administrator,
                language=language,
                now=now,
            )
            if address is not None:
                order = Order(
                    notice=Notice.VERIFY_ADDRESS,
                    at=now,
                    account=account.id,
                    address=address.typed,
                    language=language or "",
                    client=client,
                    device=device,
                )
                services.outbox.put(connection, order)
            written = services.trail.write(
                connection,
                event,
                now=now,
                account_id=account.id,
                client=client,
                device=device,
                actor_id=audit.OPERATOR if event == audit.ADDED else None,
            )
    except NameIsTaken:
        raise NameTaken from None
    services.trail.tell(written)
    return account


def _admit(services: Services, name: Name, *, client: str, device: str, now: int) -> None:
    """Take a place of the client's budget, and see at once whether the name is taken."""
    with services.database.write() as connection:
        refusal = services.throttle.take(connection, services.throttle.sign_up(client), now)
        taken = refusal is None and services.rows.is_taken(connection, name.forms)
        event = None
        if taken or (refusal is not None and refusal.first):
            reason = "name-taken" if taken else "throttled"
            event = services.trail.write(
                connection, audit.SIGN_UP_REFUSED, now=now, client=client, device=device, reason=reason
            )
    if event is not None:
        services.trail.tell(event)
    if refusal is not None:
        raise TooManyAttempts(refusal.retry_after)
    if taken:
        raise NameTaken
