"""The page about keys: each command says what is shown below it, from where the sentence before it begins."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from hardtack.cli.commands import hardtack_command
from hardtack.seal import Keyring, keyfile
from hardtack.session import Sessions
from tests.docs import commands
from tests.docs.code_blocks import DOCS, blocks

SHOWN = [block.code for block in blocks(DOCS / "en" / "keys.md") if block.kind == "console"]
RING = Path("hardtack-data") / "hardtack.key"
ORIGIN = "https://id.example.org"


def made(*words: str) -> None:
    """Make a new keyring, and do something with it."""
    RING.unlink()
    keyfile.create(RING)
    if words:
        commands.carry_out(f"hardtack keys {' '.join(words)}", "", {})


def ours(block: str) -> tuple[str, str]:
    """Return the one command of ours in a block, and what is shown below it."""
    (found,) = (call for call in commands.typed(block) if commands.words(call[0]))
    return found


def test_the_page_about_keys_is_true(folder: Path) -> None:
    """List, rotate, revoke, check, the keyring in a variable, and what is in a cookie."""
    listing, rotating, revoking, checking, by_variable, explaining = map(ours, SHOWN)
    ids: dict[str, str] = {}
    made("rotate", "--now")
    commands.carry_out(*listing, ids)
    ring = Keyring.load(RING)
    assert ids == {shown: key.id for shown, key in zip(("3eea4681", "e2fcaf9b"), ring.keys, strict=True)}

    command, shown = revoking
    said = typed(command, ids, "y\n")
    question = shown.rstrip("\n").replace("e2fcaf9b", ids["e2fcaf9b"])
    assert question in said
    assert ["active", "revoked"] == sorted(key.state for key in Keyring.load(RING).keys if key.id != ids["3eea4681"])

    made()
    commands.carry_out(*rotating, {})

    RING.chmod(0o640)
    assert "chmod 600 hardtack-data/hardtack.key" == next(commands.typed(SHOWN[3]))[0]
    RING.chmod(0o600)
    commands.carry_out(*checking, {})

    made()
    command, shown = by_variable
    with patch.dict(os.environ, {"HARDTACK_KEYRING": RING.read_text("utf-8").replace("\n", ";")}):
        assert shown in typed(command, {})

    made()
    command, shown = explaining
    assert command.endswith(" < cookie.txt")
    said = typed(command, {}, cookie(Keyring.load(RING)))
    (active,) = (key.id for key in Keyring.load(RING).keys)
    assert re.sub(" +", " ", shown.replace("e2fcaf9b", active)) in re.sub(" +", " ", said), folder


def typed(command: str, ids: dict[str, str], answers: str = "") -> str:
    """Call a command, with what is typed or sent to it; return all that it says."""
    words = [ids.get(word, word) for word in commands.words(command.partition(" < ")[0])]
    done = CliRunner().invoke(hardtack_command, words, input=answers)
    assert done.exit_code == 0, done.output
    return done.output


def cookie(ring: Keyring) -> str:
    """Return the cookie of somebody who is signed in."""
    now = int(time.time())
    sessions = Sessions(ring, origin=ORIGIN, application="site")
    session = sessions.open("", now=now)
    session.sign_in(account=1, epoch=0, now=now)
    (field,) = (each for each in sessions.save(session, now=now) if each.startswith("__Host-hardtack="))
    return field.partition(";")[0]
