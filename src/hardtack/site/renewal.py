"""How a session goes on under a new id: after a proof of who is signed in, and after a change that ended all others.

The old id is over for whoever else has it. A session whose cookie is from before such a step proves nothing, and then
no password and no answer is looked at. What counts as a proof, and how often it may fail, is the login's to decide.
"""

from __future__ import annotations

from collections.abc import Sequence

from hardtack.login import Account
from hardtack.login.factors import PASSWORD
from hardtack.login.second_step import Answer
from hardtack.session import Identity, SupersededSession
from hardtack.site.services import Services


def by_password(services: Services, identity: Identity, password: str, *, client: str) -> Identity:
    """Let the session go on as of now under a new id, if *password* is that of whoever is signed in.

    Args:
        services: of the request.
        identity: who is signed in.
        password: as typed.
        client: the network address.

    Raises:
        Refused: as the login room decides.
        SupersededSession: the cookie is from before a step-up; nobody's password is looked at then.
    """
    _check_present(services)
    account = services.accounts.confirm(
        identity,
        password,
        client=client,
        now=services.now,
        known=services.known(),
        device=services.whence.device,
    )
    services.note_account(account)
    return proved(services, identity, PASSWORD)


def by_answer(services: Services, identity: Identity, answer: Answer) -> Identity:
    """Let the session go on as of now under a new id, if *answer* is a factor of whoever is signed in.

    Args:
        services: of the request.
        identity: who is signed in.
        answer: what was given.

    Raises:
        Refused: as the login room decides.
        SupersededSession: the cookie is from before a step-up; no answer is looked at then.
    """
    _check_present(services)
    account = services.accounts.second_step.confirm(
        identity, answer, now=services.now, whence=services.whence, language=services.language
    )
    services.note_account(account)
    return proved(services, identity, answer.factor)


def proved(services: Services, identity: Identity, factor: str) -> Identity:
    """Let the session go on as of now under a new id, since *factor* was proved, such as by setting it up.

    Raises:
        SupersededSession: the cookie is from before a step-up.
    """
    last_end = services.parts.sessions.last_end(identity)
    return services.visiting().session.step_up(
        factors=(factor,),
        now=services.now,
        supersede=lambda old: services.accounts.supersede(old, services.now, until=last_end),
    )


def after_change(services: Services, account: Account, *, factors: Sequence[str] = ()) -> Identity:
    """Let this session go on under a new id and the account's new epoch, after a change that ended all others.

    Args:
        services: of the request.
        account: as it is after the change.
        factors: what was proved for it; with none, the session is as old as it was, or whoever came upon a browser
            could keep it recent for ever by ending the others.

    Raises:
        SupersededSession: the cookie is from before a step-up.
    """
    session = services.visiting().session
    services.note_account(account)
    identity = session.step_up(factors=factors, now=services.now, epoch=account.epoch)
    services.accounts.sign_ins.renewed(identity)
    return identity


def _check_present(services: Services) -> None:
    if services.visiting().session.superseded:
        raise SupersededSession
