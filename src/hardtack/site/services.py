"""What a page is given: the parts that live as long as the site, and one request's view of them.

A page reads who is signed in, signs in and out, makes tokens, renders and sends on through here, so that each of
these is done one way. Nothing here knows a particular page. The view lives for one request and belongs to it alone.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from hardtack.errors import Refused
from hardtack.login import Account, Accounts, Known, TooManyFailures, Whence
from hardtack.login import factors as strengths
from hardtack.login.factors import PASSWORD, Need
from hardtack.login.half import Half
from hardtack.login.names import fold
from hardtack.login.second_step import Answer
from hardtack.login.sign_ins import NOWHERE
from hardtack.login.trusted import Shown as ShownTrust
from hardtack.message import Request, Response
from hardtack.seal import Keyring
from hardtack.session import CookiePolicy, Identity, Sessions, SupersededSession, csrf
from hardtack.session.revocation import RETRY_AFTER
from hardtack.session.visitor import Visitor
from hardtack.site import answers, assets, enter, forms, next_url, shell, step_up, texts, unexpected, way_in
from hardtack.site.assets import Assets
from hardtack.site.forward_auth.gate import Gate
from hardtack.site.forward_auth.quick import QuickAuth
from hardtack.site.half_cookie import HalfCookie
from hardtack.site.known import KnownCookie
from hardtack.site.metrics import UNCOUNTED, Counts
from hardtack.site.settings import Settings
from hardtack.site.shell import PLAIN, Shell
from hardtack.site.texts import Texts
from hardtack.site.trusted_cookie import TrustedCookie
from hardtack.status import Forbidden, ServiceUnavailable, Unauthorized
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


class Onward(Exception):
    """The answer is to go somewhere else first; ``response`` says where."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass(frozen=True, slots=True)
