"""Passkeys: made, shown, counted, named and removed; and attack 26 in every way that it can be tried."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from hardtack.errors import Refused
from hardtack.login import Account, Accounts, Known, Whence
from hardtack.login.ceremonies import LIFETIME, CeremonyOver, Kind
from hardtack.login.credentials import SessionOver
from hardtack.login.devices import Device
from hardtack.login.factor_changes import FactorNeeded, LastFactor, NoSuchFactor
from hardtack.login.factors import PASSKEY
from hardtack.login.half import HalfOver
from hardtack.login.outbox import Notice
from hardtack.login.passkey_errors import (
    MOST,
    MOST_LABEL,
    BadPasskeyLabel,
    PasskeyCopied,
    PasskeyTaken,
    PasskeyUnfit,
    PasskeyWrong,
    TooManyPasskeys,
)
from hardtack.login.passkeys_shown import Offer
from hardtack.login.second_step import Answer
from hardtack.login.throttle import CLIENT as CLIENT_BUDGET
from hardtack.login.throttle import TooManyAttempts
from hardtack.login.webauthn import Party
from hardtack.seal import Purpose, SealError
from hardtack.session import Identity
from hardtack.store.passkeys import Passkey
from hardtack.store.schema import account as account_table
from hardtack.store.schema import audit as audit_table
from tests.login.authenticator import BE, BS, HOST, ORIGIN, UV, Authenticator
from tests.login.conftest import CLIENT, NOW, PASSWORD, WRONG, orders, tried

PARTY = Party(HOST, ORIGIN, "Hardtack")
BINDING = b"browser of the test"
ELSEWHERE = b"another browser"


@pytest.fixture
def ada(accounts: Accounts) -> Account:
    """Somebody with an account and an address."""
    return _member(accounts, "ada")


def _member(accounts: Accounts, name: str) -> Account:
    made = accounts.add(name, PASSWORD, now=NOW)
    address = f"{name}@example.org"
    with accounts._database.write() as connection:
        accounts._services.rows.set_address(connection, made.id, email=address, canonical=address)
    found = accounts.get(made.id)
    assert found is not None
    return found


def identity(account: Account) -> Identity:
    """Return a session of *account*."""
    return Identity(
        bytes(16),
        account.id.to_bytes(16, "big"),
        account.id,
        account.epoch,
        0,
        ("password",),
        NOW,
        NOW,
        NOW,
        NOW + 9999,
    )


def offered(accounts: Accounts, account: Account, **more: Any) -> Offer:
    """Begin the making of a passkey."""
    return accounts.passkeys.options_to_make(account, **{"party": PARTY, "binding": BINDING, "now": NOW, **more})


def made(
    accounts: Accounts, account: Account, authenticator: Authenticator, label: str = "Laptop", **more: Any
) -> Passkey:
    """Make a passkey, all of it."""
    offer = offered(accounts, account)
    answer = authenticator.make(offer.options)
    return kept(accounts, account, offer.token, answer, label, **more)


def kept(accounts: Accounts, account: Account, token: str, answer: str, label: str = "Laptop", **more: Any) -> Passkey:
    """Give an answer to the making of a passkey."""
    given = {"party": PARTY, "binding": BINDING, "client": CLIENT, "now": NOW, "device": "firefox/linux"}
    who = more.pop("who", identity(account))
    return accounts.passkeys.make(who, token, answer, label, **{**given, **more})


def asked(accounts: Accounts, account: Account | None, **more: Any) -> Offer:
    """Begin the showing of a passkey."""
    account_id = None if account is None else account.id
    return accounts.passkeys.options_to_show(account_id, **{"party": PARTY, "binding": BINDING, "now": NOW, **more})


def verified(accounts: Accounts, account: Account | None, token: str, answer: str, **more: Any) -> Passkey:
    """Give an answer to the showing of a passkey."""
    account_id = None if account is None else account.id
    given = {"party": PARTY, "binding": BINDING, "now": NOW + 1, **more}
    with accounts._database.write() as connection:
        return accounts.passkeys.verify(connection, account_id, token, answer, **given)


def shown(accounts: Accounts, account: Account | None, authenticator: Authenticator, **more: Any) -> Passkey:
    """Show a passkey, all of it."""
    offer = asked(accounts, account, alone=more.get("alone", False))
    return verified(accounts, account, offer.token, authenticator.show(offer.options), **more)


def signed_in(accounts: Accounts, authenticator: Authenticator, **more: Any) -> Account:
    """Sign in by a passkey and nothing else."""
    offer = asked(accounts, None)
    answer = more.pop("answer", None) or authenticator.show(offer.options, **more.pop("show", {}))
    given = {"party": PARTY, "binding": BINDING, "client": CLIENT, "now": NOW, "device": "firefox/linux", **more}
    return accounts.passkey_sign_in.sign_in(given.pop("token", offer.token), answer, **given)


def events(accounts: Accounts) -> list[tuple[str, str, int | None]]:
    """Return what the trail says, the oldest first."""
    with accounts._database.read() as connection:
        rows = connection.execute(select(audit_table).order_by(audit_table.c.id)).all()
    return [(row.event, row.reason, row.account_id) for row in rows]


def test_a_passkey_is_made_and_shown(accounts: Accounts, ada: Account) -> None:
    """Everything that its authenticator said is kept, and what it says when it is used."""
    authenticator = Authenticator(flags=UV | BE)
    passkey = made(accounts, ada, authenticator)
    assert (authenticator.credential_id,) == tuple(each.credential_id for each in accounts.passkeys.list(ada.id))
    assert (ada.id, "Laptop", True, True, False, None) == (
        passkey.account_id,
        passkey.label,
        passkey.user_verified,
        passkey.backup_eligible,
        passkey.backed_up,
        passkey.last_used,
    )
    assert ("hybrid", "internal") == passkey.transports
    authenticator.flags |= BS
    after = shown(accounts, ada, authenticator)
    (listed,) = accounts.passkeys.list(ada.id)
    assert after == listed
    assert (1, True, NOW + 1) == (listed.sign_count, listed.backed_up, listed.last_used)
    assert accounts.second_factors.held(ada.id).passkeys == 1


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_each_kind_of_key_signs(accounts: Accounts, ada: Account, algorithm: str) -> None:
    """Those that are asked for."""
    authenticator = Authenticator(algorithm=algorithm)
    made(accounts, ada, authenticator)
    assert NOW + 1 == shown(accounts, ada, authenticator).last_used
    assert ada == signed_in(accounts, authenticator)


@pytest.mark.asvs("6.7.2")
def test_what_a_browser_is_asked_with_names_nobody_but_the_service(accounts: Accounts, ada: Account) -> None:
    """The number that leads back to an account is a keyed hash; challenges are 32 random bytes, never the same."""
    first, second = offered(accounts, ada).options, offered(accounts, ada).options
    assert {"id": HOST, "name": "Hardtack"} == first["rp"]
    assert first["user"] == second["user"]
    assert 43 == len(first["user"]["id"]) == len(first["challenge"])
    assert first["challenge"] != second["challenge"]
    other = _member(accounts, "mallory")
    assert first["user"]["id"] != offered(accounts, other).options["user"]["id"]
    assert [-7, -8, -257] == [each["alg"] for each in first["pubKeyCredParams"]]
    assert "none" == first["attestation"]
    assert {"residentKey": "preferred", "userVerification": "preferred"} == first["authenticatorSelection"]
    assert json.loads(offered(accounts, ada).text)["rp"] == first["rp"]


def test_those_that_are_there_are_not_made_again_and_are_asked_for_by_name(accounts: Accounts, ada: Account) -> None:
    """Beside a password; alone nobody's are named."""
    one, other = Authenticator(), Authenticator(flags=0)
    made(accounts, ada, one)
    made(accounts, ada, other)
    both = {one.answer({})[8:51], other.answer({})[8:51]}
    assert both == {each["id"] for each in offered(accounts, ada).options["excludeCredentials"]}
    beside = asked(accounts, ada).options
    assert (both, "preferred") == ({each["id"] for each in beside["allowCredentials"]}, beside["userVerification"])
    alone = asked(accounts, ada, alone=True).options
    assert [one.answer({})[8:51]] == [each["id"] for each in alone["allowCredentials"]]
    assert "required" == alone["userVerification"]
    nobody = asked(accounts, None).options
    assert ([], "required", HOST) == (nobody["allowCredentials"], nobody["userVerification"], nobody["rpId"])


