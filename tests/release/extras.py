"""What each extra brings, in an environment that has nothing else: what can be imported, and what then works.

``pip install 'hardtack[EXTRA]'`` is what people type. Here every extra gets an environment of its own: what it needs
by the pins and their hashes, then the wheel with the extra and without an index, so that pip itself says whether that
was all. In it every module of the package is imported, each on its own merits: what cannot be for want of another
package must belong to another extra or to a framework. Then a command shows that it works.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.supply import installing, licences, pins

CORE = ("errors", "message", "seal", "session", "status")
LOGIN = (*CORE, "store", "login", "site", "playground")

FRAMEWORKS = {"django", "fastapi", "flask", "starlette", "werkzeug", "itsdangerous", "asgiref", "markupsafe", "pytest"}
"""What no extra brings, since whoever uses an adapter has it."""

POSTGRES = {"store.driver", "store.listening", "store.postgres", "store.reach"}
"""What wants a driver, whatever else is installed."""

UNFIT = {"__main__", "store.migrations.env"}
"""What does its work while it is imported: the command itself, and what Alembic runs."""


class Extra(NamedTuple):
    """What an extra promises.

    Args:
        rooms: of the package that can be imported whole.
        command: what is then run, in an empty folder; ``{python}`` is the environment's interpreter.
        status: what it ends with.
        says: what stands in its output.
        files: of requirements, in which its packages are pinned.
        built: whether some of them are published as sources alone.
        beside: extras that it is of use with.
    """

    rooms: tuple[str, ...]
    command: tuple[str, ...]
    status: int = 0
    says: str = ""
    files: tuple[str, ...] = ("serve.txt", "postgres.txt")
    built: bool = False
    beside: tuple[str, ...] = ()


SEALED = "from hardtack import Keyring; print(Keyring.generate().seal(b'x', purpose='app-x')[:2].decode())"
MIGRATED = "from hardtack.store import Database; Database.connect('sqlite:///x.db').migrate(); print('migrated')"
DRIVER = "import hardtack.store.postgres, psycopg; print(psycopg.pq.__impl__)"
WITH_HTTPLINT = "from hardtack.cli import lint_httplint; print(lint_httplint.installed())"

EXTRAS: Mapping[str, Extra] = {
    "": Extra(CORE, ("hardtack", "--version"), status=1, says="pip install 'hardtack[cli]'"),
    "cli": Extra(CORE, ("hardtack", "status", "404"), says="Not Found"),
    "login": Extra(LOGIN, ("python", "-W", "error", "-c", MIGRATED), says="migrated"),
    "serve": Extra((*LOGIN, "cli", "adapters"), ("hardtack", "demo", "--lang", "en")),
    "postgres": Extra(
        (*LOGIN, "store.driver", "store.postgres"), ("python", "-c", DRIVER), says="binary", beside=("login",)
    ),
    "lint": Extra(CORE, ("python", "-c", WITH_HTTPLINT), says="True", files=("httplint.txt", "serve.txt"), built=True),
}
"""By the extra; the empty one is Hardtack without any."""

IMPORTING = """\
import importlib, json, pkgutil, sys
import hardtack
found = {}
names = [each.name for each in pkgutil.walk_packages(hardtack.__path__, "hardtack.", onerror=lambda name: None)]
for name in names:
    short = name.removeprefix("hardtack.")
    if short in UNFIT:
        continue
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        found[short] = error.name.partition(".")[0]
    except Exception as error:
        found[short] = f"{type(error).__name__}: {error}"
    else:
        found[short] = ""
print(json.dumps(found))
"""


def needs(extra: Extra, names: Iterable[str]) -> str:
    """Return the lines that pin what extras need by the list of licences, which is read from what is installed."""
    wanted = {licences.ALWAYS, *names}
    rows = {name for name, row in licences.read().items() if wanted & set(row["extras"]) and "where" not in row}
    lines: dict[str, str] = {}
    for file in extra.files:
        text = (pins.FOLDER / file).read_text(encoding="utf-8")
        for pin in pins.read(text):
            if pin.name in rows and pin.here and pin.name not in lines:
                hashes = "".join(f" \\\n    --hash=sha256:{each}" for each in pin.hashes)
                asked = f"[{','.join(sorted(pin.extras))}]" if pin.extras else ""
                lines[pin.name] = f"{pin.name}{asked}=={pin.version}{hashes}\n"
    return "".join(lines[name] for name in sorted(lines))


def judge(rooms: Iterable[str], modules: Mapping[str, str]) -> list[str]:
    """Return what an extra has promised and cannot be imported, and what fails for another reason than a package.

    Args:
        rooms: that are promised.
        modules: each with the package that was missing, or with what went wrong, or with nothing.
    """
    found = []
    for name, why in modules.items():
        promised = any(name == room or name.startswith(f"{room}.") for room in rooms)
        excused = why in FRAMEWORKS or (why == "psycopg" and name in POSTGRES)
        if ": " in why:
            found.append(f"hardtack.{name} cannot be imported: {why}")
        elif why and promised and not excused:
            found.append(f"hardtack.{name} wants {why}")
    return found


def look(name: str, wheel: Path, folder: Path) -> tuple[int, list[str]]:
    """Install an extra from the wheel and return how many modules could be imported, and what is wrong."""
    extra = EXTRAS[name]
    chosen = [each for each in (name, *extra.beside) if each]
    written = folder / "needed.txt"
    written.write_text(needs(extra, chosen), encoding="utf-8")
    try:
        installing.install(folder / "venv", [written], sources=extra.built)
        asked = f"{wheel}[{','.join(chosen)}]" if chosen else str(wheel)
        python = folder / "venv" / "bin" / "python"
        installing.pip("--python", python, "install", "--quiet", "--no-index", asked)
        installing.pip("--python", python, "check")
    except installing.InstallError as error:
        return 0, [f"hardtack[{name}] cannot be installed from what is pinned for it: {error}"]
    empty = Path(tempfile.mkdtemp(dir=folder))
    done = _run(folder, empty, "python", "-W", "error", "-c", IMPORTING.replace("UNFIT", repr(UNFIT)))
    if done.returncode:
        return 0, [f"hardtack[{name}] cannot be imported: {done.stderr}"]
    modules: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    found = [f"hardtack[{name}]: {each}" for each in judge(extra.rooms, modules)]
    ran = _run(folder, empty, *extra.command)
    if ran.returncode != extra.status or extra.says not in ran.stdout + ran.stderr:
        found.append(
            f"hardtack[{name}]: {' '.join(extra.command)} ended with {ran.returncode}: {ran.stdout}{ran.stderr}"
        )
    return sum(not why for why in modules.values()), found


def _run(folder: Path, where: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [folder / "venv" / "bin" / program, *words]
    environ = {**installing.environ(), "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=where, capture_output=True, text=True, check=False, env=environ, timeout=120)
