"""The story's application in Django under WSGI, with views as most people write them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.story.apps import common, django_project

django_project.configure(__name__)

from django.contrib import messages  # type: ignore[import-untyped]  # noqa: E402 - Django has no types, and asks for settings
from django.contrib.auth import authenticate, login  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.core.handlers.wsgi import WSGIHandler  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.http import (  # type: ignore[import-untyped]  # noqa: E402 - likewise
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import path  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.views import View  # type: ignore[import-untyped]  # noqa: E402 - likewise

from hardtack.adapters.django.decorators import recent_sign_in_required, sign_in_required  # noqa: E402 - likewise
from hardtack.status.rules import rules  # noqa: E402 - likewise


def home(request: HttpRequest) -> HttpResponse:
    """Greet everybody."""
    return HttpResponse(common.GREETING, content_type=common.PLAIN)


def who(request: HttpRequest) -> HttpResponse:
    """Say who is signed in."""
    account = request.hardtack.account
    return JsonResponse(account and account.name, safe=False)


class Cart(View):  # type: ignore[misc]  # Django has no types
    """The cart."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return JsonResponse(request.session.get("cart"), safe=False)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put an item in."""
        item = request.POST["item"]
        request.session.setdefault("cart", {"items": []})
        request.session["cart"]["items"].append(item)
        messages.info(request, f"added {item}")
        response = HttpResponseRedirect("/cart")
        response.status_code = 303
        return response


def waiting(request: HttpRequest) -> HttpResponse:
    """Show the messages that wait."""
    return JsonResponse([str(message) for message in messages.get_messages(request)], safe=False)


def form(request: HttpRequest) -> HttpResponse:
    """Show the form."""
    return HttpResponse(common.FORM.format(request.hardtack.csrf_token()))


@sign_in_required
def private(request: HttpRequest) -> HttpResponse:
    """Greet whoever is signed in."""
    return JsonResponse(request.hardtack.account.name, safe=False)


@recent_sign_in_required
def delicate(request: HttpRequest) -> HttpResponse:
    """Greet whoever has just signed in."""
    return JsonResponse(request.hardtack.account.name, safe=False)


def enter(request: HttpRequest) -> HttpResponse:
    """Sign in by a form of our own, as one does in Django."""
    user = authenticate(request, username=request.POST["name"], password=request.POST["password"])
    if user is None:
        return HttpResponse(status=401)
    login(request, user)
    return JsonResponse(user.get_username(), safe=False)


@recent_sign_in_required(factor="second")
def guarded(request: HttpRequest) -> HttpResponse:
    """Say what is proved."""
    identity = request.hardtack.identity
    return JsonResponse([request.user.get_username(), identity.factors, identity.assurance], safe=False)


@sign_in_required(token_scope="read")
def readable(request: HttpRequest) -> HttpResponse:
    """Greet whoever may read."""
    return JsonResponse(request.user.get_username(), safe=False)


class Note(View):  # type: ignore[misc]  # Django has no types
    """The note."""

    @rules(etag=common.version, **common.GET_RULES)
    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return HttpResponse(common.note[0], content_type=common.PLAIN, headers={"ETag": str(common.version())})

    @rules(etag=common.version, **common.PUT_RULES)
    def put(self, request: HttpRequest) -> HttpResponse:
        """Change it."""
        common.note[0] = request.body
        return HttpResponse(status=204, headers={"ETag": str(common.version())})


def late(request: HttpRequest) -> StreamingHttpResponse:
    """Change the session when the answer has begun."""

    def pieces() -> Iterator[bytes]:
        yield b"begun, "
        request.session["late"] = True
        yield b"ended"

    return StreamingHttpResponse(pieces())


def fail(request: HttpRequest) -> HttpResponse:
    """Fail."""
    raise RuntimeError(common.SECRET)


urlpatterns = [
    path("", home),
    path("who", who),
    path("cart", Cart.as_view()),
    path("messages", waiting),
    path("form", form),
    path("private", private),
    path("delicate", delicate),
    path("enter", enter),
    path("guarded", guarded),
    path("readable", readable),
    path("note", Note.as_view()),
    path("late", late),
    path("fail", fail),
]
app = WSGIHandler()
