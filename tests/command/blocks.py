# SPDX-License-Identifier: GPL-2.0-or-later
"""A pcapng file, written and read block by block as the
specification lays it out (draft-ietf-opsawg-pcapng), and independently of
Wireshark and of the plugin, so that either can be checked by it."""
import struct

SECTION, INTERFACE, OLD_PACKET, SIMPLE, NAMES, STATISTICS, PACKET, SECRETS = 0x0A0D0D0A, 1, 2, 3, 4, 5, 6, 10
COMMENT, CUSTOM = 1, 2988
OURS = b"tcpstate: "


def padded(value):
    return value + bytes(-len(value) % 4)


class Section:
    """Builds blocks of one byte order: "<" or ">"."""

    def __init__(self, order):
        self.order = order

    def pack(self, codes, *values):
        return struct.pack(self.order + codes, *values)

    def options(self, *options):
        text = b"".join(self.pack("HH", code, len(value)) + padded(value) for code, value in options)
        return text + self.pack("HH", 0, 0) if options else b""

    def block(self, kind, body):
        body = padded(body)
        return self.pack("II", kind, len(body) + 12) + body + self.pack("I", len(body) + 12)

    def start(self, *options):
        return self.block(SECTION, self.pack("IHHq", 0x1A2B3C4D, 1, 0, -1) + self.options(*options))

    def interface(self, *options, link=1):
        return self.block(INTERFACE, self.pack("HHI", link, 0, 0) + self.options(*options))

    def packet(self, interface, ticks, data, *options):
        head = self.pack("IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data) + 10)
        return self.block(PACKET, head + padded(data) + self.options(*options))

    def old_packet(self, interface, ticks, data, *options):
        head = self.pack("HHIIII", interface, 7, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
        return self.block(OLD_PACKET, head + padded(data) + self.options(*options))

    def simple(self, data):
        return self.block(SIMPLE, self.pack("I", len(data)) + data)


def blocks(content):
    """(order, type, bytes) of each block."""
    at, order = 0, "<"
    while at < len(content):
        kind = struct.unpack_from("<I", content, at)[0]
        if kind == SECTION:
            order = "<" if content[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
        kind, length = struct.unpack_from(order + "II", content, at)
        assert length >= 12 and length % 4 == 0 and at + length <= len(content)
        assert struct.unpack_from(order + "I", content, at + length - 4)[0] == length
        yield order, kind, content[at:at + length]
        at += length


def options_of(order, block):
    """[(code, value)] of a packet, and where in the block they begin."""
    captured = struct.unpack_from(order + "I", block, 20)[0]
    start = at = 28 + captured + -captured % 4
    found = []
    while at < len(block) - 4:
        code, length = struct.unpack_from(order + "HH", block, at)
        if code == 0:
            break
        found.append((code, block[at + 4:at + 4 + length]))
        at += 4 + length + -length % 4
    return found, start


def comments(content):
    """The comments of each packet."""
    return [[value for code, value in options_of(order, block)[0] if code == COMMENT]
            for order, kind, block in blocks(content) if kind in (PACKET, OLD_PACKET)]


def stripped(content):
    """The file without the plugin's comments."""
    out = b""
    for order, kind, block in blocks(content):
        if kind in (PACKET, OLD_PACKET):
            options, start = options_of(order, block)
            section = Section(order)
            kept = [option for option in options if not (option[0] == COMMENT and option[1].startswith(OURS))]
            block = section.block(kind, block[8:start] + section.options(*kept))
        out += block
    return out


def tcp(source, destination, seq, ack, flags, data=b""):
    """An Ethernet frame with a TCP segment from one port of 10.0.0.PORT%256 to another."""
    header = struct.pack(">HHIIBBHHH", source, destination, seq, ack, 0x50, flags, 65000, 0, 0) + data
    ip = struct.pack(">BBHHHBBH4B4B", 0x45, 0, 20 + len(header), 1, 0x4000, 64, 6, 0,
                     10, 0, 0, source % 256, 10, 0, 0, destination % 256)
    return b"\x02" * 6 + b"\x04" * 6 + b"\x08\x00" + ip + header


SYN, SYN_ACK, ACK, FIN_ACK, RST_ACK = 0x02, 0x12, 0x10, 0x11, 0x14
