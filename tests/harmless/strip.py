# strip.py - takes our own protocol's part out of what tshark printed; what is
# left must be what tshark prints without the plugin, byte for byte.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Our part is known by where it stands, not by its words, which a packet might
# hold as well: a tree's head begins its line, and a tree's lines are indented
# deeper than its head; in JSON and PDML a protocol's key or element stands at
# a depth where no packet can write (line ends are escaped within a value).
#
# Outputs may be larger than memory should be, so they are compared as files:
# what stands between one part of ours and the next is looked for in the base
# at the place where the last comparison ended.
import dataclasses
import mmap
import re

OURS = {
    "columns": None,
    "verbose": re.compile(rb"^\[TCP Connection State.*\n(?: .*\n)*", re.M),
    # With the comma before it: that it needs one is our doing.
    "json": re.compile(rb',\n {8}"tcpstate": (?:"[^"\n]*"|\{\n(?: {9,}.*\n)* {8}\}|\[\n(?: {9,}.*\n)* {8}\])'),
    "pdml": re.compile(rb'^  <proto name="tcpstate".*\n(?: {4,}.*\n)*  </proto>\n', re.M),
}
OPTIONS = {"columns": [], "verbose": ["-V"], "json": ["-T", "json"], "pdml": ["-T", "pdml"]}

# The head of PDML names the second it was written in, in a form of fixed length.
HEAD = {"pdml": re.compile(rb' time="[^"\n]*"(?= capture_file)')}
# What Wireshark says of a dissector that went wrong.
WRONG = re.compile(rb"Dissector bug|Malformed Packet|Exception occurred|assertion", re.I)


@dataclasses.dataclass
class Difference:
    offset: int     # in the output with the plugin
    with_it: str    # what stands there
    without: str    # and what should

    def __str__(self):
        return f"at byte {self.offset} with the plugin: {self.with_it!r}, without: {self.without!r}"


def less_ours(form, output):
    """All of it, for outputs that fit into memory."""
    return OURS[form].sub(b"", output) if OURS[form] else output


def compare(form, with_it, without):
    """Two outputs -> (Difference or None, parts of ours, what is wrong within ours: a set of bytes)."""
    at, base_at, parts, wrong = 0, 0, 0, set()

    def same(end):
        nonlocal at, base_at
        piece, other = with_it[at:end], without[base_at:base_at + end - at]
        if at == 0 and form in HEAD:
            piece, other = HEAD[form].sub(b"", piece, 1), HEAD[form].sub(b"", other, 1)
        if piece != other:
            return difference(at, piece, other)
        at, base_at = end, base_at + end - at
        return None

    for match in OURS[form].finditer(with_it) if OURS[form] else ():
        if found := same(match.start()):
            return found, parts, wrong
        parts += 1
        wrong.update(WRONG.findall(match[0]))
        at = match.end()
    found = same(len(with_it))
    if not found and base_at != len(without):
        found = difference(at, b"", without[base_at:base_at + 200])
    return found, parts, wrong


def difference(at, piece, other):
    first = next((i for i, (a, b) in enumerate(zip(piece, other)) if a != b), min(len(piece), len(other)))
    begin = max(piece.rfind(b"\n", 0, first) + 1, first - 200)
    return Difference(at + first, *(text[begin:first + 120].decode("utf-8", "replace") for text in (piece, other)))


def compare_files(form, with_it, without):
    """The same for two files of these names."""
    with open(with_it, "rb") as a, open(without, "rb") as b:
        return compare(form, Mapped(a), Mapped(b))


def Mapped(file):
    """A file's content as bytes, without reading it all; mmap refuses an empty one."""
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.seek(0, 2) else b""