def test_where_every_passkey_wants_its_person_verified_the_browser_is_asked_so(
    accounts: Accounts, ada: Account
) -> None:
    """Beside a password, too."""
    made(accounts, ada, Authenticator())
    assert "required" == asked(accounts, ada).options["userVerification"]


@pytest.mark.asvs("6.3.7")
def test_the_owner_is_told_and_it_is_written_down(accounts: Accounts, ada: Account) -> None:
    """Of the making and of the removing, with its name."""
    passkey = made(accounts, ada, Authenticator(), label="  my \t key ")
    accounts.passkeys.remove(identity(ada), passkey.id, password=PASSWORD, client=CLIENT, now=NOW)
    told = [(each.notice, each.detail) for each in orders(accounts)]
    assert [(Notice.FACTOR_ADDED, "passkey my key"), (Notice.FACTOR_REMOVED, "passkey my key")] == told
    assert ["factor-added", "confirm", "factor-removed"] == [event for event, _, _ in events(accounts)][-3:]


def test_one_account_has_no_more_than_twenty(accounts: Accounts, ada: Account) -> None:
    """The twenty-first is refused, and its ceremony can be used once one was removed."""
    for _ in range(MOST):
        made(accounts, ada, Authenticator())
    with pytest.raises(TooManyPasskeys):
        made(accounts, ada, Authenticator())
    assert MOST == len(accounts.passkeys.list(ada.id))


