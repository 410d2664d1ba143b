"""The service with the playground beside it, where its settings allow that."""

from __future__ import annotations

from pathlib import Path

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.types import ASGIApp
from hardtack.playground.app import Playground
from hardtack.site import Settings


def beside(service: Hardtack, settings: Settings) -> ASGIApp:
    """Return *service*, with the playground beside it if *settings* have it; its hosts are the service's own."""
    site = service.site
    if site is None or not settings.provokes:
        return service
    return Playground(
        service,
        policy=site.policy,
        folder=Path(settings.data),
        trusted_proxies=settings.trusted_proxies,
        traces=service.traces,
        origin=settings.public_origin,
        site=site,
        realm=settings.realm,
    )
