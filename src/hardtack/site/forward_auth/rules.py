"""Who may ask what of which application: the operator's rules, tried in their order; the first that fits decides.

A rule fits by host, path and method. It then lets in everybody, or whoever is signed in and has one of its roles and
its factor. What no rule fits is refused, and so is everything of a host that no rule names. Without any rule at all
only administrators get in, and accounts that they made, invited or approved.

An application may take two spellings of a path for one: in another case, or with a slash at the end. So a slash at the
end makes no difference here, and where another rule would fit if case did not matter, that one must let the person in
as well. Nothing here knows a cookie, a proxy or an answer; a mistake in a rule is refused at the start and named by the
rule's number. ``decide`` never raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal, NamedTuple
from urllib.parse import quote

import msgspec

from hardtack.errors import MisuseError
from hardtack.session.assurance import level
from hardtack.site.forward_auth.original import Original, canonical, well_formed_host
from hardtack.status.errors import BadRequest

Need = Literal["", "sign-in", "second", "passkey"]
"""What would help: to sign in, or to prove a factor; ``""``: nothing."""

_LEVELS = {"second": 2, "passkey": 3}
_METHOD = re.compile(r"[A-Z]{1,32}")
_ANY = "*."


class Access(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule, as ``[[access]]`` in the file of the settings has it.

    Args:
        host: ``app.example.org``, or ``*.example.org`` for every host below; with a port where that is an unusual one.
        path: one path, or one with ``/*`` at its end for it and all below it; as it is decoded.
        methods: the methods that it is about, GET standing for HEAD as well; none: all.
        allow: who is let in: ``everybody``, or whoever is ``signed-in``.
        roles: of these they must have one; none: no matter. ``administrator`` stands for whoever may administer.
        factor: what they must have signed in with: a ``second`` factor, or a ``passkey``.
    """

    host: str
    path: str = "/*"
    methods: tuple[str, ...] = ()
    allow: Literal["everybody", "signed-in"] = "signed-in"
    roles: tuple[str, ...] = ()
    factor: Literal["second", "passkey"] | None = None


class Who(NamedTuple):
    """Who asks, as the rules and the applications know them.

    Args:
        account: the account's number.
        name: the canonical name.
        email: the address, or ``""``.
        display_name: what they are called.
        roles: what they may do; ``administrator`` is among them where they may administer.
        factors: what they signed in with.
        vouched: whether an administrator made, invited or approved the account, or it is one's own.
    """

    account: int
    name: str
    email: str
    display_name: str
    roles: tuple[str, ...]
    factors: tuple[str, ...]
    vouched: bool


class Decision(NamedTuple):
    """What the rules say.

    Args:
        allowed: whether the request may go on.
        reason: why not, one word for the log.
        needs: what would help.
    """

    allowed: bool
    reason: str = ""
    needs: Need = ""


ALLOWED = Decision(True)
NO_RULE = Decision(False, "no-rule")
NOT_SIGNED_IN = Decision(False, "not-signed-in", "sign-in")
NO_ROLE = Decision(False, "role-missing")
NOT_VOUCHED = Decision(False, "not-vouched-for")


class _Rule(NamedTuple):
    """A rule made ready: paths, once as they are and once without regard to case, with one slash at their end."""

    host: str
    path: str
    folded: str
    below: bool
    methods: frozenset[str]
    everybody: bool
    roles: frozenset[str]
    factor: Need
    level: int


class Rules:
    """The rules in their order.

    Args:
        accesses: as the settings have them.

    Raises:
        MisuseError: one of them cannot be; the text says the how-manieth.
    """

    __slots__ = ("_below", "_by_host", "_folded", "accesses", "ask_for_factors", "hosts")

    def __init__(self, accesses: Sequence[Access] = ()) -> None:
        self.accesses: tuple[Access, ...] = tuple(accesses)
        rules = [_ready(number, access) for number, access in enumerate(accesses, 1)]
        self.hosts: frozenset[str] = frozenset(rule.host for rule in rules)
        """The hosts that rules name, ``*.example.org`` among them; ``names`` asks for one host."""
        self.ask_for_factors: bool = any(rule.level for rule in rules)
        """Whether it matters to any of them what somebody has signed in with."""
        self._by_host = {
            host: tuple(rule for rule in rules if _fits(rule.host, host))
            for host in self.hosts
            if not host.startswith(_ANY)
        }
        self._below = tuple(rule for rule in rules if rule.host.startswith(_ANY))
        self._folded = all(rule.path == rule.folded for rule in rules)

    def __bool__(self) -> bool:
        return bool(self.accesses)

    def names(self, host: str) -> bool:
        """Return whether a rule names *host*, as ``Original.host`` spells it."""
        return bool(self._of(host))

    def decide(self, original: Original, who: Who | None) -> Decision:
        """Return whether *who* may ask *original*.

        Args:
            original: as the proxy says it.
            who: who is signed in, or ``None``.
        """
        if not self.accesses:
            return NOT_SIGNED_IN if who is None else ALLOWED if who.vouched else NOT_VOUCHED
        rules = self._of(original.host)
        path = original.path if original.path.endswith("/") else f"{original.path}/"
        method = "GET" if original.method == "HEAD" else original.method
        for rule in rules:
            if path == rule.path or (rule.below and path.startswith(rule.path)):
                if rule.methods and method not in rule.methods:
                    continue
                folded = _fold(path)
                if folded != path or not self._folded:
                    said = _verdict(_alike(rules, folded, method), who)
                    if not said.allowed:
                        return said
                return _verdict(rule, who)
        return NO_RULE

    def _of(self, host: str) -> tuple[_Rule, ...]:
        rules = self._by_host.get(host)
        return tuple(rule for rule in self._below if _fits(rule.host, host)) if rules is None else rules


