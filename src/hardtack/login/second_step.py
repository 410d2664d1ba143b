"""The second factor, at the sign-in that waits for it and where whoever is signed in proves again to be it.

Whose factor it must be follows from the half-done sign-in, or from the session, and from nothing that is sent (attacks
25 and 26). A guess is counted before it is looked at, a code for the account and a passkey for the client; then one
transaction looks whether the sign-in, or the session, is good still, looks at the answer, which counts once, and writes
what came of it. A wrong answer is counted for the half-done sign-in, too: at the fifth it is over.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit, codes, factor_reset
from hardtack.login.ceremonies import CeremonyOver
from hardtack.login.codes import WrongCode, WrongRecoveryCode
from hardtack.login.credentials import SessionOver, require_held
from hardtack.login.factors import RECOVERY_CODE, TOTP
from hardtack.login.guesses import Guess, Guesses
from hardtack.login.half import Half, HalfOver, HalfSignIns
from hardtack.login.passkey_errors import PasskeyCopied, PasskeyWrong
from hardtack.login.passkeys import Passkeys
from hardtack.login.recovery_codes import RecoveryCodes
from hardtack.login.services import Services
from hardtack.login.sign_ins import NOWHERE, Whence
from hardtack.login.throttle import TooManyAttempts
from hardtack.login.totp import Totp
from hardtack.login.webauthn import Party
from hardtack.session import Identity
from hardtack.store.accounts import Account


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody gives to prove a factor.

    Args:
        factor: which: ``totp``, ``recovery-code`` or ``passkey``.
        code: as typed; of a passkey, what the browser answered, in JSON.
        token: the ceremony that a passkey answers to.
        party: who has asked for a passkey.
    """

    factor: str
    code: str
    token: str = ""
    party: Party | None = None

    def __repr__(self) -> str:
        # A code stays out: representations end up in logs.
        return f"<Answer by {self.factor}>"


@dataclass(frozen=True, slots=True)
class _Asked:
    account_id: int
    answer: Answer
    # A lineage, or what a half-done sign-in is named by: representations end up in logs.
    binding: bytes = field(repr=False)
    now: int
    whence: Whence
    language: str


