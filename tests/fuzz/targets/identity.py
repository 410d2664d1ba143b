"""What an identity cookie holds: decoding returns an ``Identity`` or raises one of ``UNDECODABLE``."""

from __future__ import annotations

from hardtack.session import identity

OUTCOMES = {"identity", "refused"}


def check(data: bytes) -> str:
    """Decode *data*; what comes out is within its bounds, shows no id, and comes back when it is written again."""
    try:
        found = identity.decode(data)
    except identity.UNDECODABLE:
        return "refused"
    assert 16 == len(found.session_id) == len(found.lineage)
    assert 0 <= min(found.account, found.epoch, found.profile_version, found.born, found.issued, found.deadline)
    assert repr(found.lineage) not in repr(found)
    assert found == identity.decode(identity.encode(found))
    return "identity"
