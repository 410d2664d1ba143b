"""What the operator may set, and from where: a TOML file, then the environment, then flags, each over the one before.

One Struct holds every setting with its type, its unit and its safe default; whatever derives from several of them
(development mode, whether sign-up is open) is a property here and decided nowhere else. Which of them cannot be used
beside each other, ``contradictions`` says.
A key that does not exist or a value of the wrong type is the operator's mistake: one line that names its place and
the setting, and one that says what to write (``configured``). No setting holds a secret: keys lie in a file of their
own or in ``HARDTACK_KEYRING``, which is no setting.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit

import msgspec

from hardtack.errors import MisuseError
from hardtack.session import Lifetimes, policy
from hardtack.session.lifetimes import LEEWAY
from hardtack.site import configured, contradictions
from hardtack.site.configured import DATA
from hardtack.site.forward_auth import parent_domain
from hardtack.site.forward_auth.rules import Access

FILTER_NAME = "passwords.filter"

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Workers = Annotated[int, msgspec.Meta(ge=1, le=512)]
Seconds = Annotated[int, msgspec.Meta(ge=60)]
# Less than that could be over before a slow page has come.
Idle = Annotated[int, msgspec.Meta(ge=10)]
# A reset whose link in the mail would end before it is due could not be called off by it.
Wait = Annotated[int, msgspec.Meta(ge=60, le=2_592_000)]
Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]
# Less than that, and somebody who fails on purpose drives what others did out of the trail within the hour.
Rows = Annotated[int, msgspec.Meta(ge=10_000, le=1_000_000_000_000)]
Delay = Annotated[int, msgspec.Meta(ge=0, le=600)]
Bytes = Annotated[int, msgspec.Meta(ge=1024)]
# OWASP's least for argon2id with one lane; up to 4 GiB.
Memory = Annotated[int, msgspec.Meta(ge=19456, le=4_194_304)]
Assurance = Annotated[int, msgspec.Meta(ge=1, le=3)]
Passes = Annotated[int, msgspec.Meta(ge=2, le=64)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of the service.

    Args:
        data: the folder of the key, the database and ``hardtack.toml``.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        origin: the public origin, such as ``https://id.example.org``; without one the service is in development mode.
        workers: processes that serve.
        database: the database's URL; without one, SQLite in the data folder.
        trusted_proxies: addresses or networks of proxies that are believed about the visitor; ``unix`` for a socket.
        access: who may ask what of the applications behind ``/auth``, in the order of the rules; in the file alone.
        sign_up: who may make an account: ``open`` (everybody), ``invitation`` (whoever was sent a link) or ``off``;
            unset, it is open in development mode and by invitation otherwise.
        sign_up_by: what somebody signs up with: ``email`` or ``name``; unset, ``email`` where ``mail`` is set.
        mail: where mail goes: ``smtps://host``, ``smtp://user@host:587`` (with STARTTLS), ``folder:DIR`` or
            ``console:``; unset, nowhere, and in development mode into the folder ``mail`` of the data folder.
        mail_from: the address that mail comes from; unset, ``hardtack@`` and the origin's host.
        token_scopes: what personal access tokens may be good for, as the applications that take them name it.
        place_header: a header field in which a trusted proxy says where the visitor is, such as ``cf-ipcountry``.
        parent_domain: a domain such as ``example.org``, below which the hosts of applications share one gate cookie
            with every other host there: the weaker way; unset, each host has its own.
        realm: what this sign-in protects; part of every seal, so changing it signs everybody out.
        brand: what the site is called in its header, titles and mails; unset, ``Hardtack``, or what the texts say.
        logo: a file of at most 32 KiB that takes the place of our mark, an SVG, PNG or WebP; unset, there is our mark.
        accent: the colour of links and buttons in light pages, as ``#rrggbb``; unset, ours.
        accent_dark: the same in dark pages; unset, a lighter one of the same hue where ``accent`` is set, else ours.
        max_body: the largest request content, in bytes.
        idle_timeout: seconds without use after which a sign-in ends.
        absolute_timeout: seconds after which a sign-in ends in any case.
        kept_idle_timeout: as ``idle_timeout``, for people who asked to be kept signed in; never less than that.
        kept_absolute_timeout: as ``absolute_timeout``, for the same; never less than that.
        assurance: what every sign-in must reach: 1; 2 asks everybody for a second factor; 3 asks for a passkey.
        factor_reset_wait: seconds between an administrator's reset of a lost second factor and its effect, in which the
            owner is told and can call it off.
        audit_days: days after which an event leaves the audit trail.
        audit_rows: events that the audit trail holds at most; past that the oldest go.
        recent_sign_in: seconds for which a sign-in, or the password once more, is enough for what is delicate.
        insecure_plain_http: allow an ``http://`` origin that is not this machine; cookies can then be read on the way.
        csp_reports: where browsers report what our Content-Security-Policy has blocked; unset, nowhere.
        playground: let everybody try how each status code arises, below ``/playground``, and have ``/status/{code}``
            answer with that very code; in development mode it is so anyway.
        log_format: how log lines are written.
        access_log: write a line for every request, without its query.
        stop_delay: seconds for which the service serves on, and says that it is not ready, once it is told to stop.
        admin_listen: where the operator's own listener is, with the counts for Prometheus: a port of this machine, or
            ``host:port``; unset, there is none.
        password_filter: a file of refused passwords besides those that come with the package, as ``hardtack passwords
            build`` makes it; unset, ``passwords.filter`` in the data folder if it is there.
        context_words: more words that no new password may be made of, such as the names of your products.
        argon2_memory: KiB that one hash of a password fills; ``hardtack tune`` finds what this machine can do.
        argon2_passes: how often it is filled.
    """

    data: str = DATA
    host: str = "127.0.0.1"
    port: Port = 8000
    origin: str | None = None
    workers: Workers = 1
    database: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    access: tuple[Access, ...] = ()
    sign_up: Literal["open", "invitation", "off"] | None = None
    sign_up_by: Literal["email", "name"] | None = None
    mail: str | None = None
    mail_from: str | None = None
    place_header: str | None = None
    token_scopes: tuple[str, ...] = ("read", "write")
    parent_domain: str | None = None
    realm: str = "hardtack"
    brand: str | None = None
    logo: str | None = None
    accent: str | None = None
    accent_dark: str | None = None
    max_body: Bytes = 65536
    idle_timeout: Idle = 86400
    absolute_timeout: Seconds = 604800
    # NIST SP 800-63B-4 §2.1.3: at assurance level 1 a person should sign in anew within 30 days.
    kept_idle_timeout: Idle = 1209600
    kept_absolute_timeout: Seconds = 2592000
    assurance: Assurance = 1
    factor_reset_wait: Wait = 86400
    audit_days: Days = 400
    audit_rows: Rows = 1_000_000
    recent_sign_in: Seconds = 900
    insecure_plain_http: bool = False
    csp_reports: str | None = None
    playground: bool = False
    log_format: Literal["text", "json"] = "text"
    access_log: bool = False
    stop_delay: Delay = 0
    admin_listen: str | None = None
    password_filter: str | None = None
    context_words: tuple[str, ...] = ()
    argon2_memory: Memory = 19456
    argon2_passes: Passes = 2

    def __post_init__(self) -> None:
        """Refuse what cannot work together and write the origin the one way that browsers do."""
        if self.origin is not None:
            written = self.origin.strip().removesuffix("/")
            names = policy.decide(written, application="site", insecure_plain_http=self.insecure_plain_http)
            msgspec.structs.force_setattr(self, "origin", names.origin)
        contradictions.check(self)
        if self.parent_domain is not None:
            shared = parent_domain.checked(self.parent_domain, self.origin)
            msgspec.structs.force_setattr(self, "parent_domain", shared)
        for usual in ("idle_timeout", "absolute_timeout"):
            longer = max(getattr(self, usual), getattr(self, f"kept_{usual}"))
            msgspec.structs.force_setattr(self, f"kept_{usual}", longer)
        contradictions.check_lifetimes(self, "kept_")

    @classmethod
    def load(cls, path: Path | None, environ: Mapping[str, str], **overrides: Any) -> Settings:
        """Return the settings from the file, the environment and *overrides*, the later over the earlier.

        Args:
            path: the TOML file; ``None`` reads ``hardtack.toml`` in the data folder if there is one.
            environ: variables, of which ``HARDTACK_<NAME>`` are settings.
            overrides: flags of the command line; ``None`` means not given.

        Raises:
            MisuseError: a setting that does not exist, a value that does not fit, a file that cannot be read.
        """
        gathered = configured.gather(cls, path, environ, overrides)
        configured.raise_first(gathered.mistakes)
        return gathered.settings

    @classmethod
    def given(cls, source: str, values: Mapping[str, Any]) -> Settings:
        """Return the settings that a program has given by name.

        Args:
            source: where they were given, for the text of an error.
            values: by name; ``None`` means not given.

        Raises:
            MisuseError: a setting that does not exist, or a value that does not fit.
        """
        said = {name: value for name, value in values.items() if value is not None}
        return cls(**configured.given(cls, source, said.items()))

    def make_folder(self) -> None:
        """Make the data folder if it is not there; nobody else on this machine may look into it.

        Raises:
            MisuseError: it cannot be made.
        """
        try:
            Path(self.data).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise MisuseError(
                f"the data folder {self.data} cannot be made: {error.strerror}",
                "name another one with data= or --data DIR",
            ) from None

    @property
    def development(self) -> bool:
        """Whether no public origin is configured: only this machine's own browser is answered then."""
        return self.origin is None

    @property
    def lifetimes(self) -> Lifetimes:
        """How long sign-ins live."""
        return Lifetimes(idle=self.idle_timeout, absolute=self.absolute_timeout, leeway=self._leeway)

    @property
    def kept_lifetimes(self) -> Lifetimes:
        """How long those of people live who asked to be kept signed in."""
        return Lifetimes(idle=self.kept_idle_timeout, absolute=self.kept_absolute_timeout, leeway=self._leeway)

    @property
    def _leeway(self) -> int:
        """How far clocks may be apart, in seconds: no more than a quarter of the idle time, which it makes longer.

        A cookie is that old at most when it is used and not written anew. So whoever has a short idle time is signed
        out no sooner than so long after the last use, and no later than a quarter of it after that.
        """
        return min(LEEWAY, self.idle_timeout // 4)

    @property
    def provokes(self) -> bool:
        """Whether codes can be provoked: there is the playground, and ``/status/{code}`` answers with the code."""
        return self.development or self.playground

    @property
    def sign_up_open(self) -> bool:
        """Whether everybody who reaches the pages may make an account."""
        return self.development if self.sign_up is None else self.sign_up == "open"

    @property
    def invites(self) -> bool:
        """Whether whoever was sent a link may make an account."""
        return self.sign_up != "off"

    @property
    def by_email(self) -> bool:
        """Whether people sign up, and are known, by an address instead of a name of their choice."""
        return self.mail is not None if self.sign_up_by is None else self.sign_up_by == "email"

    @property
    def mail_url(self) -> str | None:
        """Where mail goes, with the default written out; ``None``: there is none."""
        if self.mail is None and self.development:
            return f"folder:{Path(self.data) / 'mail'}"
        return self.mail

    @property
    def sender(self) -> str:
        """The address that mail comes from, with the default written out."""
        return f"hardtack@{self.public_host}" if self.mail_from is None else self.mail_from

    @property
    def public_origin(self) -> str:
        """What every link that is sent begins with: what is configured, never what a request says (attack 17)."""
        return self.origin or f"http://localhost:{self.port}"

    @property
    def public_host(self) -> str:
        """The host of the public origin, without port and brackets; a loopback address is ``localhost``."""
        host = urlsplit(self.public_origin).hostname or ""
        return "localhost" if host in _LOOPBACK else host

    @property
    def https(self) -> bool:
        """Whether the visitor's browser speaks https with us."""
        return self.origin is not None and self.origin.startswith("https://")

    @property
    def database_url(self) -> str:
        """The database's URL, with the default written out."""
        # A folder may be called anything; in a URL a question mark would begin something else.
        return self.database or "sqlite:///" + quote(os.fsencode(Path(self.data) / "hardtack.db"))

    @property
    def password_filter_path(self) -> Path | None:
        """The file of the operator's own password filter, if there is one."""
        implied = Path(self.data) / FILTER_NAME
        if self.password_filter is not None:
            return Path(self.password_filter)
        # Unlike is_file it raises for no name that the folder may have, such as one that is too long.
        return implied if os.path.isfile(implied) else None

    @property
    def keyring_path(self) -> Path:
        """Where the keys lie unless ``HARDTACK_KEYRING`` holds them."""
        return Path(self.data) / "hardtack.key"
