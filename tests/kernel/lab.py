# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel lab: two machines, a wire, tcpdump at one end, and a witness.

A scenario (scenarios_*.py) plays one story on a Lab. record() then leaves
three files for it:

    NAME.pcapng       what tcpdump saw at the end of the wire that the
                      scenario chose: beside machine A or beside B
    NAME.kernel.tsv   every change of state of the kernel's sockets
    NAME.frames.tsv   for each frame of the capture, what became of it, when
                      it arrived, and what both sockets were then (or, if it
                      never did, or only much later, when it had left)

All that a lab makes (namespaces, cards, the tracing instance) goes away when
it closes, and with this process at the latest.
"""
import contextlib
import csv
import dataclasses
import errno
import os
import select
import socket
import subprocess
import tempfile
import threading
import time
import zlib

from scapy.utils import rdpcap

import host as machine
from wire import Wire
from witness import TRACEFS, Witness

REQUEST = b"GET /state HTTP/1.1\r\nHost: b.example\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nESTABLISHED"
FILTER = "tcp or icmp or (icmp6 and ip6[40] == 1)"
MS_REC, MS_PRIVATE, CLONE_NEWNS = 0x4000, 0x40000, 0x20000    # linux/mount.h
SCENARIOS = {}


@dataclasses.dataclass
class Scenario:
    name: str
    story: str
    play: object
    net: tuple                  # two bytes of its addresses, see host.py
    family: int
    capture: str = "A"          # beside which machine tcpdump stands
    snaplen: int = 262144
    seconds: float = 1          # how long it takes, if it is slow
    untold: tuple = ()          # states that no segment denies, see compare.py
    stateless: bool = False     # SYN cookies, see compare.py
    skip: int = 0               # frames that the capture missed at its start
    missed: tuple = ()          # ... and later: their numbers


def scenario(also_ipv6=False, also_beside=None, **settings):
    """Register a function as a scenario; its docstring is the story. Settings
    are Scenario's; it may be played over IPv6 too, and once more with tcpdump
    beside the other machine."""
    def register(function):
        def add(suffix, family=4, **more):
            name = function.__name__ + suffix
            # Addresses of its own, whatever scenarios there are beside it: so
            # captures can be merged, and old recordings never clash with new.
            net = tuple(zlib.crc32(name.encode()).to_bytes(4, "big")[:2])
            assert net not in {s.net for s in SCENARIOS.values()}, name
            SCENARIOS[name] = Scenario(name, function.__doc__, function, net,
                                       family, **{**settings, **more})
        add("")
        if also_beside:
            add("_beside_" + also_beside.lower(), capture=also_beside)
        if also_ipv6:
            add("_ipv6", 6)
        return function
    return register


def why_not():
    """Why this machine cannot run the lab; None if it can."""
    if os.geteuid() != 0:
        return "the kernel lab needs root (namespaces, tracefs)"
    if not os.path.exists("/dev/net/tun"):
        return "there is no /dev/net/tun"
    for tool in ("tcpdump", "editcap", "nsenter", "ip", "nft"):
        if subprocess.run(("which", tool), stdout=subprocess.DEVNULL,
                          check=False).returncode:
            return f"{tool} is not installed"
    try:
        mount_tracefs()
    except OSError as error:
        return f"tracefs: {error}"
    if not os.path.exists(f"{TRACEFS}/events/sock/inet_sock_set_state"):
        return "the kernel has no tracepoint sock:inet_sock_set_state"
    return None


def mount_tracefs():
    """For this process only, in a mount namespace of its own."""
    if os.path.exists(f"{TRACEFS}/events"):
        return
    machine.check(machine.libc.unshare(CLONE_NEWNS))
    machine.check(machine.libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    machine.check(machine.libc.mount(b"nodev", TRACEFS.encode(), b"tracefs", 0, None))


class Lab:
    """What a scenario plays on: the machines a and b, and the wire."""

    def __init__(self, family, net):
        mount_tracefs()
        self.a = machine.Host("A", 1, net, family)
        self.b = machine.Host("B", 2, net, family)
        self.a.plug_in(self.b)
        self.b.plug_in(self.a)
        self.witness = Witness((self.a, self.b))
        self.wire = Wire(self.a, self.b, self.witness)
        self.listener = None
        for host in (self.a, self.b):
            # The answers that a test waits for, sooner than the defaults.
            with contextlib.suppress(FileNotFoundError):    # since Linux 6.15
                host.sysctl("ipv4/tcp_rto_max_ms", 1000)
            host.sysctl("ipv4/tcp_synack_retries", 2)
            host.sysctl("ipv4/tcp_syn_retries", 2)
            host.sysctl("ipv4/tcp_ecn", 0)

    # --- What nearly every scenario begins with ---

    def connected(self, **server_options):
        """A connects to B and both are ESTABLISHED: (client, server)."""
        self.listener = self.b.listen(**server_options)
        client = self.a.connect(self.b)
        self.wire.wait("A", ".")
        return client, self.b.accept(self.listener)

    def exchange(self, client, server):
        """One request, one response, both acknowledged."""
        client.sendall(REQUEST)
        self.wire.wait("A", "data")
        server.recv(4096)
        server.sendall(RESPONSE)
        self.wire.wait("B", "data")
        self.wire.wait("A", ".")
        client.recv(4096)

    def served(self):
        """connected() and one exchange()."""
        client, server = self.connected()
        self.exchange(client, server)
        return client, server

    def syns_crossed(self):
        """Both connect at once: their SYNs have come, and what each answers is
        on its way: (the rules that hold that, A's socket, B's)."""
        syns, answers = ([self.wire.hold(sender, flags) for sender in ("A", "B")]
                         for flags in ("S", "S."))
        one = self.a.connect(self.b, port=40002, source=40001)
        two = self.b.connect(self.a, port=40001, source=40002)
        for rule in syns:
            self.wire.wait_held(rule)
        self.wire.release(*syns)
        for rule in answers:
            self.wire.wait_held(rule)
        return answers, one, two

    def still_alive(self, client, server):
        """Each sends something, as it can if nothing has moved it."""
        client.sendall(REQUEST)
        self.wire.wait("A", "data")
        server.sendall(RESPONSE)
        self.wire.wait("B", "data")

    @staticmethod
    def failure(sock):
        """Wait for the error that ends this socket; its name, or None."""
        select.select([], [sock], [], 8)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return errno.errorcode.get(code)

    @staticmethod
    def failure_to_read(sock):
        """The error that a read meets, which it waits for."""
        try:
            sock.recv(4096)
        except OSError as error:
            return errno.errorcode.get(error.errno)
        return None

    @staticmethod
    def until(condition, seconds=10):
        """Wait for what only the passing of time brings."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("it never came true")
            time.sleep(0.1)

    @staticmethod
    def pending(sock):
        """Whether there is something to read soon."""
        return bool(select.select([sock], [], [], 0.1)[0])

    @staticmethod
    def when_readable(sock, action):
        """Do it as soon as there is something to read, as a program would
        that waits for it. Returns the thread."""
        thread = threading.Thread(
            target=lambda: select.select([sock], [], [], 8) and action())
        thread.start()
        return thread

    # --- The end ---

    def close(self):
        self.wire.close()
        self.witness.close()
        self.a.unplug()
        self.b.unplug()


