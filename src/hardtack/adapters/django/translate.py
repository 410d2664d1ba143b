"""Between Django's requests and answers and our values: nothing is decided here.

What Django believes about a proxy (``SECURE_PROXY_SSL_HEADER``, ``USE_X_FORWARDED_HOST``) is believed here too. Django
keeps one field of a name, so several become one list (RFC 9110 §5.3), and cookies stand beside the fields. An answer is
changed in its place, since Django's handler has notes of its own on it; where its kind forbids that, another takes over
its cookies and what it must close.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from functools import partial
from http.cookies import SimpleCookie

from asgiref.sync import sync_to_async
from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # likewise
from django.http.response import HttpResponseBase, ResponseHeaders  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.asgi.translate import request_head as asgi_head
from hardtack.adapters.cutting import Cutter, joined
from hardtack.adapters.wsgi.pieces import cut, sought
from hardtack.adapters.wsgi.translate import request_head as wsgi_head
from hardtack.message import Request, Response
from hardtack.status.finish import Finished


def head_of(request: HttpRequest) -> Request:
    """Return the request without its content."""
    scope, meta = getattr(request, "scope", None), request.META
    if scope is None:
        if type(meta.get("wsgi.input")).__module__ == "django.test.client":
            # A test of the project's says less than any server does: no host, no scheme, and a number for a length.
            said = {"HTTP_HOST": request._get_raw_host(), "wsgi.url_scheme": "http"}
            meta = {**said, **meta, "CONTENT_LENGTH": str(meta.get("CONTENT_LENGTH") or "")}
        head = wsgi_head(meta)
    else:
        # Its asynchronous one says the query in text.
        query = scope.get("query_string", b"")
        head = asgi_head({**scope, "query_string": query.encode()} if isinstance(query, str) else scope)
    host = request._get_raw_host() if settings.USE_X_FORWARDED_HOST else head.host
    # The path in META has been decoded by Django already.
    return replace(head, path=request.path, scheme=request.scheme or head.scheme, host=host)


def answer(response: Response) -> HttpResponse:
    """Return *response* as Django has it."""
    made = HttpResponse(response.body)
    _set_head(made, response.status, response.headers)
    return made


def put(response: HttpResponseBase, ours: Response) -> HttpResponseBase:
    """Return *ours* in the place of *response*, whose cookies stay."""
    if response.streaming:
        made = answer(ours)
        made.cookies = response.cookies
        made._resource_closers.extend(response._resource_closers)
        return made
    _set_head(response, ours.status, ours.headers, keep=response.cookies)
    response.content = ours.body
    return response


def fields(response: HttpResponseBase, headers: Iterable[tuple[str, str]]) -> None:
    """Make *headers* the fields of *response*; those that set cookies take the place of cookies of the same name."""
    _set_head(response, response.status_code, headers, keep=response.cookies)


def delete_session_cookie(response: HttpResponseBase) -> None:
    """Let *response* delete the cookie that Django's own settings name, with the attributes that it was set with."""
    response.delete_cookie(
        settings.SESSION_COOKIE_NAME,
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )


def finished(response: HttpResponseBase, done: Finished, *, asynchronous: bool) -> None:
    """Let *response* be as *done* says.

    Args:
        asynchronous: whether the server takes it under ASGI.
    """
    file = getattr(response, "file_to_stream", None)
    if response.streaming and done.content == "none":
        _stream(response, (), asynchronous)
    elif response.streaming and done.content == "parts":
        if file is None:
            _cut(response, done, asynchronous)
        else:
            _stream(response, sought(done, file), asynchronous)
    elif done.content == "none":
        response.content = b""
    elif done.content == "parts":
        response.content = joined(done.parts, done.suffix, response.content)
    if done.status != response.status_code or done.headers != list(response.items()):
        _set_head(response, done.status, done.headers, keep=response.cookies)


def _set_head(
    response: HttpResponseBase, status: int, headers: Iterable[tuple[str, str]], keep: SimpleCookie | None = None
) -> None:
    if status != response.status_code:
        response.status_code, response.reason_phrase = status, None
    kept: dict[str, tuple[str, str]] = {}
    cookies = SimpleCookie() if keep is None else keep
    for name, value in headers:
        lowered = name.lower()
        if lowered == "set-cookie":
            cookies.load(value)
            continue
        before = kept.get(lowered)
        kept[lowered] = (name, value) if before is None else (before[0], f"{before[1]}, {value}")
    response.headers = ResponseHeaders(dict(kept.values()))
    response.cookies = cookies


def _cut(response: HttpResponseBase, done: Finished, asynchronous: bool) -> None:
    source = response.streaming_content
    if response.is_async:
        response.streaming_content = _acut(Cutter(done.parts, done.suffix), source)
    else:
        _stream(response, cut(done, iter(()), source), asynchronous)


async def _acut(cutter: Cutter, source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in source:
        if wanted := cutter.feed(piece):
            yield wanted
        if cutter.done:
            return


def _stream(response: HttpResponseBase, pieces: Iterable[bytes], asynchronous: bool) -> None:
    response.streaming_content = _threaded(iter(pieces)) if asynchronous else pieces


async def _threaded(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    # Django itself would collect all of it first.
    take = sync_to_async(partial(next, pieces, None), thread_sensitive=True)
    while (piece := await take()) is not None:
        yield piece
