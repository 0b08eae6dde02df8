# traffic.py - hosts that send: frames, connections, tunnels.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: what a frame looks like; which frames a capture has is captures.py's and
# real.py's.  Lengths and checksums are right.
import functools
import itertools
import struct

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


def every(gap, packets):
    return ((gap, packet) for packet in packets)


# --- what is not TCP's business


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


# --- the same frame, otherwise


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
