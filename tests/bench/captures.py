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
# connection.
import itertools
import struct
import sys

import real
from traffic import (ACK, BULK, CLIENT, FIN, MICROSECOND, MILLISECOND, PSH, REQUEST, RESPONSE, RST, SERVER, SYN, SYN_OPTIONS,
                     Connection, Network, at_once, datagrams, dns, every, in_gre, in_ipv6, in_vlan, in_vxlan,
                     numbered)

# --- the shapes of everyday captures, with real.py's; (microseconds since the packet before, packet)


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
          for shape in (short, tens, bulk, mix, tunnels, real.real, syn_flood, port_scan, one_connection, reused, fins)}
EVERYDAY = "short", "bulk", "mix", "real"
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
