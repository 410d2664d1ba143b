"""The settings: defaults, where they come from, and what a mistake is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from hardtack.errors import MisuseError
from hardtack.site import Settings, configured


def load(path: Path | None = None, environ: dict[str, str] | None = None, **overrides: Any) -> Settings:
    """Load settings without this machine's own environment."""
    return Settings.load(path, environ or {}, **overrides)


class TestDefaults:
    """What holds when nothing is set."""

    def test_nothing_configured_is_development_mode_with_open_sign_up(self, tmp_path: Path) -> None:
        """Without an origin only this machine is served, and anybody there may sign up."""
        settings = load(data=str(tmp_path))

        assert (True, True, False) == (settings.development, settings.sign_up_open, settings.https)
        assert ("127.0.0.1", 8000, 1) == (settings.host, settings.port, settings.workers)

    def test_an_origin_ends_development_mode_and_closes_sign_up(self, tmp_path: Path) -> None:
        """A public service makes no accounts for strangers unless told to."""
        settings = load(data=str(tmp_path), origin="https://id.example.org")

        assert (False, False, True) == (settings.development, settings.sign_up_open, settings.https)

    @pytest.mark.parametrize(("sign_up", "is_open"), [("open", True), ("off", False)])
    def test_sign_up_can_be_said_outright(self, tmp_path: Path, sign_up: str, is_open: bool) -> None:
        """What the operator says goes before what development mode implies."""
        assert is_open == load(data=str(tmp_path), origin="https://id.example.org", sign_up=sign_up).sign_up_open
        assert is_open == load(data=str(tmp_path), sign_up=sign_up).sign_up_open

    def test_key_and_database_lie_in_the_data_folder(self, tmp_path: Path) -> None:
        """Unless another database is named."""
        settings = load(data=str(tmp_path))

        assert tmp_path / "hardtack.key" == settings.keyring_path
        assert f"sqlite:///{tmp_path}/hardtack.db" == settings.database_url
        assert "sqlite:///other.db" == load(data=str(tmp_path), database="sqlite:///other.db").database_url

    def test_settings_survive_the_way_to_a_worker(self) -> None:
        """Workers get the settings as JSON."""
        settings = Settings(origin="https://id.example.org", trusted_proxies=("10.0.0.0/8",))

        assert settings == msgspec.json.decode(msgspec.json.encode(settings), type=Settings)


class TestSources:
    """File below environment below flags."""

    def test_each_source_goes_over_the_one_before(self, tmp_path: Path) -> None:
        """A flag wins over the environment, and that over the file."""
        file = tmp_path / "own.toml"
        file.write_text('port = 1\nworkers = 1\nrealm = "file"\n')

        settings = load(file, {"HARDTACK_WORKERS": "2", "HARDTACK_PORT": "2"}, port=3, data=None)

        assert ("file", 2, 3) == (settings.realm, settings.workers, settings.port)

    def test_the_file_in_the_data_folder_is_read_without_being_named(self, tmp_path: Path) -> None:
        """``hardtack.toml`` lies where the data lies, wherever that was said."""
        (tmp_path / "hardtack.toml").write_text("port = 4000\n")

        assert 4000 == load(data=str(tmp_path)).port
        assert 4000 == load(environ={"HARDTACK_DATA": str(tmp_path)}).port

    def test_the_environment_is_text_and_becomes_numbers_lists_and_truths(self, tmp_path: Path) -> None:
        """An environment holds only texts."""
        settings = load(
            environ={
                "HARDTACK_DATA": str(tmp_path),
                "HARDTACK_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,",
                "HARDTACK_INSECURE_PLAIN_HTTP": "true",
                "HARDTACK_MAX_BODY": "2048",
                "PATH": "/bin",
            }
        )

        assert ("127.0.0.1", "10.0.0.0/8") == settings.trusted_proxies
        assert (True, 2048) == (settings.insecure_plain_http, settings.max_body)

    def test_variables_of_others_are_left_alone(self, tmp_path: Path) -> None:
        """The keyring is no setting, and Kubernetes writes variables of its own for a service called hardtack."""
        settings = load(
            environ={
                "HARDTACK_KEYRING": "secret",
                "HARDTACK_WORKER_SETTINGS": "{}",
                "HARDTACK_PORT": "tcp://10.1.2.3:80",
                "HARDTACK_PORT_80_TCP": "tcp://10.1.2.3:80",
                "HARDTACK_SERVICE_HOST": "10.1.2.3",
            },
            data=str(tmp_path),
        )

        assert 8000 == settings.port


