"""Keyrings in files and in the environment."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import re
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.seal import Key, Keyring, KeyringError, keyfile, rotation

ANY_CHARACTER = st.characters(exclude_categories=())


@pytest.fixture(autouse=True)
def plain_umask() -> Iterator[None]:
    """Let files be made with the modes that the tests ask for."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a keyring may be made."""
    return tmp_path / "hardtack.key"


@pytest.fixture
def text(vectors: dict[str, Any]) -> str:
    """Return the text of a ring of two keys."""
    two_keys: str = vectors["keyrings"]["read"][1]["text"]
    return two_keys


def complaint(path: Path) -> KeyringError:
    """Return what is said of the file at *path*."""
    with pytest.raises(KeyringError) as caught:
        Keyring.load(path)
    return caught.value


class TestMaking:
    """A new file."""

    def test_a_new_file_holds_the_ring_that_is_returned(self, path: Path) -> None:
        """What one seals, the other opens; hashes agree too."""
        made = keyfile.create(path)
        read = Keyring.load(path)
        assert made.keys == read.keys
        assert b"x" == read.open(made.seal(b"x", purpose="session"), purpose="session", now=0)
        assert made.lookup_hash(b"x", purpose="name") == read.lookup_hash(b"x", purpose="name")

    def test_its_key_is_active_since_the_file_was_made(self, path: Path) -> None:
        """The file system's time, to the second."""
        (key,) = keyfile.create(path).keys
        assert ("active", int(path.stat().st_mtime)) == (key.state, key.since)

    @pytest.mark.parametrize("umask", [0, 0o022, 0o777])
    def test_only_its_owner_can_read_it(self, path: Path, umask: int) -> None:
        """Whatever the umask."""
        before = os.umask(umask)
        try:
            keyfile.create(path)
        finally:
            os.umask(before)
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)

    def test_nobody_else_can_open_it_before_its_mode_is_set_either(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever had it open would read what is written later; so it is made so, new or in another's place."""
        modes = []
        setting = os.fchmod

        def noted(descriptor: int, mode: int) -> None:
            modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
            setting(descriptor, mode)

        monkeypatch.setattr(os, "fchmod", noted)
        os.umask(0)
        keyfile.create(path)
        keyfile.change(path, announce)
        assert [0o600, 0o600] == modes

    def test_it_and_its_name_are_on_the_disk_before_it_is_used(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A loss of power must not take the keys under which cookies are out already; for a changed file too."""
        synced = []
        syncing = os.fsync

        def noted(descriptor: int) -> None:
            synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
            assert os.fstat(descriptor).st_size > 0 or stat.S_ISDIR(os.fstat(descriptor).st_mode)
            syncing(descriptor)

        monkeypatch.setattr(os, "fsync", noted)
        opened = len(os.listdir("/proc/self/fd"))
        keyfile.create(path)
        assert [str(path), str(path.parent)] == synced
        keyfile.change(path, announce)
        assert [f"{path}.new", str(path.parent)] == synced[2:]
        assert opened == len(os.listdir("/proc/self/fd"))

    def test_one_that_cannot_be_taken_away_either_is_said_to_be_the_disks_fault(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not the second error, which nobody can do anything about."""

        def fail(*given: object) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(os, "fsync", fail)
        monkeypatch.setattr(os, "unlink", fail)
        with pytest.raises(KeyringError, match="cannot be written: input/output error"):
            keyfile.create(path)

    def test_it_can_be_made_in_the_working_directory(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """By its bare name, as text."""
        monkeypatch.chdir(path.parent)
        keyfile.create(path.name)
        assert 1 == len(Keyring.load(str(path)).keys)

    def test_nothing_is_ever_overwritten(self, path: Path) -> None:
        """Neither a file, nor what a link points to, nor the place where a dangling one points."""
        keyfile.create(path)
        before = path.read_bytes()
        dangling = path.with_name("dangling")
        dangling.symlink_to(path.with_name("nowhere"))
        for taken in (path, path.parent, dangling):
            with pytest.raises(KeyringError, match="exists already") as caught:
                keyfile.create(taken)
            assert "never overwritten" in caught.value.hint
        assert before == path.read_bytes()
        assert not path.with_name("nowhere").exists()

    def test_a_missing_folder_is_named(self, path: Path) -> None:
        """It is not made in silence."""
        with pytest.raises(KeyringError, match="cannot be made: no such file or directory") as caught:
            keyfile.create(path / "below")
        assert "make its folder" in caught.value.hint

    def test_a_path_that_no_system_has_is_named(self) -> None:
        """A zero byte ends a path."""
        with pytest.raises(KeyringError, match="cannot be made"):
            keyfile.create("a\0b")

    def test_a_full_disk_leaves_nothing_behind(self, path: Path) -> None:
        """Half a keyring would be in the way of a whole one."""
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
        try:
            with pytest.raises(KeyringError, match="cannot be written: file too large"):
                keyfile.create(path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert not path.exists()


class TestReading:
    """A file that is there, or not."""

    @pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o440])
    def test_modes_that_keep_it_secret_are_read(self, path: Path, text: str, mode: int) -> None:
        """A group may read it, when the operator says so."""
        path.write_text(text)
        path.chmod(mode)
        assert 2 == len(Keyring.load(path).keys)

    @pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o620, 0o660, 0o666, 0o777])
    def test_modes_that_do_not_are_refused_with_the_command_that_helps(self, path: Path, text: str, mode: int) -> None:
        """Readable or writable by everybody, or writable by the group."""
        path.write_text(text)
        path.chmod(mode)
        error = complaint(path)
        assert f"{path} is open to others (mode {mode:04o})" == error.problem
        assert f"run `chmod 600 {path}`" == error.hint

    def test_what_is_wrong_in_it_is_said_with_its_path(self, path: Path, text: str) -> None:
        """When it is read, followed or changed, of its lines and of its mode."""
        path.write_text(text.replace("opening", "sleeping"))
        path.chmod(0o600)
        said = f"line 3 of {path} has a state that this version does not know"
        assert said == complaint(path).problem
        for use in (keyfile.follow, lambda path: keyfile.change(path, announce)):
            with pytest.raises(KeyringError, match=re.escape(said)):
                use(path)
        path.chmod(0o644)
        for use in (keyfile.follow, lambda path: keyfile.change(path, announce)):
            with pytest.raises(KeyringError, match=re.escape(f"{path} is open to others")):
                use(path)

    def test_a_path_is_quoted_in_the_command(self, path: Path, text: str) -> None:
        """The hint can be pasted into a shell."""
        spaced = path.with_name("my key")
        spaced.write_text(text)
        spaced.chmod(0o644)
        assert f"run `chmod 600 '{spaced}'`" == complaint(spaced).hint

    def test_a_missing_file_says_how_to_make_it(self, path: Path) -> None:
        """The command, with this path."""
        error = complaint(path)
        assert f"there is no keyring at {path}" == error.problem
        assert f"make one with `hardtack keys new {path}`" == error.hint

    def test_a_file_that_cannot_be_opened_says_why(self, path: Path) -> None:
        """A link to itself cannot be, not even by root."""
        path.symlink_to(path)
        assert f"{path} cannot be read: too many levels of symbolic links" == complaint(path).problem

    def test_a_file_that_cannot_be_read_says_why(self) -> None:
        """The disk may fail; here it is the memory of this process, whose first page nobody can read."""
        assert "/proc/self/mem cannot be read: input/output error" == complaint(Path("/proc/self/mem")).problem

    def test_a_path_that_no_system_has_is_refused(self) -> None:
        """A zero byte ends a path; Pythons have several words for it, such as "null byte" and "null character"."""
        problem = complaint(Path("a\0b")).problem
        assert problem.startswith("a\0b cannot be read: ")
        assert "embedded null " in problem

    def test_what_is_no_file_is_refused_at_once(self, path: Path) -> None:
        """A folder; and a pipe, whose writer may never come."""
        os.mkfifo(path)
        assert [f"{path} is not a file", f"{path.parent} is not a file"] == [
            complaint(path).problem,
            complaint(path.parent).problem,
        ]

    def test_a_huge_file_is_not_read(self, path: Path) -> None:
        """The path may name the wrong thing; a million octets are more than enough for a ring."""
        assert 1 << 20 == keyfile.MAX_FILE
        with path.open("wb") as file:
            file.truncate(1 << 34)
        path.chmod(0o600)
        assert f"{path} is too large for a keyring" == complaint(path).problem

    def test_a_file_is_read_up_to_the_bound_and_no_octet_more(
        self, path: Path, text: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The largest is; of one that grows while it is read nothing behind the bound is looked at."""
        path.write_text(f"{text}\n#".ljust(1 << 20, "-"))
        path.chmod(0o600)
        assert 2 == len(Keyring.load(path).keys)
        found = os.fstat
        looks = []

        def growing(descriptor: int) -> os.stat_result:
            looks.append(found(descriptor))
            if len(looks) == 2:  # the second is the one that asks for the size
                with path.open("ab") as file:
                    file.write(b"\xff")
            return looks[-1]

        monkeypatch.setattr(os, "fstat", growing)
        assert 2 == len(Keyring.load(path).keys)
        assert f"{path} is too large for a keyring" == complaint(path).problem

    def test_what_is_no_text_is_refused_with_its_line(self, path: Path, text: str) -> None:
        """A comment may be in any language, if it is in UTF-8."""
        path.write_bytes("# 船上的饼干\n".encode() + text.encode())
        path.chmod(0o600)
        assert 2 == len(Keyring.load(path).keys)
        path.write_bytes(b"# one\n# two \xff\n" + text.encode())
        assert f"line 2 of {path} is not text in UTF-8" == complaint(path).problem
        path.write_bytes(b"\n\xff")
        assert f"line 2 of {path} is not text in UTF-8" == complaint(path).problem

    def test_a_secret_in_the_wrong_place_is_not_repeated(self, path: Path) -> None:
        """Not even where a name was expected."""
        path.write_text(
            "hardtack keyring 1\npepper x\nkey 00000000 correct-horse-battery 2026-01-01T00:00:00Z staple\n"
        )
        path.chmod(0o600)
        error = complaint(path)
        assert not [word for word in ("correct", "horse", "staple") if word in str(error)]


def announce(keys: rotation.Keys, now: int) -> rotation.Keys:
    """Announce a new key."""
    return rotation.announce(keys, now, 300)


def at_once(keys: rotation.Keys, now: int) -> rotation.Keys:
    """Let a new key be the active one."""
    return rotation.announce(keys, now, 0)


class TestChanging:
    """Another set of keys in a file that is there."""

    def test_the_new_ring_is_in_the_file_and_comes_back(self, path: Path) -> None:
        """With the pepper that was there."""
        before = keyfile.create(path)
        ring = keyfile.change(path, announce)
        assert ["active", "announced"] == [key.state for key in ring.keys]
        assert ring.keys == Keyring.load(path).keys
        assert before.lookup_hash(b"x", purpose="name") == Keyring.load(path).lookup_hash(b"x", purpose="name")

    def test_the_file_is_another_one_with_the_same_owner_and_mode(self, path: Path, text: str) -> None:
        """Whoever has the old one open still reads it whole; a group that may read it still may."""
        path.write_text("# mine\n" + text)
        os.chown(path, os.geteuid(), os.getegid())
        path.chmod(0o640)
        before = path.stat()
        with path.open() as old:
            keyfile.change(path, announce)
            assert "# mine\n" + text == old.read()
        after = path.stat()
        assert (before.st_mode, before.st_uid, before.st_gid) == (after.st_mode, after.st_uid, after.st_gid)
        assert before.st_ino != after.st_ino
        assert path.read_text().startswith("# mine\n" + text)
        assert [path] == list(path.parent.iterdir())

    def test_the_owner_is_as_before_when_the_first_octet_is_written(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Changed by root, the file of a service stays the service's."""
        keyfile.create(path)
        given = []
        monkeypatch.setattr(
            os, "fchown", lambda descriptor, *owner: given.append((os.fstat(descriptor).st_size, *owner))
        )
        keyfile.change(path, announce)
        assert [(0, os.geteuid(), os.getegid())] == given

    def test_a_link_that_lies_in_the_place_of_the_new_file_is_not_written_through(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever may write to the folder cannot let the secrets, or root's hand, go to another file."""
        keyfile.create(path)
        before, elsewhere = path.read_bytes(), path.with_name("elsewhere")
        elsewhere.write_text("mine")
        taking_away = os.unlink

        def planted(name: str) -> None:
            with contextlib.suppress(FileNotFoundError):
                taking_away(name)
            if not os.path.lexists(name):
                os.symlink(elsewhere, name)

        monkeypatch.setattr(os, "unlink", planted)
        with pytest.raises(KeyringError, match="cannot be replaced: file exists"):
            keyfile.change(path, announce)
        assert ("mine", before) == (elsewhere.read_text(), path.read_bytes())

    def test_one_that_cannot_be_put_in_place_nor_taken_away_is_said_not_to_be_in_place(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first of the two errors is the one that matters."""
        keyfile.create(path)

        def fail(*given: object) -> None:
            monkeypatch.setattr(os, "unlink", fail)
            raise OSError(errno.EIO, os.strerror(errno.EIO) + str(len(given)))

        monkeypatch.setattr(os, "replace", fail)
        with pytest.raises(KeyringError, match="cannot be replaced: input/output error2"):
            keyfile.change(path, announce)

    def test_a_link_stays_a_link(self, path: Path) -> None:
        """What it points to is replaced, where it is."""
        keyfile.create(path)
        link = path.with_name("link")
        link.symlink_to(path)
        keyfile.change(link, announce)
        assert link.is_symlink()
        assert 2 == len(Keyring.load(path).keys)

    def test_what_another_writer_left_behind_is_no_hindrance(self, path: Path) -> None:
        """It was stopped before its file was in place."""
        keyfile.create(path)
        path.with_name("hardtack.key.new").write_text("half a key")
        keyfile.change(path, announce)
        assert [path] == list(path.parent.iterdir())
        assert 0o600 == stat.S_IMODE(path.stat().st_mode)

    def test_a_refused_change_leaves_the_file_as_it_is(self, path: Path) -> None:
        """To the byte."""
        keyfile.create(path)
        keyfile.change(path, announce)
        before = path.read_bytes()
        with pytest.raises(KeyringError, match="announced already"):
            keyfile.change(path, announce)
        with pytest.raises(KeyringError, match=re.escape(f"{path} has no active key")):
            keyfile.change(path, lambda keys, now: ())
        assert before == path.read_bytes()

    def test_the_ring_that_comes_back_is_that_of_the_moment_of_the_change(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However long it takes until it is made."""
        keyfile.create(path)
        times = itertools.count(keyfile.clock() + 1, 300)
        monkeypatch.setattr(keyfile, "clock", lambda: next(times))
        assert ["active", "announced"] == [key.state for key in keyfile.change(path, announce).keys]

    def test_a_full_disk_leaves_the_file_as_it_is(self, path: Path) -> None:
        """And nothing beside it."""
        keyfile.create(path)
        before = path.read_bytes()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
        try:
            with pytest.raises(KeyringError, match="cannot be replaced: file too large") as caught:
                keyfile.change(path, announce)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert "as the user that owns the file" in caught.value.hint
        assert before == path.read_bytes()
        assert [path] == list(path.parent.iterdir())

    def test_a_file_that_is_missing_or_open_to_others_is_not_changed(self, path: Path) -> None:
        """The same complaints as for reading."""
        with pytest.raises(KeyringError, match="no keyring at"):
            keyfile.change(path, announce)
        keyfile.create(path)
        path.chmod(0o644)
        with pytest.raises(KeyringError, match="open to others"):
            keyfile.change(path, announce)

    def test_writers_wait_for_each_other(self, path: Path) -> None:
        """Of the keys that eight processes add at the same time, none is lost."""
        keyfile.create(path)
        script = (
            "import sys; from hardtack.seal import keyfile, rotation\n"
            "for _ in range(5): keyfile.change(sys.argv[1], lambda keys, now: rotation.announce(keys, now, 0))"
        )
        writers = [subprocess.Popen([sys.executable, "-c", script, path]) for _ in range(8)]
        assert [0] * 8 == [writer.wait() for writer in writers]
        assert ["opening"] * 40 + ["active"] == [key.state for key in Keyring.load(path).keys]

    def test_a_writer_that_has_waited_takes_the_file_that_is_there_then(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not the one whose lock it waited for, which another writer has replaced meanwhile."""
        keyfile.create(path)
        newer = keyfile.create(path.with_name("newer"))
        lock = fcntl.flock

        def wait(descriptor: int, operation: int) -> None:
            if path.with_name("newer").exists():
                path.with_name("newer").replace(path)
            lock(descriptor, operation)

        monkeypatch.setattr(fcntl, "flock", wait)
        ring = keyfile.change(path, announce)
        assert {key.id for key in newer.keys} < {key.id for key in ring.keys}

    def test_a_writer_that_is_killed_leaves_the_old_file(self, path: Path) -> None:
        """With the new one ready beside it; the next writer is not hindered."""
        keyfile.create(path)
        before = path.read_bytes()
        script = (
            "import os, sys; from hardtack.seal import keyfile, rotation\n"
            "os.replace = lambda *names: os.kill(os.getpid(), 9)\n"
            "keyfile.change(sys.argv[1], lambda keys, now: rotation.announce(keys, now, 0))"
        )
        assert -9 == subprocess.run([sys.executable, "-c", script, path], check=False).returncode
        assert before == path.read_bytes()
        assert 2 == len(keyfile.change(path, at_once).keys)
        assert [path] == list(path.parent.iterdir())

    def test_a_file_that_goes_while_a_writer_waits_is_missed(self, path: Path) -> None:
        """It is not made again out of the old one."""
        keyfile.create(path)

        def take_away(keys: rotation.Keys, now: int) -> rotation.Keys:
            path.parent.rename(path.parent.with_name("elsewhere"))
            return at_once(keys, now)

        with pytest.raises(KeyringError, match="cannot be replaced: no such file"):
            keyfile.change(path, take_away)

    def test_readers_see_the_old_or_the_new_while_writers_write(self, path: Path) -> None:
        """Never half a file."""
        keyfile.create(path)
        script = (
            "import sys; from hardtack.seal import keyfile, rotation\n"
            "for _ in range(30): keyfile.change(sys.argv[1], lambda keys, now: rotation.announce(keys, now, 0))"
        )
        writer = subprocess.Popen([sys.executable, "-c", script, path])
        counts = [1]
        while writer.poll() is None:
            counts.append(len(Keyring.load(path).keys))
        assert counts == sorted(counts)
        assert (0, 31) == (writer.returncode, len(Keyring.load(path).keys))


class TestComplaints:
    """Everything that is wrong with a file."""

    @staticmethod
    def problems(path: Path) -> list[str]:
        """Return what is wrong with the file at *path*."""
        return [error.problem for error in keyfile.complaints(path)]

    def test_nothing_is_wrong_with_a_new_one(self, path: Path) -> None:
        """In a folder that is its owner's."""
        keyfile.create(path)
        assert [] == self.problems(path)

    def test_folder_file_and_lines_are_looked_at(self, path: Path, text: str) -> None:
        """All three at once, with the commands that help."""
        path.write_text(text.replace("opening", "sleeping") + "\nx")
        path.chmod(0o644)
        path.parent.chmod(0o777)
        assert [
            f"others may replace the file, since its folder {path.parent} is open to them (mode 0777)",
            f"{path} is open to others (mode 0644)",
            f"line 3 of {path} has a state that this version does not know",
            f"line 5 of {path} is no entry of a keyring",
        ] == self.problems(path)
        assert [f"run `chmod go-w {path.parent}`", f"run `chmod 600 {path}`"] == [
            error.hint for error in keyfile.complaints(path)[:2]
        ]

    def test_a_folder_where_nobody_can_replace_what_is_anothers_is_good(self, path: Path) -> None:
        """As the one for temporary files is."""
        keyfile.create(path)
        path.parent.chmod(0o1777)
        assert [] == self.problems(path)

    def test_what_is_no_text_is_one_more(self, path: Path) -> None:
        """After what is wrong with the file itself."""
        path.write_bytes(b"\xff")
        path.chmod(0o666)
        assert [f"{path} is open to others (mode 0666)", f"line 1 of {path} is not text in UTF-8"] == self.problems(
            path
        )
        assert [f"{path.parent} is not a file"] == self.problems(path.parent)

    def test_a_missing_file_has_nothing_to_look_at(self, path: Path) -> None:
        """Nor has one in a missing folder."""
        for missing in (path, path / "deeper"):
            with pytest.raises(KeyringError, match="no keyring at"):
                keyfile.complaints(missing)


class TestTheEnvironment:
    """The same text in a variable."""

    @pytest.mark.parametrize("line_end", ["\n", ";", " ; ", ";\n"])
    def test_a_semicolon_may_stand_for_a_line_end(
        self, text: str, line_end: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Many systems have one line for a variable."""
        monkeypatch.setenv("HARDTACK_KEYRING", text.replace("\n", line_end))
        assert keyfile.parse(text, "").keys == Keyring.from_env().keys

    def test_another_name_may_be_used(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """For two rings in one process."""
        monkeypatch.setenv("OTHER", text)
        assert 2 == len(Keyring.from_env("OTHER").keys)

    @pytest.mark.parametrize("value", [None, ""])
    def test_a_variable_that_is_not_set_says_what_to_do(
        self, value: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Empty is as good as none."""
        monkeypatch.delenv("HARDTACK_KEYRING", raising=False)
        if value is not None:
            monkeypatch.setenv("HARDTACK_KEYRING", value)
        with pytest.raises(KeyringError, match="HARDTACK_KEYRING is not set") as caught:
            Keyring.from_env()
        assert "hardtack keys new" in caught.value.hint

    def test_a_complaint_names_the_variable_and_the_line(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """As it would a file."""
        monkeypatch.setenv("HARDTACK_KEYRING", text.replace("opening", "sleeping").replace("\n", ";"))
        with pytest.raises(KeyringError, match="line 3 of HARDTACK_KEYRING has a state") as caught:
            Keyring.from_env()
        assert "announced, active, opening, revoked" in caught.value.hint
        for use in (keyfile.follow_environment, lambda: keyfile.change_environment(announce)):
            with pytest.raises(KeyringError, match="line 3 of HARDTACK_KEYRING has a state"):
                use()

    def test_a_change_gives_what_to_set_it_to(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """One line, which is read as the ring that comes with it."""
        monkeypatch.setenv("HARDTACK_KEYRING", "# mine ;" + text.replace("\n", "\r\n"))
        value, ring = keyfile.change_environment(announce)
        assert "\n" not in value
        assert value.startswith("# mine;hardtack keyring 1;pepper ")
        monkeypatch.setenv("HARDTACK_KEYRING", value)
        assert ["opening", "active", "announced"] == [key.state for key in Keyring.from_env().keys]
        assert ring.keys == Keyring.from_env().keys


def some_lines() -> st.SearchStrategy[str]:
    """Return texts that are nearly keyrings."""
    plain = [
        "hardtack",
        "keyring",
        "1",
        "pepper",
        "key",
        "active",
        "announced",
        "revoked",
        "66687aad",
        "#",
        "A" * 43,
        "AA",
    ]
    moments = ["2026-01-31T12:00:00Z", "0000-00-00T00:00:00Z", "2026-01-31"]
    word = st.sampled_from([*plain, *moments, "\n", "\r\n", "\t", "\x00", "\ud800", "é", "٣"]) | st.text(
        ANY_CHARACTER, max_size=4
    )
    rest = st.lists(word, max_size=30).map(" ".join)
    return rest | rest.map(lambda text: f"hardtack keyring 1\npepper {'A' * 43}\n{text}")


@settings(deadline=None, max_examples=500)
@given(some_lines() | st.text(ANY_CHARACTER))
def test_any_text_makes_a_ring_or_a_keyring_error(text: str) -> None:
    """The promise of parse: nothing else, and nothing of the text in the error."""
    try:
        ring = keyfile.parse(text, "here")
    except KeyringError as error:
        problem = error.problem
    else:
        problem = f"here makes {ring!r}"
    assert "here" in problem
    assert "A" * 43 not in problem


def test_what_is_written_is_what_the_vectors_say(vectors: dict[str, Any]) -> None:
    """And so it is read again."""
    states = {key["state"]: bytes.fromhex(key["secret"]) for key in vectors["ring"]["keys"]}
    expected = vectors["keyrings"]["read"][1]
    keys = [Key(states[key["state"]], key["state"], key["since"]) for key in expected["keys"]]
    assert expected["text"] + "\n" == keyfile.write(keys, bytes.fromhex(vectors["ring"]["pepper"]))
