"""Personal access tokens: what a script shows in the place of a person who signs in.

A token is ``ht_``, 160 random bits and a checksum, in base32 as RFC 4648 §6 has it, in small letters: so that it is
recognised where it does not belong (in a repository, in a log), and a mistyped one is told without a look at the
database. Only its SHA-256 is kept; the text is shown once. It has scopes, which the application that takes it asks for
by name, and an end. It is no session: it signs nobody in, proves no factor, and is good for no page of ours.

Each use looks at the token and at its account, so that it ends at once with either of them: ended, expired, disabled,
closed (attack 6). A text that is well-formed and no token is counted for its client, like any other guess.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hardtack.errors import Refused, Text
from hardtack.login import audit
from hardtack.login.credentials import require_held
from hardtack.login.outbox import Notice, Order
from hardtack.login.services import Services
from hardtack.login.throttle import TooManyAttempts
from hardtack.session import Identity
from hardtack.store import tokens as rows
from hardtack.store.accounts import Account
from hardtack.store.tokens import Token

PREFIX = "ht_"
RANDOM_BYTES = 20
MOST_TOKENS = 50
"""Tokens that one account may have at a time."""

MOST_LABEL = 64
"""Characters of the name that its owner gives it."""

MOST_DAYS = 365
DAY = 86_400

_CHECKSUM = 6
_BODY = RANDOM_BYTES * 8 // 5
_FORM = re.compile(rf"{PREFIX}[a-z2-7]{{{_BODY + _CHECKSUM}}}")


class TokenWrong(Refused):
    """The token is none, or no more; which of it, nobody is told (RFC 6750 §3.1: ``invalid_token``)."""

    status = 401
    slug = "token-wrong"

    def __init__(self, reason: str) -> None:
        super().__init__(
            {
                "en": "This access token is not good: it is mistyped, was ended or has expired.",
                "zh": "此访问令牌无效：可能输入有误、已被撤销或已过期。",
            },
            reason=f"token-{reason}",
        )


class TokenScopeMissing(Refused):
    """The token is good, but not for this (RFC 6750 §3.1: ``insufficient_scope``)."""

    status = 403
    slug = "token-scope-missing"

    def __init__(self, scope: str) -> None:
        super().__init__(
            {
                "en": f"This access token may not be used for this: it needs the scope {scope}.",
                "zh": f"此访问令牌不能用于此操作：需要权限范围 {scope}。",
            },
            reason="token-scope-missing",
        )
        self.scope = scope


class BadToken(Refused):
    """What was asked for cannot be a token; ``fields`` says why."""

    status = 422
    slug = "bad-token"

    def __init__(self, field: str, text: Text) -> None:
        super().__init__(text, reason=f"bad-token-{field}", fields={field: text})


_LABEL = {
    "en": f"Give it a name of 1 to {MOST_LABEL} characters, such as the machine that will use it.",
    "zh": f"请填写 1 到 {MOST_LABEL} 个字符的名称，例如将要使用它的机器。",
}
_SCOPES = {
    "en": "Choose at least one of the scopes that there are.",
    "zh": "请至少选择一个现有的权限范围。",
}
_DAYS = {
    "en": f"Choose an end between 1 and {MOST_DAYS} days from now.",
    "zh": f"有效期请在 1 到 {MOST_DAYS} 天之间选择。",
}
_TOO_MANY = {
    "en": f"You have {MOST_TOKENS} tokens already. End one that is not used any more.",
    "zh": f"您已有 {MOST_TOKENS} 个令牌，请先撤销不再使用的令牌。",
}


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Who uses a token, and what for.

    Args:
        account: whose it is.
        token: which it is.
    """

    account: Account
    token: Token


def parse(text: str) -> bytes | None:
    """Return the hash of the token *text*, by which it is found; ``None`` if it is no token. Never raises."""
    if len(text) != len(PREFIX) + _BODY + _CHECKSUM or not _FORM.fullmatch(text):
        return None
    body, checksum = text[:-_CHECKSUM], text[-_CHECKSUM:]
    if not hmac.compare_digest(_checksum(body), checksum):
        return None
    return hashlib.sha256(text.encode("ascii")).digest()


def _new() -> str:
    body = PREFIX + _base32(secrets.token_bytes(RANDOM_BYTES))
    return body + _checksum(body)


def _checksum(body: str) -> str:
    return _base32(hashlib.sha256(body.encode("ascii")).digest())[:_CHECKSUM]


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=").lower()


