"""Every kind of event there is, lived through once: who, what, with which factor, from where, and how it ended."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hardtack.cli.logs import JSONFormatter, TextFormatter
from hardtack.errors import Refused
from hardtack.login import Accounts, Whence, audit
from hardtack.login.administration import UnknownAccount
from hardtack.login.devices import UNKNOWN
from hardtack.login.joining import Doors
from hardtack.login.links import Kind
from hardtack.login.passkey_errors import PasskeyCopied
from hardtack.login.second_step import Answer
from hardtack.login.trusted import Shown
from hardtack.login.webauthn import Party
from hardtack.session import Identity
from hardtack.site import event_words
from hardtack.store.audit import Event
from hardtack.store.streaks import LIMIT
from tests.login.apps import enrol
from tests.login.authenticator import HOST, ORIGIN, Authenticator

NOW = 1_000_000
CLIENT = "192.0.2.7"
DEVICE = "firefox/linux"
PASSWORD = "correct horse battery staple"
NEW = "another long password 船"
TYPED = "hunter2 my secret\r\n2026-01-01 forged line \x1b[31m\u202e\u2028"
PARTY = Party(HOST, ORIGIN, "Hardtack")
DOORS = Doors(invited=True, by_email=False, open=True)
WHENCE = Whence(CLIENT, DEVICE)
APPLICATION = "app.example.org"

BY_NOBODY = {audit.WELCOME_MADE, audit.ADDED}
"""Events of the command line, which has no address and no device."""


class Life:
    """One life of accounts, in which everything happens."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.where: dict[str, Any] = {"client": CLIENT, "device": DEVICE}
        self.now = NOW

    def identity(self, name: str, lineage: bytes = b"l" * 16) -> Identity:
        """Return an identity of the account as it is now."""
        account = self.accounts.named(name)
        epoch, version = account.epoch, account.profile_version
        return Identity(b"s" * 16, lineage, account.id, epoch, version, ("password",), NOW, NOW, NOW, NOW + 10_000)

    def number(self, name: str) -> int:
        """Return the account's number."""
        return self.accounts.named(name).id

    def link(self, kind: Kind, name: str, email: str = "") -> str:
        """Return a link of the account."""
        services = self.accounts._services
        with services.database.read() as connection:
            found = services.rows.by_id(connection, self.number(name))
        return services.links.make(kind, now=self.now, account=found, email=email)

    def tries(self, *steps: Callable[[], object]) -> None:
        """Do each step, whether it is refused or not."""
        for step in steps:
            with contextlib.suppress(Refused):
                step()

    def live(self) -> None:
        """Let everything happen."""
        self.begin()
        self.forget()
        self.move()
        self.invite()
        self.show_tokens()
        self.prove()
        self.show_passkeys()
        self.prove_twice()
        self.hand_off()
        self.lock()
        self.end()

    def begin(self) -> None:
        """The first administrator, sign-ups, sign-ins."""
        accounts, now, where = self.accounts, self.now, self.where
        code = accounts.make_welcome_code(now)
        self.tries(
            lambda: accounts.welcome(TYPED, "boss", PASSWORD, now=now, **where),
            lambda: accounts.welcome(code, "boss", PASSWORD, now=now, **where),
            lambda: accounts.sign_up("ada", PASSWORD, now=now, **where),
            lambda: accounts.sign_up("ada", PASSWORD, now=now, **where),
            lambda: accounts.add("bob", PASSWORD, now=now),
            lambda: accounts.sign_in("ada", PASSWORD, now=now, **where),
            lambda: accounts.sign_in("ada", TYPED, now=now, **where),
            lambda: accounts.sign_in(TYPED, PASSWORD, now=now, **where),
            lambda: accounts.sign_out(self.identity("ada", b"o" * 16), now, whence=WHENCE),
            lambda: accounts.confirm(self.identity("ada"), PASSWORD, now=now, **where),
            lambda: accounts.confirm(self.identity("ada"), TYPED, now=now, **where),
            lambda: accounts.joining.ask("eve@example.org", language="en", now=now, **where),
        )

    def forget(self) -> None:
        """New passwords."""
        accounts, now, where = self.accounts, self.now, self.where
        self.tries(
            lambda: accounts.credentials.change(self.identity("ada"), TYPED, NEW, now=now, **where),
            lambda: accounts.credentials.change(self.identity("ada"), PASSWORD, NEW, now=now, **where),
            lambda: accounts.recovery.ask("ada@example.org", now=now, **where),
            lambda: accounts.recovery.reset(TYPED, PASSWORD, now=now, **where),
            lambda: accounts.recovery.reset(self.link(Kind.RESET, "ada"), PASSWORD, now=now, **where),
            lambda: accounts.recovery.start(self.number("ada"), self.number("boss"), now, whence=WHENCE),
        )

    def move(self) -> None:
        """A new address, and a link to one that is none."""
        accounts, now, where = self.accounts, self.now, self.where
        ada = self.number("ada")
        self.tries(
            lambda: accounts.addresses.ask(accounts.named("ada"), "ada@example.org", language="en", now=now, **where),
            lambda: accounts.addresses.confirm(ada, TYPED, now=now, **where),
            lambda: accounts.addresses.confirm(
                ada, self.link(Kind.ADDRESS, "ada", "ada@example.org"), now=now, **where
            ),
        )

    def invite(self) -> None:
        """Invitations."""
        boss = self.number("boss")
        identifier, code = self.accounts.invitations.make(boss, whence=WHENCE, now=self.now)
        self.accounts.joining.join(code, DOORS, name="eve", password=PASSWORD, now=self.now, **self.where)
        identifier, _ = self.accounts.invitations.make(boss, whence=WHENCE, now=self.now)
        self.accounts.invitations.withdraw(identifier, actor=boss, whence=WHENCE, now=self.now)

    def show_tokens(self) -> None:
        """Personal access tokens."""
        tokens, ada = self.accounts.tokens, self.number("ada")
        made, text = tokens.make(ada, "laptop", ["read"], days=1, known=["read"], now=self.now, **self.where)
        tokens.end(ada, made.id, now=self.now, client=CLIENT)
        self.tries(lambda: tokens.use(text, "read", client=CLIENT, now=self.now))

    def prove(self) -> None:
        """A second factor, and what is typed in its place."""
        accounts, now, where = self.accounts, self.now, self.where
        ada = self.number("ada")
        enrol(accounts, now=now, lineage=b"l" * 16)
        code, *_ = accounts.recovery_codes.make(self.identity("ada"), now=now, **where)
        guess = accounts.guesses.admit(ada, CLIENT, now)
        with accounts._database.write() as connection:
            assert accounts.recovery_codes.use(connection, ada, code, now, **where)
            accounts.guesses.failed(connection, guess, device=DEVICE)
        accounts.totp.remove(self.identity("ada"), password=PASSWORD, now=now, **where)

    def show_passkeys(self) -> None:
        """A passkey, its name, and a copy of it."""
        accounts, now, where = self.accounts, self.now, self.where
        identity = self.identity("ada")
        offer = accounts.passkeys.options_to_make(accounts.named("ada"), party=PARTY, binding=b"l" * 16, now=now)
        self.authenticator = Authenticator()
        made = accounts.passkeys.make(
            identity,
            offer.token,
            self.authenticator.make(offer.options),
            "key",
            party=PARTY,
            binding=b"l" * 16,
            now=now,
            **where,
        )
        accounts.passkeys.rename(identity, made.id, "another", now=now, **where)
        with accounts._database.write() as connection:
            accounts.passkeys.warn(connection, PasskeyCopied(made), now=now, **where)

    def prove_twice(self) -> None:
        """A password and a passkey, a trusted browser, and a reset of what was lost."""
        accounts, now, ada = self.accounts, self.now, self.accounts.named("ada")
        accounts.sign_in("ada", PASSWORD, now=now, **self.where)
        half = accounts.half.begin(ada, ("password",), now=now)
        offer = accounts.passkeys.options_to_show(ada.id, party=PARTY, binding=half.row.half_id, now=now)
        wrong = Answer("passkey", "{}", offer.token, PARTY)
        right = Answer("passkey", self.authenticator.show(offer.options), offer.token, PARTY)
        self.tries(lambda: accounts.second_step.prove(half, wrong, now=now, whence=WHENCE))
        accounts.second_step.prove(half, right, now=now, whence=WHENCE)
        trusted = accounts.trusted
        first = Shown().showing(trusted.begin(Shown(), ada, now, whence=WHENCE), now)
        trusted.use(first, ada, now, whence=WHENCE)
        trusted.use(first, ada, now + 3600, whence=WHENCE)
        trusted.begin(Shown(), ada, now, whence=WHENCE)
        trusted.end_all(ada.id, now, whence=WHENCE)
        boss = self.number("boss")
        for _ in range(2):
            row = accounts.factor_reset.ask(ada.id, actor_id=boss, now=now, whence=WHENCE)
            accounts.factor_reset.call_off(ada.id, now=now, whence=WHENCE, actor_id=boss)
        row = accounts.factor_reset.ask(ada.id, actor_id=boss, now=now, whence=WHENCE)
        accounts.factor_reset.take_effect(ada, now=row.due, whence=WHENCE)

    def hand_off(self) -> None:
        """A way into the application of another host."""
        hand_offs = self.accounts.hand_offs
        code = hand_offs.begin(self.identity("ada"), host=APPLICATION, start="s" * 43, now=self.now)
        claims = hand_offs.read(code, host=APPLICATION, start="s" * 43, now=self.now)
        hand_offs.enter(claims, host=APPLICATION, now=self.now, whence=WHENCE)
        hand_offs.note(self.identity("ada"), host=APPLICATION, now=self.now, whence=WHENCE)

    def lock(self) -> None:
        """So many failures that the name is locked, and the way past it."""
        accounts, where = self.accounts, self.where
        for turn in range(LIMIT):
            self.tries(lambda at=NOW + turn * 60: accounts.sign_in("bob", "x" * 20, now=at, **where))  # type: ignore[misc] # a default binds the turn
        self.tries(
            lambda: accounts.release.ask("bob", now=self.now, **where),
            lambda: accounts.release.use(self.link(Kind.RELEASE, "bob"), UNKNOWN, now=self.now, **where),
        )

    def end(self) -> None:
        """What administrators do, and how an account ends."""
        accounts, now, boss, bob = self.accounts, self.now, self.number("boss"), self.number("bob")
        accounts.administration.set_roles(bob, ["editor"], False, boss, now, whence=WHENCE)
        accounts.administration.disable(bob, actor_id=boss, now=now, whence=WHENCE)
        accounts.administration.enable(bob, actor_id=boss, now=now, whence=WHENCE)
        accounts.sign_ins.end_all(bob, now, whence=WHENCE, actor_id=boss)
        with accounts._database.write() as connection:
            row = connection.execute(
                text(
                    "INSERT INTO signed_in VALUES (:id, :bob, :epoch, :now, :now, :end, :end, '', '', '', 'password')"
                ),
                {"id": bytes(16), "bob": bob, "epoch": accounts.named("bob").epoch, "now": now, "end": now + 1000},
            )
            assert 1 == row.rowcount
        (one,) = accounts.sign_ins.list(bob, now)
        accounts.sign_ins.end(bob, one.id, now, whence=WHENCE, actor_id=boss)
        accounts.export.document(accounts.named("ada"), now=now, **self.where)
        accounts.closing.close(self.identity("ada"), PASSWORD, "ada", now=now, **self.where)


