"""The rows of an installation after years, as plain tuples, in the order in which tables depend on each other.

Nothing here knows of a database: ``tables`` says which rows go into which table, ``fill`` puts them there. The rows are
as real ones are: every account has a name with all its forms and an address, and can sign in with one and the same
password; some people do much more than others, so that one account has thousands of events; of names that nobody has,
the trail holds hashes; a sign-in that was left alone lies in the list until its end. One block of names belongs to
accounts that were closed, as after somebody has signed up by machine. What sealed columns hold is noise of the right
length: nothing that is measured opens it.

The same size and time give the same rows, but for what is drawn by the system.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import Table

from hardtack.login import audit
from hardtack.login.names import Name
from hardtack.seal import Keyring
from hardtack.store import schema
from hardtack.store.streaks import ROWS as STREAKS

DAY = 86_400
SPAN = 360 * DAY
"""Seconds over which everything has happened."""

STRUGGLING = 240
"""Accounts that somebody is trying to get into."""

_CHUNK = 10_000
_GIVEN = ("ada", "bela", "chen", "dora", "emil", "farid", "greta", "hana", "igor", "june", "kofi", "lena", "mira")
_FAMILY = ("olsen", "novak", "wang", "garcia", "okafor", "smith", "tanaka", "silva", "kaya", "weber", "li", "rossi")
_HAN = ("王小明", "李娜", "张伟", "陈静")
_DEVICES = ("Firefox, Linux", "Chrome, Windows", "Safari, iPhone", "Chrome, Android", "Safari, macOS", "Edge, Windows")

_EVENTS: Sequence[tuple[int, str, str, str]] = (
    (40, audit.SIGNED_IN, "", "password"),
    (14, audit.HANDED_OFF, "wiki.example.org", "password"),
    (10, audit.SIGNED_OUT, "", ""),
    (8, audit.CONFIRMED, "", "password"),
    (12, audit.SIGN_IN_REFUSED, "wrong-password", ""),
    (6, audit.SIGN_IN_REFUSED, "unknown-name", ""),
    (3, audit.SESSION_ENDED, "", ""),
    (3, audit.SECOND_FACTOR_PROVED, "", "password totp"),
    (1, audit.PASSWORD_CHANGED, "", ""),
    (1, audit.FORGOT, "", ""),
    (1, audit.ROLES_CHANGED, "", ""),
    (1, audit.TOKEN_MADE, "", ""),
)
"""How often in a hundred, what, why, and by which factors."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is.

    Args:
        accounts: people, closed ones too.
        events: of the audit trail.
        ended: sessions that were ended and are not forgotten.
    """

    accounts: int
    events: int
    ended: int


EMPTY = Size(0, 0, 0)
PAGE = Size(5_000, 50_000, 5_000)
"""As much as every page of a list can show: what else would be compared is drawing fifty lines with drawing none."""
MANY = Size(1_000_000, 10_000_000, 1_000_000)
TENTH = Size(100_000, 1_000_000, 100_000)
QUICK = Size(2_500, 25_000, 2_500)
"""Stands for ``MANY`` where nothing is to be learnt but that everything runs."""


@dataclass(frozen=True, slots=True)
class Filling:
    """The rows of one table.

    Args:
        table: where they go.
        columns: which values each of them has.
        rows: the values.
        number: about how many there are.
    """

    table: Table
    columns: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]
    number: int


def name_of(number: int) -> str:
    """Return what the account *number* is called, in canonical form."""
    if is_closed_in_a_row(number):
        return f"bot{number:07}"
    if number % 10 == 3:
        return f"{_HAN[number % len(_HAN)]}{number}"
    return f"{_GIVEN[number % len(_GIVEN)]}.{_FAMILY[number % len(_FAMILY)]}{number}"


def is_closed_in_a_row(number: int) -> bool:
    """Return whether an account is of the block that was made by machine, one in fifty of all."""
    return number % 1000 >= 980


def is_closed(number: int) -> bool:
    """Return whether an account is closed."""
    return is_closed_in_a_row(number) or number % 50 == 17


def is_disabled(number: int) -> bool:
    """Return whether an account is disabled, as one in a hundred is."""
    return number % 100 == 29


def tables(size: Size, *, now: int, keyring: Keyring, password_hash: str) -> Iterator[Filling]:
    """Give the rows of every table, each to be read once and in turn.

    Args:
        size: how much there is of everything.
        now: the present time of the installation, Unix seconds.
        keyring: hashes what is looked up.
        password_hash: of everybody's password.
    """
    draw = random.Random(20_261_130)  # noqa: S311 - rows that are the same each time are no secret
    accounts = size.accounts
    numbers = range(1, accounts + 1)
    began = now - SPAN
    makers: tuple[tuple[Table, str, Iterable[tuple[Any, ...]], int], ...] = (
        (
            schema.account,
            (
                "id name display_name email email_canonical language roles password_hash password_changed "
                "administrator epoch profile_version change created disabled_at closed_at"
            ),
            _accounts(size, began, password_hash),
            accounts,
        ),
        (schema.name_form, "form account_id", _forms(numbers), accounts + accounts // 5),
        (schema.revocation, "change kind subject account_id until since", _ended(size, now), size.ended),
        (
            schema.signed_in,
            "lineage account_id epoch began last_seen deadline until client device place factors",
            _sign_ins(numbers, now),
            accounts,
        ),
        (schema.streak, "key failures last told", _streaks(size, now, keyring), min(STREAKS - 1, accounts // 4)),
        (
            schema.throttle,
            "key arrival since told",
            ((os.urandom(32), now + DAY, now, 0) for _ in range(accounts // 100)),
            accounts // 100,
        ),
        (schema.spent, "mark until", ((os.urandom(32), now + DAY) for _ in range(accounts // 10)), accounts // 10),
        (
            schema.totp,
            "factor_id account_id secret last_step created",
            ((os.urandom(16), number, os.urandom(80), 1, began) for number in numbers[5::10]),
            accounts // 10,
        ),
        (
            schema.recovery_code,
            "hash account_id created",
            ((os.urandom(32), number, began) for number in numbers[5::10] for _ in range(10)),
            accounts,
        ),
        (
            schema.passkey,
            (
                "credential_id account_id public_key sign_count user_verified backup_eligible backed_up transports "
                "aaguid label created"
            ),
            (
                (os.urandom(32), number, os.urandom(77), 0, 1, 1, 1, "internal hybrid", bytes(16), "phone", began)
                for number in numbers[7::10]
            ),
            accounts // 10,
        ),
        (
            schema.invitation,
            "invitation_id created until invited_by email roles used account_id",
            (
                (os.urandom(16), at, at + 7 * DAY, 1, None, "", at + 60, number)
                for number in numbers[::20]
                for at in (began + number * SPAN // (accounts + 1),)
            ),
            accounts // 20,
        ),
        (
            schema.access_token,
            "account_id hash label scopes created until",
            ((number, os.urandom(32), "script", "read", began, now + DAY) for number in numbers[9::50]),
            accounts // 50,
        ),
        (
            schema.audit,
            "at event account_id name_hash client reason factors actor_id device",
            _events(size, now, draw),
            size.events,
        ),
    )
    for table, columns, rows, number in makers:
        yield Filling(table, tuple(columns.split()), rows, number)


def last_change(size: Size) -> int:
    """Return the feed's number when all of it is there."""
    return size.ended + size.accounts // 5


