"""Hardtack in front of, or instead of, an ASGI application.

``Hardtack(app, site=…)`` answers the site's addresses and hands everything else to *app*; without an *app* the site
answers everything. ``service.application`` puts together what ``hardtack serve`` runs.
"""

from __future__ import annotations

from hardtack.adapters.asgi.layer import Hardtack

__all__ = ["Hardtack"]
