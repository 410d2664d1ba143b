"""The second factor beside a password: counted, written down, and for whoever it must be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hardtack.errors import Refused
from hardtack.login import Account, Accounts, Known, Whence, audit
from hardtack.login import factors as words
from hardtack.login.codes import WrongCode
from hardtack.login.credentials import SessionOver
from hardtack.login.devices import made
from hardtack.login.factors import RECOVERY_CODE, TOTP
from hardtack.login.guesses import MOST_WRONG, TooManyCodes
from hardtack.login.half import Half, HalfOver
from hardtack.login.outbox import Notice
from hardtack.login.second_step import Answer
from hardtack.login.throttle import CLIENT as CLIENT_BUDGET
from hardtack.login.throttle import NAME, TooManyAttempts
from hardtack.store.streaks import LIMIT
from tests.login import apps
from tests.login.conftest import CLIENT, NOW, PASSWORD, WRONG, orders, tried

WHENCE = Whence(CLIENT, "firefox/linux")
FIRST = (words.PASSWORD,)
LATER = NOW + 30


@pytest.fixture
def secret(accounts: Accounts) -> str:
    """The app of somebody with an address."""
    made_account = accounts.add("ada", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(
            connection, made_account.id, email="ada@example.org", canonical="ada@example.org"
        )
    return apps.enrol(accounts, now=NOW)


@pytest.fixture
def half(accounts: Accounts, secret: str) -> Half:
    """Her password is proved."""
    return accounts.half.begin(accounts.named("ada"), FIRST, now=LATER)


def outcome(work: Callable[[], object]) -> str:
    """Return the slug of what was refused, or nothing."""
    try:
        work()
    except Refused as refused:
        return refused.slug
    return ""


def events(accounts: Accounts) -> list[str]:
    """Return the events, the oldest first."""
    return [one.event.event for one in reversed(accounts.activity.all(limit=1000).entries)]


class TestHalf:
    """What is proved is written to the half-done sign-in, and to nothing else."""

    def test_the_right_code_is_proved(self, accounts: Accounts, secret: str, half: Half) -> None:
        """And stays so where something else is missing."""
        proved = accounts.second_step.prove(half, Answer(TOTP, apps.oathtool(secret, LATER)), now=LATER)
        assert (*FIRST, TOTP) == proved.factors
        again = accounts.half.read(half.shown, LATER)
        assert again is not None
        assert (*FIRST, TOTP) == again.factors

    def test_it_counts_for_no_other_account(self, accounts: Accounts, secret: str) -> None:
        """Attack 24: hers, in the sign-in of somebody else."""
        accounts.add("eve", PASSWORD, now=NOW)
        apps.enrol(accounts, "eve", now=NOW, lineage=b"e" * 16)
        eves = accounts.half.begin(accounts.named("eve"), FIRST, now=LATER)
        answer = Answer(TOTP, apps.oathtool(secret, LATER))
        assert "wrong-code" == outcome(lambda: accounts.second_step.prove(eves, answer, now=LATER))

    @pytest.mark.asvs("15.4.2")
    def test_a_used_recovery_code_is_gone_if_and_only_if_it_was_proved(self, accounts: Accounts, half: Half) -> None:
        """One transaction."""
        given = accounts.recovery_codes.make(apps.identity(accounts, now=NOW), now=NOW, **apps.WHERE)
        answer = Answer(RECOVERY_CODE, given[0])
        accounts.half.cancel(half.shown)
        assert "half-signed-in-over" == outcome(lambda: accounts.second_step.prove(half, answer, now=LATER))
        again = accounts.half.begin(accounts.named("ada"), FIRST, now=LATER)
        assert "" == outcome(lambda: accounts.second_step.prove(again, answer, now=LATER))
        assert "wrong-recovery-code" == outcome(lambda: accounts.second_step.prove(again, answer, now=LATER))

    @pytest.mark.asvs("6.3.5")
    def test_the_owner_is_told_of_the_fifth_wrong_code(self, accounts: Accounts, secret: str, half: Half) -> None:
        """Somebody knows the password."""
        answer = Answer(TOTP, "000000")
        codes = {apps.oathtool(secret, LATER + skew) for skew in (-30, 0, 30)}
        assert answer.code not in codes
        outcomes = [
            outcome(lambda: accounts.second_step.prove(half, answer, now=LATER, whence=WHENCE)) for _ in range(5)
        ]
        assert ["wrong-code"] * 4 + ["half-signed-in-over"] == outcomes
        assert [Notice.FACTOR_FAILURES] == [order.notice for order in orders(accounts) if order.detail == "5"]

    def test_the_representation_of_an_answer_says_no_code(self) -> None:
        """It ends up in logs."""
        assert "<Answer by totp>" == repr(Answer(TOTP, "123456"))


class TestConfirm:
    """The same of whoever is signed in."""

    @pytest.mark.asvs("7.5.3")
    def test_the_right_code_proves_it(self, accounts: Accounts, secret: str) -> None:
        """With the event of every proof, and its factor."""
        identity = apps.identity(accounts, now=LATER)
        account = accounts.second_step.confirm(identity, Answer(TOTP, apps.oathtool(secret, LATER)), now=LATER)
        event = accounts.activity.all(limit=1).entries[0].event
        assert ("ada", audit.CONFIRMED, (TOTP,)) == (account.name, event.event, event.factors)

    def test_a_wrong_one_does_not_and_is_counted(self, accounts: Accounts, secret: str) -> None:
        """From the same budget as at the sign-in."""
        identity = apps.identity(accounts, now=LATER)
        wrong = Answer(TOTP, "000000")
        outcomes = [outcome(lambda: accounts.second_step.confirm(identity, wrong, now=LATER)) for _ in range(6)]
        assert ["wrong-code"] * 5 + ["too-many-attempts"] == outcomes
        half = accounts.half.begin(accounts.named("ada"), FIRST, now=LATER)
        with pytest.raises(TooManyAttempts):
            accounts.second_step.prove(half, wrong, now=LATER)

    def test_a_session_that_is_over_proves_nothing(self, accounts: Accounts, secret: str) -> None:
        """Whatever the code; it is not used up."""
        identity = apps.identity(accounts, now=LATER)
        accounts.sign_out(identity, LATER)
        answer = Answer(TOTP, apps.oathtool(secret, LATER))
        with pytest.raises(SessionOver):
            accounts.second_step.confirm(identity, answer, now=LATER)
        other = apps.identity(accounts, now=LATER, lineage=b"m" * 16)
        assert "ada" == accounts.second_step.confirm(other, answer, now=LATER).name


class TestPasswordBefore:
    """A right password that a second factor follows is half a success."""

    def test_the_name_does_not_get_its_place_back_and_the_client_does(self, accounts: Accounts, secret: str) -> None:
        """Ten at once for one name, from however many clients; one office may sign in at one hour."""
        for count in range(NAME.at_once):
            assert "ada" == tried(accounts, password=PASSWORD, client=f"192.0.2.{count}", now=LATER)
        assert "too-many-attempts" == tried(accounts, password=PASSWORD, client="192.0.2.99", now=LATER)

        for count in range(CLIENT_BUDGET.at_once + 1):
            name = f"member{count}"
            accounts.add(name, PASSWORD, now=NOW)
            apps.enrol(accounts, name, now=NOW, lineage=count.to_bytes(16, "big"))
            assert name == tried(accounts, name, PASSWORD, client="198.51.100.1", now=LATER)

    def test_it_stays_counted_until_all_is_proved(self, accounts: Accounts, secret: str) -> None:
        """Nobody who has the password hides guesses behind it, and whoever has proved everything begins anew."""
        when = LATER
        for _ in range(3):
            assert "ada" == tried(accounts, password=PASSWORD, now=when)
            when += 60
        assert "wrong-credentials" == tried(accounts, password=WRONG, now=when)

        def failures() -> int:
            with accounts._database.read() as connection:
                return accounts._services.throttle.failures(connection, "ada", when)

        assert 4 == failures()
        half = accounts.half.begin(accounts.named("ada"), FIRST, now=when)
        proved = accounts.second_step.prove(half, Answer(TOTP, apps.oathtool(secret, when)), now=when)
        accounts.finish(proved.account, proved.factors, half=proved, now=when)
        assert 0 == failures()

    def test_a_known_device_is_counted_apart_and_begins_anew_too(self, accounts: Accounts, secret: str) -> None:
        """And so does the name, which only its owner can have unlocked."""
        device = made(accounts.named("ada").id, NOW)
        known = Known((device,))
        when = LATER
        for count in range(LIMIT):
            assert "wrong-credentials" == tried(accounts, now=when, client=f"198.51.{count}.1")
            when += 60
        assert "too-many-failures" == tried(accounts, password=PASSWORD, now=when)
        assert "ada" == tried(accounts, password=PASSWORD, now=when, known=known)
        assert "too-many-failures" == tried(accounts, password=PASSWORD, now=when)
        half = accounts.half.begin(accounts.named("ada"), FIRST, now=when)
        proved = accounts.second_step.prove(half, Answer(TOTP, apps.oathtool(secret, when)), now=when)
        accounts.finish(proved.account, proved.factors, half=proved, now=when, known=known)
        assert "ada" == tried(accounts, password=PASSWORD, now=when)

    def test_the_owner_is_told_of_many_and_it_locks_in_the_end(self, accounts: Accounts, secret: str) -> None:
        """As of wrong passwords: they are failures in a row."""
        when = LATER
        for count in range(LIMIT):
            assert "ada" == tried(accounts, password=PASSWORD, now=when, client=f"198.51.{count}.1")
            when += 60
        assert "too-many-failures" == tried(accounts, password=PASSWORD, now=when)
        assert audit.LOCKED in events(accounts)
        assert Notice.FAILURES in [order.notice for order in orders(accounts)]


@pytest.mark.asvs("6.3.1")
def test_attack_24_after_twenty_wrong_codes_none_is_looked_at(accounts: Accounts, secret: str) -> None:
    """However many half-done sign-ins they were spread over; a recovery code opens it again."""
    given = accounts.recovery_codes.make(apps.identity(accounts, now=NOW), now=NOW, **apps.WHERE)
    when = LATER
    for _ in range(MOST_WRONG):
        half = accounts.half.begin(accounts.named("ada"), FIRST, now=when)
        typed = next(
            each
            for each in ("000000", "111111", "222222", "333333")
            if each not in {apps.oathtool(secret, when + skew) for skew in (-30, 0, 30)}
        )
        with pytest.raises(WrongCode):
            accounts.second_step.prove(half, Answer(TOTP, typed), now=when)
        when += 60
    half = accounts.half.begin(accounts.named("ada"), FIRST, now=when)
    right = Answer(TOTP, apps.oathtool(secret, when))
    with pytest.raises(TooManyCodes):
        accounts.second_step.prove(half, right, now=when)
    assert (*FIRST, RECOVERY_CODE) == accounts.second_step.prove(
        half, Answer(RECOVERY_CODE, given[0]), now=when
    ).factors


def test_an_account_that_is_closed_meanwhile_proves_nothing(accounts: Accounts, secret: str) -> None:
    """Neither half-way nor signed in."""
    ada: Account = accounts.named("ada")
    half = accounts.half.begin(ada, FIRST, now=LATER)
    accounts.disable("ada", LATER)
    with pytest.raises(HalfOver):
        accounts.second_step.prove(half, Answer(TOTP, apps.oathtool(secret, LATER)), now=LATER)