@contextlib.contextmanager
def tcpdump(host, snaplen, target):
    dump = host.start("tcpdump", "-i", "eth0", "-n", "-U", "--immediate-mode",
                      "-s", snaplen, "-Z", "root", "-w", target, FILTER,
                      stderr=subprocess.PIPE)
    try:
        line = dump.stderr.readline()
        if "listening" not in line:
            raise RuntimeError(line + dump.stderr.read())
        yield
        size = -1                       # until it has written all it has seen
        while size != os.path.getsize(target):
            size = os.path.getsize(target)
            time.sleep(0.1)
    finally:
        dump.terminate()
        dump.wait()


def record(chosen, folder, salt=(0, 0)):
    """Play one scenario and leave its three files in folder. The tracepoint
    tells addresses, not namespaces: whoever may play beside another lab on
    this machine needs a salt, two bytes that change all addresses."""
    lab = Lab(chosen.family, tuple(x ^ y for x, y in zip(chosen.net, salt)))
    try:
        with tempfile.NamedTemporaryFile(suffix=".pcap") as raw:
            with tcpdump(getattr(lab, chosen.capture.lower()), chosen.snaplen,
                          raw.name):
                chosen.play(lab)
                lab.wire.quiet()
                changes = lab.witness.history()
            frames = rdpcap(raw.name)
            base = os.path.join(folder, chosen.name)
            # editcap writes pcapng without a word about this machine.
            missed = _missed(chosen)
            subprocess.run(("editcap", "-F", "pcapng", raw.name,
                            base + ".pcapng", *map(str, missed)), check=True)
        if not frames:
            raise RuntimeError(f"{chosen.name}: nothing was captured")
        start = _monotonic(next(frame for number, frame in enumerate(frames, 1)
                                if number not in missed))
        _write_kernel(base + ".kernel.tsv", changes, lab, start)
        _write_frames(base + ".frames.tsv", frames, chosen, lab, start)
    finally:
        lab.close()


