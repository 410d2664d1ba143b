"""Where and with what a run was made: processor, Python and the versions that matter; never the name of a host."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from bench.results import Machine

DISTRIBUTIONS = ("hardtack", "cryptography", "msgspec", "flask", "werkzeug", "starlette", "django", "itsdangerous")


def versions() -> dict[str, str]:
    """Return the versions of what was measured, and of the OpenSSL that cryptography brings."""
    from cryptography.hazmat.backends.openssl import backend

    found = {name: version(name) for name in DISTRIBUTIONS}
    return {**found, "openssl": backend.openssl_version_text().split()[1]}


def describe(load_before: float, load_after: float) -> Machine:
    """Return what this machine is, with the load averages of one minute before and after the run."""
    return Machine(
        cpu=_processor(),
        cores=os.cpu_count() or 0,
        system=f"{platform.system()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        load_before=round(load_before, 2),
        load_after=round(load_after, 2),
    )


def _processor() -> str:
    """Return the processor's model as Linux tells it; elsewhere what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
