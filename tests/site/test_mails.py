"""What the mails say: every one in both languages, as text and as HTML, with links that nobody else can bend."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from hardtack.errors import MisuseError
from hardtack.login import Account
from hardtack.login.addressee import Addressees, Meant
from hardtack.login.outbox import Notice, Order
from hardtack.site import Settings, mailing
from hardtack.site.mails import Mails
from hardtack.site.shell import PLAIN, Shell
from hardtack.site.texts import LANGUAGES, OURS, Texts
from hardtack.store import invitations
from tests.login.test_addressee import member
from tests.site.conftest import MakeWorld, Page, World

NOW = 1_795_378_020
ORIGIN = "https://id.example.org"
CODE = "A" * 500
MESSAGE_ID = "0123456789abcdef" * 2

LED = {
    Notice.SIGN_UP: "/sign-up",
    Notice.FORGOT: "/reset",
    Notice.RELEASE: "/release",
    Notice.INVITATION: "/sign-up",
    Notice.VERIFY_ADDRESS: "/verify",
    Notice.RESET_BY_ADMINISTRATOR: "/reset",
    Notice.FACTOR_RESET_ASKED: "/keep-factors",
}
"""Where the notices with a code lead to."""

OF_ACCOUNTS = set(Notice) - {Notice.SIGN_UP, Notice.INVITATION, Notice.ACCOUNT_CLOSED}

SOMEBODY = Account(
    id=7,
    name="anna",
    display_name="Anna <Li> & co",
    administrator=False,
    epoch=0,
    profile_version=0,
    created=0,
    disabled=False,
    email="anna@example.org",
)

DEVICE = {"en": "Firefox on Linux", "zh": "Linux 上的 Firefox"}


def letter(
    notice: Notice,
    language: str = "en",
    *,
    given: Mails | None = None,
    meant: dict[str, Any] | None = None,
    **fields: Any,
) -> EmailMessage:
    """Return a mail as it arrives: written, sent as bytes, and read again."""
    coded = notice in LED
    who: dict[str, Any] = {
        "to": "anna@example.org",
        "account": SOMEBODY if notice in OF_ACCOUNTS else None,
        "language": language,
        "code": CODE if coded else "",
        "lifetime": 1800 if coded else 0,
        **(meant or {}),
    }
    order = Order(
        **{
            "notice": notice,
            "at": NOW,
            "client": "203.0.113.7",
            "device": "firefox/linux",
            "detail": "Detail & co",
            **fields,
        }
    )
    written = (given or written_by()).compose(order, Meant(**who), message_id=MESSAGE_ID, now=NOW + 5)
    return message_from_bytes(written.as_bytes(), policy=SMTP)


def written_by(prefix: str = "", shell: Shell = PLAIN, **settings: Any) -> Mails:
    """Return what writes the mails of a site."""
    return Mails(shell, Settings(**{"origin": ORIGIN, **settings}), prefix=prefix)


def part(mail: EmailMessage, kind: str) -> str:
    """Return the text or the HTML of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def links(mail: EmailMessage) -> set[str]:
    """Return every address in a mail; both parts must have the same."""
    in_text = set(re.findall(r"https?://\S+", part(mail, "plain").partition("\n-- \n")[0]))
    in_html = {each["href"] for each in Page(part(mail, "html")).all("a")}
    assert in_text == in_html
    return in_text


EVERY = pytest.mark.parametrize("notice", Notice)
BOTH = pytest.mark.parametrize("language", LANGUAGES)


