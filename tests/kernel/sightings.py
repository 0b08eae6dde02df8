#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Play connections where a capture sees each segment more than once (network.py).

    tests/kernel/sightings.py [-o DIR] [NAME ...]

leaves for each world, or those that are named, what test_sightings.py reads:

    NAME.pcapng   the capture; one of several points is merged by mergecap
    NAME.tsv      for each frame the first frame with the same segment (itself, if
                  that is it), and where both of the kernel's sockets were known to
                  be once that segment and all before it had arrived: their states

Which frames are one segment is known from the points alone, not from any judgement
of ours: each of them (an interface, a VLAN) passes every segment once and in order,
so the third ACK with these numbers at one of them is the third at the other.
Needs root. A world in which something is not as told, because the machine was
busy, is played again by whoever calls.
"""
import argparse
import collections
import contextlib
import csv
import dataclasses
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import zlib

import lab
import network
from host import set_option
from witness import Diag

SIGHTINGS = pathlib.Path(__file__).parent / "sightings"
REQUEST, RESPONSE = lab.REQUEST, lab.RESPONSE
QUIET = 0.12                             # seconds: more than a delayed ACK and the long way
TIMES = ("frame.time_epoch",)
POINT = ("frame.interface_id", "sll.ifindex", "vlan.id")
SEGMENT = ("ip.src", "ip.id", "ipv6.src", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.len",
           "tcp.options.timestamp.tsval", "tcp.options.timestamp.tsecr")


class NotAsTold(Exception):
    """The machine was too busy for the story: nothing is wrong with the plugin."""


@dataclasses.dataclass
class World:
    build: object                       # of network.py
    family: int = 4
    settings: dict = dataclasses.field(default_factory=dict)
    sightings: int = 2                  # of each segment, or of one that was lost between the points one less
    apart: float = 0.001                # seconds between two of them, at most
    clock: float = 0                    # seconds by which that of the last point goes ahead

    @property
    def loses(self):
        return "loses" in self.settings


WORLDS = {
    "bridge": World(network.bridge),
    "bridge_ipv6": World(network.bridge, 6),
    "bridge_without_offload": World(network.bridge, 4, {"offloaded": False}),
    "router": World(network.router),
    "router_ipv6": World(network.router, 6),
    "two_bridges": World(network.two_bridges, sightings=4),
    "both_ends": World(network.long_way, apart=0.1),
    "both_ends_ipv6": World(network.long_way, 6, apart=0.1),
    "both_ends_ipv6_without_time_stamps": World(network.long_way, 6, {"stamps": False}, apart=0.1),
    "both_ends_two_clocks": World(network.long_way, apart=0.6, clock=0.5),
    "both_ends_two_clocks_ipv6": World(network.long_way, 6, apart=0.6, clock=0.5),
    "both_ends_with_loss": World(network.long_way, 4, {"loses": 5}, apart=0.6, clock=0.5),
    "both_ends_with_loss_ipv6": World(network.long_way, 6, {"loses": 5}, apart=0.6, clock=0.5),
    "two_vlans": World(network.two_vlans, sightings=1),
}


# --- The story ---

class Story:
    """Plays on one client and one server, and notes where their sockets are."""

    def __init__(self, client, server, diag, captured, marks):
        self.client, self.server = client, server
        self._diag, self._captured, self._marks = diag, captured, marks
        self.port = self.mine = self.theirs = self.listener = None

    def states(self):
        here, there = (self.client.address, self.port), (self.server.address, 80)
        return self._diag.state(self.client.name, here, there), self._diag.state(self.server.name, there, here)

    def both(self, client, server):
        """Wait until the sockets are there and the wire is quiet, and note it."""
        try:
            lab.Lab.until(lambda: self.states() == (client, server))
        except TimeoutError as error:
            raise NotAsTold(f"{self.client.name}: {self.states()} instead of {client}, {server}") from error
        self._captured()
        if self.states() != (client, server):
            raise NotAsTold(f"{client}, {server} did not last")
        self._marks.append((time.time(), self.client.name, self.port, client, server))

    def connect(self, port, sock=None):
        self.port = port
        self.mine = self.client.connect(self.server, 80, port, sock)
        self.theirs = self.server.accept(self.listener)
        self.both("ESTABLISHED", "ESTABLISHED")

    def exchange(self, response=RESPONSE):
        self.mine.sendall(REQUEST)
        self.theirs.recv(4096)
        self._captured()
        self.theirs.sendall(response)
        left = len(response)
        while left > 0:
            left -= len(self.mine.recv(65536))
        self.both("ESTABLISHED", "ESTABLISHED")

    def client_closes_first(self):
        self.mine.shutdown(socket.SHUT_WR)
        self.both("FIN_WAIT2", "CLOSE_WAIT")

    def closed_by_client(self):
        self.listener = self.server.listen()
        self.connect(40001)
        self.exchange()
        self.client_closes_first()
        self.theirs.close()
        self.both("TIME_WAIT", "LISTEN")

    def closed_by_server(self):
        """After a response of many segments."""
        self.connect(40002)
        self.exchange(bytes(12000))
        self.theirs.shutdown(socket.SHUT_WR)
        self.both("CLOSE_WAIT", "FIN_WAIT2")
        self.mine.close()
        self.both("CLOSE", "TIME_WAIT")

    def opened_again(self):
        """The same port, out of the server's TIME_WAIT; then aborted."""
        self.connect(40002)
        self.exchange()
        set_option(self.mine, "SO_LINGER", 0)
        self.mine.close()
        self.both("CLOSE", "LISTEN")
        self.theirs.close()

    def refused(self):
        """A closed port, asked twice from one port: two RSTs."""
        self.listener.close()
        for _ in range(2):
            self.port = 40003
            self.mine = self.client.connect(self.server, 80, self.port)
            self.both("CLOSE", "CLOSE")
            self.mine.close()
        self.listener = self.server.listen()

    def kept_alive(self):
        self.connect(40004, self.client.socket(SO_KEEPALIVE=1, TCP_KEEPIDLE=1, TCP_KEEPINTVL=1))
        self.exchange()
        time.sleep(2.3)                 # two probes
        self.both("ESTABLISHED", "ESTABLISHED")
        self.client_closes_first()
        set_option(self.theirs, "SO_LINGER", 0)
        self.theirs.close()
        self.both("CLOSE", "LISTEN")

    def parts(self):
        return self.closed_by_client, self.closed_by_server, self.opened_again, self.refused, self.kept_alive


