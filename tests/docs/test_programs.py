"""The programs of pages that have no tests of their own: each does what the sentences around it say."""

from __future__ import annotations

import ast
import re
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
import werkzeug.test
from django.utils.module_loading import import_string  # type: ignore[import-untyped]
from starlette.testclient import TestClient

from bench.scale.__main__ import main as scale
from hardtack.adapters.answering import Answering
from hardtack.adapters.flask import Hardtack
from hardtack.adapters.flask.testing import browser, signed_in
from hardtack.errors import Refused
from hardtack.login import Accounts
from hardtack.message import Headers, Request
from hardtack.seal import Keyring
from hardtack.site.texts import OURS
from hardtack.status import NotFound, Status
from hardtack.status.rules import rules_of
from tests.docs import commands
from tests.docs.code_blocks import DOCS, blocks
from tests.docs.conftest import PASSWORD
from tests.login.apps import WHERE, identity, oathtool

HOST = "www.example.org"


def program(page: str, holds: str = "") -> str:
    """Return the one block of Python of a page in which *holds* stands."""
    (found,) = (block.code for block in blocks(DOCS / "en" / page) if block.kind == "python" and holds in block.code)
    return found


def console(page: str, holds: str = "$ ") -> tuple[str, str]:
    """Return the one command of a page's block in which *holds* stands, and what is shown below it."""
    (found,) = (block.code for block in blocks(DOCS / "en" / page) if block.kind == "console" and holds in block.code)
    ((command, shown),) = commands.typed(found)
    return command, shown


def run(code: str, **names: Any) -> dict[str, Any]:
    """Run a program where *names* are there already; return what is there afterwards."""
    exec(code, names)  # noqa: S102 - it is our own page
    return names


@pytest.fixture
def accounts(folder: Path) -> Iterator[Accounts]:
    """The accounts of the folder: ada and bo."""
    data = folder / "hardtack-data"
    with Accounts.connect(f"sqlite:///{data}/hardtack.db", keyring=Keyring.load(data / "hardtack.key")) as opened:
        yield opened


@pytest.fixture
def now() -> int:
    """The time."""
    return int(time.time())


def test_a_reset_is_started_and_the_old_password_is_forgotten(accounts: Accounts, now: int) -> None:
    """As the page about changing an account says."""
    code = run(program("account-changes.md"))["start"](accounts, accounts.named("ada").id, now)
    assert isinstance(code, str)
    with pytest.raises(Refused):
        accounts.sign_in("ada", PASSWORD, client="", now=now)


def test_somebody_is_invited(accounts: Accounts) -> None:
    """And the link is that of the page where an account is made."""
    assert re.fullmatch(
        r"/sign-up\?code=\S+", run(program("accounts.md"))["invite"](accounts, accounts.named("ada").id)
    )


def test_an_app_is_set_up_and_its_codes_are_counted(accounts: Accounts, now: int) -> None:
    """With the codes that a real app shows; one that was used counts no second time."""
    account, client = accounts.named("ada"), WHERE["client"]
    whose = {"accounts": accounts, "account": account, "now": now, "client": client, "database": accounts._database}
    begin, _, rest = program("two-factor.md", "totp.begin").partition("\n")
    made = run(begin, identity=identity(accounts, now=now), **whose)
    made = run(rest.replace("123456", oathtool(made["setup"].secret_text, now)), **made)
    assert len(set(made["codes"])) == len(made["codes"]) > 5

    look = program("two-factor.md", "guesses.admit").replace("123 456", oathtool(made["setup"].secret_text, now + 30))
    assert [1, 1, 2] == [run(look, **whose)["guess"].failures for _ in range(3)]


