"""``/account/sessions``: where somebody is signed in, and how to end it.

To look at the list it is enough to be signed in; to end anything the person must have proved a moment ago to be it
(ASVS 7.5.2), or a cookie left behind could throw its owner out. Whose sign-ins they are follows from the identity
alone: the id in a form is looked for among them, and any other means nothing (attack 28). A sign-in that is ended is
over in every process when the answer is out; this one goes on under a new id when all others end, and ending this one
is signing out, for which nobody is asked anything.
"""

from __future__ import annotations

from typing import Any

from hardtack.errors import Refused
from hardtack.login import NoSuchSignIn, SignedIn
from hardtack.login.device_names import in_words
from hardtack.message import Request, Response
from hardtack.session import Identity
from hardtack.site import answers, demands, forms, paged, renewal, sign_out, texts
from hardtack.site.services import Services
from hardtack.status import UnprocessableContent

PATH = "/account/sessions"
"""Where the list is. A page that has changed something which ends nothing by itself links here."""

END, END_OTHERS = "end", "end-others"
"""What a form asks for, in its field ``action``."""

_DONE = {"ended": "sessions.done_ended", "others": "sessions.done_others"}
"""What is said after something was done, by the word in the address that the answer leads to."""

SHOWN = 15
"""Sign-ins on a page; there may be two hundred."""

_JUST_NOW = 120
_HOUR = 3600
_DAY = 86_400


def show(request: Request, services: Services) -> Response:
    """Return the list.

    Raises:
        Onward, Unauthorized: nobody is signed in.
    """
    _, identity = demands.signed_in(request, services)
    return _answer(request, services, identity, done=forms.query(request).get("done", ""))


def change(request: Request, services: Services) -> Response:
    """End one sign-in, or all but this one, and say so.

    Raises:
        Onward, Unauthorized: nobody is signed in, or was not a moment ago.
        UnprocessableContent: it is not said which.
        NoSuchSignIn: there is none of that id; for a form, the list is shown with it.
        SupersededSession: the cookie is from before a step-up.
    """
    _, identity = demands.signed_in(request, services)
    sign_ins, form = services.accounts.sign_ins, services.form
    form.require(("action",))
    action = form.get("action")
    if action == END_OTHERS:
        demands.recent(request, services)
        after = sign_ins.end_others(identity, services.now, whence=services.whence)
        return _done(request, services, renewal.after_change(services, after), "others")
    if action != END:
        raise UnprocessableContent(
            services.texts.both("sessions.no_action"),
            reason="no-such-action",
            fields={"action": services.texts.both("sessions.no_action")},
        )
    form.require(("id",))
    wanted = form.get("id")
    if wanted == sign_ins.id_of(identity.lineage):
        return sign_out.leave(request, services)
    demands.recent(request, services)
    try:
        sign_ins.end(identity.account, wanted, services.now, whence=services.whence)
    except NoSuchSignIn as error:
        if answers.speaks_json(request):
            raise
        return _answer(request, services, identity, error=error)
    return _done(request, services, identity, "ended")


def _done(request: Request, services: Services, identity: Identity, word: str) -> Response:
    if answers.speaks_json(request):
        return _answer(request, services, identity)
    return answers.see_other(f"{services.url(PATH)}?done={word}")


def _answer(
    request: Request, services: Services, identity: Identity, *, done: str = "", error: Refused | None = None
) -> Response:
    """Return the list as it is now, for a script or a person."""
    found = services.accounts.sign_ins.list(identity.account, services.now, present=identity)
    if answers.speaks_json(request):
        rows = [_machine_row(services, each, identity) for each in found]
        return answers.json({"sign_ins": rows, "csrf_token": services.csrf_token()})
    asked = forms.query(request).get(paged.AFTER, "")
    at = paged.place(found, lambda each: each.id, size=SHOWN, after=asked)
    return services.render(
        "sessions.html",
        error=error,
        account=services.account,
        sign_ins=[_row(services, each, identity) for each in found[at.begin : at.end]],
        alone=len(found) == 1,
        more=at.more(services.url(PATH)),
        done=services.texts.text(services.language, _DONE[done]) if done in _DONE and error is None else "",
    )


def _machine_row(services: Services, each: SignedIn, identity: Identity) -> dict[str, Any]:
    return {
        "id": each.id,
        "present": each.lineage == identity.lineage,
        "device": in_words(each.whence.device, services.language),
        "place": each.whence.place,
        "client": each.whence.client,
        "began": texts.machine_time(each.began),
        "last_seen": texts.machine_time(each.last_seen),
        "factors": each.factors,
    }


def _row(services: Services, each: SignedIn, identity: Identity) -> dict[str, Any]:
    language, said = services.language, services.texts
    words = said.table(language)
    known = [f"factor.{factor.replace('-', '_')}" for factor in each.factors]
    return {
        "id": each.id,
        "present": each.lineage == identity.lineage,
        "device": in_words(each.whence.device, language) or words["sessions.unknown_device"],
        "where": [part for part in (each.whence.place, each.whence.client) if part],
        "began": said.moment(language, each.began),
        "last_seen": _ago(services, each.last_seen),
        "factors": [words.get(name, factor) for name, factor in zip(known, each.factors, strict=True)],
    }


def _ago(services: Services, at: int) -> str:
    """Return when something was, the nearer the less exactly."""
    language, said = services.language, services.texts
    past = services.now - at
    if past < _JUST_NOW:
        return said.text(language, "sessions.just_now")
    if past < _DAY:
        size = _HOUR if past >= _HOUR else 60
        return said.text(language, "sessions.ago", span=said.span(language, past // size * size))
    return said.moment(language, at)
