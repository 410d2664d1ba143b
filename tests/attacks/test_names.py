"""Attacks 9, 10, 28 and 32: who exists here, who passes for somebody else, and who is named where nobody is asked."""

from __future__ import annotations

import re
from collections import Counter
from typing import ClassVar

import pytest

from tests.attacks.attacker import Answer, at_once
from tests.attacks.place import PASSWORD, WRONG, House


def likeness(answer: Answer, *typed: str) -> tuple[object, ...]:
    """Return everything of an answer that may tell one name from another; what was typed and what is drawn left out."""
    text = answer.text
    for each in typed:
        text = text.replace(each, "…")
    text = re.sub(r'(name="csrf_token"[^>]*value=|data-(?:token|options)=|"csrf_token":)"[^"]*"', r"\1…", text)
    text = re.sub(r'(name="passkey_token"[^>]*value=)"[^"]*"', r"\1…", text)
    fields = [
        (name, value)
        for name, value in answer.headers.items()
        if name.lower() not in {"date", "x-request-id", "content-length"}
    ]
    plain = [(name, value.partition("=")[0] if name.lower() == "set-cookie" else value) for name, value in fields]
    return answer.status, sorted(plain), text


@pytest.mark.attack("9")
class TestEnumeration:
    """A list of addresses, and the question which of them have an account here.

    Seen in: OWASP ASVS 6.3.8, and nearly every report of a penetration test. Done by: comparing whole answers, fields
    and cookies among them, of sign-in, sign-up by mail, reset and release. Must happen: they are the same.
    """

    def test_the_sign_in_says_the_same(self, house: House) -> None:
        """Of a name with a wrong password, a disabled one, and one that nobody has; as a page and as JSON."""
        known, disabled = house.person("known"), house.person("known")
        house.administer("disable", disabled.name)
        names = (known.name, disabled.name, f"k{known.name[1:]}x")
        for speak in ("page", "JSON"):
            found = []
            for name in names:
                client = house.client()
                if speak == "JSON":
                    answer = house.sign_in(name, WRONG, client)
                else:
                    form = client.page("/sign-in").form(username="")
                    answer = client.submit("/sign-in", {**form, "username": name, "password": WRONG})
                found.append(likeness(answer, name))
            assert found[0] == found[1] == found[2]

    @pytest.mark.parametrize("path", ["/forgot", "/release"])
    def test_a_link_by_mail_says_the_same(self, house: House, path: str) -> None:
        """Whoever asks for it; the mailbox alone is told."""
        anna = house.person(address=True)
        field = "email" if path == "/forgot" else "username"
        found = []
        for typed in (anna.email, f"x{anna.email}"):
            client = house.client()
            page = client.page(path)
            form = page.form() if "<form" in page.text else {}
            found.append(likeness(client.submit(path, {**form, field: typed}), typed))
            found.append(likeness(house.client().post(path, **{field: typed}), typed))
        assert found[:2] == found[2:]

    def test_signing_up_by_mail_says_the_same(self, by_mail: House) -> None:
        """With an address that has an account, and with one that has none."""
        taken, free = "anna@example.org", "bert@example.org"
        client = by_mail.client()
        assert 202 == client.post("/sign-up", email=taken).status
        made = client.post("/sign-up", code=by_mail.code(taken, "/sign-up"), display_name="anna", password=PASSWORD)
        assert 201 == made.status, made.text
        answers = [likeness(by_mail.client().post("/sign-up", email=each), each) for each in (taken, free)]
        assert answers[0] == answers[1]


@pytest.mark.attack("10")
class TestLookalikes:
    """An address or a name that a database takes for another one, or a person does.

    Seen in: Django (CVE-2019-19844) and GitHub (2019): a dotless i in an address took accounts over; Spotify (2013): a
    name in superscript. Done by: asking for a reset with a look-alike; signing up as one. Must happen: mail goes to the
    stored address alone; a look-alike of a name is taken, or is no name.
    """

    def test_mail_goes_to_the_stored_address_alone(self, house: House) -> None:
        """What only folds to it gets nothing, and its letter never leaves for another host."""
        mike = house.person("mike", address=True)
        lookalike = mike.email.replace("i", "\u0131", 1)
        others = (lookalike, mike.email.replace("example", "\uff45xample"), mike.email.replace("k", "\u212a"))
        for each in others:
            assert house.client().post("/forgot", email=each).status in {202, 422}
        # What was ordered before is carried out before.
        before = len(house.codes(mike.email, "/reset"))
        assert 202 == house.client().post("/forgot", email=mike.email).status
        house.code(mike.email, "/reset", after=before)
        to = {str(letter["To"]) for other in others for letter in house.letters(other)}
        assert set() == to

    def test_nobody_signs_up_as_somebodys_double(self, house: House) -> None:
        """By width, case, another alphabet, invisible characters, directions and marks."""
        anna = house.person("paypal.ada")
        name = anna.name
        doubles = (
            name.upper(),
            name.replace("a", "\u0430"),
            name.replace("p", "\u0440"),
            name.replace("paypal", "\uff50aypal"),
            name.replace("a", "a\u200b", 1),
            name.replace("a", "a\u00ad", 1),
            name.replace("a", "\u1d43", 1),
            "\u202e" + name,
            name + "\u2060",
            name.replace("l", "\u217c"),
            name.replace("y", "y\u0336"),
            f" {name} ",
            name.replace("a", "\u0251", 1),
        )
        for each in doubles:
            answer = house.client().post("/sign-up", username=each, password=PASSWORD)
            assert answer.status in {409, 422}, (each, answer.text)


