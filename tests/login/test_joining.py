"""Making an account with a link: by invitation, and with an address that somebody typed."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from hardtack.errors import Refused
from hardtack.login import Accounts, BadName, BadPassword, NameTaken, TooManyAttempts
from hardtack.login.addresses import BadAddress
from hardtack.login.given_names import BadDisplayName
from hardtack.login.joining import Doors, Offer
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.outbox import Notice, Order
from hardtack.store import audit
from hardtack.store.accounts import Account
from tests.login.conftest import statements
from tests.outgoing import code_of, orders

NOW = 1_800_000_000
CLIENT = "192.0.2.7"
PASSWORD = "a long walk 到海边"
ADDRESS = "Anna.Li@example.org"
BY_EMAIL = Doors(invited=True, by_email=True, open=True)
INVITED = Doors(invited=True, by_email=False, open=False)


def ask(accounts: Accounts, email: str = ADDRESS, *, client: str = CLIENT, now: int = NOW) -> None:
    """Ask for a link."""
    accounts.joining.ask(email, language="zh", onward="/account", client=client, device="firefox/linux", now=now)


def mailed(accounts: Accounts, email: str = ADDRESS) -> str:
    """Ask for a link and return its code."""
    ask(accounts, email)
    return code_of(accounts, orders(accounts, NOW)[-1], NOW)


def join(accounts: Accounts, code: str, doors: Doors = BY_EMAIL, *, now: int = NOW, **fields: str) -> Account:
    """Make the account."""
    given: dict[str, Any] = {"password": PASSWORD, "client": CLIENT, **fields}
    return accounts.joining.join(code, doors, language="zh", now=now, **given)[0]


def outcome(accounts: Accounts, code: str, doors: Doors = BY_EMAIL, **fields: Any) -> str:
    """Make the account; return how that went."""
    try:
        join(accounts, code, doors, **fields)
    except LinkWrong as wrong:
        return wrong.reason
    except Refused as refused:
        return refused.slug
    return "made"


def have_address(accounts: Accounts, name: str, email: str = ADDRESS) -> Account:
    """Make an account that has an address."""
    made = accounts.add(name, PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email=email, canonical=email.casefold())
    return made


class TestAsking:
    """What happens when somebody types an address."""

    def test_a_mail_is_ordered_with_what_it_needs(self, accounts: Accounts) -> None:
        """Where to, in which language, where they were going, and from which device; and nothing else is written."""
        ask(accounts, f"  {ADDRESS} ")
        expected = Order(
            notice=Notice.SIGN_UP,
            at=NOW,
            address=ADDRESS,
            language="zh",
            onward="/account",
            client=CLIENT,
            device="firefox/linux",
        )
        assert [expected] == orders(accounts, NOW)
        assert () == accounts.list()

    @pytest.mark.asvs("6.3.8")
    def test_attack_8_an_address_of_an_account_runs_the_same_statements(self, accounts: Accounts) -> None:
        """To the letter, and the table of accounts is in none of them."""
        have_address(accounts, "anna")
        disabled = have_address(accounts, "berta", "berta@example.org")
        accounts.disable(disabled.name, NOW)
        ask(accounts, "warm@example.org")
        sent = {
            email: statements(accounts, partial(ask, accounts, email))
            for email in (ADDRESS, "berta@example.org", "nobody@example.org")
        }
        expected = sent["nobody@example.org"]
        assert len(expected) > 4
        assert dict.fromkeys(sent, expected) == sent
        assert not [statement for statement in expected if re.search(r"\b(FROM|JOIN|UPDATE|INTO) account\b", statement)]

    def test_twenty_an_hour_from_a_client(self, accounts: Accounts) -> None:
        """Whoever the addresses are of; then nothing is ordered, and the trail says it once."""
        for number in range(20):
            ask(accounts, f"a{number}@example.org")
        for _ in range(3):
            with pytest.raises(TooManyAttempts) as caught:
                ask(accounts, "late@example.org")
        assert 180 == caught.value.retry_after
        ask(accounts, "late@example.org", client="198.51.100.1")
        assert 21 == len(orders(accounts, NOW))
        with accounts._database.read() as connection:
            events = Counter((event.event, event.reason) for event in audit.read(connection))
            assert {None} == {event.account_id for event in audit.read(connection)}
        assert {("sign-up-asked", ""): 21, ("sign-up-refused", "throttled"): 1} == events

    def test_what_is_no_address_is_refused_before_anything_is_counted(self, accounts: Accounts) -> None:
        """At its field."""
        for _ in range(30):
            with pytest.raises(BadAddress):
                ask(accounts, "nonsense")
        ask(accounts)
        assert 1 == len(orders(accounts, NOW))


class TestByEmail:
    """The link that was mailed to whoever signs up."""

    def test_whoever_has_it_makes_an_account_with_the_address(self, accounts: Accounts) -> None:
        """Under a name of ours, and signs in with the address."""
        code = mailed(accounts)
        offer = accounts.joining.offer(code, BY_EMAIL, now=NOW)
        assert (ADDRESS, False, "/account", ()) == (offer.email, offer.named, offer.onward, offer.roles)
        made = join(accounts, code, name="boss", display_name=" Anna ")
        assert re.fullmatch(r"anna\.li-.{5}", made.name)
        assert ("Anna", ADDRESS, "zh", False, ()) == (
            made.display_name,
            made.email,
            made.language,
            made.administrator,
            made.roles,
        )
        assert made == accounts.sign_in("ANNA.LI@example.org", PASSWORD, client=CLIENT, now=NOW)
        assert accounts.find("boss") is None

    def test_who_gives_no_name_is_shown_by_the_one_that_we_gave(self, accounts: Accounts) -> None:
        """Something must stand there."""
        made = join(accounts, mailed(accounts))
        assert made.name == made.display_name

    @pytest.mark.asvs("6.4.1")
    def test_the_link_is_good_once(self, accounts: Accounts) -> None:
        """A second one for the same address is worth nothing either: the address has its account."""
        first, second = mailed(accounts), mailed(accounts)
        assert ["made", "link-used", "link-outdated"] == [outcome(accounts, code) for code in (first, first, second)]
        assert 1 == len(accounts.list())

    @pytest.mark.asvs("6.4.1")
    def test_the_link_ends_after_a_day(self, accounts: Accounts) -> None:
        """Measured from when it was made."""
        code = mailed(accounts)
        assert ADDRESS == accounts.joining.offer(code, BY_EMAIL, now=NOW + 86_399).email
        with pytest.raises(LinkWrong, match="expired"):
            join(accounts, code, now=NOW + 86_400)

    def test_attack_32_asking_for_an_address_keeps_it_from_nobody(self, accounts: Accounts) -> None:
        """Whoever asks first has nothing; whoever reads the mailbox makes the account, or has it verified elsewhere."""
        code = mailed(accounts)
        assert () == accounts.list()
        have_address(accounts, "owner")
        for use in (outcome, lambda accounts, code: accounts.joining.offer(code, BY_EMAIL, now=NOW)):
            try:
                found = use(accounts, code)
            except LinkWrong as wrong:
                found = wrong.reason
            assert "link-outdated" == found

    @pytest.mark.asvs("15.4.2")
    def test_attack_32_of_two_at_the_same_moment_one_succeeds(self, accounts: Accounts) -> None:
        """With one link or with two for one address, over and over."""
        for number in range(10):
            email = f"a{number}@example.org"
            codes = [mailed(accounts, email)] * 2 + [mailed(accounts, email)] * 2
            with ThreadPoolExecutor(4) as pool:
                found = Counter(
                    pool.map(lambda pair: outcome(accounts, pair[1], client=f"192.0.2.{pair[0]}"), enumerate(codes))
                )
            assert 1 == found["made"], found
            assert {"made", "link-used", "link-outdated"} >= set(found)
        assert 10 == len(accounts.list())

    def test_a_name_that_is_taken_by_chance_is_made_anew(
        self, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A few times; then it is refused rather than tried for ever."""
        ends = iter("aaaaa" + 3 * "aaaaa" + "bbbbb" + 8 * "aaaaa")
        monkeypatch.setattr(secrets, "choice", lambda _: next(ends))
        names = [join(accounts, mailed(accounts, f"anna@{host}.org")).name for host in ("one", "two")]
        assert ["anna-aaaaa", "anna-bbbbb"] == names
        with pytest.raises(NameTaken):
            join(accounts, mailed(accounts, "anna@three.org"))
        assert [] == list(ends)

    def test_what_is_typed_is_looked_at_whole(self, accounts: Accounts) -> None:
        """Everything that is wrong is said at once, and the link stays good."""
        code = mailed(accounts)
        with pytest.raises(BadDisplayName) as both:
            join(accounts, code, display_name="x" * 65, password="short")
        assert {"display_name", "password"} == set(both.value.fields)
        with pytest.raises(BadPassword):
            join(accounts, code, password="anna.li@example.org")
        with pytest.raises(BadPassword):
            join(accounts, code, password="x" * 2000)
        assert "made" == outcome(accounts, code)

    @pytest.mark.parametrize("doors", [replace(BY_EMAIL, open=False), replace(BY_EMAIL, by_email=False)])
    def test_where_people_do_not_sign_up_by_address_any_more_it_is_worth_nothing(
        self, accounts: Accounts, doors: Doors
    ) -> None:
        """The settings of today decide, not those of the day of the mail."""
        code = mailed(accounts)
        assert "link-closed" == outcome(accounts, code, doors)


