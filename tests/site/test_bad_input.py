"""Every form of the table of addresses, with every field sent in every way in which it cannot be used.

The forms stand in ``FORMS``; a test compares it with the table, so that a new page that takes a form has to stand here,
too. What must hold everywhere: no answer is a 500 and nothing unforeseen is logged; what cannot be used is 422 (or the
refusal of what the field names), said in the visitor's language at the field itself; what was typed comes back, and a
password never does.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, quote_plus

import pyotp
import pytest
from sqlalchemy import select

from hardtack.login.links import Kind
from hardtack.login.sign_ins import NOWHERE
from hardtack.login.trusted import NOTHING
from hardtack.session import Identity
from hardtack.site import forms, texts
from hardtack.site.routes import ROUTES
from hardtack.store import factors
from hardtack.store.schema import half_signed_in
from tests.login.test_factor_reset import give_passkey
from tests.site.conftest import FORM, Browser, MakeWorld, Page, World

ADDRESS = "anna@example.org"
LONG = "x" * 20_000
TYPED = "what was typed"
SECRET = "not to be seen again"

Fields = dict[str, str]


@dataclass(frozen=True)
class Sent:
    """How one field is sent; ``None`` where the kind of content has no such way.

    Args:
        form: what stands for ``name=value`` in a form.
        json: what stands for ``"name": value`` in JSON.
        damaged: whether nobody can say what was typed.
    """

    form: Callable[[str, str], str | None]
    json: Callable[[str, str], str | None]
    damaged: bool = True


def _form(name: str, value: str) -> str:
    return f"{name}={quote_plus(value)}"


def _json(name: str, value: str) -> str:
    if name.startswith("scope-"):
        return f'"scopes": {json.dumps(value.replace("yes", name.removeprefix("scope-")))}'
    return f"{json.dumps(name)}: {json.dumps(value if name not in CHOICES or value != 'yes' else True)}"


AS_IT_IS = "as it is"

WAYS: Mapping[str, Sent] = {
    "missing": Sent(lambda _n, _v: "", lambda _n, _v: "", damaged=False),
    "empty": Sent(lambda n, _v: _form(n, ""), lambda n, _v: _json(n, ""), damaged=False),
    "too long": Sent(lambda n, _v: _form(n, LONG), lambda n, _v: _json(n, LONG), damaged=False),
    "NUL": Sent(lambda n, v: _form(n, v + "\0"), lambda n, v: _json(n, v + "\0"), damaged=False),
    "lone surrogate": Sent(lambda n, _v: f"{n}=%ED%A0%80", lambda n, v: _json(n, v + "\ud800")),
    "doubled": Sent(lambda n, v: f"{_form(n, v)}&{_form(n, v)}", lambda n, v: f"{_json(n, v)}, {_json(n, v)}"),
    "no UTF-8": Sent(lambda n, v: f"{n}={quote_from_bytes(v.encode())}%FF", lambda _n, _v: None),
    "broken escape": Sent(lambda n, _v: f"{n}=%zz", lambda _n, _v: None),
    "a number": Sent(lambda _n, _v: None, lambda n, _v: f'"{n}": -1.5'),
    "a huge number": Sent(lambda _n, _v: None, lambda n, _v: f'"{n}": 1{"0" * 300}', damaged=False),
    "null": Sent(lambda _n, _v: None, lambda n, _v: f'"{n}": null'),
    "a list": Sent(lambda _n, _v: None, lambda n, v: f'"{n}": [{json.dumps(v)}, {{}}]'),
    "an object": Sent(lambda _n, _v: None, lambda n, _v: f'"{n}": {{"a": []}}'),
}


def _nothing(_world: World) -> Fields:
    return {}


@dataclass(frozen=True)
class AForm:
    """One form.

    Args:
        path: its address.
        fields: what it is filled in with.
        needed: fields that cannot be left out.
        named: fields that name something, which is 403 or 404 if there is none.
        more: fields that are known once there is a world.
        member: who sends it.
        settings: of the site.
    """

    path: str
    fields: Fields = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    more: Callable[[World], Fields] = _nothing
    member: bool | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    half: Callable[[World], object] | None = None
    """What makes its sender's sign-in a half-done one; ``None``: it is whole, or there is none."""
    proved: bool = False
    """Whether its sender has proved a second factor, which whoever has one must to change any."""


