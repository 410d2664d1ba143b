"""``/admin``: how much there is of everything, what to do first, and the way to end every sign-in of everybody."""

from __future__ import annotations

from dataclasses import asdict

from hardtack.login import Account
from hardtack.message import Request, Response
from hardtack.site import answers, texts
from hardtack.site.admin import asking
from hardtack.site.services import Services

PATH = "/admin"


def show(request: Request, services: Services) -> Response:
    """Return the overview.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
    """
    asking.administrator(request, services)
    counts = services.accounts.administration.counts(services.now)
    steps = first_steps(services, administrators=counts.administrators)
    if answers.speaks_json(request):
        return answers.json(
            {
                "counts": {name: number for name, number in asdict(counts).items() if name != "earlier"},
                "counted": {
                    name: texts.machine_time(at) if at else None for name, at in sorted(counts.earlier.items())
                },
                "first_steps": steps,
                "actions": sorted(_ACTIONS),
                "csrf_token": services.csrf_token(),
            }
        )
    return services.render("admin_overview.html", counts=counts, steps=steps)


def act(request: Request, services: Services) -> Response:
    """Do what the form asks for.

    Raises:
        Forbidden, Onward, Unauthorized: as ``asking.administrator`` says.
        UnprocessableContent: it asks for nothing that this page does.
    """
    actor = asking.administrator(request, services)
    return asking.chosen(services, _ACTIONS)(request, services, actor)


def first_steps(services: Services, *, administrators: int) -> list[str]:
    """Return what is worth doing before anything else, as fixed words.

    Args:
        services: of this request.
        administrators: how many there are.
    """
    settings = services.settings
    wanted = {
        "origin": settings.development,
        "mail": settings.mail is None,
        "second-administrator": administrators < 2,
    }
    return [step for step, missing in wanted.items() if missing]


def _end_everybody(request: Request, services: Services, actor: Account) -> Response:
    services.accounts.sign_ins.end_everybody(services.now, whence=services.whence, actor_id=actor.id)
    if answers.speaks_json(request):
        return answers.json({"done": "end-everybody"})
    return answers.see_other(services.url(PATH))


_ACTIONS = {"end-everybody": _end_everybody}
