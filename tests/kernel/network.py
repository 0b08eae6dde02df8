# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks between two machines in which a capture sees a segment more than once.

Each function below builds one and yields a Network: who is the client and who the
server, and where tcpdump stands. The cables are veth pairs, bridges and routers of
the kernel; only what it cannot be trusted to have (a way of 20 ms, VLANs) is a
thread here that carries frames from one TAP card to another.
"""
import contextlib
import ctypes
import dataclasses
import fcntl
import heapq
import ipaddress
import itertools
import os
import select
import socket
import struct
import subprocess
import threading
import time

from host import Machine

SIOCETHTOOL = 0x8946                     # of Linux, for ioctl(2)
# Its commands, as ethtool(8) names them: the card fills in checksums, cuts large segments, or they are cut just before it.
OFFLOADS = {"tx": 0x17, "tso": 0x1F, "gso": 0x24}
DELAY = 0.02                             # of the long way, in seconds


@dataclasses.dataclass
class Network:
    """`pairs` are (client, server); more than one have the same addresses.
    `points` are where tcpdump stands: (machine, interface)."""
    pairs: list
    points: list
    filter: str = "tcp"


class Ends(contextlib.ExitStack):
    """Machines and carriers that go away together."""

    def machine(self, name, family, net, number):
        four, six = f"10.{net[0]}.{net[1]}.{number}", f"fd00:{net[0]:02x}{net[1]:02x}::{number}"
        made = Machine(name, family, str(ipaddress.ip_address(four if family == 4 else six)))
        self.callback(made.unplug)
        configure(made, "link set lo up")
        return made


def configure(machine, *lines):
    """Commands of ip(8)."""
    machine.run("ip", "-batch", "-", input="\n".join(lines) + "\n")


def plug(machine, card, other, other_card):
    """A cable between the two, whose plugs are named so."""
    subprocess.run(machine.command("ip", "link", "add", card, "type", "veth", "peer", "name", other_card, "netns",
                                   f"/proc/self/fd/{other.namespace}"),
                   check=True, pass_fds=(machine.namespace, other.namespace))
    for end, name in ((machine, card), (other, other_card)):
        quiet_card(end, name)
        configure(end, f"link set {name} up")


def quiet_card(machine, name):
    """Nothing is sent to find out whether an address is taken: it is there at once."""
    machine.sysctl(f"ipv6/conf/{name}/accept_dad", 0)


def prefix(machine):
    return 24 if machine.family == 4 else 64


def address(machine, card, text):
    configure(machine, f"address add {text}/{prefix(machine)} dev {card}" + (" nodad" if machine.family == 6 else ""))


def offload(machine, card, on):
    """Switch what the card does for the host: fill in checksums, cut large segments."""
    with machine.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ask:
        for command in (OFFLOADS.values() if on else reversed(OFFLOADS.values())):
            value = ctypes.create_string_buffer(struct.pack("II", command, on))
            fcntl.ioctl(ask, SIOCETHTOOL, struct.pack("16sP", card.encode(), ctypes.addressof(value)))


# --- Carriers ---

class Carrier:
    """Passes frames between TAP cards: each, changed by `change`, `delay` seconds later.
    `way` is {card: (change, card, ...)}; change takes and returns the frame, or None to lose it."""

    def __init__(self, way, delay=0.0):
        self._way, self._delay = way, delay
        self._stop, self._stopper = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self):
        due, count = [], 0
        while True:
            wait = max(0, due[0][0] - time.monotonic()) if due else None
            ready, _, _ = select.select([self._stop, *self._way], (), (), wait)
            if self._stop in ready:
                return
            for card in ready:
                change, *targets = self._way[card]
                frame = change(os.read(card, 65536))
                count += 1              # what is due at once leaves in order
                if frame:
                    heapq.heappush(due, (time.monotonic() + self._delay, count, frame, targets))
            while due and due[0][0] <= time.monotonic():
                _, _, frame, targets = heapq.heappop(due)
                for card in targets:
                    os.write(card, frame)

    def close(self):
        os.write(self._stopper, b".")
        self._thread.join()
        os.close(self._stop)
        os.close(self._stopper)


def one_hop_on(frame):
    """As a router leaves it: TTL or hop limit one less."""
    frame = bytearray(frame)
    if frame[12:14] == b"\x08\x00":
        frame[22] -= 1
        total = (frame[24] << 8 | frame[25]) + 0x100          # RFC 1624
        total = (total & 0xFFFF) + (total >> 16)
        frame[24:26] = total.to_bytes(2, "big")
    else:
        frame[21] -= 1
    return bytes(frame)


def tapped(machine, number, peer_number, peer_address):
    """A TAP card eth0 with the machine's address, and the peer as a known neighbour."""
    card = machine.tap("eth0")
    quiet_card(machine, "eth0")
    configure(machine, f"link set eth0 address 02:00:00:00:00:{number:02x} up")
    address(machine, "eth0", machine.address)
    configure(machine, f"neigh add {peer_address} lladdr 02:00:00:00:00:{peer_number:02x} dev eth0")
    return card