def _welcome(world: World) -> Fields:
    return {"code": world.accounts.make_welcome_code(int(world.clock.now))}


def _invited(world: World) -> Fields:
    _, code = world.accounts.invitations.make(None, now=int(world.clock.now))
    return {"code": code}


def _invited_by_email(world: World) -> Fields:
    _, code = world.accounts.invitations.make(None, email="berta@example.org", now=int(world.clock.now))
    return {"code": code}


def _link(kind: Kind, email: str = "") -> Callable[[World], Fields]:
    def make(world: World) -> Fields:
        services = world.accounts._services
        with services.database.read() as connection:
            found = services.rows.by_id(connection, 1)
        return {"code": services.links.make(kind, now=int(world.clock.now), account=found, email=email)}

    return make


def _release(world: World) -> Fields:
    return {"code": world.accounts.release.make_for(1, now=int(world.clock.now), actor_id=0, whence=NOWHERE)}


def _keep_factors(world: World) -> Fields:
    give_passkey(world.accounts, 1)
    now = int(world.clock.now)
    world.accounts.factor_reset.ask(1, actor_id=0, now=now)
    return _link(Kind.KEEP_FACTORS)(world)


def _token(world: World) -> Fields:
    token, _ = world.accounts.tokens.make(1, "a", ["read"], days=7, known=["read"], client="", now=int(world.clock.now))
    return {"id": str(token.id)}


def _invitation(world: World) -> Fields:
    identifier, _ = world.accounts.invitations.make(None, now=int(world.clock.now))
    return {"id": identifier.hex()}


def _identity(world: World) -> Identity:
    """Return who is signed in, who is the first one of all."""
    now = int(world.clock.now)
    account = world.accounts.get(1)
    assert account is not None
    (row, *_) = world.accounts.sign_ins.list(1, now)
    return Identity(
        b"s" * 16, row.lineage, 1, account.epoch, account.profile_version, ("password",), now, now, now, now
    )


def _begun(world: World) -> Fields:
    now, identity = int(world.clock.now), _identity(world)
    owner = world.accounts.get(1)
    assert owner is not None
    setup = world.accounts.totp.begin(owner, binding=identity.lineage, now=now)
    code = pyotp.TOTP(setup.secret_text.replace(" ", "")).at(now)
    return {"code": code, "ceremony": setup.token}


def _app(world: World) -> Fields:
    now, identity, begun = int(world.clock.now), _identity(world), _begun(world)
    world.accounts.totp.enrol(identity, begun["ceremony"], begun["code"], binding=identity.lineage, client="", now=now)
    return {}


def _codes(world: World) -> Fields:
    _app(world)
    return {
        "codes": " ".join(world.accounts.recovery_codes.make(_identity(world), client="", now=int(world.clock.now)))
    }


def _passkey(world: World) -> Fields:
    give_passkey(world.accounts, 1)
    return {"id": world.accounts.passkeys.list(1)[0].id}


def _demanded(world: World) -> None:
    with world.accounts._database.write() as connection:
        factors.demand(connection, 1, True)


def _begun_half(world: World) -> Fields:
    now = int(world.clock.now)
    with world.accounts._database.read() as connection:
        (row,) = connection.execute(select(half_signed_in)).all()
    owner = world.accounts.get(1)
    assert owner is not None
    setup = world.accounts.totp.begin(owner, binding=row.half_id, now=now)
    return {"ceremony": setup.token, "code": pyotp.TOTP(setup.secret_text.replace(" ", "")).at(now)}


def _trusted(world: World) -> Fields:
    owner, now = world.accounts.get(1), int(world.clock.now)
    assert owner is not None
    world.accounts.trusted.begin(NOTHING, owner, now)
    return {"id": world.accounts.trusted.list(1, now)[0].id}


