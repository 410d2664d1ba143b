"""Rings that follow what is written down."""

from __future__ import annotations

import logging
import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hardtack.errors import MisuseError
from hardtack.seal import FollowedKeyring, Key, Keyring, KeyringError, SealError, columns, keyfile, rotation, token
from hardtack.seal.followed import Found
from hardtack.seal.keytext import Written

NOW = 1_800_000_000


@dataclass
class Desk:
    """What is written down and what time it is, in the hands of a test."""

    written: Written = field(default_factory=lambda: Written((Key(os.urandom(32), "active", 5),), os.urandom(32)))
    wrong: str = ""
    now: int = NOW
    looks: int = 0
    given: list[Found | None] = field(default_factory=list)

    def look(self, before: Found | None) -> Found:
        """Return what is written down now."""
        self.looks += 1
        self.given.append(before)
        if self.wrong:
            raise KeyringError(self.wrong, "do something")
        return Found(self.written, None)

    def follow(self) -> FollowedKeyring:
        """Return a ring that follows."""
        return FollowedKeyring(self.look, lambda: self.now)

    def change(self, changed: keyfile.Change) -> None:
        """Write something else down."""
        self.written = Written(changed(self.written.keys, self.now), self.written.pepper)


def states(ring: Keyring) -> list[str]:
    """Return the states of a ring's keys."""
    return [key.state for key in ring.keys]