@EVERY
@BOTH
class TestEveryMail:
    """Whatever it is about."""

    def test_its_head_is_complete(self, notice: Notice, language: str) -> None:
        """RFC 5322: from whom, to whom, what, when, which one; and nobody's absence note answers it."""
        mail = letter(notice, language)

        assert ("hardtack@id.example.org", "Hardtack") == (
            mail["From"].addresses[0].addr_spec,
            mail["From"].addresses[0].display_name,
        )
        assert ["anna@example.org"] == [address.addr_spec for address in mail["To"].addresses]
        assert f"<{MESSAGE_ID}@id.example.org>" == mail["Message-ID"]
        assert NOW + 5 == mail["Date"].datetime.timestamp()
        assert ("auto-generated", {"en": "en", "zh": "zh-Hans"}[language], "1.0") == (
            mail["Auto-Submitted"],
            mail["Content-Language"],
            mail["MIME-Version"],
        )
        assert len(mail.keys()) == len(set(mail.keys())) == 9
        assert "multipart/alternative" == mail.get_content_type()
        assert ["text/plain", "text/html"] == [each.get_content_type() for each in mail.iter_parts()]
        assert [] == [each for each in mail.walk() if each.defects]

    def test_both_parts_say_everything(self, notice: Notice, language: str) -> None:
        """What happened, who asked, when; nothing is left unfilled."""
        mail = letter(notice, language)
        chinese = re.compile(r"[\u4e00-\u9fff]")
        for kind in ("plain", "html"):
            said = part(mail, kind)
            moment = Texts().moment(language, NOW)
            assert [] == [each for each in (moment, DEVICE[language], "203.0.113.7") if each not in said]
            assert [] == re.findall(r"\{\w*\}|\{\{|\{%", said.replace("{ c", "").partition("<body")[2] or said)
            assert "None" not in said
            assert (language == "zh") == bool(chinese.search(said))
        assert (language == "zh") == bool(chinese.search(mail["Subject"]))
        assert mail["Subject"] in part(mail, "html")

    def test_its_first_sentence_does_not_say_the_subject_again(self, notice: Notice, language: str) -> None:
        """Whoever reads the one has just read the other."""
        mail = letter(notice, language)
        first = re.split(r"[.,:，。：]", part(mail, "plain"))[0]

        assert first not in mail["Subject"]
        assert mail["Subject"] not in first

    def test_its_links_are_ours_and_lead_where_they_should(self, notice: Notice, language: str) -> None:
        """Each written out on a line of its own, and as a button."""
        found = links(letter(notice, language))
        if notice in LED:
            assert {f"{ORIGIN}{LED[notice]}?code={CODE}"} == found
        elif notice is Notice.ACCOUNT_CLOSED:
            assert set() == found
        else:
            assert f"{ORIGIN}/account/activity" in found
        assert [] == [each for each in found if not each.startswith(f"{ORIGIN}/")]

    def test_how_long_a_link_is_good_is_said(self, notice: Notice, language: str) -> None:
        """And that it is good once."""
        said = {"en": "for 30 minutes, and only once", "zh": "30 分钟内有效，只能使用一次"}[language]
        mail = letter(notice, language)

        assert {notice in LED} == {said in part(mail, kind) for kind in ("plain", "html")}

    def test_nothing_is_loaded_from_anywhere(self, notice: Notice, language: str) -> None:
        """No picture, no font, no script: nobody learns when it is read."""
        html = part(letter(notice, language), "html")
        page = Page(html)

        assert {"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "h1", "p", "a", "br"} >= {
            tag for tag, _ in page.elements
        }
        assert [] == re.findall(r"url\(|@import|src=|<link|background=", html)
        assert [] == page.open
        assert {"en": "en", "zh": "zh-Hans"}[language] == page.all("html")[0]["lang"]

    def test_every_line_is_one_that_mail_servers_take(self, notice: Notice, language: str) -> None:
        """RFC 5321 §4.5.3.1.6: a thousand bytes with its end; so no link is broken in two."""
        raw = letter(notice, language).as_bytes()

        assert max(len(line) for line in raw.split(b"\r\n")) <= 998
        assert b"\n" not in raw.replace(b"\r\n", b"")
        if language == "en" and notice in LED:
            assert f"\r\n{ORIGIN}{LED[notice]}?code={CODE}\r\n".encode() in raw

    @pytest.mark.asvs("3.2.2")
    def test_what_people_have_typed_is_text(self, notice: Notice, language: str) -> None:
        """In HTML it is escaped, in text it is as it is."""
        mail = letter(notice, language, detail="<b>x</b> & y")

        assert "<b>" not in part(mail, "html")
        assert "Anna <Li>" not in part(mail, "html")
        assert "&amp;" not in part(mail, "plain")
        assert "&lt;" not in part(mail, "plain")