@pytest.mark.attack("28")
class TestNamedInTheBody:
    """A body that says who one is, or what one may do.

    Seen in: better-auth (CVE-2025-61928: an API key for ``userId`` without any session), Rails' mass assignment
    (GitHub 2012). Done by: every such field, in forms and JSON, signed out and signed in as somebody else. Must happen:
    the fields that a page asks for are read and no others; whose it is follows from the session.
    """

    MORE: ClassVar[dict[str, object]] = {
        **dict.fromkeys(("administrator", "is_admin", "admin", "isAdmin", "approved", "verified"), True),
        **dict.fromkeys(("roles", "role", "scope"), "administrator staff"),
        **dict.fromkeys(("id", "account", "account_id", "userId", "user_id", "user"), 1),
    }

    def test_nobody_becomes_an_administrator_by_saying_so(self, house: House) -> None:
        """At the sign-up, at the sign-in, with a token, at one's own pages."""
        name = f"mallory{house.now}"
        mallory = house.client()
        assert 201 == mallory.post("/sign-up", username=name, password=PASSWORD, **self.MORE).status
        assert 200 == mallory.post("/sign-in", username=name, password=PASSWORD, **self.MORE).status
        assert 200 == mallory.post("/account/confirm", password=PASSWORD, **self.MORE).status
        assert 403 == mallory.call("GET", "/admin").status
        made = house.account(name)
        assert (False, []) == (made["administrator"], made["roles"])

    def test_whose_it_is_follows_from_the_session_alone(self, house: House) -> None:
        """A token, a sign-in, a passkey and a proof that are said to be somebody else's."""
        anna, mallory = house.person(), house.person()
        of_anna = anna.browser.call("GET", "/account").json["account"]
        named = (
            {"userId": of_anna["id"], "account": of_anna["id"], "username": anna.name} if "id" in of_anna else self.MORE
        )
        assert 401 == house.client().post("/account/tokens", label="x", scopes="read", **named).status
        assert 201 == mallory.browser.post("/account/tokens", label="x", scopes="read", **named).status
        assert [] == anna.browser.call("GET", "/account/tokens").json["tokens"]
        (there,) = anna.browser.call("GET", "/account/sessions").json["sign_ins"]
        assert 404 == mallory.browser.post("/account/sessions", action="end", id=there["id"]).status
        assert 200 == mallory.browser.post("/account/confirm", password=PASSWORD, **named).status
        assert mallory.name == mallory.browser.call("GET", "/account").json["account"]["name"]
        token = mallory.browser.call("GET", "/account/tokens").json["tokens"][0]["id"]
        assert 404 == anna.browser.post("/account/tokens", action="end", id=token).status
        assert anna.browser.signed_in()


@pytest.mark.attack("32")
class TestRacingSignUps:
    """Two people who get one name, and one who keeps a name, or an address, that is not theirs.

    Seen in: every sign-up that looks first and writes then; pre-hijacked accounts (Sudhodanan and Paverd, 2022). Done
    by: eight sign-ups for one name at once; a sign-up with the victim's address that is never finished. Must happen:
    one account; whoever reads the mailbox has the address, at once and not after a time.
    """

    def test_of_eight_at_once_one_gets_the_name(self, house: House) -> None:
        """Under one spelling or another."""
        name = f"contested{house.now}"
        spellings = [name, name.upper()] * 4
        made = at_once(
            *(
                lambda each=each: house.client().post("/sign-up", username=each, password=PASSWORD).status
                for each in spellings
            )
        )
        found = Counter(made)
        assert 1 == found[201], found
        assert {201, 409, 503} >= set(found), found

    def test_nobody_keeps_an_address_from_its_owner(self, by_mail: House) -> None:
        """The attacker asks first and never sees the mail; of the owner's two links at once one makes the account."""
        address = "owner@example.org"
        for _ in range(2):
            assert 202 == by_mail.client().post("/sign-up", email=address).status
        by_mail.until(lambda: len(by_mail.codes(address, "/sign-up")) == 2)
        codes = by_mail.codes(address, "/sign-up")
        made = at_once(
            *(
                lambda code=code: (
                    by_mail.client().post("/sign-up", code=code, display_name="x", password=PASSWORD).status
                )
                for code in codes
            )
        )
        assert [201, 403] == sorted(made)
        assert 200 == by_mail.sign_in(address).status

    def test_a_link_that_was_never_used_ends(self, by_mail: House) -> None:
        """And keeps nothing: the address is free meanwhile and afterwards."""
        address = "late@example.org"
        assert 202 == by_mail.client().post("/sign-up", email=address).status
        code = by_mail.code(address, "/sign-up")
        with by_mail.later(8 * 86400):
            late = by_mail.client().post("/sign-up", code=code, display_name="x", password=PASSWORD)
            assert 403 == late.status
