"""``hardtack keys``."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hardtack.cli import cookie, keys, keys_place
from hardtack.cli.commands import run
from hardtack.seal import Keyring, SealError, columns, keyfile, keytext, rotation
from hardtack.seal.key import STATES
from hardtack.session.lifetimes import KEPT_ABSOLUTE
from hardtack.store import AccountRows, Database, RevocationTable, SessionTable, sealed
from hardtack.store.schema import totp

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
            f"hardtack: hint: {keys_place.SAY['en']['keep']}",
        ] == result.stderr.splitlines()

    def test_it_speaks_chinese(self) -> None:
        """In a terminal that does."""
        result = invoke("new", environ={"LC_ALL": "zh_CN.UTF-8"})
        assert "已生成密钥环 hardtack-data/hardtack.key" in result.stderr
        assert KEY_LINE.fullmatch(result.stdout)

    def test_every_text_exists_in_both_languages(self) -> None:
        """With the same places to fill in."""
        english, chinese = (
            {name: set(re.findall(r"{\w+}", text)) for name, text in keys_place.SAY[language].items()}
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

    @pytest.mark.parametrize("name", ["new", "list", "rotate", "check"])
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


DAY = 86_400


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """Return the keyring of the data folder, with one key."""
    invoke("new")
    return tmp_path / "hardtack-data" / "hardtack.key"


def states(path: Path) -> list[str]:
    """Return the states of the keys in a file."""
    return [key.state for key in Keyring.load(path).keys]


def age(path: Path, days: int) -> None:
    """Let everything in a file have happened that many days earlier."""
    text = path.read_text()
    aged = [replace(key, since=(key.since or 0) - days * DAY) for key in keytext.read(text, "").keys]
    path.write_text(keytext.rewrite(text, aged))


def moment(line: str) -> int:
    """Return the time at the end of a key's line, in Unix seconds."""
    return int(datetime.fromisoformat(line.rsplit(maxsplit=1)[-1]).timestamp())