class TestWhoItIs:
    """Facts that only some mails have."""

    @EVERY
    def test_the_account_is_named_to_its_owner_alone(self, notice: Notice) -> None:
        """Whoever reads an address that is yet to be confirmed need not be the owner."""
        said = part(letter(notice), "plain")

        assert (notice in OF_ACCOUNTS - {Notice.VERIFY_ADDRESS}) == ("Account: Anna <Li> & co\n" in said)

    @pytest.mark.parametrize(
        ("notice", "fact"),
        [
            (Notice.TOKEN_MADE, "Token: Detail & co"),
            (Notice.INVITATION, "Invited by: Detail & co"),
            (Notice.FAILURES, "Failed attempts: Detail & co"),
            (Notice.ACCOUNT_CLOSED, "Account: Detail & co"),
        ],
    )
    def test_what_else_there_is_to_say(self, notice: Notice, fact: str) -> None:
        """On a line of its own; nothing where nobody has said it."""
        assert f"\n{fact}\n" in part(letter(notice), "plain")
        assert fact.partition(":")[0] + ": \n" not in part(letter(notice, detail=""), "plain")

    def test_what_is_not_known_is_left_out(self) -> None:
        """No empty rows; an address that is none is not repeated."""
        mail = letter(Notice.NEW_DEVICE, client="<evil>", device="", meant={"account": None})

        assert [] == [word for word in ("evil", "Device", "Network address", "Account:") if word in part(mail, "plain")]

    def test_an_ipv4_address_inside_ipv6_is_shown_as_what_it_is(self) -> None:
        """As everywhere else."""
        assert "Network address: 203.0.113.7\n" in part(letter(Notice.FORGOT, client="::ffff:203.0.113.7"), "plain")

    @pytest.mark.asvs("6.3.7")
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_factor_is_called_by_its_name_and_its_owners(self, language: str) -> None:
        """In their language; one that this version does not know, by its own word."""
        label = OURS.text(language, "mail.factor")
        for notice in (Notice.FACTOR_ADDED, Notice.FACTOR_REMOVED):
            for detail, name in (
                ("totp", OURS.text(language, "factor.totp")),
                ("passkey my <key>", f"{OURS.text(language, 'factor.passkey')} my <key>"),
                ("rune", "rune"),
            ):
                said = part(letter(notice, language, detail=detail), "plain")
                assert OURS.text(language, "mail.fact", label=label, value=name) in said

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_when_a_reset_takes_effect_is_said(self, language: str) -> None:
        """As every moment is."""
        due = letter(Notice.FACTOR_RESET_ASKED, language, detail=str(NOW + 86_400))
        assert OURS.moment(language, NOW + 86_400) in part(due, "plain")

    def test_whoever_signs_up_and_has_an_account_is_told_so(self) -> None:
        """With the way to sign in and the way to a new password, and no code."""
        mail = letter(Notice.SIGN_UP, meant={"account": SOMEBODY, "code": "", "lifetime": 0, "known": True})

        assert {f"{ORIGIN}/sign-in", f"{ORIGIN}/forgot"} == links(mail)
        assert "You have an account at Hardtack already" == mail["Subject"]

    def test_the_old_and_the_new_address_are_told_different_things(self) -> None:
        """And one that was only taken away a third."""
        said = [
            part(letter(Notice.ADDRESS_CHANGED, meant={"own": own}, detail=detail), "plain")
            for own, detail in ((True, ""), (False, ""), (False, "removed"))
        ]

        assert [True, True, True] == [
            words in text
            for words, text in zip(("to this address", "to another address", "taken away"), said, strict=True)
        ]

    def test_a_changed_password_leads_to_a_new_one(self) -> None:
        """Whoever did not change it cannot sign in any more."""
        assert {f"{ORIGIN}/account/activity", f"{ORIGIN}/forgot"} == links(letter(Notice.PASSWORD_CHANGED))

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [(604_798, "7 days"), (86_400, "24 hours"), (3600, "60 minutes"), (7_199, "2 hours"), (59, "1 minute")],
    )
    def test_a_time_is_said_in_round_figures(self, seconds: int, said: str) -> None:
        """Nobody counts the second that writing took."""
        found = part(letter(Notice.INVITATION, meant={"lifetime": seconds}), "plain")
        written = {"24 hours": "1 day", "60 minutes": "1 hour"}.get(said, said)

        assert f"good for {written}, and" in found

    @pytest.mark.parametrize(
        ("own", "asked", "expected"), [("zh", "en", "zh"), ("", "zh", "zh"), ("", "", "en"), ("fr", "xx", "en")]
    )
    def test_the_language_is_the_accounts_then_the_orders_then_english(
        self, own: str, asked: str, expected: str
    ) -> None:
        """Whatever else was asked for."""
        order = Order(notice=Notice.NEW_DEVICE, at=NOW, language=asked)
        mail = written_by().compose(order, Meant("anna@example.org", language=own), message_id=MESSAGE_ID, now=NOW)

        assert mail["Content-Language"].startswith(expected)


