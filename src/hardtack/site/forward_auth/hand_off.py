"""The hand-off: how somebody who is signed in on the portal is let in by the application of another host.

```
/auth              nobody's gate came along        → /.hardtack/start?to=…        on the application's host
/.hardtack/start   a random value is kept there    → /hand-off?host=…&to=…&start=HASH        on the portal
/hand-off          signed in, and the rules agree  → /.hardtack/enter?code=…&to=…            on that host
/.hardtack/enter   the code fits host and value    → the gate cookie, and on to where they wanted
```

A code that was made for one browser is refused in every other (attack 21): it is bound to the hash of what ``start``
keeps in a cookie, which nobody but that browser and that host ever sees. Whatever is wrong with a code, the page says
to begin again, and sets nothing. ``to`` is a path of the same host and nothing else. The pages on an application's host
answer for hosts that a rule names, read no cookie but their own, and none of the portal's pages is there.

With ``parent_domain`` the portal sets the shared gate itself, and there is neither a value nor a code.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from hardtack.login.half import LONGEST_ONWARD
from hardtack.login.hand_off import HandOffOver
from hardtack.message import Request, Response
from hardtack.session import Identity, SupersededSession, cookie
from hardtack.session.visitor import cookie_header
from hardtack.site import answers, assets, demands, forms, next_url, step_up
from hardtack.site.answers import Onward
from hardtack.site.assets import ABROAD
from hardtack.site.forward_auth.gate import OFFER, START
from hardtack.site.forward_auth.original import Original, canonical, well_formed_host
from hardtack.status import BadRequest, Forbidden, MisdirectedRequest, NotFound, Unauthorized

if TYPE_CHECKING:
    from hardtack.site.services import Services

ENTER = f"{ABROAD}/enter"
"""Where a code is taken, on the application's host."""

KEPT = 300
"""Seconds for which a browser keeps its value: the time that a sign-in may take."""

_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
_ROOT = "/"

_log = logging.getLogger("hardtack.site")


def start(request: Request, services: Services) -> Response:
    """Let the browser keep a value of its own for this host, and send it on to the portal.

    Raises:
        Refused: the host is none of an application, or a redirect would not lead to a person.
    """
    host = _application(services)
    _require_person(request, services)
    to = destination(forms.query(request).get("to"))
    if services.parts.gate.shares(host):
        return answers.see_other(services.url(_offer(host, to)))
    value = _value(request, services) or _text(os.urandom(32))
    address = _offer(host, to, hashed(value))
    response = answers.see_other(services.url(address))
    names = services.parts.sessions.policy
    response.add("Set-Cookie", names.set_cookie(names.start_name, value, max_age=KEPT))
    response.vary("Cookie")
    return response


def offer(request: Request, services: Services) -> Response:
    """Send somebody who is signed in on to the application, if the rules let them in.

    Raises:
        Onward: they are to sign in first, or to prove another factor.
        Refused: the address is none that ``start`` makes, or a redirect would not lead to a person.
    """
    _require_person(request, services)
    asked = forms.query(request)
    host, to, kept = asked.get("host", ""), destination(asked.get("to")), asked.get("start", "")
    gate = services.parts.gate
    shared = gate.shares(host)
    if not _is_applications(services, host) or not (shared or _VALUE.fullmatch(kept)):
        raise BadRequest(services.texts.both("hand_off.no_such_host"), reason="hand-off-malformed")
    back = services.url(_offer(host, to, "" if shared else kept, after_form=True))
    _, identity = demands.signed_in(request, services, back=back)
    if services.visiting().session.superseded:
        # What a step-up has replaced ends in a moment, and so must all that comes of it.
        raise SupersededSession
    refused = _refused(services, identity, host, to, back)
    if refused is not None:
        return refused
    if shared:
        services.accounts.hand_offs.note(identity, host=host, now=services.now, whence=services.whence)
        services.set_cookies.append(gate.write(identity, host, services.now))
        address = gate.origin_of(host) + to
    else:
        code = services.accounts.hand_offs.begin(identity, host=host, start=kept, now=services.now)
        address = f"{gate.origin_of(host)}{ENTER}?{urlencode({'code': code, 'to': to}, safe='/')}"
    return _leave(services, host, address, after_form="after" in asked)


def enter(request: Request, services: Services) -> Response:
    """Take a code, and let the browser through to the application of this host.

    Raises:
        Refused: the host is none of an application, no person is there, or nobody can tell now whether the sign-in
            holds; nothing is consumed then.
    """
    host = _application(services)
    _require_person(request, services)
    asked = forms.query(request)
    to = destination(asked.get("to"))
    try:
        return _enter(request, services, host, asked.get("code", ""), to)
    except HandOffOver as error:
        _log.warning(
            "hand-off refused",
            extra={"event": "hand-off-refused", "fields": {"host": host, "reason": error.reason}},
        )
        return services.render(
            "hand_off_again.html", error=error, host=host, begin=f"{START}?{urlencode({'to': to}, safe='/')}"
        )


def file(request: Request, services: Services) -> Response:
    """Return a file that the pages on an application's host need.

    Raises:
        Refused: the host is none of an application.
    """
    _application(services)
    return assets.show(request, services)


