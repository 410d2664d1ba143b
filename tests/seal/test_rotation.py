"""What becomes of keys."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.seal import Key, Keyring, KeyringError, SealError, keytext, rotation

NOW = 1_800_000_000
DAY = 86_400


def key(state: str, since: int | None = NOW) -> Key:
    """Return a new key."""
    return Key(os.urandom(32), state, since)


def states(keys: rotation.Keys) -> list[tuple[str, int | None]]:
    """Return the state and time of each key."""
    return [(each.state, each.since) for each in keys]


class TestSettled:
    """The states that hold at a moment; the vectors have more."""

    def test_nothing_changes_before_the_time_has_come(self) -> None:
        """The same keys come back."""
        keys = (key("active"), key("announced", NOW + 1), key("opening"), key("revoked"))
        assert keys is rotation.settled(keys, NOW)

    def test_an_announced_key_takes_over_in_its_second(self) -> None:
        """The one before it opens since then."""
        keys = rotation.settled((key("active", 5), key("announced", NOW)), NOW)
        assert [("opening", NOW), ("active", NOW)] == states(keys)

    def test_a_key_without_a_time_has_always_been_so(self) -> None:
        """As in a ring that was made in memory."""
        keys = rotation.settled((key("active", None), key("announced", None)), NOW)
        assert [("opening", None), ("active", None)] == states(keys)
        assert [("opening", None), ("active", None)] == states(
            rotation.settled((key("active", None), key("announced", None)), 0)
        )


class TestAnnounce:
    """A new key."""

    def test_it_opens_at_once_and_seals_after_the_delay(self) -> None:
        """Nobody is signed out, whichever server seals first."""
        old = (key("active", 5),)
        keys = rotation.announce(old, NOW, 300)
        assert [("active", 5), ("announced", NOW + 300)] == states(keys)
        early, late = (Keyring(rotation.settled(keys, now), None) for now in (NOW, NOW + 300))
        for sealing in (Keyring(old, None), early, late):
            sealed = sealing.seal(b"x", purpose="session")
            for opening in (early, late):
                assert b"x" == opening.open(sealed, purpose="session", now=NOW)
        assert early.keys[0].state == late.keys[1].state == "active"

    def test_where_nobody_says_otherwise_every_server_has_five_minutes(self) -> None:
        """To read the file again."""
        assert 300 == rotation.PROPAGATION

    def test_without_a_delay_it_is_active(self) -> None:
        """The one before it opens."""
        assert [("opening", NOW), ("active", NOW)] == states(rotation.announce((key("active", 5),), NOW, 0))

    def test_a_second_one_has_to_wait(self) -> None:
        """Two at once would leave neither time to be taken up; the complaint says until when."""
        keys = rotation.announce((key("active"),), NOW, 300)
        with pytest.raises(KeyringError, match="announced already: it becomes active at 2027-01-15T08:05:00Z"):
            rotation.announce(keys, NOW + 1, 300)
        assert ["opening", "active", "announced"] == [each.state for each in rotation.announce(keys, NOW + 300, 300)]

    def test_the_one_that_waits_can_be_made_active_at_once(self) -> None:
        """It is not joined by another."""
        keys = rotation.announce((key("active", 5),), NOW, 300)
        assert [("opening", NOW + 9), ("active", NOW + 9)] == states(rotation.announce(keys, NOW + 9, 0))


class TestRetire:
    """A key that nobody needs any more."""

    def test_it_goes_when_the_longest_lifetime_is_over(self) -> None:
        """To the second, and no second before."""
        keys = (key("opening", NOW), key("active"))
        with pytest.raises(rotation.StillNeeded, match="may live until 2027-02-14T08:00:00Z") as caught:
            rotation.retire(keys, keys[0].id.hex(), NOW + 30 * DAY - 1, 30 * DAY)
        assert NOW + 30 * DAY == caught.value.until
        assert "--sign-people-out" in caught.value.hint
        assert keys[1:] == rotation.retire(keys, keys[0].id.hex(), NOW + 30 * DAY, 30 * DAY)

    def test_the_time_counts_from_when_another_took_over(self) -> None:
        """Not from what is written down, which may lag behind."""
        keys = (key("active", 5), key("announced", NOW))
        with pytest.raises(rotation.StillNeeded):
            rotation.retire(keys, keys[0].id.hex(), NOW + DAY - 1, DAY)
        assert [("active", NOW)] == states(rotation.retire(keys, keys[0].id.hex(), NOW + DAY, DAY))

    def test_an_end_beyond_all_dates_is_said_as_the_last_date(self) -> None:
        """A slip of the hand in the file is no reason for another error."""
        keys = (key("opening", 253_402_300_799), key("active"))
        with pytest.raises(rotation.StillNeeded, match="until 9999-12-31T23:59:59Z"):
            rotation.retire(keys, keys[0].id.hex(), NOW, DAY)

    def test_the_active_key_stays(self) -> None:
        """Even when nobody minds being signed out."""
        keys = (key("active", 0),)
        with pytest.raises(rotation.StillNeeded, match="is the active one") as caught:
            rotation.retire(keys, keys[0].id.hex(), NOW, 0)
        assert caught.value.until is None

    @pytest.mark.parametrize("state", ["announced", "revoked"])
    def test_a_key_under_which_nothing_opens_or_was_sealed_goes_at_once(self, state: str) -> None:
        """Nobody can need it."""
        keys = (key("active"), key(state, NOW + 1))
        assert keys[:1] == rotation.retire(keys, keys[1].id.hex(), NOW, DAY)

    @pytest.mark.parametrize("identifier", ["", "00000000", "no id", "active"])
    def test_an_unknown_id_is_said_to_be(self, identifier: str) -> None:
        """For theft too."""
        with pytest.raises(rotation.UnknownKey, match="no key with that id"):
            rotation.retire((key("active"),), identifier, NOW, 0)
        with pytest.raises(rotation.UnknownKey, match="no key with that id"):
            rotation.revoke((key("active"),), identifier, NOW)


class TestRevoke:
    """A stolen key."""

    def test_nothing_under_it_opens_any_more(self) -> None:
        """As if it had never been in the ring; other keys are not touched."""
        keys = (key("opening", 5), key("active", 6))
        before = [Keyring([Key(each.secret)], None).seal(b"x", purpose="session") for each in keys]
        after = rotation.revoke(keys, keys[0].id.hex(), NOW)
        assert [("revoked", NOW), ("active", 6)] == states(after)
        ring = Keyring(after, None)
        with pytest.raises(SealError, match="unknown-key"):
            ring.open(before[0], purpose="session", now=NOW)
        assert b"x" == ring.open(before[1], purpose="session", now=NOW)
        assert ["revoked", "active"] == [each.state for each in ring.keys]

    def test_a_new_key_takes_the_place_of_the_active_one(self) -> None:
        """One that only opened never seals again."""
        keys = (key("opening", 5), key("active", 6))
        assert [("opening", 5), ("revoked", NOW), ("active", NOW)] == states(
            rotation.revoke(keys, keys[1].id.hex(), NOW)
        )

    def test_an_announced_key_takes_the_place_of_the_active_one(self) -> None:
        """Every server that has it can open already what it seals."""
        keys = (key("active", 6), key("announced", NOW + 9))
        after = rotation.revoke(keys, keys[0].id.hex(), NOW)
        assert [("revoked", NOW), ("active", NOW)] == states(after)
        assert keys[1].id == after[1].id

    def test_an_announced_key_can_be_revoked(self) -> None:
        """It never becomes active."""
        keys = (key("active", 6), key("announced", NOW + 9))
        after = rotation.revoke(keys, keys[1].id.hex(), NOW)
        assert [("active", 6), ("revoked", NOW)] == states(rotation.settled(after, NOW + 10))

    def test_it_is_revoked_once(self) -> None:
        """The time stays."""
        keys = (key("active"), key("revoked", NOW - 5))
        with pytest.raises(KeyringError, match="revoked already, since 2027-01-15T07:59:55Z"):
            rotation.revoke(keys, keys[1].id.hex(), NOW)


STEPS = st.tuples(
    st.sampled_from(["rotate", "at once", "retire", "revoke", "wait"]), st.integers(0, 4), st.integers(0, 400)
)


@pytest.mark.asvs("11.2.2")
@settings(deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_whatever_an_operator_does_nobody_is_signed_out_but_by_a_revocation(steps: list[tuple[str, int, int]]) -> None:
    """For tokens of 300 seconds: one that has not ended opens, in every second, unless its key was revoked."""
    pepper = os.urandom(32)
    text = keytext.write([key("active", NOW)], pepper)
    now, revoked = NOW, set()
    out: list[tuple[int, str, str]] = []
    for step, which, wait in steps:
        keys = keytext.read(text, "here").keys
        identifier = keys[which % len(keys)].id.hex()
        with suppress(KeyringError):
            match step:
                case "rotate":
                    keys = rotation.announce(keys, now, 60)
                case "at once":
                    keys = rotation.announce(keys, now, 0)
                case "retire":
                    keys = rotation.retire(keys, identifier, now, 300)
                case "revoke":
                    keys = rotation.revoke(keys, identifier, now)
                    revoked.add(identifier)
        text = keytext.rewrite(text, keys)
        ring = Keyring(rotation.settled(keytext.read(text, "here").keys, now), pepper)
        (active,) = [each.id for each in ring.keys if each.state == "active"]
        out.append((now + 300, active, ring.seal(b"x", purpose="session", expires_at=now + 300)))
        now += wait
        ring = Keyring(rotation.settled(keytext.read(text, "here").keys, now), pepper)
        for end, identifier, sealed in out:
            expected = "unknown-key" if identifier in revoked else "x" if now < end else "gone"
            try:
                outcome = ring.open(sealed, purpose="session", now=now).decode()
            except SealError as error:
                outcome = error.reason
            assert expected == ("gone" if expected == "gone" and outcome in {"expired", "unknown-key"} else outcome)
