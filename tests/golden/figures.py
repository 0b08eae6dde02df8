#!/usr/bin/python3
# figures.py - reads the figures of cases/, and makes their captures.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A figure is a text drawn like those of RFC 9293: who sends what, and where
# that leaves both ends.  It is written by hand, from the RFCs and from what
# hosts are known to do; its capture is made from the left half, and
# test_cases.py holds the plugin against the right half.  How to write one is
# told in cases/README.md.
#
#   tests/golden/figures.py                 write every capture anew
#   tests/golden/figures.py NAME...         write these
import dataclasses
import logging
import pathlib
import re
import struct
import sys

logging.getLogger("scapy.runtime").setLevel(logging.ERROR)  # no word about routes
import scapy.all as scapy  # noqa: E402
from scapy.contrib.mpls import MPLS  # noqa: E402

CASES = pathlib.Path(__file__).resolve().parent / "cases"

STATES = ("CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2",
          "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT", "UNKNOWN")
FLAGS = {"FIN": 0x01, "SYN": 0x02, "RST": 0x04, "PSH": 0x08, "ACK": 0x10, "URG": 0x20, "ECE": 0x40,
         "CWR": 0x80, "AE": 0x100, "none": 0}
CHECKS = ("ack_is_isn_plus_1", "seq_is_isn_plus_1", "ack_is_fin_plus_1")
HEADERS = ("title", "rfc", "shows", "client", "carried", "tshark")
NUMBERS = ("seq", "ack", "len", "win", "wscale", "mss", "ttl", "snap", "quotes", "urgent", "id")
WORDS = ("ts", "tfo", "mptcp", "fragment", "vlan", "rpcap")
MARKS = ("copy", "broken")

BEGINNING = 1660780800  # 2022-08-18: RFC 9293 had just been published


class Mistake(Exception):
    """A figure that cannot be read."""


@dataclasses.dataclass
class End:
    """What an endpoint is expected to be: its state, and the one before."""
    state: str
    inferred: bool
    previous: str | None  # None: as the line before left it


@dataclasses.dataclass
class Line:
    """A segment (or another frame) and what is expected of it."""
    number: int            # of the line in the file
    frame: int             # of the frame in the capture, from 1
    time: float
    left: str              # names of the endpoints, as drawn
    right: str
    rightward: bool
    flags: str
    values: dict
    is_segment: bool = True
    step: str = ""         # empty: a segment that is no step
    ends: dict = dataclasses.field(default_factory=dict)  # name -> End
    client: str | None = None
    more: dict = dataclasses.field(default_factory=dict)
    inner: list = dataclasses.field(default_factory=list)  # the segments that it carries

    @property
    def sender(self):
        return self.left if self.rightward else self.right

    @property
    def receiver(self):
        return self.right if self.rightward else self.left


@dataclasses.dataclass
class Figure:
    name: str
    header: dict
    endpoints: dict        # name -> (address, port)
    lines: list

    @property
    def capture(self):
        return CASES / (self.name + ".pcap")


# ---- Reading ----

def read_end(text, line):
    """CLOSED>SYN_SENT? : was CLOSED, is SYN_SENT, which is inferred."""
    match = re.fullmatch(r"(?:([A-Z_0-9]+|~)>)?([A-Z_0-9]+)(\?)?", text)
    if not match or match[2] not in STATES or match[1] not in (None, "~", *STATES):
        raise Mistake(f"line {line}: {text!r} is not a state")
    return End(match[2], bool(match[3]), match[1])