def _enter(request: Request, services: Services, host: str, code: str, to: str) -> Response:
    """Let the browser through.

    Raises:
        HandOffOver: the code is not for it, or not any more.
    """
    value = _value(request, services)
    if not value:
        raise HandOffOver("of-another-browser")
    gate, hand_offs = services.parts.gate, services.accounts.hand_offs
    claims = hand_offs.read(code, host=host, start=hashed(value), now=services.now)
    if not gate.holds(claims.identity, services.now):
        raise HandOffOver("ended")
    # Made first: where no key seals, the code may be tried again.
    written = gate.write(claims.identity, host, services.now)
    hand_offs.enter(claims, host=host, now=services.now, whence=services.whence)
    response = answers.see_other(to)
    response.add("Set-Cookie", written)
    response.vary("Cookie")
    return response


def _refused(services: Services, identity: Identity, host: str, to: str, back: str) -> Response | None:
    """Return the page that says that somebody may not enter, or ``None``: they may.

    Raises:
        Onward: another factor is to be proved first.
    """
    path, _, query = to.partition("?")
    scheme = services.origin.partition(":")[0]
    wanted = Original("GET", scheme, host, canonical(path), query, navigates=True, style="redirect")
    judge = services.parts.auth.judge
    person = judge.people.read(identity.account)
    decision = judge.rules.decide(wanted, None if person is None else person.by(identity.factors))
    if decision.allowed:
        return None
    if decision.needs in ("second", "passkey"):
        raise Onward(answers.see_other(step_up.page(services.url(step_up.PAGE), back, decision.needs)))
    said = {"host": host, "account": identity.account, "reason": decision.reason}
    _log.info("not let in", extra={"event": "not-let-in", "fields": said})
    error = Forbidden(services.texts.both("hand_off.may_not"), reason=decision.reason)
    return services.render("hand_off_refused.html", error=error, host=host, account=services.account)


def _leave(services: Services, host: str, address: str, *, after_form: bool) -> Response:
    """Send the browser to another host."""
    if not after_form:
        return answers.see_other(address)
    # The way here began with a form of ours, and our policy lets no form end on another host (``form-action``), nor
    # any redirect after it. A page that is there for a moment is no redirect.
    response = services.render("hand_off.html", host=host, address=address)
    response.set("Refresh", f"0; url={address}")
    return response


def destination(asked: str | None) -> str:
    """Return the path and query on the application's host where somebody wants to go; never raises.

    Args:
        asked: as it came; what is no path that can be read in one way only, or one of our own there, becomes ``/``.
    """
    to = next_url.destination(asked, origins=(), default=_ROOT).partition("#")[0]
    try:
        path = canonical(to.partition("?")[0])
    except BadRequest:
        return _ROOT
    return _ROOT if f"{path}/".startswith(f"{ABROAD}/") else to


def hashed(value: str) -> str:
    """Return what the portal learns of the value that a browser keeps on an application's host."""
    return _text(hashlib.sha256(b"hardtack/start\0" + value.encode()).digest())


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _value(request: Request, services: Services) -> str:
    """Return the value that the browser keeps here, or ``""``; of several none is taken."""
    found = cookie.find(cookie_header(request), services.parts.sessions.policy.start_name)
    return found[0] if len(found) == 1 and _VALUE.fullmatch(found[0]) else ""


def _offer(host: str, to: str, start: str = "", *, after_form: bool = False) -> str:
    """Return the address of the portal's page, short enough for every way through a sign-in."""
    # The mark is counted from the start on, so that coming back changes nothing.
    tail = f"&start={start}" if start else ""
    address = f"{OFFER}?host={quote(host, safe='')}&to={quote(to, safe='/')}{tail}"
    if len(address) + len("&after=form") > LONGEST_ONWARD:
        address = f"{OFFER}?host={quote(host, safe='')}&to={_ROOT}{tail}"
    return f"{address}&after=form" if after_form else address


def _is_applications(services: Services, host: str) -> bool:
    """Return whether *host* is, in its one spelling, one that a rule names and not the portal's own."""
    origin = services.settings.origin
    if origin is None:
        return False
    scheme = origin.partition(":")[0]
    judge = services.parts.auth.judge
    return well_formed_host(host, scheme) == host and judge.rules.names(host) and not judge.is_own(host, origin)


def _application(services: Services) -> str:
    """Return the host of the application that was asked; from here on, what is shown is shown there.

    Raises:
        NotFound: it is the portal's own, where there is none of these pages.
        MisdirectedRequest: no rule names it.
    """
    origin = services.settings.origin
    if origin is None:
        raise NotFound
    host = well_formed_host(services.host, origin.partition(":")[0]) or ""
    if services.parts.auth.judge.is_own(host, origin):
        raise NotFound
    if not _is_applications(services, host):
        raise MisdirectedRequest(reason="host-not-ours")
    services.abroad = True
    return host


def _require_person(request: Request, services: Services) -> None:
    """Refuse whoever is no person's browser that is going to a page: a redirect would help nobody.

    Raises:
        Unauthorized: so it is; nothing is set and nothing consumed.
    """
    if request.method == "HEAD" or answers.speaks_json(request) or not answers.navigates(request):
        raise Unauthorized(challenge=services.challenge, reason="not-signed-in")