class Tokens:
    """The personal access tokens of all accounts.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def make(
        self,
        account_id: int,
        label: str,
        scopes: Sequence[str],
        *,
        days: int,
        known: Collection[str],
        client: str,
        now: int,
        language: str = "",
        device: str = "",
        identity: Identity | None = None,
    ) -> tuple[Token, str]:
        """Make a token and return it with its text, which nobody can show again.

        Args:
            account_id: whose it will be.
            label: what its owner calls it.
            scopes: what it may be used for.
            days: after how many days it ends.
            known: the scopes that there are.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            language: in which its owner is told, where nobody knows theirs.
            device: browser and system of who asks, in words of ours.
            identity: who asks, as a session says it, where it is one: a reset that has ended the session and all tokens
                meanwhile leaves no new one behind.

        Raises:
            BadToken: one of these cannot be used, or there are too many already.
            SessionOver: the session is over.
        """
        named = " ".join(label.split())
        if not 0 < len(named) <= MOST_LABEL or not named.isprintable():
            raise BadToken("label", _LABEL)
        if not scopes or not set(scopes) <= set(known):
            raise BadToken("scopes", _SCOPES)
        if not 1 <= days <= MOST_DAYS:
            raise BadToken("days", _DAYS)
        text = _new()
        hashed = parse(text)
        assert hashed is not None  # noqa: S101 - what was just made is well-formed
        services = self._services
        with services.database.write() as connection:
            require_held(services, connection, identity)
            rows.prune(connection, now)
            if rows.count(connection, account_id) >= MOST_TOKENS:
                raise BadToken("label", _TOO_MANY)
            token = rows.add(
                connection,
                account_id=account_id,
                hashed=hashed,
                label=named,
                scopes=scopes,
                created=now,
                until=now + days * DAY,
            )
            event = services.trail.write(
                connection, audit.TOKEN_MADE, now=now, account_id=account_id, client=client, device=device
            )
            found = services.rows.by_id(connection, account_id)
            if found is not None and found.account.email is not None:
                order = Order(
                    notice=Notice.TOKEN_MADE,
                    at=now,
                    account=account_id,
                    language=language,
                    client=client,
                    device=device,
                    detail=named,
                )
                services.outbox.put(connection, order)
        services.trail.tell(event)
        return token, text

    def of(self, account_id: int) -> tuple[Token, ...]:
        """Return the tokens of an account, the newest first."""
        with self._services.database.read() as connection:
            return rows.of(connection, account_id)

    def end(
        self,
        account_id: int,
        token_id: int,
        *,
        now: int,
        client: str = "",
        device: str = "",
        actor_id: int | None = None,
    ) -> bool:
        """End a token of an account at once; return whether it had it.

        Args:
            account_id: whose it must be.
            token_id: which it is.
            now: Unix seconds.
            client: the network address.
            device: browser and system of who asks, in words of ours.
            actor_id: who does it, where that is not its owner.
        """
        services = self._services
        with services.database.write() as connection:
            if not rows.end(connection, account_id, token_id):
                return False
            event = services.trail.write(
                connection,
                audit.TOKEN_ENDED,
                now=now,
                account_id=account_id,
                client=client,
                device=device,
                actor_id=actor_id,
            )
        services.trail.tell(event)
        return True

    def use(self, text: str, scope: str, *, client: str, now: int) -> TokenUse:
        """Return who shows the token *text*, if it is good for *scope*.

        Args:
            text: as it came, of any length.
            scope: what it is wanted for.
            client: the network address, after trusted proxies.
            now: Unix seconds.

        Raises:
            TokenWrong: it is no token, or none any more.
            TokenScopeMissing: it is one, and not for this.
            TooManyAttempts: the client has shown too many that were none.
        """
        hashed = parse(text)
        if hashed is None:
            raise TokenWrong("malformed")
        services = self._services
        with services.database.read() as connection:
            token = rows.by_hash(connection, hashed)
            found = None if token is None else services.rows.by_id(connection, token.account_id)
        reason = _reason(token, found.account if found else None, now)
        if token is None or found is None or reason:
            self._refuse(token, reason, client=client, now=now)
            raise TokenWrong(reason)
        if scope not in token.scopes:
            raise TokenScopeMissing(scope)
        if token.due(now):
            with services.database.write() as connection:
                rows.touch(connection, token, now)
        return TokenUse(found.account, token)

    def _refuse(self, token: Token | None, reason: str, *, client: str, now: int) -> None:
        services = self._services
        places = services.throttle.client(client)
        with services.database.write() as connection:
            refusal = services.throttle.take(connection, places, now)
            event = None
            if refusal is None or refusal.first:
                event = services.trail.write(
                    connection,
                    audit.TOKEN_REFUSED,
                    now=now,
                    account_id=None if token is None else token.account_id,
                    client=client,
                    reason=reason if refusal is None else "throttled",
                )
        if event is not None:
            services.trail.tell(event)
        if refusal is not None:
            raise TooManyAttempts(refusal.retry_after)


def _reason(token: Token | None, account: Account | None, now: int) -> str:
    """Return why a token is not good, for the trail alone; ``""`` if it is."""
    if token is None:
        return "unknown"
    if token.until is not None and token.until <= now:
        return "expired"
    if account is None:
        return "closed"
    return "disabled" if account.disabled else ""