@pytest.fixture
def life(accounts: Accounts) -> Life:
    """A life that has been lived."""
    made = Life(accounts)
    made.live()
    return made


def trail(accounts: Accounts) -> list[Event]:
    """Return every event, the oldest first."""
    return [one.event for one in reversed(accounts.activity.all(limit=1000).entries)]


@pytest.mark.asvs("16.3.1")
def test_every_event_happens(life: Life) -> None:
    """None is only a word in a table, and none is written that the table does not have (ASVS 16.3.1)."""
    assert set(audit.EVENTS) == {one.event for one in trail(life.accounts)}


def test_every_reason_has_words_and_so_has_every_factor(life: Life) -> None:
    """The pages say why, in both languages."""
    found = trail(life.accounts)
    assert {one.reason for one in found} - {"", APPLICATION} <= set(event_words.REASONS)
    assert {factor for one in found for factor in one.factors} <= set(event_words.FACTORS)


@pytest.mark.asvs("16.3.1")
def test_every_event_says_from_where(life: Life) -> None:
    """The address, and the device where a page was asked: tokens are shown by scripts."""
    for one in trail(life.accounts):
        if one.event not in BY_NOBODY:
            assert CLIENT == one.client, one
            assert DEVICE == one.device or one.event.startswith("token-"), one
        else:
            assert ("", "", audit.OPERATOR) == (one.client, one.device, one.actor_id)


