"""The epoch of every account that ever had one above 0, in memory: 4 bytes an account while ids are dense.

A reader, which every request is, looks into the two itself (``revocations``). Not safe for writers in parallel.
"""

from __future__ import annotations

from array import array

DENSE = 1 << 24
"""Ids below it lie in one array, which is as long as the largest of them; an id of 2^60 must not ask for its room."""


class Epochs:
    """The epoch of each account: ``dense`` by its number as far as that reaches, ``sparse`` beyond; 0 in neither."""

    __slots__ = ("dense", "sparse")

    def __init__(self) -> None:
        self.dense: array[int] = array("I")
        self.sparse: dict[int, int] = {}

    def set(self, account_id: int, epoch: int) -> None:
        """Note the epoch of an account, whichever it was before."""
        if 0 <= account_id < DENSE:
            if account_id >= len(self.dense):
                self.dense.frombytes(bytes(self.dense.itemsize * (account_id + 1 - len(self.dense))))
            self.dense[account_id] = epoch
        else:
            self.sparse[account_id] = epoch
