"""One request of somebody who may be signed in: who it is, whether that is enough, and what changes it.

Who must be signed in, or must have been a moment ago, is asked here once for all frameworks: a person's browser is led
to our page and back, a script is told where to go (401). Nothing in it knows a framework.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from hardtack.adapters.bearer import token_in, use
from hardtack.adapters.visits import Elsewhere, Visit, check_max_age
from hardtack.errors import Refused
from hardtack.login import Account, Whence, WrongCredentials
from hardtack.login.tokens import TokenUse
from hardtack.message import Response
from hardtack.site import answers, next_url
from hardtack.site.enter import enter, whence
from hardtack.site.services import STEP_UP
from hardtack.status import Unauthorized
from hardtack.status.elsewhere import see_other
from hardtack.status.errors import challenge

if TYPE_CHECKING:
    from hardtack.adapters.sign_in import SignIn


@dataclass(slots=True)
class SignedVisit(Visit):
    """One request of one visitor, who may be signed in.

    Args:
        changed: called when it changes who it is, by a host that keeps that in a place of its own, too.
    """

    changed: Callable[[], None] | None = field(default=None, repr=False)

    token: TokenUse | None = None
    """The personal access token that counts for this request, once a view has asked for one."""
    _account: Account | None = None

    @property
    def account(self) -> Account | None:
        """The account of whoever is signed in, or ``None``; read from the store once in a request, so it may wait.

        Once the answer has begun, as in a WebSocket that is open, it is ``None`` as soon as the sign-in has been ended.

        Raises:
            ServiceUnavailable: nobody can tell at this moment whether the sign-in has been ended.
            StoreUnavailable: the store does not answer.
        """
        if self.token is not None:
            return self.token.account
        identity = self.identity
        if identity is None or self.has_ended():
            return None
        if self._account is None or self._account.id != identity.account:
            try:
                self._account = self._sign_in.accounts.get(identity.account)
            except Refused as error:
                # Kept, since a template may take the exception for "nobody is signed in".
                raise self.deciding(error) from None
        return self._account

    def require(self, token_scope: str | None = None) -> Account:
        """Return the account of whoever is signed in, or of whoever shows a token.

        Args:
            token_scope: what a personal access token must be good for to stand for a sign-in; ``None``: none does.

        Raises:
            Elsewhere: nobody is, and a person's browser is led to the sign-in page and back.
            Unauthorized: nobody is, and the request is a script's.
            Refused: a token came that is not good for this (401, 403, 429).
        """
        text = None if token_scope is None else token_in(self.request)
        if token_scope is not None and text is not None:
            return self._shown(text, token_scope)
        # A token that another part of the application has asked for is none here, and proves nothing recently.
        account = self.account if self.token is None else None
        if account is None:
            raise self._led("/sign-in", "not-signed-in")
        return account

    def _shown(self, text: str, scope: str) -> Account:
        owner = self._sign_in
        try:
            used = use(owner.accounts.tokens, self.request, text, scope, realm=owner.settings.realm, now=self.moment)
        except Refused as error:
            raise self.deciding(error) from None
        self.token = used
        # What a token lets see is for whoever has it.
        self.session.accessed = True
        self._became(None)
        return used.account

    def require_recent(self, max_age: int | None = None) -> Account:
        """Return the account of whoever has proved to be its owner a moment ago.

        Args:
            max_age: seconds; ``None`` for the setting ``recent_sign_in``.

        Raises:
            Elsewhere: they have not, and a person's browser is led to the page that asks for the password, and back.
            Unauthorized: they have not, and the request is a script's.
            MisuseError: *max_age* is no whole number above zero.
        """
        check_max_age(max_age)
        account = self.require()
        identity = self.identity
        limit = self._sign_in.settings.recent_sign_in if max_age is None else max_age
        if identity is None or self.session.superseded or self.moment - identity.authenticated_at > limit:
            raise self._led("/account/confirm", "sign-in-not-recent", limit)
        return account

    def sign_in(self, account: Account, *, keep: bool = False, authenticated_at: int | None = None) -> None:
        """Make *account* the one who is signed in; whoever was before is signed out everywhere.

        Args:
            account: who it is.
            keep: whether they asked to be kept signed in.
            authenticated_at: when they proved it, where that was not now (Unix seconds; 0: nobody knows).

        Raises:
            ServiceUnavailable, StoreUnavailable: what was before cannot be ended, or the new sign-in not written down.
        """
        owner = self._sign_in
        cookie = owner.site.known
        known = owner.accounts.devices.remember(cookie.read(self.visitor), account.id, self.now)
        self._end()
        # What tied forms to the visitor ends with the sign-in; a form from before it is worth nothing.
        self.set_cookies += self.visitor.forget()
        cookie.put(known, self.visitor, self.set_cookies)
        enter(
            self.visitor.session,
            account,
            accounts=owner.accounts,
            sessions=owner.sessions,
            whence=self._whence,
            keep=keep,
            authenticated_at=authenticated_at,
            now=self.now,
        )
        self._became(account)

    def authenticate(self, name: str, password: str) -> Account:
        """Return the account of *name* and *password*, for a form of the application's own; ``sign_in`` comes after it.

        Raises:
            Refused: as ``hardtack.login.sign_in`` decides; wrong credentials with the challenge of a 401.
        """
        owner = self._sign_in
        try:
            return owner.accounts.sign_in(
                name,
                password,
                client=self.request.client,
                now=self.now,
                known=owner.site.known.read(self.visitor),
                device=self._whence.device,
            )
        except WrongCredentials as error:
            said = challenge("Session", realm=owner.settings.realm, sign_in=f"{owner.prefix}/sign-in")
            error.headers = Unauthorized(challenge=[said]).headers
            raise

    def sign_out(self) -> None:
        """End the sign-in everywhere, then forget it and the application's data here; 503 where it cannot be ended."""
        self._end()
        self.session.sign_out()
        self._became(None)

    def _became(self, account: Account | None) -> None:
        self._account = account
        if self.changed is not None:
            self.changed()

    @property
    def _sign_in(self) -> SignIn:
        # SignIn alone makes signed visits.
        return cast("SignIn", self.visits)

    @property
    def _whence(self) -> Whence:
        return whence(self.request, self._sign_in.settings.place_header)

    def _end(self) -> None:
        # Asked so that it raises: a cookie that cannot be judged now would stay good in every copy of it.
        identity = self.identity
        if identity is not None:
            last_end = self.visits.sessions.last_end(identity)
            self._sign_in.accounts.sign_out(identity, self.now, until=last_end, whence=self._whence)

    def _led(self, page: str, reason: str, max_age: int | None = None) -> Exception:
        """Return what leads the visitor to *page* and back, by who asks: a person or a script."""
        address = self._sign_in.prefix + page
        if answers.navigates(self.request) and not answers.speaks_json(self.request):
            back = next_url.back(self.request, origin=self.origin, default=self._sign_in.home)
            status, headers = see_other(f"{address}?{urlencode({'next': back}, safe='/')}")
            return self.deciding(Elsewhere(Response(status, list(headers.items()))))
        said = challenge("Session", realm=self._sign_in.settings.realm, sign_in=address)
        if max_age is not None:
            said += f', error="{STEP_UP}", max_age={max_age}'
        return self.deciding(Unauthorized(challenge=[said], reason=reason))
