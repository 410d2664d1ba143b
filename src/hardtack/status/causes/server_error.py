"""Causes of 5xx."""

from __future__ import annotations

from hardtack.status.causes.cause import Cause

CAUSES: dict[int, Cause] = {}
