"""``/admin/account?id=…``: one account, where it is signed in, what happened to it, and what can be done about it.

The number in the form says on which account something is done; who does it is whoever is signed in, and stands in the
trail, which the account's owner reads. A reset sends a link to the owner's address or, where nothing can be sent, shows
it once, to be handed over; the password is the owner's to choose and nobody else ever sees it.
"""

from __future__ import annotations

from typing import Any

from hardtack.errors import Refused
from hardtack.login import Account
from hardtack.login.device_names import in_words
from hardtack.login.sign_ins import SignedIn
from hardtack.message import Request, Response
from hardtack.site import answers, event_words, forms, paged, texts
from hardtack.site.admin import asking
from hardtack.site.services import Services

PATH = "/admin/account"

SIGN_INS = 5
"""Its sign-ins on a page; there may be two hundred."""

EVENTS = 10
"""The newest events that are shown here; the page of the trail has the others."""


def show(request: Request, services: Services) -> Response:
    """Return the page of one account.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
        UnknownAccount: there is no such account.
    """
    asking.administrator(request, services, acts=True)
    asked = forms.query(request)
    return _page(request, services, asking.meant(services, asked.get("id", "")), done=asked.get("done", ""))


def act(request: Request, services: Services) -> Response:
    """Do what the form asks for, to the account that it names.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
        UnknownAccount: there is no such account.
        Refused: it cannot be done; for a form, its page is shown again.
    """
    form = services.form
    # Nothing of it is looked at yet but where a person comes back to.
    back = asking.address(services, PATH, id=form.said("id")) if form.kind == "form" else None
    actor = asking.administrator(request, services, back=back)
    account = asking.meant_by_form(services)
    try:
        return asking.chosen(services, _ACTIONS)(request, services, actor)
    except Refused as error:
        if answers.speaks_json(request):
            raise
        typed = form.said("roles") if "roles" in form else " ".join(account.roles)
        return _page(request, services, account, error=error, typed_roles=typed)


def _done(
    request: Request, services: Services, account: Account, *, made: str = "", link: str | None = None
) -> Response:
    """Answer that it is done; a link is shown here and nowhere else."""
    if answers.speaks_json(request):
        done: dict[str, Any] = {"account": asking.described(services, account), "done": services.form.get("action")}
        return answers.json({**done, "link": link} if made else done)
    if made:
        return _page(request, services, account, link=link, made=made)
    return answers.see_other(asking.address(services, PATH, id=account.id, done=services.form.get("action")))


def _disable(request: Request, services: Services, actor: Account) -> Response:
    meant = asking.meant_by_form(services)
    administration = services.accounts.administration
    account = administration.disable(meant.id, actor_id=actor.id, now=services.now, whence=services.whence)
    return _done(request, services, account)


def _enable(request: Request, services: Services, actor: Account) -> Response:
    meant = asking.meant_by_form(services)
    administration = services.accounts.administration
    account = administration.enable(meant.id, actor_id=actor.id, now=services.now, whence=services.whence)
    return _done(request, services, account)


def _set_roles(request: Request, services: Services, actor: Account) -> Response:
    form = services.form
    meant = asking.meant_by_form(services)
    account = services.accounts.administration.set_roles(
        meant.id,
        asking.roles_in(form),
        form.chosen("administrator"),
        actor.id,
        services.now,
        whence=services.whence,
    )
    return _done(request, services, account)


def _end_sign_in(request: Request, services: Services, actor: Account) -> Response:
    form = services.form
    form.require(("sign_in",))
    meant = asking.meant_by_form(services)
    services.accounts.sign_ins.end(
        meant.id, form.get("sign_in"), services.now, whence=services.whence, actor_id=actor.id
    )
    return _done(request, services, meant)


def _end_sign_ins(request: Request, services: Services, actor: Account) -> Response:
    meant = asking.meant_by_form(services)
    services.accounts.sign_ins.end_all(meant.id, services.now, whence=services.whence, actor_id=actor.id)
    return _done(request, services, meant)