class TestHeaders:
    """Nobody writes a header field of ours."""

    @pytest.mark.parametrize("hostile", ["a\r\nBcc: eve@example.org", "a\nBcc: eve@example.org", "a\rBcc: eve"])
    def test_attack_31_no_header_can_be_added(self, hostile: str) -> None:
        """By an address, a name, a label, a brand or a code."""
        for fields in (
            {"meant": {"to": f"{hostile}@example.org"}},
            {"meant": {"to": f"anna@{hostile}"}},
            {"detail": hostile, "device": hostile, "client": hostile},
            {"given": written_by(shell=Shell(Texts({"en": {"site.brand": hostile}})))},
            {"given": written_by(shell=Shell(Texts({"en": {"mail_token.subject": hostile + " {brand}"}})))},
        ):
            try:
                mail = letter(Notice.TOKEN_MADE, **fields)
            except ValueError:
                continue
            assert ("Bcc" not in mail, 9) == (True, len(mail.keys()))
            assert 1 == len(mail["To"].addresses)

    def test_a_host_beyond_ascii_is_written_as_dns_has_it(self) -> None:
        """RFC 5890; the part before the at stays as its owner wrote it."""
        mail = written_by(mail_from="post@邮局.example").compose(
            Order(notice=Notice.FORGOT, at=NOW), Meant("用户@邮局.example"), message_id=MESSAGE_ID, now=NOW
        )
        host = "邮局.example".encode("idna").decode()

        assert (f"用户@{host}", f"post@{host}") == (
            mail["To"].addresses[0].addr_spec,
            mail["From"].addresses[0].addr_spec,
        )

    def test_a_subject_beyond_ascii_is_encoded(self) -> None:
        """RFC 2047, since not every server takes anything else."""
        raw = letter(Notice.FORGOT, "zh").as_bytes().partition(b"\r\n\r\n")[0]

        assert raw.isascii()
        assert b"\r\nSubject: =?utf-8?" in raw


