"""More ways in, as projects write them: beside the project's own addresses, and with ears for Django's signals."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import (  # type: ignore[import-untyped]  # Django has no types
    SESSION_KEY,
    authenticate,
    get_user_model,
    login,
)
from django.contrib.auth.signals import user_logged_in  # type: ignore[import-untyped]  # likewise
from django.http import HttpRequest, HttpResponse, JsonResponse  # type: ignore[import-untyped]  # likewise
from django.urls import path  # type: ignore[import-untyped]  # likewise
from django.views.decorators.csrf import csrf_exempt  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django.decorators import recent_sign_in_required
from tests.adapters.django import club

HEARD: list[str] = []


def hear(user: Any = None, **_: Any) -> None:
    """Note of whom Django says that they have signed in."""
    HEARD.append(user.get_username())


user_logged_in.connect(hear)


def heard(request: HttpRequest) -> HttpResponse:
    """Say what was heard, what Django's session holds of a sign-in, and when whoever it was signed in last."""
    last = get_user_model().objects.exclude(last_login=None).values_list("username", flat=True)
    return JsonResponse({"heard": HEARD, "session": SESSION_KEY in request.session, "last_login": list(last)})


def direct(request: HttpRequest, name: str) -> HttpResponse:
    """Sign somebody in whom something else has recognised, as after a sign-up."""
    request.session["basket"] = 3
    login(request, get_user_model().objects.get(username=name), "hardtack.adapters.django.accounts.AccountsBackend")
    return HttpResponse(request.user.get_username())


@csrf_exempt  # type: ignore[untyped-decorator]  # Django has no types
def basic(request: HttpRequest) -> HttpResponse:
    """Ask with each request who it is, as an interface for programs does."""
    user = authenticate(request, username=request.POST["name"], password=request.POST["password"])
    return HttpResponse("nobody" if user is None else user.get_username())


@recent_sign_in_required(factor="second", max_age=600)
def guarded(request: HttpRequest) -> HttpResponse:
    """Show what is for those who have shown a second factor."""
    identity = request.hardtack.identity
    return JsonResponse([request.user.get_username(), identity.factors, identity.assurance], safe=False)


@recent_sign_in_required(factor="passkey")
async def vault(request: HttpRequest) -> HttpResponse:
    """Show what is for those who have shown a passkey."""
    return HttpResponse("vault")


urlpatterns: list[Any] = [
    path("heard", heard),
    path("direct/<name>", direct),
    path("basic", basic),
    path("guarded", guarded),
    path("vault", vault),
    *club.urlpatterns,
]
