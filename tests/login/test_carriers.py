"""Where mail may go, what is refused with a hint, and the two carriers that need no server."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from hardtack.errors import MisuseError
from hardtack.login import carriers
from hardtack.login.carriers import Console, Folder, NothingGoes, Server


def letter(
    to: str = "anna@example.org", *, language: str = "en", text: str = "Open\nhttps://id.example.org/reset?code=x\n"
) -> EmailMessage:
    """Return a mail as the site writes one."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "hardtack@id.example.org"
    mail["To"] = to
    mail["Subject"] = "Passwort 密码"
    mail["Date"] = datetime(2026, 11, 29, 18, 0, tzinfo=UTC)
    mail["Message-ID"] = "<0123456789abcdef0123456789abcdef@id.example.org>"
    mail.set_content(text)
    mail.add_alternative("<p>Open</p>", subtype="html")
    mail["Content-Language"] = language
    return mail


class TestPlace:
    """What a URL means."""

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("smtps://mail.example.org", Server("smtps", "mail.example.org", 465)),
            ("SMTPS://Mail.Example.org./", Server("smtps", "mail.example.org", 465)),
            ("smtp://anna@mail.example.org", Server("smtp", "mail.example.org", 587, "anna")),
            (
                "smtp://anna%40example.org@mail.example.org:2525",
                Server("smtp", "mail.example.org", 2525, "anna@example.org"),
            ),
            ("smtp://anna@example.org@mail.example.org", Server("smtp", "mail.example.org", 587, "anna@example.org")),
            ("smtps://邮局.example", Server("smtps", "xn--dgtz33j.example", 465)),
            ("smtps://[2001:db8::1]:4650", Server("smtps", "2001:db8::1", 4650)),
            ("smtp+plain://localhost:1025", Server("smtp+plain", "localhost", 1025)),
            ("smtp+plain://127.0.0.1", Server("smtp+plain", "127.0.0.1", 25)),
            ("smtp+plain://[::1]", Server("smtp+plain", "::1", 25)),
            ("folder:hardtack-data/mail", Path("hardtack-data/mail")),
            ("folder:/var/spool/hardtack", Path("/var/spool/hardtack")),
            ("console:", None),
            (" Console: ", None),
        ],
    )
    def test_every_form_is_understood(self, url: str, expected: carriers.Place) -> None:
        """With the ports that the protocols have."""
        assert expected == carriers.place_of(url)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "mail.example.org",
            "https://mail.example.org",
            "smtp:mail.example.org",
            "smtps://",
            "smtps://anna@",
            "smtps:///mail",
            "smtps://mail.example.org/inbox",
            "smtps://mail.example.org?tls=no",
            "smtps://mail.example.org#x",
            "smtps://mail.example.org:0",
            "smtps://mail.example.org:99999",
            "smtps://mail.example.org:mail",
            "smtps://mail example.org",
            "smtps://[::1",
            "smtps://-mail.example.org",
            "smtps://" + "a" * 300,
            "smtps://an%0Ana@mail.example.org",
            "smtp+plain://mail.example.org",
            "smtp+plain://10.0.0.1:25",
            "smtp+plain://localhost.example.org",
            "smtp+plain://anna@localhost",
            "folder:",
            "folder://host/mail",
            "folder:a\nb",
            "console:x",
            "console",
        ],
    )
    def test_whatever_is_unclear_is_refused_with_a_hint(self, url: str) -> None:
        """At start, not with the first mail."""
        with pytest.raises(MisuseError) as refused:
            carriers.place_of(url)

        assert "" != refused.value.hint
        assert refused.value.problem.startswith("mail: ")

    @pytest.mark.parametrize(
        "url",
        ["smtps://anna:geheim@mail.example.org", "smtp://:geheim@mail.example.org", "smtp+plain://a:geheim@localhost"],
    )
    def test_a_password_in_the_url_is_refused_and_never_repeated(self, url: str) -> None:
        """Settings are seen by many; so is what a program says when it does not start."""
        with pytest.raises(MisuseError) as refused:
            carriers.place_of(url)

        assert "HARDTACK_MAIL_PASSWORD" in refused.value.hint
        assert "geheim" not in str(refused.value)

    def test_nothing_of_a_url_that_cannot_be_read_is_repeated(self) -> None:
        """It may hold a password where nobody expects one."""
        for url in ("smtps://geheim@@:x", "geheim", "smtps://[geheim", "geheim://x", "smtps://host/geheim"):
            with pytest.raises(MisuseError) as refused:
                carriers.place_of(url)
            assert "geheim" not in str(refused.value)


