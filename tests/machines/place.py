"""What the machines work on: a fresh, migrated database for every example, and a hash that costs next to nothing."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Verbosity, settings

from hardtack.login import Argon2id, HashingPool
from hardtack.store import Database

NOW = 1_800_000_000
PASSWORD = "correct horse battery staple"

COUNTED: Counter[str] = Counter()
"""What the machines have done so far in this process, by what is told of it."""


MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, for our user alone


@cache
def folder() -> Path:
    """Return a folder that is gone with this process, in memory where there is such, since commits wait for a disk."""
    in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and "TMPDIR" not in os.environ
    made = Path(tempfile.mkdtemp(prefix="machines-", dir=MEMORY if in_memory else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def template() -> Path:
    """Return a migrated, empty database to copy: migrating takes longer than an example."""
    path = folder() / "template.db"
    database = Database.connect(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@cache
def pool() -> HashingPool:
    """Return a pool that hashes in microseconds."""
    return HashingPool(Argon2id(memory=8, passes=1), threads=1, places=1000)


@contextmanager
def database() -> Iterator[str]:
    """Give the URL of a database of one's own."""
    own = Path(tempfile.mkdtemp(dir=folder()))
    try:
        shutil.copy(template(), own / "hardtack.db")
        yield f"sqlite:///{own}/hardtack.db"
    finally:
        shutil.rmtree(own)


@contextmanager
def quiet() -> Iterator[None]:
    """Let nothing be logged: every cookie that is refused is a line, and here that is nearly all of them."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def bounds(examples: int, steps: int, *, derandomize: bool) -> settings:
    """Return Hypothesis's settings for so many examples of so many steps.

    Args:
        examples: how many.
        steps: of each, at most.
        derandomize: whether they are the same each time.
    """
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=derandomize,
        verbosity=Verbosity.normal,
        suppress_health_check=list(HealthCheck),
    )
