"""``hardtack status``: the note's table, one code in full, old names, and how it looks in a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from hardtack.cli import columns, status
from hardtack.cli.commands import run
from hardtack.status import Status

VECTORS = Path(__file__).parent.parent / "vectors" / "status-facts.json"
NOTE = [row for row in json.loads(VECTORS.read_text())["codes"] if row["note_phrase"]]


def _hardtack(*arguments: str, lang: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": lang, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "hardtack", "status", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def _invoke(*arguments: str) -> Result:
    result = CliRunner().invoke(status.command, list(arguments))
    assert result.exception is None, result.output
    return result


class TestTable:
    """Without a name."""

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_every_code_of_the_note_is_a_row(self, language: str) -> None:
        """Code, phrase and text, in the note's order; the codes that the note lacks are between them."""
        rows = [line.split("\t") for line in _invoke("--lang", language).output.splitlines()]
        assert [str(each.code) for each in Status] == [row[0] for row in rows]
        assert {len(row) for row in rows} == {3}
        shown = {int(row[0]): row for row in rows}
        for noted in NOTE:
            code, phrase, text = shown[noted["code"]]
            assert phrase == Status(int(code)).phrase
            assert Status(int(code)).summary(language) in text

    def test_it_can_be_kept_to_one_class(self) -> None:
        """The first digit decides."""
        assert {line[0] for line in _invoke("--family", "3xx").output.splitlines()} == {"3"}

    def test_it_speaks_the_terminals_language(self) -> None:
        """As LC_ALL says, unless it is told otherwise."""
        assert "未找到" in _hardtack(lang="zh_CN.UTF-8").stdout
        assert "未找到" not in _hardtack().stdout
        assert "未找到" in _hardtack("--lang", "zh").stdout

    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("terminal", [50, 80, 110])
    def test_in_a_terminal_it_is_aligned_and_fits(self, language: str, terminal: int) -> None:
        """Whatever the language, each column begins where its heading does."""
        lines = click.unstyle(status.table(list(Status), language, terminal)).splitlines()
        assert max(columns.width(line) for line in lines) <= terminal
        second = lines[0].index("英文名称" if language == "zh" else "phrase")
        start = columns.width(lines[0][:second])
        rows = [line for line in lines[1:] if re.match(r"\d{3} ", line)]
        assert len(rows) == 64
        assert all(line[start - 1] == " " and line[start] != " " for line in rows)
        assert not [line for line in lines if line != line.rstrip()]

    def test_a_terminal_shows_headings_and_a_pipe_does_not(self) -> None:
        """Through a real pseudo-terminal; what is piped has no control codes."""
        ours, theirs = pty.openpty()
        environment = {**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1", "COLUMNS": "100"}
        command = [sys.executable, "-m", "hardtack", "status", "--family", "1xx"]
        with subprocess.Popen(command, env=environment, stdout=theirs, stderr=subprocess.PIPE) as process:
            os.close(theirs)
            seen = b""
            try:
                while piece := os.read(ours, 4096):
                    seen += piece
            except OSError:
                pass  # the other side of a pseudo-terminal is gone: that is how its end is said
            said = process.stderr.read().decode() if process.stderr else ""
            assert process.wait(60) == 0
        os.close(ours)
        assert "http://localhost:8000/status" in said
        assert "localhost" not in _hardtack("--family", "1xx").stderr
        shown = seen.decode()
        assert shown.startswith("\x1b[1m状态码  英文名称")
        assert "\x1b" not in _hardtack("--family", "1xx").stdout
        assert "phrase" not in _hardtack("--family", "1xx").stdout.splitlines()[0]


class TestOneCode:
    """With a name."""

    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("code", [each.code for each in Status])
    def test_all_that_is_known_is_shown(self, code: int, language: str) -> None:
        """Title, text, fields, section, exception and correction."""
        shown = Status(code)
        output = _invoke("--lang", language, str(code)).output
        flowing = re.sub(r"\s+", "", output)
        assert output.startswith(f"{code} {shown.phrase}")
        for text in (
            shown.phrase_in(language),
            shown.describe(language),
            shown.reference,
            shown.reference_url,
            shown.correction(language),
            *shown.headers_required,
            *shown.headers_kept,
            *shown.headers_recommended,
        ):
            assert re.sub(r"\s+", "", text) in flowing
        assert ("hardtack.status." in output) == shown.is_error

    @pytest.mark.parametrize(
        ("name", "code", "said"),
        [
            ("Request Time-out", 408, '"Request Time-out" is an old name of 408 Request Timeout.'),
            ("request entity too large", 413, "is an old name of 413 Content Too Large."),
            ("HTTP Version not supported", 505, "is an old name of 505 HTTP Version Not Supported."),
            ("I'm a teapot", 418, "is another name of 418 (Unused)."),
        ],
    )
    def test_an_old_name_is_said_to_be_one(self, name: str, code: int, said: str) -> None:
        """The code is found and the present name told."""
        output = _invoke("--lang", "en", name).output
        assert output.startswith(f"{code} ")
        assert said in output

    @pytest.mark.parametrize("name", ["Request Timeout", "http version not supported", "408", "请求超时"])
    def test_a_present_name_is_not(self, name: str) -> None:
        """Whatever its case."""
        assert " name of " not in _invoke("--lang", "en", name).output

    def test_an_old_name_is_told_in_chinese(self) -> None:
        """In the terminal's language."""
        assert "“Request Time-out”是 408 Request Timeout 的旧名。" in _invoke("--lang", "zh", "Request Time-out").output

    def test_words_need_no_quotes(self) -> None:
        """Several words are one name."""
        assert _invoke("--lang", "en", "not", "found").output == _invoke("--lang", "en", "Not Found").output

    def test_a_name_of_two_codes_shows_both(self) -> None:
        """306 and 418 have the same phrase."""
        output = _invoke("--lang", "en", "(Unused)").output
        assert "306 (Unused)\n" in output
        assert "\n\n418 (Unused)\n" in output

    def test_lines_fit_a_terminal(self) -> None:
        """Folded by columns; only an address is never cut."""
        text = click.unstyle(status.in_full(Status(416), "416", "zh", 60))
        assert not [line for line in text.splitlines() if columns.width(line) > 60 and "http" not in line]


class TestUnknown:
    """Nothing is called so."""

    @pytest.mark.parametrize(
        ("arguments", "problem", "hint"),
        [
            (["nott", "found"], "no status code is called 'nott found'", "did you mean 404 Not Found?"),
            (["--lang", "zh", "nott found"], "没有名为 'nott found' 的状态码", "是不是 404 Not Found（未找到）？"),
            (["--lang", "zh", "没找到"], "没有名为 '没找到' 的状态码", "是不是 404 Not Found（未找到）？"),
            (["xyzzy"], "no status code is called 'xyzzy'", "hardtack status lists them all"),
            (["4040"], "no status code is called '4040'", "did you mean 404 Not Found?"),
            (["999"], "no status code is called '999'", "hardtack status lists them all"),
            (["\x1b[31m"], "no status code is called '\\x1b[31m'", "hardtack status lists them all"),
            (["299"], "299 is not a registered status code", "a client treats it as 200 OK"),
            (
                ["499"],
                "499 is not a registered status code",
                "a client treats it as 400 Bad Request; nginx uses it internally and in its log",
            ),
            (
                ["--lang", "zh", "520"],
                "520 不是已登记的状态码",
                "客户端会把它当作 500 Internal Server Error；Cloudflare 用它表示源站故障",
            ),
        ],
    )
    def test_one_line_and_a_hint(
        self,
        arguments: list[str],
        problem: str,
        hint: str,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Exit status 1, nothing on standard output."""
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        assert run(["status", *arguments]) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err == f"hardtack: {problem}\nhardtack: hint: {hint}\n"

    def test_a_class_and_a_name_together_are_wrong_usage(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Exit status 2."""
        assert run(["status", "--family", "4xx", "404"]) == 2
        assert "--family goes with the whole table" in capsys.readouterr().err


class TestJson:
    """For other programs."""

    def test_every_code_is_a_record_in_both_languages(self) -> None:
        """The same keys for each."""
        records: list[dict[str, Any]] = json.loads(_invoke("--json").output)
        assert [each.code for each in Status] == [record["code"] for record in records]
        assert len({tuple(record) for record in records}) == 1
        assert all(
            record["text"] == {tag: Status(record["code"]).describe(tag) for tag in ("en", "zh")} for record in records
        )

    def test_a_name_gives_its_codes(self) -> None:
        """A list even of one."""
        (record,) = json.loads(_invoke("--json", "Request Time-out").output)
        assert (record["code"], record["phrase"], record["aliases"]) == (408, "Request Timeout", ["Request Time-out"])
        assert record["exception"] == "hardtack.status.RequestTimeout"
        assert record["correction"]["zh"]
        (fine,) = json.loads(_invoke("--json", "200").output)
        assert (fine["exception"], fine["correction"]) == (None, None)

    def test_a_class_gives_its_codes(self) -> None:
        """As the table does."""
        assert {record["code"] // 100 for record in json.loads(_invoke("--json", "--family", "5xx").output)} == {5}


def test_it_runs_with_click_alone() -> None:
    """No database, no cryptography and no template engine is loaded."""
    code = (
        "import sys; from hardtack.cli.commands import run; run(['status', '404']);"
        "heavy = {'sqlalchemy', 'cryptography', 'msgspec', 'jinja2', 'argon2', 'uvicorn'} & {*sys.modules};"
        "sys.exit(1 if heavy else 0)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert finished.returncode == 0, finished.stderr