# --- The networks ---

@contextlib.contextmanager
def bridge(family, net, offloaded=True):
    """Two containers on the bridge of their host, captured there on all interfaces."""
    with Ends() as ends:
        host, client, server = (ends.machine(name, family, net, number)
                                for number, name in enumerate(("host", "client", "server")))
        configure(host, "link add br0 type bridge")
        quiet_card(host, "br0")
        configure(host, "link set br0 up")
        for container in (client, server):
            plug(host, container.name, container, "eth0")
            configure(host, f"link set {container.name} master br0")
            address(container, "eth0", container.address)
            offload(container, "eth0", offloaded)
            offload(host, container.name, offloaded)
        yield Network([(client, server)], [(host, "any")])


@contextlib.contextmanager
def two_bridges(family, net):
    """Two containers on two bridges of one host, which is the router between them: each
    segment is seen on two bridges and on two cables."""
    with Ends() as ends:
        host = ends.machine("host", family, net, 0)
        client = ends.machine("client", family, net, 1)
        server = ends.machine("server", family, (net[0], net[1] ^ 1), 1)
        for container in (client, server):
            name = "br-" + container.name
            configure(host, f"link add {name} type bridge")
            quiet_card(host, name)
            configure(host, f"link set {name} up")
            plug(host, container.name, container, "eth0")
            configure(host, f"link set {container.name} master {name}")
        routed(host, "br-client", client, "br-server", server)
        yield Network([(client, server)], [(host, "any")])


@contextlib.contextmanager
def router(family, net):
    """A router between the two, captured there on all interfaces."""
    with Ends() as ends:
        middle = ends.machine("router", family, net, 0)
        client = ends.machine("client", family, net, 1)
        server = ends.machine("server", family, (net[0], net[1] ^ 1), 1)
        for container in (client, server):
            plug(middle, container.name, container, "eth0")
        routed(middle, "client", client, "server", server)
        yield Network([(client, server)], [(middle, "any")])


def routed(middle, card, client, other_card, server):
    """Addresses of both, and the router's."""
    for name, end in ((card, client), (other_card, server)):
        gateway = end.address[:-1] + "9"
        address(middle, name, gateway)
        address(end, "eth0", end.address)
        configure(end, f"route add default via {gateway}")
    middle.sysctl("ipv4/ip_forward" if client.family == 4 else "ipv6/conf/all/forwarding", 1)


def losing(every):
    """As a router leaves it, but for each such frame that is large: that is lost."""
    count = itertools.count(1)
    return lambda frame: None if len(frame) > 1000 and next(count) % every == 0 else one_hop_on(frame)


@contextlib.contextmanager
def long_way(family, net, loses=0, stamps=True):
    """Two hosts with a router and 20 ms between them, both of which capture; of large segments one in `loses` does not arrive."""
    with Ends() as ends:
        client, server = (ends.machine(name, family, net, number) for number, name in ((1, "client"), (2, "server")))
        for machine in (client, server):
            machine.sysctl("ipv4/tcp_timestamps", int(stamps))
        here, there = tapped(client, 1, 2, server.address), tapped(server, 2, 1, client.address)
        for card in (here, there):
            ends.callback(os.close, card)
        passes = losing(loses) if loses else one_hop_on
        carrier = Carrier({here: (passes, there), there: (passes, here)}, DELAY)
        ends.callback(carrier.close)
        yield Network([(client, server)], [(client, "eth0"), (server, "eth0")])


@contextlib.contextmanager
def two_vlans(family, net):
    """Two clients and two servers with the same addresses, in VLAN 10 and in VLAN 20 of one trunk."""
    with Ends() as ends:
        trunk = ends.machine("trunk", family, net, 0)
        seen = trunk.tap("eth0")
        ends.callback(os.close, seen)
        configure(trunk, "link set eth0 up")
        pairs, way = [], {}
        for vlan in (10, 20):
            client = ends.machine(f"client{vlan}", family, net, 1)
            server = ends.machine(f"server{vlan}", family, net, 2)
            cards = tapped(client, 1, 2, server.address), tapped(server, 2, 1, client.address)
            for card, other in (cards, cards[::-1]):
                ends.callback(os.close, card)
                way[card] = _through_trunk(vlan, seen), other
            pairs.append((client, server))
        way[seen] = (lambda frame: None,)
        carrier = Carrier(way)
        ends.callback(carrier.close)
        yield Network(pairs, [(trunk, "eth0")], "vlan and tcp")


def _through_trunk(vlan, trunk):
    """Both ends' switches untag; between them the trunk carries it with its tag."""
    tag = struct.pack("!HH", 0x8100, vlan)

    def change(frame):
        os.write(trunk, frame[:12] + tag + frame[12:])
        return frame

    return change
