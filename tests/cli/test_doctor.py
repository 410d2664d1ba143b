"""``hardtack doctor``: what is wrong with an installation on this machine."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import string
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from hardtack.cli.commands import run
from hardtack.cli.doctor import asked, database, disk, machine, outside, rounds
from hardtack.cli.doctor.findings import LEVELS, Findings, Patient, found, table
from hardtack.login.hashing import cores
from hardtack.seal import Keyring, keyfile, rotation
from hardtack.store import Database, feed, outbox, schema, unfinished
from tests import empty
from tests.mail_server import PASSWORD, USER, mail_server, make_certificates, scripted_server

SOURCES = Path(asked.__file__).parent


class Ward:
    """An installation that is right, until a test makes it ill, and a doctor for it."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.data = folder / "hardtack-data"
        self.key = self.data / "hardtack.key"
        self.file = self.data / "hardtack.db"
        self._capfd = capfd
        empty.put(self.file)
        keyfile.create(self.key)
        with self.database():
            pass
        self.settings()

    def settings(self, **values: Any) -> None:
        """Write the settings; no port of this machine is looked at unless one is named."""
        pairs = {"port": 0, **values}
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in pairs.items())
        (self.data / "hardtack.toml").write_text(text)
        (self.data / "hardtack.toml").chmod(0o600)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Open the database as the service does."""
        opened = Database.connect(f"sqlite:///{self.file}")
        try:
            yield opened
        finally:
            opened.close()

    def sql(self, statement: str, *values: Any) -> None:
        """Change the database."""
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute(statement, values)
            connection.commit()

    def hold_mail(self, ring: Keyring, *, stuck: bool = False) -> None:
        """Let an order for mail wait, sealed by *ring*."""
        now = int(time.time())
        with self.database() as opened, opened.write() as connection:
            assert outbox.put(connection, ring, b"an order", now=now, until=now + 3600)
            if stuck:
                waiting, *_ = outbox.claim(connection, ring, now=now, lease=0)
                outbox.stick(connection, waiting.message_id, now=now)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run the command and return its status, data and talk."""
        status = run(["doctor", *arguments])
        return status, *self._capfd.readouterr()

    def look(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Return what is found, by its code."""
        status, out, _ = self.run("--json", *arguments)
        document = json.loads(out)
        assert document["good"] == (status == 0) == (document["counts"]["wrong"] == 0)
        return {each["code"]: each for each in document["findings"]}

    def ills(self, *arguments: str) -> set[str]:
        """Return the codes of what is wrong or worth a warning."""
        return {code for code, each in self.look(*arguments).items() if each["level"] in ("wrong", "warning")}


@pytest.fixture
def ward(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ward:
    """Return a right installation in an empty folder."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG", "SSL_CERT_FILE"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    # The machine of the tests may be short of anything.
    monkeypatch.setattr(disk, "LITTLE", 0)
    monkeypatch.setattr(disk, "ENOUGH", 0)
    monkeypatch.setattr(machine, "memory_here", lambda: 64 << 20)
    return Ward(tmp_path, capfd)


def test_nothing_is_wrong_with_a_right_installation(ward: Ward) -> None:
    """And what was looked at is said; the exit status is 0."""
    status, out, err = ward.run()
    lines = [line.split("\t") for line in out.splitlines()]
    assert 0 == status
    assert {5} == {len(line) for line in lines}
    assert {"right", "note"} == {line[0] for line in lines}
    assert {"settings", "folder", "keys", "database", "clock", "machine", "openness", "mail"} == {
        line[1] for line in lines
    }
    counts = [sum(line[0] == level for line in lines) for level in LEVELS]
    assert "hardtack: ok {}, notes {}, warnings {}, wrong {}\n".format(*counts) == err


def test_nothing_is_made_where_nothing_is(ward: Ward, tmp_path: Path) -> None:
    """It says what is missing, and makes no file."""
    ills = ward.ills("--data", str(tmp_path / "none"))
    assert {"folder-missing", "keys-missing", "database-missing"} == ills
    assert not (tmp_path / "none").exists()


def test_looking_changes_nothing(ward: Ward) -> None:
    """Neither content nor mode nor owner of any file."""

    def all_of_it() -> dict[str, tuple[int, int, bytes]]:
        return {each.name: (each.stat().st_mode, each.stat().st_uid, each.read_bytes()) for each in ward.data.iterdir()}

    before = all_of_it()
    ward.look()
    assert before == all_of_it()


def test_a_person_sees_what_to_do_below_each_finding(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the terminal's language."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    ward.data.chmod(0o777)
    status, out, err = ward.run()
    assert (1, True) == (status, "→ 请运行 `chmod 700 hardtack-data`" in out)
    assert re.search("错误 +folder +.*其他用户可以在数据目录", out)
    assert "错误 2\n" in err


def test_a_check_that_fails_itself_is_a_finding(ward: Ward) -> None:
    """The others go on, and no text of the error is shown."""

    def failing(_patient: Patient) -> Findings:
        yield found("stopped", host="h", port=1)
        raise ValueError("a secret")

    patient = asked.examined(None, None, None)
    seen = [finding for _, finding in rounds.findings(patient, {"one": (failing,), "two": (rounds.settings,)})]
    assert ["stopped", "check-failed", "settings-right"] == [each.code for each in seen]
    assert "the check failing failed itself (ValueError)" == seen[1].found("en")


class TestTable:
    """What can be found."""

    ROWS: ClassVar = {code: row for check in table().values() for code, row in check.items()}

    def test_a_code_is_used_once(self) -> None:
        """So a finding needs its code alone."""
        assert len(self.ROWS) == sum(map(len, table().values()))
        assert set(rounds.CHECKS) | {"doctor"} == set(table())

    def test_every_code_is_found_by_something_and_nothing_else_is(self) -> None:
        """The table and the checks agree."""
        sources = "".join(path.read_text("utf-8") for path in SOURCES.glob("*.py"))
        assert [] == [code for code in self.ROWS if f'"{code}"' not in sources]
        assert set(re.findall(r'found\(\s*"([a-z-]+)"', sources)) <= set(self.ROWS)

    @pytest.mark.parametrize("code", ROWS)
    def test_both_languages_say_the_same(self, code: str) -> None:
        """With the same places to fill in; whatever is wrong can be mended."""
        row = self.ROWS[code]
        for said in (row.found, row.mend):
            english, chinese = (
                {name for _, name, _, _ in string.Formatter().parse(each) if name} for each in (said.en, said.zh)
            )
            assert english == chinese
            assert bool(said.en) == bool(said.zh)
        assert row.found.en
        assert row.mend.en or row.level in ("right", "note")


class TestSettings:
    """What was set."""

    def test_every_mistake_is_a_finding(self, ward: Ward) -> None:
        """With its line; the rest is looked at all the same."""
        (ward.data / "hardtack.toml").write_text('port = 0\nprot = 1\ntrusted_proxies = ["x"]\n')
        lines = [line for line in ward.run()[1].splitlines() if "\tsetting-wrong\t" in line]
        assert ["hardtack-data/hardtack.toml:2: there is no setting prot", "did you mean port?"] == lines[0].split(
            "\t"
        )[3:]
        assert "hardtack.toml:3: trusted_proxies" in lines[1]

    def test_an_address_that_is_none_is_wrong_usage_of_the_command(self, ward: Ward) -> None:
        """It is said which option."""
        status, _, err = ward.run("--url", "ftp://x")
        assert (1, True) == (status, err.startswith("hardtack: --url: 'ftp://x' is not an origin"))

    def test_what_is_open_is_said(self, ward: Ward) -> None:
        """It may be meant."""
        ward.settings(origin="http://id.example.org", insecure_plain_http=True, playground=True, sign_up="open")
        seen = ward.look()
        assert {
            "origin-plain",
            "playground-open",
            "sign-up-open",
            "assurance-low",
            "url-unasked",
            "mail-nowhere",
        } <= set(seen)
        assert "development" not in seen
        ward.settings()
        assert "development" in ward.look()


class TestFolder:
    """The data folder."""

    def test_others_may_look_at_nothing(self, ward: Ward) -> None:
        """Neither at the folder nor at what lies in it."""
        ward.data.chmod(0o720)
        ward.file.chmod(0o640)
        seen = ward.look()
        assert "run `chmod 700 hardtack-data`" == seen["folder-open"]["mend"]
        assert "run `chmod 600 hardtack-data/hardtack.db`" == seen["file-open"]["mend"]
        assert "files-right" not in seen
        ward.data.chmod(0o755)
        ward.file.chmod(0o600)
        assert {"folder-seen"} == ward.ills()

    def test_a_keyring_may_be_read_by_its_group(self, ward: Ward) -> None:
        """An administrator owns it then; but nothing else may be."""
        ward.key.chmod(0o640)
        assert set() == ward.ills()
        ward.key.chmod(0o660)
        assert {"file-open", "keys-wrong"} == ward.ills()

    def test_a_file_of_another_user_is_found(self, ward: Ward) -> None:
        """As it is after the service was started once by root."""
        generation = ward.data / "hardtack.db.generation"
        if os.geteuid() == 0:
            os.chown(generation, 12345, -1)
            owner = "12345"
        else:
            generation.unlink()
            generation.symlink_to("/etc/passwd")
            owner = "root"
        assert f"belongs to {owner}," in ward.look()["file-of-another"]["found"]

    def test_a_file_that_leads_nowhere_is_found(self, ward: Ward) -> None:
        """Where it should lead is gone."""
        ward.key.unlink()
        ward.key.symlink_to("gone")
        assert {"file-shut", "keys-missing"} == ward.ills()

    def test_another_user_is_told_so(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        """Much of what follows may come of that alone."""
        owner = ward.data.stat().st_uid
        monkeypatch.setattr(os, "geteuid", lambda: owner + 4000)
        assert f"you are {owner + 4000}" in ward.look()["other-user"]["found"]

    def test_a_folder_that_cannot_be_written_is_found(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        """By what the system says of it."""
        monkeypatch.setattr(os, "access", lambda path, mode: False)
        assert "folder-shut" in ward.ills()

    def test_a_disk_that_fills_is_found_in_time(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        """Before it is full."""
        monkeypatch.setattr(disk, "ENOUGH", 1 << 40)
        assert {"disk-low"} == ward.ills()
        monkeypatch.setattr(disk, "LITTLE", 1 << 40)
        assert {"disk-full"} == ward.ills()

    @pytest.mark.parametrize(
        ("path", "kind"),
        [("/srv/data/x", "nfs4"), ("/srv/database", "ext4"), ("/a b/c", "cifs"), ("/", "ext4"), ("/twice/x", "tmpfs")],
    )
    def test_the_file_system_is_that_of_the_nearest_mount(self, tmp_path: Path, path: str, kind: str) -> None:
        """Spaces are written in octal; the later of two at one place hides the other."""
        mounts = tmp_path / "mounts"
        mounts.write_text(
            "root / ext4 rw 0 0\nhost:/x /srv/data nfs4 rw 0 0\n//h/s /a\\040b cifs rw 0 0\n"
            "a /twice ext3 rw 0 0\nb /twice tmpfs rw 0 0\n"
        )
        assert kind == disk.file_system(Path(path), mounts)

    def test_where_nothing_says_so_no_file_system_is_known(self, tmp_path: Path) -> None:
        """Other systems have no such list."""
        assert "" == disk.file_system(tmp_path, tmp_path / "none")


class TestKeys:
    """The keyring, and what the database holds under it."""

    def test_everything_wrong_with_the_file_is_said(self, ward: Ward) -> None:
        """As ``keys check`` says it."""
        ward.key.write_text("no keyring\n")
        assert {"keys-wrong"} == ward.ills()
        ward.key.unlink()
        ward.key.mkdir(mode=0o700)
        assert {"keys-wrong"} == ward.ills()

    def test_a_variable_is_looked_at_where_it_is_set(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        """As by the service, and the file is not."""
        monkeypatch.setenv("HARDTACK_KEYRING", ward.key.read_text().replace("\n", ";"))
        ward.key.unlink()
        assert "HARDTACK_KEYRING: the key" in ward.look()["keys-right"]["found"]
        monkeypatch.setenv("HARDTACK_KEYRING", "x")
        assert {"keys-wrong"} == ward.ills()

    @pytest.mark.parametrize(
        ("since", "code"), [("2020-01-01T00:00:00Z", "key-old"), ("2100-01-01T00:00:00Z", "key-from-tomorrow")]
    )
    def test_the_time_of_the_active_key_is_judged(self, ward: Ward, since: str, code: str) -> None:
        """It should be renewed now and then, and cannot be from tomorrow."""
        ward.key.write_text(re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", since, ward.key.read_text()))
        assert {code} == ward.ills()

    def test_an_announced_key_is_said(self, ward: Ward) -> None:
        """With the time by which every node must have it."""
        keyfile.change(ward.key, lambda keys, now: rotation.announce(keys, now, 3600))
        assert "key-announced" in ward.look()

    def test_what_was_sealed_under_a_key_that_is_gone_is_found(self, ward: Ward) -> None:
        """It is lost without that key."""
        ward.hold_mail(Keyring.generate())
        assert {"columns-without-key"} == ward.ills()

    def test_what_still_lies_under_a_revoked_key_is_found(self, ward: Ward) -> None:
        """Whoever stole the key could read it."""
        ring = keyfile.read(ward.key)
        ward.hold_mail(ring)
        assert "columns-right" in ward.look()
        keyfile.change(ward.key, lambda keys, now: rotation.revoke(keys, ring.keys[0].id, now))
        assert {"columns-under-revoked"} == ward.ills()

    def test_a_key_that_was_revoked_elsewhere_is_found(self, ward: Ward) -> None:
        """As it is when an old keyring was put back."""
        [key] = keyfile.read(ward.key).keys
        with ward.database() as opened, opened.write() as connection:
            feed.revoke_key(connection, key_id=bytes.fromhex(key.id), at=int(time.time()))
        assert {"key-revoked-elsewhere"} == ward.ills()
        keyfile.change(ward.key, lambda keys, now: rotation.revoke(keys, key.id, now))
        assert set() == ward.ills()


class TestDatabase:
    """The file, its schema, and what lies beside it."""

    def test_what_cannot_be_a_database_of_ours_is_found(self, ward: Ward) -> None:
        """A password in its URL is not repeated."""
        ward.settings(database="postgresql://u:secret@h/d")
        status, out, _ = ward.run()
        assert (1, True, False) == (status, "\tdatabase-wrong\t" in out, "secret" in out)

    @pytest.mark.parametrize(
        ("statement", "code"),
        [
            ("PRAGMA application_id = 7", "database-foreign"),
            ("UPDATE hardtack_version SET version_num = '0001'", "database-older"),
            ("UPDATE hardtack_version SET version_num = '9999'", "database-newer"),
            (f"UPDATE hardtack_version SET version_num = '{unfinished.REVISION}'", "database-half"),  # noqa: S608 - ours
            ("DELETE FROM hardtack_version", "database-older"),
            ("DROP TABLE hardtack_version", "database-older"),
            ("PRAGMA journal_mode = DELETE", "database-not-wal"),
        ],
    )
    def test_what_is_not_as_the_service_has_it_is_found(self, ward: Ward, statement: str, code: str) -> None:
        """Of another program, another version, or another journal."""
        ward.sql(statement.replace("hardtack_version", schema.VERSION_TABLE))
        assert {code} == ward.ills()

    def test_a_file_that_is_no_database_is_found(self, ward: Ward) -> None:
        """SQLite's own word for it is said."""
        ward.file.write_bytes(b"no database, but long enough to be read as one" * 100)
        assert {"database-broken"} == ward.ills()
        assert "SQLITE_NOTADB" in ward.look()["database-broken"]["found"]

    def test_a_database_that_another_holds_is_found(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        """After some seconds of waiting."""
        monkeypatch.setattr(database, "WAIT", 0.05)
        with closing(sqlite3.connect(ward.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert {"database-busy"} == ward.ills()

    def test_a_database_that_cannot_be_written_is_found(self, ward: Ward) -> None:
        """Here since its header says that a later SQLite has written it (file format, offset 18)."""
        with ward.file.open("r+b") as file:
            file.seek(18)
            file.write(b"\x03")
        assert {"database-read-only"} == ward.ills()

    def test_a_database_on_another_machine_is_found(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its locks do not hold there."""
        mounts = ward.data / "mounts"
        mounts.write_text(f"h:/x {ward.data} nfs4 rw 0 0\n")
        file_system = disk.file_system
        monkeypatch.setattr(disk, "file_system", lambda path: file_system(path, mounts))
        assert {"database-on-network"} == ward.ills()

    def test_the_generation_is_looked_at(self, ward: Ward) -> None:
        """It may not be there yet, but never be too short."""
        generation = ward.data / "hardtack.db.generation"
        generation.write_bytes(b"1234")
        assert {"generation-short"} == ward.ills()
        generation.unlink()
        assert "generation-missing" in ward.look()

    def test_a_clock_that_was_put_back_is_found(self, ward: Ward) -> None:
        """The database knows of later times."""
        at = int(time.time()) + 5000
        ward.sql("INSERT INTO account (name, display_name, created) VALUES ('ada', 'Ada', ?)", at)
        assert {"clock-behind"} == ward.ills()


class TestMachine:
    """The port, the workers and the memory."""

    def test_a_port_that_nobody_has_means_a_stopped_service(self, ward: Ward) -> None:
        """Which is no fault."""
        with socket.create_server(("127.0.0.1", 0)) as chosen:
            port = chosen.getsockname()[1]
        ward.settings(port=port)
        assert "stopped" in ward.look()

    def test_a_port_that_another_program_has_is_found(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        """It answers nothing that the service would."""
        monkeypatch.setattr(machine, "WAIT", 0.1)
        with socket.create_server(("127.0.0.1", 0)) as other:
            ward.settings(port=other.getsockname()[1])
            assert {"port-taken"} == ward.ills()

    @pytest.mark.parametrize(
        ("host", "code"),
        [("203.0.113.7", "host-elsewhere"), ("no.such.host.invalid", "host-elsewhere"), ("fe80::1", "port-denied")],
    )
    def test_an_address_that_cannot_be_had_is_found(self, ward: Ward, host: str, code: str) -> None:
        """Another machine's, nobody's, or one that needs to be said more exactly."""
        ward.settings(host=host, port=8000)
        assert {code} == ward.ills()

    def test_too_many_workers_are_found(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        """For the cores, and for the memory."""
        ward.settings(workers=2 * cores() + 1)
        assert {"workers-many"} == ward.ills()
        ward.settings(workers=1, argon2_memory=1 << 20)
        needed = (cores() << 20) + machine.WORKER
        monkeypatch.setattr(machine, "memory_here", lambda: needed)
        assert {"memory-tight"} == ward.ills()
        monkeypatch.setattr(machine, "memory_here", lambda: needed - 1)
        assert {"memory-short"} == ward.ills()

    @pytest.mark.parametrize(
        ("place", "code"),
        [("9464", "right"), ("127.0.0.1:9464", "right"), ("[::1]:1", "right"), ("0.0.0.0:1", "open")],
    )
    def test_an_admin_listener_for_everybody_is_found(self, ward: Ward, place: str, code: str) -> None:
        """It asks nobody who they are."""
        ward.settings(admin_listen=place)
        assert f"admin-{code}" in ward.look()


class TestMail:
    """Where mail goes, and what waits."""

    def test_a_server_that_would_take_it_is_found_to(
        self, ward: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By TLS, with the user's sign-in; no mail is sent."""
        made = make_certificates(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
        monkeypatch.setenv("HARDTACK_MAIL_PASSWORD", PASSWORD)
        with mail_server(ssl_context=made.context(), auth_require_tls=False) as (mailbox, port):
            ward.settings(mail=f"smtps://{USER}@localhost:{port}")
            seen = ward.look()
            assert ("right", []) == (seen["mail-taken"]["level"], mailbox.mails)
            assert 1 == len(mailbox.signed_in)
            monkeypatch.setenv("HARDTACK_MAIL_PASSWORD", "wrong")
            refused = ward.look()["mail-refused"]
            assert "refused the user or the password (535)" in refused["found"]
            assert "HARDTACK_MAIL_PASSWORD" in refused["mend"]
            monkeypatch.delenv("HARDTACK_MAIL_PASSWORD")
            assert {"setting-wrong"} == ward.ills()

    def test_a_server_that_asks_nobody_is_found_to(self, ward: Ward) -> None:
        """On this machine there may be one."""
        with mail_server() as (mailbox, port):
            ward.settings(mail=f"smtp+plain://localhost:{port}")
            assert ("right", []) == (ward.look()["mail-taken-from-anybody"]["level"], mailbox.mails)

    @pytest.mark.parametrize(("line", "reason"), [(b"554 no", "greet"), (None, "broke off")])
    def test_a_server_that_takes_none_says_why(self, ward: Ward, line: bytes | None, reason: str) -> None:
        """In the words of ``mail test``."""
        with scripted_server(line) as port:
            ward.settings(mail=f"smtp+plain://localhost:{port}")
            assert reason in ward.look()["mail-refused"]["found"]

    def test_a_public_service_that_only_keeps_mail_is_found(self, ward: Ward) -> None:
        """Nobody gets it; a folder that cannot be written keeps none."""
        ward.settings(origin="https://id.example.org", mail="console:")
        assert {"mail-kept-in-public"} == ward.ills()
        ward.settings(mail=f"folder:{ward.key}/below")
        assert {"mail-folder-shut"} == ward.ills()

    def test_mail_that_is_stuck_is_found(self, ward: Ward) -> None:
        """Since when, and how much."""
        ward.hold_mail(keyfile.read(ward.key))
        assert "1 wait" in ward.look()["mail-flows"]["found"]
        ward.settings(origin="https://id.example.org")
        assert {"mail-without-way"} == ward.ills()
        ward.hold_mail(keyfile.read(ward.key), stuck=True)
        assert {"mail-stuck"} == ward.ills()


class TestOutside:
    """An address that answers something else; the real way is in ``tests/service``."""

    HEAD = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n%s"

    @pytest.mark.parametrize(
        ("status", "fields", "body", "codes"),
        [
            (b"503 x", b"", b"not ready\n", {"not-ready", "date-missing", "page-odd"}),
            (b"200 x", b"Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n", b"ready\n", {"clocks-apart", "page-stripped"}),
            (b"421 x", b"", b"", {"not-ours", "date-missing", "page-development"}),
        ],
    )
    def test_what_answers_there_is_judged(
        self, ward: Ward, status: bytes, fields: bytes, body: bytes, codes: set[str]
    ) -> None:
        """By its status, its fields and its word."""
        with scripted_server(self.HEAD % (status, len(body), fields, body)) as port:
            assert codes == ward.ills("--url", f"http://localhost:{port}")

    def test_why_nobody_answers_is_said(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        """In plain words, whatever the system calls it."""
        monkeypatch.setattr(outside, "WAIT", 0.2)
        look: Callable[[str], str] = lambda url: ward.look("--url", url)["url-silent"]["found"]  # noqa: E731 - short
        with scripted_server(b"SSH-2.0-x") as port:
            assert look(f"http://localhost:{port}").endswith("what answers is no web server")
        with scripted_server(b"220 x") as port:
            assert look(f"https://localhost:{port}").endswith("it does not speak TLS there")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            assert look(f"http://localhost:{port}").endswith("there is no answer")
        assert look(f"http://localhost:{port}").endswith("nobody listens there")
        assert look("https://no.such.host.invalid").endswith("there is no such host")
