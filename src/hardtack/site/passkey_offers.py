"""What the pages that ask for passkeys have in common: who asks, in which browser, and what the form is made of.

Who asks is the configured host and origin, never what a request says (attack 17); in development mode, where nothing is
configured, it is this machine's own name, at the port at which the browser has found it. What ties a ceremony to a
browser is the lineage of whoever is signed in, or the visitor's value; a half-done sign-in ties it to itself.
"""

from __future__ import annotations

from hardtack.login.passkeys_shown import Offer
from hardtack.login.webauthn import Party
from hardtack.site.services import Services

TOKEN, ANSWER = "passkey_token", "passkey_answer"
"""The fields of the form: what was begun, and what the browser says."""


def party(services: Services) -> Party:
    """Return who asks for passkeys here."""
    name = services.texts.text(services.language, "site.brand")
    return Party(services.settings.public_host, services.origin, name)


def to_show(
    services: Services, account_id: int | None = None, *, binding: bytes | None = None, alone: bool = False
) -> Offer:
    """Return what a form asks the browser for a passkey with.

    Args:
        services: the request's view of the site.
        account_id: whose it must be; ``None`` where the passkey says it, which must be good alone then.
        binding: the id of a half-done sign-in; ``None``: this browser as it is.
        alone: whether nothing else is proved beside it.
    """
    return services.accounts.passkeys.options_to_show(
        account_id,
        party=party(services),
        binding=services.binding if binding is None else binding,
        now=services.now,
        alone=alone,
    )