def _fits(pattern: str, host: str) -> bool:
    return host == pattern or (pattern.startswith(_ANY) and len(host) >= len(pattern) and host.endswith(pattern[1:]))


def _alike(rules: Sequence[_Rule], folded: str, method: str) -> _Rule:
    """Return the first rule that fits where case does not matter; there is one, the first that fits anyway at last."""
    return next(
        rule
        for rule in rules
        if (folded == rule.folded or (rule.below and folded.startswith(rule.folded)))
        and (not rule.methods or method in rule.methods)
    )


def _verdict(rule: _Rule, who: Who | None) -> Decision:
    if rule.everybody:
        return ALLOWED
    if who is None:
        return NOT_SIGNED_IN
    if rule.roles and rule.roles.isdisjoint(who.roles):
        return NO_ROLE
    if rule.level and level(who.factors) < rule.level:
        return Decision(False, "factor-missing", rule.factor)
    return ALLOWED


def _fold(path: str) -> str:
    """Return *path* as programs compare it that do not mind case."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


# What is wrong with a rule ----------------------------------------------------------------------------------------


def _ready(number: int, access: Access) -> _Rule:
    """Return a rule made ready, or refuse it."""
    below = access.path.endswith("/*")
    path = _path(number, access.path, access.path.removesuffix("/*") if below else access.path).removesuffix("/") + "/"
    wrong = [method for method in access.methods if not _METHOD.fullmatch(method)]
    if wrong:
        raise _wrong(number, f"methods: {wrong[0]!r:.40} is none", 'write methods = ["GET", "POST"]')
    everybody = access.allow == "everybody"
    if everybody and (access.roles or access.factor is not None):
        raise _wrong(
            number, "everybody is let in, and roles or a factor are asked for", 'leave out allow = "everybody"'
        )
    _check_roles(number, access.roles)
    return _Rule(
        host=_host(number, access.host),
        path=path,
        folded=_fold(path),
        below=below,
        methods=frozenset("GET" if method == "HEAD" else method for method in access.methods),
        everybody=everybody,
        roles=frozenset(access.roles),
        factor=access.factor or "",
        level=_LEVELS.get(access.factor or "", 0),
    )


def _wrong(number: int, problem: str, hint: str) -> MisuseError:
    return MisuseError(f"access: rule {number}: {problem}", hint)


def _host(number: int, text: str) -> str:
    any_below = text.startswith(_ANY)
    found = well_formed_host(text.removeprefix(_ANY))
    if found is None or (any_below and found.startswith("[")):
        raise _wrong(
            number, f"host: {text!r:.80} is none", 'write host = "app.example.org", or "*.example.org" for all below it'
        )
    return _ANY + found if any_below else found


def _path(number: int, written: str, path: str) -> str:
    hint = 'write path = "/admin", or "/admin/*" for it and all below it; decoded, so without %'
    try:
        fine = (
            bool(written) and canonical(quote(path or "/", safe="/")) == (path or "/") and not set(path) & set("%*?#")
        )
    except (BadRequest, UnicodeEncodeError):
        fine = False
    if not fine:
        raise _wrong(number, f"path: {written!r:.80} is none", hint)
    return path


def _check_roles(number: int, roles: Sequence[str]) -> None:
    if not roles:
        return
    from hardtack.login.roles import ADMINISTRATOR, BadRoles, checked  # noqa: PLC0415 - settings alone need no login

    try:
        checked(role for role in roles if role != ADMINISTRATOR)
    except BadRoles:
        raise _wrong(
            number, "roles: one of them can be none", 'write words of a-z, 0-9 and hyphens, such as roles = ["staff"]'
        ) from None