def read_segment(text, number):
    """0.010  <-- SYN,ACK seq=300 ack=101"""
    words = text.split()
    arrow = words[1] if len(words) > 2 else ""
    match = re.fullmatch(r"([A-Z]?)(-->|<--)([A-Z]?)", arrow)
    if not match or (words[0] != "+" and not re.fullmatch(r"\d+\.\d+", words[0])):
        raise Mistake(f"line {number}: cannot read {text!r}")
    values = {}
    for word in words[3:]:
        key, _, value = word.partition("=")
        if key in NUMBERS:
            values[key] = int(value, 0)
        elif key in WORDS:
            values[key] = value
        elif word in MARKS:
            values[key] = True
        elif words[2] == "ICMP" and not value:
            values["kind"] = word
        else:
            raise Mistake(f"line {number}: what is {word!r}?")
    if words[2] != "ICMP":
        if any(flag not in FLAGS for flag in words[2].split(",")):
            raise Mistake(f"line {number}: flags {words[2]!r}")
    return Line(number, 0, 0.0 if words[0] == "+" else float(words[0]), match[1] or "A", match[3] or "B",
                match[2] == "-->", words[2], values), words[0] == "+"


def read_expectation(line, text):
    """syn-ack  ESTABLISHED?  LISTEN>SYN_RCVD  reset.number=exact"""
    if text == "not a segment":
        line.is_segment = False
        return
    words = text.split()
    if len(words) < 3:
        raise Mistake(f"line {line.number}: step and two states are wanted, not {text!r}")
    line.step = "" if words[0] == "-" else words[0]
    # A packet sent to oneself has one end only.
    line.ends[line.left] = read_end(words[1], line.number)
    line.ends[line.right] = read_end(words[2], line.number)
    read_more(line, words[3:])


def read_more(line, words):
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise Mistake(f"line {line.number}: {word!r} is not key=value")
        if key == "client":
            line.client = value
        else:
            line.more[key] = value


def read_figure(path):
    """The figure of a file."""
    header, endpoints, lines = {}, {}, []
    key, client, in_body = None, "A", False
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        if text.lstrip().startswith("#"):
            continue
        if not text.strip():
            in_body = in_body or bool(header)
            continue
        if not in_body:
            match = re.fullmatch(r"(\w+):\s+(.*)", text)
            if match:
                key = match[1]
                header[key] = match[2]
            elif text[0] == " " and key:
                header[key] += " " + text.strip()
            else:
                raise Mistake(f"{path.name} line {number}: cannot read {text!r}")
            continue
        segment, bar, expectation = text.partition("|")
        if not bar:
            raise Mistake(f"{path.name} line {number}: no '|'")
        if not segment.strip():
            read_more(lines[-1].inner[-1] if lines[-1].inner else lines[-1], expectation.split())
            client = lines[-1].client or client
            continue
        line, inside = read_segment(segment, number)
        read_expectation(line, expectation.strip())
        client = line.client = line.client or client
        if inside:
            line.frame, line.time = lines[-1].frame, lines[-1].time
            lines[-1].inner.append(line)
        else:
            line.frame = len(lines) + 1
            lines.append(line)
    for name, value in list(header.items()):
        if re.fullmatch("[A-Z]", name):
            address, _, port = header.pop(name).rpartition(":")
            endpoints[name] = (address.strip("[]"), int(port))
        elif name not in HEADERS:
            raise Mistake(f"{path.name}: header {name!r}")
    if header.get("client") in (*endpoints, "unknown"):
        for line in lines:  # the header's word holds until a line says otherwise
            if line.client != "A":
                break
            line.client = header["client"]
    return Figure(path.stem, header, endpoints, lines)


def read_figures():
    return [read_figure(path) for path in sorted(CASES.glob("*.figure"))]


# ---- Writing ----

def payload(seq, length):
    """Data that a retransmission repeats: what stands at a number depends on the number alone."""
    return bytes(0x61 + (seq + i) % 26 for i in range(length))


