"""``hardtack accounts`` beyond adding and disabling: looking, roles, invitations, resets, closing."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hardtack.cli.commands import run
from hardtack.login import Account, Accounts, WrongCredentials, audit
from hardtack.seal import Keyring, keyfile
from tests.login.test_factor_reset import give_passkey

PASSWORD = "correct horse battery staple"
NEW = "another long password 船"
CLIENT = "192.0.2.7"


class Place:
    """A data folder with its accounts, and the command on it."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._capfd = capfd
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, **environ: str) -> tuple[int, str, str]:
        """Run one command; return its status, data and talk."""
        with self._monkeypatch.context() as patch:
            patch.setenv("HARDTACK_DATA", str(self.folder))
            for name, value in environ.items():
                patch.setenv(name, value)
            status = run(["accounts", *arguments])
        return status, *self._capfd.readouterr()

    def lines(self, *arguments: str) -> list[str]:
        """Return the data of a command that succeeds."""
        status, data, talk = self(*arguments)
        assert (0, "") == (status, talk)
        return data.splitlines()

    def opened(self) -> Accounts:
        """Open the accounts, as a server does."""
        keyring = Keyring.load(self.folder / "hardtack.key")
        return Accounts.connect(f"sqlite:///{self.folder}/hardtack.db", keyring=keyring)

    def account(self, name: str) -> Account:
        """Return an account as it is now."""
        with self.opened() as accounts:
            return accounts.named(name)

    def newest(self) -> tuple[str, int | None, int | None]:
        """Return what happened last, to whom and by whom."""
        with self.opened() as accounts:
            event = accounts.activity.all(limit=1).entries[0].event
        return event.event, event.account_id, event.actor_id


