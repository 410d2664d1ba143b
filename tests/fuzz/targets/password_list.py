"""A list of passwords or of their hashes: keys, or a refusal with its reason."""

from __future__ import annotations

import io

from hardtack.login.corpus import Corpus, NoCorpus
from hardtack.login.filters import Kind

OUTCOMES = {"passwords", "hashes", "empty", "ntlm", "not-sha1", "gzip"}


def check(data: bytes) -> str:
    """Read all of it; every line is either a key or left out."""
    try:
        corpus = Corpus(io.BufferedReader(io.BytesIO(data)))
        keys = list(corpus.keys())
    except NoCorpus as error:
        return error.reason
    assert all(0 <= key < 1 << 64 for key in keys)
    assert corpus.lines == len(keys) + corpus.left_out
    return "hashes" if corpus.kind == Kind.SHA1 else "passwords"