class TestGivenByName:
    """As a program gives them."""

    def test_what_is_given_counts_and_none_is_not_given(self) -> None:
        """Each by its name and with its type."""
        settings = Settings.given("Hardtack(…)", {"realm": "shop", "recent_sign_in": 60, "origin": None})

        assert ("shop", 60, None) == (settings.realm, settings.recent_sign_in, settings.origin)

    @pytest.mark.parametrize(("values", "said"), [({"relm": "shop"}, "did you mean realm"), ({"port": "80"}, "port")])
    def test_a_mistake_names_where_it_was_made(self, values: dict[str, Any], said: str) -> None:
        """And nothing is converted quietly."""
        with pytest.raises(MisuseError) as caught:
            Settings.given("Hardtack(…)", values)
        assert str(caught.value).startswith("Hardtack(…): ")
        assert said in str(caught.value)


class TestMistakes:
    """One line that names the source and the setting, and a hint."""

    @pytest.mark.parametrize(
        ("text", "problem", "hint"),
        [
            ("idel_timeout = 60", "there is no setting idel_timeout", "did you mean idle_timeout?"),
            ("zzz = 1", "there is no setting zzz", "the settings are data, host"),
            ('port = "80"', "port: expected int, got str", "documentation"),
            ("port = 70000", "port: expected int <= 65535", "documentation"),
            ('sign_up = "maybe"', "sign_up: invalid enum value 'maybe'", "write open or invitation or off"),
            ('sign_up_by = "phone"', "sign_up_by: invalid enum value 'phone'", "write email or name"),
            ('log_format = "xml"', "log_format: invalid enum value 'xml'", "write text or json"),
            ("port = ", "is no TOML", "port = 8000"),
        ],
    )
    def test_a_mistake_in_the_file_names_the_file_and_the_setting(
        self, tmp_path: Path, text: str, problem: str, hint: str
    ) -> None:
        """The operator sees where to look and what to write."""
        file = tmp_path / "hardtack.toml"
        file.write_text(text)

        with pytest.raises(MisuseError) as caught:
            load(data=str(tmp_path))

        assert caught.value.problem.startswith(f"{file}:1")
        assert problem in caught.value.problem
        assert hint in caught.value.hint
        assert 1 == len(caught.value.problem.splitlines())

    def test_a_mistake_in_the_environment_names_the_variable(self) -> None:
        """The variable's whole name, so that it can be searched for."""
        with pytest.raises(MisuseError, match=r"environment: HARDTACK_PORT: expected int, got str"):
            load(environ={"HARDTACK_PORT": "eighty"})
        with pytest.raises(MisuseError, match=r"did you mean HARDTACK_ORIGIN\?"):
            load(environ={"HARDTACK_ORIGN": "https://id.example.org"})

    def test_a_named_file_must_be_there(self, tmp_path: Path) -> None:
        """Only the file in the data folder may be missing."""
        with pytest.raises(MisuseError, match="cannot be read"):
            load(tmp_path / "none.toml")

    def test_a_file_that_is_no_text_is_said_to_be_none(self, tmp_path: Path) -> None:
        """Bytes that are no UTF-8 are a mistake in the file, not in us."""
        file = tmp_path / "own.toml"
        file.write_bytes(b'realm = "\xff"')

        with pytest.raises(MisuseError, match="is no TOML"):
            load(file)

    def test_a_short_idle_time_has_a_leeway_of_a_quarter_and_a_usual_one_a_minute(self) -> None:
        """Which both lifetimes share, since it is for the clocks; and ten seconds is the least."""
        found = {idle: load(idle_timeout=idle, kept_idle_timeout=10) for idle in (10, 20, 239, 240, 86_400)}
        assert {10: 2, 20: 5, 239: 59, 240: 60, 86_400: 60} == {i: each.lifetimes.leeway for i, each in found.items()}
        assert [each.lifetimes.leeway for each in found.values()] == [
            each.kept_lifetimes.leeway for each in found.values()
        ]
        assert [10, 20, 239, 240, 86_400] == [each.kept_lifetimes.idle for each in found.values()]
        with pytest.raises(MisuseError, match="IDLE_TIMEOUT: expected int >= 10"):
            load(environ={"HARDTACK_IDLE_TIMEOUT": "9"})

    def test_timeouts_that_contradict_each_other_are_refused(self) -> None:
        """The absolute life cannot be the shorter one."""
        with pytest.raises(MisuseError, match="absolute_timeout"):
            load(idle_timeout=7200, absolute_timeout=3600)

    def test_those_of_people_who_are_kept_signed_in_may_not_contradict_each_other_either(self) -> None:
        """They are never shorter than the usual ones; but the operator may still turn the two round."""
        assert (7200, 9000) == (
            (
                found := load(idle_timeout=7200, absolute_timeout=9000, kept_idle_timeout=60, kept_absolute_timeout=60)
            ).kept_idle_timeout,
            found.kept_absolute_timeout,
        )
        with pytest.raises(MisuseError, match="kept_absolute_timeout"):
            load(kept_idle_timeout=2_000_000, kept_absolute_timeout=1_000_000)

    @pytest.mark.parametrize("realm", ["", 'a"b', "a\\b", "登录", "a\nb"])
    def test_a_realm_that_no_header_could_hold_is_refused(self, realm: str) -> None:
        """The realm stands in quotes in WWW-Authenticate."""
        with pytest.raises(MisuseError, match="realm"):
            load(realm=realm)


