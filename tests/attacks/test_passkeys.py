"""Attack 26: answers of passkeys that were not made for this page, this person or this moment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.attacks.attacker import Answer, Client
from tests.attacks.place import House, Person
from tests.login.authenticator import UP, UV, Authenticator

ALONE, PATH = "/sign-in/passkey", "/account/passkeys"


def device(house: House, **more: Any) -> Authenticator:
    """Return an authenticator before the service's own page."""
    return Authenticator(**{"origin": house.origin, "host": house.host.partition(":")[0], **more})


def offered(client: Client, path: str = ALONE) -> tuple[str, dict[str, Any]]:
    """Return what a page asks the browser with: the ceremony and the options."""
    said = client.call("GET", path).json
    said = said.get("make", said)
    return said["passkey_token"], said["options"]


def added(person: Person, made: Authenticator, **more: Any) -> Answer:
    """Add a passkey."""
    token, options = offered(person.browser, PATH)
    answer = made.make(options, **more)
    return person.browser.post(PATH, action="add", label="key", passkey_token=token, passkey_answer=answer)


def shown(browser: Client, made: Authenticator, path: str = ALONE, **more: Any) -> Answer:
    """Show a passkey."""
    token, options = offered(browser, path)
    return browser.post(path, passkey_token=token, passkey_answer=made.show(options, **more))


@pytest.fixture
def anna(house: House) -> tuple[Person, Authenticator]:
    """Somebody with a passkey."""
    person, made = house.person(), device(house)
    assert 201 == added(person, made).status
    return person, made


@pytest.mark.attack("26")
class TestPasskeys:
    """What an authenticator says, changed or replayed: it must be signed for us, for now and for this person.

    Seen in: django-allauth issue 4224 (any key signed in alone), Flask-Security-Too (GHSA-f66q-9rf6-8795: a step-up
    with somebody else's), and the list of checks in WebAuthn Level 3 §7. Done by: another origin, host, type,
    challenge, flag, count, owner, identifier. Must happen: each is refused, and a passkey that was copied is good no
    more.
    """

    def test_the_right_one_signs_in(self, house: House, anna: tuple[Person, Authenticator]) -> None:
        """Or what follows would show nothing."""
        client = house.client()
        assert 200 == shown(client, anna[1]).status
        assert client.signed_in()

    def test_what_was_signed_for_somebody_else_is_refused(
        self, house: House, anna: tuple[Person, Authenticator]
    ) -> None:
        """Origin, host, type, a frame of another page, presence and verification of the person."""
        made = anna[1]
        for attribute, value in (
            ("origin", "https://evil.example"),
            ("origin", house.origin.replace("https", "http")),
            ("origin", f"{house.origin}.evil.example"),
            ("host", "evil.example"),
            ("host", "example.test"),
        ):
            before = getattr(made, attribute)
            setattr(made, attribute, value)
            assert shown(house.client(), made).status in {401, 403, 422}, value
            setattr(made, attribute, before)
        wrong: tuple[dict[str, Any], ...] = (
            {"client": {"type": "webauthn.create"}},
            {"client": {"challenge": "AAAAAAAAAAAAAAAAAAAAAA"}},
            {"client": {"crossOrigin": True}},
            {"flags": UP},
            {"flags": UV},
            {"flags": 0},
            {"signature": "AAAA"},
        )
        for more in wrong:
            client = house.client()
            assert shown(client, made, **more).status in {401, 403, 422}, more
            assert not client.signed_in()
        assert 200 == shown(house.client(), made).status

    def test_a_challenge_is_good_once_in_its_own_browser(
        self, house: House, anna: tuple[Person, Authenticator]
    ) -> None:
        """Not in another one, not again, not after ten minutes."""
        made, client, other = anna[1], house.client(), house.client()
        offered(other)
        token, options = offered(client)
        answer = made.show(options)
        sent = {"passkey_token": token, "passkey_answer": answer}
        assert other.post(ALONE, **sent).status in {401, 403}
        assert 200 == client.post(ALONE, **sent).status
        client.post("/sign-out")
        assert client.post(ALONE, **sent).status in {401, 403}
        late = house.client()
        token, options = offered(late)
        with house.later(601):
            assert late.post(ALONE, passkey_token=token, passkey_answer=made.show(options)).status in {401, 403}

    def test_one_that_counts_backwards_is_good_no_more(self, house: House, anna: tuple[Person, Authenticator]) -> None:
        """There are two of it."""
        made = anna[1]
        made.count = 7
        assert 200 == shown(house.client(), made).status
        made.count = 3
        assert shown(house.client(), made).status in {401, 403}

    def test_one_that_is_no_second_factor_by_itself_signs_nobody_in_alone(self, house: House) -> None:
        """Made without verifying the person: it counts beside the password."""
        person, made = house.person(), device(house, flags=0)
        assert 201 == added(person, made).status
        for flags in (UP, UP | UV):
            client = house.client()
            assert shown(client, made, flags=flags).status in {401, 403}, flags
            assert not client.signed_in()

    def test_one_identifier_is_one_passkey(self, house: House, anna: tuple[Person, Authenticator]) -> None:
        """Whoever registers that of somebody else takes nothing over."""
        person, made = anna
        twin = device(house, credential_id=made.credential_id)
        mallory = house.person()
        assert added(mallory, twin).status in {403, 409, 422}
        assert added(person, made).status in {403, 409, 422}
        assert shown(house.client(), twin).status in {401, 403}
        assert 200 == shown(house.client(), made).status

    def test_a_proof_once_more_is_ones_own(self, house: House, anna: tuple[Person, Authenticator]) -> None:
        """Somebody else's passkey is no step-up of a stolen session, though it signs its owner in."""
        mallory, own = house.person(), device(house)
        assert 201 == added(mallory, own).status
        victim, key = anna
        with house.later(3600):
            token, options = offered(victim.browser, "/account/confirm")
            own.user = key.user
            answer = own.show(options)
            refused = victim.browser.post(
                "/account/confirm", factor="passkey", passkey_token=token, passkey_answer=answer
            )
            assert refused.status in {401, 403, 422}
            assert 401 == victim.browser.post("/account/tokens", label="x", scopes="read").status
