"""The ring of keys: sealing, opening, and what never leaves it."""

from __future__ import annotations

import base64
import copy
import os
import pickle
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import Key, Keyring, KeyringError, NoActiveKey, Purpose, SealError, WeakSecretWarning, keyring, token
from hardtack.seal.derived import PurposeKey

NOW = 1_800_000_000
ANY_CHARACTER = st.characters(exclude_categories=())
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
RING = Keyring.generate()
"""One ring for the fuzzing, so that it also meets what a ring keeps."""
HEAD = b"\x01" + bytes.fromhex(RING.keys[0].id)


def refusal(ring: Keyring, text: str, purpose: str = "session", context: tuple[str, ...] = (), now: int = NOW) -> str:
    """Return the reason why *text* does not open."""
    with pytest.raises(SealError) as caught:
        ring.open(text, purpose=purpose, context=context, now=now)
    return caught.value.reason


class TestRevoke:
    """A theft that others have told of."""

    def keys(self) -> list[Key]:
        """Return the keys of a ring: opening, active, announced."""
        return [Key(os.urandom(32), state) for state in ("opening", "active", "announced")]

    def test_no_token_opens_under_the_key_any_more(self) -> None:
        """Though its derived key was kept; under the others everything opens."""
        old, active, coming = self.keys()
        ring = Keyring([old, active, coming], None)
        sealed = [Keyring([Key(key.secret)], None).seal(b"x", purpose="session") for key in (old, active, coming)]
        assert [b"x"] * 3 == [ring.open(text, purpose="session", now=NOW) for text in sealed]
        ring.revoke([old.id, bytes(4)])
        assert ["unknown-key"] == [refusal(ring, sealed[0])]
        assert [b"x"] * 2 == [ring.open(text, purpose="session", now=NOW) for text in sealed[1:]]
        assert ["revoked", "active", "announced"] == [key.state for key in ring.keys]
        assert active.id == token.decode(ring.seal(b"x", purpose="session"))[1:5]

    def test_since_when_it_is_revoked_nobody_has_said(self) -> None:
        """The time at which it became active is not given out for it; of the others nothing changes."""
        old, active = Key(os.urandom(32), "opening", 5), Key(os.urandom(32), "active", 6)
        ring = Keyring([old, active], None)
        ring.revoke([old.id])
        assert [("revoked", None), ("active", 6)] == [(key.state, key.since) for key in ring.keys]
        assert f"<Keyring {old.id.hex()} revoked, {active.id.hex()} active>" == repr(ring)

    def test_an_announced_key_takes_the_place_of_the_active_one(self) -> None:
        """At once: whoever has the same file opens with it already."""
        old, active, coming = self.keys()
        ring = Keyring([old, active, coming], None)
        ring.seal(b"x", purpose="session")
        ring.revoke([active.id])
        assert coming.id == token.decode(ring.seal(b"x", purpose="session"))[1:5]
        assert ["opening", "revoked", "active"] == [key.state for key in ring.keys]
        assert ring.seals

    def test_without_a_successor_nothing_is_sealed_and_the_rest_opens(self) -> None:
        """A 503 for the visitor, who can try again; never another way."""
        old, active, _ = self.keys()
        ring = Keyring([old, active], None)
        sealed = Keyring([Key(old.secret)], None).seal(b"x", purpose="session")
        ring.seal(b"x", purpose="session")
        ring.revoke([active.id])
        assert not ring.seals
        for _ in range(2):
            with pytest.raises(NoActiveKey) as caught:
                ring.seal(b"x", purpose="session")
        assert (503, 10, "no-active-key") == (caught.value.status, caught.value.retry_after, caught.value.slug)
        assert isinstance(caught.value.detail, dict)
        assert {"en", "zh"} == set(caught.value.detail)
        assert b"x" == ring.open(sealed, purpose="session", now=NOW)

    def test_what_is_revoked_already_or_foreign_changes_nothing(self) -> None:
        """What the ring keeps to be fast stays."""
        ring = Keyring(self.keys(), None)
        ring.seal(b"x", purpose="session")
        kept = ring._bindings
        ring.revoke([])
        ring.revoke([b"none"])
        assert kept is ring._bindings

    def test_a_token_that_is_being_opened_meanwhile_is_not_remembered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The thread that opens it finds the key, and another one revokes it before it is done."""
        ring = Keyring(self.keys(), None)
        sealed = ring.seal(b"x", purpose="session")
        ring.open(sealed, purpose="session", now=NOW)
        ring._openers.clear()
        cipher = PurposeKey.cipher

        def revoked_meanwhile(key: PurposeKey, prefix: bytes) -> Any:
            ring.revoke([token.decode(sealed)[1:5]])
            return cipher(key, prefix)

        monkeypatch.setattr(PurposeKey, "cipher", revoked_meanwhile)
        assert ["unknown-key"] * 2 == [refusal(ring, sealed) for _ in range(2)]
        assert 0 == len(ring._openers)

    def test_what_was_kept_of_it_may_be_gone_already(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The revocation comes just after it was kept, and throws everything away."""
        ring = Keyring(self.keys(), None)
        sealed = ring.seal(b"x", purpose="session")
        keep = keyring._keep

        def revoked_meanwhile(kept: Any, *given: Any) -> None:
            keep(kept, *given)
            if kept is ring._openers:
                ring.revoke([token.decode(sealed)[1:5]])

        monkeypatch.setattr(keyring, "_keep", revoked_meanwhile)
        assert "unknown-key" == refusal(ring, sealed)

    def test_a_key_that_is_taken_for_sealing_meanwhile_seals_no_more_than_that(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The next token is under the new key."""
        ring = Keyring(self.keys(), None)
        old, new = (bytes.fromhex(key.id) for key in ring.keys[1:])
        purpose_key = Keyring._purpose_key

        def revoked_meanwhile(ring: Keyring, *given: bytes) -> PurposeKey:
            found = purpose_key(ring, *given)
            ring.revoke([old])
            return found

        monkeypatch.setattr(Keyring, "_purpose_key", revoked_meanwhile)
        assert [old, new, new] == [token.decode(ring.seal(b"x", purpose="session"))[1:5] for _ in range(3)]

    def test_a_key_that_is_revoked_before_its_secret_is_taken_seals_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The visitor gets the 503 of a ring without an active key, or the next token is under the new one."""
        ring = Keyring(self.keys()[:2], None)
        (active,) = [bytes.fromhex(key.id) for key in ring.keys if key.state == "active"]
        made = token.associated_data

        def revoked_meanwhile(*given: Any) -> bytes:
            ring.revoke([active])
            return made(*given)

        monkeypatch.setattr(token, "associated_data", revoked_meanwhile)
        with pytest.raises(NoActiveKey):
            ring.seal(b"x", purpose="session")
        assert 0 == len(ring._bindings)

    def test_a_key_that_is_revoked_after_it_was_taken_is_not_kept_nor_missed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was kept may be gone by then, as a revocation throws it away."""
        ring = Keyring(self.keys(), None)
        old, new = (bytes.fromhex(key.id) for key in ring.keys[1:])
        keep = keyring._keep

        def revoked_meanwhile(kept: Any, *given: Any) -> None:
            keep(kept, *given)
            if kept is ring._bindings:
                ring.revoke([old])

        monkeypatch.setattr(keyring, "_keep", revoked_meanwhile)
        assert [old, new] == [token.decode(ring.seal(b"x", purpose="session"))[1:5] for _ in range(2)]

    def test_threads_that_seal_and_open_meanwhile_meet_nothing_else(self) -> None:
        """Every token opens or is refused for its key; from the moment of the revocation on it is refused."""
        for _ in range(20):
            ring = Keyring(self.keys(), None)
            stolen = bytes.fromhex(ring.keys[1].id)
            told = threading.Event()

            def use(ring: Keyring = ring, told: threading.Event = told) -> list[bool]:
                after = []
                for number in range(200):
                    late = told.is_set()
                    text = ring.seal(b"x", purpose="session", context=(str(number % 7),))
                    try:
                        opened = ring.open(text, purpose="session", context=(str(number % 7),), now=NOW) == b"x"
                    except SealError as error:
                        assert "unknown-key" == error.reason  # noqa: PT017 - whether it is raised is open
                        opened = False
                    if late:
                        after.append(opened)
                return after

            with ThreadPoolExecutor(4) as pool:
                uses = [pool.submit(use) for _ in range(4)]
                ring.revoke([stolen])
                told.set()
                assert all(all(each.result()) for each in uses)


class TestSealingAndOpening:
    """A token and back."""

    @settings(deadline=None)
    @given(
        data=st.binary(max_size=2000),
        purpose=st.sampled_from(Purpose),
        context=st.lists(st.text(max_size=20), max_size=4),
        end=st.none() | st.integers(NOW + 1, (1 << 40) - 1),
    )
    def test_what_was_sealed_opens(self, data: bytes, purpose: str, context: list[str], end: int | None) -> None:
        """Whatever the data, the purpose, the context and the end."""
        sealed = RING.seal(data, purpose=purpose, context=context, expires_at=end)
        assert data == RING.open(sealed, purpose=purpose, context=tuple(context), now=NOW)

    def test_the_longest_data_opens_and_more_is_misuse(self) -> None:
        """A token that no ring would open is never made."""
        longest = RING.seal(bytes(token.MAX_DATA), purpose="session")
        assert token.MAX_TOKEN == len(longest)
        assert bytes(token.MAX_DATA) == RING.open(longest, purpose="session", now=NOW)
        with pytest.raises(MisuseError, match="at most 49102"):
            RING.seal(bytes(token.MAX_DATA + 1), purpose="session")

    @pytest.mark.asvs("11.3.4")
    def test_two_tokens_of_the_same_are_different(self) -> None:
        """The nonce is fresh for each."""
        assert RING.seal(b"x", purpose="session") != RING.seal(b"x", purpose="session")

    def test_no_part_of_the_data_can_be_read_from_the_token(self) -> None:
        """Neither as it is nor decoded."""
        sealed = RING.seal(b"the captain's name", purpose="session")
        assert b"captain" not in base64.urlsafe_b64decode(sealed + "==") + sealed.encode()

    @pytest.mark.asvs("9.2.1")
    def test_it_ends_in_the_second_that_was_named(self) -> None:
        """Until then it opens."""
        sealed = RING.seal(b"x", purpose="session", expires_at=NOW)
        assert b"x" == RING.open(sealed, purpose="session", now=NOW - 1)
        assert "expired" == refusal(RING, sealed, now=NOW)

    @pytest.mark.asvs("11.2.2")
    def test_a_token_of_an_opening_key_opens_and_new_ones_are_sealed_under_the_active_key(self) -> None:
        """Nobody is signed out by another active key."""
        old, new = Key(os.urandom(32)), Key(os.urandom(32))
        sealed = Keyring([old], None).seal(b"x", purpose="session", context=("a",))
        both = Keyring([Key(old.secret, "opening"), new], None)
        assert b"x" == both.open(sealed, purpose="session", context=("a",), now=NOW)
        assert new.id == token.decode(both.seal(b"y", purpose="session", context=("a",)))[1:5]

    def test_the_order_and_number_of_keys_does_not_matter(self) -> None:
        """A hundred keys, each found by its id."""
        keys = [Key(os.urandom(32), "opening") for _ in range(99)] + [Key(os.urandom(32))]
        ring = Keyring(keys, None)
        for key in keys:
            sealed = Keyring([Key(key.secret)], None).seal(key.id, purpose="gate")
            assert key.id == ring.open(sealed, purpose="gate", now=NOW)

    def test_a_purpose_is_the_same_as_enumeration_and_as_text(self) -> None:
        """Also when one of them came first."""
        sealed = RING.seal(b"x", purpose=Purpose.HAND_OFF)
        assert b"x" == RING.open(sealed, purpose="hand-off", now=NOW)


class TestWhateverText:
    """Opening returns the data or raises SealError, and nothing else, for any text."""

    @settings(deadline=None, max_examples=500)
    @given(
        st.text(ANY_CHARACTER)
        | st.text(ANY_CHARACTER, min_size=67, max_size=90)
        | st.text(ALPHABET, min_size=60, max_size=90)
        | st.text("A\x00\n=\ud800é", min_size=60, max_size=90)
        | st.binary(min_size=45, max_size=80).map(token.encode)
        | st.binary(min_size=45, max_size=80).map(lambda rest: token.encode(b"\x01" + rest))
        | st.binary(min_size=45, max_size=80).map(lambda rest: token.encode(HEAD + rest))
    )
    def test_junk_does_not_open(self, text: str) -> None:
        """Nor does it cause any other exception."""
        assert refusal(RING, text) in {"malformed", "unknown-key", "forged"}

    @pytest.mark.parametrize("character", ["A", "=", "\x00", "é", "\ud800", "\U0001f36a"])
    def test_a_huge_text_is_malformed(self, character: str) -> None:
        """Its length alone decides."""
        assert "malformed" == refusal(RING, character * 10_000_000)

    @pytest.mark.asvs("11.2.5")
    def test_a_refusal_shows_no_other_exception_behind_it(self) -> None:
        """A traceback in a log stays short, and holds nothing of the token."""
        with pytest.raises(SealError) as caught:
            RING.open("é" * 70, purpose="session", now=NOW)
        assert caught.value.__suppress_context__


class TestPurposesAndContexts:
    """A token is bound to both."""

    @pytest.mark.asvs("9.2.2")
    @pytest.mark.parametrize("first", Purpose)
    def test_a_token_of_one_purpose_is_refused_for_every_other(self, first: Purpose) -> None:
        """All eleven, each against the ten others and an application's own."""
        sealed = RING.seal(b"x", purpose=first)
        assert b"x" == RING.open(sealed, purpose=first, now=NOW)
        others = [*(other for other in Purpose if other != first), "app-" + first]
        assert {"forged"} == {refusal(RING, sealed, other) for other in others}

    def test_purposes_may_share_a_prefix_of_the_nonce(self, ring: Keyring, assemble: Any, vectors: Any) -> None:
        """Another sealer may choose so; what is kept for one purpose is not used for the other."""
        secret = bytes.fromhex(vectors["ring"]["keys"][0]["secret"])
        sealed = {purpose: assemble(secret, bytes(24), b"x", purpose) for purpose in ("reset", "verify")}
        for _ in range(3):
            for purpose, text in sealed.items():
                assert b"x" == ring.open(text, purpose=purpose, now=NOW)
                assert {"forged"} == {refusal(ring, text, other) for other in Purpose if other != purpose}

    @pytest.mark.asvs("9.2.3")
    @settings(deadline=None)
    @given(st.lists(st.text("ab", max_size=2), max_size=3), st.lists(st.text("ab", max_size=2), max_size=3))
    def test_a_token_opens_in_its_own_context_only(self, sealed_in: list[str], opened_in: list[str]) -> None:
        """Every string, their order and their number count."""
        sealed = RING.seal(b"x", purpose="session", context=sealed_in)
        try:
            outcome = RING.open(sealed, purpose="session", context=opened_in, now=NOW).decode()
        except SealError as error:
            outcome = error.reason
        assert ("x" if sealed_in == opened_in else "forged") == outcome

    @pytest.mark.asvs("9.1.1")
    def test_the_forged_come_before_the_expired(self) -> None:
        """The end of a token that does not hold is not looked at."""
        sealed = RING.seal(b"x", purpose="session", expires_at=1)
        assert "forged" == refusal(RING, sealed, "identity")


class TestMisuse:
    """The programmer's errors are never the visitor's."""

    @pytest.mark.parametrize("data", ["text", bytearray(b"x"), memoryview(b"x"), None, 5])
    def test_only_bytes_are_sealed(self, data: Any) -> None:
        """Text has no bytes until somebody says which."""
        with pytest.raises(MisuseError, match="must be bytes"):
            RING.seal(data, purpose="session")

    @pytest.mark.parametrize("text", [b"AQ" * 40, None, 5, ["A"]])
    def test_only_a_string_is_opened(self, text: Any) -> None:
        """Bytes from a cookie are decoded by who knows their encoding."""
        with pytest.raises(MisuseError, match="token must be a string"):
            RING.open(text, purpose="session", now=NOW)

    @pytest.mark.parametrize("now", [1.5, float("nan"), None, "1"])
    def test_the_time_is_a_whole_number(self, now: Any) -> None:
        """Against not-a-number, nothing would ever expire."""
        with pytest.raises(MisuseError, match="now must be a whole number"):
            RING.open(RING.seal(b"x", purpose="session"), purpose="session", now=now)

    @pytest.mark.parametrize("purpose", ["", "sesion", b"session", None, ["session"]])
    def test_a_wrong_purpose_is_named_when_sealing_and_when_opening(self, purpose: Any) -> None:
        """Before anything else is looked at."""
        with pytest.raises(MisuseError, match="purpose"):
            RING.seal(b"x", purpose=purpose)
        with pytest.raises(MisuseError, match="purpose"):
            RING.open("", purpose=purpose, now=NOW)

    @pytest.mark.parametrize("context", ["name", None, 7, [1], [["a"]], {"a"}])
    def test_a_wrong_context_is_named_when_sealing_and_when_opening(self, context: Any) -> None:
        """Also one that cannot be looked up in a dict."""
        with pytest.raises(MisuseError, match="context"):
            RING.seal(b"x", purpose="session", context=context)
        with pytest.raises(MisuseError, match="context"):
            RING.open("", purpose="session", context=context, now=NOW)

    @pytest.mark.parametrize("end", [0, -1, 1 << 40, 1.0, "1"])
    def test_an_end_that_is_no_time_is_named(self, end: Any) -> None:
        """Zero is not the way to say never."""
        with pytest.raises(MisuseError, match="is not a time"):
            RING.seal(b"x", purpose="session", expires_at=end)


class TestMakingARing:
    """What makes a ring, and what does not."""

    def test_a_generated_ring_has_one_active_key(self) -> None:
        """Another one each time."""
        first, second = Keyring.generate(), Keyring.generate()
        assert ["active"] == [key.state for key in first.keys]
        assert [None] == [key.since for key in first.keys]
        assert first.keys != second.keys

    def test_an_id_that_is_another_keys_cannot_be_told_apart(self) -> None:
        """So a ring with a key twice is none."""
        secret = os.urandom(32)
        with pytest.raises(KeyringError, match=f"two keys of the ring have the id {token.key_id(secret).hex()}"):
            Keyring([Key(secret), Key(secret, "opening")], None)

    @pytest.mark.parametrize("states", [[], ["opening"], ["announced"], ["revoked"], ["active", "active"]])
    def test_a_ring_has_exactly_one_active_key(self, states: list[str]) -> None:
        """Neither none nor two."""
        with pytest.raises(KeyringError, match="exactly one active key"):
            Keyring([Key(os.urandom(32), state) for state in states], None)

    def test_a_state_is_one_that_is_known(self) -> None:
        """A key of another state is not taken for one that opens."""
        with pytest.raises(KeyringError, match="must be one of announced, active, opening, revoked"):
            Keyring([Key(os.urandom(32), "retired")], None)

    @pytest.mark.parametrize("secret", [b"", bytes(31), bytes(33), "x" * 32, None])
    def test_a_secret_and_a_pepper_have_32_bytes(self, secret: Any) -> None:
        """A password is refused by its length or its type."""
        with pytest.raises(KeyringError, match="a secret must be 32 random bytes"):
            Keyring([Key(secret)], None)
        if secret is not None:
            with pytest.raises(KeyringError, match="a pepper must be 32 random bytes"):
                Keyring([Key(bytes(32))], secret)


class TestAFrameworksSecret:
    """Rings made of what the application has already."""

    def test_the_first_seals_and_the_others_open(self) -> None:
        """As the framework's own fallbacks do."""
        old = Keyring.from_host_secret("flask", ["o" * 32])
        new = Keyring.from_host_secret("flask", ["n" * 32, b"o" * 32])
        sealed = old.seal(b"x", purpose="session")
        assert b"x" == new.open(sealed, purpose="session", now=NOW)
        assert "unknown-key" == refusal(old, new.seal(b"x", purpose="session"))
        assert ["active", "opening"] == [key.state for key in new.keys]

    def test_rings_of_two_frameworks_with_one_secret_have_nothing_in_common(self) -> None:
        """A cookie of one is a stranger to the other."""
        sealed = Keyring.from_host_secret("flask", ["s" * 32]).seal(b"x", purpose="session")
        assert "unknown-key" == refusal(Keyring.from_host_secret("django", ["s" * 32]), sealed)

    def test_a_secret_that_is_given_twice_counts_once(self) -> None:
        """Frameworks allow the present secret among the fallbacks."""
        assert 1 == len(Keyring.from_host_secret("flask", ["s" * 32, b"s" * 32]).keys)

    def test_a_secret_outside_utf_8_makes_a_ring(self) -> None:
        """The environment can hold bytes that Python shows as surrogates (PEP 383)."""
        assert 1 == len(Keyring.from_host_secret("flask", ["\udcff" * 32]).keys)

    def test_a_short_secret_warns_without_showing_it(self) -> None:
        """It still works, since the application works with it today."""
        with pytest.warns(WeakSecretWarning, match="shorter than 32 bytes") as caught:
            ring = Keyring.from_host_secret("flask", ["n" * 32, "development"])
        assert 2 == len(ring.keys)
        assert "development" not in str(caught[0].message)
        assert __file__ == caught[0].filename

    def test_a_long_secret_does_not_warn(self) -> None:
        """32 bytes are enough."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            Keyring.from_host_secret("flask", ["n" * 32])

    @pytest.mark.parametrize("secrets", [[], [""], ["n" * 32, b""], "n" * 32, b"n" * 32, [None], [32], [bytearray(32)]])
    def test_what_is_no_secret_is_refused_without_showing_it(self, secrets: Any) -> None:
        """A number above all, which bytes() would turn into zeros."""
        with pytest.raises(KeyringError) as caught:
            Keyring.from_host_secret("flask", secrets)
        assert "nnn" not in str(caught.value)

    @pytest.mark.parametrize("secret", [None, 32, bytearray(32)])
    def test_what_is_neither_text_nor_bytes_is_said_to_be_so(self, secret: Any) -> None:
        """And not to be missing."""
        with pytest.raises(KeyringError, match="must be a string or bytes"):
            Keyring.from_host_secret("flask", ["n" * 32, secret])

    def test_the_framework_has_a_plain_name(self) -> None:
        """It is part of the derivation."""
        with pytest.raises(MisuseError, match="not the name"):
            Keyring.from_host_secret("Flask 3", ["n" * 32])

    def test_there_is_no_pepper(self) -> None:
        """A look-up hash would be lost when the framework's secret rotates."""
        with pytest.raises(MisuseError, match="no pepper"):
            Keyring.from_host_secret("flask", ["n" * 32]).lookup_hash(b"x", purpose="name")


class TestLookUpHashes:
    """Hashes under the pepper."""

    def test_they_are_the_same_each_time_and_under_every_ring_of_the_pepper(self) -> None:
        """The keys do not matter."""
        pepper = os.urandom(32)
        first, second = (Keyring([Key(os.urandom(32))], pepper) for _ in range(2))
        assert first.lookup_hash(b"x", purpose="name") == second.lookup_hash(b"x", purpose="name")

    def test_purpose_data_and_pepper_all_matter(self) -> None:
        """And nothing moves from the purpose into the data."""
        hashes = {
            RING.lookup_hash(b"b", purpose="a"),
            RING.lookup_hash(b"", purpose="ab"),
            RING.lookup_hash(b"ab", purpose="ab"),
            Keyring.generate().lookup_hash(b"b", purpose="a"),
        }
        assert [4, 32] == [len(hashes), *{len(one) for one in hashes}]

    @pytest.mark.parametrize(
        ("data", "purpose"), [("text", "name"), (None, "name"), (b"x", ""), (b"x", "Name"), (b"x", None)]
    )
    def test_wrong_arguments_are_misuse(self, data: Any, purpose: Any) -> None:
        """Bytes and a name."""
        with pytest.raises(MisuseError):
            RING.lookup_hash(data, purpose=purpose)


class TestSecrecy:
    """What never leaves a ring."""

    def test_representations_show_ids_only(self) -> None:
        """Of the ring, a key, and what is told of a key."""
        key = Key(b"secret! " * 4)
        ring = Keyring([key], b"pepper! " * 4)
        assert f"<Keyring {key.id.hex()} active>" == repr(ring) == str(ring)
        shown = "".join(f"{one!r}{one}" for one in (ring, key, *ring.keys, ring.seal, RING.keys))
        assert not [word for word in ("secret!", "pepper!", key.secret.hex()) if word in shown]

    def test_a_key_does_not_change_nor_what_is_shown_of_it(self) -> None:
        """Threads share them; another state is another key. Nor does anything else stick to one."""
        for one in (Key(os.urandom(32)), RING.keys[0]):
            with pytest.raises(FrozenInstanceError):
                one.state = "opening"  # type: ignore[misc] # this is what cannot be done
            assert not hasattr(one, "__dict__")

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_a_ring_cannot_be_pickled(self, protocol: int) -> None:
        """Its secrets would lie in a queue or a cache."""
        with pytest.raises(MisuseError, match="pickled"):
            pickle.dumps(RING, protocol)

    def test_a_ring_cannot_be_copied(self) -> None:
        """There is one of it."""
        with pytest.raises(MisuseError, match="copied"):
            copy.deepcopy(RING)


class TestWhatIsKept:
    """Bounds of the memory, and who may fill it."""

    def test_the_bounds_are_those_that_are_written_down(self) -> None:
        """A few megabytes at most; and a pepper has the size of a secret."""
        assert (4096, 1024, 4096) == (keyring.MAX_OPENERS, keyring.MAX_BINDINGS, keyring.MAX_PURPOSE_KEYS)
        assert token.SECRET_SIZE == keyring.PEPPER_SIZE == 32

    def test_junk_with_a_known_key_leaves_nothing_behind(self, ring: Keyring) -> None:
        """Only a tag that held does."""
        head = b"\x01" + bytes.fromhex(ring.keys[0].id)
        for _ in range(100):
            assert "forged" == refusal(ring, token.encode(head + os.urandom(60)))
        assert 0 == len(ring._openers)

    def test_derived_keys_for_opening_are_bounded(self, ring: Keyring, assemble: Any, vectors: Any) -> None:
        """The oldest go first, and open again when they come back."""
        secret = bytes.fromhex(vectors["ring"]["keys"][1]["secret"])
        tokens = [assemble(secret, n.to_bytes(12) + bytes(12), b"x", "csrf") for n in range(keyring.MAX_OPENERS + 3)]
        for text in [*tokens, tokens[0]]:
            assert b"x" == ring.open(text, purpose="csrf", now=NOW)
        assert keyring.MAX_OPENERS == len(ring._openers)

    def test_the_oldest_derived_key_goes_first(
        self, ring: Keyring, assemble: Any, vectors: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What comes in again and again stays quick."""
        monkeypatch.setattr(keyring, "MAX_OPENERS", 2)
        secret = bytes.fromhex(vectors["ring"]["keys"][1]["secret"])
        prefixes = [bytes([number]) * 12 for number in range(4)]
        for prefix in prefixes:
            ring.open(assemble(secret, prefix + bytes(12), b"x", "csrf"), purpose="csrf", now=NOW)
        assert prefixes[2:] == [head[5:] for head in ring._openers]

    def test_contexts_are_bounded(self, ring: Keyring) -> None:
        """A context for each visitor is no leak."""
        first = ring.seal(b"x", purpose="csrf", context=("0",))
        for number in range(keyring.MAX_BINDINGS + 3):
            sealed = ring.seal(b"x", purpose="csrf", context=(str(number),))
            assert b"x" == ring.open(sealed, purpose="csrf", context=(str(number),), now=NOW)
        assert keyring.MAX_BINDINGS == len(ring._bindings)
        assert b"x" == ring.open(first, purpose="csrf", context=("0",), now=NOW)

    def test_purposes_are_bounded(self, ring: Keyring) -> None:
        """Also those that an application makes up as it goes."""
        first = ring.seal(b"x", purpose="app-0")
        for number in range(keyring.MAX_PURPOSE_KEYS + 3):
            ring.seal(b"x", purpose=f"app-{number}")
        assert keyring.MAX_PURPOSE_KEYS == len(ring._purpose_keys)
        assert b"x" == ring.open(first, purpose="app-0", now=NOW)

    def test_contexts_of_one_purpose_share_a_prefix(self, ring: Keyring) -> None:
        """So that an opener finds the derived key for nearly all of them."""
        tokens = [ring.seal(b"x", purpose="csrf", context=(str(number),)) for number in range(50)]
        assert 1 == len({token.decode(text)[: token.HEAD_SIZE] for text in tokens})


def test_the_room_imports_lightly() -> None:
    """Nothing but the two packages of the core, and not the module that touches files."""
    script = "import sys; before = set(sys.modules); import hardtack.seal; print(*set(sys.modules) - before)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {"hardtack.seal.keyring"} <= set(loaded)
    assert set() == {"hardtack.seal.keyfile", "click", "sqlalchemy", "http", "socket", "asyncio"} & set(loaded)