@pytest.mark.parametrize("label", ["", " \t", "x" * (MOST_LABEL + 1), "a\0b", "a\u202eb", "\ud800"])
def test_a_name_that_is_none_is_refused(accounts: Accounts, ada: Account, label: str) -> None:
    """When it is made, and later."""
    with pytest.raises(BadPasskeyLabel):
        made(accounts, ada, Authenticator(), label=label)
    passkey = made(accounts, ada, Authenticator())
    with pytest.raises(BadPasskeyLabel):
        accounts.passkeys.rename(identity(ada), passkey.id, label, client=CLIENT, now=NOW)


def test_a_passkey_is_called_something_else(accounts: Accounts, ada: Account) -> None:
    """By its owner, while their session holds; it is written down."""
    passkey = made(accounts, ada, Authenticator())
    renamed = accounts.passkeys.rename(identity(ada), passkey.id, "王小明 的钥匙", client=CLIENT, now=NOW)
    assert "王小明 的钥匙" == renamed.label == accounts.passkeys.list(ada.id)[0].label
    assert ("passkey-renamed", "", ada.id) == events(accounts)[-1]


def test_attack_28_nobody_renames_or_removes_what_is_somebody_elses(accounts: Accounts, ada: Account) -> None:
    """It is as if there were none of that id."""
    passkey = made(accounts, ada, Authenticator())
    mallory = _member(accounts, "mallory")
    with pytest.raises(NoSuchFactor):
        accounts.passkeys.rename(identity(mallory), passkey.id, "mine", client=CLIENT, now=NOW)
    with pytest.raises(NoSuchFactor):
        accounts.passkeys.remove(identity(mallory), passkey.id, password=PASSWORD, client=CLIENT, now=NOW)
    assert (passkey,) == accounts.passkeys.list(ada.id)


def test_a_session_that_is_over_changes_nothing(accounts: Accounts, ada: Account) -> None:
    """Neither by making nor by renaming."""
    passkey = made(accounts, ada, Authenticator())
    offer = offered(accounts, ada)
    accounts.sign_out(identity(ada), NOW)
    with pytest.raises(SessionOver):
        kept(accounts, ada, offer.token, Authenticator().make(offer.options))
    with pytest.raises(SessionOver):
        accounts.passkeys.rename(identity(ada), passkey.id, "other", client=CLIENT, now=NOW)
    assert (passkey,) == accounts.passkeys.list(ada.id)


@pytest.mark.asvs("6.5.6", "7.4.3")
def test_removing_ends_every_other_session(accounts: Accounts, ada: Account) -> None:
    """By a new epoch."""
    first = made(accounts, ada, Authenticator())
    made(accounts, ada, Authenticator())
    changed = accounts.passkeys.remove(identity(ada), first.id, client=CLIENT, now=NOW)
    assert changed.epoch > ada.epoch
    assert 1 == len(accounts.passkeys.list(ada.id))


def test_the_last_factor_goes_only_with_the_password(accounts: Accounts, ada: Account) -> None:
    """Never by accident."""
    passkey = made(accounts, ada, Authenticator())
    with pytest.raises(LastFactor):
        accounts.passkeys.remove(identity(ada), passkey.id, client=CLIENT, now=NOW)
    with pytest.raises(Refused):
        accounts.passkeys.remove(identity(ada), passkey.id, password=WRONG, client=CLIENT, now=NOW)
    assert (passkey,) == accounts.passkeys.list(ada.id)
    accounts.passkeys.remove(identity(ada), passkey.id, password=PASSWORD, client=CLIENT, now=NOW)
    assert () == accounts.passkeys.list(ada.id)


