"""When a table with a cap is worth counting: not for every row that goes in.

To count fifty thousand rows takes longer than the attempt that adds one. So a process counts at its first row, and then
once for every fiftieth of the cap: the table may have that much more than its cap for a while, in each process.
"""

from __future__ import annotations

_PART = 50


class Room:
    """Says when to count; used in the transactions of one process, which take turns.

    Args:
        rows: the cap.
    """

    __slots__ = ("_every", "_left")

    def __init__(self, rows: int) -> None:
        self._every = rows // _PART
        self._left = 0

    def is_due(self) -> bool:
        """Return whether the table is to be counted with this row."""
        self._left -= 1
        if self._left >= 0:
            return False
        self._left = self._every
        return True
