#!/usr/bin/python3 -B
# captures.py - the captures that costs are measured on.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: what the traffic looks like.  A shape is a generator of packets without
# end; a capture is its first so many, so that a small capture is the beginning
# of the large one and the difference of two costs is the cost of the packets
# between.  The bytes depend on shape and size alone.
#
#   tests/bench/captures.py SHAPE PACKETS FILE
#   tests/bench/captures.py                      lists the shapes
#
# A plugin's share looks small beside a dear dissector, so the traffic is what
# tshark dissects cheaply: no time stamps in TCP's options (as Windows sends),
# HTTP messages of a line or two without body, bulk data as FTP's data
# connection.  Lengths and checksums are right.
import functools
import itertools
import struct
import sys

CLIENT, SERVER = 0x0A000001, 0x0AC80001  # 10.0.0.1 and up, 10.200.0.1
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
MICROSECOND, MILLISECOND = 1, 1000

# MSS 1460, SACK permitted, window scale 8.
SYN_OPTIONS = bytes.fromhex("020405b4 0103 0308 0101 0402".replace(" ", ""))
REQUEST = b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"
RESPONSE = b"HTTP/1.1 204 No Content\r\nServer: bench\r\n\r\n"
BULK = bytes(0x80 + i % 128 for i in range(1460))  # no text: tshark would look for its lines

ETHERNET = {False: bytes.fromhex("020000000002" "020000000001" "0800"),
            True: bytes.fromhex("020000000001" "020000000002" "0800")}


@functools.lru_cache(maxsize=64)
def folded(data):
    """Data as the sum that RFC 1071 wants: 16-bit words, modulo 2^16 - 1."""
    return int.from_bytes(data + b"\0" * (len(data) % 2), "big") % 0xFFFF


def checksum(data, more=0):
    return 0xFFFF - (int.from_bytes(data, "big") + more) % 0xFFFF


class Network:
    """Makes frames; IP's identification counts up for each, as it does between real hosts."""

    def __init__(self):
        self.sent = 0

    def ip(self, source, destination, protocol, length):
        self.sent += 1
        header = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + length, 1 + self.sent % 0xFFFF, 0x4000, 64, protocol, 0,
                             source, destination)
        return ETHERNET[source >= SERVER] + header[:10] + checksum(header).to_bytes(2, "big") + header[12:]

    def tcp(self, source, destination, ports, seq, ack, flags, data=b"", options=b"", window=1024):
        length = 20 + len(options)
        header = struct.pack(">IIHHHHIIBBHHH", source, destination, 6, length + len(data), *ports,
                             seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, length << 2, flags, window, 0, 0) + options
        found = checksum(header, folded(data))
        return b"".join((self.ip(source, destination, 6, length + len(data)), header[12:28],
                         found.to_bytes(2, "big"), header[30:], data))

    def udp(self, source, destination, ports, data):
        header = struct.pack(">IIHHHHHH", source, destination, 17, 8 + len(data), *ports, 8 + len(data), 0)
        found = checksum(header, folded(data)) or 0xFFFF
        return b"".join((self.ip(source, destination, 17, 8 + len(data)), header[12:18],
                         found.to_bytes(2, "big"), data))


class Connection:
    """Both ends of one TCP connection, and the numbers they have come to."""

    def __init__(self, network, client, server, client_port, server_port, isn=(1000, 5000)):
        self.network = network
        self.ends = (client, server), (server, client)
        self.ports = (client_port, server_port), (server_port, client_port)
        self.next = list(isn)

    def send(self, end, flags, data=b"", again=False, **more):
        seq = self.next[end] - (again and len(data) + bool(flags & (SYN | FIN)))
        ack = self.next[1 - end] if flags & ACK else 0
        if flags & SYN:
            more["options"] = SYN_OPTIONS
        if not again:
            self.next[end] += len(data) + bool(flags & (SYN | FIN))
        return self.network.tcp(*self.ends[end], self.ports[end], seq, ack, flags, data, **more)

    def handshake(self):
        yield self.send(0, SYN)
        yield self.send(1, SYN | ACK)
        yield self.send(0, ACK)

    def close(self):
        yield self.send(0, FIN | ACK)
        yield self.send(1, FIN | ACK)
        yield self.send(0, ACK)

    def ordinary(self):
        """The eight segments of a short connection."""
        yield from self.handshake()
        yield self.send(0, PSH | ACK, REQUEST)
        yield self.send(1, PSH | ACK, RESPONSE)
        yield from self.close()

    def unhurried(self):
        """The same with an ACK of its own for the request and for the response: ten."""
        yield from self.handshake()
        yield self.send(0, PSH | ACK, REQUEST)
        yield self.send(1, ACK)
        yield self.send(1, PSH | ACK, RESPONSE)
        yield self.send(0, ACK)
        yield from self.close()

    def bulk(self, data):
        yield from self.handshake()
        while True:
            yield self.send(1, ACK, data)
            yield self.send(1, PSH | ACK, data)
            yield self.send(0, ACK)