MAIL = {"mail": "folder:out", "mail_from": "h@example.org"}
OPEN = {"sign_up": "open"}
ONCE = frozenset({"code", "id", "sign_in"})
"""Fields that name something, or are good once: what was typed there need not come back."""
CHOICES = frozenset({"keep", "administrator", "scope-read", "trust"})
"""Boxes: of these only whether they were sent counts, and in JSON they are true or false."""
BOTH = ("username", "password")

FORMS: tuple[AForm, ...] = (
    AForm("/welcome", {"username": TYPED, "password": SECRET}, (*BOTH, "code"), ("code",), _welcome),
    AForm("/sign-up", {"username": TYPED, "password": SECRET, "next": "/account"}, BOTH, settings=OPEN),
    AForm(
        "/sign-up",
        {"username": TYPED, "password": SECRET, "email": ADDRESS, "next": "/account"},
        BOTH,
        settings={**OPEN, **MAIL, "sign_up_by": "name"},
    ),
    AForm(
        "/sign-up", {"email": ADDRESS, "next": "/account"}, ("email",), settings={**OPEN, **MAIL, "sign_up_by": "email"}
    ),
    AForm("/sign-up", {"username": TYPED, "password": SECRET}, (*BOTH,), ("code",), _invited),
    AForm(
        "/sign-up",
        {"display_name": TYPED, "password": SECRET},
        ("password",),
        ("code",),
        _invited_by_email,
        settings={**MAIL, "sign_up_by": "email"},
    ),
    AForm("/sign-in", {"username": TYPED, "password": SECRET, "keep": "yes", "next": "/account"}, BOTH),
    AForm("/sign-out", member=False),
    AForm("/account/confirm", {"password": SECRET, "next": "/account"}, ("password",), member=False),
    AForm(
        "/account/tokens",
        {"action": "make", "label": TYPED, "scope-read": "yes", "days": "30"},
        ("label",),
        member=False,
    ),
    AForm("/account/tokens", {"action": "end"}, ("id",), ("id",), _token, member=False),
    AForm("/account/sessions", {"action": "end", "id": TYPED}, ("action", "id"), ("id",), member=False),
    AForm("/account/sessions", {"action": "end-others"}, ("action",), member=False),
    AForm("/release", {"username": TYPED}, ("username",), settings=MAIL),
    AForm("/release", {}, ("code",), ("code",), _release),
    AForm("/account/email", {"action": "change", "email": ADDRESS}, ("email",), member=False, settings=MAIL),
    AForm("/account/email", {"action": "remove"}, member=False, settings={**MAIL, "sign_up_by": "name"}),
    AForm("/verify", {}, ("code",), ("code",), _link(Kind.ADDRESS, ADDRESS), member=False, settings=MAIL),
    AForm(
        "/account/password", {"password": SECRET, "new_password": SECRET}, ("password", "new_password"), member=False
    ),
    AForm("/account/export", member=False),
    AForm("/account/two-factor", {"action": "set-up"}, ("action",), member=False),
    AForm("/account/two-factor", {"action": "confirm"}, ("action", "code"), ("ceremony",), _begun, member=False),
    AForm(
        "/account/two-factor",
        {"action": "remove", "password": SECRET},
        ("action", "password"),
        (),
        _app,
        member=False,
        proved=True,
    ),
    AForm("/account/two-factor", {"action": "make-codes"}, ("action",), (), _app, member=False, proved=True),
    AForm("/account/two-factor", {"action": "save"}, ("action",), ("codes",), _codes, member=False),
    AForm(
        "/sign-in/second-factor",
        {"factor": "totp", "code": "123456", "trust": "yes"},
        ("code",),
        half=_app,
    ),
    AForm("/sign-in/second-factor", {"action": "cancel"}, half=_app),
    AForm("/sign-in/enrol", {"factor": "totp"}, ("code", "ceremony"), ("ceremony",), _begun_half, half=_demanded),
    AForm("/account/trusted", {"action": "end"}, ("action", "id"), ("id",), _trusted, member=False),
    AForm("/account/trusted", {"action": "end-all"}, ("action",), member=False),
    AForm(
        "/sign-in/passkey",
        {"passkey_token": "x", "passkey_answer": "{}", "keep": "yes", "next": "/account"},
        ("passkey_token", "passkey_answer"),
    ),
    AForm(
        "/account/passkeys",
        {"action": "add", "label": TYPED, "passkey_token": "x", "passkey_answer": "{}"},
        ("action", "label", "passkey_token", "passkey_answer"),
        member=False,
    ),
    AForm(
        "/account/passkeys",
        {"action": "rename", "label": TYPED},
        ("action", "id", "label"),
        ("id",),
        _passkey,
        member=False,
        proved=True,
    ),
    AForm(
        "/account/passkeys",
        {"action": "remove", "password": SECRET},
        ("action", "id", "password"),
        ("id",),
        _passkey,
        member=False,
        proved=True,
    ),
    AForm("/account/close", {"username": "owner", "password": SECRET}, BOTH, member=False),
    AForm("/forgot", {"email": ADDRESS, "next": "/account"}, ("email",), settings=MAIL),
    AForm("/keep-factors", {}, ("code",), ("code",), _keep_factors),
    AForm("/reset", {"password": SECRET}, ("code", "password"), ("code",), _link(Kind.RESET)),
    AForm("/admin", {"action": "end-everybody"}, ("action",), member=True),
    AForm(
        "/admin/account",
        {"action": "roles", "id": "1", "roles": TYPED, "administrator": "yes"},
        ("action", "id"),
        ("id",),
        member=True,
    ),
    AForm(
        "/admin/account",
        {"action": "end-sign-in", "id": "1", "sign_in": TYPED},
        ("action", "id", "sign_in"),
        ("id", "sign_in"),
        member=True,
    ),
    *(
        AForm("/admin/account", {"action": action, "id": "1"}, ("action", "id"), ("id",), member=True)
        for action in ("disable", "enable", "end-sign-ins", "reset", "reset-factors", "keep-factors", "release")
    ),
    AForm("/admin/invitations", {"action": "invite", "email": ADDRESS, "roles": "editor"}, ("action",), member=True),
    AForm("/admin/invitations", {"action": "withdraw"}, ("action", "id"), ("id",), _invitation, member=True),
    AForm("/admin/throttles", {"action": "release", "id": "1"}, ("action", "id"), ("id",), member=True),
)


