"""Everything that is wrong with the settings, each mistake with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.site import Settings, before_start, configured
from hardtack.site.configured import Gathered
from hardtack.site.mistakes import Mistake, Place, masked

SETTINGS = {each.name for each in msgspec.structs.fields(Settings)}


def gather(file: Path, text: str = "", environ: dict[str, str] | None = None, **flags: Any) -> Gathered[Settings]:
    """Gather from a file with *text*, the environment and flags."""
    file.write_text(text, encoding="utf-8")
    return configured.gather(Settings, file, environ or {}, flags)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where a file may lie."""
    return tmp_path / "own.toml"


def told(mistakes: tuple[Mistake, ...], language: str = "en") -> list[tuple[str, str]]:
    """Return what is said of each."""
    return [(each.told(language), each.texts(language)[1]) for each in mistakes]


def test_all_mistakes_of_all_sources_are_told_at_once(file: Path) -> None:
    """Each with its line, its variable or its flag, and a suggestion."""
    text = '# the service\nprot = 1\n\n"workers" = "2"\n[sign_in]\na = 1\n'
    found = gather(file, text, {"HARDTACK_ORIGN": "x", "HARDTACK_MAX_BODY": "1"}, port=70000, log_format="xml")
    assert [
        (f"{file}:2: there is no setting prot", "did you mean port?"),
        (f"{file}:4: workers: expected int, got str", "see what workers may be in the documentation of the settings"),
        (f"{file}:5: there is no setting sign_in", "did you mean sign_up?"),
        ("environment: there is no setting HARDTACK_ORIGN", "did you mean HARDTACK_ORIGIN?"),
        (
            "environment: HARDTACK_MAX_BODY: expected int >= 1024",
            "see what max_body may be in the documentation of the settings",
        ),
        ("command line: --port: expected int <= 65535", "see what port may be in the documentation of the settings"),
        ("command line: --log-format: invalid enum value 'xml'", "write text or json"),
    ] == told(found.mistakes)
    assert found.settings == Settings()


def test_the_same_is_told_in_chinese(file: Path) -> None:
    """What the reader of values says, too."""
    text = 'prot = 1\nworkers = "2"\nport = 70000\nsign_up = "no"\nzzzz = 1\n'
    assert [
        (f"{file}:1: 没有名为 prot 的设置", "您是否想写 port？"),
        (f"{file}:2: workers：应为 int，而不是 str", "workers 可以取什么值，见设置的文档"),
        (f"{file}:3: port：应为 int <= 65535", "port 可以取什么值，见设置的文档"),
        (f"{file}:4: sign_up：没有 'no' 这个选项", "请写 open 或 invitation 或 off"),
        (f"{file}:5: 没有名为 zzzz 的设置", f"可用的设置有 {', '.join(Settings.__struct_fields__)}"),
    ] == told(gather(file, text).mistakes, "zh")


def test_settings_that_contradict_each_other_are_told_one_by_one(file: Path) -> None:
    """At the line of the one that is to be changed."""
    text = 'realm = "a\\"b"\nidle_timeout = 7200\nabsolute_timeout = 60\norigin = "id.example.org"\n'
    problems = [problem for problem, _ in told(gather(file, text, {"HARDTACK_PLACE_HEADER": "cf ip"}).mistakes)]
    assert [
        f"{file}:4: 'id.example.org' is not an origin",
        f"{file}:1: realm: printable ASCII without quotes and backslashes is expected",
        f"{file}:3: absolute_timeout (60 s) is shorter than idle_timeout (7200 s)",
        "environment: place_header: 'cf ip' is no name of a header field",
    ] == problems


def test_what_follows_from_a_mistake_is_no_second_one(file: Path) -> None:
    """Signing up by e-mail would need the mail that was mistyped; a file that cannot be read may hold anything."""
    found = gather(file, 'origin = "https://id.example.org"\nmail = 7\nsign_up_by = "email"\n')
    assert [f"{file}:2: mail: expected str | null, got int"] == [problem for problem, _ in told(found.mistakes)]
    assert found.settings.sign_up_by is None

    broken = gather(file, "port = \n", sign_up_by="email", origin="https://id.example.org")
    assert ["file"] == [each.place.kind for each in broken.mistakes]


def test_a_file_that_is_no_toml_is_told_with_its_line(file: Path) -> None:
    """Or that it cannot be read at all."""
    assert [f"{file}:2 is no TOML: Invalid value (at line 2, column 8)"] == [
        problem for problem, _ in told(gather(file, "a = 1\nport = \n").mistakes)
    ]
    assert (
        f"{file}:3 is no TOML: Invalid value (at end of document)" == told(gather(file, "\n\na = [\n").mistakes)[0][0]
    )
    file.write_bytes(b'realm = "club"\n# \xff\n')
    [mistake] = configured.gather(Settings, file, {}, {}).mistakes
    assert (2, "no-toml") == (mistake.place.line, mistake.wrong.kind)
    assert f"{file} is no TOML: it is nested too deeply" == told(gather(file, f"a = {'[' * 5000}").mistakes)[0][0]
    file.unlink()
    assert [(f"{file} cannot be read: No such file or directory", "name a file that exists with --config")] == told(
        configured.gather(Settings, file, {}, {}).mistakes
    )


