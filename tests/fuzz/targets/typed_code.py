"""A code as somebody types it: one form of it, or ``BadCode``, and nothing else."""

from __future__ import annotations

from hardtack.login import codes
from hardtack.login.codes import BadCode

OUTCOMES = {"app", "recovery", "none"}


def check(data: bytes) -> str:
    """Read *data* as either kind of code; what is read is what is read of its own form again."""
    typed = data.decode("utf-8", "surrogatepass") if _is_text(data) else data.decode("latin-1")
    for kind, read, length in (("app", codes.app, 6), ("recovery", codes.recovery, codes.RECOVERY_LENGTH)):
        try:
            code = read(typed)
        except BadCode:
            continue
        assert length == len(code)
        assert set(code) <= set(codes.ALPHABET)
        assert code == read(code) == read(codes.grouped(code, 3, " "))
        return kind
    return "none"


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