def world_of(make_world: MakeWorld, form: AForm) -> tuple[World, Browser, Fields]:
    """Return a site, somebody's browser there, and what the form is filled in with."""
    world = make_world(**form.settings)
    if form.path != "/welcome":
        account = world.member("owner", administrator=True)
        world.member("other", administrator=True)
        with world.accounts._database.write() as connection:
            world.accounts._services.rows.set_address(
                connection, account.id, email="owner@example.org", canonical="owner@example.org"
            )
    browser = world.browser()
    if form.half is not None:
        assert 303 == browser.sign_in("owner").status
        form.half(world)
        browser.submit("/account", action="/sign-out")
        assert "/sign-in/" in (browser.sign_in("owner").get("location") or "")
    elif form.member is not None:
        assert 303 == browser.sign_in("owner").status
    fields = {**form.fields, **form.more(world)}
    if form.proved:
        prove(world, browser)
    return world, browser, fields


def prove(world: World, browser: Browser) -> None:
    """Let the session of a browser be one in which a second factor was proved now."""
    now = int(world.clock.now)
    held = f"{browser.identity}={browser.cookies[browser.identity]}"
    session = world.sessions.open(held, now, browser.host)
    session.step_up(factors=("totp",), now=now)
    (cookie,) = world.sessions.save(session, now)
    browser.cookies[browser.identity] = cookie.partition(";")[0].partition("=")[2]


