"""The playground beside an application: its own addresses, the others', its budget, and that nothing is stored."""

from __future__ import annotations