@pytest.mark.asvs("16.3.1")
def test_every_event_says_who(life: Life) -> None:
    """The account or, where a name or an address was only typed, a keyed hash; and who acted for somebody else."""
    nobody = {audit.WELCOME_MADE, audit.WELCOME_REFUSED, audit.SIGN_UP_REFUSED, audit.INVITED, audit.RESET_REFUSED}
    nobody |= {audit.INVITATION_WITHDRAWN, audit.TOKEN_REFUSED}
    acted = {
        audit.ROLES_CHANGED,
        audit.DISABLED,
        audit.ENABLED,
        audit.RESET_STARTED,
        audit.INVITED,
        audit.INVITATION_WITHDRAWN,
        audit.SESSION_ENDED,
        audit.SESSIONS_ENDED,
    }
    for one in trail(life.accounts):
        assert one.account_id is not None or one.name_hash is not None or one.event in nobody, one
        assert one.event not in acted or one.actor_id == life.number("boss"), one


@pytest.mark.asvs("16.3.1")
def test_what_proved_somebody_is_written_beside_what_it_let_them_do(life: Life) -> None:
    """Which factor."""
    by = {one.event: one.factors for one in trail(life.accounts) if one.factors}
    proved = {audit.HANDED_OFF, audit.SIGNED_IN, audit.CONFIRMED, audit.WELCOMED, audit.PASSWORD_CHANGED, audit.CLOSED}
    assert dict.fromkeys(proved, ("password",)) == {event: by[event] for event in proved}
    assert ("link",) == by[audit.RESET]


