"""Views of the project in ``club`` that make mistakes, or that a visitor would like to have: for ``test_attacks``."""

from __future__ import annotations

import json
import logging
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import aauthenticate, get_user_model, login  # type: ignore[import-untyped]  # Django has no types
from django.http import HttpRequest, HttpResponse, JsonResponse  # type: ignore[import-untyped]  # likewise
from django.template import engines  # type: ignore[import-untyped]  # likewise
from django.urls import path  # type: ignore[import-untyped]  # likewise
from django.views.debug import get_default_exception_reporter_filter  # type: ignore[import-untyped]  # likewise
from django.views.decorators.cache import cache_page  # type: ignore[import-untyped]  # likewise
from django.views.decorators.csrf import csrf_exempt  # type: ignore[import-untyped]  # likewise

from tests.adapters.django import club


def leave(request: HttpRequest) -> HttpResponse:
    """Sign out by the visit, after the session was changed."""
    request.session["basket"] = "of whoever was here"
    request.hardtack.sign_out()
    return HttpResponse()


def become(request: HttpRequest, name: str) -> HttpResponse:
    """Sign somebody else in by the visit, between two changes of the session."""
    from hardtack.adapters.django.signing import sign_in

    request.session["before"] = "of whoever was here"
    request.hardtack.sign_in(sign_in().accounts.find(name))
    request.session["after"] = "of whoever is here"
    return HttpResponse()


def turn(request: HttpRequest, name: str) -> HttpResponse:
    """Say who it is before and after somebody was signed out by the visit, and after somebody else was signed in."""
    from hardtack.adapters.django.signing import sign_in

    said = [request.user.get_username()]
    request.hardtack.sign_out()
    said.append(request.user.get_username())
    request.hardtack.sign_in(sign_in().accounts.find(name))
    said.append(request.user.get_username())
    return JsonResponse({"said": said})


async def aturn(request: HttpRequest, name: str) -> HttpResponse:
    """Say the same, asked asynchronously."""
    from hardtack.adapters.django.signing import sign_in

    said = [(await request.auser()).get_username()]
    await sync_to_async(request.hardtack.sign_out)()
    said.append((await request.auser()).get_username())
    await sync_to_async(lambda: request.hardtack.sign_in(sign_in().accounts.find(name)))()
    said.append((await request.auser()).get_username())
    return JsonResponse({"said": said})


def save(request: HttpRequest) -> HttpResponse:
    """Save the user, as a form about the own profile does."""
    request.user.first_name = "Anna"
    request.user.save()
    return JsonResponse({"staff": request.user.is_staff, "superuser": request.user.is_superuser})


def report(request: HttpRequest) -> HttpResponse:
    """Say what Django would write about this request into a report of an error."""
    rules = get_default_exception_reporter_filter()
    told = {
        "cookies": rules.get_safe_cookies(request),
        "meta": rules.get_safe_request_meta(request),
        "visit": repr(request.hardtack),
        "user": repr(request.user),
        "session": repr(request.session),
    }
    return HttpResponse(json.dumps(told, default=repr))


def broken(request: HttpRequest) -> HttpResponse:
    """Fail with a secret in the text, once it is known who it is."""
    logging.getLogger(__name__).debug("asked by %s", request.user)
    raise RuntimeError("the password of the database is swordfish")


@csrf_exempt  # type: ignore[untyped-decorator]  # Django has no types
def hook(request: HttpRequest) -> HttpResponse:
    """Take what another service sends."""
    return HttpResponse(f"{len(request.body)} taken")


def form(request: HttpRequest) -> HttpResponse:
    """Show the token of a form, and take it."""
    return HttpResponse(request.hardtack.csrf_token())


def both(request: HttpRequest, name: str) -> HttpResponse:
    """Sign somebody in by Django, whose account may sign in or not."""
    user = get_user_model().objects.get(username=name)
    login(request, user, backend="hardtack.adapters.django.accounts.AccountsBackend")
    return HttpResponse(request.user.get_username())


async def aboth(request: HttpRequest) -> HttpResponse:
    """Check a name and a password by Django, asynchronously."""
    user = await aauthenticate(request, username=request.GET["name"], password=request.GET["password"])
    nobody = await aauthenticate(request, username=request.GET["name"])
    return JsonResponse({"user": None if user is None else user.get_username(), "nobody": nobody is None})


def swallowed(request: HttpRequest) -> HttpResponse:
    """Show a page whose template takes what it cannot know for "no"."""
    shown = engines["django"].from_string("{% if not request.user.is_authenticated %}Sign up today!{% endif %}")
    return HttpResponse(shown.render({}, request))


urlpatterns: list[Any] = [
    path("leave", leave),
    path("become/<name>", become),
    path("turn/<name>", turn),
    path("aturn/<name>", aturn),
    path("save", save),
    path("report", report),
    path("broken", broken),
    path("hook", hook),
    path("swallowed", swallowed),
    path("form", form),
    path("both/<name>", both),
    path("aboth", aboth),
    path("cached", cache_page(60)(club.secret)),
    path("acached", cache_page(60)(club.asecret)),
    *club.urlpatterns,
]
