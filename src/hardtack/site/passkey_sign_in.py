"""``/sign-in/passkey``: a passkey alone becomes an identity.

The form that leads here is the button of the sign-in page, or the browser's own list of names (conditional mediation);
either way a person has chosen to sign in. What is refused is shown on that page, in one and the same words whatever was
wrong. A script gets here what it asks the browser with.
"""

from __future__ import annotations

from hardtack.errors import Refused
from hardtack.login.factors import PASSKEY
from hardtack.message import Request, Response
from hardtack.site import answers, own_account, passkey_offers, sign_in, way_in
from hardtack.site.passkey_offers import ANSWER, TOKEN
from hardtack.site.services import Services

PATH = "/sign-in/passkey"


def show(request: Request, services: Services) -> Response:
    """Return what a script asks the browser with; a person is led to the page that has the button."""
    if not answers.speaks_json(request):
        return answers.see_other(services.url("/sign-in"))
    offer = passkey_offers.to_show(services)
    return answers.json({TOKEN: offer.token, "options": offer.options, "csrf_token": services.csrf_token()})


def enter(request: Request, services: Services) -> Response:
    """Sign the visitor in.

    Raises:
        Refused: as the login room decides; for a form, the sign-in page is shown instead.
    """
    form = services.form
    try:
        form.require((TOKEN, ANSWER))
        asked_next, keep = form.get("next"), form.chosen("keep")
        account = services.accounts.passkey_sign_in.sign_in(
            form.get(TOKEN),
            form.get(ANSWER),
            party=passkey_offers.party(services),
            binding=services.binding,
            client=request.client,
            now=services.now,
            known=services.known(),
            device=services.whence.device,
        )
    except Refused as error:
        if answers.speaks_json(request):
            raise
        return sign_in.page(services, asked_next=form.said("next"), keep="keep" in form, error=error)
    onward = services.destination(asked_next, default="")
    way_in.sign_in_or_lead_on(services, account, keep=keep, factors=(PASSKEY,), onward=onward)
    if answers.speaks_json(request):
        return answers.json({"account": own_account.described(account)})
    return answers.see_other(services.destination(asked_next))
