"""A personal access token in the place of a sign-in, where a view has asked for one by scope (RFC 6750).

A token counts only where it was asked for: nothing of ours that leads a person anywhere reads one, and a view without a
scope never sees it. Where one came and is not good, whoever is signed in besides does not count. It comes in the
``Authorization`` field alone, never in an address or a form (RFC 6750 §2.3; ASVS 14.2.1).
"""

from __future__ import annotations

from hardtack.errors import MisuseError
from hardtack.login.tokens import PREFIX, Tokens, TokenScopeMissing, TokenUse, TokenWrong
from hardtack.message import Request
from hardtack.status import Unauthorized
from hardtack.status.errors import challenge
from hardtack.status.scope import are_scopes

SCHEME = "Bearer"


def check_scope(scope: str | None) -> None:
    """Look whether *scope* can be the name of one, where a program names it.

    Raises:
        MisuseError: it cannot.
    """
    if scope is not None and not are_scopes((scope,)):
        raise MisuseError(
            f"token_scope: {scope!r:.80} is no scope", 'write a short name such as "read", in small letters'
        )


def token_in(request: Request) -> str | None:
    """Return the token that *request* shows, or ``None`` if it shows none of ours; what came twice is one of nobody."""
    fields = request.headers.all("authorization")
    if not fields:
        return None
    scheme, _, text = fields[0].partition(" ")
    if scheme.lower() != SCHEME.lower() or not text.strip().startswith(PREFIX):
        return None
    return text.strip() if len(fields) == 1 else ""


def use(tokens: Tokens, request: Request, text: str, scope: str, *, realm: str, now: int) -> TokenUse:
    """Return who shows the token *text*, if it is good for *scope*.

    Args:
        tokens: of all accounts.
        request: what it came with.
        text: as ``token_in`` returned it.
        scope: what it is wanted for.
        realm: what is protected.
        now: Unix seconds.

    Raises:
        TokenWrong: it is no token, or none any more; with the challenge that says so.
        TokenScopeMissing: it is not good for this; likewise.
        TooManyAttempts: the client has shown too many that were none.
    """
    try:
        return tokens.use(text, scope, client=request.client, now=now)
    except TokenWrong as error:
        error.headers = Unauthorized(challenge=[challenge(SCHEME, realm=realm, error="invalid_token")]).headers
        raise
    except TokenScopeMissing as error:
        # RFC 9110 §11.6.1: the field may stand on other answers than 401.
        said = challenge(SCHEME, realm=realm, error="insufficient_scope", scope=scope)
        error.headers = Unauthorized(challenge=[said]).headers
        raise
