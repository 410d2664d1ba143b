"""Codes of an authenticator app: the numbers of the RFCs, a real generator, and every way to use a code twice."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hardtack.errors import Refused
from hardtack.login import Accounts, audit
from hardtack.login.ceremonies import LIFETIME, CeremonyOver
from hardtack.login.codes import BadCode, WrongCode
from hardtack.login.credentials import SessionOver
from hardtack.login.outbox import Notice
from hardtack.login.totp import SECRET_SIZE, STEP, code_at, step_of
from hardtack.seal import Key, Keyring
from hardtack.store import sealed
from hardtack.store import totp as rows
from tests.login.apps import LINEAGE, WHERE, enrol, identity, oathtool, shows
from tests.login.conftest import NOW, PASSWORD, orders

RFC_SECRET = b"12345678901234567890"
RFC_4226 = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
RFC_6238 = (
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
)


@pytest.fixture
def ada(accounts: Accounts) -> int:
    """An account with an address, whose owner is told of things."""
    made = accounts.add("ada", PASSWORD, now=NOW)
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email="ada@example.org", canonical="ada@example.org")
    return made.id


def events(accounts: Accounts, *wanted: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what the trail says, the oldest first."""
    found = [one.event for one in reversed(accounts.activity.all(limit=1000).entries)]
    return [(one.event, one.reason, one.factors) for one in found if one.event in wanted]


def test_the_numbers_of_rfc_4226() -> None:
    """Appendix D: the counter is the time step."""
    assert list(RFC_4226) == [code_at(RFC_SECRET, count) for count in range(10)]