@pytest.mark.parametrize("assurance", [2, 3])
def test_the_last_passkey_stays_where_one_is_demanded(accounts: Accounts, ada: Account, assurance: int) -> None:
    """Whatever password comes with it."""
    accounts.second_factors.assurance = assurance
    passkey = made(accounts, ada, Authenticator())
    with pytest.raises(FactorNeeded):
        accounts.passkeys.remove(identity(ada), passkey.id, password=PASSWORD, client=CLIENT, now=NOW)
    assert (passkey,) == accounts.passkeys.list(ada.id)


def test_a_half_done_sign_in_enrols_a_passkey_where_one_is_demanded(accounts: Accounts, ada: Account) -> None:
    """And only there: whoever has a factor must prove it (attack 25)."""
    accounts.second_factors.assurance = 3
    half = accounts.half.begin(ada, ("password",), now=NOW)
    offer = offered(accounts, ada, binding=half.shown.id)
    authenticator = Authenticator()
    kept(accounts, ada, offer.token, authenticator.make(offer.options), who=half, binding=half.shown.id)
    again = offered(accounts, ada, binding=half.shown.id)
    with pytest.raises(HalfOver):
        kept(accounts, ada, again.token, Authenticator().make(again.options), who=half, binding=half.shown.id)
    assert 1 == len(accounts.passkeys.list(ada.id))


# Attack 26 ----------------------------------------------------------------------------------------------------------

Change = Callable[[Authenticator], dict[str, Any]]


def _set(**values: Any) -> Change:
    def change(authenticator: Authenticator) -> dict[str, Any]:
        for name, value in values.items():
            setattr(authenticator, name, value)
        return {}

    return change


def _say(**values: Any) -> Change:
    return lambda _: {"client": values}


BAD_PAGES = {
    "origin": _set(origin="https://evil.example.org"),
    "a host below ours": _set(origin="https://a.id.example.org"),
    "another port": _set(origin=f"{ORIGIN}:8443"),
    "another scheme": _set(origin="http://id.example.org"),
    "the same with a slash": _set(origin=f"{ORIGIN}/"),
    "another host's passkey": _set(host="example.org"),
    "another type": _say(type="payment.get"),
    "the other type": _say(type="webauthn.other"),
    "cross-origin": _say(crossOrigin=True),
    "cross-origin, no boolean": _say(crossOrigin=1),
    "inside another page": _say(topOrigin="https://evil.example.org"),
    "another challenge": _say(challenge="A" * 43),
    "no challenge": _say(challenge=""),
    "a list for an origin": _say(origin=[ORIGIN]),
}
"""Ways in which what the browser signs can be wrong, with a true signature."""


@pytest.mark.asvs("6.3.3")
@pytest.mark.parametrize("how", list(BAD_PAGES))
def test_attack_26_what_was_signed_elsewhere_or_for_something_else_proves_nothing(
    accounts: Accounts, ada: Account, how: str
) -> None:
    """Neither when it is made, nor beside a password, nor alone; each with a signature that is true."""
    fresh = Authenticator()
    offer = offered(accounts, ada)
    with pytest.raises(PasskeyUnfit):
        kept(accounts, ada, offer.token, fresh.make(offer.options, **BAD_PAGES[how](fresh)))
    assert () == accounts.passkeys.list(ada.id)
    authenticator = Authenticator()
    passkey = made(accounts, ada, authenticator)
    more = BAD_PAGES[how](authenticator)
    for account in (ada, None):
        asking = asked(accounts, account)
        with pytest.raises(PasskeyWrong) as refused:
            verified(accounts, account, asking.token, authenticator.show(asking.options, **more))
        assert ada.id == refused.value.account_id
    assert (passkey,) == accounts.passkeys.list(ada.id)


def test_attack_26_a_host_header_is_no_origin(accounts: Accounts, ada: Account) -> None:
    """What is asked for is the party's, and nothing that a request says comes near it."""
    offer = offered(accounts, ada)
    assert HOST == offer.options["rp"]["id"]
    authenticator = Authenticator(host="localhost", origin="http://localhost:8000")
    with pytest.raises(PasskeyUnfit):
        kept(accounts, ada, offer.token, authenticator.make(offer.options))


