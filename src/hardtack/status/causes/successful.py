"""Causes of 1xx and 2xx."""

from __future__ import annotations

from hardtack.status.causes.cause import Cause

CAUSES: dict[int, Cause] = {}
