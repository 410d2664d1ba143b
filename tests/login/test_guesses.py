"""How often somebody may guess at a code: whoever asks, from wherever, in however many browsers."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import insert

from hardtack.errors import Refused
from hardtack.login import Accounts, audit
from hardtack.login.factors import RECOVERY_CODE, TOTP
from hardtack.login.guesses import CODES, MOST_WRONG, Guess, TooManyCodes
from hardtack.login.outbox import Notice, Order
from hardtack.login.throttle import CLIENT as CLIENT_BUDGET
from hardtack.login.throttle import TooManyAttempts
from hardtack.seal import Keyring
from hardtack.store.schema import streak
from hardtack.store.streaks import FLOOR, FORGOTTEN, LIMIT
from tests.login.apps import WHERE, enrol, identity
from tests.login.conftest import NOW, PASSWORD, orders

CLIENT = "192.0.2.7"


@pytest.fixture
def ada(accounts: Accounts) -> int:
    """An account with an address."""
    made = accounts.add("ada", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email="ada@example.org", canonical="ada@example.org")
    return made.id


def fails(accounts: Accounts, account_id: int, now: int, *, factor: str = TOTP, client: str = CLIENT) -> str:
    """Guess wrong once; return what came of it."""
    try:
        guess = accounts.guesses.admit(account_id, client, now, factor=factor, device="firefox/linux")
    except Refused as refused:
        return refused.slug
    with accounts._database.write() as connection:
        accounts.guesses.failed(connection, guess, device="firefox/linux", language="zh")
    return "wrong"


def fail_often(accounts: Accounts, account_id: int, times: int, *, factor: str = TOTP, now: int = NOW) -> int:
    """Guess wrong so often, slowly enough; return when that was over."""
    for turn in range(times):
        assert "wrong" == fails(accounts, account_id, now + turn * CODES.interval, factor=factor)
    return now + times * CODES.interval


def passes(accounts: Accounts, guess: Guess) -> None:
    """Let a code have been right."""
    with accounts._database.write() as connection:
        accounts.guesses.passed(connection, guess)


def refusals(accounts: Accounts) -> list[str]:
    """Return why codes were refused, the oldest first."""
    found = [one.event for one in reversed(accounts.activity.all(limit=1000).entries)]
    assert all(CLIENT == one.client for one in found if one.event == audit.CODE_REFUSED)
    return [one.reason for one in found if one.event == audit.CODE_REFUSED]


def told(accounts: Accounts) -> list[Order]:
    """Return the mail about wrong codes."""
    return [order for order in orders(accounts) if order.notice is Notice.FACTOR_FAILURES]


@pytest.mark.asvs("6.3.1")
def test_attack_24_guesses_are_counted_for_the_account_whoever_asks(accounts: Accounts, ada: int) -> None:
    """Another browser, another session and another address are the same account; another account is not."""
    for turn in range(CODES.at_once):
        assert "wrong" == fails(accounts, ada, NOW, client=f"198.51.100.{turn}")
    with pytest.raises(TooManyAttempts) as caught:
        accounts.guesses.admit(ada, "2001:db8::1", NOW)
    assert (429, CODES.interval) == (caught.value.status, caught.value.retry_after)
    eve = accounts.add("eve", PASSWORD, now=NOW).id
    assert "wrong" == fails(accounts, eve, NOW)
    assert "wrong" == fails(accounts, ada, NOW + CODES.interval)
    assert "too-many-attempts" == fails(accounts, ada, NOW + CODES.interval)


@pytest.mark.asvs("6.3.1")
def test_attack_24_guesses_at_many_accounts_are_counted_for_the_client(accounts: Accounts) -> None:
    """With the attempts to sign in."""
    for turn in range(CLIENT_BUDGET.at_once):
        assert "wrong" == fails(accounts, 1000 + turn, NOW)
    assert "too-many-attempts" == fails(accounts, 2000, NOW)
    assert "wrong" == fails(accounts, 2000, NOW, client="192.0.2.8")
    with pytest.raises(TooManyAttempts):
        accounts.sign_in("nobody", PASSWORD, client=CLIENT, now=NOW)


@pytest.mark.asvs("15.4.2")
def test_attack_24_parallel_guesses_get_no_more_places_than_there_are(accounts: Accounts, ada: int) -> None:
    """The place is taken before the code is looked at."""
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(fails(accounts, ada, NOW))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert CODES.at_once == found.count("wrong")
    assert 12 - CODES.at_once == found.count("too-many-attempts")


def test_a_right_code_gives_its_places_back_and_begins_the_count_anew(accounts: Accounts, ada: int) -> None:
    """The budgets stay as they were for the wrong ones."""
    for _ in range(3):
        fails(accounts, ada, NOW)
    for turn in range(20):
        guess = accounts.guesses.admit(ada, CLIENT, NOW)
        assert (4 if turn == 0 else 1) == guess.failures
        passes(accounts, guess)
    fails(accounts, ada, NOW)
    assert "wrong" == fails(accounts, ada, NOW)
    assert "too-many-attempts" == fails(accounts, ada, NOW)


def test_of_refused_guesses_the_first_is_written_down(accounts: Accounts, ada: int) -> None:
    """The rest would only fill the trail."""
    for _ in range(CODES.at_once + 3):
        fails(accounts, ada, NOW)
    assert ["wrong-totp"] * CODES.at_once + ["throttled"] == refusals(accounts)


@pytest.mark.asvs("6.3.1")
def test_attack_24_after_twenty_wrong_codes_in_a_row_none_is_looked_at(accounts: Accounts, ada: int) -> None:
    """Passed time does not help, not even as much as other counts are forgotten in."""
    later = fail_often(accounts, ada, MOST_WRONG)
    assert accounts.guesses.locked(ada, later)
    for now in (later, later + FORGOTTEN, later + 3 * FORGOTTEN):
        accounts.prune(now)
        with pytest.raises(TooManyCodes) as caught:
            accounts.guesses.admit(ada, CLIENT, now)
        assert (429, None) == (caught.value.status, caught.value.retry_after)
    assert ["wrong-totp"] * (MOST_WRONG - 1) + ["codes-locked"] == refusals(accounts)


def test_the_twentieth_code_is_looked_at_and_may_be_the_right_one(accounts: Accounts, ada: int) -> None:
    """Then there was no end."""
    later = fail_often(accounts, ada, MOST_WRONG - 1)
    passes(accounts, accounts.guesses.admit(ada, CLIENT, later))
    assert not accounts.guesses.locked(ada, later)


@pytest.mark.parametrize("way", ["passkey", "recovery code", "password", "reset"])
def test_a_better_proof_lets_codes_be_looked_at_again(accounts: Accounts, ada: int, way: str) -> None:
    """A passkey, a recovery code, or a password that whoever guessed does not have."""
    later = fail_often(accounts, ada, MOST_WRONG)
    if way == "passkey":
        with accounts._database.write() as connection:
            accounts.guesses.reset(connection, ada)
    elif way == "recovery code":
        passes(accounts, accounts.guesses.admit(ada, CLIENT, later, factor=RECOVERY_CODE))
    elif way == "password":
        new = PASSWORD + " 2"
        accounts.credentials.change(identity(accounts, now=later), PASSWORD, new, client=CLIENT, now=later)
    else:
        code = accounts.recovery.start(ada, 0, later, by_mail=False)
        assert code is not None
        accounts.recovery.reset(code, PASSWORD + " 2", client=CLIENT, now=later)
    assert not accounts.guesses.locked(ada, later)
    assert "wrong" == fails(accounts, ada, later)


def test_recovery_codes_are_looked_at_whatever_was_guessed_at_the_app(accounts: Accounts, ada: int) -> None:
    """Nobody who knows the password takes the owner's last way in, and with 120 bits there is no end."""
    later = fail_often(accounts, ada, MOST_WRONG)
    later = fail_often(accounts, ada, LIMIT + 1, factor=RECOVERY_CODE, now=later)
    for _ in range(CODES.at_once):
        fails(accounts, ada, later, factor=RECOVERY_CODE)
    assert "too-many-attempts" == fails(accounts, ada, later, factor=RECOVERY_CODE)
    assert "wrong" == fails(accounts, ada, later + CODES.interval, factor=RECOVERY_CODE)