class Writer:
    """Makes the frames of one figure."""

    def __init__(self, figure):
        self.figure = figure
        self.ids = {}
        self.sent = []    # (line, network layer), to copy and to quote

    def mac(self, name):
        return "02:00:00:00:00:%02x" % (ord(name) - ord("A") + 1)

    def frames(self):
        """[(time, bytes of the frame, bytes of it that are captured)]"""
        done = []
        for line in self.figure.lines:
            frame = bytes(self.link(line, self.network(line)))
            done.append((line.time, frame, line.values.get("snap", len(frame))))
        return done

    def link(self, line, packet):
        frame = scapy.Ether(src=self.mac(line.sender), dst=self.mac(line.receiver))
        tags = [tag for tag in (line.values.get("vlan") or "").split(",") if tag]
        carried = self.figure.header.get("carried", "").split()
        if carried[:1] == ["vlan"]:
            tags = tags or carried[1:]
        for tag in tags:
            frame /= scapy.Dot1Q(vlan=int(tag))
        return frame / packet

    def network(self, line):
        if line.flags == "ICMP":
            packet = self.icmp(line)
        elif "copy" in line.values:
            _, packet = next((seen, packet) for seen, packet in reversed(self.sent)
                             if self.same(seen, line))
            packet = self.with_ttl(packet, line)
        elif "fragment" in line.values:
            packet = self.fragment(line)
        else:
            packet = self.carry(line, self.segment(line))
        self.sent.append((line, packet))
        return packet

    @staticmethod
    def same(a, b):
        return (a.sender == b.sender and a.flags == b.flags
                and all(a.values.get(key) == b.values.get(key) for key in ("seq", "ack", "len")))

    @staticmethod
    def with_ttl(packet, line):
        if "ttl" not in line.values:
            return packet
        again = packet.copy()
        if scapy.IP in again:
            again[scapy.IP].ttl = line.values["ttl"]
            del again[scapy.IP].chksum
        else:
            again[scapy.IPv6].hlim = line.values["ttl"]
        return again.__class__(bytes(again))

    def next_id(self, line):
        if "id" in line.values:
            return line.values["id"]
        known = self.ids.setdefault(line.sender, 0x1000 * (1 + len(self.ids)))
        self.ids[line.sender] = (known + 1) & 0xffff
        return known

    def addresses(self, line):
        return self.figure.endpoints[line.sender], self.figure.endpoints[line.receiver]

    def segment(self, line):
        """IP, TCP and the data, whole."""
        (source, sport), (target, dport) = self.addresses(line)
        values, carried = line.values, self.figure.header.get("carried", "").split()
        ttl = values.get("ttl", 64)
        if ":" in source:
            packet = scapy.IPv6(src=source, dst=target, hlim=ttl)
            if "hop-by-hop" in carried:
                packet /= scapy.IPv6ExtHdrHopByHop(options=[scapy.PadN(optdata=b"\0\0\0\0")])
            if "destination-options" in carried:
                packet /= scapy.IPv6ExtHdrDestOpt(options=[scapy.PadN(optdata=b"\0\0\0\0")])
        else:
            options = [scapy.IPOption_Router_Alert()] if "router-alert" in carried else []
            packet = scapy.IP(src=source, dst=target, ttl=ttl, id=self.next_id(line),
                              flags=0 if "fragment" in values else "DF", options=options)
        flags = sum(FLAGS[flag] for flag in line.flags.split(","))
        tcp = scapy.TCP(sport=sport, dport=dport, seq=values.get("seq", 0) % 2**32,
                        ack=values.get("ack", 0) % 2**32, flags=flags, window=values.get("win", 65535),
                        urgptr=values.get("urgent", 0), options=self.options(values))
        data = payload(values.get("seq", 0) + bool(flags & 2), values.get("len", 0))
        if line.inner or "rpcap" in values:
            data = self.remote_capture(line)
        packet = packet / tcp / data
        if values.get("broken"):
            packet[scapy.TCP].chksum = 0x1234
        return packet.__class__(bytes(packet))

    @staticmethod
    def options(values):
        options = []
        if "mss" in values:
            options.append(("MSS", values["mss"]))
        if "wscale" in values:
            options.append(("WScale", values["wscale"]))
        if "ts" in values:
            options.append(("Timestamp", tuple(int(number) for number in values["ts"].split("/"))))
        if "tfo" in values:
            options.append((34, bytes.fromhex("" if values["tfo"] == "request" else values["tfo"])))
        if "mptcp" in values:
            key, other = bytes(range(8)), bytes(range(8, 16))
            options.append((30, {  # RFC 8684 section 3.1, 3.2, 3.3, 3.5
                "capable": b"\x01\x81", "capable-key": b"\x01\x81" + key,
                "capable-keys": b"\x01\x81" + key + other,
                "join": b"\x10\x01" + bytes(8), "join-ack": b"\x10\x01" + bytes(12),
                "data-fin": b"\x21\x11" + bytes(4) + bytes(8) + b"\0\1" + bytes(2),
                "fastclose": b"\x70\x00" + key,
            }[values["mptcp"]]))
        return options

    def carry(self, line, packet):
        """In the header's tunnel, if there is one."""
        carried = self.figure.header.get("carried", "")
        near, far = ("198.51.100.1", "198.51.100.2")[::1 if line.rightward else -1]
        outer = scapy.IP(src=near, dst=far, id=0x7000 + line.frame, ttl=62)
        if carried == "gre":
            return outer / scapy.GRE() / packet
        if carried == "ipip":
            return outer / packet
        if carried == "6in4":
            return outer / packet
        if carried == "vxlan":
            return (outer / scapy.UDP(sport=50000, dport=4789) / scapy.VXLAN(vni=7)
                    / scapy.Ether(src=self.mac(line.sender), dst=self.mac(line.receiver)) / packet)
        if carried == "mpls":
            return MPLS(label=16, s=1, ttl=60) / packet
        return packet

    def fragment(self, line):
        """fragment=2/3: the second of three."""
        index, count = map(int, line.values["fragment"].split("/"))
        if index == 1:
            self.whole = bytes(self.segment(line))
        packet = scapy.IP(self.whole)
        body = bytes(packet.payload)
        size = -(-len(body) // count) + 7 & ~7
        part = scapy.IP(src=packet.src, dst=packet.dst, id=packet.id, ttl=packet.ttl, proto=6,
                        flags="MF" if index < count else 0, frag=(index - 1) * size // 8)
        return scapy.IP(bytes(part / body[(index - 1) * size:index * size]))

    def icmp(self, line):
        """An error that quotes the frame of an earlier line."""
        quoted = bytes(self.sent[line.values["quotes"] - 1][1])
        (source, _), (target, _) = self.addresses(line)
        if ":" in source:
            return (scapy.IPv6(src=source, dst=target)
                    / scapy.ICMPv6DestUnreach(code={"port-unreachable": 4, "prohibited": 1}[line.values["kind"]])
                    / scapy.Raw(quoted))
        return (scapy.IP(src=source, dst=target, id=0x6000 + line.frame)
                / scapy.ICMP(type=3, code={"port-unreachable": 3, "prohibited": 13}[line.values["kind"]])
                / scapy.Raw(quoted))

    def remote_capture(self, line):
        """A daemon of the Remote Packet Capture Protocol sends what it captured: the one
        way in which Wireshark finds TCP in TCP.  Before that rpcap=open tells the link type."""
        if "rpcap" in line.values:
            return struct.pack("!BBHIII", 0, 0x83, 0, 8, 1, 0)
        messages = b""
        for number, inner in enumerate(line.inner, 1):
            frame = bytes(scapy.Ether(src=self.mac(inner.sender), dst=self.mac(inner.receiver))
                          / self.segment(inner))
            messages += struct.pack("!BBHIIIIII", 0, 0x07, 0, 20 + len(frame), BEGINNING, 0,
                                    len(frame), len(frame), number) + frame
        return messages


def capture_of(figure):
    """The bytes of the figure's capture: a pcap file, in microseconds, of Ethernet."""
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)]
    for time, frame, captured in Writer(figure).frames():
        microseconds = round(time * 1000000)
        seconds, microseconds = BEGINNING + microseconds // 1000000, microseconds % 1000000
        out.append(struct.pack("<IIII", seconds, microseconds, min(captured, len(frame)), len(frame)))
        out.append(frame[:captured])
    return b"".join(out)


def main(names):
    for figure in read_figures():
        if names and figure.name not in names:
            continue
        capture = capture_of(figure)
        if not figure.capture.exists() or figure.capture.read_bytes() != capture:
            figure.capture.write_bytes(capture)
            print(figure.capture.name)


if __name__ == "__main__":
    main(sys.argv[1:])
