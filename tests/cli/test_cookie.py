"""``hardtack cookie``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.cli import cookie
from hardtack.cli.cookie_tries import Tries
from hardtack.errors import MisuseError
from hardtack.login.devices import Known, encode, made
from hardtack.seal import Keyring, keyfile, rotation
from hardtack.session import Identity, Lifetimes, Sessions, identity

NOW = int(time.time())
HOST = "app.example.net"
RING = Keyring.generate()
HEAD = b"\x97\xc4\x10" + bytes(16) + b"\x01\x00\x05\x05\xce\xff\xff\xff\xff"
"""The data of a session of account 1, encoded, up to its values."""


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Keyring:
    """Work in an empty folder, in English, with a keyring in the data folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name in ("HARDTACK_KEYRING", "HARDTACK_DATA"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "hardtack-data").mkdir(mode=0o700)
    return keyfile.create("hardtack-data/hardtack.key")


def cookies(
    ring: Keyring, application: str = "site", now: int | None = None, origin: str | None = "https://a.example"
) -> str:
    """Return a Cookie field with an identity and a session."""
    # Not when this file was read: the rest of the suite may have taken a minute since.
    now = int(time.time()) if now is None else now
    sessions = Sessions(ring, origin=origin, application=application, lifetimes=Lifetimes(idle=3600))
    session = sessions.open("", now=now, host="localhost:8000")
    session.sign_in(account=7, epoch=2, factors=("password", "totp"), now=now)
    session["cart"] = ["王小明", 5]
    session["secret\n"] = "hidden"
    return "; ".join(value.partition(";")[0] for value in sessions.save(session, now=now))


def gate(ring: Keyring, name: str, place: str) -> str:
    """Return a gate to *place*, as it is sealed for an hour."""
    now = int(time.time())
    who = Identity(bytes(16), bytes(16), 7, 2, 0, ("password",), now, now, now, now + 3600)
    context = (name, "hardtack", place)
    return ring.seal(identity.encode(who), purpose="gate", context=context, expires_at=now + 3600)


def values_of(field: str) -> tuple[str, str]:
    """Return the values of the two cookies in a field."""
    first, second = (pair.partition("=")[2] for pair in field.split("; "))
    return first, second


def invoke(text: str | bytes, *arguments: str, status: int = 0, language: str = "C.UTF-8") -> Result:
    """Run ``hardtack cookie`` and expect an exit status."""
    environ = {"LC_ALL": language}
    result = CliRunner().invoke(cookie.command, arguments, input=text, env=environ, catch_exceptions=False)
    assert status == result.exit_code, result.output
    return result


def told(result: Result) -> dict[str, str]:
    """Return what is said of one cookie, by label; what the session holds is left out."""
    rows = [re.split(" +", line, maxsplit=1) for line in result.stdout.replace("bound to", "bound-to").splitlines()]
    return {row[0]: row[1] for row in rows if len(row) == 2}


