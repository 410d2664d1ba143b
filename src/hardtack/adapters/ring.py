"""The keys of an application: given as a ring, as the path of its file, or in the environment.

What was given is never repeated in an error, since somebody may have put a secret there. Nothing is made here.
"""

from __future__ import annotations

import os

from hardtack.errors import MisuseError
from hardtack.seal import Keyring, keyfile

_NO_KEYRING = (
    "there is no keyring",
    "make one with `hardtack keys new FILE` and give its path as keyring=, or put its text into HARDTACK_KEYRING",
)


def ring_of(given: Keyring | str | os.PathLike[str] | None) -> Keyring:
    """Return the keys.

    Raises:
        MisuseError: there are none.
    """
    if isinstance(given, Keyring):
        return given
    if given is None:
        if not os.environ.get(keyfile.VARIABLE):
            raise MisuseError(*_NO_KEYRING)
        return keyfile.follow_environment()
    if not os.path.exists(given):
        # Not repeated in the text: somebody may have put a secret there.
        raise MisuseError("keyring= is neither a Keyring nor the path of a file that is there", _NO_KEYRING[1])
    return keyfile.follow(given)
