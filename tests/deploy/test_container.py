"""The container's recipe: read as it stands, and what it starts started.

No image is built here, since that needs a daemon and a registry; what it says is carried out step by step as far
as it can be without.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import Start

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "deploy" / "container" / "Containerfile").read_text("utf-8")
STEPS = re.findall(r"^([A-Z]+) ((?:.|(?<=\\)\n)*)", RECIPE, re.MULTILINE)


def of(name: str) -> list[str]:
    """Return what every step of that kind says, on one line each."""
    return [re.sub(r"\s*\\\n\s*", " ", text).strip() for kind, text in STEPS if kind == name]


def test_everything_that_is_copied_is_there_and_nothing_else_is_sent() -> None:
    """What the recipe needs is let through by the list of what is not."""
    copied = [name for text in of("COPY") if "--from" not in text for name in text.split()[:-1]]
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert copied
    assert [] == [name for name in copied if not (ROOT / name).exists()]
    assert let_through == {name.partition("/")[0] for name in copied}


def test_it_runs_as_a_number_that_is_not_root_and_keeps_its_data_outside() -> None:
    """Whatever is in the image may be read-only then."""
    assert ["10001:10001"] == of("USER")
    assert ["/data"] == of("VOLUME")
    assert "HARDTACK_DATA=/data" in of("ENV")[0]
    assert all("@" in text or ":3." in text for text in of("FROM")), "a version is named"
    compose = (ROOT / "deploy" / "container" / "compose.yaml").read_text("utf-8")
    for said in ("read_only: true", "- ALL", "no-new-privileges:true", "data:/data"):
        assert said in compose


def test_every_setting_of_the_recipe_is_one() -> None:
    """One that is misspelled would stop it."""
    from hardtack.site import Settings

    said = re.findall(r"HARDTACK_(\w+)=", RECIPE) + re.findall(
        r"^ +HARDTACK_(\w+):", (ROOT / "deploy" / "container" / "compose.yaml").read_text("utf-8"), re.MULTILINE
    )
    assert [] == [name for name in said if name.lower() not in Settings.__struct_fields__]


def test_its_command_serves_and_its_check_tells_whether_it_does(start: Start) -> None:
    """The words of the recipe, at another port."""
    assert (["hardtack"], ["serve"]) == (json.loads(of("ENTRYPOINT")[0]), json.loads(of("CMD")[0]))
    environ = dict(re.findall(r"(HARDTACK_\w+)=(\S+)", of("ENV")[0]))
    environ = {name: value for name, value in environ.items() if name not in ("HARDTACK_DATA", "HARDTACK_HOST")}
    service = start(environ=environ)
    check = json.loads(of("HEALTHCHECK")[0].partition(" CMD ")[2])
    assert "python" == check[0]
    asked = [sys.executable, *(word.replace(":8000/", f":{service.port}/") for word in check[1:])]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}

    assert 0 == subprocess.run(asked, env=clean, capture_output=True, check=False).returncode
    service.stop()
    assert 0 != subprocess.run(asked, env=clean, capture_output=True, check=False).returncode