def content(fields: Fields, name: str, way: str, kind: str) -> bytes | None:
    """Return the content in which the field *name* is sent in that way and all others are sent as they should be."""
    write = _form if kind == "form" else _json
    sent = write(name, fields[name]) if way == AS_IT_IS else getattr(WAYS[way], kind)(name, fields[name])
    if sent is None:
        return None
    parts = [*(write(other, value) for other, value in fields.items() if other != name), *([sent] if sent else [])]
    return ("&".join(parts) if kind == "form" else "{" + ", ".join(parts) + "}").encode()


def wrong_at(page: Page) -> dict[str, str]:
    """Return what a page says at its fields, by name; it must be tied to a field that is marked as wrong."""
    text = page.text
    told = dict(re.findall(r'<p class="field-error" id="([\w-]+)-error">([^<]+)</p>', text))
    marked = {each.get("id"): each for tag in ("input", "select", "fieldset") for each in page.all(tag)}
    for name in told:
        assert f"{name}-error" in (marked[name].get("aria-describedby") or "").split(), name
        assert "true" == marked[name].get("aria-invalid") or name == "scopes", name
        assert f'<a href="#{name}">' in text, name
    return told


def in_language(text: str, language: str) -> bool:
    """Return whether *text* is in *language*."""
    return bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh")


def test_every_form_of_the_table_of_addresses_is_here() -> None:
    """A page that takes a form cannot be forgotten."""
    assert {path for path, route in ROUTES.items() if "POST" in route.pages} == {form.path for form in FORMS}