def test_where_each_setting_comes_from_is_known(file: Path) -> None:
    """The last source wins; what follows from another setting is no default."""
    text = "port = 1\nworkers = 2\nkept_idle_timeout = 60\nidle_timeout = 6000\n\nabsolute_timeout = 5000000\n"
    found = gather(file, text, {"HARDTACK_PORT": "2", "HARDTACK_REALM": "shop"}, port=None, realm="club")
    places = {name: str(found.place(name)) for name in SETTINGS}
    assert ("HARDTACK_PORT", f"{file}:2", "--realm", "default", "derived") == (
        places["port"],
        places["workers"],
        places["realm"],
        places["host"],
        places["kept_absolute_timeout"],
    )
    assert "" == Place().source


def test_loading_tells_the_first_mistake_and_how_to_see_the_others(file: Path) -> None:
    """One line and a hint, as ever."""
    file.write_text("prot = 1\nhots = 2\n")
    with pytest.raises(MisuseError) as caught:
        Settings.load(file, {})
    assert (
        f"{file}:1: there is no setting prot",
        "did you mean port?\nhardtack config check shows all 2 mistakes",
    ) == (
        caught.value.problem,
        caught.value.hint,
    )


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of which there may be several."""

    host: str
    methods: tuple[str, ...] = ()
    allow: Literal["everybody", "signed-in"] = "signed-in"

    def __post_init__(self) -> None:
        """Refuse an empty host."""
        if not self.host:
            raise MisuseError("host: a host is expected", 'write host = "app.example.org"')


class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings with such tables, and two that say the same of themselves."""

    gates: tuple[Gate, ...] = ()
    one: bool = False
    two: bool = False

    def __post_init__(self) -> None:
        """Refuse a gate of nobody's, and either of the two."""
        for number, gate in enumerate(self.gates, 1):
            if gate.host == "nobody":
                raise MisuseError(f"gates: rule {number}: that is nobody", "name somebody")
        if self.one or self.two:
            raise MisuseError("this cannot be", "leave it out")


GATES = """[[gates]]
host = "a.example.org"
[[gates]]
hots = "b.example.org"
methods = ["GET", 7]
[[gates]]
allow = "nobody"
zzzzzz = 1
[[gates]]
host = ""
[[gates]]
allow = "everybody"
"""


def test_tables_of_which_there_are_several_have_lines_of_their_own(file: Path) -> None:
    """And a number, by which an operator counts them."""
    file.write_text(GATES)
    found = configured.gather(Own, file, {}, {})
    assert [
        (f"{file}:4: gates 2: there is no hots", "did you mean host?"),
        (
            f"{file}:5: gates 2: methods: expected str, got int",
            "see what gates may be in the documentation of the settings",
        ),
        (f"{file}:7: gates 3: allow: invalid enum value 'nobody'", "write everybody or signed-in"),
        (f"{file}:8: gates 3: there is no zzzzzz", "write host, methods, allow"),
        (f"{file}:9: gates 4: host: a host is expected", 'write host = "app.example.org"'),
        (
            f"{file}:11: gates 5: object missing required field host",
            "see what gates may be in the documentation of the settings",
        ),
    ] == told(found.mistakes)
    assert () == found.settings.gates
    chinese = told(found.mistakes, "zh")
    assert (f"{file}:4: gates 2：没有 hots", "您是否想写 host？") == chinese[0]
    assert "缺少 host" in chinese[-1][0]


def test_what_all_of_them_together_say_is_wrong_has_its_line_as_well(file: Path) -> None:
    """Each by the number that an operator counts; the others still hold."""
    file.write_text('[[gates]]\nhost = "nobody"\n[[gates]]\nhost = "a"\n[[gates]]\nhost = "nobody"\n')
    found = configured.gather(Own, file, {}, {})
    assert [
        (f"{file}:1: gates: rule 1: that is nobody", "name somebody"),
        (f"{file}:5: gates: rule 3: that is nobody", "name somebody"),
    ] == told(found.mistakes)
    assert (Gate("a"),) == found.settings.gates


def test_tables_that_are_right_are_taken(file: Path) -> None:
    """From the file, or as a program gives them."""
    file.write_text('gates = [{ host = "a.example.org" }]\n')
    assert (Gate("a.example.org"),) == configured.gather(Own, file, {}, {}).settings.gates
    assert {"gates": (Gate("b"),)} == configured.given(Own, "a program", [("gates", (Gate("b"),))])


@pytest.mark.parametrize("text", ["gates = 7\n", 'gates = ["a.example.org"]\n', "[gates]\nhost = 7\n"])
def test_what_is_no_list_of_tables_is_told(file: Path, text: str) -> None:
    """At its line."""
    file.write_text(f"# here\n{text}")
    [mistake] = configured.gather(Own, file, {}, {}).mistakes
    assert (2, "gates") == (mistake.place.line, mistake.setting)