class TestInvited:
    """The link of an invitation."""

    def test_whoever_has_it_chooses_a_name(self, accounts: Accounts) -> None:
        """And gets the roles, and the address that the invitation vouches for; nothing that they ask for themselves."""
        identifier, code = accounts.invitations.make(email=ADDRESS, roles=["editor"], now=NOW)
        made = join(accounts, code, INVITED, name="Anna", display_name="not asked")
        assert ("anna", "Anna", ADDRESS, ("editor",), False) == (
            made.name,
            made.display_name,
            made.email,
            made.roles,
            made.administrator,
        )
        used = accounts.invitations.get(identifier)
        assert used is not None
        assert (made.id, NOW, None) == (used.account_id, used.used, used.email)
        assert "link-used" == outcome(accounts, code, INVITED, name="berta")

    def test_where_people_are_known_by_an_address_one_with_an_address_gives_the_name(self, accounts: Accounts) -> None:
        """One without an address asks for a name all the same, for what else would they sign in with?"""
        _, with_address = accounts.invitations.make(email=ADDRESS, now=NOW)
        _, without = accounts.invitations.make(now=NOW)
        doors = replace(INVITED, by_email=True)
        assert re.fullmatch(r"anna\.li-.{5}", join(accounts, with_address, doors, name="x").name)
        made = join(accounts, without, doors, name="berta")
        assert ("berta", None) == (made.name, made.email)

    def test_a_taken_or_impossible_name_leaves_it_good(self, accounts: Accounts) -> None:
        """For another try."""
        accounts.add("anna", PASSWORD, now=NOW)
        _, code = accounts.invitations.make(now=NOW)
        with pytest.raises(NameTaken):
            join(accounts, code, INVITED, name="Anna")
        with pytest.raises(BadName) as caught:
            join(accounts, code, INVITED, name="", password="short")
        assert {"username", "password"} == set(caught.value.fields)
        with pytest.raises(BadName, match="address"):
            join(accounts, code, INVITED, name="somebody@example.org")
        assert "made" == outcome(accounts, code, INVITED, name="berta")

    def test_of_two_at_the_same_moment_one_succeeds(self, accounts: Accounts) -> None:
        """Each under another name, from clients of their own."""
        for number in range(10):
            _, code = accounts.invitations.make(now=NOW)
            with ThreadPoolExecutor(4) as pool:
                found = Counter(
                    pool.map(
                        lambda one, code=code, number=number: outcome(
                            accounts, code, INVITED, name=f"name{number}x{one}", client=f"192.0.2.{one}"
                        ),
                        range(4),
                    )
                )
            assert {"made": 1, "link-used": 3} == found
        assert 10 == len(accounts.list())

    def test_the_statement_that_uses_it_decides_by_itself(self, accounts: Accounts) -> None:
        """Whoever has looked before another one was done finds out."""
        identifier, _ = accounts.invitations.make(now=NOW)
        account = accounts.add("anna", PASSWORD, now=NOW)
        offer = Offer("", named=True, invitation=identifier)
        with accounts._database.write() as connection:
            accounts.joining._use(connection, offer, account, NOW)
        with accounts._database.write() as connection, pytest.raises(LinkWrong, match="used"):
            accounts.joining._use(connection, offer, account, NOW)

    def test_a_closed_door_takes_none(self, accounts: Accounts) -> None:
        """Whatever the row says."""
        _, code = accounts.invitations.make(now=NOW)
        assert "link-closed" == outcome(accounts, code, Doors(invited=False, by_email=True, open=True), name="x")