def test_a_lost_factor_is_reset_and_that_is_called_off(accounts: Accounts, now: int) -> None:
    """The first line says when it holds, the second that there was one."""
    account = accounts.named("ada")
    setup = accounts.totp.begin(account, binding=b"l" * 16, now=now)
    code = oathtool(setup.secret_text, now)
    accounts.totp.enrol(identity(accounts, now=now), setup.token, code, binding=b"l" * 16, now=now, **WHERE)
    asking, _, calling_off = program("factor-loss.md").partition("\n")
    assert run(asking, accounts=accounts, account=account, now=now)["row"].due > now
    assert eval(calling_off.strip(), {"accounts": accounts, "account": account, "now": now})  # noqa: S307 - our own page
    commands.carry_out(*console("factor-loss.md"), {})
    assert accounts.factor_reset.pending(account.id, now)


def test_accounts_are_opened_with_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an application does that shares a database with others."""
    connect = run(program("postgresql.md"))["connect"]
    monkeypatch.setenv("HARDTACK_KEYRING", (folder / "hardtack-data" / "hardtack.key").read_text().replace("\n", ";"))
    with connect(f"sqlite:///{folder}/hardtack-data/hardtack.db", str(folder)) as opened:
        assert ["ada", "bo"] == [account.name for account in opened.list()]


def test_a_view_takes_a_token(folder: Path, now: int) -> None:
    """With its scope, and from nobody else."""
    app = flask.Flask("shop")
    hardtack = Hardtack(app, keyring="hardtack-data/hardtack.key", token_scopes=["read"])
    run(program("tokens.md"), app=app)
    with app.app_context():
        accounts = hardtack.accounts
        ada = accounts.named("ada").id
        _, token = accounts.tokens.make(ada, "ci", ["read"], days=1, known=["read"], client="", now=now)
        visitor = browser(app)
        shown = {"Accept": "application/json"}
        answers = [
            visitor.get("/report", headers={**shown, **more}) for more in ({}, {"Authorization": f"Bearer {token}"})
        ]
        assert [401, 200] == [each.status_code for each in answers], folder
        assert {"for": "ada"} == answers[1].json
        hardtack.close()


def test_a_template_of_flask_has_what_the_page_names(folder: Path) -> None:
    """A token for forms, the way to our pages, and who is signed in."""
    app = flask.Flask("shop")
    hardtack = Hardtack(app, keyring="hardtack-data/hardtack.key")
    lines = [block.code for block in blocks(DOCS / "en" / "flask.md") if block.kind == "html"]
    app.get("/")(lambda: flask.render_template_string("".join(lines)))
    for visitor, way in ((browser(app), "sign-in"), (signed_in(app, "carl"), "sign-out")):
        shown = visitor.get("/").text
        assert 'name="csrf_token"' in shown, folder
        assert f'"/auth/{way}"' in shown
    with app.app_context():
        hardtack.close()


def test_what_a_status_knows_is_what_stands_beside_it() -> None:
    """Each line is what its comment says, or a text where that describes it."""
    first, *lines = program("status.md", "phrase_in").strip().splitlines()
    names = run(first)
    assert len([line for line in lines if line]) == 6
    for code, _, said in (line.partition("  # ") for line in lines if line):
        value = eval(code, names)  # noqa: S307 - our own page
        try:
            assert value == eval(said, names), code  # noqa: S307 - likewise
        except SyntaxError:
            assert isinstance(value, str)
            assert value, code


def test_what_is_raised_can_be_raised() -> None:
    """One line after the other, each with the code that its name says."""
    first, *lines = program("status.md", "raise NotFound").strip().splitlines()
    raising = [line for line in lines if line]
    assert len(raising) == 6
    for line in raising:
        with pytest.raises(Refused) as raised:
            run(f"{first}\n{line}")
        assert type(raised.value).__name__ in line


def test_where_a_client_is_sent_is_what_stands_beside_it() -> None:
    """Each returns its code, and the field that says where."""
    first, *lines = program("status.md", "status.elsewhere").strip().splitlines()
    for code, _, said in (line.partition("  # ") for line in lines if line):
        status, headers = eval(code, run(first))  # noqa: S307 - our own page
        assert int(said[:3]) == status
        assert "Location" in dict(headers)


def test_a_page_of_ones_own_takes_the_place_of_ours() -> None:
    """It is what a browser gets."""
    asked = Request(method="GET", path="/", headers=Headers([("Accept", "text/html")]))
    code = program("status.md", "page=page").replace("\nanswer(", "\nmade = answer(")
    made = run(code, NotFound=NotFound, request=asked)["made"]
    assert made.body.decode().startswith("<!doctype html><title>404</title><p>")


def test_a_route_says_its_facts() -> None:
    """Those that the page names."""
    article = run(program("status.md", "@rules("), version_of=lambda name: f"of-{name}")["article"]
    declared = rules_of(article)
    assert declared is not None
    assert declared.protect


def test_mistakes_in_the_settings_are_told_as_the_page_shows(folder: Path) -> None:
    """All of those in the file above, with their lines."""
    (mistaken,) = (
        block.code
        for block in blocks(DOCS / "en" / "configuration.md")
        if block.kind == "toml" and "prot" in block.code
    )
    (folder / "hardtack-data" / "hardtack.toml").write_text(mistaken, "utf-8")
    command, shown = console("configuration.md", "config check")
    assert shown
    commands.carry_out(command, shown, {})


def test_a_line_prints_the_texts_of_our_pages(capsys: pytest.CaptureFixture[str]) -> None:
    """All of them, each with its id."""
    command, _ = console("pages.md", "$ python -c")
    python, option, line = shlex.split(command)
    assert ("python", "-c") == (python, option)
    run(line)
    assert [f"{name}: {text}" for name, text in OURS.table("en").items()] == capsys.readouterr().out.splitlines()


def test_the_sums_of_scale_are_done_for_ones_own_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """With the options that the page names."""
    command, _ = console("scale.md", "--sessions")
    python, option, module, *words = shlex.split(command)
    assert ["python", "-m", "bench.scale"] == [python, option, module]
    assert 0 == scale(words)
    assert "5,000,000" in capsys.readouterr().out


@pytest.mark.parametrize("page", ["status-layer.md"])
@pytest.mark.parametrize(("holds", "asks"), [("asgi", "in_asgi"), ("wsgi", "in_wsgi"), ("flask", "in_flask")])
def test_the_status_layer_stands_around_an_application(page: str, holds: str, asks: str) -> None:
    """Its own host is answered, any other is 421."""
    asking: Callable[[str, str], int] = globals()[asks]
    code = program(page, f"from hardtack.adapters.{holds} import")
    assert [200, 421] == [asking(code, host) for host in (HOST, "other.example.org")]


async def _in_asgi(scope: Any, _receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"ship's biscuit"})


def _in_wsgi(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ship's biscuit"]


def in_asgi(code: str, host: str) -> int:
    """Return what the ASGI application of a program answers."""
    return TestClient(run(code, app=_in_asgi)["app"]).get("/", headers={"Host": host}).status_code


def in_wsgi(code: str, host: str) -> int:
    """Return what the WSGI application of a program answers."""
    return werkzeug.test.Client(run(code, app=_in_wsgi)["app"]).get("/", headers={"Host": host}).status_code


def in_flask(code: str, host: str) -> int:
    """Return what the application of Flask answers."""
    app = flask.Flask("shop")
    app.get("/")(lambda: "ship's biscuit")
    run(code, app=app)
    return app.test_client().get("/", headers={"Host": host}).status_code


def test_the_lines_for_django_name_a_middleware_and_its_settings() -> None:
    """Which there are."""
    said = run(program("status-layer.md", "MIDDLEWARE"))
    assert all(import_string(each) for each in said["MIDDLEWARE"])
    assert said["HARDTACK_STATUS"].keys() <= Answering.__init__.__annotations__.keys()


def test_the_last_answers_have_a_page() -> None:
    """At the address that the line names."""
    code = program("status-layer.md", '"trace"')
    names = run("from hardtack.adapters.asgi import Hardtack", app=_in_asgi)
    (tree,) = ast.parse(code).body
    assert isinstance(tree, ast.Assign)
    visitor = TestClient(run(code, **names)["app"], base_url="http://localhost")
    assert [200, 200] == [visitor.get(path).status_code for path in ("/", "/status/trace")]
    assert Status(200).phrase