class TestLinks:
    """They are built from what is configured and from nothing else."""

    def test_a_prefix_is_part_of_every_link(self) -> None:
        """An application has its own pages beside."""
        assert {f"{ORIGIN}/auth/reset?code={CODE}"} == links(letter(Notice.FORGOT, given=written_by("/auth")))
        assert {f"{ORIGIN}/auth/account/activity", f"{ORIGIN}/auth/forgot"} == links(
            letter(Notice.PASSWORD_CHANGED, given=written_by("/auth"))
        )

    def test_in_development_mode_they_lead_to_this_machine(self) -> None:
        """At the port that the service listens on."""
        found = links(letter(Notice.FORGOT, given=written_by(origin=None, port=8765)))

        assert {f"http://localhost:8765/reset?code={CODE}"} == found

    def test_in_development_mode_they_lead_to_the_port_that_a_page_was_asked_for_at(
        self, make_world: MakeWorld, tmp_path: Path
    ) -> None:
        """Inside an application whose server nobody has told us of, such as Flask's on 5000."""
        world = make_world()
        world.clock.now = time.time()
        world.site.start()
        member(world.accounts, email="mike@example.org")
        assert world.browser(host="127.0.0.1:5000").json("POST", "/forgot", {"email": "mike@example.org"}).status < 300
        (path,) = wait_for(lambda: list(tmp_path.rglob("*.eml")))
        world.accounts.postman.stop()

        mail = message_from_bytes(path.read_bytes(), policy=SMTP)
        assert isinstance(mail, EmailMessage)
        (link,) = links(mail)
        assert link.startswith("http://localhost:5000/reset?code=")

    @pytest.mark.parametrize("settings", [{"origin": ORIGIN, "mail": "folder:x"}, {}])
    def test_attack_17_no_host_of_a_request_comes_into_a_mail(
        self, make_world: MakeWorld, settings: dict[str, Any], tmp_path: Path
    ) -> None:
        """Whatever Host, X-Forwarded-Host, Forwarded and Origin say to the page that orders it."""
        if settings:
            settings["mail"] = f"folder:{tmp_path}/mail"
        world = make_world(**settings)
        world.clock.now = time.time()
        world.site.start()
        member(world.accounts, email="mike@example.org")
        for host in ("evil.example", "localhost:8000", "id.example.org", "id.example.org:444", "id.example.org@evil"):
            browser = world.browser(host=host, scheme="https" if settings else "http")
            forged: dict[str, str | None] = {
                "host": host,
                "x-forwarded-host": "evil.example",
                "x-original-host": "evil.example",
                "forwarded": "host=evil.example;proto=http",
            }
            browser.ask(
                "POST",
                "/forgot",
                body=b'{"email": "mike@example.org"}',
                headers={"content-type": "application/json", "accept": "application/json", **forged},
            )
        # One that is let in for certain.
        own = {"host": "id.example.org", "scheme": "https"} if settings else {"host": "localhost:8000"}
        assert world.browser(**own).json("POST", "/forgot", {"email": "mike@example.org"}).status < 300
        written = wait_for(lambda: list(tmp_path.rglob("*.eml")))
        world.accounts.postman.stop()

        base = ORIGIN if settings else "http://localhost:8000"
        for path in written:
            mail = message_from_bytes(path.read_bytes(), policy=SMTP)
            assert isinstance(mail, EmailMessage)
            assert [] == [each for each in links(mail) if not each.startswith(f"{base}/reset?code=")]
            assert b"evil" not in path.read_bytes()


def wait_for(found: Callable[[], list[Path]]) -> list[Path]:
    """Wait until there is something, and a moment longer for more of it."""
    deadline = time.monotonic() + 20
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.5)
    return found()