@pytest.mark.asvs("6.3.3", "6.7.2")
def test_attack_26_a_challenge_counts_once(accounts: Accounts, ada: Account) -> None:
    """For making and for showing, in any number of requests."""
    authenticator = Authenticator(counts=False)
    offer = offered(accounts, ada)
    answer = authenticator.make(offer.options)
    passkey = kept(accounts, ada, offer.token, answer)
    accounts.passkeys.remove(identity(ada), passkey.id, password=PASSWORD, client=CLIENT, now=NOW)
    now = accounts.get(ada.id)
    assert now is not None
    with pytest.raises(CeremonyOver):
        kept(accounts, now, offer.token, answer)
    made(accounts, now, authenticator)
    asking = asked(accounts, ada)
    shown_once = authenticator.show(asking.options)
    verified(accounts, ada, asking.token, shown_once)
    with pytest.raises(CeremonyOver):
        verified(accounts, ada, asking.token, shown_once)


@pytest.mark.asvs("6.7.2", "9.2.2")
def test_attack_26_a_challenge_of_another_session_another_kind_or_another_time_is_none(
    accounts: Accounts, ada: Account
) -> None:
    """With an answer that is true in everything else."""
    authenticator = Authenticator()
    offer = offered(accounts, ada)
    answer = authenticator.make(offer.options)
    for more in ({"binding": ELSEWHERE}, {"now": NOW + LIFETIME}):
        with pytest.raises(CeremonyOver):
            kept(accounts, ada, offer.token, answer, **more)
    kept(accounts, ada, offer.token, answer)
    asking = asked(accounts, ada)
    shown_once = authenticator.show(asking.options)
    for more in ({"binding": ELSEWHERE}, {"now": NOW + LIFETIME}):
        with pytest.raises(CeremonyOver):
            verified(accounts, ada, asking.token, shown_once, **more)
    services = accounts._services
    other = services.ceremonies.begin(Kind.MAKE_PASSKEY, account=ada.id, binding=BINDING, data=bytes(32), now=NOW)
    for token in ("", other, offer.token, asking.token[:-2], "x" * 5000):
        with pytest.raises(CeremonyOver):
            verified(accounts, ada, token, shown_once)


def test_attack_26_a_challenge_of_another_account_is_none(accounts: Accounts, ada: Account) -> None:
    """Nor is one for nobody in particular a challenge for somebody, or the other way about."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    mallory = _member(accounts, "mallory")
    for begun, given in ((mallory, ada), (None, ada), (ada, None)):
        asking = asked(accounts, begun)
        with pytest.raises(CeremonyOver):
            verified(accounts, given, asking.token, authenticator.show(asking.options))
    offer = offered(accounts, mallory)
    with pytest.raises(CeremonyOver):
        kept(accounts, ada, offer.token, Authenticator().make(offer.options))


@pytest.mark.asvs("7.5.3")
def test_attack_26_step_up_by_somebody_elses_passkey_proves_nothing(accounts: Accounts, ada: Account) -> None:
    """However true it is; nor does one that claims to be of the account."""
    mallory = _member(accounts, "mallory")
    own, authenticator = Authenticator(), Authenticator()
    made(accounts, ada, own)
    made(accounts, mallory, authenticator)
    for user in (authenticator.user, own.user, b""):
        authenticator.user = user
        with pytest.raises(PasskeyWrong) as refused:
            shown(accounts, ada, authenticator)
        assert "passkey-of-another-account" == refused.value.reason
    authenticator.credential_id = own.credential_id
    with pytest.raises(PasskeyWrong) as refused:
        shown(accounts, ada, authenticator)
    assert "passkey-signature" == refused.value.reason


def test_attack_26_a_user_handle_must_lead_to_the_owner(accounts: Accounts, ada: Account) -> None:
    """Where nobody is named it must be there; where somebody is, it may be missing."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    authenticator.user = b""
    assert shown(accounts, ada, authenticator).account_id == ada.id
    asking = asked(accounts, ada)
    verified(accounts, ada, asking.token, authenticator.show(asking.options, userHandle=None))
    with pytest.raises(PasskeyWrong) as refused:
        shown(accounts, None, authenticator)
    assert "passkey-of-nobody" == refused.value.reason
    authenticator.user = bytes(32)
    for account in (None, ada):
        with pytest.raises(PasskeyWrong) as refused:
            shown(accounts, account, authenticator)
        assert "passkey-of-another-account" == refused.value.reason


