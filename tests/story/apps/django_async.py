"""The story's application in Django under ASGI, with asynchronous views throughout."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.story.apps import common, django_project

django_project.configure(__name__)

from asgiref.sync import sync_to_async  # noqa: E402 - below, what asks for settings
from django.contrib import messages  # type: ignore[import-untyped]  # noqa: E402 - Django has no types, and asks for settings
from django.contrib.auth import aauthenticate, alogin  # type: ignore[import-untyped]  # noqa: E402 - likewise
from django.core.handlers.asgi import ASGIHandler  # type: ignore[import-untyped]  # noqa: E402 - likewise
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


async def name_of(request: HttpRequest) -> str | None:
    """Return the name of whoever is signed in."""
    account = await sync_to_async(lambda: request.hardtack.account)()
    return None if account is None else str(account.name)


async def home(request: HttpRequest) -> HttpResponse:
    """Greet everybody."""
    return HttpResponse(common.GREETING, content_type=common.PLAIN)


async def who(request: HttpRequest) -> HttpResponse:
    """Say who is signed in."""
    return JsonResponse(await name_of(request), safe=False)


class Cart(View):  # type: ignore[misc]  # Django has no types
    """The cart."""

    async def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return JsonResponse(await request.session.aget("cart"), safe=False)

    async def post(self, request: HttpRequest) -> HttpResponse:
        """Put an item in."""
        item = request.POST["item"]
        cart = await request.session.asetdefault("cart", {"items": []})
        cart["items"].append(item)
        messages.info(request, f"added {item}")
        response = HttpResponseRedirect("/cart")
        response.status_code = 303
        return response


async def waiting(request: HttpRequest) -> HttpResponse:
    """Show the messages that wait."""
    return JsonResponse([str(message) for message in messages.get_messages(request)], safe=False)


async def form(request: HttpRequest) -> HttpResponse:
    """Show the form."""
    return HttpResponse(common.FORM.format(request.hardtack.csrf_token()))


@sign_in_required
async def private(request: HttpRequest) -> HttpResponse:
    """Greet whoever is signed in."""
    return JsonResponse(await name_of(request), safe=False)


@recent_sign_in_required
async def delicate(request: HttpRequest) -> HttpResponse:
    """Greet whoever has just signed in."""
    return JsonResponse(await name_of(request), safe=False)


async def enter(request: HttpRequest) -> HttpResponse:
    """Sign in by a form of our own, as one does in Django."""
    user = await aauthenticate(request, username=request.POST["name"], password=request.POST["password"])
    if user is None:
        return HttpResponse(status=401)
    await alogin(request, user)
    return JsonResponse(user.get_username(), safe=False)


@recent_sign_in_required(factor="second")
async def guarded(request: HttpRequest) -> HttpResponse:
    """Say what is proved."""
    identity = request.hardtack.identity
    return JsonResponse([await name_of(request), identity.factors, identity.assurance], safe=False)


@sign_in_required(token_scope="read")
async def readable(request: HttpRequest) -> HttpResponse:
    """Greet whoever may read."""
    return JsonResponse(await name_of(request), safe=False)


class Note(View):  # type: ignore[misc]  # Django has no types
    """The note."""

    @rules(etag=common.version, **common.GET_RULES)
    async def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return HttpResponse(common.note[0], content_type=common.PLAIN, headers={"ETag": str(common.version())})

    @rules(etag=common.version, **common.PUT_RULES)
    async def put(self, request: HttpRequest) -> HttpResponse:
        """Change it."""
        common.note[0] = request.body
        return HttpResponse(status=204, headers={"ETag": str(common.version())})


async def late(request: HttpRequest) -> StreamingHttpResponse:
    """Change the session when the answer has begun."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"begun, "
        await request.session.aset("late", True)
        yield b"ended"

    return StreamingHttpResponse(pieces())


async def fail(request: HttpRequest) -> HttpResponse:
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
app = ASGIHandler()
