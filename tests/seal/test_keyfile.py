"""Keyrings in files and in the environment."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.seal import Key, Keyring, KeyringError, keyfile

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

    def test_a_path_that_no_system_has_is_refused(self) -> None:
        """A zero byte ends a path."""
        assert "cannot be read" in complaint(Path("a\0b")).problem

    def test_what_is_no_file_is_refused_at_once(self, path: Path) -> None:
        """A folder; and a pipe, whose writer may never come."""
        os.mkfifo(path)
        assert [f"{path} is not a file", f"{path.parent} is not a file"] == [
            complaint(path).problem,
            complaint(path.parent).problem,
        ]

    def test_a_huge_file_is_not_read(self, path: Path) -> None:
        """The path may name the wrong thing."""
        with path.open("wb") as file:
            file.truncate(1 << 34)
        path.chmod(0o600)
        assert f"{path} is too large for a keyring" == complaint(path).problem

    def test_what_is_no_text_is_refused_with_its_line(self, path: Path, text: str) -> None:
        """A comment may be in any language, if it is in UTF-8."""
        path.write_bytes("# 船上的饼干\n".encode() + text.encode())
        path.chmod(0o600)
        assert 2 == len(Keyring.load(path).keys)
        path.write_bytes(b"# one\n# two \xff\n" + text.encode())
        assert f"line 2 of {path} is not text in UTF-8" == complaint(path).problem

    def test_a_secret_in_the_wrong_place_is_not_repeated(self, path: Path) -> None:
        """Not even where a name was expected."""
        path.write_text(
            "hardtack keyring 1\npepper x\nkey 00000000 correct-horse-battery 2026-01-01T00:00:00Z staple\n"
        )
        path.chmod(0o600)
        error = complaint(path)
        assert not [word for word in ("correct", "horse", "staple") if word in str(error)]


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
        assert "active, opening" in caught.value.hint


def some_lines() -> st.SearchStrategy[str]:
    """Return texts that are nearly keyrings."""
    plain = ["hardtack", "keyring", "1", "pepper", "key", "active", "opening", "66687aad", "#", "A" * 43, "AA"]
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