def _missed(chosen):
    """The numbers of the frames that are not to be in the capture."""
    return (*range(1, chosen.skip + 1), *chosen.missed)


def _monotonic(frame):
    """When tcpdump saw it, by the witness's clock."""
    return (float(frame.time) - time.clock_gettime(time.CLOCK_REALTIME)
            + time.clock_gettime(time.CLOCK_MONOTONIC))


def _write_kernel(path, changes, lab, start):
    owner = {address: host.name for host in (lab.a, lab.b)
             for address in (host.four, host.six, host.second_four)}
    with open(path, "w", newline="", encoding="ascii") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(("time", "endpoint", "local", "remote", "old", "new", "how"))
        for change in changes:
            out.writerow((f"{change.time - start:.6f}", owner[change.local[0]],
                          "%s#%d" % change.local, "%s#%d" % change.remote,
                          change.old, change.new, change.how))


def _write_frames(path, frames, chosen, lab, start):
    """Find each captured frame in the wire's log: the same bytes, in order."""
    here = [s for s in lab.wire.log
            if s.delivered or s.sender == chosen.capture]
    if chosen.capture == "A":           # beside A: not what was forged to B
        here = [s for s in here if s.fate != "forged" or s.sender == "B"]
    else:
        here = [s for s in here if s.fate != "forged" or s.sender == "A"]
    with open(path, "w", newline="", encoding="ascii") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(("frame", "sender", "fate", "arrived", "A", "B"))
        missed = _missed(chosen)
        for number, frame in enumerate(frames, 1):
            data = bytes(frame)
            segment = next((s for s in here if s.raw[:len(data)] == data), None)
            if segment is None:
                raise RuntimeError(f"{chosen.name}: frame {number} was never "
                                   "on the wire")
            here.remove(segment)
            if number in missed:
                continue
            seen_early = (segment.fate in ("lost", "late")
                          and segment.sender == chosen.capture)
            states = segment.before if seen_early else segment.after
            out.writerow((number - sum(n < number for n in missed),
                          segment.sender, segment.fate,
                          f"{segment.delivered - start:.6f}"
                          if segment.delivered else "",
                          states.get("A", ""), states.get("B", "")))
    missed = [s for s in here if s.tcp is not None]
    if missed:
        raise RuntimeError(f"{chosen.name}: tcpdump missed {len(missed)} frames")
