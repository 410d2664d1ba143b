"""Settings for Django's own tests of requests and answers: as they are, or with ``StatusMiddleware`` in front of each.

Whatever middleware a test asks for, ours stands before it. Most of Django's requests in tests name no host, which a
server's may not (RFC 9110 §7.2); here they get one, since it is not what these tests are about.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
from django.core.handlers.base import BaseHandler  # type: ignore[import-untyped]  # likewise
from django.test.utils import override_settings  # type: ignore[import-untyped]  # likewise
from django_settings import *  # type: ignore[import-not-found]  # noqa: F403 - the module beside this one

if os.environ["HARDTACK_PEER"] == "status":
    from hardtack.adapters.django import translate
    from hardtack.message import Headers, Request
    from hardtack.status.limits import Limits

    HARDTACK_STATUS = {"limits": Limits(max_body=1_000_000_000)}
    MINE = "hardtack.adapters.django.middleware.StatusMiddleware"
    _load, _head_of = BaseHandler.load_middleware, translate.head_of

    def load_middleware(self: Any, is_async: bool = False) -> Any:
        """Load ours, then what the test asks for."""
        with override_settings(MIDDLEWARE=[MINE, *settings.MIDDLEWARE]):
            return _load(self, is_async=is_async)

    def head_of(request: Any) -> Request:
        """Return the request, with a host."""
        head = _head_of(request)
        if head.host:
            return head
        return replace(head, host="testserver", headers=Headers([*head.headers, ("host", "testserver")]))

    BaseHandler.load_middleware = load_middleware
    translate.head_of = head_of
