"""The wires between a proxy, two nodes and a database, of which each node's to the database can be cut.

``Namespaces`` gives each of them a network of its own (Linux, root): one bridge for visitors, one for the database.
What is cut off has its wire taken off the bridge: packets vanish, nobody is told that anybody is gone, as where a cable
is pulled behind a switch. The networks have no name and end with the process that made them.

``Loopback`` is for whoever may make none: all are on this machine, and a node speaks to the database through a process
that is stopped where it is to be cut off. ``made()`` gives the first where it can.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CLONE_NEWNET = 0x40000000
HERE = "/proc/thread-self/ns/net"
DATABASE_PORT = 5432
RELAY = Path(__file__).with_name("relay.py")
PATIENCE = 30


class Wires(ABC):
    """Where everybody is, and how they are reached."""

    says: str
    """How a report names them."""

    proxy: str
    """The address that nodes see visitors come from."""

    hosts: list[str]
    """The address of each node, as the proxy reaches it."""

    listen: str
    """The address on which the database listens."""

    port: int
    """And its port."""

    @abstractmethod
    def servers(self) -> list[tuple[str, int]]:
        """Return where each node finds the database."""

    @abstractmethod
    @contextmanager
    def node(self, number: int) -> Iterator[None]:
        """Let this thread, and what it starts, be on the network of a node."""
        yield

    @abstractmethod
    @contextmanager
    def database(self) -> Iterator[None]:
        """Let this thread, and what it starts, be on the network of the database."""
        yield

    @abstractmethod
    def cut(self, number: int) -> None:
        """Let nothing through between a node and the database, either way, and tell nobody."""

    @abstractmethod
    def join(self, number: int) -> None:
        """Mend that."""

    @abstractmethod
    def close(self) -> None:
        """Take all of it away."""


class Namespaces(Wires):
    """Networks of their own; the thread that makes this is on that of the proxy until ``close``.

    Args:
        nodes: how many.

    Raises:
        OSError: the system gives none.
    """

    says = "network namespaces"
    proxy = "10.213.0.1"
    listen = "10.213.1.1"
    port = DATABASE_PORT

    def __init__(self, nodes: int = 2) -> None:
        self._before = os.open(HERE, os.O_RDONLY | os.O_CLOEXEC)
        self._made: list[int] = []
        self.hosts = [f"10.213.0.{2 + number}" for number in range(nodes)]
        try:
            _enter(self._new())
            _ip("link add front type bridge", "link add back type bridge")
            _ip("link set front up", "link set back up", f"addr add {self.proxy}/24 dev front")
            self._plug(self._new(), "back", "wire", f"{self.listen}/24")
            for number, host in enumerate(self.hosts):
                network = self._new()
                self._plug(network, "front", f"f{number}", f"{host}/24")
                self._plug(network, "back", f"b{number}", f"10.213.1.{2 + number}/24")
            self._know_each_other()
        except BaseException:
            self.close()
            raise

    def _new(self) -> int:
        """Make one, and be where one was before."""
        here = os.open(HERE, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if _libc.unshare(CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "no network of our own")
            self._made.append(os.open(HERE, os.O_RDONLY | os.O_CLOEXEC))
            _ip("link set lo up")
            _enter(here)
        finally:
            os.close(here)
        return self._made[-1]

    def _plug(self, network: int, bridge: str, name: str, address: str) -> None:
        """Lay a wire from a bridge to a network, where its end is called as the bridge is."""
        _ip(f"link add {name} type veth peer name {name}x", f"link set {name} master {bridge} up")
        _ip(f"link set {name}x netns /proc/{os.getpid()}/fd/{network}")
        with self._inside(network):
            _ip(f"link set {name}x name {bridge}", f"addr add {address} dev {bridge}", f"link set {bridge} up")

    def _know_each_other(self) -> None:
        """Let no card be asked for: one that does not answer would give away that somebody is gone."""
        cards = []
        for network in self._made[1:]:
            with self._inside(network):
                cards.append(_card("back"))
        for network in self._made[2:]:
            with self._inside(network):
                _ip(f"neigh replace {self.listen} lladdr {cards[0]} nud permanent dev back")
        with self.database():
            for number, card in enumerate(cards[1:]):
                _ip(f"neigh replace 10.213.1.{2 + number} lladdr {card} nud permanent dev back")

    @contextmanager
    def _inside(self, network: int) -> Iterator[None]:
        here = os.open(HERE, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(network)
            yield
        finally:
            _enter(here)
            os.close(here)

    def servers(self) -> list[tuple[str, int]]:
        """See ``Wires``."""
        return [(self.listen, self.port)] * len(self.hosts)

    @contextmanager
    def node(self, number: int) -> Iterator[None]:
        """See ``Wires``."""
        with self._inside(self._made[2 + number]):
            yield

    @contextmanager
    def database(self) -> Iterator[None]:
        """See ``Wires``."""
        with self._inside(self._made[1]):
            yield

    def cut(self, number: int) -> None:
        """See ``Wires``."""
        _ip(f"link set b{number} nomaster")

    def join(self, number: int) -> None:
        """See ``Wires``."""
        _ip(f"link set b{number} master back")

    def close(self) -> None:
        """See ``Wires``; networks in which a process runs end with that."""
        _enter(self._before)
        for each in (self._before, *self._made):
            os.close(each)


class Loopback(Wires):
    """All on this machine, for whoever may make no network.

    Args:
        nodes: how many.
    """

    says = "loopback addresses"
    proxy = listen = "127.0.0.1"

    def __init__(self, nodes: int = 2) -> None:
        self.hosts = [f"127.0.0.{2 + number}" for number in range(nodes)]
        self.port = free_port(self.listen)
        self._ports = [free_port(host) for host in self.hosts]
        self._relays = [
            subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("relay.py")), host, str(port), str(self.port)]
            )
            for host, port in zip(self.hosts, self._ports, strict=True)
        ]
        for where in self.servers():
            _wait_for(where)

    def servers(self) -> list[tuple[str, int]]:
        """See ``Wires``."""
        return list(zip(self.hosts, self._ports, strict=True))

    @contextmanager
    def node(self, number: int) -> Iterator[None]:
        """See ``Wires``."""
        del number
        yield

    @contextmanager
    def database(self) -> Iterator[None]:
        """See ``Wires``."""
        yield

    def cut(self, number: int) -> None:
        """See ``Wires``."""
        self._relays[number].send_signal(signal.SIGSTOP)

    def join(self, number: int) -> None:
        """See ``Wires``."""
        self._relays[number].send_signal(signal.SIGCONT)

    def close(self) -> None:
        """See ``Wires``."""
        for relay in self._relays:
            relay.kill()
            relay.wait()


def made(*, loopback: bool = False) -> Wires:
    """Return networks of their own, or what is nearest to them where the system gives none or *loopback* is asked."""
    if not loopback:
        with suppress(OSError, subprocess.CalledProcessError):
            return Namespaces()
    return Loopback()


def free_port(host: str) -> int:
    """Return a port on which nobody listens."""
    with socket.create_server((host, 0)) as free:
        return int(free.getsockname()[1])


_libc = ctypes.CDLL(None, use_errno=True)


def _enter(network: int) -> None:
    if _libc.setns(network, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "no way into a network")


def _ip(*commands: str) -> None:
    """Run commands of ``ip``, on the network of this thread."""
    for command in commands:
        subprocess.run(["ip", *command.split()], check=True, capture_output=True)


def _card(name: str) -> str:
    shown = subprocess.run(["ip", "-o", "link", "show", "dev", name], check=True, capture_output=True, text=True).stdout
    return shown.partition("link/ether ")[2].split()[0]


def _wait_for(where: tuple[str, int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError):
            socket.create_connection(where, timeout=1).close()
            return
        assert time.monotonic() < deadline
        time.sleep(0.02)
