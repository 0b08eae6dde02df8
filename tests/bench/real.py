# real.py - the shape "real": what captures of real networks have and the other shapes lack.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: its scenes, and how often each is met: chosen by hand, not counted in
# captures.  Connections that were refused, never answered, reset, cut off by the
# capture's beginning or end; loss and its repair; headers that ICMP errors quote;
# tags, tunnels and IPv6; and frames that are not TCP's business.
import itertools
import struct

from traffic import (ACK, BULK, CLIENT, FIN, MICROSECOND, PSH, REQUEST, RESPONSE, RST, SERVER, SYN, Network, at_once,
                     checksum, datagrams, dns, every, in_gre, in_ipv6, in_vlan, in_vxlan, numbered)

ICMP, UNREACHABLE, TIME_EXCEEDED, PORT, TTL = 1, 3, 11, 3, 0


def stamps(number):
    """The time stamps (RFC 7323) that most hosts put on every segment."""
    return bytes.fromhex("0101080a") + struct.pack(">II", number, number + 1)


def icmp(network, sender, receiver, kind, code, rest):
    message = struct.pack(">BBHI", kind, code, 0, 0) + rest
    message = message[:2] + checksum(message + b"\0" * (len(message) % 2)).to_bytes(2, "big") + message[4:]
    return network.ip(sender, receiver, ICMP, len(message)) + message


def quoting(network, frame, sender, kind, code, most):
    """An error about a frame, with so much of it."""
    receiver = struct.unpack_from(">I", frame, 26)[0]
    return icmp(network, sender, receiver, kind, code, frame[14:14 + most])


# --- connections, each a few segments


def browsing(network, number):
    """Requests on a connection that stays open, with time stamps, each response acknowledged on its own."""
    connection, more = numbered(network, number), {"options": stamps(number)}
    yield from connection.handshake()
    for i in range(2 + number % 3):
        yield connection.send(0, PSH | ACK, REQUEST, **more)
        yield connection.send(1, ACK, **more)
        for _ in range(i):
            yield connection.send(1, ACK, BULK, **more)
        yield connection.send(1, PSH | ACK, RESPONSE, **more)
        yield connection.send(0, ACK, **more)
    if number % 3 == 0:
        yield connection.send(0, FIN | ACK, **more)
        yield connection.send(1, ACK, **more)
        yield connection.send(1, FIN | ACK, **more)
        yield connection.send(0, ACK, **more)
    elif number % 3 == 1:
        yield from connection.close()
    else:  # the client has what it wanted
        yield connection.send(1, FIN | ACK, **more)
        yield connection.send(0, RST | ACK)


def refused(network, number):
    """Asked twice."""
    for _ in range(2):
        connection = numbered(network, number, 8080)
        yield connection.send(0, SYN)
        connection.next[1] = 0
        yield connection.send(1, RST | ACK)


def unanswered(network, number):
    connection = numbered(network, number, 81)
    first = connection.send(0, SYN)
    yield first
    yield connection.send(0, SYN, again=True)
    if number % 2:
        yield quoting(network, first, SERVER, UNREACHABLE, PORT, 28)
    else:
        yield connection.send(0, SYN, again=True)


def too_far(network, number):
    """A segment whose time to live ran out on the way, as traceroute's do."""
    connection = numbered(network, number, 33434)
    yield quoting(network, connection.send(0, SYN), SERVER + 9, TIME_EXCEEDED, TTL, 28 + number % 2 * 12)


def scanned(network, number):
    """Ports asked in turn; one is open, and its answer is reset."""
    connection = numbered(network, number, 1 + number % 1000)
    yield connection.send(0, SYN)
    if number % 8:
        yield connection.send(1, RST | ACK)
    else:
        yield connection.send(1, SYN | ACK)
        yield connection.send(0, RST)