class TestWrongLinks:
    """Whatever is no link."""

    @pytest.mark.parametrize("code", ["", "x", "\ud800", "a" * 5000, "AAAA" * 20])
    def test_nonsense_is_refused_like_everything_else(self, accounts: Accounts, code: str) -> None:
        """In the same words."""
        assert outcome(accounts, code).startswith("link-")
        with pytest.raises(LinkWrong):
            accounts.joining.offer(code, BY_EMAIL, now=NOW)

    @pytest.mark.parametrize("kind", [Kind.ADDRESS, Kind.RESET, Kind.RELEASE])
    def test_a_link_of_another_kind_makes_nothing(self, accounts: Accounts, kind: Kind) -> None:
        """Attack 27: each is sealed for what it is for."""
        assert outcome(accounts, accounts._services.links.make(kind, now=NOW, email=ADDRESS)).startswith("link-")
        assert () == accounts.list()

    def test_thirty_tries_from_a_client_and_the_trail_tells_why(self, accounts: Accounts) -> None:
        """Then nothing is looked at any more; another client is another matter, and a success gives its place back."""
        found = Counter(outcome(accounts, "x") for _ in range(33))
        assert {"link-malformed": 30, "too-many-attempts": 3} == found
        code = mailed(accounts)
        assert "too-many-attempts" == outcome(accounts, code)
        assert "made" == outcome(accounts, code, client="198.51.100.1")
        with accounts._database.read() as connection:
            events = Counter((event.event, event.reason) for event in audit.read(connection))
        assert 30 == events["link-refused", "link-malformed"]
        assert 1 == events["link-refused", "throttled"]
        assert 1 == events["sign-up", "by-email"]

    def test_a_success_gives_its_place_back(self, accounts: Accounts) -> None:
        """A household of thirty-five can all be invited."""
        for number in range(35):
            _, code = accounts.invitations.make(now=NOW)
            assert "made" == outcome(accounts, code, INVITED, name=f"name{number}")