class TestFollowing:
    """One ring, many sets of keys."""

    def test_it_does_what_a_keyring_does(self) -> None:
        """What it seals, the ring of the same keys opens; hashes agree."""
        desk = Desk()
        ring, plain = desk.follow(), Keyring(*desk.written)
        sealed = ring.seal(b"x", purpose="session", context=("a",), expires_at=NOW + 1)
        assert b"x" == plain.open(sealed, purpose="session", context=("a",), now=NOW)
        assert b"x" == ring.open(sealed, purpose="session", context=("a",), now=NOW)
        with pytest.raises(SealError, match="expired"):
            plain.open(sealed, purpose="session", context=("a",), now=NOW + 1)
        assert plain.lookup_hash(b"x", purpose="name") == ring.lookup_hash(b"x", purpose="name")
        assert plain.keys == ring.keys
        assert isinstance(ring, Keyring)

    def test_it_looks_at_most_once_a_second_and_only_when_it_is_used(self) -> None:
        """Whichever way the clock goes."""
        desk = Desk()
        ring = desk.follow()
        for _ in range(100):
            ring.seal(b"x", purpose="session")
        assert 1 == desk.looks
        desk.now += 60
        assert 1 == desk.looks
        ring.seal(b"x", purpose="session")
        desk.now -= 3600
        ring.seal(b"x", purpose="session")
        ring.seal(b"x", purpose="session")
        assert 3 == desk.looks
        ring.revoke([b"none"])
        ring.seal(b"x", purpose="session")
        assert 4 == desk.looks

    def test_who_looks_is_given_what_was_found_before(self) -> None:
        """So a file that has not changed need not be read again."""
        desk = Desk()
        ring = desk.follow()
        found = ring._found
        desk.now += 1
        ring.present()
        assert [None, found] == desk.given

    def test_a_rotation_is_taken_up_and_nobody_is_signed_out(self, caplog: pytest.LogCaptureFixture) -> None:
        """The new key seals when its time has come, though nothing else is written down then; a line says so."""
        caplog.set_level(logging.INFO, "hardtack.seal")
        desk = Desk()
        ring = desk.follow()
        sealed = [ring.seal(b"x", purpose="session")]
        desk.change(lambda keys, now: rotation.announce(keys, now, 300))
        desk.now += 1
        assert ["active", "announced"] == states(ring)
        sealed.append(ring.seal(b"x", purpose="session"))
        desk.now += 299
        assert ["opening", "active"] == states(ring)
        sealed.append(ring.seal(b"x", purpose="session"))
        old, new = ring.keys
        assert [old.id, old.id, new.id] == [token.decode(text)[1:5].hex() for text in sealed]
        assert [b"x"] * 3 == [ring.open(text, purpose="session", now=desk.now) for text in sealed]
        assert [("keyring-changed", old.id), ("keyring-changed", new.id)] == [
            (getattr(record, "event", ""), getattr(record, "active", "")) for record in caplog.records
        ]

    def test_a_revoked_key_opens_nothing_from_the_next_second_on(self) -> None:
        """In a running server."""
        desk = Desk()
        ring = desk.follow()
        sealed = ring.seal(b"x", purpose="session")
        desk.change(lambda keys, now: rotation.revoke(keys, keys[0].id.hex(), now))
        desk.now += 1
        with pytest.raises(SealError, match="unknown-key"):
            ring.open(sealed, purpose="session", now=desk.now)
        assert ["revoked", "active"] == states(ring)

    def test_what_others_tell_of_a_theft_holds_whatever_is_written_down(self, caplog: pytest.LogCaptureFixture) -> None:
        """Now, and in every ring to come; the file may be an old copy."""
        caplog.set_level(logging.INFO, "hardtack.seal")
        desk = Desk()
        ring = desk.follow()
        sealed = ring.seal(b"x", purpose="session")
        column = columns.seal(ring, b"x", ())
        stolen = bytes.fromhex(ring.keys[0].id)
        ring.revoke([stolen])
        assert (False, ["revoked"]) == (ring.seals, states(ring))
        desk.change(lambda keys, now: rotation.announce(keys, now, 300))
        desk.now += 1
        assert (True, ["revoked", "active"]) == (ring.seals, states(ring))
        with pytest.raises(SealError, match="unknown-key"):
            ring.open(sealed, purpose="session", now=desk.now)
        assert b"x" == columns.open(ring, column, ())
        desk.change(lambda keys, now: (*keys[:1],))
        desk.now += 1
        assert (False, ["revoked"]) == (ring.seals, states(ring))
        assert ["none"] == [getattr(record, "active", "") for record in caplog.records[1:]]
        assert f"<Keyring {stolen.hex()} revoked>" in caplog.records[-1].getMessage()

    def test_a_second_theft_does_not_let_the_first_be_forgotten(self) -> None:
        """Told of one after the other, also while a key waits for its time; each holds in the next ring."""
        desk = Desk()
        desk.change(lambda keys, now: rotation.announce(keys, now, 0))
        desk.change(lambda keys, now: rotation.announce(keys, now, 300))
        ring = desk.follow()
        for key in desk.written.keys[:2]:
            ring.revoke([key.id])
        assert ["revoked", "revoked", "active"] == states(ring)
        desk.now += 300
        assert ["revoked", "revoked", "active"] == states(ring)

    def test_a_ring_is_in_place_only_with_what_was_stolen_revoked_and_what_is_told_meanwhile_too(self) -> None:
        """Another thread may use it in the moment in which it is put there, or tell the ring before of a theft."""
        desk = Desk()
        desk.change(lambda keys, now: rotation.announce(keys, now, 0))
        first, second = (key.id for key in desk.written.keys)
        seen: list[list[str]] = []

        class Watched(FollowedKeyring):
            """Another thread acts in the moment in which a ring is put in place."""

            __slots__ = ("_put",)

            @property
            def _ring(self) -> Keyring:
                put: Keyring = self._put
                return put

            @_ring.setter
            def _ring(self, ring: Keyring) -> None:
                seen.append(states(ring))
                if len(seen) == 2:  # what ``revoke`` of the other thread has done by now
                    self._stolen |= {second}
                    self._put.revoke(self._stolen)
                self._put = ring

        ring = Watched(desk.look, lambda: desk.now)
        ring.revoke([first])
        desk.change(lambda keys, now: rotation.announce(keys, now, 0))
        desk.now += 1
        assert ["revoked", "revoked", "active"] == states(ring)
        assert [["opening", "active"], ["revoked", "opening", "active"]] == seen

    def test_a_file_that_was_changed_for_the_same_theft_is_looked_at_first(self) -> None:
        """So that there is no second in which nothing can be sealed."""
        desk = Desk()
        ring = desk.follow()
        stolen = desk.written.keys[0].id
        desk.change(lambda keys, now: rotation.revoke(keys, stolen.hex(), now))
        ring.revoke([stolen])
        assert (True, ["revoked", "active"]) == (ring.seals, states(ring))

    def test_the_same_keys_are_the_same_ring(self) -> None:
        """What it keeps to be fast is not thrown away for a comment."""
        desk = Desk()
        ring = desk.follow()
        before = ring.present()
        desk.now += 1
        desk.written = Written(tuple(desk.written.keys), desk.written.pepper)
        assert before is ring.present()
        desk.change(lambda keys, now: rotation.announce(keys, now, 0))
        desk.now += 1
        changed = ring.present()
        desk.now += 1
        assert before is not changed
        assert changed is ring.present()

    def test_look_up_hashes_stay_when_keys_change(self) -> None:
        """The pepper goes into every ring to come."""
        desk = Desk()
        ring = desk.follow()
        before = ring.lookup_hash(b"x", purpose="name")
        desk.change(lambda keys, now: rotation.announce(keys, now, 0))
        desk.now += 1
        assert ["opening", "active"] == states(ring)
        assert before == ring.lookup_hash(b"x", purpose="name")

    def test_threads_share_it_while_keys_change_under_them(self) -> None:
        """Whatever one of them sealed, every one opens."""
        desk = Desk()
        ring = desk.follow()
        sealed = [ring.seal(b"x", purpose="session")]

        def use() -> int:
            opened = 0
            for _ in range(300):
                sealed.append(ring.seal(b"x", purpose="session"))
                opened += sum(b"x" == ring.open(text, purpose="session", now=NOW) for text in sealed[-8:])
            return opened

        with ThreadPoolExecutor(4) as pool:
            uses = [pool.submit(use) for _ in range(4)]
            for _ in range(40):
                desk.change(lambda keys, now: rotation.announce(keys, now, 0))
                desk.now += 1
                ring.present()
            assert all(each.result() >= 300 for each in uses)
        assert 41 == len(ring.keys)