class TestTemplates:
    """An author may write mails of their own."""

    def test_a_template_of_the_authors_takes_the_place_of_ours(self, tmp_path: Path) -> None:
        """Text is still text, HTML is still escaped."""
        folder = tmp_path / "mail"
        folder.mkdir()
        (folder / "letter.txt").write_text("Ahoy & {{ lead }}\n{{ link }}\n")
        (folder / "letter.html").write_text('{% include "hardtack/mail/letter.html" %}<p>{{ facts[1][1] }}</p>')
        mail = letter(Notice.TOKEN_MADE, given=written_by(shell=Shell(Texts(), tmp_path)))

        assert part(mail, "plain").startswith("Ahoy & A program that has it")
        assert "<p>Detail &amp; co</p>" in part(mail, "html")

    def test_one_that_fails_gives_way_to_ours(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """A link that somebody waits for goes out; the log says which template it was."""
        folder = tmp_path / "mail"
        folder.mkdir()
        (folder / "letter.txt").write_text("{{ no_such }}")
        with caplog.at_level(logging.ERROR):
            mail = letter(Notice.FORGOT, given=written_by(shell=Shell(Texts(), tmp_path)))

        assert f"{ORIGIN}/reset?code={CODE}" in part(mail, "plain")
        (record,) = caplog.records
        assert ("mail-template-failed", "mail/letter.txt", "UndefinedError") == tuple(
            vars(record)[name] for name in ("event", "template", "error")
        )

    def test_one_that_is_none_is_a_mistake_at_start(self, tmp_path: Path) -> None:
        """Text templates are looked through as pages are."""
        (tmp_path / "mail").mkdir()
        (tmp_path / "mail" / "letter.txt").write_text("{% if %}")

        with pytest.raises(MisuseError, match=r"letter\.txt, line 1"):
            Shell(Texts(), tmp_path)

    def test_a_fault_in_ours_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The postman keeps the order until it is mended."""

        def fail(*_given: object, **_named: object) -> str:
            raise KeyError("fault")

        monkeypatch.setattr(Shell, "letter", fail)
        with pytest.raises(KeyError):
            letter(Notice.FORGOT)

    def test_texts_of_the_authors_are_said(self) -> None:
        """The brand above all."""
        shell = Shell(Texts({"en": {"site.brand": "Ship's Stores"}}))
        mail = letter(Notice.FORGOT, given=written_by(shell=shell))

        assert ("Ship's Stores", "Choose a new password for Ship's Stores") == (
            mail["From"].addresses[0].display_name,
            mail["Subject"],
        )

    @BOTH
    def test_the_brand_and_the_accent_of_the_settings_are_in_every_mail(self, language: str) -> None:
        """A name with braces and markup as it is; the colour of buttons and links in light and dark."""
        settings = Settings(brand="Ship's <{Stores}>", accent="#a3311f", origin=ORIGIN)
        mail = letter(Notice.FORGOT, language, given=written_by(shell=Shell.of(settings)))
        assert "Ship's <{Stores}>" == mail["From"].addresses[0].display_name
        assert "Ship's <{Stores}>" in mail["Subject"]
        assert "Ship's <{Stores}>" in part(mail, "plain")
        shown = part(mail, "html")
        assert "Ship&#39;s &lt;{Stores}&gt;" in shown
        assert {"#a3311f": 2, "#eca59a": 2} == {each: shown.count(each) for each in ("#a3311f", "#eca59a")}
        assert not re.search("#1c5570|#8fc8e6|Hardtack", shown)

    def test_without_settings_the_accent_is_ours(self) -> None:
        """That of the style sheet."""
        shown = part(letter(Notice.FORGOT), "html")
        assert {"#1c5570": 2, "#8fc8e6": 2} == {each: shown.count(each) for each in ("#1c5570", "#8fc8e6")}


class TestSettings:
    """What is wrong with them is said at start, not with the first mail."""

    @pytest.mark.parametrize(
        ("settings", "sender"),
        [
            ({"origin": ORIGIN}, "hardtack@id.example.org"),
            ({"origin": "https://id.example.org:8443"}, "hardtack@id.example.org"),
            ({"origin": "http://127.0.0.1:8000"}, "hardtack@localhost"),
            ({"origin": "https://intranet"}, "hardtack@intranet"),
            ({}, "hardtack@localhost"),
            ({"origin": ORIGIN, "mail_from": "Post@example.org"}, "Post@example.org"),
        ],
    )
    def test_mail_comes_from_the_origins_host_unless_it_is_said(self, settings: dict[str, Any], sender: str) -> None:
        """Without a port."""
        assert sender == Settings(mail="console:", **settings).sender
        assert mailing.carrier(Settings(mail="console:", **settings), {}) is not None

    @pytest.mark.parametrize(
        "mail_from", ["", "hardtack", "Shop <shop@example.org>", "邮@example.org", "a@b\r\nBcc: c", "a@10.0.0.1", "@"]
    )
    def test_what_is_no_sender_is_refused(self, mail_from: str) -> None:
        """With what to write instead."""
        with pytest.raises(MisuseError) as refused:
            mailing.carrier(Settings(origin=ORIGIN, mail="console:", mail_from=mail_from), {})

        assert "hardtack@example.org" in refused.value.hint

    @pytest.mark.parametrize("origin", ["https://10.0.0.1", "https://[2001:db8::1]"])
    def test_an_origin_that_is_no_name_needs_a_sender(self, origin: str) -> None:
        """Nobody takes mail from a number."""
        with pytest.raises(MisuseError, match="mail_from"):
            mailing.carrier(Settings(origin=origin, mail="console:"), {})
        assert mailing.carrier(Settings(origin=origin), {}) is None

    def test_without_a_word_about_mail_there_is_none_but_in_development_mode(self, tmp_path: Path) -> None:
        """There it lies in the data folder."""
        assert mailing.carrier(Settings(origin=ORIGIN), {}) is None
        found = mailing.carrier(Settings(data=str(tmp_path)), {})
        assert found is not None
        assert f"{tmp_path}/mail/" == found.place

    @pytest.mark.parametrize("mail", ["smtps://", "smtps://a:b@mail.example.org", "smtps://anna@mail.example.org"])
    def test_a_site_does_not_begin_with_mail_that_cannot_be_sent(
        self, make_world: MakeWorld, mail: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In whatever framework it is."""
        monkeypatch.delenv("HARDTACK_MAIL_PASSWORD", raising=False)
        with pytest.raises(MisuseError, match="mail: "):
            make_world(mail=mail)


class TestFromTheOrderToTheMail:
    """Everything together, for every notice."""

    @EVERY
    def test_an_order_becomes_a_file(self, world: World, notice: Notice, tmp_path: Path) -> None:
        """By the postman that a site starts, in the language of the account."""
        world.clock.now = time.time()
        now = int(world.clock.now)
        account = member(world.accounts, language="zh")
        with world.accounts._database.write() as connection:
            made = invitations.put(
                connection, invited_by=None, email="new@example.org", roles=(), now=now, until=now + 5000
            )
            order = Order(
                notice=notice,
                at=now,
                account=account.id,
                address="new@example.org"
                if notice in (Notice.SIGN_UP, Notice.INVITATION, Notice.VERIFY_ADDRESS)
                else "mike@example.org",
                language="zh",
                identifier=made.id,
            )
            world.accounts.outbox.put(connection, order)
        world.site.start()
        (path,) = wait_for(lambda: list(tmp_path.rglob("*.eml")))
        world.site.close()
        mail = message_from_bytes(path.read_bytes(), policy=SMTP)

        assert isinstance(mail, EmailMessage)
        assert ("zh-Hans", order.address) == (mail["Content-Language"], mail["To"])
        assert path.parent == tmp_path / "mail"
        assert {notice in LED} == {any("code=" in each for each in links(mail))}

    def test_a_mail_can_be_tried_without_an_order(self) -> None:
        """For ``hardtack mail test``."""
        mail = written_by().test("anna@example.org", "zh", message_id=MESSAGE_ID, now=NOW)

        assert ("anna@example.org", set()) == (mail["To"], links(mail))

    def test_nobody_but_the_addressee_is_looked_up(self, world: World) -> None:
        """What writes a mail has no way to the accounts."""
        assert not hasattr(Mails(PLAIN, Settings()), "accounts")
        assert isinstance(world.accounts.postman._addressees, Addressees)
