"""One request of somebody who may be signed in: who it is, whether that is enough, and what changes it.

Who must be signed in, or must have been a moment ago, is asked here once for all frameworks: a person's browser is led
to our page and back, a script is told where to go (401). A form of the application's own signs in by the way that our
pages take (``site.way_in``): where the account needs another factor, nobody is signed in yet, and the visitor is led to
the page that asks for it. Nothing in it knows a framework.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from hardtack.adapters.bearer import token_in, use
from hardtack.adapters.recent import check_recent
from hardtack.adapters.visits import Elsewhere, Visit
from hardtack.errors import Refused
from hardtack.login import Account, WrongCredentials
from hardtack.login.factors import PASSWORD, Need
from hardtack.login.tokens import TokenUse
from hardtack.message import Response
from hardtack.session import csrf
from hardtack.site import answers, next_url, step_up, way_in, way_out
from hardtack.site.enter import NotEnough
from hardtack.site.services import Services
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
    _admitted: dict[int, tuple[str, ...]] = field(default_factory=dict, repr=False)

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
            raise self._led()
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

    def require_recent(self, max_age: int | None = None, factor: str | None = None) -> Account:
        """Return the account of whoever has proved to be its owner a moment ago.

        Args:
            max_age: seconds; ``None`` for the setting ``recent_sign_in``.
            factor: what the last proof must have been: ``"second"``, anything that its owner has beside the password,
                or ``"passkey"``; ``None``: any. A trusted device has proved nothing.

        Raises:
            Elsewhere: they have not, and a person's browser is led to the page that asks for it, and back.
            Unauthorized: they have not, and the request is a script's.
            MisuseError: *max_age* is no whole number above zero, or *factor* is none of these words.
        """
        check_recent(max_age, factor)
        account = self.require()
        identity = self.identity
        limit = self._sign_in.settings.recent_sign_in if max_age is None else max_age
        recent = (
            identity is not None
            and not self.session.superseded
            and step_up.is_recent(identity, factor, now=self.moment, max_age=limit)
        )
        if not recent:
            raise self._asked_again(factor, limit)
        return account

    def sign_in(
        self, account: Account, *, keep: bool = False, authenticated_at: int | None = None, onward: str | None = None
    ) -> None:
        """Make *account* the one who is signed in; whoever was before is signed out everywhere.

        Where it needs more than a password, nothing is changed: what begins is half a sign-in, which our page ends.

        Args:
            account: who it is.
            keep: whether they asked to be kept signed in.
            authenticated_at: when they proved it, where that was not now (Unix seconds; 0: nobody knows).
            onward: where our page of the second factor leads to in the end, as a form or a query named it; an address
                of another site is none. ``None``: this page, and after a form the start page.

        Raises:
            Elsewhere: a second factor is needed, and a person's browser is led to the page for it.
            Unauthorized: likewise, and the request is a script's.
            ServiceUnavailable, StoreUnavailable: what was before cannot be ended, or the new sign-in not written down.
        """
        # Asked so that it raises: a cookie that cannot be judged now would stay good in every copy of it.
        _ = self.identity
        services = self._services
        need = way_in.sign_in(
            services,
            account,
            factors=self._admitted.get(account.id, (PASSWORD,)),
            keep=keep,
            onward=self._onward(onward),
            authenticated_at=authenticated_at,
        )
        if need is not Need.NOTHING:
            raise self._half(services, need)
        self._became(account)

    def admit(self, account: Account, *, onward: str | None = None) -> None:
        """Let whoever has just given the password of *account* pass as its owner, without a sign-in, if that is enough.

        For a framework that asks who somebody is before it signs them in. Whoever is signed in as it has proved it.

        Args:
            account: as ``authenticate`` returned it.
            onward: as for ``sign_in``.

        Raises:
            Elsewhere, Unauthorized: a second factor is needed, as for ``sign_in``.
        """
        identity = self.identity
        if identity is None or identity.account != account.id:
            services = self._services
            factors, need = way_in.admit(services, account, onward=self._onward(onward))
            if need is not Need.NOTHING:
                raise self._half(services, need)
            self._admitted[account.id] = factors

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
                device=self._services.whence.device,
            )
        except WrongCredentials as error:
            said = challenge("Session", realm=owner.settings.realm, sign_in=f"{owner.prefix}/sign-in")
            error.headers = Unauthorized(challenge=[said]).headers
            raise

    def sign_out(self) -> None:
        """End the sign-in everywhere, then forget it and the application's data here; 503 where it cannot be ended."""
        _ = self.identity  # as in sign_in
        way_out.leave(self._services)
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
    def _services(self) -> Services:
        """What our pages have of this request; the cookies that they set go with its answer."""
        owner = self._sign_in
        services = owner.site.around(self.request, self.visitor, owner.sessions, self.now)
        services.set_cookies = self.set_cookies
        return services

    @property
    def _is_a_person(self) -> bool:
        return answers.navigates(self.request) and not answers.speaks_json(self.request)

    @property
    def _back(self) -> str:
        return next_url.back(self.request, origin=self.origin, default=self._sign_in.home)

    def _onward(self, asked: str | None) -> str:
        """Return where to go after a second factor; never by the Referer, which after a form is the form's page."""
        reads = self.request.method in csrf.SAFE_METHODS
        return next_url.destination(asked, origins=(self.origin,), default=self._back if reads else self._sign_in.home)

    def _sent(self, address: str) -> Exception:
        status, headers = see_other(address)
        return self.deciding(Elsewhere(Response(status, list(headers.items()))))

    def _refused(self, said: str, reason: str) -> Exception:
        return self.deciding(Unauthorized(challenge=[said], reason=reason))

    def _led(self) -> Exception:
        """Return what leads the visitor to the sign-in and back, by who asks: a person or a script."""
        address = self._sign_in.prefix + "/sign-in"
        if self._is_a_person:
            return self._sent(f"{address}?{urlencode({'next': self._back}, safe='/')}")
        return self._refused(challenge("Session", realm=self._sign_in.settings.realm, sign_in=address), "not-signed-in")

    def _asked_again(self, factor: str | None, max_age: int) -> Exception:
        """Return what leads the visitor to a proof once more, and back."""
        address = self._sign_in.prefix + step_up.PAGE
        if self._is_a_person:
            return self._sent(step_up.page(address, self._back, factor))
        realm = self._sign_in.settings.realm
        return self._refused(step_up.demand(realm, address, factor, max_age), "sign-in-not-recent")

    def _half(self, services: Services, need: Need) -> Exception:
        """Return what leads the visitor on to the other factor; the half-done sign-in goes along as a cookie."""
        address = services.url(way_in.PAGES[need])
        if self._is_a_person:
            return self._sent(address)
        said = challenge("Session", realm=self._sign_in.settings.realm, error=NotEnough.slug, sign_in=address)
        return self._refused(said, NotEnough.slug)
