"""Make ``webauthn.json``: what Chromium's virtual authenticators answer, and the vectors of WebAuthn Level 3 (§16).

Chromium is asked with the options of ``hardtack.login.webauthn`` on ``localhost``. Its keys are new at every run,
so every run gives another file of the same meaning. The vectors of the specification are read from its source, the file
``index.bs`` of https://github.com/w3c/webauthn, where they stand as bytes in hexadecimal: they are taken as they are.
What people's devices have answered is not made here and is carried over: security keys, telephones and computers,
recorded by the authors of https://github.com/duo-labs/py_webauthn and published in its tests; the bytes are theirs, in
base64url as browsers write it.
Run it from the root of the repository:

    python tests/vectors/make_webauthn.py index.bs
"""

from __future__ import annotations

import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import Page, sync_playwright

from hardtack.login import webauthn
from hardtack.login.webauthn import Party
from tests.browser.authenticators import Authenticator
from tests.browser.chromium import executable

Json = dict[str, Any]

USER = bytes(range(32))
MAKING, SHOWING = bytes(32), bytes(range(32, 64))
KINDS = {"ES256": -7, "EdDSA": -8, "RS256": -257}
AUTHENTICATORS: dict[str, Json] = {
    "a device that recognises its person": {},
    "one whose passkeys are copied to others": {"defaultBackupEligibility": True, "defaultBackupState": True},
    "one of which nobody is recognised": {"hasResidentKey": False, "hasUserVerification": False},
    "an old security key": {
        "protocol": "u2f",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": False,
    },
}
ASK = """async ({kind, options}) => JSON.stringify(kind === "make"
  ? await navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options)})
  : await navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)}))"""


class _Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with an empty page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def recorded(page: Page, party: Party, name: str, options: Json, algorithm: str) -> Json | None:
    """Return what one authenticator answers, or ``None`` where it has no such keys."""
    authenticator = Authenticator(page, **options)
    making = webauthn.creation_options(party, MAKING, user=USER, name="ada", display_name="Ada", known=())
    making["pubKeyCredParams"] = [{"type": "public-key", "alg": KINDS[algorithm]}]
    try:
        made = page.evaluate(ASK, {"kind": "make", "options": making})
        showing = webauthn.request_options(party, SHOWING, known=(), verified=False)
        showing["allowCredentials"] = [{"type": "public-key", "id": json.loads(made)["id"]}]
        shown = page.evaluate(ASK, {"kind": "show", "options": showing})
    except Exception as error:
        print(f"{name}, {algorithm}: {str(error).splitlines()[0]}", file=sys.stderr)  # noqa: T201
        return None
    finally:
        authenticator.remove()
    return {
        "name": f"Chromium: {name}, {algorithm}",
        "rp": party.id,
        "origin": party.origin,
        "user": USER.hex(),
        "making": MAKING.hex(),
        "made": json.loads(made),
        "showing": SHOWING.hex(),
        "shown": json.loads(shown),
    }


def chromium() -> list[Json]:
    """Return what each of Chromium's authenticators answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Empty)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    party = Party("localhost", f"http://localhost:{port}", "Hardtack")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(party.origin)
        found = [
            recorded(page, party, name, options, algorithm)
            for name, options in AUTHENTICATORS.items()
            for algorithm in KINDS
        ]
        browser.close()
    server.shutdown()
    return [each for each in found if each is not None]


def specified(source: str) -> list[Json]:
    """Return the vectors of the specification that are within its own text: registration and authentication."""
    chapter = source[source.index("# Test Vectors # {#sctn-test-vectors}") :]
    found = []
    for section in re.split(r"^## ", chapter, flags=re.MULTILINE)[1:]:
        title, blocks = section.partition(" ## ")[0], re.findall(r"<xmp[^>]*>(.*?)</xmp>", section, re.DOTALL)
        if len(blocks) < 2 or "clientDataJSON" not in blocks[0]:
            continue
        made, shown = (dict(re.findall(r"^(\w+) = h'([0-9a-f]*)'", each, re.MULTILINE)) for each in blocks[:2])
        found.append(
            {
                "name": f"W3C: {title}",
                "rp": "example.org",
                "origin": "https://example.org",
                "credential_id": made["credential_id"],
                "making": made["challenge"],
                "made": {name: made[name] for name in ("clientDataJSON", "attestationObject")},
                "showing": shown["challenge"],
                "shown": {name: shown[name] for name in ("clientDataJSON", "authenticatorData", "signature")},
            }
        )
    return found


def main() -> None:
    """Write the file anew."""
    path = Path(__file__).parent / "webauthn.json"
    before = json.loads(path.read_text(encoding="utf-8"))
    made = {"chromium": chromium(), "w3c": specified(Path(sys.argv[1]).read_text())}
    text = json.dumps({**made, "devices": before["devices"]}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
