"""Lists of passwords that somebody else has collected."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.login.corpus import MAX_LINE, Corpus, NoCorpus
from hardtack.login.filters import Kind, key_of_sha1, key_of_text


def read(content: bytes, least: int = 1) -> tuple[Corpus, list[int]]:
    """Return the list in *content* and its keys."""
    corpus = Corpus(io.BufferedReader(io.BytesIO(content)), least)
    return corpus, list(corpus.keys())


def sha1(password: str) -> tuple[str, int]:
    """Return the SHA-1 of *password* as lists have it, and its key."""
    digest = hashlib.sha1(password.encode(), usedforsecurity=False)
    return digest.hexdigest().upper(), key_of_sha1(digest.digest())


class TestPasswords:
    """One a line."""

    def test_each_line_is_a_password_in_simplified_form(self) -> None:
        """UTF-8 where it is, Latin-1 where it is not; line ends of both kinds; the last line needs none."""
        content = "Passw0rd1\r\nmotdepasse\nпарольпароль\n".encode() + "contraseñas\nübermütig".encode("latin-1")
        corpus, keys = read(content)
        wanted = ["password", "motdepasse", "парольпароль", "contraseñas", "übermütig"]
        assert [key_of_text(form) for form in wanted] == keys
        assert (Kind.TEXT, 5, 0) == (corpus.kind, corpus.lines, corpus.left_out)

    def test_what_could_be_nobodys_password_is_left_out_and_counted(self) -> None:
        """Too short in simplified form, empty, or longer than a password may be."""
        corpus, keys = read(b"sunshines\n\nshort\nabc1234\n" + b"a" * 1025 + b"\n" + b"b" * 5000 + b"\nmoonlights")
        assert [key_of_text("sunshines"), key_of_text("mooniights")] == keys
        assert (7, 5) == (corpus.lines, corpus.left_out)

    def test_a_line_without_an_end_takes_no_memory(self) -> None:
        """Only its beginning is kept; whatever follows its end is a line again."""
        corpus, keys = read(b"x" * (3 * MAX_LINE) + b"\nsunshines\n" + b"y" * MAX_LINE)
        assert [key_of_text("sunshines")] == keys
        assert 3 == corpus.lines

    def test_a_hash_among_passwords_is_a_password(self) -> None:
        """The first line decides."""
        corpus, keys = read(f"sunshines\n{sha1('x')[0]}:3\n".encode())
        assert Kind.TEXT == corpus.kind
        assert 2 == len(keys)


class TestHashes:
    """``SHA1:count``, as Have I Been Pwned gives them."""

    def test_each_line_is_a_hash(self) -> None:
        """In capitals or not, with a count or not."""
        (one, key_one), (two, key_two), (three, key_three) = sha1("one"), sha1("two"), sha1("three")
        corpus, keys = read(f"{one}:10\r\n{two.lower()}:2\n{three}\n\n".encode())
        assert [key_one, key_two, key_three] == keys
        assert (Kind.SHA1, 4, 1) == (corpus.kind, corpus.lines, corpus.left_out)

    def test_those_seen_too_rarely_are_left_out(self) -> None:
        """A list of a thousand million becomes a fraction of it."""
        (one, key_one), (two, _) = sha1("one"), sha1("two")
        corpus, keys = read(f"{one}:10\n{two}:9\n".encode(), least=10)
        assert [key_one] == keys
        assert 1 == corpus.left_out

    @pytest.mark.parametrize("line", ["password", "0" * 39, "G" * 40, "0" * 40 + ":", "0" * 40 + ":x", "0" * 41])
    def test_anything_else_in_a_list_of_hashes_is_refused(self, line: str) -> None:
        """Half a list of passwords would be worse than none; the line is named."""
        with pytest.raises(NoCorpus) as caught:
            read(f"{sha1('one')[0]}:1\n{line}\n".encode())
        assert ("not-sha1", 2) == (caught.value.reason, caught.value.line)

    @pytest.mark.parametrize("line", ["0" * 32, "31D6CFE0D16AE931B73C59D7E0C089C0:5"])
    def test_ntlm_hashes_are_refused(self, line: str) -> None:
        """They come from the same place and could never be compared."""
        with pytest.raises(NoCorpus, match="ntlm"):
            read(f"{line}\n".encode())

    def test_passwords_have_no_counts(self) -> None:
        """So none can be asked for."""
        with pytest.raises(NoCorpus, match="no-counts"):
            read(b"sunshines\n", least=2)


class TestPacked:
    """Compressed lists."""

    def test_a_packed_list_is_read_as_it_is(self) -> None:
        """Known by its first bytes, whatever it is called."""
        assert [key_of_text("sunshines")] == read(gzip.compress(b"sunshines\n"))[1]

    @pytest.mark.parametrize("size", [9, 15, 30, -1])
    def test_a_packed_list_that_is_cut_is_refused(self, size: int) -> None:
        """At its head, in the middle, at the end."""
        packed = gzip.compress(bytes(range(32, 127)) * 40)
        with pytest.raises(NoCorpus, match="gzip"):
            read(packed[:size])

    def test_a_packed_list_that_is_damaged_is_refused(self) -> None:
        """Its checksum tells."""
        packed = bytearray(gzip.compress(b"sunshines\n" * 40))
        packed[-6] ^= 1
        with pytest.raises(NoCorpus, match="gzip"):
            read(bytes(packed))


def test_an_empty_list_is_refused() -> None:
    """It is more likely a mistake than a wish."""
    for content in (b"", gzip.compress(b"")):
        with pytest.raises(NoCorpus, match="empty"):
            read(content)


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda raw: b"0" * 40 + b"\n" + raw))
def test_fuzz_keys_or_no_corpus_and_nothing_else(content: bytes) -> None:
    """The promise, for any bytes."""
    with contextlib.suppress(NoCorpus):
        corpus, keys = read(content)
        assert all(0 <= key < 1 << 64 for key in keys)
        assert corpus.lines == len(keys) + corpus.left_out


def test_a_file_is_read_where_it_lies(tmp_path: Path) -> None:
    """As the command opens it."""
    (tmp_path / "list").write_bytes(b"sunshines\n" * 10_000)
    with (tmp_path / "list").open("rb") as file:
        assert 10_000 == len(list(Corpus(file).keys()))
