"""``/account/tokens``: personal access tokens, made and ended by their owner.

The text of a token is in the one answer that makes it and nowhere else, which is why that answer is a page and no
redirect. Making and ending want a sign-in of a moment ago. Whose tokens they are follows from the sign-in alone; a form
that names anybody else's is answered as one that names none (attack 28). A token itself is good for no page of ours.
"""

from __future__ import annotations

from typing import Any

from hardtack.errors import Refused
from hardtack.login import Account, Token
from hardtack.login.credentials import SessionOver
from hardtack.login.tokens import MOST_DAYS
from hardtack.message import Request, Response
from hardtack.session import Identity
from hardtack.site import answers, demands, forms, paged, texts
from hardtack.site.forms import Form
from hardtack.site.services import Services
from hardtack.status import NotFound, UnprocessableContent

PATH = "/account/tokens"

ENDS = (7, 30, 90, MOST_DAYS)
"""Days that the form offers."""

SHOWN = 10
"""Tokens on a page; there may be fifty."""

USUAL = 90
_LARGEST_ID = (1 << 63) - 1


def show(request: Request, services: Services) -> Response:
    """Return the list and the form.

    Raises:
        Onward, Unauthorized: nobody is signed in.
    """
    account, _ = demands.signed_in(request, services)
    if answers.speaks_json(request):
        return answers.json(
            {
                "tokens": [_described(token) for token in services.accounts.tokens.of(account.id)],
                "scopes": services.settings.token_scopes,
                "csrf_token": services.csrf_token(),
            }
        )
    return _page(services, account, after=forms.query(request).get(paged.AFTER, ""))


def change(request: Request, services: Services) -> Response:
    """Make a token, or end one.

    Raises:
        Onward, Unauthorized: nobody is signed in, or not recently.
        NotFound: there is no such token of theirs to end.
        Refused: it cannot be made; for a form, its page is shown again instead.
    """
    account, identity = demands.recent(request, services)
    action = services.form.get("action", "make")
    if action == "end":
        return _end(request, services, account)
    if action == "make":
        # It stands for a sign-in for a year: a password alone must not make one where it does not sign in.
        demands.for_factors(request, services)
        return _make(request, services, account, identity)
    said = services.texts.both("admin.no_action")
    raise UnprocessableContent(said, reason="no-such-action", fields={"action": said})


def _make(request: Request, services: Services, account: Account, identity: Identity) -> Response:
    form = services.form
    known = services.settings.token_scopes
    try:
        form.require(("label",))
        token, text = services.accounts.tokens.make(
            account.id,
            form.get("label"),
            _scopes(form, known),
            days=_number(form, "days", USUAL),
            known=known,
            client=request.client,
            now=services.now,
            language=services.language,
            device=services.whence.device,
            identity=identity,
        )
    except SessionOver:
        raise
    except Refused as error:
        if answers.speaks_json(request):
            raise
        ticked = [scope for scope in known if _box(scope) in form]
        return _page(services, account, error=error, label=form.said("label"), chosen=ticked, days=form.said("days"))
    if answers.speaks_json(request):
        return answers.json({"token": text, **_described(token)}, 201)
    return _page(services, account, made=token, text=text)


def _end(request: Request, services: Services, account: Account) -> Response:
    token_id = _number(services.form, "id", 0)
    if not services.accounts.tokens.end(
        account.id, token_id, now=services.now, client=request.client, device=services.whence.device
    ):
        raise NotFound(services.texts.both("tokens.gone"), reason="no-such-token")
    if answers.speaks_json(request):
        return answers.json({"ended": token_id})
    return answers.see_other(services.url(PATH))


def _scopes(form: Form, known: tuple[str, ...]) -> list[str]:
    """Return what was chosen: boxes in a form, words with spaces between in JSON.

    Raises:
        UnprocessableContent: one of them came twice, or is no text.
    """
    if form.kind == "form":
        return [scope for scope in known if form.chosen(_box(scope))]
    return form.get("scopes").split()


def _box(scope: str) -> str:
    return f"scope-{scope}"


def _number(form: Form, name: str, default: int) -> int:
    """Return the whole number in the field *name*, *default* if it was not sent, or 0, which is none of ours.

    Raises:
        UnprocessableContent: it came twice, or is neither a text nor a number.
    """
    sent = form.fields.get(name, default)
    return _whole(sent if type(sent) is int and name not in form.faults else form.get(name))


def _whole(value: Any) -> int:
    """Return the whole number that was sent, as a text or in JSON; 0, which is none of ours, for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    return value if type(value) is int and 0 <= value <= _LARGEST_ID else 0


def _page(
    services: Services,
    account: Account,
    *,
    error: Refused | None = None,
    label: str = "",
    chosen: list[str] | None = None,
    days: str = "",
    made: Token | None = None,
    text: str = "",
    after: str = "",
) -> Response:
    found = services.accounts.tokens.of(account.id)
    at = paged.place(found, lambda token: str(token.id), size=SHOWN, after=after)
    return services.render(
        "tokens.html",
        error=error,
        account=account,
        tokens=found[at.begin : at.end],
        more=at.more(services.url(PATH)),
        scopes=services.settings.token_scopes,
        label=label,
        chosen=chosen or [],
        made=made,
        text=text,
        ends=ENDS,
        usual=_whole(days) if _whole(days) in ENDS else USUAL,
        now=services.now,
    )


def _described(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "label": token.label,
        "scopes": token.scopes,
        "created": texts.machine_time(token.created),
        "until": None if token.until is None else texts.machine_time(token.until),
        "last_used": None if token.last_used is None else texts.machine_time(token.last_used),
    }
