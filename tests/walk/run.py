"""``python -m tests.walk.run --root FOLDER``: walk as a new user, in an empty Debian, with README.md and the pages.

As root, on Debian, with debootstrap and Chromium. FOLDER must not exist; an empty Debian is made there, and deleted at
the end. ``--save`` keeps the log for the documents (``docs/*/walk.md``), ``--pictures FOLDER`` what the browser saw.
The exit status is 0 if everything was as the pages say and in time, 1 if not, 2 if it cannot be walked here.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from playwright.sync_api import Error as PlaywrightError

from bench import machine
from tests.docs.followed import DOCS, blocks, calls
from tests.prove.stage import write
from tests.prove.summary import commit
from tests.walk import root
from tests.walk.log import Part, Walk
from tests.walk.visitor import Visitor, visiting
from tests.walk.walker import PORTS, AstrayError, Walker, free

REPOSITORY = Path(__file__).parents[2]
SAVED = Path(__file__).with_name("last.json")
NEEDED = ("debootstrap", "chroot", "mount", "git", "chromium")
MINUTE = 60

NO_ADDRESS = "a copy of the repository stands in the place of its address"
NO_CURL = "an empty Debian has no curl"
NO_SYSTEMD = "the root has no systemd, so nginx is started by hand"


def installed(walker: Walker, visitor: Visitor) -> None:
    """What README.md says below “Run it”, from the first command to a signed-in administrator."""
    text = (REPOSITORY / "README.md").read_text("utf-8").partition("## Run it")[2].partition("\n## ")[0]
    (packages,) = re.findall(r"`(apt install [^`]+)`", text)
    (environment,) = re.findall(r"`(python3 -m venv [^`]+)`", text)
    walker.type("sudo apt update")
    walker.type(f"sudo {packages.replace('install', 'install -y')}")
    walker.type("git clone /srv/hardtack.bundle hardtack", note=NO_ADDRESS)
    walker.type("cd hardtack")
    walker.folder += "/hardtack"
    walker.type(environment)
    console = next(block for block in blocks(REPOSITORY / "README.md") if "console" == block.kind)
    for call in calls(console.code):
        done = walker.type(call.words)
    said = "\n".join(done.lines)
    found = re.search(r"http://localhost:8000/welcome\?code=\S+", said)
    if not found:
        raise AstrayError(f"no link for the first administrator:\n{said}")
    visitor.open(found[0])
    visitor.fill("anna", "You are signed in")
    walker.stop()


def demonstrated(walker: Walker, _visitor: Visitor) -> None:
    """What README.md says besides: the story, and a code looked up."""
    walker.type("hardtack")
    walker.type("hardtack demo")
    walker.type("hardtack status 416")


def own(name: str, who: str, expected: str) -> Callable[[Walker, Visitor], None]:
    """Return the way of an application of one's own, by its page.

    Args:
        name: of the framework.
        who: signs in; ``anna`` was added by a command of the page, anybody else makes an account.
        expected: what the protected page then says.
    """

    def walk(walker: Walker, visitor: Visitor) -> None:
        walker.enter(name)
        if "flask" == name:
            walker.type("sudo apt install -y curl", note=NO_CURL)
        walker.follow(DOCS / "en" / "how-to" / f"protect-{name}.md")
        port = 5000 if "flask" == name else 8000
        visitor.forget()
        visitor.open(f"http://localhost:{port}/orders")
        if who != "anna":
            visitor.press("Create an account")
        visitor.fill(who, expected)
        walker.stop()

    return walk


def behind_nginx(walker: Walker, visitor: Visitor) -> None:
    """Any application, behind nginx, by its page."""
    walker.enter("wiki")
    walker.type("sudo apt install -y nginx")
    walker.follow(
        DOCS / "en" / "how-to" / "nginx.md",
        {"sudo systemctl reload nginx": ("sudo nginx", NO_SYSTEMD)},
    )
    visitor.forget()
    visitor.open("http://wiki.localhost:8080/")
    visitor.fill("anna", "Directory listing")
    walker.stop()
    walker.type("sudo nginx -s stop")


PARTS: tuple[tuple[Part, Callable[[Walker, Visitor], None]], ...] = (
    (Part("signed in", "README.md", MINUTE), installed),
    (Part("looked around", "README.md", MINUTE), demonstrated),
    (
        Part("own Flask application", "docs/en/how-to/protect-flask.md", 10 * MINUTE),
        own("flask", "bo", "Orders of bo."),
    ),
    (
        Part("own Django project", "docs/en/how-to/protect-django.md", 10 * MINUTE),
        own("django", "anna", "Orders of anna."),
    ),
    (
        Part("own FastAPI application", "docs/en/how-to/protect-fastapi.md", 10 * MINUTE),
        own("fastapi", "bo", '"orders of":"bo"'),
    ),
    (Part("behind nginx", "docs/en/how-to/nginx.md", 10 * MINUTE), behind_nginx),
)
"""The parts of the walk, in this order: each begins where the one before it has ended."""


@contextmanager
def sitting(made: root.Root, pictures: Path | None) -> Iterator[tuple[Walker, Visitor]]:
    """Give somebody who sits at the root with a browser beside it."""
    walker = Walker(made)
    try:
        with visiting(walker, pictures) as visitor:
            yield walker, visitor
    finally:
        walker.close()


def walked(made: root.Root, pictures: Path | None) -> Iterator[Part]:
    """Walk, and yield each part when it is done.

    Raises:
        AstrayError: something was not as its page says.
    """
    with sitting(made, pictures) as (walker, visitor):
        for part, walk in PARTS:
            walker.part = part
            walk(walker, visitor)
            yield part


def main() -> int:
    """Walk, print how long each part took, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.walk.run", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, metavar="FOLDER", help="where the empty Debian is made")
    parser.add_argument("--save", action="store_true", help="keep the log for the documents")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="keep a picture of each page that was seen")
    told = parser.parse_args()
    if missing := [name for name in NEEDED if not shutil.which(name)]:
        click.echo(f"this cannot be walked without {', '.join(missing)}: apt-get install {' '.join(missing)}")
        return 2
    for port in PORTS:
        free(port)
    parts: list[Part] = []
    # Whoever ends it has the root taken away, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    try:
        with root.made(told.root.resolve(), REPOSITORY) as made:
            for part in walked(made, told.pictures):
                parts.append(part)
                click.echo(f"{part.name}: {part.own:.1f} s, and {part.took() - part.own:.1f} s of downloads")
            about, seconds = _about(made), made.seconds
    except (AstrayError, TimeoutError, PlaywrightError) as astray:
        click.echo(f"astray: {astray}")
        return 1
    if told.save:
        today = datetime.now(UTC).date().isoformat()
        write(SAVED, msgspec.to_builtins(Walk(today, commit()[0], about, round(seconds), parts)))
    return int(any(part.own > part.target for part in parts))


def _about(made: root.Root) -> dict[str, str | int | float]:
    """Return what it was walked on: this machine, how busy it was, and the Debian and the Python of the root."""
    here = machine.describe(0, os.getloadavg()[0])
    asked = made.command(root.USER, "python3", "--version")
    python = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    version = (made.folder / "etc/debian_version").read_text().strip()
    load = round(os.getloadavg()[2], 1)
    return {"cpu": here.cpu, "cores": here.cores, "load": load, "system": f"Debian {version}", "python": python}


if __name__ == "__main__":
    sys.exit(main())