def test_tables_cannot_be_said_in_the_environment(file: Path) -> None:
    """A variable has no way to write them."""
    file.write_text("")
    found = configured.gather(Own, file, {"HARDTACK_GATES": "a"}, {})
    assert [("environment: gates can be set in the file alone", "write it as [[gates]] into hardtack.toml")] == told(
        found.mistakes
    )


def test_two_settings_that_say_the_same_are_both_found(file: Path) -> None:
    """Without either of them the other one still says it."""
    file.write_text("one = true\ntwo = true\n")
    assert {1, 2} == {each.place.line for each in configured.gather(Own, file, {}, {}).mistakes}


def test_a_program_may_give_a_path_as_such(tmp_path: Path) -> None:
    """It counts as its text; what is no path at all is still told."""
    assert str(tmp_path) == Settings.given("here", {"data": tmp_path}).data
    with pytest.raises(MisuseError, match="data: expected str, got int"):
        Settings.given("here", {"data": 7})


WORDS = st.sampled_from([*sorted(SETTINGS), "prot", "", "ünknown"])
VALUES = st.one_of(
    st.integers(-5, 100_000), st.booleans(), st.text(max_size=8), st.lists(st.text(max_size=3), max_size=2)
)


@given(st.dictionaries(WORDS, VALUES, max_size=8))
def test_whatever_is_given_there_are_settings_or_mistakes_with_a_place(values: dict[str, Any]) -> None:
    """Gathering never fails, and what it found right makes settings again."""
    found = configured.gather(Settings, None, {}, values)
    wrong = {each.setting for each in found.mistakes}
    assert wrong <= set(values)
    assert all(
        each.told(language) and each.place.kind == "flag" for each in found.mistakes for language in ("en", "zh")
    )
    right = {name: value for name, value in values.items() if name not in wrong}
    assert configured.gather(Settings, None, {}, right).settings == found.settings


class TestBeforeStart:
    """What the parts of the service would refuse."""

    def test_every_part_is_asked(self, file: Path) -> None:
        """And what it refuses has its line."""
        text = (
            'trusted_proxies = ["nobody"]\ndatabase = "mysql://u:secret@h/d"\nmail = "smtps://u:secret@h"\n'
            'password_filter = "/nowhere/at/all"\nlogo = "/nowhere/logo.svg"\n'
        )
        said = told(before_start.mistakes(gather(file, text), {}))
        assert [1, 2, 3, 5, 4] == [int(problem.removeprefix(f"{file}:").partition(":")[0]) for problem, _ in said]
        assert "secret" not in str(said)

    def test_a_sender_that_nobody_could_be_is_found_at_its_own_line(self, file: Path) -> None:
        """Not at that of the mail server."""
        found = before_start.mistakes(gather(file, 'mail = "smtps://h"\nmail_from = "me"\n'), {})
        assert ["mail_from"] == [each.setting for each in found]

    def test_what_nobody_has_said_has_no_place(self, file: Path) -> None:
        """The filter is there, so it is taken; the text names it."""
        file.with_name("passwords.filter").write_text("no filter")
        [mistake] = before_start.mistakes(gather(file, data=str(file.parent)), {})
        assert ("default", "password_filter") == (mistake.place.kind, mistake.setting)
        assert mistake.told("en") == mistake.texts("en")[0]

    def test_a_start_is_refused_with_the_place(self, file: Path) -> None:
        """Or goes on."""
        with pytest.raises(MisuseError, match=rf"^{file}:1: trusted_proxies"):
            before_start.load(gather(file, 'trusted_proxies = ["nobody"]\n'), {})
        assert 7 == before_start.load(gather(file, "port = 7\n"), {}).port


def test_a_password_is_not_told_by_a_mistake_that_shows_the_beginning_of_a_long_value(file: Path) -> None:
    """A URL with a password, given for another setting, which is cut off before the sign by which it is known."""
    for setting in ("parent_domain", "admin_listen", "place_header"):
        found = gather(file, f'{setting} = "https://anna:{"geheim" * 40}@h"\norigin = "https://id.example.org"\n')
        assert found.mistakes
        assert not [each for each in found.mistakes if "geheim" in each.told("en")]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("smtps://u:p@h", "smtps://u:***@h"),
        ("smtps://u:p/w@d@h:465", "smtps://u:***@h:465"),
        ("smtps://u:p?w#d@h", "smtps://u:***@h"),
        ("smtps://:p@h", "smtps://:***@h"),
        ("smtps://u@h:465", "smtps://u@h:465"),
        ("https://[::1]:80/", "https://[::1]:80/"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:***@h/d"),
        ("smtps://u:12/3@h", "smtps://u:***@h"),
        ("'smtps://u:p w@h' is not", "'smtps://u:***@h' is not"),
        ("'smtps://u:cut off is not", "'smtps://u:***@ off is not"),
        ("'//u:p@h' is not", "'//u:***@h' is not"),
        (
            "such as https://h.example or http://localhost:8000; write",
            "such as https://h.example or http://localhost:8000; write",
        ),
    ],
)
def test_no_password_in_a_url_is_shown(text: str, hidden: str) -> None:
    """Whatever it holds; no setting should hold one, but somebody may try."""
    assert hidden == masked(text)
