"""E-mail addresses as people type them: one that mail can be sent to, or ``BadAddress``."""

from __future__ import annotations

from hardtack.login.addresses import MAX_LENGTH, Address, BadAddress, ascii_host

OUTCOMES = {"address", "refused"}


def check(data: bytes) -> str:
    """Read *data*; what comes out ends no header field, names one recipient, and is the same when it is read again."""
    text = data.decode("utf-8", "surrogatepass") if _is_text(data) else data.decode("latin-1")
    try:
        found = Address.of(text)
    except BadAddress as refused:
        return "refused" if set(refused.fields) == {"email"} else "another field named"
    assert 0 < len(found.typed) <= MAX_LENGTH
    assert found.typed == text.strip()
    assert not set(found.typed) & set('\r\n\0\t ,;<>"()[]\\:')
    local, _, host = found.typed.rpartition("@")
    assert local
    assert "@" not in local
    assert "." in ascii_host(host)
    assert found == Address.of(found.typed)
    assert found.canonical.encode()
    return "address"


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
