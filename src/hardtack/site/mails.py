"""What the mails say: one table of letters, in English and Chinese, each as text and as HTML.

A letter says what happened, who asked for it as far as we know (when, device, network address), how long its link is
good, and what to do if it was not the reader. Links begin with the configured origin and prefix and nothing else: no
field of a request comes near them (attack 17). Nothing in a mail is loaded from anywhere, so that nobody learns when it
is read. Who gets it has been decided before (``hardtack.login.addressee``); nothing is looked up or sent here.

The message is one of RFC 5322, with other characters as RFC 2047 has them; that its headers cannot be added to is the
library's own promise, and a test's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from urllib.parse import urlencode

from hardtack.login.addressee import Meant
from hardtack.login.addresses import ascii_host
from hardtack.login.device_names import in_words
from hardtack.login.outbox import Notice, Order
from hardtack.login.throttle import address
from hardtack.site.letters import KNOWN, LETTERS, NEW_ADDRESS, REMOVED_ADDRESS, TEST, Letter
from hardtack.site.settings import Settings
from hardtack.site.shell import TEXT, Shell
from hardtack.site.texts import LANGUAGES, TAGS

_ABOUT_FACTORS = (Notice.FACTOR_ADDED, Notice.FACTOR_REMOVED)

# A link must not be broken in two: a line may be as long as SMTP allows (RFC 5321 §4.5.3.1.6).
_PART = SMTP.clone(max_line_length=998)

_log = logging.getLogger("hardtack.mail")


class Mails:
    """Writes mails.

    Args:
        shell: the templates and texts.
        settings: where the pages are, and who mail comes from.
        prefix: what every address of ours begins with, such as ``/auth``.
        port: returns the port at which pages were asked for last, for development mode, where nobody has said which it
            is; ``None``: that of the settings.
    """

    def __init__(
        self, shell: Shell, settings: Settings, *, prefix: str = "", port: Callable[[], int | None] = lambda: None
    ) -> None:
        self._shell = shell
        self._settings = settings
        self._prefix = prefix
        self._port = port

    @property
    def _origin(self) -> str:
        port = self._port() if self._settings.development else None
        return self._settings.public_origin if port is None else f"http://localhost:{port}"

    @property
    def _base(self) -> str:
        return self._origin + self._prefix

    def compose(self, order: Order, meant: Meant, *, message_id: str, now: int) -> EmailMessage:
        """Return the mail of *order* to whom is *meant*.

        Args:
            order: what happened.
            meant: who gets it, and the code of its link.
            message_id: what is before the ``@`` of its Message-ID.
            now: Unix seconds.

        Raises:
            ValueError: an address or a text cannot stand in a header field.
        """
        letter = _letter(order, meant)
        language = next((each for each in (meant.language, order.language) if each in LANGUAGES), LANGUAGES[0])
        code = f"?{urlencode({'code': meant.code})}" if meant.code else ""
        return self._message(
            letter,
            meant.to,
            language,
            message_id=message_id,
            now=now,
            link=f"{self._base}{letter.path}{code}" if letter.path else "",
            also_link=f"{self._base}{letter.also_path}" if letter.also_path else "",
            lifetime=_rounded(meant.lifetime),
            facts=self._facts(order, meant, letter, language),
        )

    def test(self, to: str, language: str, *, message_id: str, now: int) -> EmailMessage:
        """Return a mail by which an operator sees that mail arrives; the arguments are those of ``compose``."""
        return self._message(
            TEST, to, language, message_id=message_id, now=now, link="", also_link="", lifetime=0, facts=[]
        )

    def _facts(self, order: Order, meant: Meant, letter: Letter, language: str) -> list[tuple[str, str]]:
        """Return what is known of who asked or did it, with its labels; what is not known is left out."""
        texts = self._shell.texts
        found = address(order.client)
        # Whoever reads mail at an address that is yet to be confirmed need not be the owner of the account.
        account = None if order.notice is Notice.VERIFY_ADDRESS else meant.account
        known = (
            ("mail.account", "" if account is None else account.display_name),
            (letter.detail, self._detail(order, language)),
            ("mail.when", texts.moment(language, order.at)),
            ("mail.device", in_words(order.device, language)),
            ("mail.client", "" if found is None else str(found)),
        )
        facts: dict[str, str] = {}
        for label, value in known:
            if label and value:
                facts.setdefault(label, _one_line(value))
        return [(texts.text(language, label), value) for label, value in facts.items()]

    def _detail(self, order: Order, language: str) -> str:
        """Return what an order's detail says: of a factor what it is called, and the label of its owner; or when."""
        if order.notice is Notice.FACTOR_RESET_ASKED and order.detail.isdecimal():
            return self._shell.texts.moment(language, int(order.detail))
        if order.notice not in _ABOUT_FACTORS:
            return order.detail
        factor, _, label = order.detail.partition(" ")
        name = self._shell.texts.table(language).get(f"factor.{factor.replace('-', '_')}", factor)
        return f"{name} {label}"

    def _message(
        self, letter: Letter, to: str, language: str, *, message_id: str, now: int, **values: Any
    ) -> EmailMessage:
        said = self._said(letter, language)
        brand = _one_line(self._shell.texts.text(language, "site.brand"))
        message = EmailMessage(policy=SMTP)
        message["From"] = HeaderAddress(brand, addr_spec=self._ascii(self._settings.sender))
        message["To"] = _to(to)
        message["Subject"] = said["subject"]
        message["Date"] = datetime.fromtimestamp(now, UTC)
        message["Message-ID"] = f"<{message_id}@{ascii_host(self._settings.public_host)}>"
        # Nobody's absence note is to answer it (RFC 3834 §5).
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = TAGS[language]
        message["MIME-Version"] = "1.0"
        message["Content-Type"] = "multipart/alternative"
        for template, subtype in ((TEXT, "plain"), ("mail/letter.html", "html")):
            part = EmailMessage(policy=_PART)
            content = self._rendered(template, language, {**said, **values, "origin": self._origin})
            part.set_content(content, subtype=subtype, charset="utf-8")
            # The whole has said so.
            del part["MIME-Version"]
            message.attach(part)
        return message

    def _said(self, letter: Letter, language: str) -> dict[str, str]:
        texts = self._shell.texts
        brand = texts.text(language, "site.brand")
        ids = {
            "subject": letter.subject,
            "lead": letter.lead,
            "advice": letter.advice,
            "action": letter.action,
            "also": letter.also,
        }
        said = {name: texts.table(language)[each].format(brand=brand) if each else "" for name, each in ids.items()}
        return {name: _one_line(text) for name, text in said.items()}

    def _rendered(self, template: str, language: str, values: dict[str, Any]) -> str:
        try:
            return self._shell.letter(template, language, **values)
        except Exception as error:
            if self._shell is self._shell.plain:
                raise
            # The author's template cannot say it: ours does, and the mail goes.
            extra = {"event": "mail-template-failed", "template": template, "error": type(error).__name__}
            _log.error("a template of a mail failed", extra=extra)
            return self._shell.plain.letter(template, language, **values)

    @staticmethod
    def _ascii(sender: str) -> str:
        local, _, host = sender.rpartition("@")
        return f"{local}@{ascii_host(host)}"


def _letter(order: Order, meant: Meant) -> Letter:
    if meant.known:
        return KNOWN
    if order.notice is Notice.ADDRESS_CHANGED:
        if meant.own:
            return NEW_ADDRESS
        if order.detail == "removed":
            return REMOVED_ADDRESS
    return LETTERS[order.notice]


def _to(to: str) -> HeaderAddress:
    """Return an address as a header field has it: its host as DNS has it, the rest as its owner gave it."""
    local, _, host = to.rpartition("@")
    return HeaderAddress(username=local, domain=ascii_host(host))


def _rounded(lifetime: int) -> int:
    """Return *lifetime* as a person says it: in days, hours or minutes, of which there are at least two."""
    unit = next((unit for unit in (86_400, 3600) if lifetime > 1.9 * unit), 60)
    return round(lifetime / unit) * unit


def _one_line(text: str) -> str:
    return " ".join(text.split())