class TestWhatOpens:
    """A cookie of ours."""

    def test_it_says_all_that_an_identity_holds(self, ring: Keyring) -> None:
        """Ids in hexadecimal, times in words."""
        field = cookies(ring, now=int(time.time()))
        said = told(invoke(field.split("; ")[0]))
        assert ("__Host-hardtack", f"{ring.keys[0].id} active", "identity", "__Host-hardtack, hardtack") == (
            said["cookie"],
            said["key"],
            said["purpose"],
            said["bound-to"],
        )
        assert "opened: sealed by one of these keys, and not changed since" == said["outcome"]
        assert ("7", "2", "password, totp", "-") == tuple(
            said[name] for name in ("account", "epoch", "factors", "device")
        )
        assert re.fullmatch("[0-9a-f]{32}", said["session_id"])
        assert re.fullmatch("[0-9a-f]{32}", said["lineage"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(\+(59 min|1 h)\)", said["deadline"])

    @pytest.mark.parametrize("named", [True, False])
    def test_it_says_for_whom_a_known_device_is_known(self, ring: Keyring, named: bool) -> None:
        """And not by which id, which whoever has it is counted by."""
        name, now = "__Host-hardtack-known", int(time.time())
        known = Known((made(7, now), made(8, now)))
        token = ring.seal(encode(known), purpose="known-device", context=(name, "hardtack"), expires_at=known.until())
        said = invoke(f"{name}={token}" if named else token).output
        assert "opened: " in said
        assert re.search(r"^purpose +known-device$", said, re.MULTILINE)
        assert f"<Device of account 7 since {now}>, <Device of account 8 since {now}>" in said
        assert known.devices[0].id.hex() not in said

    @pytest.mark.parametrize("name", ["__Host-hardtack-gate", "hardtack-gate-8000"])
    @pytest.mark.parametrize("how", ["by the rules", "by its host", "without its name"])
    def test_it_says_to_which_host_a_gate_leads_and_what_it_holds(self, ring: Keyring, name: str, how: str) -> None:
        """The host stands in no name: those of the rules are tried, or the one that is said."""
        if how != "by its host":
            rules = "".join(f'[[access]]\nhost = "{host}"\n' for host in ("*.example.org", "shop.example", HOST))
            Path("hardtack-data/hardtack.toml").write_text(rules)
        token = gate(ring, name, HOST)
        text = token if how == "without its name" else f"{name}={token}"
        said = told(invoke(text, *(["--host", HOST.upper()] if how == "by its host" else [])))
        assert ("gate", f"{name}, hardtack, {HOST}") == (said["purpose"], said["bound-to"])
        assert ("7", "2", "password") == (said["account"], said["epoch"], said["factors"])

    @pytest.mark.parametrize("how", ["by the settings", "by the domain"])
    def test_it_says_which_domain_a_shared_gate_is_for(self, ring: Keyring, how: str) -> None:
        """As ``parent_domain`` names it."""
        name = "__Secure-hardtack-gate"
        if how == "by the settings":
            settings = 'origin = "https://id.example.org"\nparent_domain = "example.org"\n'
            Path("hardtack-data/hardtack.toml").write_text(settings)
        arguments = [] if how == "by the settings" else ["--host", "example.org"]
        said = told(invoke(f"{name}={gate(ring, name, '.example.org')}", *arguments))
        assert ("gate", f"{name}, hardtack, .example.org") == (said["purpose"], said["bound-to"])

    def test_values_stay_hidden(self, ring: Keyring) -> None:
        """Their keys, types and sizes do not; nothing in them reaches the terminal as a control character."""
        result = invoke(cookies(ring).split("; ")[1])
        assert ["value             cart: list, 12 B (add --values to see it)"] == [
            line for line in result.stdout.splitlines() if "cart" in line
        ]
        assert "hidden" not in result.stdout
        assert "value             secret\ufffd: str, 7 B (add --values to see it)\n" in result.stdout
        assert "session" == told(result)["purpose"]

    def test_values_are_shown_when_they_are_asked_for(self, ring: Keyring) -> None:
        """As JSON."""
        result = invoke(cookies(ring).split("; ")[1], "--values")
        assert 'cart: list, 12 B ["王小明", 5]' in result.stdout
        assert '"hidden"' in result.stdout

    def test_values_that_json_lacks_are_shown_too(self, ring: Keyring) -> None:
        """A session carries keys of bytes, numbers and tuples deep inside, and bytes anywhere."""
        sessions = Sessions(ring, origin="https://a.example", application="site")
        session = sessions.open("", now=NOW)
        session["odd"] = {b"\x1b[31m": 1, (1, 2): b"\x07"}
        result = invoke(sessions.save(session, now=NOW)[0].partition(";")[0], "--values")
        assert r"odd: dict, 15 B {b'\x1b[31m': 1, (1, 2): b'\x07'}" in result.stdout

    @pytest.mark.parametrize("encoding", ["latin-1", "gbk", "utf-8"])
    def test_any_terminal_can_show_them(self, ring: Keyring, encoding: str) -> None:
        """What it has no character for is escaped, and nothing that could steer it goes through."""
        sessions = Sessions(ring, origin="https://a.example", application="site")
        session = sessions.open("", now=NOW)
        session["王\x1b[31m\u200f"] = "😀\x1b]0;title\x07\u202e"
        done = subprocess.run(
            [sys.executable, "-m", "hardtack", "cookie", "--values"],
            input=sessions.save(session, now=NOW)[0].partition(";")[0].encode(),
            env={**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        line = done.stdout.decode(encoding).splitlines()[-1]
        assert "[31m" in line
        assert not set("\x1b\x07\u202e\u200f") & set(line)

    def test_nothing_of_a_token_is_repeated(self, ring: Keyring) -> None:
        """It would be as good as the cookie."""
        field = cookies(ring)
        result = invoke(field)
        assert not [value for value in values_of(field) if value[10:20] in result.output]

    @pytest.mark.parametrize("form", ["{}", "Cookie: other=1; {}; _ga=2", "cookie:{}\r\n", "\n{}\n"])
    def test_a_whole_field_may_be_given(self, ring: Keyring, form: str) -> None:
        """With what other software has set beside ours."""
        result = invoke(form.format(cookies(ring)))
        assert 2 == result.stdout.count("opened: ")
        assert result.stdout.count("not a cookie of Hardtack's") == form.count("=")

    def test_a_set_cookie_field_may_be_given(self, ring: Keyring) -> None:
        """With its name or without; its attributes are not cookies."""
        one = cookies(ring).split("; ")[0] + "; Max-Age=5; Path=/; Secure; HttpOnly; SameSite=Lax"
        for text in (one, f"Set-Cookie: {one}"):
            assert 1 == invoke(text).stdout.count("outcome")

    @pytest.mark.parametrize("origin", ["https://a.example", "http://localhost:8000", None])
    def test_a_token_without_its_name_is_tried_under_those_of_the_service(
        self, ring: Keyring, origin: str | None
    ) -> None:
        """Both purposes, with https and without."""
        identity, session = values_of(cookies(ring, origin=origin))
        assert ["identity", "session"] == [told(invoke(value))["purpose"] for value in (identity, session)]

    def test_another_name_application_and_realm_can_be_said(self, ring: Keyring) -> None:
        """As a session under a framework's own name is bound."""
        sessions = Sessions(ring, origin="https://a.example", application="shop", realm="harbour")
        session = sessions.open("", now=NOW)
        session["x"] = None
        value = sessions.save(session, now=NOW)[0].partition(";")[0].partition("=")[2]
        said = told(invoke(value, "--name", "__Host-session-shop", "--realm", "harbour"))
        assert ("__Host-session-shop, harbour, shop", "nobody") == (said["bound-to"], said["account"])
        own = ring.seal(b"", purpose="session", context=("sid", "hardtack", "shop"))
        assert "of another version" in invoke(f"sid={own}", "--application", "shop", status=1).stdout
        invoke(f"sid={own}", status=1)

    def test_the_realm_is_that_of_the_settings(self, ring: Keyring, tmp_path: Path) -> None:
        """Unless another is named."""
        (tmp_path / "hardtack-data" / "hardtack.toml").write_text('realm = "harbour"')
        invoke(cookies(ring), status=1)
        invoke(cookies(ring), "--realm", "hardtack")

    def test_the_keyring_may_lie_elsewhere(self, ring: Keyring, tmp_path: Path) -> None:
        """In a file, or another data folder."""
        (tmp_path / "hardtack-data").rename("elsewhere")
        assert 2 == invoke(cookies(ring), "--data", "elsewhere").stdout.count("opened: ")
        assert 2 == invoke(cookies(ring), "--keyring", "elsewhere/hardtack.key").stdout.count("opened: ")

    def test_an_opening_key_is_said_to_be(self, ring: Keyring) -> None:
        """It is why the cookie still opens."""
        field = cookies(ring)
        keyfile.change("hardtack-data/hardtack.key", lambda keys, now: rotation.announce(keys, now, 0))
        assert f"key               {ring.keys[0].id} opening\n" in invoke(field).stdout


class TestWhatDoesNotOpen:
    """The reason, and exit status 1."""

    def test_an_expired_cookie_still_says_what_it_held(self, ring: Keyring) -> None:
        """It is genuine."""
        said = told(invoke(cookies(ring, now=NOW - 3 * 86_400).split("; ")[0], status=1))
        assert said["outcome"].startswith("expired: ")
        assert said["deadline"].endswith("(-2 d)")
        assert "7" == said["account"]

    def test_a_key_of_another_ring_is_unknown(self) -> None:
        """Its id is said."""
        other = Keyring.generate()
        said = told(invoke(cookies(other).split("; ")[0], status=1))
        assert ("unknown-key: sealed under a key that is not in this keyring", other.keys[0].id) == (
            said["outcome"],
            said["key"],
        )
        assert "account" not in said

    def test_a_revoked_key_is_said_to_be(self, ring: Keyring) -> None:
        """To a server it is unknown."""
        field = cookies(ring).split("; ")[0]
        keyfile.change("hardtack-data/hardtack.key", lambda keys, now: rotation.revoke(keys, ring.keys[0].id, now))
        said = told(invoke(field, status=1))
        assert "unknown-key: sealed under a key that is revoked" == said["outcome"]
        assert f"{ring.keys[0].id} revoked" == said["key"]

    def test_a_changed_one_is_forged_and_a_hint_says_what_else_it_may_be(self, ring: Keyring) -> None:
        """Another site's settings, or another name."""
        field = cookies(ring).split("; ")[0]
        swapped = field.replace("__Host-hardtack=", "__Host-session-site=")
        for text in (field[:-9] + ("A" if field[-9] != "A" else "B") + field[-8:], swapped):
            result = invoke(text, status=1)
            assert told(result)["outcome"].startswith("forged: ")
            assert f"hardtack: hint: {cookie.SAY['en']['forged-hint']}\n" == result.stderr

    @pytest.mark.parametrize("text", ["x", "hardtack-8000=", "__Host-hardtack=%%%", b"\xff\xfe"])
    def test_what_is_no_token_is_malformed(self, text: str | bytes) -> None:
        """Whatever it is."""
        assert told(invoke(text, status=1))["outcome"].startswith("malformed: ")

    def test_contents_of_another_version_are_said_to_be(self, ring: Keyring) -> None:
        """Sealed by us, but not of a form that this one knows."""
        token = ring.seal(b"\xc1", purpose="identity", context=("__Host-hardtack", "hardtack"))
        said = told(invoke(token, status=1))
        assert "identity" == said["purpose"]
        assert said["outcome"].startswith("malformed: sealed by one of these keys")

    def test_values_that_cannot_be_read_are_said_not_to_be(self, ring: Keyring) -> None:
        """The rest can."""
        token = ring.seal(HEAD + b"\x05", purpose="session", context=("__Host-session-site", "hardtack", "site"))
        result = invoke(token)
        assert "1" == told(result)["account"]
        assert "values            malformed: " in result.stdout

    def test_values_on_the_server_are_said_to_be_there(self, ring: Keyring) -> None:
        """The cookie carries the head alone."""
        token = ring.seal(HEAD + b"\xc0", purpose="session", context=("__Host-session-site", "hardtack", "site"))
        assert "values            kept on the server, not in the cookie\n" in invoke(token).stdout

    def test_a_gate_whose_host_nobody_names_is_said_to_be_one_and_for_another_host_it_is_forged(
        self, ring: Keyring
    ) -> None:
        """With what would help."""
        field = f"__Host-hardtack-gate={gate(ring, '__Host-hardtack-gate', HOST)}"
        unsaid, other = invoke(field, status=1), invoke(field, "--host", "wiki.example", status=1)
        assert "outcome           a gate, bound to the host of an application" in unsaid.stdout
        assert ("hint: say which with --host" in unsaid.stderr, "key " in unsaid.stdout) == (True, False)
        assert told(other)["outcome"].startswith("forged: ")
        assert "with --host" in other.stderr

    def test_the_visitor_cookie_and_others_are_said_not_to_be_sealed(self) -> None:
        """They hold nothing to open."""
        random = "0" * 32
        result = invoke(f"__Host-hardtack-visitor={random}; __Host-hardtack-start={random}; theme=dark", status=1)
        assert ["not sealed", "not sealed", "not a cookie"] == re.findall(
            "outcome +(not sealed|not a cookie)", result.stdout
        )

    @pytest.mark.parametrize("text", ["", " \n\n", ";;", "Cookie: ", "Path=/; Secure"])
    def test_nothing_at_all_is_one_line_and_a_hint(self, text: str) -> None:
        """What to write instead."""
        with pytest.raises(MisuseError, match="no cookie on standard input\npipe it in"):
            CliRunner().invoke(cookie.command, [], input=text, catch_exceptions=False)

    def test_it_speaks_chinese(self, ring: Keyring) -> None:
        """The reasons keep their names, as they are in the log."""
        field = cookies(ring)
        assert "已打开" in invoke(field, language="zh_CN.UTF-8").stdout
        old = cookies(ring, now=NOW - 3 * 86_400)
        assert "expired（已过期）" in invoke(old, status=1, language="zh_CN.UTF-8").stdout
        assert set(cookie.SAY["en"]) == set(cookie.SAY["zh"])


ANYTHING = st.text(st.characters(exclude_categories=()))


@settings(deadline=None, max_examples=300)
@given(ANYTHING | st.text("a=;: \n-_AQ") | st.builds("{}={}".format, ANYTHING, ANYTHING))
def test_any_text_gives_cookies_and_any_cookie_an_outcome(text: str) -> None:
    """The promises of cookies_in and judge."""
    for name, value in [*cookie.cookies_in(text), (text, text), ("", text)]:
        outcome = cookie.judge(
            RING, name, value, Tries("hardtack", "app", 8000, hosts=("app.example",), domain="example"), NOW
        )
        assert outcome.word in {"foreign", "malformed", "unknown-key", "visitor"}
        assert list(cookie.explain(RING, name, value, outcome, NOW, values=True))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "+59 s"), (-1, "-1 s"), (60, "+1 min"), (-7200, "-2 h"), (86_400, "+1 d"), (-864_000, "-10 d")],
)
def test_a_distance_is_in_its_largest_unit(seconds: int, said: str) -> None:
    """With the direction."""
    assert said == cookie._distance(seconds)
