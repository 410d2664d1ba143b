"""``/account``: what is known about the signed-in visitor, and about this sign-in.

Without an identity a person's browser is led to the sign-in page and back; a script gets 401 with the challenge that
names the page.
"""

from __future__ import annotations

from hardtack.message import Request, Response
from hardtack.site import answers, demands, own_account, texts
from hardtack.site.services import Services


def show(request: Request, services: Services) -> Response:
    """Return the visitor's own account.

    Raises:
        Unauthorized: nobody is signed in, and a redirect would not lead to a person.
    """
    account = services.account
    identity = services.identity
    if account is None or identity is None:
        return demands.lead_to_sign_in(request, services)
    lifetimes = services.parts.sessions.lifetimes_of(identity)
    deadline = identity.born + lifetimes.absolute
    reset = services.accounts.factor_reset.pending(account.id, services.now)
    failed = services.accounts.activity.failures(account.id, born=identity.born).count
    if answers.speaks_json(request):
        return answers.json(
            {
                "account": own_account.described(account),
                "failed_attempts": failed,
                "factor_reset_due": None if reset is None else texts.machine_time(reset.due),
                "session": {
                    "authenticated_at": texts.machine_time(identity.authenticated_at),
                    "idle_deadline": texts.machine_time(identity.deadline),
                    "deadline": texts.machine_time(deadline),
                    "factors": identity.factors,
                },
                "csrf_token": services.csrf_token(),
            }
        )
    words = services.texts.table(services.language)
    factors = [words.get(f"factor.{factor.replace('-', '_')}", factor) for factor in identity.factors]
    return services.render(
        "account.html",
        account=account,
        identity=identity,
        factors=factors,
        failed=failed,
        held=services.accounts.second_factors.held(account.id),
        reset=reset,
        idle=lifetimes.idle,
        deadline=deadline,
    )