@pytest.mark.asvs("6.5.5")
@pytest.mark.parametrize(("now", "code"), RFC_6238)
def test_the_numbers_of_rfc_6238(now: int, code: str) -> None:
    """Appendix B, the rows of SHA-1, in steps of 30 seconds; of the eight digits there apps show the last six."""
    assert (code[-6:], now // 30) == (code_at(RFC_SECRET, now // STEP), step_of(RFC_SECRET, code[-6:], now))


@pytest.mark.parametrize("now", [59, NOW, NOW + 29, 2_000_000_000])
def test_a_real_generator_makes_the_same_codes(now: int) -> None:
    """Debian's oathtool."""
    assert oathtool("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", now) == code_at(RFC_SECRET, now // STEP)


@pytest.mark.asvs("6.5.5")
@given(st.binary(min_size=20, max_size=20), st.integers(0, 1 << 40), st.integers(-3, 3))
def test_a_code_is_good_one_step_before_and_one_after_and_no_further(secret: bytes, now: int, skew: int) -> None:
    """Whatever the secret and the time; but for a code that is that of a nearer step by chance."""
    meant = now // STEP + skew
    if meant < 0:
        return
    code = code_at(secret, meant)
    near = {step: code_at(secret, step) for step in range(max(now // STEP - 1, 0), now // STEP + 2)}
    expected = max((step for step, each in near.items() if each == code), default=None)
    assert expected == step_of(secret, code, now)
    assert abs(skew) > 1 or expected is not None


def test_an_app_is_set_up_by_its_first_right_code(accounts: Accounts, ada: int) -> None:
    """Until then it is nothing: nothing is kept, and nothing asks for it."""
    setup = accounts.totp.begin(accounts.named("ada"), binding=LINEAGE, now=NOW)
    assert accounts.totp.created(ada) is None
    assert not accounts.second_factors.held(ada).second
    with pytest.raises(WrongCode):
        accounts.totp.enrol(
            identity(accounts, now=NOW),
            setup.token,
            wrong(setup.secret_text, NOW),
            binding=LINEAGE,
            now=NOW,
            **WHERE,
        )
    again = accounts.totp.resume(accounts.named("ada"), setup.token, binding=LINEAGE, now=NOW)
    assert (setup.secret_text, setup.uri) == (again.secret_text, again.uri)
    made = accounts.totp.enrol(
        identity(accounts, now=NOW),
        setup.token,
        oathtool(setup.secret_text, NOW),
        binding=LINEAGE,
        now=NOW,
        language="zh",
        **WHERE,
    )
    assert ada == made.id
    assert NOW == accounts.totp.created(ada)
    assert accounts.second_factors.held(ada).totp
    assert [(audit.FACTOR_ADDED, "", ("totp",))] == events(accounts, audit.FACTOR_ADDED)
    (order,) = orders(accounts)
    assert (Notice.FACTOR_ADDED, ada, "totp", "zh") == (order.notice, order.account, order.detail, order.language)


def wrong(secret_text: str, now: int) -> str:
    """Return a code that is none of any step near *now*."""
    right = {oathtool(secret_text, now + skew * STEP) for skew in range(-3, 4)}
    return next(code for code in (f"{number:06}" for number in range(100)) if code not in right)


@pytest.mark.asvs("6.5.3")
@pytest.mark.asvs("6.5.3")
def test_what_is_shown_is_what_apps_read(accounts: Accounts, ada: int) -> None:
    """160 random bits in base32, in groups of four; issuer and name as Google's key URI format has them."""
    drawn = {accounts.totp.begin(accounts.named("ada"), binding=LINEAGE, now=NOW).secret_text for _ in range(5)}
    assert 5 == len(drawn)
    setup = accounts.totp.begin(accounts.named("ada"), binding=LINEAGE, now=NOW, issuer="Boats: 船")
    uri = urlsplit(setup.uri)
    query = parse_qs(uri.query)
    assert ("otpauth", "totp", "/Boats  船:ada") == (uri.scheme, uri.netloc, unquote(uri.path))
    assert ["Boats  船"] == query["issuer"]
    assert setup.secret_text.split() == [query["secret"][0][at : at + 4] for at in range(0, 32, 4)]
    assert SECRET_SIZE * 8 == len(query["secret"][0]) * 5


@pytest.mark.asvs("6.5.1")
def test_attack_24_a_code_counts_once(accounts: Accounts, ada: int) -> None:
    """Also the one that confirmed the app; the next one counts."""
    secret = enrol(accounts, now=NOW)
    assert not shows(accounts, oathtool(secret, NOW), now=NOW)
    code = oathtool(secret, NOW + STEP)
    assert shows(accounts, code, now=NOW + STEP)
    assert not shows(accounts, code, now=NOW + STEP)
    assert not shows(accounts, code, now=NOW + 2 * STEP)
    assert shows(accounts, oathtool(secret, NOW + 2 * STEP), now=NOW + 2 * STEP)


@pytest.mark.asvs("6.5.1")
def test_attack_24_no_older_code_counts_after_a_newer_one(accounts: Accounts, ada: int) -> None:
    """Whoever saw one that was not used cannot use it once its owner has used the next."""
    secret = enrol(accounts, now=NOW)
    seen = oathtool(secret, NOW + 3 * STEP)
    assert shows(accounts, oathtool(secret, NOW + 4 * STEP), now=NOW + 4 * STEP)
    assert not shows(accounts, seen, now=NOW + 4 * STEP)


@pytest.mark.asvs("6.5.5", "6.5.8")
@pytest.mark.parametrize(("skew", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_attack_24_a_clock_may_be_one_step_off_and_no_more(
    accounts: Accounts, ada: int, skew: int, counts: bool
) -> None:
    """Thirty seconds either way."""
    secret = enrol(accounts, now=NOW)
    later = NOW + 100 * STEP
    while (code := oathtool(secret, later + skew * STEP)) in {
        oathtool(secret, later + near * STEP) for near in {-1, 0, 1} - {skew}
    }:
        later += STEP
    assert counts is shows(accounts, code, now=later)


def test_attack_24_a_code_of_somebody_else_is_none(accounts: Accounts, ada: int) -> None:
    """And an account without an app has no code at all."""
    accounts.add("eve", PASSWORD, now=NOW)
    accounts.add("bob", PASSWORD, now=NOW)
    enrol(accounts, now=NOW)
    hers = enrol(accounts, "eve", now=NOW)
    later = NOW + STEP
    mine = {oathtool_of(accounts, ada, later + skew * STEP) for skew in (-1, 0, 1)}
    code = oathtool(hers, later)
    assert (code in mine) is shows(accounts, code, now=later, name="ada")
    assert not shows(accounts, code, now=later, name="bob")
    assert shows(accounts, code, now=later, name="eve")


def oathtool_of(accounts: Accounts, account_id: int, now: int) -> str:
    """Return the present code of an account's app."""
    with accounts._database.read() as connection:
        app = rows.find(connection, account_id)
    assert app is not None
    return code_at(app.secret(accounts._services.keyring), now // STEP)


@pytest.mark.asvs("15.4.2")
def test_attack_24_of_requests_that_show_the_same_code_at_once_one_succeeds(accounts: Accounts, ada: int) -> None:
    """In threads of one process."""
    secret = enrol(accounts, now=NOW)
    later = NOW + STEP
    code = oathtool(secret, later)
    results: list[bool] = []
    begin = threading.Barrier(8)

    def show() -> None:
        begin.wait()
        results.append(shows(accounts, code, now=later))

    threads = [threading.Thread(target=show) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [False] * 7 + [True] == sorted(results)


def _show_elsewhere(url: str, ring: bytes, code: str, now: int, begin: Any, results: Any) -> None:
    with Accounts.connect(url, keyring=Keyring([Key(ring)], ring)) as accounts:
        begin.wait()
        results.put(shows(accounts, code, now=now))


@pytest.mark.asvs("6.5.1", "15.4.2")
def test_attack_24_of_processes_that_show_the_same_code_at_once_one_succeeds(url: str) -> None:
    """On one database."""
    ring = os.urandom(32)
    with Accounts.connect(url, keyring=Keyring([Key(ring)], ring)) as accounts:
        accounts.add("ada", PASSWORD, now=NOW)
        code = oathtool(enrol(accounts, now=NOW), NOW + STEP)
    context = multiprocessing.get_context("spawn")
    begin, results = context.Barrier(3), context.Queue()
    arguments = (url, ring, code, NOW + STEP, begin, results)
    processes = [context.Process(target=_show_elsewhere, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    found = sorted(results.get(timeout=60) for _ in processes)
    for process in processes:
        process.join()
    assert [False, False, True] == found


def test_what_is_no_code_is_refused_before_anything_is_looked_up(accounts: Accounts, ada: int) -> None:
    """Whether there is an app or not."""
    with pytest.raises(BadCode):
        shows(accounts, "12345", now=NOW)
    setup = accounts.totp.begin(accounts.named("ada"), binding=LINEAGE, now=NOW)
    with pytest.raises(BadCode):
        accounts.totp.enrol(identity(accounts, now=NOW), setup.token, "1", binding=LINEAGE, now=NOW, **WHERE)


@pytest.mark.asvs("9.2.2")
def test_attack_24_what_was_begun_belongs_to_one_browser_and_account_and_counts_once(
    accounts: Accounts, ada: int
) -> None:
    """Nobody has somebody else confirm a secret that they know."""
    eve = accounts.add("eve", PASSWORD, now=NOW)
    setup = accounts.totp.begin(accounts.named("ada"), binding=LINEAGE, now=NOW)
    code = oathtool(setup.secret_text, NOW)
    with pytest.raises(CeremonyOver):
        accounts.totp.enrol(identity(accounts, "eve", now=NOW), setup.token, code, binding=LINEAGE, now=NOW, **WHERE)
    with pytest.raises(CeremonyOver):
        accounts.totp.enrol(identity(accounts, now=NOW), setup.token, code, binding=b"o" * 16, now=NOW, **WHERE)
    with pytest.raises(CeremonyOver):
        accounts.totp.resume(eve, setup.token, binding=LINEAGE, now=NOW)
    late = NOW + LIFETIME
    with pytest.raises(CeremonyOver):
        accounts.totp.enrol(
            identity(accounts, now=NOW),
            setup.token,
            oathtool(setup.secret_text, late),
            binding=LINEAGE,
            now=late,
            **WHERE,
        )
    accounts.totp.enrol(identity(accounts, now=NOW), setup.token, code, binding=LINEAGE, now=NOW, **WHERE)
    with pytest.raises(CeremonyOver):
        accounts.totp.enrol(identity(accounts, now=NOW), setup.token, code, binding=LINEAGE, now=NOW, **WHERE)


def test_an_app_is_not_set_up_by_a_session_that_is_over(accounts: Accounts, ada: int) -> None:
    """In the transaction that writes it."""
    stale = identity(accounts, now=NOW)
    setup = accounts.totp.begin(accounts.named("ada"), binding=LINEAGE, now=NOW)
    accounts.sign_ins.end_all(ada, NOW)
    with pytest.raises(SessionOver):
        accounts.totp.enrol(stale, setup.token, oathtool(setup.secret_text, NOW), binding=LINEAGE, now=NOW, **WHERE)
    assert accounts.totp.created(ada) is None


@pytest.mark.asvs("6.3.7")
def test_a_new_app_takes_the_old_ones_place(accounts: Accounts, ada: int) -> None:
    """The old one's codes count no more, and the owner is told."""
    old = enrol(accounts, now=NOW)
    new = enrol(accounts, now=NOW + STEP)
    later = NOW + 2 * STEP
    known = {oathtool(new, later + skew * STEP) for skew in (-1, 0, 1)}
    code = oathtool(old, later)
    assert (code in known) is shows(accounts, code, now=later)
    assert shows(accounts, oathtool(new, later + STEP), now=later + STEP)
    assert [("", ("totp",)), ("factor-replaced", ("totp",))] == [
        event[1:] for event in events(accounts, audit.FACTOR_ADDED)
    ]
    assert 2 == len([order for order in orders(accounts) if order.notice is Notice.FACTOR_ADDED])


@pytest.mark.asvs("16.2.5")
def test_a_copy_of_the_database_holds_no_secret_and_no_log_line_does(
    accounts: Accounts, ada: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Sealed, and bound to its row."""
    with caplog.at_level(logging.DEBUG):
        secret_text = enrol(accounts, now=NOW)
        code = oathtool(secret_text, NOW + STEP)
        assert shows(accounts, code, now=NOW + STEP)
        with accounts._database.read() as connection:
            app = rows.find(connection, ada)
        assert app is not None
        secret = app.secret(accounts._services.keyring)
        setup = accounts.totp.begin(accounts.named("ada"), binding=LINEAGE, now=NOW)
        said = repr((app, setup, [vars(record) for record in caplog.records]))
    accounts._database.close()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("hardtack.db"))
    assert secret not in held
    for bad in (secret_text, secret_text.replace(" ", ""), code, secret.hex(), setup.token, setup.secret_text):
        assert bad.encode() not in held
        assert bad not in said


def test_a_secret_in_another_row_opens_nothing_and_the_operator_is_told(
    accounts: Accounts, ada: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever can write to the database cannot give somebody a secret that they know."""
    eve = accounts.add("eve", PASSWORD, now=NOW)
    enrol(accounts, now=NOW)
    hers = enrol(accounts, "eve", now=NOW)
    with accounts._database.write() as connection:
        connection.execute(
            text("UPDATE totp SET secret = (SELECT secret FROM totp WHERE account_id = :eve) WHERE account_id = :ada"),
            {"eve": eve.id, "ada": ada},
        )
    assert not shows(accounts, oathtool(hers, NOW + STEP), now=NOW + STEP)
    (record,) = [one for one in caplog.records if vars(one).get("event") == "totp-secret-refused"]
    assert ("forged", ada) == (vars(record)["reason"], vars(record)["account"])
    assert shows(accounts, oathtool(hers, NOW + STEP), now=NOW + STEP, name="eve")


@pytest.mark.asvs("11.2.2")
def test_a_secret_stays_good_through_a_rotation_and_a_resealing(url: str) -> None:
    """What ``hardtack keys reseal`` does: afterwards the old key is needed no more."""
    old, new, pepper = os.urandom(32), os.urandom(32), os.urandom(32)
    with Accounts.connect(url, keyring=Keyring([Key(old)], pepper)) as accounts:
        accounts.add("ada", PASSWORD, now=NOW)
        secret = enrol(accounts, now=NOW)
    both = Keyring([Key(old, "opening"), Key(new)], pepper)
    with Accounts.connect(url, keyring=both) as accounts:
        assert shows(accounts, oathtool(secret, NOW + STEP), now=NOW + STEP)
        steps = list(sealed.reseal(accounts._database, both))
        assert 0 == steps[-1].unreadable
        with accounts._database.read() as connection:
            assert {Key(new).id.hex()} == set(sealed.under(connection))
    with Accounts.connect(url, keyring=Keyring([Key(new)], pepper)) as accounts:
        assert shows(accounts, oathtool(secret, NOW + 2 * STEP), now=NOW + 2 * STEP)


@pytest.mark.asvs("6.3.7", "6.5.6", "7.4.3")
def test_an_app_is_removed_by_its_owner(accounts: Accounts, ada: int) -> None:
    """It is the last factor, so with the password; every session ends, recovery codes go, and the owner is told."""
    enrol(accounts, now=NOW)
    accounts.recovery_codes.make(identity(accounts, now=NOW), now=NOW, first=True, **WHERE)
    before = accounts.named("ada")
    after = accounts.totp.remove(identity(accounts, now=NOW), password=PASSWORD, now=NOW, **WHERE)
    assert before.epoch + 1 == after.epoch
    held = accounts.second_factors.held(ada)
    assert (False, 0) == (held.second, held.recovery_codes)
    assert [(audit.FACTOR_REMOVED, "", ("totp",))] == events(accounts, audit.FACTOR_REMOVED)
    assert (Notice.FACTOR_REMOVED, "totp") == ((last := orders(accounts)[-1]).notice, last.detail)
    with pytest.raises(Refused) as caught:
        accounts.totp.remove(identity(accounts, now=NOW), password=PASSWORD, now=NOW, **WHERE)
    assert "no-such-factor" == caught.value.slug