class TestPassword:
    """It is in one variable and nowhere else."""

    def test_it_is_read_where_somebody_signs_in(self) -> None:
        """And nowhere else."""
        environ = {"HARDTACK_MAIL_PASSWORD": "geheim"}

        assert "geheim" == carriers.password_of(carriers.place_of("smtps://anna@mail.example.org"), environ)
        assert "" == carriers.password_of(carriers.place_of("folder:x"), environ)
        assert "" == carriers.password_of(carriers.place_of("smtps://mail.example.org"), {})

    def test_a_user_without_one_is_a_mistake_at_start(self) -> None:
        """Every mail would be refused."""
        with pytest.raises(MisuseError) as refused:
            carriers.password_of(carriers.place_of("smtps://anna@mail.example.org"), {})

        assert "set HARDTACK_MAIL_PASSWORD" == refused.value.hint

    def test_one_without_a_user_is_a_mistake_at_start(self) -> None:
        """Somebody meant to sign in."""
        with pytest.raises(MisuseError) as refused:
            carriers.password_of(carriers.place_of("smtp://mail.example.org"), {"HARDTACK_MAIL_PASSWORD": "geheim"})

        assert "smtp://user@mail.example.org" in refused.value.hint
        assert "geheim" not in str(refused.value)

    def test_no_carrier_shows_it(self) -> None:
        """Whatever is logged or printed of it."""
        made = carriers.carrier_of(
            "smtps://anna@[::1]", {"HARDTACK_MAIL_PASSWORD": "geheim"}, sender_host="id.example.org"
        )

        assert "smtps://[::1]:465" == made.place
        assert "geheim" not in repr(made)


class TestFolder:
    """A file for each mail."""

    def test_a_mail_is_one_file_that_only_we_may_read(self, tmp_path: Path) -> None:
        """It holds a link that is as good as a password for half an hour."""
        folder = tmp_path / "data" / "mail"
        old = os.umask(0o022)
        try:
            Folder(folder).carry(letter(), "anna@example.org")
        finally:
            os.umask(old)

        (path,) = folder.iterdir()
        assert "20261129T180000Z-0123456789ab.eml" == path.name
        assert (0o600, 0o700) == (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(folder.stat().st_mode))
        read = message_from_bytes(path.read_bytes(), policy=SMTP)
        assert ("anna@example.org", "Passwort 密码") == (read["To"], read["Subject"])
        assert b"\r\nhttps://id.example.org/reset?code=x\r\n" in path.read_bytes()

    def test_a_mail_that_is_written_again_takes_the_place_of_the_first(self, tmp_path: Path) -> None:
        """It is the same mail, sent twice because a process died in between."""
        carrier = Folder(tmp_path)
        carrier.carry(letter(), "anna@example.org")
        carrier.carry(letter(text="Once more"), "anna@example.org")

        (path,) = tmp_path.iterdir()
        assert b"Once more" in path.read_bytes()

    def test_letters_beyond_ascii_before_the_at_are_written_as_they_are(self, tmp_path: Path) -> None:
        """As RFC 6532 has them."""
        Folder(tmp_path).carry(letter("用户@example.org"), "用户@example.org")

        (path,) = tmp_path.iterdir()
        assert "To: 用户@example.org\r\n".encode() in path.read_bytes()

    @pytest.mark.parametrize(
        ("language", "said"), [("en", "mail for anna@example.org: "), ("zh-Hans", "给 anna@example.org 的邮件：")]
    )
    def test_somebody_who_tries_it_is_told_where_the_mail_lies(
        self, tmp_path: Path, language: str, said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Nobody else tells a newcomer."""
        made = carriers.carrier_of(f"folder:{tmp_path}", {}, sender_host="localhost", tell=True)
        made.carry(letter(language=language), "anna@example.org")

        (path,) = tmp_path.iterdir()
        assert f"hardtack: {said}{path}\n" == capsys.readouterr().err

    def test_a_folder_that_cannot_be_written_means_that_nothing_goes(self, tmp_path: Path) -> None:
        """It is the operator's to mend."""
        (tmp_path / "mail").write_text("a file is in the way")

        with pytest.raises(NothingGoes, match="folder"):
            Folder(tmp_path / "mail").carry(letter(), "anna@example.org")


class TestConsole:
    """The text on standard error."""

    def test_the_text_is_printed_with_its_link_on_a_line_of_its_own(self, capsys: pytest.CaptureFixture[str]) -> None:
        """So that it can be copied."""
        carriers.carrier_of("console:", {}, sender_host="localhost").carry(letter(), "anna@example.org")

        said = capsys.readouterr().err.splitlines()
        assert [
            "To: anna@example.org",
            "Subject: Passwort 密码",
            "",
            "Open",
            "https://id.example.org/reset?code=x",
        ] == said[1:6]
        assert "<p>" not in "".join(said)

    def test_attack_31_nothing_in_a_mail_colours_a_terminal(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Names and labels are what people have typed."""
        Console().carry(letter(text="a\x1b[31mb\u202ec\n"), "anna@example.org")

        assert "a?[31mb?c" in capsys.readouterr().err

    def test_a_mail_without_text_prints_its_head(self, capsys: pytest.CaptureFixture[str]) -> None:
        """An author's template may have left nothing."""
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = "Nothing"
        mail.set_content("<p>x</p>", subtype="html")
        Console().carry(mail, "anna@example.org")

        assert "Subject: Nothing" in capsys.readouterr().err

    def test_no_console_means_that_nothing_goes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A service may be started without one."""
        with open(os.devnull) as closed:
            pass
        monkeypatch.setattr("sys.stderr", closed)

        with pytest.raises(NothingGoes, match="console"):
            Console().carry(letter(), "anna@example.org")
