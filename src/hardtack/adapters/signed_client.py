"""For the tests of an application: somebody is signed in, in a client of whatever framework, without a page.

What each framework's ``testing`` offers rests on it. It goes through the code that serves visitors: the account is a
real one, and the cookies are those that an answer would set. It asks for no password, and nothing that serves a request
may use it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from hardtack.adapters.sign_in import SignIn
from hardtack.login import Account
from hardtack.session.testing import edited


def put_in(
    client: Any,
    sign_in: SignIn,
    who: str | Account,
    *,
    host: str,
    ago: int,
    idle: int,
    factors: Sequence[str],
    password: str,
    administrator: bool = False,
    keep: bool | None = None,
) -> None:
    """Let *who* be signed in, in *client*.

    Args:
        client: as ``edited`` takes it.
        sign_in: the application's.
        who: an account, or the name of one, which is made if there is none.
        host: the Host of the client's requests, where no origin is configured.
        ago: how many seconds ago they proved who they are.
        idle: how many seconds ago they were last there, which wrote their cookie; not more than *ago*.
        factors: what they have proved, the latest last.
        password: of an account that is made.
        administrator: whether an account that is made may administer.
        keep: whether they asked to be kept signed in.

    Raises:
        BadName: the name is none.
    """
    accounts, now = sign_in.accounts, int(time.time())
    if isinstance(who, Account):
        account = who
    else:
        account = accounts.find(who) or accounts.add(who, password, administrator=administrator, now=now)
    sign_in.start()
    with edited(client, sign_in.sessions, now=now - idle, host=host) as session:
        session.sign_in(
            account=account.id,
            epoch=account.epoch,
            profile_version=account.profile_version,
            keep=keep,
            factors=factors,
            now=now - ago,
        )