# What the segments are, but for those that are no step, by the client's port: a person's reading of the story above and of
# the recorded segments, by RFC 9293.
STEPS = {
    40001: "syn syn-ack handshake-ack first-request first-response fin fin-acked passive-fin last-ack",
    40002: "syn syn-ack handshake-ack first-request first-response fin fin-acked passive-fin last-ack "
           "port-reused syn-ack handshake-ack first-request first-response abort",
    40003: "syn refused port-reused refused",
    40004: "syn syn-ack handshake-ack first-request first-response fin fin-acked reset-in-close",
}


# --- The capture ---

@contextlib.contextmanager
def _tcpdump(machine, interface, wanted, target):
    dump = machine.start("tcpdump", "-i", interface, "-n", "-U", "--immediate-mode", "-s", "70000", "-B", "40000", "-Z",
                         "root", "-w", target, wanted, stderr=subprocess.PIPE)
    try:
        line = dump.stderr.readline()
        if "data link type" in line:
            line = dump.stderr.readline()
        if "listening" not in line:
            raise RuntimeError(line + dump.stderr.read())
        yield
    finally:
        dump.terminate()
        lost = dump.communicate()[1]
    if "\n0 packets dropped by kernel" not in "\n" + lost:
        raise NotAsTold(f"tcpdump lost packets: {lost}")


def _wait_for_quiet(paths):
    size, since = None, time.monotonic()
    while time.monotonic() < since + QUIET:
        now = [os.path.getsize(path) for path in paths]
        if now != size:
            size, since = now, time.monotonic()
        time.sleep(0.02)