class TestOrigin:
    """One way to write an origin, and nothing that is none."""

    @pytest.mark.parametrize(
        ("written", "origin"),
        [
            ("https://id.example.org", "https://id.example.org"),
            ("HTTPS://ID.Example.org:443/", "https://id.example.org"),
            ("http://localhost:8000", "http://localhost:8000"),
            ("http://localhost:80", "http://localhost"),
            ("http://[::1]:8000", "http://[::1]:8000"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ],
    )
    def test_an_origin_is_written_as_browsers_write_it(self, written: str, origin: str) -> None:
        """Comparing with the Origin field needs the same form on both sides."""
        assert origin == load(origin=written).origin

    @pytest.mark.parametrize(
        "text",
        [
            "id.example.org",
            "https://",
            "ftp://id.example.org",
            "https://id.example.org/auth",
            "https://id.example.org?x",
            "https://user@id.example.org",
            "https://id.example.org:port",
            "https://id.example.org:99999",
            "https://id example.org",
            "https://[::1",
            "https://-a.example.org",
            "",
        ],
    )
    def test_what_is_no_origin_is_refused(self, text: str) -> None:
        """The hint shows how to write one."""
        with pytest.raises(MisuseError, match=r"not an origin") as caught:
            load(origin=text)

        assert "https://" in caught.value.hint

    def test_plain_http_beyond_this_machine_needs_the_ugly_word(self) -> None:
        """Cookies could be taken on the way, so it has to be said that this is known."""
        with pytest.raises(MisuseError, match="plain http"):
            load(origin="http://id.example.org")

        settings = load(origin="http://id.example.org", insecure_plain_http=True)
        assert ("http://id.example.org", False) == (settings.origin, settings.https)


def test_signing_up_by_email_needs_mail() -> None:
    """In development mode there is some; elsewhere it is a mistake, said at start."""
    assert Settings(sign_up_by="email").by_email
    with pytest.raises(MisuseError, match="needs mail"):
        Settings(sign_up_by="email", origin="https://id.example.org")


def test_a_data_folder_that_cannot_be_made_is_a_mistake(tmp_path: Path) -> None:
    """It is said which, and how to name another."""
    (tmp_path / "file").touch()
    with pytest.raises(MisuseError, match="file/data cannot be made: Not a directory"):
        Settings(data=str(tmp_path / "file" / "data")).make_folder()


@pytest.mark.parametrize("brand", ["", " ", "a" * 65, "two\nlines", " before", "after ", "a\u202eb", "a\0", "a\u200bb"])
def test_a_brand_is_one_line_in_which_nothing_is_hidden(brand: str) -> None:
    """It stands in mails as their sender, and in the apps of authenticators."""
    with pytest.raises(MisuseError, match=r"^brand: a name of 1 to 64 characters") as caught:
        Settings(brand=brand)
    assert "write brand = " in caught.value.hint
    assert "a" * 64 == Settings(brand="a" * 64).brand


def test_a_mistake_in_the_look_has_its_line(tmp_path: Path) -> None:
    """Each of them; the environment may say it as well."""
    (tmp_path / "hardtack.toml").write_text('accent = "#ffcc00"\naccent_dark = "red"\nbrand = ""\n')
    found = configured.gather(Settings, tmp_path / "hardtack.toml", {"HARDTACK_BRAND": "Stores"}, {})
    assert [("accent", 1), ("accent_dark", 2)] == sorted((each.setting, each.place.line) for each in found.mistakes)
    assert "Stores" == found.settings.brand
    with pytest.raises(MisuseError, match=r"environment: accent: the contrast of #ffcc00"):
        load(environ={"HARDTACK_ACCENT": "#ffcc00"})


def test_a_program_may_give_the_logo_as_a_path(tmp_path: Path) -> None:
    """As every other file."""
    assert str(tmp_path) == Settings.given("Hardtack", {"logo": tmp_path}).logo


@pytest.mark.parametrize("data", ["x" * 256, "é" * 128, "a/" * 2001, "a\0b", "a\ud800b", '"' + "\udca9" * 300])
def test_a_data_folder_that_nothing_can_be_called_is_refused(data: str) -> None:
    """By one line, before a file is looked for in it."""
    with pytest.raises(MisuseError, match=r"data: no folder can be called"):
        Settings.load(None, {"HARDTACK_DATA": data})
    with pytest.raises(MisuseError, match=r"data: no folder can be called"):
        Settings.load(None, {}, data=data)


@pytest.mark.parametrize("data", ["x" * 255, "é" * 127, "a/" * 2000])
def test_a_data_folder_that_can_be_called_so_is_taken(data: str) -> None:
    """Up to what file systems take."""
    assert data == Settings.load(None, {}, data=data).data
