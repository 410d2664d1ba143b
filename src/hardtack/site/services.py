"""What a page is given: one request's view of the site's parts.

A page reads who is signed in, what the browser shows and where things are, makes tokens and renders through here, so
that each of these is done one way. What it demands of whoever is signed in is in ``demands``; how a sign-in begins,
goes on and ends in ``way_in``, ``renewal`` and ``way_out``. Nothing here knows a particular page. The view lives for
one request and belongs to it alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.login import Account, Accounts, Known, TooManyFailures, Whence
from hardtack.login.names import fold
from hardtack.login.sign_ins import NOWHERE
from hardtack.login.trusted import Shown as ShownTrust
from hardtack.message import Request, Response
from hardtack.session import Identity
from hardtack.session.revocation import RETRY_AFTER
from hardtack.session.visitor import Visitor
from hardtack.site import answers, assets, enter, forms, next_url, shell, texts, unexpected
from hardtack.site.assets import Assets
from hardtack.site.parts import Parts
from hardtack.site.settings import Settings
from hardtack.site.texts import Texts
from hardtack.status import ServiceUnavailable
from hardtack.status.errors import challenge
from hardtack.status.trace import Trace

COOKIE_PROBLEMS = {
    "expired": "cookie.expired",
    "revoked": "cookie.revoked",
    "malformed": "cookie.damaged",
    "forged": "cookie.damaged",
    "unknown-key": "cookie.foreign",
    "below-assurance": "cookie.below",
}
"""What a visitor is told about a refused identity cookie, by the reason in the log; every other one is "unclear"."""


@dataclass(slots=True)
class Services:
    """One request's view of the site.

    Args:
        parts: what lives as long as the site.
        path: the request's path below the prefix.
        here: the address of the page itself, as a link that comes back to it.
        language: ``en`` or ``zh``.
        now: Unix seconds.
        origin: our origin, as the visitor's browser sees it.
        host: the host that the request was sent to.
        request: what was asked; ``None`` where nobody asked over HTTP.
        visitor: the browser; ``None`` where nobody's cookies were looked at.
        form: what was sent, on unsafe methods.
        set_cookies: Set-Cookie values that go with the answer.
        told: whether the visitor was told that their identity cookie was refused, so that it can go.
        entered: whether somebody has signed in with this request.
        trace: where to note why the answer is what it is; ``None``: nowhere.
        abroad: whether the answer is shown on the host of an application, where of our addresses there are but a few.
    """

    parts: Parts
    path: str
    here: str
    language: str
    now: int
    origin: str
    host: str = ""
    request: Request | None = None
    visitor: Visitor | None = None
    form: forms.Form = field(default_factory=forms.Form)
    set_cookies: list[str] = field(default_factory=list)
    told: bool = False
    entered: bool = False
    trace: Trace = None
    abroad: bool = False
    _account: Account | None = None
    _known: Known | None = None
    _trusted: ShownTrust | None = None
    _whence: Whence | None = None

    @property
    def accounts(self) -> Accounts:
        """The account store."""
        return self.parts.accounts

    @property
    def settings(self) -> Settings:
        """What the operator set."""
        return self.parts.settings

    @property
    def texts(self) -> Texts:
        """What the pages say."""
        return self.parts.shell.texts

    @property
    def assets(self) -> Assets:
        """The style sheet, the scripts and the mark."""
        return self.parts.shell.files

    @property
    def identity(self) -> Identity | None:
        """Who the cookie says is signed in, if it can be believed."""
        return None if self.visitor is None else self.visitor.identity

    @property
    def account(self) -> Account | None:
        """The signed-in visitor's account, read from the store once."""
        if self._account is None and self.identity is not None:
            self._account = self.accounts.get(self.identity.account)
        return self._account

    @property
    def whence(self) -> Whence:
        """Where the request comes from: address, device and place, as far as they can be told."""
        if self._whence is None:
            place = self.settings.place_header
            self._whence = NOWHERE if self.request is None else enter.whence(self.request, place)
        return self._whence

    def cookie_problem(self) -> str:
        """Return what to tell the visitor about an identity cookie that came and was refused; ``""`` if none was.

        Only an answer that tells it removes the cookie: a picture or a redirect that was under way with an old
        cookie must not undo the sign-in that has happened meanwhile.
        """
        why = "none" if self.visitor is None else self.visitor.session.identity_why
        if why in ("", "none", "revocations-unavailable"):
            return ""
        self.told = True
        return self.texts.text(self.language, COOKIE_PROBLEMS.get(why, "cookie.unclear"))

    @property
    def challenge(self) -> str:
        """The ``WWW-Authenticate`` of a 401: where a person signs in (never Basic, which opens a dialog)."""
        return challenge("Session", realm=self.settings.realm, sign_in=self.url("/sign-in"))

    @property
    def home(self) -> str:
        """The address of the start page, the application's if there is one around."""
        return self.url("/") if self.parts.home is None or self.abroad else self.parts.home

    def url(self, path: str) -> str:
        """Return the address of the page or asset at *path*; of a page an absolute one, where we are abroad."""
        if not self.abroad:
            return self.parts.prefix + path
        if path in self.assets.on_every_page:
            return assets.ABROAD + path
        return self.settings.public_origin + self.parts.prefix + path

    def destination(self, asked: str | None, *, default: str | None = None) -> str:
        """Return where to go after signing in: *asked* if it is ours, else *default*.

        Which is, unless it is said, the start page of the application around, and the account page where there is none.
        """
        own = self.url("/account") if self.parts.home is None else self.parts.home
        fallback = own if default is None else default
        return next_url.destination(asked, origins=(self.origin,), default=fallback)

    def known(self) -> Known:
        """Return the known devices that the browser shows; they carry no right."""
        if self._known is None:
            self._known = self.parts.known.read(self.visiting())
        return self._known

    def show_known(self, known: Known) -> None:
        """Let the browser show *known* from now on."""
        self.parts.known.put(known, self.visiting(), self.set_cookies)

    def trusted(self) -> ShownTrust:
        """Return the trusted devices that the browser shows; asked after a right password alone."""
        if self._trusted is None:
            self._trusted = self.parts.trusted_cookie.read(self.visiting())
        return self._trusted

    def show_trusted(self, shown: ShownTrust) -> None:
        """Let the browser show *shown* from now on."""
        self._trusted = shown
        self.parts.trusted_cookie.put(shown, self.visiting(), self.set_cookies)

    def way_back(self, error: Refused | None) -> str:
        """Return where a link can be asked for, if *error* says that a name is locked and the service sends mail."""
        offered = isinstance(error, TooManyFailures) and self.settings.mail_url is not None
        return self.url("/release") if offered else ""

    @property
    def binding(self) -> bytes:
        """What ties a page to this browser: who is signed in, or a value of its own."""
        return self.visiting().binding()

    def csrf_token(self) -> str:
        """Return a token for a form of this page."""
        return self.visiting().token()

    def became(self, account: Account) -> None:
        """Note that *account* has signed in with this request."""
        self._account, self.entered = account, True

    def note_account(self, account: Account | None) -> None:
        """Note *account* as it is after a change, so that the store is not asked again; ``None``: it is signed out."""
        self._account = account

    @property
    def unsure(self) -> ServiceUnavailable:
        """What is answered while nobody knows which sessions have ended."""
        said = self.texts.both("error.revocations")
        return ServiceUnavailable(said, retry_after=RETRY_AFTER, reason="revocations-unavailable")

    def visiting(self) -> Visitor:
        """Return the browser; only where its cookies were looked at."""
        if self.visitor is None:
            raise RuntimeError("nobody's cookies were looked at for this page, so it has no visitor")
        return self.visitor

    def render(self, template: str, *, error: Refused | None = None, **values: Any) -> Response:
        """Return the page *template*; with an *error*, under its status and with its words.

        Args:
            template: the file's name in ``templates/``.
            error: what was refused, where the page is shown again because of it.
            values: what the page shows.
        """
        problem = None if error is None else shell.Problem.of(error, self.language)
        unexpected.note_failing_store(self.request, error)
        response = answers.html(self.page(template, problem=problem, **values), 200 if error is None else error.status)
        if error is not None:
            for name, value in error.headers:
                response.add(name, value)
            if error.retry_after is not None:
                response.set("Retry-After", str(error.retry_after))
        return response

    def page(self, template: str, **values: Any) -> str:
        """Return the text of the page *template* in the shell."""
        return self.parts.shell.render(
            template,
            self.language,
            url=self.url,
            home=self.home,
            csrf_token=self.csrf_token,
            path=None if self.visitor is None else self.path,
            switch_url=self._switch_url(),
            status_url=self.url("/status") if self.parts.home is None else "",
            signed_in=self.identity is not None,
            cookie_problem=self.cookie_problem(),
            sign_up_open=self.settings.sign_up_open,
            invites=self.settings.invites,
            by_email=self.settings.by_email,
            mail=self.settings.mail_url is not None,
            sign_in_name=self.sign_in_name,
            **values,
        )

    def sign_in_name(self, account: Account) -> str:
        """Return by what *account* signs in, as its owner would type it: what password managers keep with a password.

        Not the name that is only shown, by which nobody can sign in; nor one in another spelling than it was typed in,
        which a manager would take for somebody else's.
        """
        if self.settings.by_email and account.email:
            return account.email
        return account.display_name if fold(account.display_name) == account.name else account.name

    def _switch_url(self) -> str:
        if self.abroad:
            # The choice is kept on the portal's own host; elsewhere the browser's preference says it.
            return ""
        other = next(language for language in texts.LANGUAGES if language != self.language)
        return f"{self.url('/language')}?{urlencode({'to': other, 'next': self.here}, safe='/')}"