def record(name, folder, salt=b"\0\0"):
    """Play a world and leave its two files in folder; raises NotAsTold if the machine was late."""
    world = WORLDS[name]
    net = bytes(x ^ y for x, y in zip(zlib.crc32(name.encode()).to_bytes(4, "big"), salt))
    marks = []
    with contextlib.ExitStack() as stack:
        raw = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        built = stack.enter_context(world.build(world.family, net, **world.settings))
        machines = [machine for pair in built.pairs for machine in pair]
        diag = stack.enter_context(contextlib.closing(Diag(machines)))
        paths = [raw / str(number) for number in range(len(built.points))]
        for machine in machines:
            machine.sysctl("ipv4/tcp_no_metrics_save", 1)
        with contextlib.ExitStack() as captures:
            for (machine, interface), path in zip(built.points, paths):
                captures.enter_context(_tcpdump(machine, interface, built.filter, path))
            stories = [Story(*pair, diag, lambda: _wait_for_quiet(paths), marks) for pair in built.pairs]
            for parts in zip(*(story.parts() for story in stories)):
                for part in parts:
                    part()
            _wait_for_quiet(paths)
        base = pathlib.Path(folder) / name
        if world.clock:
            ahead = raw / "ahead"
            subprocess.run(("editcap", "-t", str(world.clock), paths[-1], ahead), check=True)
            paths[-1] = ahead
        _merge(paths, raw, base)
    _write_truth(base, world, marks)


def _merge(paths, raw, base):
    # Without a word about this machine.
    subprocess.run(("mergecap", "-I", "none", "-w", raw / "all", *paths), check=True)
    subprocess.run(("editcap", "-F", "pcapng", raw / "all", base.with_suffix(".pcapng")), check=True)


# --- The truth ---

def _read(capture):
    names = TIMES + POINT + SEGMENT
    chosen = [argument for name in names for argument in ("-e", name)]
    # The machine's own tshark, whatever plugins it has: none of these fields is ours.
    done = subprocess.run(("tshark", "-r", capture, "-T", "fields", *chosen), check=True, encoding="utf-8",
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return [line.split("\t") for line in done.stdout.splitlines()]


def first_sightings(rows, world):
    """The number of the first frame with each frame's segment."""
    first, seen = {}, collections.Counter()
    numbers = []
    for number, row in enumerate(rows, 1):
        point, segment = tuple(row[1:1 + len(POINT)]), tuple(row[1 + len(POINT):])
        if world.sightings == 1:             # each VLAN has its own
            segment += point
        seen[point, segment] += 1
        numbers.append(first.setdefault((segment, seen[point, segment]), number))
        if float(row[0]) - float(rows[numbers[-1] - 1][0]) > world.apart:
            raise NotAsTold(f"frames {numbers[-1]} and {number} are {world.apart} s apart and more")
    often = collections.Counter(numbers)
    if set(often.values()) != ({world.sightings, world.sightings - 1} if world.loses else {world.sightings}):
        raise NotAsTold(f"segments seen {sorted(set(often.values()))} times instead of {world.sightings}")
    return numbers


def _write_truth(base, world, marks):
    rows = _read(base.with_suffix(".pcapng"))
    firsts = first_sightings(rows, world)
    known = {}
    for at, client, port, *states in marks:
        vlan = client.removeprefix("client")
        before = [number for number, row in enumerate(rows, 1) if firsts[number - 1] == number
                  and float(row[0]) < at and row[3] in ("", vlan)
                  and str(port) in (row[1 + len(POINT) + 3], row[1 + len(POINT) + 4])]
        known[before[-1]] = states
    with open(base.with_suffix(".tsv"), "w", newline="", encoding="ascii") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(("frame", "first", "client", "server"))
        for number, first in enumerate(firsts, 1):
            out.writerow((number, first, *known.get(number, ("", ""))))


def play(name, folder, attempts=3):
    """None, or why the world could not be played as told."""
    problem = None
    for _ in range(attempts):
        try:
            # Nobody else's addresses on this machine.
            record(name, folder, os.urandom(2))
            return None
        except (NotAsTold, TimeoutError, ConnectionError) as error:
            problem = f"{type(error).__name__}: {error}"
        except (OSError, subprocess.SubprocessError) as error:
            return f"impossible: {type(error).__name__}: {error}"
    return problem


def main():
    parser = argparse.ArgumentParser(description="Record captures that see segments more than once.")
    parser.add_argument("-o", metavar="DIR", dest="folder", type=pathlib.Path, default=SIGHTINGS)
    parser.add_argument("names", metavar="NAME", nargs="*")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.names or WORLDS:
        print(f"{name}: {play(name, options.folder) or 'recorded'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
