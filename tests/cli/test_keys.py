"""``hardtack keys``."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hardtack.cli import keys
from hardtack.cli.commands import run
from hardtack.seal import Keyring, keyfile

KEY_LINE = re.compile(r"[0-9a-f]{8}  active     \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Work in an empty folder, in English, with nothing configured."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name in ("HARDTACK_KEYRING", "HARDTACK_DATA"):
        monkeypatch.delenv(name, raising=False)


def invoke(*arguments: str, environ: Mapping[str, str] | None = None) -> Result:
    """Run ``hardtack keys`` and expect success."""
    result = CliRunner().invoke(keys.command, arguments, env=environ, catch_exceptions=False)
    assert 0 == result.exit_code, result.stderr
    return result


def failed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, list[str]]:
    """Run the whole command line; return exit status, data and lines of talk."""
    status = run(["keys", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err.splitlines()


class TestNew:
    """``hardtack keys new``."""

    def test_it_makes_the_keyring_of_the_data_folder(self, tmp_path: Path) -> None:
        """The folder is private too; the line on standard output is the new key's."""
        result = invoke("new")
        made = tmp_path / "hardtack-data" / "hardtack.key"
        assert [0o600, 0o700] == [stat.S_IMODE(path.stat().st_mode) for path in (made, made.parent)]
        assert KEY_LINE.fullmatch(result.stdout)
        assert result.stdout.split()[0] == Keyring.load(made).keys[0].id
        assert [
            "hardtack: made the keyring hardtack-data/hardtack.key, which only its owner can read",
            f"hardtack: hint: {keys.SAY['en']['keep']}",
        ] == result.stderr.splitlines()

    def test_it_speaks_chinese(self) -> None:
        """In a terminal that does."""
        result = invoke("new", environ={"LC_ALL": "zh_CN.UTF-8"})
        assert "已生成密钥环 hardtack-data/hardtack.key" in result.stderr
        assert KEY_LINE.fullmatch(result.stdout)

    def test_every_text_exists_in_both_languages(self) -> None:
        """With the same places to fill in."""
        english, chinese = (
            {name: set(re.findall(r"{\w+}", text)) for name, text in keys.SAY[language].items()}
            for language in ("en", "zh")
        )
        assert english == chinese

    @pytest.mark.parametrize("arguments", [["--data", "deep/er"], ["deep/er/hardtack.key"]])
    def test_it_makes_the_folder_that_is_named(self, tmp_path: Path, arguments: list[str]) -> None:
        """With the folders above it."""
        invoke("new", *arguments)
        assert 1 == len(Keyring.load(tmp_path / "deep" / "er" / "hardtack.key").keys)

    def test_the_environment_names_the_folder_too(self, tmp_path: Path) -> None:
        """As it does for the service."""
        invoke("new", environ={"HARDTACK_DATA": "elsewhere"})
        assert (tmp_path / "elsewhere" / "hardtack.key").exists()

    def test_it_makes_the_file_that_is_named(self, tmp_path: Path) -> None:
        """Whatever the environment says of the folder."""
        invoke("new", "my.key", environ={"HARDTACK_DATA": "elsewhere"})
        assert 1 == len(Keyring.load(tmp_path / "my.key").keys)
        assert not (tmp_path / "elsewhere").exists()

    def test_it_never_shows_the_secret(self, tmp_path: Path) -> None:
        """Nor the pepper."""
        result = invoke("new", "my.key")
        secrets = [line.split()[-1] for line in (tmp_path / "my.key").read_text().splitlines()[1:]]
        assert 2 == len(secrets)
        assert not [secret for secret in secrets if secret in result.output]

    def test_it_refuses_to_overwrite(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The file stays as it is."""
        keyfile.create("my.key")
        before = (tmp_path / "my.key").read_bytes()
        said = ["hardtack: my.key exists already"]
        said += ["hardtack: hint: keep it, or name another path: a keyring is never overwritten"]
        assert (1, "", said) == failed(capsys, "new", "my.key")
        assert before == (tmp_path / "my.key").read_bytes()

    def test_a_folder_that_cannot_be_made_is_one_line_and_a_hint(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A file is in the way."""
        (tmp_path / "file").touch()
        said = ["hardtack: the folder file/data cannot be made: not a directory"]
        said += ["hardtack: hint: name another folder with --data, or a file"]
        assert (1, "", said) == failed(capsys, "new", "--data", "file/data")

    @pytest.mark.parametrize("name", ["new", "list"])
    def test_file_and_folder_together_are_wrong_usage(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Which would it be?"""
        status, _, said = failed(capsys, name, "my.key", "--data", "folder")
        assert (2, "hardtack: PATH and --data both say where the keyring is: leave one out") == (status, said[0])


class TestList:
    """``hardtack keys list``."""

    TEXT = (
        "hardtack keyring 1\n"
        "pepper NVibfaaawQmghIxSPtLZ_pEJZ_YYgNE51GIvSG9HQzk\n"
        "key 3eea4681 opening 2026-01-31T12:00:00Z lBflCz52_Y71mGGo5e2FBFcq99kxWiIU5bKtbbtWQv0\n"
        "key e2fcaf9b active 2027-01-15T08:00:00Z AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"
    )
    LINES = "3eea4681  opening    2026-01-31T12:00:00Z\ne2fcaf9b  active     2027-01-15T08:00:00Z\n"

    def test_it_prints_id_state_and_since(self, tmp_path: Path) -> None:
        """One key a line, nothing else, and no talk."""
        (tmp_path / "my.key").write_text(self.TEXT)
        (tmp_path / "my.key").chmod(0o600)
        result = invoke("list", "my.key")
        assert (self.LINES, "") == (result.stdout, result.stderr)

    def test_it_lists_the_keyring_of_the_data_folder(self) -> None:
        """Where new has put it."""
        assert invoke("new").stdout == invoke("list").stdout
        assert invoke("new", "--data", "other").stdout == invoke("list", "--data", "other").stdout

    def test_it_lists_the_keyring_in_the_environment_unless_a_file_is_named(self) -> None:
        """The one that the service uses."""
        environ = {"HARDTACK_KEYRING": self.TEXT.replace("\n", ";")}
        assert self.LINES == invoke("list", environ=environ).stdout
        made = invoke("new", environ=environ).stdout
        assert made == invoke("list", "hardtack-data/hardtack.key", environ=environ).stdout
        assert made == invoke("list", "--data", "hardtack-data", environ=environ).stdout

    def test_a_missing_keyring_says_how_to_make_one(self, capsys: pytest.CaptureFixture[str]) -> None:
        """One line and a hint."""
        said = ["hardtack: there is no keyring at hardtack-data/hardtack.key"]
        said += ["hardtack: hint: make one with `hardtack keys new hardtack-data/hardtack.key`"]
        assert (1, "", said) == failed(capsys, "list")

    def test_a_world_readable_keyring_is_one_line_and_a_hint(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The command that helps."""
        (tmp_path / "my.key").write_text(self.TEXT)
        (tmp_path / "my.key").chmod(0o644)
        said = ["hardtack: my.key is open to others (mode 0644)", "hardtack: hint: run `chmod 600 my.key`"]
        assert (1, "", said) == failed(capsys, "list", "my.key")