@pytest.mark.asvs("6.3.3")
def test_attack_26_nobody_is_present(accounts: Accounts, ada: Account) -> None:
    """A signature that no person has asked for proves nothing."""
    authenticator = Authenticator()
    offer = offered(accounts, ada)
    with pytest.raises(PasskeyUnfit) as unfit:
        kept(accounts, ada, offer.token, authenticator.make(offer.options, flags=UV | 64))
    assert "passkey-not-present" == unfit.value.reason
    made(accounts, ada, authenticator)
    asking = asked(accounts, ada)
    with pytest.raises(PasskeyWrong) as refused:
        verified(accounts, ada, asking.token, authenticator.show(asking.options, flags=UV))
    assert "passkey-not-present" == refused.value.reason


@pytest.mark.asvs("6.3.3")
def test_attack_26_whoever_was_verified_once_must_be_each_time(accounts: Accounts, ada: Account) -> None:
    """Whatever the page has asked the browser for: it is enforced for each passkey by itself (allauth #4224)."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    authenticator.flags = 0
    for account in (ada, None):
        with pytest.raises(PasskeyWrong) as refused:
            shown(accounts, account, authenticator)
        assert "passkey-not-verified" == refused.value.reason
    authenticator.flags = UV
    assert shown(accounts, ada, authenticator).account_id == ada.id


@pytest.mark.asvs("6.3.3")
def test_attack_26_what_was_made_without_verification_is_never_good_alone(accounts: Accounts, ada: Account) -> None:
    """Even where the authenticator says so later; beside a password it is a factor (allauth #4224)."""
    authenticator = Authenticator(flags=0)
    assert not made(accounts, ada, authenticator).user_verified
    assert shown(accounts, ada, authenticator).account_id == ada.id
    authenticator.flags = UV
    for account, alone in ((None, False), (ada, True)):
        with pytest.raises(PasskeyWrong) as refused:
            shown(accounts, account, authenticator, alone=alone)
        assert "passkey-not-alone" == refused.value.reason
    with pytest.raises(PasskeyWrong):
        signed_in(accounts, authenticator)


@pytest.mark.parametrize("says", [0, 1, 4, 5])
def test_attack_26_a_counter_that_does_not_go_up_means_a_copy(accounts: Accounts, ada: Account, says: int) -> None:
    """It proves nothing, and what is known of it stays as it was."""
    authenticator = Authenticator(count=4)
    made(accounts, ada, authenticator)
    assert 5 == shown(accounts, ada, authenticator).sign_count
    authenticator.count = says - 1 if says else 0
    authenticator.counts = says > 0
    with pytest.raises(PasskeyCopied) as copied:
        shown(accounts, ada, authenticator)
    assert "Laptop" == copied.value.passkey.label
    assert 5 == accounts.passkeys.list(ada.id)[0].sign_count


def test_a_counter_that_stays_at_none_is_no_sign_of_anything(accounts: Accounts, ada: Account) -> None:
    """Passkeys that are copied among devices do not count."""
    authenticator = Authenticator(counts=False)
    made(accounts, ada, authenticator)
    for _ in range(3):
        assert 0 == shown(accounts, ada, authenticator).sign_count


@pytest.mark.asvs("6.3.5")
def test_attack_26_the_owner_is_told_that_there_may_be_a_copy(accounts: Accounts, ada: Account) -> None:
    """By mail, and in the trail; whoever tried is told nothing of it."""
    authenticator = Authenticator(count=4)
    made(accounts, ada, authenticator, label="Key on the ring")
    authenticator.count = 1
    with pytest.raises(PasskeyWrong) as refused:
        signed_in(accounts, authenticator)
    assert refused.value.detail == PasskeyWrong("x").detail
    (told,) = [each for each in orders(accounts) if each.notice is Notice.PASSKEY_COPIED]
    assert (ada.id, "Key on the ring", CLIENT, "firefox/linux") == (
        told.account,
        told.detail,
        told.client,
        told.device,
    )
    assert [("passkey-copied", "", ada.id), ("sign-in-refused", "passkey-copied", ada.id)] == events(accounts)[-2:]


def test_without_an_address_a_copy_is_in_the_trail_alone(accounts: Accounts) -> None:
    """There is nobody to write to."""
    bob = accounts.add("bob", PASSWORD, now=NOW)
    authenticator = Authenticator(count=4)
    made(accounts, bob, authenticator)
    authenticator.count = 1
    with pytest.raises(PasskeyWrong):
        signed_in(accounts, authenticator)
    assert [] == orders(accounts)
    assert ("passkey-copied", "", bob.id) in events(accounts)


@pytest.mark.asvs("6.7.1")
def test_attack_26_the_same_credential_is_registered_once(accounts: Accounts, ada: Account) -> None:
    """Neither twice for its owner nor for anybody else."""
    authenticator = Authenticator()
    passkey = made(accounts, ada, authenticator)
    mallory = _member(accounts, "mallory")
    for account in (ada, mallory):
        with pytest.raises(PasskeyTaken):
            made(accounts, account, authenticator)
    assert (passkey,) == accounts.passkeys.list(ada.id)
    assert () == accounts.passkeys.list(mallory.id)


def test_attack_26_what_cannot_be_copied_never_can(accounts: Accounts, ada: Account) -> None:
    """An authenticator that says so of itself later, or that it is copied and cannot be, is not believed."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    for flags in (UV | BE, UV | BE | BS, UV | BS):
        authenticator.flags = flags
        with pytest.raises(PasskeyWrong) as refused:
            shown(accounts, ada, authenticator)
        assert "passkey-backup" == refused.value.reason
    with pytest.raises(PasskeyUnfit) as unfit:
        made(accounts, ada, Authenticator(flags=UV | BS))
    assert "passkey-backup" == unfit.value.reason


def test_attack_26_a_passkey_of_nobody_is_unknown(accounts: Accounts, ada: Account) -> None:
    """With a true signature."""
    authenticator = Authenticator(user=bytes(32))
    for account in (ada, None):
        with pytest.raises(PasskeyWrong) as refused:
            shown(accounts, account, authenticator)
        assert ("passkey-unknown", None) == (refused.value.reason, refused.value.account_id)


# Alone --------------------------------------------------------------------------------------------------------------


def test_somebody_signs_in_by_passkey_alone(accounts: Accounts, ada: Account) -> None:
    """The trail says with what, and the owner is told of a new device where there was a sign-in before."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    assert ada == signed_in(accounts, authenticator)
    assert ("sign-in", "", ada.id) == events(accounts)[-1]
    assert [] == [each for each in orders(accounts) if each.notice is Notice.NEW_DEVICE]
    signed_in(accounts, authenticator)
    assert 1 == len([each for each in orders(accounts) if each.notice is Notice.NEW_DEVICE])
    known = Known((Device(ada.id, bytes(16), NOW),))
    signed_in(accounts, authenticator, known=known)
    assert 1 == len([each for each in orders(accounts) if each.notice is Notice.NEW_DEVICE])
    with accounts._database.read() as connection:
        factors = connection.execute(select(audit_table.c.factors).order_by(audit_table.c.id.desc())).scalar()
    assert "passkey" == factors


def test_attack_13_a_locked_name_is_opened_by_its_owners_passkey(accounts: Accounts, ada: Account) -> None:
    """A hundred wrong passwords from anywhere keep nobody out, and are forgotten with it."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    for number in range(100):
        tried(accounts, client=f"198.51.100.{number}", now=NOW + number * 60)
    later = NOW + 7000
    assert "too-many-failures" == tried(accounts, password=PASSWORD, now=later)
    offer = asked(accounts, None, now=later)
    answer = authenticator.show(offer.options)
    assert ada == signed_in(accounts, authenticator, token=offer.token, answer=answer, now=later)
    assert "ada" == tried(accounts, password=PASSWORD, now=later)


def test_a_client_that_shows_nothing_good_is_slowed_down(accounts: Accounts, ada: Account) -> None:
    """Whoever succeeds gets their place back; the first refusal is written down."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    for _ in range(CLIENT_BUDGET.at_once + 5):
        signed_in(accounts, authenticator)
    for _ in range(CLIENT_BUDGET.at_once):
        with pytest.raises(PasskeyWrong):
            signed_in(accounts, authenticator, answer="{}")
    for _ in range(2):
        with pytest.raises(TooManyAttempts):
            signed_in(accounts, authenticator)
    assert 1 == len([reason for _, reason, _ in events(accounts) if reason == "throttled"])
    assert ada == signed_in(accounts, authenticator, client="198.51.100.9")


@pytest.mark.parametrize("column", ["disabled_at", "closed_at"])
def test_a_disabled_account_is_answered_like_a_wrong_passkey(accounts: Accounts, ada: Account, column: str) -> None:
    """And it is written down whose it was."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    with accounts._database.write() as connection:
        connection.execute(update(account_table).where(account_table.c.id == ada.id).values({column: NOW}))
    with pytest.raises(PasskeyWrong) as refused:
        signed_in(accounts, authenticator)
    assert refused.value.detail == PasskeyWrong("x").detail
    assert ("sign-in-refused", "passkey-disabled", ada.id) == events(accounts)[-1]


def test_a_ceremony_that_is_over_signs_nobody_in(accounts: Accounts, ada: Account) -> None:
    """It is written down without a name."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    with pytest.raises(CeremonyOver):
        signed_in(accounts, authenticator, binding=ELSEWHERE)
    assert ("sign-in-refused", "ceremony-forged", None) == events(accounts)[-1]


def test_attack_26_of_requests_at_once_with_one_answer_one_counts(accounts: Accounts, ada: Account) -> None:
    """By a passkey that does not count its signatures, too; and one new passkey comes of one ceremony."""
    authenticator = Authenticator(counts=False)
    offer = offered(accounts, ada)
    made_answer = authenticator.make(offer.options)

    def at_once(give: Callable[[], object]) -> list[str]:
        def outcome(_: int) -> str:
            try:
                give()
            except Refused as refused:
                return refused.slug
            return "good"

        with ThreadPoolExecutor(8) as threads:
            return sorted(threads.map(outcome, range(8)))

    once = ["ceremony-over"] * 7 + ["good"]
    assert once == at_once(lambda: kept(accounts, ada, offer.token, made_answer))
    asking = asked(accounts, None)
    shown_answer = authenticator.show(asking.options)
    assert once == at_once(lambda: verified(accounts, None, asking.token, shown_answer))


@pytest.mark.parametrize("purpose", [each for each in Purpose if each is not Purpose.CEREMONY])
def test_attack_27_what_is_sealed_for_anything_else_is_no_ceremony(
    accounts: Accounts, ada: Account, purpose: Purpose
) -> None:
    """With the same claims in the same context; nor is a ceremony anything else."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    ceremonies = accounts._services.ceremonies
    asking = asked(accounts, ada)
    answer = authenticator.show(asking.options)
    claims = ceremonies.read(Kind.SHOW_PASSKEY, asking.token, account=ada.id, binding=BINDING, now=NOW)
    context = ("ceremony", Kind.SHOW_PASSKEY.value, "hardtack", BINDING.hex())
    sealed = accounts._services.keyring.seal(
        msgspec.msgpack.encode(claims), purpose=purpose, context=context, expires_at=claims.until
    )
    with pytest.raises(CeremonyOver):
        verified(accounts, ada, sealed, answer)
    with pytest.raises(SealError):
        accounts._services.keyring.open(asking.token, purpose=purpose, context=context, now=NOW)
    assert ada.id == verified(accounts, ada, asking.token, answer).account_id


@pytest.mark.asvs("6.3.1")
def test_wrong_passkeys_beside_a_password_are_counted_for_the_client(accounts: Accounts, ada: Account) -> None:
    """Whoever is signed in, or half, cannot have us verify signatures for ever; a right one is free."""
    authenticator = Authenticator()
    made(accounts, ada, authenticator)
    whence, owner = Whence(CLIENT, "firefox/linux"), identity(ada)

    def shows(answer: str | None = None, client: str = CLIENT) -> str:
        offer = asked(accounts, ada, binding=owner.lineage)
        answer = answer or authenticator.show(offer.options)
        try:
            accounts.second_step.confirm(
                owner, Answer(PASSKEY, answer, offer.token, PARTY), now=NOW, whence=replace(whence, client=client)
            )
        except Refused as refused:
            return refused.slug
        return "right"

    assert ["right"] * (CLIENT_BUDGET.at_once + 2) == [shows() for _ in range(CLIENT_BUDGET.at_once + 2)]
    found = [shows("{}") for _ in range(CLIENT_BUDGET.at_once + 2)]
    assert ["passkey-wrong"] * CLIENT_BUDGET.at_once + ["too-many-attempts"] * 2 == found
    assert "right" == shows(client="198.51.100.9")
    refused = [one.event.reason for one in accounts.activity.all(limit=1000).entries]
    assert (CLIENT_BUDGET.at_once, 1) == (refused.count("passkey-malformed"), refused.count("throttled"))