def midway(network, number):
    """It began before the capture did: data, keep-alives, a reset."""
    connection = numbered(network, number, 443)
    for _ in range(2 + number % 4):
        yield connection.send(1, PSH | ACK, BULK[:100 + number % 700])
        yield connection.send(0, ACK)
    connection.next[0] -= 1
    yield connection.send(0, ACK, BULK[:1])
    yield connection.send(1, ACK)
    if number % 2:
        yield connection.send(1, RST | ACK)


def lossy(network, number):
    """A SYN twice, data out of order and again, duplicate ACKs, a closed window and its probe, a FIN twice."""
    connection = numbered(network, number, 20)
    yield connection.send(0, SYN)
    yield connection.send(0, SYN, again=True)
    yield connection.send(1, SYN | ACK)
    yield connection.send(0, ACK)
    for _ in range(4):
        lost, after = connection.send(1, ACK, BULK), connection.send(1, PSH | ACK, BULK[:700])
        yield after
        connection.next[1] -= len(BULK) + 700
        yield connection.send(0, ACK)
        yield connection.send(0, ACK)
        connection.next[1] += len(BULK) + 700
        yield lost
        yield connection.send(0, ACK)
    yield connection.send(0, ACK, window=0)
    yield connection.send(1, ACK, BULK[:1])
    yield connection.send(0, ACK)
    yield connection.send(0, FIN | ACK)
    yield connection.send(0, FIN | ACK, again=True)
    yield connection.send(1, FIN | ACK)
    yield connection.send(0, ACK)


def aborted(network, number):
    """Opened, asked, reset by one of the two; and the same ports once more."""
    for turn in range(2):
        connection = numbered(network, number, 8443)
        connection.next = [number * 64021 + turn * 10000000, number * 97001 + turn * 20000000]
        yield from connection.handshake()
        yield connection.send(0, PSH | ACK, REQUEST)
        yield connection.send(1, ACK)
        yield connection.send((number + turn) % 2, RST | ACK)


def half_closed(network, number):
    connection = numbered(network, number, 21)
    yield from connection.handshake()
    yield connection.send(0, FIN | ACK, REQUEST)
    for _ in range(6):
        yield connection.send(1, PSH | ACK, BULK)
        yield connection.send(0, ACK)
    yield connection.send(1, FIN | ACK)
    yield connection.send(0, ACK)


def opened(network, number):
    """The capture, or the patience of the client, ends here."""
    yield from numbered(network, number, 22).handshake()


def transfer(network, number):
    yield from itertools.islice(numbered(network, number, 20).bulk(BULK), 60)


# --- what is not TCP's business


def addresses(network, number):
    """ARP, and somebody who pings."""
    client = CLIENT + number % 250
    yield (bytes.fromhex("ffffffffffff020000000001" "0806" "0001080006040001" "020000000001") + struct.pack(">I", client)
           + bytes(6) + struct.pack(">I", SERVER) + bytes(18))
    yield icmp(network, client, SERVER, 8, 0, BULK[:48])
    yield icmp(network, SERVER, client, 0, 0, BULK[:48])


SCENES = ([browsing] * 14 + [refused] * 3 + [unanswered] * 3 + [too_far] + [scanned] * 8 + [midway] * 6 + [lossy] * 3
          + [aborted] * 4 + [half_closed] * 2 + [opened] * 2 + [transfer] * 2 + [dns] * 8 + [addresses] * 2
          + [datagrams] * 2)
# What is around every so many: of 16 scenes one in each.
AROUND = {3: in_vlan, 6: in_gre, 9: in_vxlan, 12: in_ipv6}


def scene(network, number):
    played = SCENES[number * 31 % len(SCENES)](network, number)
    around = AROUND.get(number // len(SCENES) % 16)
    for frame in played:
        is_plain = frame[12:14] == b"\x08\x00" and frame[23] in (6, 17)
        yield around(network, frame) if around and is_plain else frame


def real():
    """as real networks have it: odd and rare connections, loss, errors that quote, tunnels, IPv6, all else"""
    network = Network()
    return every(50 * MICROSECOND, at_once((scene(network, i) for i in itertools.count()), 24))
