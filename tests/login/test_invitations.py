"""Invitations: made, listed, withdrawn; and what they are worth."""

from __future__ import annotations

import pytest

from hardtack.errors import MisuseError
from hardtack.login import Accounts
from hardtack.login.addresses import BadAddress
from hardtack.login.invitations import LONGEST, SHORTEST
from hardtack.login.joining import Doors
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.outbox import Notice
from hardtack.login.roles import BadRoles
from hardtack.store import audit
from tests.outgoing import code_of, orders

NOW = 1_800_000_000
PASSWORD = "a long walk 到海边"
ADDRESS = "Berta@example.org"
OPEN = Doors(invited=True, by_email=False, open=False)


@pytest.fixture
def boss(accounts: Accounts) -> int:
    """An administrator's number."""
    return accounts.add("boss", PASSWORD, administrator=True, now=NOW).id


def worth(accounts: Accounts, code: str, now: int = NOW) -> str:
    """Return why nothing can be made with a link; ``""`` if something can."""
    try:
        accounts.joining.offer(code, OPEN, now=now)
    except LinkWrong as wrong:
        return wrong.reason
    return ""


def test_one_says_who_was_invited_to_what(accounts: Accounts, boss: int) -> None:
    """To whoever reads the list; the link is in neither."""
    identifier, code = accounts.invitations.make(boss, email=f" {ADDRESS} ", roles=["writer", "editor"], now=NOW)
    made = accounts.invitations.get(identifier)
    assert made is not None
    assert (made,) == accounts.invitations.list()
    assert (boss, ADDRESS, ("editor", "writer")) == (made.invited_by, made.email, made.roles)
    assert (NOW, NOW + Kind.INVITATION.lifetime) == (made.created, made.until)
    offer = accounts.joining.offer(code, OPEN, now=NOW)
    assert (ADDRESS, ("editor", "writer"), True) == (offer.email, offer.roles, offer.named)
    assert accounts.invitations.get(bytes(16)) is None


def test_it_is_sent_where_mail_is_set_up(accounts: Accounts, boss: int) -> None:
    """To its address, with who invites; the link that is mailed is as good as the one that is shown, and both once."""
    identifier, shown = accounts.invitations.make(boss, email=ADDRESS, by_mail=True, language="zh", now=NOW)
    accounts.invitations.make(boss, email=ADDRESS, now=NOW)
    accounts.invitations.make(None, by_mail=True, now=NOW)
    (order,) = orders(accounts, NOW)
    assert (Notice.INVITATION, ADDRESS, identifier, "zh", "boss") == (
        order.notice,
        order.address,
        order.identifier,
        order.language,
        order.detail,
    )
    mailed = code_of(accounts, order, NOW)
    assert ["", ""] == [worth(accounts, shown), worth(accounts, mailed)]
    accounts.joining.join(mailed, OPEN, name="berta", password=PASSWORD, client="192.0.2.1", now=NOW)
    assert ["used", "used"] == [worth(accounts, code).removeprefix("link-") for code in (shown, mailed)]


def test_the_operator_invites_too(accounts: Accounts) -> None:
    """On the command line, where nobody is signed in; the mail names nobody."""
    accounts.invitations.make(email=ADDRESS, by_mail=True, now=NOW)
    assert [""] == [order.detail for order in orders(accounts, NOW)]
    assert [None] == [made.invited_by for made in accounts.invitations.list()]


@pytest.mark.asvs("6.4.1")
def test_one_is_good_until_its_end_whatever_the_link_says(accounts: Accounts, boss: int) -> None:
    """The row decides: a link that is mailed later has an end of its own."""
    identifier, code = accounts.invitations.make(boss, email=ADDRESS, by_mail=True, lifetime=3600, now=NOW)
    (order,) = orders(accounts, NOW)
    longer = code_of(accounts, order, NOW)
    assert ["", ""] == [worth(accounts, one, NOW + 3599) for one in (code, longer)]
    assert ["link-expired", "link-expired"] == [worth(accounts, one, NOW + 3600) for one in (code, longer)]
    made = accounts.invitations.get(identifier)
    assert made is not None
    assert "" == worth(accounts, accounts.invitations.code(made, now=NOW + 3599), NOW + 3599)


def test_one_that_was_withdrawn_is_worth_nothing(accounts: Accounts, boss: int) -> None:
    """From that moment; a second time there is nothing to withdraw."""
    identifier, code = accounts.invitations.make(boss, now=NOW)
    assert accounts.invitations.withdraw(identifier, actor=boss, now=NOW)
    assert "link-withdrawn" == worth(accounts, code)
    assert not accounts.invitations.withdraw(identifier, now=NOW)


@pytest.mark.parametrize("change", ["disabled", "demoted", "closed"])
def test_nobody_whose_rights_were_taken_away_leaves_a_back_door(accounts: Accounts, boss: int, change: str) -> None:
    """An invitation is worth as much as whoever made it."""
    _, code = accounts.invitations.make(boss, now=NOW)
    rows = accounts._services.rows
    with accounts._database.write() as connection:
        if change == "disabled":
            rows.disable(connection, boss, NOW)
        elif change == "demoted":
            rows.set_roles(connection, boss, roles=(), administrator=False)
        else:
            rows.close(connection, boss, NOW)
    assert "link-inviter" == worth(accounts, code)


def test_one_whose_row_is_gone_or_whose_address_has_an_account_is_worth_nothing(accounts: Accounts, boss: int) -> None:
    """The link alone is nothing, and an address has one account."""
    _, code = accounts.invitations.make(boss, email=ADDRESS, now=NOW)
    links = accounts._services.links
    assert "link-unknown" == worth(accounts, links.make(Kind.INVITATION, now=NOW, identifier=bytes(16)))
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, boss, email="BERTA@example.org", canonical="berta@example.org")
    assert "link-outdated" == worth(accounts, code)


def test_every_step_is_in_the_trail_with_who_took_it(accounts: Accounts, boss: int) -> None:
    """The operator is number 0."""
    first, _ = accounts.invitations.make(boss, now=NOW)
    accounts.invitations.make(now=NOW)
    accounts.invitations.withdraw(first, actor=boss, now=NOW)
    accounts.invitations.withdraw(first, now=NOW)
    with accounts._database.read() as connection:
        trail = [(event.event, event.actor_id) for event in audit.read(connection)]
    assert [("invited", boss), ("invited", 0), ("invitation-withdrawn", boss)] == trail[1:]


def test_what_cannot_be_an_invitation_is_refused(accounts: Accounts, boss: int) -> None:
    """And nothing is written or sent."""
    with pytest.raises(BadAddress):
        accounts.invitations.make(boss, email="nonsense", by_mail=True, now=NOW)
    with pytest.raises(BadRoles):
        accounts.invitations.make(boss, roles=["administrator"], now=NOW)
    for lifetime in (SHORTEST - 1, LONGEST + 1):
        with pytest.raises(MisuseError, match="lifetime"):
            accounts.invitations.make(boss, lifetime=lifetime, now=NOW)
    assert ((), []) == (accounts.invitations.list(), orders(accounts, NOW))


def test_pruning_forgets_what_nobody_used(accounts: Accounts, boss: int) -> None:
    """With everything else that is over."""
    accounts.invitations.make(boss, email=ADDRESS, now=NOW)
    accounts.prune(NOW + LONGEST)
    assert () == accounts.invitations.list()