@dataclass
class Sender:
    """Sends one form in every way, and says what is wrong with the answers."""

    form: AForm
    kind: str
    language: str
    make_world: MakeWorld
    log: pytest.LogCaptureFixture

    def faults(self) -> list[str]:
        """Return what is wrong, one line for each field and way."""
        self._begin()
        found: list[str] = []
        for at, name in enumerate(self.fields):
            for number, way in enumerate(WAYS):
                sent = content(self.fields, name, way, self.kind)
                if sent is None:
                    continue
                self.browser.client = f"10.0.{at}.{number}"
                self.browser.cookies = dict(self.cookies)
                found += (f"{name} {way}: {fault}" for fault in self._faults(name, way, sent))
        return found

    def _begin(self) -> None:
        self.world, self.browser, self.fields = world_of(self.make_world, self.form)
        self.browser.language = self.language
        self.cookies = dict(self.browser.cookies)

    def _faults(self, name: str, way: str, body: bytes) -> list[str]:
        self.log.clear()
        headers = {"content-type": FORM}
        if self.kind == "json":
            headers = {"content-type": "application/json", "accept": "application/json", "sec-fetch-mode": "cors"}
        answer = self.browser.ask("POST", self.form.path, body=body, headers=headers)
        text = answer.body.decode()
        found: list[str] = []
        if answer.status >= 500 or "Traceback" in text:
            found.append(f"{answer.status}")
        found += (each.getMessage() for each in self.log.records if each.levelno >= logging.WARNING or each.exc_info)
        if SECRET in text or SECRET in self.log.text:
            found.append("the password is there again")
        if answer.status < 400:
            if not self._may_pass(name, way):
                found.append(f"it was taken: {answer.status}")
            self._begin()
            return found
        if not self._may_pass(name, way):
            found += self._named(name, way, answer.status, text)
        return found

    def _may_pass(self, name: str, way: str) -> bool:
        """Return whether nothing need be wrong: the field may be left out, or says no more than that it is there."""
        if WAYS[way].damaged:
            return False
        if way in ("missing", "empty") and name not in (*self.form.needed, *self.form.named):
            return way == "missing" or name not in ("action", "days")
        if name in CHOICES:
            return self.kind == "form" and way != "NUL"
        return (way == "NUL" and name in forms.AS_TYPED) or (way == "too long" and name == "next")

    def _named(self, name: str, way: str, status: int, text: str) -> list[str]:
        """Return what is wrong with a refusal: its status, and where and how it says why."""
        if name in self.form.named and (not WAYS[way].damaged or self.form.path == "/reset") and status in (403, 404):
            return []  # a link or a number of nothing
        if way == "missing" and name == "code" and self.form.path in ("/sign-up", "/release"):
            return []  # that is another form at the same address
        if name.startswith("passkey_") and not WAYS[way].damaged and way not in ("missing", "empty"):
            return [] if status in (401, 403, 422) else [f"{status}"]  # it could not be verified
        if status != 422:
            return [f"{status}"]
        name = "scopes" if self.kind == "json" and name in CHOICES and name.startswith("scope-") else name
        if self.kind == "json":
            fields = json.loads(text)["fields"]
            return [] if name in fields and in_language(fields[name], self.language) else [f"not named: {fields}"]
        found, page = [], Page(text)
        if re.search(rf'<(input|select)[^>]* id="{name}(-1)?"', text):
            at = wrong_at(page)
            # In a list, the fields of an entry bear its number.
            said = at.get(name) or at.get(f"{name}-1", "")
            if not said or not in_language(said, self.language):
                found.append(f"not said at the field: {at}")
        elif name not in (
            "passkey_token",
            "passkey_answer",
            "action",
            "ceremony",
            "code",
            "codes",
            "factor",
            "id",
            "next",
            "sign_in",
        ):
            found.append("the form does not come back")
        shown = {each.get("name"): each.get("value") for each in page.all("input")}
        found += (
            f"{other} was not kept: {shown[other]!r}"
            for other, value in self.fields.items()
            if other in shown
            and other not in {name, "password", "new_password", "action", "code", "id", "sign_in", *CHOICES}
            and not other.startswith("passkey_")
            if shown[other] != value
        )
        return found


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("kind", ["form", "json"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.path}-{'-'.join(form.fields.values()) or 'code'}")
def test_attack_15_what_cannot_be_used_is_said_at_its_field(
    make_world: MakeWorld, form: AForm, kind: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every field in every way, and the others as they should be; one thing wrong at a time."""
    caplog.set_level(logging.INFO)
    assert [] == Sender(form, kind, language, make_world, caplog).faults()


@pytest.mark.asvs("3.5.2")
@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("path", sorted({form.path for form in FORMS}))
def test_attack_15_content_of_another_kind_or_size_reaches_no_page(
    make_world: MakeWorld, path: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    """415 for other media types and codings, 400 for what is malformed or has too many fields, 413 for what is huge."""
    world, browser, _ = world_of(make_world, next(form for form in FORMS if form.path == path))
    browser.language = language
    many = forms.MOST_FIELDS + 1
    sent: list[tuple[int, bytes, dict[str, str | None]]] = [
        (415, b"a=b", {"content-type": "text/plain"}),
        (415, b"a=b", {"content-type": "multipart/form-data; boundary=x"}),
        (415, b"<a/>", {"content-type": "application/xml"}),
        (415, b"a=b", {"content-type": None}),
        (415, b"a=b", {"content-type": f"{FORM}; charset=utf-16"}),
        (415, b"a=b", {"content-type": FORM, "content-encoding": "gzip"}),
        (400, b"&".join(b"f%d=x" % number for number in range(many)), {"content-type": FORM}),
        (400, json.dumps({str(number): "" for number in range(many)}).encode(), {"content-type": "application/json"}),
        (400, b"%zz=a", {"content-type": FORM}),
        (400, b"a", {"content-type": FORM}),
        (400, b'{"a": ', {"content-type": "application/json"}),
        (400, b'["a"]', {"content-type": "application/json"}),
        (400, b"[" * 60_000, {"content-type": "application/json"}),
        (400, b'{"a": 1' + b"0" * 5000 + b"}", {"content-type": "application/json"}),
        (413, b"a=" + b"b" * world.settings.max_body, {"content-type": FORM}),
    ]
    for status, body, headers in sent:
        for accept in ("text/html", "application/json"):
            answer = browser.ask("POST", path, body=body, headers={"accept": accept, **headers})
            assert (status, body[:20], headers) == (answer.status, body[:20], headers)
            assert "Traceback" not in answer.body.decode()
    assert [] == [each for each in caplog.records if each.levelno >= logging.WARNING]