@pytest.mark.asvs("6.3.5")
def test_the_owner_is_told_of_the_fifth_wrong_code_in_a_row(accounts: Accounts, ada: int) -> None:
    """Whoever guesses knows the password; once a day is enough."""
    later = fail_often(accounts, ada, 4)
    assert [] == told(accounts)
    later = fail_often(accounts, ada, MOST_WRONG - 4, now=later)
    (order,) = told(accounts)
    assert (ada, "5", CLIENT, "firefox/linux", "zh") == (
        order.account,
        order.detail,
        order.client,
        order.device,
        order.language,
    )


def test_a_floor_that_was_raised_by_others_ends_nobodys_codes(accounts: Accounts, ada: int) -> None:
    """Where the table is full, a count that is missing begins at half of the end at most."""
    with accounts._database.write() as connection:
        connection.execute(insert(streak), {"key": FLOOR, "failures": LIMIT // 2, "last": NOW})
    assert not accounts.guesses.locked(ada, NOW)
    guess = accounts.guesses.admit(ada, CLIENT, NOW)
    assert MOST_WRONG // 2 + 1 == guess.failures


def test_a_guess_says_nothing_of_its_keys(accounts: Accounts, ada: int, keyring: Keyring) -> None:
    """In a log."""
    said = repr(accounts.guesses.admit(ada, CLIENT, NOW))
    key = keyring.lookup_hash(f"totp {ada}".encode(), purpose="streak-code")
    assert repr(key) not in said


def test_an_app_that_is_set_up_does_not_open_what_was_ended(accounts: Accounts, ada: int) -> None:
    """Whoever came upon a session begins no count anew with it."""
    later = fail_often(accounts, ada, MOST_WRONG)
    enrol(accounts, now=later)
    accounts.recovery_codes.make(identity(accounts, now=later), now=later, **WHERE)
    assert accounts.guesses.locked(ada, later)


@pytest.mark.asvs("6.4.3", "6.3.1")
def test_attack_19_whoever_has_the_mailbox_does_not_guess_for_ever(accounts: Accounts, ada: int) -> None:
    """Each link sets a password, and the hundredth wrong code in a row is the last one all the same."""
    now, guessed = NOW, 0
    while guessed < 2 * LIMIT:
        came = fails(accounts, ada, now)
        now += CODES.interval
        if came == "too-many-codes":
            if accounts.guesses.locked(ada, now) and guessed >= LIMIT:
                break
            code = accounts.recovery.start(ada, 0, now, by_mail=False)
            assert code is not None
            accounts.recovery.reset(code, f"{PASSWORD} {guessed}", client=CLIENT, now=now)
        else:
            guessed += 1
    assert LIMIT == guessed
    code = accounts.recovery.start(ada, 0, now, by_mail=False)
    assert code is not None
    accounts.recovery.reset(code, PASSWORD, client=CLIENT, now=now)
    assert "too-many-codes" == fails(accounts, ada, now)
    assert "wrong" == fails(accounts, ada, now, factor=RECOVERY_CODE)
    with accounts._database.write() as connection:
        accounts.guesses.reset(connection, ada)
    assert not accounts.guesses.locked(ada, now)
    assert "wrong" == fails(accounts, ada, now)


def test_a_right_code_begins_the_count_through_links_anew_too(accounts: Accounts, ada: int) -> None:
    """It is the owner who has shown it."""
    now = fail_often(accounts, ada, MOST_WRONG - 1)
    passes(accounts, accounts.guesses.admit(ada, CLIENT, now))
    for turn in range(5):
        now = fail_often(accounts, ada, MOST_WRONG, now=now)
        assert accounts.guesses.locked(ada, now), turn
        code = accounts.recovery.start(ada, 0, now, by_mail=False)
        assert code is not None
        accounts.recovery.reset(code, f"{PASSWORD} {turn}", client=CLIENT, now=now)
        assert (turn == 4) is accounts.guesses.locked(ada, now)
