# SPDX-License-Identifier: GPL-2.0-or-later
"""A Windows machine's loopback interface, as Npcap sees it.

Connection writes correct TCP into `trace`, http() and ok() make HTTP messages,
write() puts the trace into a pcapng file.  What is said on these connections
belongs in the generators, not here.
"""
import random
import struct
from datetime import datetime, timezone
from email.utils import format_datetime

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Loopback

START = int(datetime(2024, 5, 14, 9, 30, tzinfo=timezone.utc).timestamp())
C, S = "client", "server"
LOCALHOST = "127.0.0.1"
MSS = 65495                       # loopback MTU 65535 less 40 bytes of headers
rng = random.Random("windows loopback")
trace = []                        # (microseconds since START, packet), in any order


def micro(seconds):
    return round(seconds * 1_000_000)


def emit(t, packet):
    trace.append((t, Loopback(type=2) / packet))


def udp(t, sport, dport, payload, dst=LOCALHOST, ttl=128):
    emit(t, IP(src=LOCALHOST, dst=dst, ttl=ttl) / UDP(sport=sport, dport=dport) / payload)


# --- TCP, as Windows speaks it over loopback ---------------------------------

class Connection:
    """Both ends of a connection.  Nothing is lost or late on loopback, so the
    acknowledgment number is always the next sequence number of the peer."""

    def __init__(self, client_port, server_port, established=False):
        self.port = {C: client_port, S: server_port}
        self.next_seq = {who: rng.getrandbits(32) for who in (C, S)}
        self.received = {who: rng.randrange(MSS) if established else 0 for who in (C, S)}

    def send(self, t, who, flags, payload=b""):
        peer = S if who == C else C
        tcp = TCP(sport=self.port[who], dport=self.port[peer], flags=flags,
                  seq=self.next_seq[who], ack=self.next_seq[peer] if "A" in flags else 0,
                  window=self.window(who, flags))
        if "S" in flags:
            tcp.options = [("MSS", MSS), ("NOP", None), ("WScale", 8),
                           ("NOP", None), ("NOP", None), ("SAckOK", b"")]
        emit(t, IP(src=LOCALHOST, dst=LOCALHOST, ttl=128, flags="DF") / tcp / payload)
        taken = len(payload) + ("S" in flags) + ("F" in flags)    # RFC 9293 §3.4
        self.next_seq[who] = (self.next_seq[who] + taken) % 2**32
        self.received[peer] += len(payload) + ("F" in flags)

    def window(self, who, flags):
        """33 segments of buffer.  The right edge moves on only by whole segments
        (RFC 9293 §3.8.6.2.2, the receiver's side of the silly window syndrome),
        which is why the windows of this session shrink as data come in."""
        if "S" in flags:
            return 65535                                          # never scaled, RFC 7323 §2.2
        return 0 if "R" in flags else (33 * MSS - self.received[who] % MSS) >> 8

    # Each of these returns the time of its last segment.

    def open(self, t):
        for who, flags in ((C, "S"), (S, "SA"), (C, "A")):
            t += soon()
            self.send(t, who, flags)
        return t

    def say(self, t, who, payload):
        self.send(t, who, "PA", payload)
        t += soon()
        self.send(t, S if who == C else C, "A")
        return t

    def close(self, t, first):
        second = S if first == C else C
        for who, flags in ((first, "FA"), (second, "A"), (second, "FA"), (first, "A")):
            t += soon()
            self.send(t, who, flags)
        return t


def soon():
    """The stack's own reaction time, in microseconds."""
    return rng.randint(12, 45)


# --- HTTP ------------------------------------------------------------------------

def http(first_line, headers, body=""):
    lines = [first_line] + [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def ok(t, body, kind="application/json"):
    date = format_datetime(datetime.fromtimestamp(START + t // 1_000_000, timezone.utc), usegmt=True)
    return http("HTTP/1.1 200 ", {"Content-Type": kind, "Content-Length": len(body.encode()),
                                  "Date": date}, body)


# --- pcapng ----------------------------------------------------------------------
# By hand, since scapy 2.5 writes neither options nor exact microseconds, and
# editcap would put its own version into the file.

def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(kind, body, *options):
    body += bytes(-len(body) % 4) + b"".join(options) + (option(0, b"") if options else b"")
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def write(path, application):
    with open(path, "wb") as out:
        out.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1),
                        option(1, b"Made by a generator, not captured: see samples/README.md"),
                        option(4, application.encode())))
        out.write(block(1, struct.pack("<HHI", 0, 0, 262144),     # DLT_NULL
                        option(2, rb"\Device\NPF_Loopback"),
                        option(3, b"Adapter for loopback traffic capture"), option(9, b"\x06")))
        for ident, (t, packet) in enumerate(trace, 0x21C4):
            packet[IP].id = ident & 0xFFFF                        # one counter for the host's loopback path
            data, at = bytes(packet), START * 1_000_000 + t
            out.write(block(6, struct.pack("<IIIII", 0, at >> 32, at & 0xFFFFFFFF, len(data), len(data)) + data))
