"""The one table of addresses: path → method → page; the addresses of a site's files are the site's own.

A page is a function of ``(Request, Services)``. HEAD is answered through GET, OPTIONS from the table itself unless a
page is for that, too (RFC 9110 §9.3.2, §9.3.7), and ``Allow`` always names everything that a path takes (§10.2.1). The
paths are those below the site's prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hardtack.message import Request, Response
from hardtack.site import (
    account,
    activity,
    address,
    assets,
    close,
    codes,
    confirm,
    enrol,
    export,
    forgot,
    health,
    home,
    keep_factors,
    language,
    passkey_sign_in,
    passkeys,
    password,
    provoke,
    release,
    reset,
    second_factor,
    seen,
    sessions,
    sign_in,
    sign_out,
    sign_up,
    status_code,
    status_list,
    tokens,
    trusted_devices,
    two_factor,
    verify,
    way_in,
    welcome,
    well_known,
)
from hardtack.site.admin import account as admin_account
from hardtack.site.admin import accounts as admin_accounts
from hardtack.site.admin import invitations as admin_invitations
from hardtack.site.admin import overview, throttles, trail
from hardtack.site.assets import Assets
from hardtack.site.forward_auth import auth, gate, hand_off
from hardtack.site.services import Services
from hardtack.status.refuse import METHODS

Page = Callable[[Request, Services], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """What one address does.

    Args:
        pages: the page of each method.
        session: whether the visitor's cookies are read; where they are not, the answer never depends on who is signed
            in to these pages.
        any_host: whether a public service answers whatever host is named: what watches a process knows its address,
            not its name. Development mode makes no exception.
        options: whether OPTIONS is answered with success, which a proxy would take for leave to go on.
    """

    pages: Mapping[str, Page]
    session: bool = True
    any_host: bool = False
    options: bool = True

    @property
    def allow(self) -> list[str]:
        """Every method that the address takes."""
        methods = {*self.pages, *({"OPTIONS"} if self.options else ()), *({"HEAD"} if "GET" in self.pages else ())}
        return sorted(methods)

    def page(self, method: str) -> Page | None:
        """Return the page that answers *method*, or ``None``."""
        return self.pages.get("GET" if method == "HEAD" else method)


ROUTES: Mapping[str, Route] = {
    "/": Route({"GET": home.show}),
    "/welcome": Route({"GET": welcome.show, "POST": welcome.create}),
    "/sign-up": Route({"GET": sign_up.show, "POST": sign_up.create}),
    "/sign-in": Route({"GET": sign_in.show, "POST": sign_in.enter}),
    "/sign-out": Route({"POST": sign_out.leave}),
    "/account": Route({"GET": account.show}),
    "/account/confirm": Route({"GET": confirm.show, "POST": confirm.prove}),
    "/account/activity": Route({"GET": activity.show}),
    overview.PATH: Route({"GET": overview.show, "POST": overview.act}),
    admin_accounts.PATH: Route({"GET": admin_accounts.show}),
    admin_account.PATH: Route({"GET": admin_account.show, "POST": admin_account.act}),
    admin_invitations.PATH: Route({"GET": admin_invitations.show, "POST": admin_invitations.act}),
    throttles.PATH: Route({"GET": throttles.show, "POST": throttles.act}),
    trail.PATH: Route({"GET": trail.show}),
    "/account/tokens": Route({"GET": tokens.show, "POST": tokens.change}),
    "/account/sessions": Route({"GET": sessions.show, "POST": sessions.change}),
    "/release": Route({"GET": release.show, "POST": release.send}),
    "/account/email": Route({"GET": address.show, "POST": address.change}),
    "/verify": Route({"GET": verify.show, "POST": verify.confirm}),
    "/account/password": Route({"GET": password.show, "POST": password.change}),
    two_factor.PATH: Route({"GET": two_factor.show, "POST": two_factor.change}),
    "/account/export": Route({"GET": export.show, "POST": export.download}),
    "/account/close": Route({"GET": close.show, "POST": close.close}),
    keep_factors.PATH: Route({"GET": keep_factors.show, "POST": keep_factors.call_off}),
    "/forgot": Route({"GET": forgot.show, "POST": forgot.ask}),
    "/reset": Route({"GET": reset.show, "POST": reset.set_password}),
    way_in.SECOND_FACTOR: Route({"GET": second_factor.show, "POST": second_factor.prove}),
    way_in.ENROL: Route({"GET": enrol.show, "POST": enrol.make}),
    trusted_devices.PATH: Route({"GET": trusted_devices.show, "POST": trusted_devices.change}),
    "/language": Route({"GET": language.switch}),
    codes.PATH: Route({"GET": status_list.show}),
    passkey_sign_in.PATH: Route({"GET": passkey_sign_in.show, "POST": passkey_sign_in.enter}),
    passkeys.PATH: Route({"GET": passkeys.show, "POST": passkeys.change}),
    auth.PATH: Route({"GET": auth.show}, session=False, any_host=True, options=False),
    well_known.PATH: Route({"GET": well_known.change_password}, session=False),
    "/healthz": Route({"GET": health.alive}, session=False, any_host=True),
    "/readyz": Route({"GET": health.ready}, session=False, any_host=True),
    seen.PATH: Route({"GET": seen.show}, session=False, any_host=True),
}

HAND_OFF: Mapping[str, Route] = {
    gate.OFFER: Route({"GET": hand_off.offer}),
    gate.START: Route({"GET": hand_off.start}, session=False, any_host=True),
    hand_off.ENTER: Route({"GET": hand_off.enter}, session=False, any_host=True),
}
"""What leads to the applications of other hosts; there only where rules name some."""

FILE = Route({"GET": assets.show}, session=False)
"""A file of the site's, at an address that only the site knows."""

FILE_ABROAD = Route({"GET": hand_off.file}, session=False, any_host=True)
"""The same on the hosts of applications."""

CODE = Route({"GET": status_code.show})
"""The page about one status code, below ``/status``."""

PROVOKED = Route(dict.fromkeys(sorted(METHODS - {"HEAD"}), provoke.show), session=False)
"""The same by the code's number, where codes may be provoked; nobody's cookies are looked at, so anybody may ask."""

ALONE = frozenset({"/", codes.PATH, well_known.PATH})
"""Addresses that are ours only where the pages are the whole site; an application around has its own."""


def find(
    path: str, *, alone: bool, provokes: bool, hands_off: bool = False, files: Assets = assets.OURS
) -> Route | None:
    """Return the route of *path*, or ``None`` if it is no address of ours.

    Args:
        path: below the prefix.
        alone: whether the pages are the whole site.
        provokes: whether status codes may be provoked.
        hands_off: whether people are handed on to applications of other hosts.
        files: those of the site.
    """
    route = ROUTES.get(path)
    if route is None and files.at(path) is not None:
        return FILE
    if route is None and hands_off:
        abroad = path.startswith(assets.ABROAD) and path.removeprefix(assets.ABROAD) in files.on_every_page
        route = FILE_ABROAD if abroad else HAND_OFF.get(path)
    if not alone:
        return None if path in ALONE else route
    if route is None and (name := codes.name_in(path)) is not None:
        return PROVOKED if provokes and codes.is_number(name) else CODE
    return route


def without_slash(path: str, found: Callable[[str], Route | None]) -> str | None:
    """Return the address that *path* means if it only has a slash too many at its end, else ``None``.

    Args:
        path: below the prefix.
        found: returns the route of an address.
    """
    trimmed = path.removesuffix("/")
    return trimmed if trimmed not in (path, "/") and found(trimmed) is not None else None