class Parts:
    """What lives as long as the site.

    Args:
        accounts: the account store.
        sessions: opens and saves cookies.
        settings: what the operator set.
        tokens: seals the tokens of forms.
        prefix: what every address of ours begins with, such as ``/auth``; nothing where the pages are the whole site.
        home: the address of the start page of the application around; ``None`` where that is ours.
        known: the cookie of known devices.
        half_cookie: the cookie of half-done sign-ins.
        trusted_cookie: the cookie of trusted devices.
        gate: the cookies that let browsers through to applications on other hosts.
        auth: answers reverse proxies.
        keyring: the keys.
        shell: the templates, texts and files.
        forgets: the data cookies of the application around, which a sign-out deletes, too.
        counts: where what the operator wants to know is counted.
        stopping: set once this process is about to stop, so that no more visitors are sent to it.
    """

    accounts: Accounts
    sessions: Sessions
    settings: Settings
    tokens: csrf.Tokens
    known: KnownCookie
    half_cookie: HalfCookie
    trusted_cookie: TrustedCookie
    gate: Gate
    auth: QuickAuth
    keyring: Keyring
    prefix: str = ""
    home: str | None = None
    shell: Shell = PLAIN
    forgets: Sequence[CookiePolicy] = ()
    counts: Counts = UNCOUNTED
    stopping: threading.Event = field(default_factory=threading.Event)

    def is_ready(self) -> bool:
        """Return whether revocations are known, the database answers and this process goes on."""
        return not self.stopping.is_set() and self.accounts.is_ready()


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
        return f'Session realm="{self.settings.realm}", sign-in="{self.url("/sign-in")}"'

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

    def entry(self, *, keep: bool) -> enter.Entry:
        """Return what writes a sign-in down as soon as its password is found to fit; ``sign_in`` completes it.

        Args:
            keep: whether they asked to be kept signed in.
        """
        return enter.Entry(
            self.visiting().session,
            sessions=self.parts.sessions,
            whence=self.whence,
            keep=keep,
            now=self.now,
        )

    def sign_in(
        self,
        account: Account,
        *,
        keep: bool = False,
        factors: tuple[str, ...] = (PASSWORD,),
        onward: str = "",
        half: Half | None = None,
        new: bool = False,
        entry: enter.Entry | None = None,
    ) -> None:
        """Make *account* the signed-in one; whoever was signed in before is signed out (ASVS 7.2.4).

        Where that takes another factor, nobody is signed in yet: the browser is led to the page that asks for it.

        Args:
            account: who it is.
            keep: whether they asked to be kept signed in.
            factors: what they have proved.
            onward: where to go after the other factor, a path of ours; ``""`` for nowhere in particular.
            half: the half-done sign-in that this ends; of two requests that end it one goes on.
            new: whether the account was made just now, in this browser.
            entry: what has written it down already; ``None`` where nothing has.

        Raises:
            Onward: another factor is needed first.
            HalfOver: *half* is over.
            StoreUnavailable: the sign-in could not be written down, so it is none.
        """
        need = way_in.sign_in(self, account, factors=factors, keep=keep, onward=onward, half=half, new=new, entry=entry)
        if need is not Need.NOTHING:
            raise Onward(way_in.lead_on(self, need))

    def half(self) -> Half | None:
        """Return the half-done sign-in that the browser shows, if it is good; asked by its own pages alone."""
        return way_in.half(self)

    def became(self, account: Account) -> None:
        """Note that *account* has signed in with this request."""
        self._account, self.entered = account, True

    def leave(self) -> None:
        """End the sign-in that the browser shows, if there is one."""
        identity = self.visiting().identity
        if identity is not None:
            self._end(identity)

    @property
    def unsure(self) -> ServiceUnavailable:
        """What is answered while nobody knows which sessions have ended."""
        said = self.texts.both("error.revocations")
        return ServiceUnavailable(said, retry_after=RETRY_AFTER, reason="revocations-unavailable")

    def confirm(self, identity: Identity, password: str, *, client: str) -> Identity:
        """Let the session go on as of now under a new id, if *password* is that of whoever is signed in.

        Args:
            identity: who is signed in.
            password: as typed.
            client: the network address.

        Raises:
            Refused: as the login room decides.
            SupersededSession: the cookie is from before a step-up; nobody's password is looked at then.
        """
        self._check_present()
        self._account = self.accounts.confirm(
            identity, password, client=client, now=self.now, known=self.known(), device=self.whence.device
        )
        return self._stepped_up(identity, PASSWORD)

    def confirm_by(self, identity: Identity, answer: Answer) -> Identity:
        """Let the session go on as of now under a new id, if *answer* is a factor of whoever is signed in.

        Args:
            identity: who is signed in.
            answer: what was given.

        Raises:
            Refused: as the login room decides.
            SupersededSession: the cookie is from before a step-up; no answer is looked at then.
        """
        self._check_present()
        self._account = self.accounts.second_step.confirm(
            identity, answer, now=self.now, whence=self.whence, language=self.language
        )
        return self._stepped_up(identity, answer.factor)

    def proved(self, identity: Identity, factor: str) -> Identity:
        """Let the session go on as of now under a new id, since *factor* was proved by setting it up.

        Raises:
            SupersededSession: the cookie is from before a step-up.
        """
        return self._stepped_up(identity, factor)

    def _check_present(self) -> None:
        if self.visiting().session.superseded:
            raise SupersededSession

    def _stepped_up(self, identity: Identity, factor: str) -> Identity:
        last_end = self.parts.sessions.last_end(identity)
        return self.visiting().session.step_up(
            factors=(factor,),
            now=self.now,
            supersede=lambda old: self.accounts.supersede(old, self.now, until=last_end),
        )

    def _end(self, identity: Identity) -> None:
        last_end = self.parts.sessions.last_end(identity)
        self.accounts.sign_out(identity, self.now, until=last_end, whence=self.whence)

    def sign_out(self) -> None:
        """End the identity everywhere, then forget it here, with what the application around kept for its owner."""
        visitor = self.visiting()
        self.leave()
        visitor.session.sign_out()
        self._account = None
        own = visitor.session.cookie_names[1]
        for names in (policy.for_host(self.host) for policy in self.parts.forgets):
            if names.session_name != own:
                self.set_cookies.append(names.delete_cookie(names.session_name))

    def visiting(self) -> Visitor:
        """Return the browser; only where its cookies were looked at."""
        if self.visitor is None:
            raise RuntimeError("nobody's cookies were looked at for this page, so it has no visitor")
        return self.visitor

    def ask_to_sign_in(self, request: Request, *, back: str | None = None) -> Response:
        """Lead a person to the sign-in page and back.

        Args:
            request: what was asked.
            back: where to, as ``destination`` returned it; ``None`` for this page.

        Raises:
            Unauthorized: the request is a script's.
        """
        if answers.speaks_json(request) or not answers.navigates(request):
            raise Unauthorized(challenge=self.challenge, reason="not-signed-in")
        return answers.see_other(f"{self.url('/sign-in')}?{urlencode({'next': back or self.here}, safe='/')}")

    def require(self, request: Request, *, back: str | None = None) -> tuple[Account, Identity]:
        """Return who is signed in.

        Args:
            request: what was asked.
            back: where to come back to; ``None`` for this address, which must then take GET, too.

        Raises:
            Onward: nobody is, and a person's browser is led to the sign-in page and back.
            Unauthorized: nobody is, and the request is a script's.
        """
        account, identity = self.account, self.identity
        if account is None or identity is None:
            raise Onward(self.ask_to_sign_in(request, back=back))
        return account, identity

    def require_recent(
        self,
        request: Request,
        *,
        back: str | None = None,
        max_age: int | None = None,
        factor: str | None = None,
    ) -> tuple[Account, Identity]:
        """Return who is signed in and has proved to be it a moment ago.

        Args:
            request: what was asked.
            back: as for ``require``.
            max_age: seconds; ``None`` for the setting ``recent_sign_in``.
            factor: what the last proof must have been: ``"second"``, ``"passkey"``, or ``None`` for any.

        Raises:
            Onward: they have not, and a person's browser is led to the page that asks for a proof, and back.
            Unauthorized: they have not, and the request is a script's.
            MisuseError: *factor* is none of these.
        """
        strengths.check_strength(factor)
        account, identity = self.require(request, back=back)
        limit = self.settings.recent_sign_in if max_age is None else max_age
        superseded = self.visiting().session.superseded
        if not superseded and step_up.is_recent(identity, factor, now=self.now, max_age=limit):
            return account, identity
        page = self.url(step_up.PAGE)
        if answers.speaks_json(request) or not answers.navigates(request):
            said = step_up.demand(self.settings.realm, page, factor, limit)
            raise Unauthorized(challenge=[said], reason="sign-in-not-recent")
        raise Onward(answers.see_other(step_up.page(page, back or self.here, factor)))

    def require_for_factors(self, request: Request) -> tuple[Account, Identity]:
        """Return who is signed in and may change their factors: by a second one of a moment ago, if they have any.

        A password, with a session from before the first factor was set up, must not take it away again; nor make what
        stands for a sign-in, nor change where its owner is told of such things.

        Args:
            request: what was asked.

        Raises:
            Onward, Unauthorized: as ``require_recent``.
        """
        account, _ = self.require(request)
        held = self.accounts.second_factors.held(account.id)
        return self.require_recent(request, factor=strengths.SECOND_FACTOR if held.second else None)

    def require_administrator(self, request: Request, *, back: str | None = None) -> tuple[Account, Identity]:
        """Return the administrator who is signed in, and has proved it a moment ago where something is changed.

        Raises:
            Forbidden: whoever is signed in is none.
            Onward, Unauthorized: as ``require`` and, for unsafe methods, ``require_recent``.
        """
        account, identity = self.require(request, back=back)
        if not account.administrator or account.disabled:
            raise Forbidden(self.texts.both("error.administrators"), reason="not-an-administrator")
        if request.method not in csrf.SAFE_METHODS:
            return self.require_recent(request, back=back)
        return account, identity

    def renewed(self, account: Account, *, factors: Sequence[str] = ()) -> Identity:
        """Let this session go on under a new id and the account's new epoch, after a change that ended all others.

        Args:
            account: as it is after the change.
            factors: what was proved for it; with none, the session is as old as it was, or whoever came upon a browser
                could keep it recent for ever by ending the others.

        Raises:
            SupersededSession: the cookie is from before a step-up.
        """
        session = self.visiting().session
        self._account = account
        identity = session.step_up(factors=factors, now=self.now, epoch=account.epoch)
        self.accounts.sign_ins.renewed(identity)
        return identity

    def made(self, request: Request, account: Account, address: str) -> Response:
        """Sign in who has made *account* just now; answer 201 to a script, onward to *address* to a person.

        Raises:
            Onward: another factor is to be made first, and a person is led there; a script is told so.
        """
        missing: dict[str, Any] = {}
        try:
            self.sign_in(account, onward=address, new=True)
        except Onward:
            if not answers.speaks_json(request):
                raise
            missing = way_in.missing(self, Need.ENROL)
        if not answers.speaks_json(request):
            return answers.see_other(address)
        response = answers.json({"account": self.described(account), **missing}, 201)
        response.set("Location", self.url("/account"))
        return response

    @staticmethod
    def described(account: Account) -> dict[str, Any]:
        """Return what its owner may see of *account*, as JSON has it."""
        return {
            "name": account.name,
            "display_name": account.display_name,
            "administrator": account.administrator,
            "roles": account.roles,
            "email": account.email,
            "created": texts.machine_time(account.created),
        }

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
