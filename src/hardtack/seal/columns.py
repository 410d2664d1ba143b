"""What a database holds that nobody should read in a copy of it: sealed as a token is, kept as bytes, without an end.

``docs/spec/seal.md`` specifies it ("Columns"). It differs from a token in three things. It is bound to the place where
it lies, so that nobody who can write to the database can put one row's value into another. It is no text and has no
limit of its own. And a revoked key still opens it: a thief who has the key can read a stolen copy whatever we refuse,
and refusing would only take from the owner what is theirs. So after a theft everything is sealed anew
(``hardtack keys reseal``), and until then the key stays in the ring.

Nothing here knows a table; ``hardtack.store.sealed`` says which columns there are.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag

from hardtack.seal import token as form
from hardtack.seal import xaes
from hardtack.seal.keyring import Keyring
from hardtack.seal.token import COLUMN, EXPIRY_SIZE, HEAD_SIZE, KEY_ID_SIZE, NO_EXPIRY, NONCE_END, SealError

KEY_ID = slice(1, 1 + KEY_ID_SIZE)
"""Where the id of the key stands in a sealed value."""


def seal(keyring: Keyring, data: bytes, place: Sequence[str]) -> bytes:
    """Return *data* sealed for *place*.

    Args:
        keyring: whose active key seals it.
        data: of any length.
        place: where it will lie: the names of the table and the column, and which row it is.

    Raises:
        MisuseError: if an argument is of the wrong type.
        NoActiveKey: as ``Keyring.seal``.
    """
    key = keyring.column_key()
    assert key is not None  # noqa: S101 - without an active key it is one that raises
    encrypt, head = key.take()
    suffix = os.urandom(xaes.NONCE_SIZE - xaes.PREFIX_SIZE)
    associated = form.associated_data(head[KEY_ID], COLUMN, place)
    return head + suffix + encrypt(suffix, NO_EXPIRY + data, associated)


def open(keyring: Keyring, sealed: bytes, place: Sequence[str]) -> bytes:  # noqa: A001 - it is what seal undoes
    """Return the data in *sealed*, also under a key that was revoked.

    Whatever bytes *sealed* are, this returns what was sealed for this place or raises ``SealError``.

    Args:
        keyring: whose key it is under.
        sealed: what was kept.
        place: where it lies.

    Raises:
        SealError: if it does not open: ``malformed``, ``unknown-key`` or ``forged``.
    """
    if len(sealed) < NONCE_END + EXPIRY_SIZE + xaes.TAG_SIZE or sealed[:1] != form.VERSION:
        raise SealError("malformed")
    key = keyring.column_key(sealed[KEY_ID])
    if key is None:
        raise SealError("unknown-key")
    decrypt = key.cipher(sealed[1 + KEY_ID_SIZE : HEAD_SIZE]).decrypt
    try:
        plaintext = decrypt(
            sealed[HEAD_SIZE:NONCE_END], sealed[NONCE_END:], form.associated_data(sealed[KEY_ID], COLUMN, place)
        )
    except InvalidTag:
        raise SealError("forged") from None
    return plaintext[EXPIRY_SIZE:]