@pytest.mark.asvs("16.2.5", "16.4.1")
@pytest.mark.parametrize("formatter", [TextFormatter(), JSONFormatter()])
def test_attack_31_nothing_that_was_typed_is_in_a_line_of_the_log_or_on_the_disk(
    accounts: Accounts, caplog: pytest.LogCaptureFixture, formatter: logging.Formatter
) -> None:
    """Not by any event: no line break, no colour, no password, no link; one record is one line of plain ASCII."""
    with caplog.at_level(logging.DEBUG):
        Life(accounts).live()
    records = [record for record in caplog.records if record.name == "hardtack.audit"]
    assert set(audit.EVENTS) == {vars(record)["event"] for record in records}
    lines = [formatter.format(record) for record in records]
    for line in lines:
        assert all(" " <= character <= "~" for character in line)
    folder: Path = accounts._database.path.parent
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    for secret in ("hunter2", "forged", "\x1b", "\u202e", PASSWORD, "battery", "another long"):
        assert not any(secret in line for line in lines)
        assert secret == "\x1b" or secret.encode() not in stored
    if isinstance(formatter, JSONFormatter):
        told = [json.loads(line) for line in lines]
        assert {"event", "time", "level", "logger", "at"} <= set(told[0])
        assert all(isinstance(value, str | int) for one in told for value in one.values())


def test_attack_31_what_a_browser_says_of_itself_is_never_in_the_trail(
    accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    """The device is two words of ours; an address that is none is nothing."""
    accounts.add("ada", PASSWORD, now=NOW)
    from hardtack.login.device_names import name_of

    agent = f"Mozilla/5.0 (X11; Linux) Firefox/1.0\r\nforged {TYPED}"
    with caplog.at_level(logging.INFO, "hardtack.audit"):
        accounts.sign_in("ada", PASSWORD, client=f"{CLIENT}\r\nforged", now=NOW, device=name_of(agent))
    event = trail(accounts)[-1]
    assert ("", "firefox/linux") == (event.client, event.device)
    assert "forged" not in str(vars(caplog.records[-1]))


def test_the_operator_closes_an_account_that_is_there_and_no_other(accounts: Accounts) -> None:
    """As its owner would, without their password; the trail says by whom."""
    accounts.add("boss", PASSWORD, administrator=True, now=NOW)
    bob = accounts.add("bob", PASSWORD, now=NOW)
    assert bob == accounts.closing.close_for(bob.id, actor_id=audit.OPERATOR, now=NOW)
    assert (audit.CLOSED, bob.id, audit.OPERATOR) == (
        (last := trail(accounts)[-1]).event,
        last.account_id,
        last.actor_id,
    )
    with pytest.raises(UnknownAccount):
        accounts.closing.close_for(bob.id, actor_id=audit.OPERATOR, now=NOW)