def _reset(request: Request, services: Services, actor: Account) -> Response:
    meant = asking.meant_by_form(services)
    code = services.accounts.recovery.start(
        meant.id,
        actor.id,
        services.now,
        by_mail=services.settings.mail_url is not None,
        whence=services.whence,
    )
    if code is None:
        return _done(request, services, meant, made="mailed")
    return _done(request, services, meant, made="reset", link=asking.link(services, "/reset", code))


def _reset_factors(request: Request, services: Services, actor: Account) -> Response:
    meant = asking.meant_by_form(services)
    services.accounts.factor_reset.ask(meant.id, actor_id=actor.id, now=services.now, whence=services.whence)
    return _done(request, services, meant)


def _keep_factors(request: Request, services: Services, actor: Account) -> Response:
    meant = asking.meant_by_form(services)
    services.accounts.factor_reset.call_off(meant.id, actor_id=actor.id, now=services.now, whence=services.whence)
    return _done(request, services, meant)


def _release(request: Request, services: Services, actor: Account) -> Response:
    meant = asking.meant_by_form(services)
    return _done(request, services, meant, made="release", link=asking.released(services, meant, actor))


_ACTIONS: dict[str, asking.Action] = {
    "disable": _disable,
    "enable": _enable,
    "roles": _set_roles,
    "end-sign-in": _end_sign_in,
    "end-sign-ins": _end_sign_ins,
    "reset": _reset,
    "reset-factors": _reset_factors,
    "keep-factors": _keep_factors,
    "release": _release,
}


_DONE = {
    "disable": "admin.done_disable",
    "enable": "admin.done_enable",
    "roles": "admin.done_roles",
    "end-sign-in": "sessions.done_ended",
    "end-sign-ins": "admin.done_end_sign_ins",
    "reset-factors": "admin.done_reset_factors",
    "keep-factors": "admin.done_keep_factors",
}
"""What is said after something was done, by the word in the address that the answer leads to."""


def _page(
    request: Request,
    services: Services,
    account: Account,
    *,
    error: Refused | None = None,
    typed_roles: str | None = None,
    link: str | None = None,
    made: str = "",
    done: str = "",
) -> Response:
    activity = services.accounts.activity.of(account.id, limit=EVENTS)
    sign_ins = services.accounts.sign_ins.list(account.id, services.now)
    held = services.accounts.second_factors.held(account.id)
    under_way = services.accounts.factor_reset.pending(account.id, services.now)
    if answers.speaks_json(request):
        return answers.json(
            {
                "account": asking.described(services, account),
                "second_factors": {
                    "totp": held.totp,
                    "passkeys": held.passkeys,
                    "recovery_codes": held.recovery_codes,
                    "reset_due": None if under_way is None else texts.machine_time(under_way.due),
                },
                "sign_ins": [_as_json(each) for each in sign_ins],
                "events": [event_words.described(entry) for entry in activity.entries],
                "actions": sorted(_ACTIONS),
                "csrf_token": services.csrf_token(),
            }
        )
    after = forms.query(request).get(paged.AFTER, "")
    at = paged.place(sign_ins, lambda each: each.id, size=SIGN_INS, after=after)
    table, language = services.texts, services.language
    return services.render(
        "admin_account.html",
        error=error,
        meant=account,
        typed_roles=" ".join(account.roles) if typed_roles is None else typed_roles,
        sign_ins=sign_ins[at.begin : at.end],
        more_sign_ins=at.more(services.url(PATH), id=account.id),
        held=held,
        under_way=under_way,
        wait=services.accounts.factor_reset.wait,
        device=lambda each: in_words(each.whence.device, language) or table.text(language, "admin.device_unknown"),
        entries=[event_words.told(table, language, entry) for entry in activity.entries],
        more=asking.address(services, "/admin/audit", account=f"#{account.id}") if activity.older else None,
        link=link,
        made=made,
        done=table.text(language, _DONE[done]) if done in _DONE else "",
    )


def _as_json(sign_in: SignedIn) -> dict[str, Any]:
    return {
        "id": sign_in.id,
        "began": texts.machine_time(sign_in.began),
        "last_seen": texts.machine_time(sign_in.last_seen),
        "client": sign_in.whence.client,
        "device": sign_in.whence.device,
        "place": sign_in.whence.place,
        "factors": sign_in.factors,
    }