class TestWhatIsWrong:
    """A slip of the hand."""

    def test_the_last_good_ring_is_kept_and_one_line_says_so(self, caplog: pytest.LogCaptureFixture) -> None:
        """One for each thing that is wrong, not one a second."""
        desk = Desk()
        ring = desk.follow()
        sealed = ring.seal(b"x", purpose="session")
        for wrong in ("line 3", "line 3", "no file", "", "no file"):
            desk.wrong = wrong
            desk.now += 1
            assert b"x" == ring.open(sealed, purpose="session", now=desk.now)
        assert [("keyring-refused", reason, "do something") for reason in ("line 3", "no file", "no file")] == [
            (getattr(record, "event", ""), getattr(record, "reason", ""), getattr(record, "hint", ""))
            for record in caplog.records
        ]

    def test_a_key_whose_time_has_come_seals_all_the_same(self) -> None:
        """What was good goes on."""
        desk = Desk()
        desk.change(lambda keys, now: rotation.announce(keys, now, 300))
        ring = desk.follow()
        desk.wrong = "no file"
        desk.now += 300
        assert ["opening", "active"] == states(ring)

    def test_a_changed_pepper_is_refused(self, caplog: pytest.LogCaptureFixture) -> None:
        """With the keys beside it: it is another file."""
        desk = Desk()
        ring = desk.follow()
        before = ring.lookup_hash(b"x", purpose="name")
        keys = rotation.announce(desk.written.keys, NOW, 0)
        desk.written = Written(keys, os.urandom(32))
        desk.now += 1
        assert ["active"] == states(ring)
        assert before == ring.lookup_hash(b"x", purpose="name")
        assert "the pepper has changed" in caplog.text

    def test_there_is_no_ring_to_begin_with(self) -> None:
        """Then nothing can be kept."""
        with pytest.raises(KeyringError, match="no file"):
            Desk(wrong="no file").follow()


def test_no_secret_leaves_it() -> None:
    """As it leaves no ring."""
    desk = Desk()
    ring = desk.follow()
    assert f"<FollowedKeyring <Keyring {ring.keys[0].id} active>>" == repr(ring) == str(ring)
    with pytest.raises(MisuseError, match="pickled"):
        pickle.dumps(ring)


class TestFiles:
    """A file that changes, with the real clock: only what holds at any time of day is looked at."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """Return a keyring file."""
        path = tmp_path / "hardtack.key"
        keyfile.create(path)
        return path

    def test_a_changed_file_is_found_and_an_old_one_is_not_read_again(self, path: Path) -> None:
        """By its stamp, once the file is too old to change unseen."""
        ring = keyfile.follow(path)
        first = ring._found
        assert first.stamp is None
        os.utime(path, (5, 5))
        keyfile.change(path, lambda keys, now: rotation.announce(keys, now, 0))
        second = ring._look(first)
        assert ["opening", "active"] == [key.state for key in second.written.keys]
        found = path.stat()
        stamp = (found.st_dev, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        settled = Found(second.written, stamp)
        assert settled is ring._look(settled)
        path.chmod(0o644)
        with pytest.raises(KeyringError, match="open to others"):
            ring._look(settled)

    def test_a_file_of_earlier_has_a_stamp(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Seen from an hour later."""
        monkeypatch.setattr(keyfile, "clock", lambda: int(path.stat().st_ctime) + 3600)
        assert keyfile.follow(path)._found.stamp is not None

    @pytest.mark.parametrize(("later", "settled"), [(0, False), (2, False), (3, True)])
    def test_a_file_can_be_told_by_its_stamp_once_its_second_is_surely_over(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, later: int, settled: bool
    ) -> None:
        """Two seconds, since some file systems count no finer."""
        monkeypatch.setattr(keyfile, "clock", lambda: int(path.stat().st_ctime) + later)
        assert settled == (keyfile.follow(path)._found.stamp is not None)

    def test_the_folder_that_the_process_works_in_may_change(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The file is found where it was."""
        monkeypatch.chdir(path.parent)
        ring = keyfile.follow(path.name)
        monkeypatch.chdir("/")
        assert ring._look(None).written == ring._found.written

    def test_the_environment_changes_by_the_time_alone(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An announced key takes over without a restart."""
        keyfile.change(path, lambda keys, now: rotation.announce(keys, now, 300))
        monkeypatch.setenv("HARDTACK_KEYRING", path.read_text().replace("\n", ";"))
        ring = keyfile.follow_environment()
        assert ["active", "announced"] == states(ring)
        monkeypatch.delenv("HARDTACK_KEYRING")
        ring._clock = lambda: 1 << 40
        assert ["opening", "active"] == states(ring)
