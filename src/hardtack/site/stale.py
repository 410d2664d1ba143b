"""What a person sees whose link is good no more: that it is so, and where another one is to be had.

Which of used, too old, damaged or overtaken by a change it is, is said to nobody, so one page serves every link of
ours. Where it leads on is the only difference, and that follows from the kind of the link, never from what is in it.
Only a link that is good, for another account than the one signed in, is said to be so: its owner can put that right.
"""

from __future__ import annotations

from hardtack.login.links import LinkWrong
from hardtack.login.new_address import LinkElsewhere
from hardtack.message import Request, Response
from hardtack.site import answers
from hardtack.site.services import Services


def answer(
    request: Request, services: Services, error: LinkWrong, *, again: str | None = None, changes: bool = False
) -> Response:
    """Return the page, under the status of *error*.

    Args:
        request: what was asked.
        services: of this request.
        error: says no more than that the link is not good.
        again: the page below the prefix that sends another link; ``None`` where somebody else has to.
        changes: whether a change of the account makes links of this kind worthless, which the page then explains.

    Raises:
        LinkWrong: the request is a script's.
    """
    if answers.speaks_json(request):
        raise error
    services.here = services.url(again) if again else services.home
    elsewhere = isinstance(error, LinkElsewhere)
    return services.render("stale.html", error=error, again=again, changes=changes, elsewhere=elsewhere)