def numbered(network, number, server_port=80):
    """A connection of its own four-tuple for each number; 2^24 clients, ports that never repeat per client."""
    isn = number * 64021 + 1000, number * 97001 + 5000
    return Connection(network, CLIENT + number % 250 + (number // 250 % 60000 << 8), SERVER,
                      1024 + number * 7 % 60000, server_port, isn)


def at_once(started, width):
    """`width` packet streams in turn, each replaced by the next when it ends: connections overlap."""
    going = list(itertools.islice(started, width))
    while True:
        for place in range(width):
            packet = next(going[place], None)
            if packet is None:
                going[place] = next(started)
                packet = next(going[place])
            yield packet


# --- the three shapes of everyday captures; (microseconds since the packet before, packet)

def every(gap, packets):
    return ((gap, packet) for packet in packets)


def short():
    """many short connections, 16 at a time: handshake, HTTP request, response, close"""
    network = Network()
    return every(50 * MICROSECOND, at_once((numbered(network, i).ordinary() for i in itertools.count()), 16))


def tens():
    """many connections of ten segments each, 16 at a time: as short, but what is sent is acknowledged at once"""
    network = Network()
    return every(50 * MICROSECOND, at_once((numbered(network, i).unhurried() for i in itertools.count()), 16))


def bulk():
    """four long bulk transfers at a time: two full segments, one ACK, and so on (FTP data)"""
    network = Network()
    return every(20 * MICROSECOND, at_once((numbered(network, i, 20).bulk(BULK) for i in itertools.count()), 4))


def dns(network, number):
    name = b"\7example\3com\0" + b"\0\1\0\1"
    client, port = CLIENT + number % 250, 20000 + number % 40000
    head = struct.pack(">H", number & 0xFFFF)
    yield network.udp(client, SERVER + 1, (port, 53), head + bytes.fromhex("01000001000000000000") + name)
    yield network.udp(SERVER + 1, client, (53, port), head + bytes.fromhex("81800001000100000000") + name
                      + bytes.fromhex("c00c 0001 0001 0000003c 0004 c0000201".replace(" ", "")))


def datagrams(network, number):
    """UDP that is not TCP's business: both ways, no protocol that tshark knows."""
    client = CLIENT + number % 250
    for i in range(8):
        ends = (client, SERVER + 2, (40000, 40001)) if i % 2 else (SERVER + 2, client, (40001, 40000))
        yield network.udp(*ends, BULK[:120])


def page(network, number):
    yield from dns(network, number)
    connection = numbered(network, number)
    yield from connection.handshake()
    for _ in range(3):
        yield connection.send(0, PSH | ACK, REQUEST)
        yield connection.send(1, PSH | ACK, RESPONSE)
        yield connection.send(0, ACK)
    yield from connection.close()


def transfer(network, number):
    yield from itertools.islice(numbered(network, number, 20).bulk(BULK), 300)


def mix():
    """a mix: web connections with their DNS, downloads and other UDP, two thirds of it TCP"""
    network = Network()

    def started():
        for i in itertools.count():
            yield transfer(network, i) if i % 40 == 0 else datagrams(network, i) if i % 4 else page(network, i)

    return every(50 * MICROSECOND, at_once(started(), 16))


# --- the same mix where three frames of ten are not Ethernet, IPv4, TCP: (in which, of ten kinds of hosts)

def in_vlan(network, frame):
    return frame[:12] + bytes.fromhex("81000064") + frame[12:]


def in_gre(network, frame):
    inner = bytes.fromhex("00000800") + frame[14:]
    return network.ip(CLIENT + 1, SERVER + 3, 47, len(inner)) + inner


def in_vxlan(network, frame):
    return network.udp(CLIENT + 1, SERVER + 3, (50000, 4789), bytes.fromhex("0800000000002a00") + frame)


def in_ipv6(network, frame):
    """Over IPv6 instead: 2001:db8::/96 before the same addresses."""
    transport, protocol = bytearray(frame[34:]), frame[23]
    ends = b"".join(bytes.fromhex("20010db8" + 8 * "00") + frame[at:at + 4] for at in (26, 30))
    place = 16 if protocol == 6 else 6
    transport[place:place + 2] = b"\0\0"
    found = checksum(ends + struct.pack(">II", len(transport), protocol), folded(bytes(transport)))
    transport[place:place + 2] = found.to_bytes(2, "big")
    return frame[:12] + struct.pack(">HIHBB", 0x86DD, 0x60000000, len(transport), protocol, 64) + ends + transport


def tunnels():
    """the mix with 30 % of the hosts in VLANs, in GRE and VXLAN, and over IPv6"""
    network = Network()
    wraps = {0: in_vlan, 1: in_gre, 2: in_vxlan, 3: in_ipv6}
    for gap, frame in mix():
        client = min(struct.unpack_from(">II", frame, 26))
        kind = (client * 0x9E3779B1 & 0xFFFFFFFF) >> 16 & 1023
        wrap = wraps.get(kind // 77)  # 4 * 77 of 1024
        yield gap, wrap(network, frame) if wrap else frame


# --- the shapes of growth

def syn_flood():
    """SYNs from random addresses, never answered"""
    network = Network()
    for i in itertools.count():
        scattered = i * 0x9E3779B1 & 0xFFFFFFFF  # an odd factor: 2^32 packets before one comes again
        source = scattered & 0x7FFFFFFF | 0x40000000
        yield 10 * MICROSECOND, network.tcp(source, SERVER, (1024 + scattered % 60000, 80), scattered ^ 0x5A5A5A5A, 0,
                                            SYN, options=SYN_OPTIONS)


def port_scan():
    """a port scan: SYN, RST,ACK"""
    network = Network()
    for i in itertools.count():
        scan = Connection(network, CLIENT, SERVER + i // 65535, 40000 + i // 65535 % 1000, 1 + i % 65535,
                          (i * 7919, 0))
        yield 10 * MICROSECOND, scan.send(0, SYN)
        yield 10 * MICROSECOND, scan.send(1, RST | ACK)


def one_connection():
    """one connection that never ends, with small segments"""
    return every(100 * MICROSECOND, Connection(Network(), CLIENT, SERVER, 50000, 20).bulk(BULK[:64]))


def reused():
    """one four-tuple, used again and again"""
    network = Network()
    for i in itertools.count():
        isn = i * 64021 + 1000, i * 97001 + 5000
        yield from every(MILLISECOND, Connection(network, CLIENT, SERVER, 50000, 80, isn).ordinary())


def fins():
    """one connection whose FIN is sent again and again"""
    connection = Connection(Network(), CLIENT, SERVER, 50000, 80)
    yield from every(MILLISECOND, itertools.islice(connection.ordinary(), 6))
    while True:
        yield 200 * MILLISECOND, connection.send(0, FIN | ACK, again=True)


SHAPES = {shape.__name__.replace("_", "-"): shape
          for shape in (short, tens, bulk, mix, tunnels, syn_flood, port_scan, one_connection, reused, fins)}
EVERYDAY = "short", "bulk", "mix"
GROWTH = "short", "syn-flood", "port-scan", "one-connection", "reused", "fins"


def write(shape, packets, path):
    """The first so many packets of a shape, in pcap format."""
    time = 1660780800 * 1000000
    with open(path, "wb", buffering=1 << 20) as out:
        out.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        head = struct.Struct("<IIII").pack
        for gap, packet in itertools.islice(SHAPES[shape](), packets):
            time += gap
            out.write(head(time // 1000000, time % 1000000, len(packet), len(packet)))
            out.write(packet)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in SHAPES:
        print("usage: captures.py SHAPE PACKETS FILE\n")
        for name, shape in SHAPES.items():
            print(f"  {name:16}{shape.__doc__}")
        sys.exit(2)
    write(sys.argv[1], int(sys.argv[2]), sys.argv[3])
