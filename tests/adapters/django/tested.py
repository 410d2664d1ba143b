"""What a project's own tests do with our clients: run in the project ``club``, it prints what each has seen as JSON."""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from urllib.parse import urlencode

from tests.adapters.django import club

# Django's clients ask for its settings, which the project has made.
from django.test import override_settings  # type: ignore[import-untyped]  # isort: skip  # Django has no types

from hardtack.adapters.django.signing import sign_in  # isort: skip
from hardtack.adapters.django.testing import PASSWORD, Browser, browser, signed_in  # isort: skip
from hardtack.errors import MisuseError  # isort: skip
from hardtack.session.testing import edited  # isort: skip

FORM = "application/x-www-form-urlencoded"
SECOND = ("password", "totp")


def who(client: Browser) -> str:
    """Return who the project takes the client for."""
    found: str = client.get("/who").json()["account"]
    return found


def seen() -> dict[str, Any]:
    """Return what was seen, by what was done."""
    accounts = sign_in().accounts
    names = [who(signed_in(each)) for each in ("ada", "ADA")]
    (ada,) = accounts.list()
    found: dict[str, Any] = {
        "names": [*names, who(signed_in(ada))],
        "accounts": [account.name for account in accounts.list()],
        "password": accounts.sign_in("ada", PASSWORD, client="127.0.0.1", now=1_800_000_000).name,
        "stranger": browser().get("/secret").headers["Location"],
        "recent": [signed_in("ada", ago=ago).get("/recent").status_code for ago in (0, 3600)],
        "long ago": [who(signed_in("ada", keep=keep, ago=8 * 86_400)) for keep in (None, True)],
        "form": browser().post("/auth/sign-in", urlencode({"username": "ada", "password": PASSWORD}), FORM).status_code,
    }
    client = signed_in("ada", headers={"sec-fetch-site": "cross-site"})
    found["of another site"] = client.post("/auth/sign-out", "", FORM).status_code
    signed_in("root", administrator=True)
    found["administrators"] = [account.name for account in accounts.list() if account.administrator]
    client = signed_in("ada", factors=SECOND)
    with edited(client, sign_in().sessions, now=int(time.time()), host="localhost") as session:
        found["factors"] = list(session.identity.factors) if session.identity else []
    with override_settings(HARDTACK_ORIGIN="https://club.example"):
        client = signed_in("ada")
        found["origin"] = [who(client), sorted(name.partition("-hardtack")[0] for name in client.cookies)]
        found["elsewhere"] = client.get("/who", headers={"host": "other.example"}).status_code
        sign_in().close()
    with override_settings(MIDDLEWARE=[name for name in club.MIDDLEWARE if name != club.SIGN_IN]):
        try:
            browser()
        except MisuseError as error:
            found["misuse"] = str(error)
    sign_in().close()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(seen()))
