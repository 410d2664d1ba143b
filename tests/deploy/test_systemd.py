"""The units: what systemd itself says of them, and the service as they start it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

from tests.conftest import Service, wait_until_ready
from tests.service.test_stopping import LAUNCHER

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
PROGRAM = "/opt/hardtack/bin/hardtack"
MOST = 2.0
"""Of 10; systemd calls up to 3 "OK". What is left is that it speaks with the network."""


def read(name: str) -> ConfigParser:
    """Return a unit; of what comes several times, the last."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS / name)
    return parser


def test_systemd_finds_no_fault_in_them(tmp_path: Path) -> None:
    """A name that is misspelled is only a warning there, and does nothing."""
    for path in UNITS.iterdir():
        (tmp_path / path.name).write_text(path.read_text().replace(PROGRAM, sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "hardtack.service"), str(tmp_path / "hardtack.socket")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_the_service_may_do_little() -> None:
    """As systemd weighs it: no right that it does not need."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--json=short", str(UNITS / "hardtack.service")],
        capture_output=True,
        text=True,
        check=True,
    )
    left = {row["json_field"]: float(row["exposure"]) for row in json.loads(done.stdout) if row.get("exposure")}
    worst = {name for name, exposure in left.items() if exposure >= 0.3}

    assert {"RestrictAddressFamilies_AF_INET_INET6", "PrivateNetwork"} == worst
    assert sum(left.values()) < MOST


def test_the_command_of_the_unit_serves_on_the_listener_of_the_other(tmp_path: Path) -> None:
    """With a folder of the test's own in the place of the unit's, and under the same name."""
    service, listening = read("hardtack.service"), read("hardtack.socket")
    program, *arguments = shlex.split(service["Service"]["ExecStart"])
    assert PROGRAM == program
    arguments = [each.replace("/var/lib/hardtack", str(tmp_path / "data")) for each in arguments]
    assert str(tmp_path / "data") in arguments
    name = listening["Socket"]["FileDescriptorName"]
    launcher = LAUNCHER.replace("hardtack.socket", name)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("HARDTACK_")}
    assert ("notify", "all") == (service["Service"]["Type"], service["Service"]["NotifyAccess"])
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        (tmp_path / "log").open("wb") as log,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as words,
    ):
        words.bind(str(tmp_path / "notify"))
        words.settimeout(30)
        process = subprocess.Popen(
            [sys.executable, "-c", launcher, str(listener.fileno()), *arguments],
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
            env={**clean, "LC_ALL": "C.UTF-8", "NOTIFY_SOCKET": str(tmp_path / "notify")},
        )
        try:
            started = Service(process, tmp_path / "log", 0, tmp_path / "data")
            assert b"READY=1" == words.recv(64)
            wait_until_ready(started)
            assert listener.getsockname()[1] == started.port
            process.send_signal(getattr(signal, service["Service"].get("KillSignal", "SIGTERM")))
            assert b"STOPPING=1" == words.recv(64)
            assert 0 == process.wait(int(service["Service"]["TimeoutStopSec"]))
        finally:
            process.kill()
            process.wait()
