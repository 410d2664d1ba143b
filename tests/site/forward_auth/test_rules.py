"""The operator's rules: the first that fits decides, and what no rule fits is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hardtack.errors import MisuseError
from hardtack.site import Settings
from hardtack.site.forward_auth.original import Original
from hardtack.site.forward_auth.rules import ALLOWED, NO_ROLE, NO_RULE, NOT_SIGNED_IN, NOT_VOUCHED, Access, Rules, Who

HOST = "app.example.org"


def asked(path: str = "/", *, method: str = "GET", host: str = HOST) -> Original:
    """Return a request that a proxy asks about."""
    return Original(method, "https", host, path, "", True, "redirect")


def who(*roles: str, factors: tuple[str, ...] = ("password",), vouched: bool = False) -> Who:
    """Return somebody who is signed in."""
    return Who(7, "anna", "", "Anna", roles, factors, vouched)


def rules(*accesses: dict[str, Any]) -> Rules:
    """Return rules of one host, unless they name another."""
    return Rules([Access(**{"host": HOST, **access}) for access in accesses])


class TestOrder:
    """Which rule decides."""

    def test_the_first_that_fits_decides(self) -> None:
        """Also where a later one fits better."""
        several = rules({"path": "/open/*", "allow": "everybody"}, {"path": "/open/not", "roles": ("staff",)})
        assert ALLOWED == several.decide(asked("/open/not"), None)
        assert ALLOWED == rules({}, {"roles": ("staff",)}).decide(asked("/x"), who())

    def test_what_no_rule_fits_is_refused(self) -> None:
        """To everybody, administrators among them."""
        only = rules({"path": "/a"}, {"path": "/b", "methods": ("POST",)})
        for request in (asked("/"), asked("/ab"), asked("/a/b"), asked("/b"), asked("/a", host="b.example.org")):
            assert NO_RULE == only.decide(request, who("administrator", vouched=True))

    @pytest.mark.parametrize("path", ["/a", "/a/", "/a/b", "/a/b/c/"])
    def test_a_prefix_is_about_itself_and_all_below(self, path: str) -> None:
        """Unlike what merely begins alike."""
        assert rules({"path": "/a/*"}).decide(asked(path), who()).allowed
        assert not rules({"path": "/a/*"}).decide(asked("/ab"), who()).allowed

    @pytest.mark.parametrize("written", ["/a", "/a/"])
    def test_a_slash_at_the_end_makes_no_difference(self, written: str) -> None:
        """Since to most applications it makes none."""
        assert rules({"path": written}).decide(asked("/a"), who()).allowed
        assert rules({"path": written}).decide(asked("/a/"), who()).allowed
        assert rules({"path": "/"}).decide(asked("/"), who()).allowed
        assert not rules({"path": "/"}).decide(asked("/a"), who()).allowed

    def test_attack_29_another_case_gets_nobody_past_a_rule(self) -> None:
        """Where the application does not mind it, the rule that is meant decides as well."""
        several = rules({"path": "/Admin/*", "roles": ("staff",)}, {"path": "/pub/*", "allow": "everybody"}, {})
        for path in ("/Admin/x", "/admin/x", "/ADMIN", "/aDMIN/"):
            assert NO_ROLE == several.decide(asked(path), who())
            assert several.decide(asked(path), who("staff")).allowed
        assert several.decide(asked("/pub/x"), None).allowed
        assert NOT_SIGNED_IN == several.decide(asked("/PUB/x"), None)
        assert several.decide(asked("/PUB/x"), who()).allowed
        assert NO_RULE == rules({"path": "/pub", "allow": "everybody"}).decide(asked("/Pub"), None)

    def test_case_is_more_than_a_to_z(self) -> None:
        """Also composed and decomposed letters are one to some."""
        several = rules({"path": "/Ärzte/*", "roles": ("staff",)}, {})
        for path in ("/ärzte", "/A\u0308rzte/x", "/\u00c4RZTE/x"):
            assert NO_ROLE == several.decide(asked(path), who())

    def test_a_rule_may_be_about_some_methods(self) -> None:
        """GET stands for HEAD, whose answer tells the same; others pass it by."""
        several = rules({"methods": ("GET", "OPTIONS")}, {"methods": ("HEAD", "PUT"), "roles": ("staff",)})
        assert several.decide(asked(method="HEAD"), who()).allowed
        assert several.decide(asked(method="OPTIONS"), who()).allowed
        assert NO_ROLE == several.decide(asked(method="PUT"), who())
        assert NO_RULE == several.decide(asked(method="PROPFIND"), who())
        upper = rules({"path": "/A", "methods": ("POST",), "roles": ("staff",)}, {"path": "/a"})
        assert upper.decide(asked("/a"), who()).allowed


class TestHosts:
    """Which hosts a rule is about."""

    def test_a_rule_is_about_one_host_or_all_below_one(self) -> None:
        """In the order in which they stand, whichever way they name it."""
        several = rules({"host": "*.example.org", "roles": ("staff",)}, {"host": "a.example.org"}, {"host": "b.org"})
        for host in ("a.example.org", "b.a.example.org"):
            assert NO_ROLE == several.decide(asked(host=host), who())
        assert several.decide(asked(host="b.org"), who()).allowed
        for host in ("example.org", "xexample.org", ".example.org", "b.org:8443", "evil.org"):
            assert NO_RULE == several.decide(asked(host=host), who("staff"))
        assert {"*.example.org", "a.example.org", "b.org"} == several.hosts
        assert [True, True, True, False, False] == [
            several.names(host) for host in ("a.example.org", "z.example.org", "b.org", "example.org", "c.org")
        ]

    def test_an_unusual_port_is_part_of_the_host(self) -> None:
        """A usual one is none."""
        several = rules({"host": "APP.example.org:8443"}, {"host": "b.example.org:443"}, {"host": "*.c.org:81"})
        assert [True, False, True, True, False] == [
            several.names(host)
            for host in ("app.example.org:8443", "app.example.org", "b.example.org", "x.c.org:81", "x.c.org")
        ]


class TestWho:
    """Who is let in."""

    def test_without_rules_only_whom_somebody_vouched_for(self) -> None:
        """Whoever has merely signed up stays out."""
        assert not Rules()
        assert NOT_SIGNED_IN == Rules().decide(asked(), None)
        assert NOT_VOUCHED == Rules().decide(asked(), who())
        assert ALLOWED == Rules().decide(asked(), who(vouched=True))

    def test_one_of_the_roles_is_enough(self) -> None:
        """And whoever may administer has one that nobody else can have."""
        some = rules({"roles": ("staff", "administrator")})
        assert NOT_SIGNED_IN == some.decide(asked(), None)
        assert NO_ROLE == some.decide(asked(), who("other"))
        assert some.decide(asked(), who("other", "staff")).allowed
        assert some.decide(asked(), who("administrator")).allowed

    @pytest.mark.parametrize(
        ("factors", "second", "passkey"),
        [
            (("password",), False, False),
            (("password", "totp"), True, False),
            (("passkey",), True, True),
            ((), False, False),
        ],
    )
    def test_a_factor_must_have_been_proved(self, factors: tuple[str, ...], second: bool, passkey: bool) -> None:
        """What is missing is said, so that it can be proved."""
        for factor, expected in (("second", second), ("passkey", passkey)):
            decision = rules({"factor": factor}).decide(asked(), who(factors=factors))
            assert expected is decision.allowed
            assert ("" if expected else factor) == decision.needs
        assert rules({"factor": "second"}).ask_for_factors
        assert not rules({}).ask_for_factors

    def test_everybody_is_let_in_whoever_they_are(self) -> None:
        """Signed in or not."""
        everybody = rules({"allow": "everybody"})
        assert everybody.decide(asked(), None).allowed
        assert everybody.decide(asked(), who()).allowed


@pytest.mark.parametrize(
    "wrong",
    [
        *({"host": host} for host in ("", "a b", "*", "*.", "*.[::1]", "a.*.org", "example.org.", "https://a.org")),
        *(
            {"path": path}
            for path in ("", "a", "/a*", "/*/a", "/a/../b", "//a", "/a;b", "/a?b", "/a#b", "/%61", "\ud800")
        ),
        *({"methods": ("GET", method)} for method in ("get", "G-T", "")),
        *({"roles": roles} for roles in (("Staff",), ("a b",), tuple(f"r{n}" for n in range(40)))),
        {"allow": "everybody", "roles": ("staff",)},
        {"allow": "everybody", "factor": "second"},
    ],
    ids=repr,
)
def test_a_mistake_is_refused_and_the_rule_is_named(wrong: dict[str, Any]) -> None:
    """By its number, with what to write instead."""
    with pytest.raises(MisuseError, match=r"^access: rule 2: ") as caught:
        rules({}, wrong)
    assert caught.value.hint


def test_paths_are_written_as_they_are_decoded() -> None:
    """With spaces and whatever letters there are."""
    assert rules({"path": "/文档 1/*"}).decide(asked("/文档 1/a"), who()).allowed


def test_the_file_of_the_settings_has_one_table_for_each(tmp_path: Path) -> None:
    """And a mistake in one is refused when the service starts."""
    file = tmp_path / "hardtack.toml"
    file.write_text('[[access]]\nhost = "a.org"\nmethods = ["GET"]\n[[access]]\nhost = "*.b.org"\nroles = ["staff"]\n')
    expected = (Access(host="a.org", methods=("GET",)), Access(host="*.b.org", roles=("staff",)))
    assert expected == Settings.load(file, {}).access
    for wrong in ('host = "b b"', 'host = "b.org"\nfactor = "third"', 'hots = "b.org"', 'path = "/"'):
        file.write_text(f'[[access]]\nhost = "a.org"\n[[access]]\n{wrong}\n')
        with pytest.raises(MisuseError, match="access"):
            Settings.load(file, {})