def test_a_sign_up_by_name_may_bring_an_address(accounts: Accounts) -> None:
    """Its link is ordered with the account, which works without it; the address is theirs only by the link."""
    made = accounts.sign_up(
        "anna", PASSWORD, email=f" {ADDRESS}", language="zh", client=CLIENT, device="firefox/linux", now=NOW
    )
    assert (None, "zh") == (made.email, made.language)
    expected = Order(
        notice=Notice.VERIFY_ADDRESS,
        at=NOW,
        account=made.id,
        address=ADDRESS,
        language="zh",
        client=CLIENT,
        device="firefox/linux",
    )
    (order,) = orders(accounts, NOW)
    assert expected == order
    code = code_of(accounts, order, NOW)
    assert ADDRESS == accounts.addresses.confirm(made.id, code, client=CLIENT, now=NOW).email


def test_a_sign_up_by_name_says_everything_that_is_wrong_at_once(accounts: Accounts) -> None:
    """The address, too; and no account is made for want of one."""
    with pytest.raises(BadName) as caught:
        accounts.sign_up("a b", "short", email="nonsense", client=CLIENT, now=NOW)
    assert {"username", "password", "email"} == set(caught.value.fields)
    with pytest.raises(BadAddress) as alone:
        accounts.sign_up("anna", PASSWORD, email="nonsense", client=CLIENT, now=NOW)
    assert {"email"} == set(alone.value.fields)
    assert ((), []) == (accounts.list(), orders(accounts, NOW))


def test_attack_32_an_address_that_comes_with_a_name_keeps_it_from_nobody(accounts: Accounts) -> None:
    """Whoever types somebody else's has an account without one; the owner takes theirs whenever they like."""
    squatter = accounts.sign_up("squatter", PASSWORD, email=ADDRESS, client=CLIENT, now=NOW)
    (order,) = orders(accounts, NOW)
    code = code_of(accounts, order, NOW)
    have_address(accounts, "owner")
    with pytest.raises(LinkWrong, match="outdated"):
        accounts.addresses.confirm(squatter.id, code, client=CLIENT, now=NOW)
    with accounts._database.read() as connection:
        assert 1 == connection.execute(text("SELECT count(*) FROM account WHERE email IS NOT NULL")).scalar()