def _accounts(size: Size, began: int, password_hash: str) -> Iterator[tuple[Any, ...]]:
    change = size.ended
    for number in range(1, size.accounts + 1):
        name, closed = name_of(number), is_closed(number)
        at = began + number * SPAN // (size.accounts + 1)
        changed = number % 5 == 4
        change += changed
        address = None if closed or number % 20 == 11 else f"{name}@example.org"
        yield (
            number,
            name,
            name if closed else name.title(),
            address,
            address,
            ("en", "zh", None)[number % 3],
            "editor" if number % 25 == 8 else "",
            None if closed else password_hash,
            at,
            int(number % (size.accounts // 20 + 1) == 1 and not closed),
            int(changed),
            int(changed),
            change if changed else 0,
            at,
            at if is_disabled(number) and not closed else None,
            at if closed else None,
        )


def _forms(numbers: range) -> Iterator[tuple[str, int]]:
    for number in numbers:
        for form in sorted(Name(name_of(number), "").forms):
            yield form, number


def _ended(size: Size, now: int) -> Iterator[tuple[Any, ...]]:
    """Give sessions that were ended; none is forgotten for a month to come, so pruning leaves them alone."""
    for change in range(1, size.ended + 1):
        kind = "session" if change % 3 == 0 else "lineage"
        yield change, kind, os.urandom(16), 1 + change * 7919 % size.accounts, now + (30 + change % 7) * DAY, 0


def _sign_ins(numbers: range, now: int) -> Iterator[tuple[Any, ...]]:
    """Give one for each account: of two, one is alive, the other was left alone and has not come to its end."""
    for number in numbers:
        alive = number % 2
        began = now - (DAY // 4 if alive else 3 * DAY) - number % 3600
        seen = now - number % 3600 if alive else began
        client, device = f"198.51.{number >> 8 & 255}.{number & 255}", _DEVICES[number % len(_DEVICES)]
        epoch = int(number % 5 == 4)
        until = now + 30 * DAY + number % 3600
        yield os.urandom(16), number, epoch, began, seen, seen + DAY, until, client, device, "", "password"


def _streaks(size: Size, now: int, keyring: Keyring) -> Iterator[tuple[Any, ...]]:
    """Give failures in a row: of accounts, of which a few hundred are struggling, and of names that nobody has."""
    number = min(STREAKS - 1, size.accounts // 4)
    struggling = {each for each in struggling_accounts(size) if not is_closed(each)}
    for each in sorted(struggling):
        key = keyring.lookup_hash(name_of(each).encode(), purpose="streak-name")
        yield key, 10 + each % 91, now - each % DAY, 0
    for each in range(number - len(struggling)):
        yield os.urandom(32), each % 4, now - each * 40 % (25 * DAY), 0


def struggling_accounts(size: Size) -> range:
    """Return the accounts that somebody is trying to get into: as many however large it is, if there are so many."""
    return range(1, min(size.accounts, STRUGGLING) + 1)


def _events(size: Size, now: int, draw: random.Random) -> Iterator[tuple[Any, ...]]:
    """Give the trail in the order of time; the newest refusals are about the accounts that are struggling."""
    weights = list(accumulate(weight for weight, *_ in _EVENTS))
    began = now - SPAN
    struggling = struggling_accounts(size)
    for first in range(0, size.events, _CHUNK):
        length = min(_CHUNK, size.events - first)
        kinds = draw.choices(_EVENTS, cum_weights=weights, k=length)
        for place, (_, event, reason, factors) in enumerate(kinds, first):
            # The cube: of a thousand people the busiest one has a tenth of all events.
            account: int | None = 1 + int(size.accounts * draw.random() ** 3)
            hashed = None
            if reason == "unknown-name":
                account, hashed = None, os.urandom(32)
            elif event == audit.SIGN_IN_REFUSED and place >= size.events - len(struggling) * 10:
                account = struggling[place % len(struggling)]
            at = began + place * SPAN // size.events
            client = f"203.0.{place >> 8 & 255}.{place & 255}"
            actor = 1 if event == audit.ROLES_CHANGED else None
            yield at, event, account, hashed, client, reason, factors, actor, _DEVICES[place % len(_DEVICES)]
