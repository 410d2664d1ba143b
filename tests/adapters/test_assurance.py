"""Whoever signed in with less than the assurance asks for is nobody in every application that shares the sign-in."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.visits import Elsewhere
from hardtack.seal import Keyring
from hardtack.session import Identity
from tests.adapters.test_sign_in import HTML, Browser, Clock, Make

PASSWORD = "a long walk 到海边"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make sign-ins that share keys and a database, and close them all."""
    ring, clock = Keyring.generate(), Clock()
    made: list[SignIn] = []

    def build(**options: Any) -> SignIn:
        made.append(SignIn(application="shop", keyring=ring, data=str(tmp_path), clock=clock, **options))
        return made[-1]

    yield build
    for sign_in in made:
        sign_in.close()


def proved(sign_in: SignIn, browser: Browser, factors: tuple[str, ...]) -> Identity:
    """Let somebody be signed in with *factors*, as an application's session says it."""
    account = sign_in.accounts.find("anna") or sign_in.accounts.add("anna", PASSWORD, now=int(Clock.now))
    visit = browser.ask(sign_in)
    identity = visit.session.sign_in(
        account=account.id, epoch=account.epoch, factors=factors, now=visit.now, profile_version=account.profile_version
    )
    browser.take(visit)
    return identity


@pytest.mark.parametrize(
    ("assurance", "factors", "stays"),
    [
        (1, ("password",), True),
        (2, ("password",), False),
        (2, ("password", "totp"), True),
        (2, ("password", "trusted-device"), True),
        (3, ("password", "totp"), False),
        (3, ("passkey",), True),
    ],
)
def test_a_session_of_less_is_nobodys_after_the_operator_has_asked_for_more(
    make: Make, caplog: pytest.LogCaptureFixture, assurance: int, factors: tuple[str, ...], stays: bool
) -> None:
    """In the application, in its pages, and for what asks for a sign-in; the log says why."""
    caplog.set_level(logging.WARNING)
    browser = Browser()
    proved(make(), browser, factors)
    after = make(assurance=assurance)
    visit = browser.ask(after)
    assert stays == (visit.identity is not None)
    assert stays == (visit.account is not None)
    assert stays == ("below-assurance" not in {getattr(record, "reason", "") for record in caplog.records})
    if not stays:
        with pytest.raises(Elsewhere) as led:
            browser.ask(after, "/", *HTML).require()
        assert "/auth/sign-in?next=/" == led.value.response.get("location")
