# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine of the kernel lab: a network namespace, and a host's network card.

The namespace has no name and no file: it lives as long as somebody holds it
open, so that it is gone with this process, however that ends. A host's card is a
TAP device whose other end is a file descriptor in this process: what the
machine sends, we read; what we write, it receives. Who passes segments from
one machine to the other is in wire.py; this file knows one machine only.

All machines' sockets belong to this one process. A socket belongs to the
namespace in which it was *made*, so a scenario can read from top to bottom
and use both ends' sockets in turn.
"""
import contextlib
import ctypes
import errno
import fcntl
import ipaddress
import os
import signal
import socket
import struct
import subprocess
import threading

CLONE_NEWNET = 0x40000000                # linux/sched.h
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000   # linux/if_tun.h
PR_SET_PDEATHSIG = 1                     # linux/prctl.h
# linux/tcp.h; Python's socket module has only some of them.
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_FASTOPEN_CONNECT = 19, 20, 21, 30
TCP_SEND_QUEUE = 2
IPPROTO_MPTCP = 262
TCP_MD5SIG = 14

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _new_namespace():
    """A file descriptor that holds a new, empty network namespace."""
    box = []

    def make():
        try:
            check(libc.unshare(CLONE_NEWNET))
            box.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))
        except OSError as error:
            box.append(error)

    # A thread of its own: only that thread moves into the new namespace.
    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if isinstance(box[0], OSError):
        raise box[0]
    return box[0]


def _die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Machine:
    """A namespace that runs programs and holds sockets; `address` is where
    its own listen, and whoever plugs it in sees to it that it has that."""

    def __init__(self, name, family, address):
        self.name, self.family, self.address = name, family, address
        self._sockets = []
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.namespace = _new_namespace()

    @contextlib.contextmanager
    def inside(self):
        """The calling thread works in this machine's namespace meanwhile."""
        check(libc.setns(self.namespace, CLONE_NEWNET))
        try:
            yield
        finally:
            check(libc.setns(self._home, CLONE_NEWNET))

    def tap(self, name):
        """A new card whose other end is the file descriptor that returns."""
        with self.inside():
            card = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(card, TUNSETIFF,
                        struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        return card

    # --- Programs and settings ---

    def command(self, *argv):
        return ("nsenter", f"--net=/proc/self/fd/{self.namespace}",
                *map(str, argv))

    def run(self, *argv, **kwargs):
        return subprocess.run(self.command(*argv), check=True, text=True,
                              pass_fds=(self.namespace,),
                              stdout=subprocess.PIPE, **kwargs).stdout

    def start(self, *argv, **kwargs):
        """A program that runs meanwhile, and never longer than we do."""
        return subprocess.Popen(self.command(*argv), text=True,
                                pass_fds=(self.namespace,),
                                preexec_fn=_die_with_parent, **kwargs)

    def sysctl(self, name, value):
        """Set /proc/sys/net/NAME as this namespace sees it."""
        with self.inside(), open(f"/proc/sys/net/{name}", "w",
                                 encoding="ascii") as file:
            file.write(str(value))

    def firewall(self, rule):
        """One nftables rule for what arrives."""
        self.run("nft", "-f", "-", input=f"""
            table inet lab {{
                chain in {{
                    type filter hook input priority 0
                    {rule}
                }}
            }}""")

    # --- Sockets ---

    def socket(self, protocol=0, **options):
        """A TCP socket of this machine; options are named as in tcp(7) and
        socket(7), for instance TCP_NODELAY=1 or SO_LINGER=0."""
        with self.inside():
            sock = socket.socket(
                socket.AF_INET if self.family == 4 else socket.AF_INET6,
                socket.SOCK_STREAM, protocol)
        sock.settimeout(8)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for name, value in options.items():
            set_option(sock, name, value)
        return self.keep(sock)

    def keep(self, sock):
        """Hold on to it, so that nothing closes it but the scenario."""
        self._sockets.append(sock)
        return sock

    def listen(self, port=80, backlog=8, **options):
        sock = self.socket(**options)
        sock.bind((self.address, port))
        sock.listen(backlog)
        return sock

    def accept(self, listener):
        sock = self.keep(listener.accept()[0])
        sock.settimeout(8)
        return sock

    def connect(self, peer, port=80, source=40001, sock=None, **options):
        """Send a SYN and do not wait; returns the socket."""
        sock = sock or self.socket(**options)
        sock.bind((self.address, source))
        sock.setblocking(False)
        result = sock.connect_ex((peer.address, port))
        if result not in (0, errno.EINPROGRESS):
            raise OSError(result, os.strerror(result))
        sock.settimeout(8)
        return sock

    def vanish(self, sock):
        """Forget a connection without a word, as a crash does."""
        sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        sock.close()

    def unplug(self):
        for sock in self._sockets:
            sock.close()
        for fd in (self.namespace, self._home):
            os.close(fd)


class Host(Machine):
    """Machine `A` or `B`. Its addresses are 10.x.y.number, 10.x.y.(100+number)
    and fd00:xxyy::number, where x and y are the two bytes of `net`."""

    def __init__(self, name, number, net, family):
        x, y = net
        self.four = f"10.{x}.{y}.{number}"
        self.second_four = f"10.{x}.{y}.{number + 100}"
        self.six = str(ipaddress.ip_address(f"fd00:{x:02x}{y:02x}::{number:x}"))
        self.mac = f"02:00:00:00:00:{number:02x}"
        super().__init__(name, family, self.four if family == 4 else self.six)
        self.card = self.tap("eth0")

    def plug_in(self, peer):
        """Addresses, and the peer as a known neighbour: so there is neither
        ARP nor neighbour discovery, and TCP has the wire for itself."""
        self.sysctl("ipv6/conf/eth0/addr_gen_mode", 1)       # no fe80::
        self.sysctl("ipv6/conf/eth0/accept_dad", 0)
        self.run("ip", "-batch", "-", input="\n".join((
            "link set lo up",
            f"link set eth0 address {self.mac} up",
            f"address add {self.four}/24 dev eth0",
            f"address add {self.second_four}/24 dev eth0",
            f"address add {self.six}/64 dev eth0 nodad",
            f"neigh add {peer.four} lladdr {peer.mac} dev eth0",
            f"neigh add {peer.second_four} lladdr {peer.mac} dev eth0",
            f"neigh add {peer.six} lladdr {peer.mac} dev eth0")))

    def unplug(self):
        super().unplug()
        os.close(self.card)


def set_option(sock, name, value):
    if name == "SO_LINGER":             # close() aborts: RST, RFC 9293 §3.10.5
        value = struct.pack("ii", 1, value)
    level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
    number = globals().get(name)
    if number is None:
        number = getattr(socket, name)
    sock.setsockopt(level, number, value)


def choose_isn(sock, isn):
    """The next connect() of sock starts at this sequence number."""
    for name, value in (("TCP_REPAIR", 1), ("TCP_REPAIR_QUEUE", TCP_SEND_QUEUE),
                        ("TCP_QUEUE_SEQ", isn), ("TCP_REPAIR", 0)):
        if name == "TCP_QUEUE_SEQ":
            sock.setsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ,
                            struct.pack("I", isn))
        else:
            set_option(sock, name, value)


def sign(sock, peer, key):
    """TCP-MD5 with whoever has the address `peer` (struct tcp_md5sig)."""
    address = (struct.pack("=HH4s", socket.AF_INET, 0, socket.inet_aton(peer))
               if sock.family == socket.AF_INET else
               struct.pack("=HHI16sI", socket.AF_INET6, 0, 0,
                           socket.inet_pton(socket.AF_INET6, peer), 0))
    sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, struct.pack(
        "=128sBBHi80s", address, 0, 0, len(key), 0, key))