class SecondStep:
    """Looks at second factors.

    Args:
        services: the parts to work with.
        guesses: counts codes.
        totp: looks at those of authenticator apps.
        recovery_codes: looks at those on paper.
        passkeys: looks at passkeys.
    """

    def __init__(
        self, services: Services, guesses: Guesses, totp: Totp, recovery_codes: RecoveryCodes, passkeys: Passkeys
    ) -> None:
        self._services = services
        self._guesses = guesses
        self._totp = totp
        self._recovery_codes = recovery_codes
        self._passkeys = passkeys
        self._half = HalfSignIns(services)

    def prove(self, half: Half, answer: Answer, *, now: int, whence: Whence = NOWHERE, language: str = "") -> Half:
        """Return the half-done sign-in with the factor among what is proved.

        Args:
            half: the sign-in that waits for it.
            answer: what was given.
            now: Unix seconds.
            whence: where that was.
            language: of the request.

        Raises:
            HalfOver: the sign-in is good no more, or this was the last wrong answer that it bears.
            TooManyAttempts, TooManyCodes: nothing was looked at.
            Refused: the answer is not right.
        """
        guess = self._admit(half.account.id, answer, now, whence)
        with self._services.database.write() as connection:
            half = self._half.require(connection, half, now)
            asked = _Asked(half.account.id, answer, half.row.half_id, now, whence, language)
            wrong = self._look(connection, asked)
            self._count(connection, guess, asked, wrong)
            if wrong is None:
                half = self._half.prove(connection, half, answer.factor)
                self._note(connection, audit.SECOND_FACTOR_PROVED, asked)
            elif self._half.fail(connection, half):
                wrong = HalfOver()
        if wrong is not None:
            raise wrong
        return half

    def confirm(
        self, identity: Identity, answer: Answer, *, now: int, whence: Whence = NOWHERE, language: str = ""
    ) -> Account:
        """Return the account of *identity*, if the answer is its own and its session is good.

        Args:
            identity: who is signed in, as a session says it.
            answer: what was given.
            now: Unix seconds.
            whence: where that was.
            language: of the request.

        Raises:
            SessionOver: the session is over.
            TooManyAttempts, TooManyCodes: nothing was looked at.
            Refused: the answer is not right.
        """
        services = self._services
        guess = self._admit(identity.account, answer, now, whence)
        with services.database.write() as connection:
            require_held(services, connection, identity)
            found = services.rows.by_id(connection, identity.account)
            asked = _Asked(identity.account, answer, identity.lineage, now, whence, language)
            wrong = self._look(connection, asked)
            self._count(connection, guess, asked, wrong)
            if wrong is None:
                self._note(connection, audit.CONFIRMED, asked)
                if answer.factor != RECOVERY_CODE:
                    # Who has shown the factor has not lost it.
                    factor_reset.end(services, connection, identity.account, now=now, whence=whence, reason="confirmed")
        if wrong is not None or found is None:
            raise wrong or SessionOver
        return found.account

    def _admit(self, account_id: int, answer: Answer, now: int, whence: Whence) -> Guess | None:
        """Count a code before it is looked at, unless it can be nobody's.

        A passkey cannot be guessed, so it is counted for the client alone: nobody has us verify signatures for ever.
        """
        if answer.party is not None:
            self._take_a_place(account_id, answer, now, whence)
            return None
        (codes.app if answer.factor == TOTP else codes.recovery)(answer.code)
        return self._guesses.admit(account_id, whence.client, now, factor=answer.factor, device=whence.device)

    def _take_a_place(self, account_id: int, answer: Answer, now: int, whence: Whence) -> None:
        throttle = self._services.throttle
        with self._services.database.write() as connection:
            refusal = throttle.take(connection, throttle.client(whence.client), now)
            if refusal is not None and refusal.first:
                asked = _Asked(account_id, answer, b"", now, whence, "")
                self._note(connection, audit.SECOND_FACTOR_REFUSED, asked, reason="throttled")
        if refusal is not None:
            raise TooManyAttempts(refusal.retry_after)

    def _look(self, connection: Connection, asked: _Asked) -> Refused | None:
        """Return what is wrong with an answer; ``None``: nothing, and it has counted."""
        answer, now = asked.answer, asked.now
        if answer.party is not None:
            return self._shown(connection, answer, answer.party, asked)
        if answer.factor == TOTP:
            return None if self._totp.verify(connection, asked.account_id, answer.code, now) else WrongCode()
        used = self._recovery_codes.use(
            connection,
            asked.account_id,
            answer.code,
            now,
            client=asked.whence.client,
            device=asked.whence.device,
            language=asked.language,
        )
        return None if used else WrongRecoveryCode()

    def _shown(self, connection: Connection, answer: Answer, party: Party, asked: _Asked) -> Refused | None:
        """Return what is wrong with a passkey, and write it down."""
        try:
            self._passkeys.verify(
                connection,
                asked.account_id,
                answer.token,
                answer.code,
                party=party,
                binding=asked.binding,
                now=asked.now,
            )
        except (PasskeyWrong, CeremonyOver) as wrong:
            if isinstance(wrong, PasskeyCopied):
                whence = asked.whence
                self._passkeys.warn(connection, wrong, client=whence.client, device=whence.device, now=asked.now)
            self._note(connection, audit.SECOND_FACTOR_REFUSED, asked, reason=wrong.reason)
            return wrong
        return None

    def _count(self, connection: Connection, guess: Guess | None, asked: _Asked, wrong: Refused | None) -> None:
        """Write what came of a guess; a passkey that was right gives its place back."""
        throttle = self._services.throttle
        if guess is None:
            if wrong is None:
                throttle.give_back(connection, throttle.client(asked.whence.client), asked.now)
        elif wrong is None:
            self._guesses.passed(connection, guess)
        else:
            self._guesses.failed(connection, guess, device=asked.whence.device, language=asked.language)

    def _note(self, connection: Connection, event: str, asked: _Asked, *, reason: str = "") -> None:
        trail = self._services.trail
        written = trail.write(
            connection,
            event,
            now=asked.now,
            account_id=asked.account_id,
            client=asked.whence.client,
            device=asked.whence.device,
            reason=reason,
            factors=(asked.answer.factor,),
        )
        trail.tell_after_commit(connection, written)