class TestRotate:
    """``hardtack keys rotate``."""

    def test_it_announces_a_key_that_seals_in_five_minutes(self, ring: Path) -> None:
        """What was sealed before and in between opens all the while."""
        before = Keyring.load(ring)
        result = invoke("rotate")
        first, second = result.stdout.splitlines()
        assert (before.keys[0].id, "active") == tuple(first.split()[:2])
        assert "announced" == second.split()[1]
        assert 300 <= moment(second) - moment(first) <= 360
        token = before.seal(b"x", purpose="session")
        assert b"x" == Keyring.load(ring).open(token, purpose="session", now=0)
        said = f"announced the key {second.split()[0]}: it seals from {second.split()[-1]} on; nobody is signed out"
        assert [
            f"hardtack: {said}",
            f"hardtack: hint: {keys_place.SAY['en']['announced-hint']}",
            f"hardtack: hint: {keys_place.SAY['en']['backup']}",
        ] == result.stderr.splitlines()

    def test_another_delay_may_be_named(self, ring: Path) -> None:
        """In seconds."""
        first, second = invoke("rotate", "--delay", "86400").stdout.splitlines()
        assert 86400 <= moment(second) - moment(first) <= 86460

    def test_it_can_be_done_at_once(self, ring: Path) -> None:
        """Where one server is all there is."""
        result = invoke("rotate", "--now")
        assert ["opening", "active"] == states(ring)
        new = result.stdout.splitlines()[1].split()[0]
        assert f"hardtack: the key {new} is active now; the one before it goes on opening" in result.stderr

    def test_a_second_rotation_waits_for_the_first(self, ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Or ends the waiting."""
        new = invoke("rotate").stdout.splitlines()[1].split()[0]
        status, _, said = failed(capsys, "rotate")
        assert (1, True) == (status, f"the key {new} is announced already" in said[0])
        invoke("rotate", "--now")
        assert [("opening", False), ("active", True)] == [(key.state, key.id == new) for key in Keyring.load(ring).keys]

    def test_two_times_are_wrong_usage(self, ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Which would it be?"""
        assert 2 == failed(capsys, "rotate", "--now", "--delay", "5")[0]

    def test_it_speaks_chinese(self, ring: Path) -> None:
        """In a terminal that does."""
        assert "没有人会因此退出登录" in invoke("rotate", environ={"LC_ALL": "zh_CN.UTF-8"}).stderr


class TestRetire:
    """``hardtack keys retire``."""

    def test_it_refuses_while_somebody_may_be_signed_in_by_the_key(
        self, ring: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """As long as a person is kept signed in; then it goes."""
        old = invoke("rotate", "--now").stdout.split()[0]
        age(ring, KEPT_ABSOLUTE // DAY - 1)
        status, data, said = failed(capsys, "retire", old)
        assert (1, "", True) == (status, data, said[0].startswith(f"hardtack: tokens under the key {old} may live"))
        age(ring, 2)
        result = invoke("retire", old)
        assert ["active"] == states(ring)
        assert [f"hardtack: retired the key {old}", f"hardtack: hint: {keys_place.SAY['en']['backup']}"] == (
            result.stderr.splitlines()
        )

    def test_a_longer_setting_counts(self, ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Of the service that uses the folder."""
        (ring.parent / "hardtack.toml").write_text(f"kept_absolute_timeout = {200 * DAY}")
        old = invoke("rotate", "--now").stdout.split()[0]
        age(ring, 199)
        assert 1 == failed(capsys, "retire", old)[0]
        age(ring, 2)
        invoke("retire", old)
        assert ["active"] == states(ring)

    def test_a_lifetime_may_be_named(self, ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """For an application with lifetimes of its own."""
        old = invoke("rotate", "--now").stdout.split()[0]
        age(ring, 2)
        assert 1 == failed(capsys, "retire", old, "--longest", "3")[0]
        invoke("retire", old, "--longest", "2")
        assert ["active"] == states(ring)

    def test_it_can_be_had_at_once(self, ring: Path) -> None:
        """By a name that says what it does."""
        old = invoke("rotate", "--now").stdout.split()[0]
        assert keys_place.SAY["en"]["signed-out"] in invoke("retire", old, "--sign-people-out").stderr
        assert ["active"] == states(ring)

    def test_the_active_key_is_kept_in_any_case(self, ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing could be sealed without it."""
        (key,) = Keyring.load(ring).keys
        status, _, said = failed(capsys, "retire", key.id, "--sign-people-out")
        assert (1, f"hardtack: the key {key.id} is the active one: everything is sealed under it") == (status, said[0])


class TestRevoke:
    """``hardtack keys revoke``."""

    def test_nothing_under_the_key_opens_any_more(self, ring: Path) -> None:
        """A new one is active."""
        before = Keyring.load(ring)
        token = before.seal(b"x", purpose="session")
        result = invoke("revoke", before.keys[0].id, "--yes")
        with pytest.raises(SealError, match="unknown-key"):
            Keyring.load(ring).open(token, purpose="session", now=0)
        assert ["revoked", "active"] == states(ring)
        assert f"hardtack: revoked the key {before.keys[0].id}: no token under it opens any more" in result.stderr

    @pytest.mark.parametrize(("answer", "status", "after"), [("y", 0, ["revoked", "active"]), ("n", 1, ["active"])])
    def test_it_asks_first(self, ring: Path, answer: str, status: int, after: list[str]) -> None:
        """And says what it means."""
        (key,) = Keyring.load(ring).keys
        result = CliRunner().invoke(keys.command, ["revoke", key.id], input=answer)
        assert status == result.exit_code
        assert f"hardtack: revoke the key {key.id}? everybody whose cookie lies under it is signed out" in result.stderr
        assert after == states(ring)

    def test_without_an_answer_nothing_is_done(self, ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """As in a script."""
        (key,) = Keyring.load(ring).keys
        assert 1 == CliRunner().invoke(keys.command, ["revoke", key.id]).exit_code
        assert ["active"] == states(ring)

    @pytest.mark.parametrize("name", ["revoke", "retire"])
    def test_an_unknown_id_is_said_before_anything_is_asked(
        self, ring: Path, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With the command that prints them."""
        said = ["hardtack: there is no key with that id"]
        said += ["hardtack: hint: `hardtack keys list` prints the ids, 8 digits each"]
        assert (1, "", said) == failed(capsys, name, "00000000")


class TestTheDatabase:
    """What lies in the database of the service under the keys."""

    @pytest.fixture
    def database(self, ring: Path) -> Iterator[Database]:
        """Return the database of the data folder, with some sealed values."""
        opened = Database.connect("sqlite:///hardtack-data/hardtack.db")
        opened.migrate()
        table = SessionTable(opened, Keyring.load(ring))
        for number in range(3):
            assert table.store(number.to_bytes(16, "big"), 0, b"x", 2_000_000_000)
        yield opened
        opened.close()

    @staticmethod
    def under(database: Database) -> dict[str, int]:
        """Return how many values lie under each key."""
        with database.read() as connection:
            return sealed.under(connection)

    def test_revoking_tells_every_server_and_seals_everything_anew(self, ring: Path, database: Database) -> None:
        """Another node, with another file of the same keys, refuses the key from then on."""
        elsewhere = Keyring.load(ring)
        token = elsewhere.seal(b"x", purpose="session")
        stolen = elsewhere.keys[0].id
        result = invoke("revoke", stolen, "--yes")
        RevocationTable(database, elsewhere).refresh()
        with pytest.raises(SealError, match="unknown-key"):
            elsewhere.open(token, purpose="session", now=0)
        _, new = Keyring.load(ring).keys
        assert {new.id: 3} == self.under(database)
        assert f"hardtack: {keys_place.SAY['en']['told']}" in result.stderr.splitlines()
        assert f"hardtack: sealed 3 value(s) of the database anew under the key {new.id}" in result.stderr.splitlines()

    def test_revoking_names_whose_authenticator_app_is_to_be_set_up_anew(self, ring: Path, database: Database) -> None:
        """Once: afterwards their secrets lie under another key, and a new one is not exposed."""
        before = Keyring.load(ring)
        with database.write() as connection:
            for name in ("bob", "ada", "eve"):
                account = AccountRows().insert(
                    connection, name=name, forms=[name], display_name=name, password_hash="", now=1
                )
                if name == "eve":
                    continue
                row = account.id.to_bytes(16, "big")
                secret = columns.seal(before, b"x" * 20, sealed.TOTP_SECRET.place(row))
                values = {"factor_id": row, "account_id": account.id, "secret": secret, "created": 1}
                connection.execute(totp.insert().values(values))
        result = invoke("revoke", before.keys[0].id, "--yes")
        assert "2 account(s) had the secret of their authenticator app under the key: ada, bob" in result.stderr
        assert "authenticator app" not in invoke("revoke", before.keys[0].id, "--yes").stderr

    def test_revoking_again_does_what_was_left_undone(
        self, ring: Path, database: Database, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Such as where the database did not answer the first time; the file is not changed twice."""
        (key,) = Keyring.load(ring).keys
        with database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE revoked_key RENAME TO away")
        status, _, said = failed(capsys, "revoke", key.id, "--yes")
        assert 1 == status
        assert "hardtack: the keyring is changed, but the database does not know of it: SQLITE_ERROR" == said[-2]
        with database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO revoked_key")
        before = ring.read_text()
        for count in (3, 0):
            result = invoke("revoke", key.id)
            assert f"hardtack: the key {key.id} was revoked already" == result.stderr.splitlines()[0]
            assert f"sealed {count} value(s)" in result.stderr
        assert before == ring.read_text()

    def test_a_database_of_another_version_is_told_and_mended(
        self, ring: Path, database: Database, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The theft is in the keyring all the same."""
        (key,) = Keyring.load(ring).keys
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE schema_version SET version_num = '0001'")
        status, _, said = failed(capsys, "revoke", key.id, "--yes")
        assert 1 == status
        assert "has the schema of an earlier version" in said[-2]
        assert ["revoked", "active"] == states(ring)

    def test_a_key_that_the_database_needs_is_not_retired(
        self, ring: Path, database: Database, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Whoever is signed out by it can sign in again, but what no key opens is lost."""
        (old,) = Keyring.load(ring).keys
        invoke("rotate", "--now")
        assert (
            1,
            "",
            [
                f"hardtack: 3 value(s) in the database lie under the key {old.id}",
                "hardtack: hint: seal them anew with `hardtack keys reseal`, then retire the key",
            ],
        ) == failed(capsys, "retire", old.id, "--sign-people-out")
        assert ["opening", "active"] == states(ring)
        new = Keyring.load(ring).keys[1].id
        assert f"hardtack: sealed 3 value(s) of the database anew under the key {new}\n" == invoke("reseal").stderr
        assert {new: 3} == self.under(database)
        invoke("retire", old.id, "--sign-people-out")
        assert ["active"] == states(ring)

    def test_another_database_may_be_named(self, ring: Path, database: Database) -> None:
        """By its URL; or by the service's own settings."""
        invoke("rotate", "--now")
        ring.rename("my.key")
        new = Keyring.load("my.key").keys[1].id
        assert "sealed 3" in invoke("reseal", "my.key", "--database", "sqlite:///hardtack-data/hardtack.db").stderr
        assert {new: 3} == self.under(database)
        settings = {"HARDTACK_DATABASE": "sqlite:///hardtack-data/hardtack.db"}
        assert "sealed 0" in invoke("reseal", "my.key", environ=settings).stderr

    def test_values_under_no_key_are_said_and_left(self, ring: Path, database: Database) -> None:
        """With what may still be done."""
        SessionTable(database, Keyring.generate()).store(b"9" * 16, 0, b"x", 2_000_000_000)
        said = invoke("reseal").stderr.splitlines()
        assert "hardtack: 1 value(s) in the database open under none of the keys, and were left as they are" in said
        assert 4 == sum(self.under(database).values())

    def test_a_key_in_the_environment_reseals_only_when_it_is_set(
        self, ring: Path, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A new key that only the terminal shows must not be the only one that opens what is kept."""
        monkeypatch.setenv("HARDTACK_KEYRING", ring.read_text().replace("\n", ";"))
        old = Keyring.from_env().keys[0].id
        value = invoke("revoke", old, "--yes", "--env").stdout.strip()
        assert {old: 3} == self.under(database)
        monkeypatch.setenv("HARDTACK_KEYRING", value)
        assert "sealed 3" in invoke("reseal", "--env").stderr
        assert [3] == list(self.under(database).values())

    def test_without_a_database_there_is_nothing_to_seal(self, ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A revocation then says that others may have one."""
        (key,) = Keyring.load(ring).keys
        said = ["hardtack: there is no database in hardtack-data"]
        said += [f"hardtack: hint: {keys_place.SAY['en']['no-database-hint']}"]
        assert (1, "", said) == failed(capsys, "reseal")
        hint = "hardtack: hint: there is no database in hardtack-data: name one with --database URL if others share it"
        assert hint in invoke("revoke", key.id, "--yes").stderr.splitlines()


class TestCheck:
    """``hardtack keys check``."""

    def test_a_good_keyring_is_said_to_be(self, ring: Path) -> None:
        """Nothing on standard output."""
        result = invoke("check")
        assert ("", "hardtack: nothing is wrong with hardtack-data/hardtack.key\n") == (result.stdout, result.stderr)

    def test_everything_that_is_wrong_is_said(self, ring: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """With what to do, and without a secret."""
        ring.write_text(ring.read_text() + "correct horse\nkey x\n")
        ring.chmod(0o644)
        status, data, said = failed(capsys, "check")
        assert (1, "") == (status, data)
        assert [
            "hardtack: hardtack-data/hardtack.key is open to others (mode 0644)",
            "hardtack: line 4 of hardtack-data/hardtack.key is no entry of a keyring",
            "hardtack: line 5 of hardtack-data/hardtack.key is no entry of a keyring",
            "hardtack: 3 thing(s) wrong with hardtack-data/hardtack.key",
        ] == [line for line in said if "hint" not in line]
        assert 3 == len([line for line in said if "hint" in line])

    def test_the_environment_is_checked_where_it_is_used(
        self, ring: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As the service does; unless a file is named."""
        monkeypatch.setenv("HARDTACK_KEYRING", "hardtack keyring 1;x")
        status, _, said = failed(capsys, "check")
        assert (1, "hardtack: line 2 of HARDTACK_KEYRING is no entry of a keyring") == (status, said[0])
        assert "nothing is wrong" in invoke("check", "--data", "hardtack-data").stderr


class TestTheEnvironment:
    """Keys in ``HARDTACK_KEYRING``."""

    @pytest.fixture
    def value(self, ring: Path, monkeypatch: pytest.MonkeyPatch) -> str:
        """Return the value of the variable, which is set."""
        value = ring.read_text().replace("\n", ";")
        monkeypatch.setenv("HARDTACK_KEYRING", value)
        return value

    def test_a_rotation_prints_what_to_set(self, ring: Path, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """One line; the file in the data folder is not touched."""
        result = invoke("rotate", "--env")
        assert result.stdout.startswith(value.removesuffix(";"))
        assert 1 == result.stdout.count("\n")
        assert f"hardtack: {keys_place.SAY['en']['set']}" == result.stderr.splitlines()[0]
        monkeypatch.setenv("HARDTACK_KEYRING", result.stdout.strip())
        assert ["active", "announced"] == [line.split()[1] for line in invoke("list").stdout.splitlines()]
        assert ["active"] == states(ring)

    def test_retire_and_revoke_do_too(self, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """One after the other."""
        for arguments in (["rotate", "--now"], ["revoke", "ID", "--yes"], ["retire", "ID"]):
            ids = [Keyring.from_env().keys[0].id if word == "ID" else word for word in arguments]
            monkeypatch.setenv("HARDTACK_KEYRING", invoke(*ids, "--env").stdout.strip())
        assert ["active"] == [key.state for key in Keyring.from_env().keys]

    def test_a_secret_is_printed_only_when_it_is_asked_for(
        self, value: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A hint says how."""
        said = [
            f"hardtack: {keys_place.SAY['en']['variable']}",
            f"hardtack: hint: {keys_place.SAY['en']['variable-hint']}",
        ]
        assert (1, "", said) == failed(capsys, "rotate")

    def test_a_file_that_is_named_is_changed_all_the_same(self, ring: Path, value: str) -> None:
        """It goes before the environment."""
        invoke("rotate", "--data", "hardtack-data")
        assert ["active", "announced"] == states(ring)

    def test_a_file_together_with_the_environment_is_wrong_usage(
        self, value: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Which would it be?"""
        assert 2 == failed(capsys, "rotate", "--env", "my.key")[0]
        assert 2 == failed(capsys, "rotate", "--env", "--data", "folder")[0]

    def test_without_the_variable_it_says_what_to_do(self, capsys: pytest.CaptureFixture[str]) -> None:
        """As the service would."""
        assert (1, "") == failed(capsys, "rotate", "--env")[:2]


def test_a_running_server_takes_a_rotation_up(ring: Path) -> None:
    """What the command writes, a ring that follows the file reads."""
    following = keyfile.follow(ring)
    invoke("rotate", "--now")
    following._clock = lambda: 1 << 40
    assert ["opening", "active"] == [key.state for key in following.keys]
    assert rotation.PROPAGATION == 300


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_option_and_state_is_in_the_manual(language: str) -> None:
    """An operator finds what there is; `hardtack cookie` among it."""
    manual = (Path(__file__).parents[2] / "docs" / language / "keys.md").read_text()
    commands = [*keys.command.commands.values(), cookie.command]
    options = {option for each in commands for parameter in each.params for option in parameter.opts if "--" in option}
    words = {f"hardtack keys {name}" for name in keys.command.commands} | options | set(STATES) | {"hardtack cookie"}
    assert [] == sorted(word for word in words if word not in manual)
