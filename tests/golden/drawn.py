# drawn.py - from a figure to the bytes of its capture, with scapy.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The bytes depend on the figure alone: no clock, no chance, no machine.
import logging
import struct

import figures

logging.getLogger("scapy.runtime").setLevel(logging.ERROR)  # no word about routes
import scapy.all as scapy  # noqa: E402
from scapy.contrib.mpls import MPLS  # noqa: E402

BEGINNING = 1660780800  # 2022-08-18: RFC 9293 had just been published


def payload(seq, length):
    """Data that a retransmission repeats: what stands at a number depends on the number alone."""
    return bytes(0x61 + (seq + i) % 26 for i in range(length))


class Writer:
    """Makes the frames of one figure."""

    def __init__(self, figure):
        self.figure = figure
        self.ids = {}
        self.sent = []     # (line, network layer), to copy and to quote
        self.whole = None  # the datagram whose fragments are being sent

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
        flags = sum(figures.FLAGS[flag] for flag in line.flags.split(","))
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
        if carried in ("ipip", "6in4"):
            return outer / packet
        if carried == "4in6":
            near, far = ("2001:db8:1::1", "2001:db8:1::2")[::1 if line.rightward else -1]
            return scapy.IPv6(src=near, dst=far) / packet
        if carried == "vxlan":
            return (outer / scapy.UDP(sport=50000, dport=4789) / scapy.VXLAN(vni=7)
                    / scapy.Ether(src=self.mac(line.sender), dst=self.mac(line.receiver)) / packet)
        if carried == "mpls":
            return MPLS(label=16, s=1, ttl=60) / packet
        return packet

    def fragment(self, line):
        """fragment=2/3: the second of three."""
        index, count = map(int, line.values["fragment"].split("/"))
        if self.whole is None:
            self.whole, self.parts = bytes(self.segment(line)), set(range(1, count + 1))
        packet = scapy.IP(self.whole)
        self.parts.discard(index)
        if not self.parts:
            self.whole = None
        body = bytes(packet.payload)
        size = -(-len(body) // count) + 7 & ~7
        part = scapy.IP(src=packet.src, dst=packet.dst, id=packet.id, ttl=packet.ttl, proto=6,
                        flags="MF" if index < count else 0, frag=(index - 1) * size // 8)
        return scapy.IP(bytes(part / body[(index - 1) * size:index * size]))

    def icmp(self, line):
        """An error that quotes the frame of an earlier line, or its first bytes."""
        quoted = self.sent[line.values["quotes"] - 1][1].copy()
        if "quoted-seq" in line.values:
            quoted[scapy.TCP].seq = line.values["quoted-seq"]
        quoted = bytes(quoted)[:line.values.get("quoted")]
        (source, _), (target, _) = self.addresses(line)
        if ":" in source:
            error = {"port-unreachable": scapy.ICMPv6DestUnreach(code=4), "prohibited": scapy.ICMPv6DestUnreach(code=1),
                     "too-big": scapy.ICMPv6PacketTooBig(mtu=1280), "time-exceeded": scapy.ICMPv6TimeExceeded(code=0)}
            return scapy.IPv6(src=source, dst=target) / error[line.values["kind"]] / scapy.Raw(quoted)
        kind, code = {"port-unreachable": (3, 3), "prohibited": (3, 13), "too-big": (3, 4), "time-exceeded": (11, 0),
                      "source-quench": (4, 0)}[line.values["kind"]]
        return (scapy.IP(src=source, dst=target, id=0x6000 + line.frame) / scapy.ICMP(type=kind, code=code)
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
