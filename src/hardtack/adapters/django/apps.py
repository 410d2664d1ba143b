"""The application that Django finds: ``"hardtack.adapters.django"`` in ``INSTALLED_APPS``.

It registers the checks, and brings ``manage.py hardtack``. It has no model and no table.
"""

from __future__ import annotations

from django.apps import AppConfig  # type: ignore[import-untyped]  # Django has no types
from django.core.checks import Tags, register  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django import checks, order


class HardtackConfig(AppConfig):  # type: ignore[misc]  # Django has no types
    """The application that Django finds here."""

    name = "hardtack.adapters.django"
    label = "hardtack"

    def ready(self) -> None:
        """Register the checks."""
        register(Tags.security)(checks.check)
        register(Tags.security)(order.check)
