"""Cookies that were changed, cut, mixed, made up, stolen from elsewhere: nobody is signed in by any of them."""

from __future__ import annotations

import base64
import logging
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from hardtack.seal import Keyring
from hardtack.session import Identity, Sessions

NOW = 1_800_000_000
NAME, DATA = "__Host-hardtack", "__Host-session-app"
DAY = 86_400


def sessions_of(keyring: Keyring, **options: str) -> Sessions:
    """Return sessions of a site on https."""
    return Sessions(keyring, origin="https://example.org", **options)  # type: ignore[arg-type]


def signed_in(sessions: Sessions, *, account: int = 7, now: int = NOW) -> tuple[str, str, Identity]:
    """Return the values of the identity and data cookies of somebody who is signed in, and who it is."""
    session = sessions.open("", now)
    identity = session.sign_in(account=account, epoch=1, now=now)
    session["name"] = "Anna"
    values = [text.partition(";")[0].partition("=")[2] for text in sessions.save(session, now)]
    return values[0], values[1], identity


def text_of(raw: bytes) -> str:
    """Return bytes as a token."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bytes_of(token: str) -> bytes:
    """Return a token as bytes."""
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def mutations(true: str, data: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield the Cookie field and the expected reason, ``""`` for any of those that a changed token may have."""
    raw, other_raw = bytes_of(true), bytes_of(other)
    for place in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        byte = place // 8
        expected = "malformed" if byte < 1 else "unknown-key" if byte < 5 else "forged"
        yield f"{NAME}={text_of(bytes(flipped))}", expected
    for length in range(len(true)):
        yield f"{NAME}={true[:length]}", ""
        yield f"{NAME}={true[length + 1 :]}", ""
    for place in range(1, len(raw)):
        spliced = raw[:place] + other_raw[place:]
        if spliced not in (raw, other_raw):
            yield f"{NAME}={text_of(spliced)}", "forged"
    for character in "!\"$%&'()*+,./:<>?@[]^`{|}~=\x00é":
        yield f"{NAME}={true[:50]}{character}{true[51:]}", "malformed"
    chance = random.Random(7)  # noqa: S311 - chance that repeats, no secret
    for _ in range(2000):
        yield f"{NAME}={text_of(chance.randbytes(chance.randrange(200)))}", ""
    yield f"{NAME}={data}", "forged"
    yield f"{NAME}={true}; {NAME}={true}", "duplicate"
    yield f"{NAME}={other}; a=b; {NAME}={true}", "duplicate"
    yield f"{NAME}=; {NAME}={true}", "duplicate"
    yield f"{NAME}={true}{'A' * 4096}", "oversized"
    yield f"{NAME}={'A' * 100_000}", "oversized"
    yield f"{NAME.lower()}={true}", "none"
    yield f"{NAME}x={true}", "none"
    yield f"{NAME}%20={true}", "none"
    yield f'{NAME}="{true}"', "malformed"
    yield f"{NAME}={true}=", "malformed"
    yield f"{NAME}={true},{NAME}={true}", "malformed"


@pytest.mark.asvs("7.2.1", "9.1.1")
def test_no_changed_cookie_signs_anybody_in(keyring: Keyring, capsys: pytest.CaptureFixture[str]) -> None:
    """Every bit flipped, every length cut, splices, junk, doubles, giants; each with its reason, none an exception."""
    sessions = sessions_of(keyring)
    logging.getLogger("hardtack.session").setLevel(logging.CRITICAL)
    true, data, identity = signed_in(sessions)
    other, _, _ = signed_in(sessions, account=8)
    header = f"{NAME}={true}; {DATA}={data}"
    reasons: Counter[str] = Counter()
    try:
        for number, (hostile, expected) in enumerate(mutations(true, data, other)):
            session = sessions.open(f"{hostile}; {DATA}={data}", NOW)
            assert session.identity is None
            assert session.get("name") is None
            assert session.why == "other-account"
            if expected:
                assert session.identity_why == expected, hostile
            assert session.identity_why in {"none", "malformed", "unknown-key", "forged", "duplicate", "oversized"}
            assert sessions.save(session, NOW) == []
            reasons[session.identity_why] += 1
            if number % 500 == 0:
                assert sessions.open(header, NOW).identity == identity
    finally:
        logging.getLogger("hardtack.session").setLevel(logging.NOTSET)
    after = sessions.open(header, NOW)
    assert (after.identity, after["name"]) == (identity, "Anna")
    assert set(reasons) == {"none", "malformed", "unknown-key", "forged", "duplicate", "oversized"}
    with capsys.disabled():
        print(  # noqa: T201 - asked for: how many, and why
            f"\n{reasons.total()} hostile identity cookies, none opened: {dict(reasons.most_common())}"
        )


@pytest.mark.asvs("7.4.1", "9.2.1")
@pytest.mark.parametrize("later", [DAY + 60, 30 * DAY, 10**9])
def test_an_expired_cookie_signs_nobody_in(keyring: Keyring, later: int) -> None:
    """Neither a day later nor thirty years."""
    sessions = sessions_of(keyring)
    true, data, _ = signed_in(sessions)
    session = sessions.open(f"{NAME}={true}; {DATA}={data}", NOW + later)
    assert (session.identity, session.identity_why, session.why) == (None, "expired", "expired")


@pytest.mark.asvs("9.2.1")
def test_a_cookie_from_the_future_signs_nobody_in(keyring: Keyring) -> None:
    """Somebody's clock is wrong."""
    sessions = sessions_of(keyring)
    true, data, _ = signed_in(sessions, now=NOW + 1000)
    session = sessions.open(f"{NAME}={true}; {DATA}={data}", NOW)
    assert (session.identity, session.identity_why, session.why) == (None, "future", "future")


@pytest.mark.asvs("9.1.3", "9.2.2", "9.2.3")
def test_a_cookie_from_elsewhere_signs_nobody_in(keyring: Keyring) -> None:
    """Another ring, another realm, and every other purpose and context that the ring can seal for."""
    sessions = sessions_of(keyring)
    true, _, identity = signed_in(sessions)
    foreign, _, _ = signed_in(sessions_of(Keyring.generate()))
    realm, _, _ = signed_in(sessions_of(keyring, realm="elsewhere"))
    assert sessions.open(f"{NAME}={foreign}", NOW).identity_why == "unknown-key"
    assert sessions.open(f"{NAME}={realm}", NOW).identity_why == "forged"
    plaintext = keyring.open(true, purpose="identity", context=(NAME, "hardtack"), now=NOW)
    for purpose in ("session", "half-signed-in", "trusted-device", "csrf", "reset", "gate", "app-x"):
        token = keyring.seal(plaintext, purpose=purpose, context=(NAME, "hardtack"))
        assert sessions.open(f"{NAME}={token}", NOW).identity_why == "forged"
    for context in (
        (),
        (NAME,),
        ("hardtack", NAME),
        (NAME, "hardtack", ""),
        (f"{NAME}hardtack",),
        (NAME, "hardtack", "app"),
    ):
        token = keyring.seal(plaintext, purpose="identity", context=context)
        assert sessions.open(f"{NAME}={token}", NOW).identity_why == "forged"
    again = keyring.seal(plaintext, purpose="identity", context=(NAME, "hardtack"))
    assert sessions.open(f"{NAME}={again}", NOW).identity == identity