@pytest.fixture
def hardtack(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    """A folder with an administrator (1), Ada (2), who has an address, and Bob (3)."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    folder = tmp_path / "data"
    folder.mkdir()
    keyfile.create(folder / "hardtack.key")
    place = Place(folder, capfd, monkeypatch)
    now = int(time.time())
    with place.opened() as accounts:
        accounts.add("boss", PASSWORD, administrator=True, now=now)
        ada = accounts.add("Ada", PASSWORD, now=now)
        accounts.add("bob", PASSWORD, now=now)
        with accounts._database.write() as connection:
            accounts._services.rows.set_address(
                connection, ada.id, email="Ada@Example.org", canonical="ada@example.org"
            )
    return place


def plain(lines: list[str]) -> list[str]:
    """Return *lines* with TIME for every time."""
    return [re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", line) for line in lines]


class TestLooking:
    """Data on standard output."""

    def test_an_account_is_shown_with_everything_but_its_password(self, hardtack: Place) -> None:
        """As two columns, or as JSON."""
        assert [
            "NAME     Ada",
            "NUMBER   2",
            "ADDRESS  Ada@Example.org",
            "ROLE     member",
            "ROLES    -",
            "STATE    active",
            "SINCE    TIME",
        ] == plain(hardtack.lines("show", "ADA"))
        (line,) = hardtack.lines("show", "ada", "--json")
        assert ("Ada@Example.org", [], 2) == tuple(json.loads(line)[name] for name in ("email", "roles", "id"))

    def test_the_audit_trail_is_printed_the_newest_first(self, hardtack: Place) -> None:
        """All of it, one account's, one event's, or since a day; in words or as JSON."""
        with hardtack.opened() as accounts, pytest.raises(WrongCredentials):
            accounts.sign_in("ada", "x" * 20, client=CLIENT, now=int(time.time()), device="firefox/linux")
        assert 0 == hardtack("disable", "bob")[0]
        assert [
            "TIME  bob  Account disabled  By the operator of this site",
            "TIME  Ada  Sign-in failed: Wrong password  Firefox on Linux  192.0.2.7",
            "TIME  bob  Account added  By the operator of this site",
            "TIME  Ada  Account added  By the operator of this site",
            "TIME  boss  Account added  By the operator of this site",
        ] == plain(hardtack.lines("audit"))
        assert 2 == len(hardtack.lines("audit", "--account", "bob"))
        assert 2 == len(hardtack.lines("audit", "--last", "2"))
        (line,) = hardtack.lines("audit", "--event", "sign-in-refused", "--json")
        found = json.loads(line)
        assert ("wrong-password", "Ada", CLIENT) == (found["reason"], found["account"], found["client"])
        assert 5 == len(hardtack.lines("audit", "--since", "2020-01-01"))
        assert (0, "", "hardtack: nothing of that is in the trail\n") == hardtack("audit", "--since", "2999-01-01")
        assert 2 == hardtack("audit", "--event", "nothing")[0]
        assert "登录失败" in hardtack("audit", LANG="zh_CN.UTF-8")[1]

    def test_a_long_trail_is_read_in_pages(self, hardtack: Place) -> None:
        """Every event once."""
        with hardtack.opened() as accounts, accounts._database.write() as connection:
            for number in range(2100):
                accounts._services.trail.write(connection, audit.EXPORTED, now=number, account_id=2)
        found = [json.loads(line)["at"] for line in hardtack.lines("audit", "--last", "2050", "--json")]
        assert 2050 == len(found)
        assert sorted(found, reverse=True) == found

    def test_everything_about_an_account_is_exported_for_its_owner(self, hardtack: Place) -> None:
        """As JSON; and written down as done by the operator."""
        document = json.loads("\n".join(hardtack.lines("export", "ada")))
        assert "Ada@Example.org" == document["account"]["email"]
        assert (audit.EXPORTED, 2, 0) == hardtack.newest()

    def test_whoever_is_nobody_is_said_to_be(self, hardtack: Place) -> None:
        """By every command that takes a name."""
        expected = "hardtack: there is no account 'eve'\nhardtack: hint: hardtack accounts list shows every account\n"
        for words in (
            ("show", "eve"),
            ("sessions", "eve"),
            ("export", "eve"),
            ("roles", "eve", "editor"),
            ("reset", "eve"),
            ("close", "eve", "--yes"),
            ("audit", "--account", "eve"),
        ):
            assert (1, "", expected) == hardtack(*words)


class TestSessions:
    """Where somebody is signed in."""

    def begin(self, hardtack: Place) -> None:
        """Write a sign-in down, as the pages do."""
        row = (
            "INSERT INTO signed_in VALUES"
            " (:lineage, 2, 0, :now, :now, :end, :end, '192.0.2.7', 'firefox/linux', '', 'password')"
        )
        now = int(time.time())
        from sqlalchemy import text

        with hardtack.opened() as accounts, accounts._database.write() as connection:
            connection.execute(text(row), {"lineage": b"l" * 16, "now": now, "end": now + 3600})

    def test_they_are_listed_and_ended(self, hardtack: Place) -> None:
        """In every process, before the command is done."""
        assert (0, "", "hardtack: Ada is not signed in anywhere\n") == hardtack("sessions", "ada")
        self.begin(hardtack)
        assert [
            "DEVICE            FROM       BEGAN                 LAST USED",
            "Firefox on Linux  192.0.2.7  TIME  TIME",
        ] == plain(hardtack.lines("sessions", "ada"))
        (line,) = hardtack.lines("sessions", "ada", "--json")
        assert ("firefox/linux", ["password"]) == (json.loads(line)["device"], json.loads(line)["factors"])
        before = hardtack.account("ada").epoch
        assert (0, "", "hardtack: Ada is not signed in anywhere any more\n") == hardtack("sessions", "ada", "--end-all")
        assert before < hardtack.account("ada").epoch
        assert (audit.SESSIONS_ENDED, 2, 0) == hardtack.newest()
        assert [] == hardtack.lines("sessions", "ada", "--json")


class TestRoles:
    """What an account may do."""

    def test_roles_are_given_and_taken_and_the_mark_as_well(self, hardtack: Place) -> None:
        """Each alone leaves the other as it was."""
        assert (0, "", "hardtack: roles of Ada: author, editor\n") == hardtack("roles", "ada", "editor", "author")
        assert (audit.ROLES_CHANGED, 2, 0) == hardtack.newest()
        talk = "hardtack: roles of Ada: author, editor\nhardtack: Ada may administer\n"
        assert (0, "", talk) == hardtack("roles", "ada", "--administrator")
        talk = "hardtack: Ada has no roles\nhardtack: Ada may administer\n"
        assert (0, "", talk) == hardtack("roles", "ada", "--none")
        assert (0, "", "hardtack: roles of Ada: x\n") == hardtack("roles", "ada", "x", "--no-administrator")
        account = hardtack.account("ada")
        assert (("x",), False) == (account.roles, account.administrator)

    def test_what_cannot_be_is_refused(self, hardtack: Place) -> None:
        """No role, the mark as a role, the last administrator, nothing said."""
        assert (1, True) == ((answer := hardtack("roles", "ada", "Editor"))[0], "a role is one word" in answer[2])
        assert (1, True) == ((answer := hardtack("roles", "ada", "administrator"))[0], "no role" in answer[2])
        answer = hardtack("roles", "boss", "--no-administrator")
        assert (1, True) == (answer[0], "nobody else can administer" in answer[2])
        assert 2 == hardtack("roles", "ada")[0]
        assert hardtack.account("boss").administrator


class TestLinks:
    """What lets people in."""

    def test_an_invitation_is_printed_listed_and_withdrawn(self, hardtack: Place) -> None:
        """The link alone is data; it begins with what is configured or said."""
        assert (0, "", "hardtack: nobody has been invited\n") == hardtack("invitations")
        status, link, talk = hardtack("invite", "--role", "editor", "--role", "author")
        assert (0, True, True) == (
            status,
            link.startswith("http://localhost:8000/sign-up?code="),
            "the link makes one account" in talk,
        )
        assert (audit.INVITED, None, 0) == hardtack.newest()
        status, link, talk = hardtack("invite", "--email", "eve@example.org", "--origin", "https://id.example.org")
        assert link.startswith("https://id.example.org/sign-up?code=")
        assert "also sent to eve@example.org" in talk
        first, second = (json.loads(line) for line in hardtack.lines("invitations", "--json"))
        assert {("eve@example.org", ()), (None, ("author", "editor"))} == {
            (one["email"], tuple(one["roles"])) for one in (first, second)
        }
        assert "whoever has the link" in hardtack("invitations")[1]
        assert (0, "", "hardtack: withdrawn\n") == hardtack("withdraw", first["id"])
        for nothing in (first["id"], "zz", "00"):
            assert (1, True) == ((said := hardtack("withdraw", nothing))[0], "no such invitation" in said[2])
        states = {json.loads(line)["state"] for line in hardtack.lines("invitations", "--json")}
        assert {"open", "withdrawn"} == states

    def test_an_invitation_that_cannot_be_is_refused(self, hardtack: Place) -> None:
        """And one that nobody can use yet is said to be so."""
        assert (1, True) == ((said := hardtack("invite", "--email", "no"))[0], "e-mail address" in said[2])
        assert 1 == hardtack("invite", "--role", "administrator")[0]
        assert 2 == hardtack("invite", "--days", "0")[0]
        assert 1 == hardtack("invite", "--origin", "nonsense")[0]
        assert [] == hardtack.lines("invitations", "--json")
        assert "sign-up is off" in hardtack("invite", HARDTACK_SIGN_UP="off")[2]

    def test_a_reset_goes_by_mail_or_is_printed(self, hardtack: Place) -> None:
        """Printed where there is no address, or no mail; the password is the owner's to choose."""
        status, data, talk = hardtack("reset", "ada")
        assert (0, "", True) == (status, data, "on its way to Ada@Example.org" in talk)
        status, link, talk = hardtack("reset", "bob")
        assert (0, True) == (status, "once and for half an hour" in talk)
        assert (audit.RESET_STARTED, 3, 0) == hardtack.newest()
        code = link.strip().partition("/reset?code=")[2]
        with hardtack.opened() as accounts:
            accounts.recovery.reset(code, NEW, client=CLIENT, now=int(time.time()))
            assert "bob" == accounts.sign_in("bob", NEW, client=CLIENT, now=int(time.time())).name
        public = {"HARDTACK_ORIGIN": "https://id.example.org"}
        assert hardtack("reset", "ada", **public)[1].startswith("https://id.example.org/reset?code=")

    def test_after_a_theft_the_old_password_ends_at_once(self, hardtack: Place) -> None:
        """With every session."""
        status, link, talk = hardtack("reset", "bob", "--forget-password")
        assert (0, True, True) == (status, "/reset?code=" in link, "does not count any more" in talk)
        with hardtack.opened() as accounts, pytest.raises(WrongCredentials):
            accounts.sign_in("bob", PASSWORD, client=CLIENT, now=int(time.time()))


class TestClosing:
    """For ever."""

    def test_it_is_asked_about_unless_it_was_said_to_be_meant(self, hardtack: Place) -> None:
        """Without a terminal nobody can answer, so nothing happens."""
        status, data, talk = hardtack("close", "bob")
        assert (1, "", True) == (status, data, "cannot be undone" in talk)
        assert "bob" == hardtack.account("bob").name
        status, _, talk = hardtack("close", "bob", "--yes")
        assert (0, True) == (status, "never given out again" in talk)
        assert (audit.CLOSED, 3, 0) == hardtack.newest()
        assert 1 == hardtack("show", "bob")[0]

    def test_the_last_administrator_is_not_closed(self, hardtack: Place) -> None:
        """Nobody could let anybody in any more."""
        status, _, talk = hardtack("close", "boss", "--yes")
        assert (1, True) == (status, "nobody else can administer" in talk)
        assert hardtack.account("boss").administrator

    @pytest.mark.parametrize(("answer", "closed"), [(b"y\n", True), (b"n\n", False)])
    def test_on_a_terminal_it_is_asked(self, hardtack: Place, answer: bytes, closed: bool) -> None:
        """And done only after a yes."""
        ours, theirs = pty.openpty()
        os.write(ours, answer)
        done = subprocess.run(
            [sys.executable, "-m", "hardtack", "accounts", "close", "bob", "--data", str(hardtack.folder)],
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        os.close(ours)
        os.close(theirs)
        assert (0 if closed else 1, True) == (done.returncode, "Close bob for ever?" in done.stderr)
        with hardtack.opened() as accounts:
            assert closed == (accounts.find("bob") is None)


class TestSignOutAll:
    """``hardtack accounts sign-out-all``."""

    def test_it_ends_every_sign_in_of_everybody(self, hardtack: Place) -> None:
        """In the trail as done by the operator; without a terminal only where it is meant."""
        status, _, talk = hardtack("sign-out-all")
        assert (1, True) == (status, "--yes" in talk)
        before = [hardtack.account(name).epoch for name in ("boss", "bob")]
        status, _, talk = hardtack("sign-out-all", "--yes")
        assert (0, "hardtack: nobody is signed in any more\n") == (status, talk)
        assert [each + 1 for each in before] == [hardtack.account(name).epoch for name in ("boss", "bob")]
        assert ("sessions-ended", None, audit.OPERATOR) == hardtack.newest()

    def test_on_a_terminal_it_is_asked(self, hardtack: Place) -> None:
        """And a no leaves everybody signed in."""
        before = hardtack.account("bob").epoch
        ours, theirs = pty.openpty()
        os.write(ours, b"n\n")
        done = subprocess.run(
            [sys.executable, "-m", "hardtack", "accounts", "sign-out-all", "--data", str(hardtack.folder)],
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        os.close(ours)
        os.close(theirs)
        assert (1, True, before) == (done.returncode, "every account?" in done.stderr, hardtack.account("bob").epoch)


class TestResetFactors:
    """``hardtack accounts reset-factors``."""

    def test_it_begins_and_calls_off(self, hardtack: Place) -> None:
        """And says when it takes effect, and who tells the owner."""
        with hardtack.opened() as accounts:
            give_passkey(accounts, accounts.named("bob").id)
        status, data, talk = hardtack("reset-factors", "bob")
        assert (0, "") == (status, data)
        assert re.search(r"with the first sign-in after \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\)", talk)
        assert "nobody tells them but you" in talk
        assert (audit.FACTOR_RESET_ASKED, 0) == (hardtack.newest()[0], hardtack.newest()[2])
        assert "is called off" in hardtack("reset-factors", "bob", "--cancel")[2]
        assert "no reset under way" in hardtack("reset-factors", "bob", "--cancel")[2]

    def test_who_has_none_is_one_line(self, hardtack: Place) -> None:
        """Nothing was lost."""
        status, _, talk = hardtack("reset-factors", "bob")
        assert 1 == status
        assert "no second factor" in talk
