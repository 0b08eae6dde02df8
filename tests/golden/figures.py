#!/usr/bin/python3
# figures.py - reads the figures of cases/ (and, as a program, writes their captures).
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A figure is a text drawn like those of RFC 9293: who sends what, and where
# that leaves both ends.  It is written by hand, from the RFCs and from what
# hosts are known to do; its capture is made from the left half (drawn.py),
# and test_cases.py holds the plugin against the right half.  How to write one
# is told in cases/README.md.
#
#   tests/golden/figures.py                 write every capture anew
#   tests/golden/figures.py NAME...         write these
import dataclasses
import pathlib
import re
import sys

CASES = pathlib.Path(__file__).resolve().parent / "cases"

STATES = ("CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2",
          "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT", "UNKNOWN")
FLAGS = {"FIN": 0x01, "SYN": 0x02, "RST": 0x04, "PSH": 0x08, "ACK": 0x10, "URG": 0x20, "ECE": 0x40,
         "CWR": 0x80, "AE": 0x100, "none": 0}
CHECKS = ("ack_is_isn_plus_1", "seq_is_isn_plus_1", "ack_is_fin_plus_1")
HEADERS = ("title", "rfc", "shows", "client", "carried", "tshark", "outcome")
NUMBERS = ("seq", "ack", "len", "win", "wscale", "mss", "ttl", "snap", "urgent", "id", "quotes",
           "quoted", "quoted-seq")
WORDS = ("ts", "tfo", "mptcp", "fragment", "vlan", "rpcap")
MARKS = ("copy", "broken")


class Mistake(Exception):
    """A figure that cannot be read."""


@dataclasses.dataclass
class End:
    """What an endpoint is expected to be: its state, and the one before."""
    state: str            # "~": either would do
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
    match = re.fullmatch(r"(?:([A-Z_0-9]+|~)>)?([A-Z_0-9]+|~)(\?)?", text)
    if not match or match[2] not in ("~", *STATES) or match[1] not in (None, "~", *STATES):
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
    line.step = "" if words[0] == "-" else words[0]  # "~": either would do
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


def read_header(texts):
    """The header's values, and the endpoints: name -> (address, port)."""
    header, endpoints, key = {}, {}, None
    for text in texts:
        if match := re.fullmatch(r"(\w+):\s+(.*)", text):
            key = match[1]
            header[key] = match[2]
        elif text[0] == " " and key:
            header[key] += " " + text.strip()
        else:
            raise Mistake(f"cannot read {text!r}")
    for name in list(header):
        if re.fullmatch("[A-Z]", name):
            address, _, port = header.pop(name).rpartition(":")
            endpoints[name] = (address.strip("[]"), int(port))
        elif name not in HEADERS:
            raise Mistake(f"what is {name!r} in the header?")
    return header, endpoints


def read_body(texts, header):
    """The lines of the figure; `texts` are (number, text)."""
    lines, clients = [], {}
    for number, text in texts:
        segment, bar, expectation = text.partition("|")
        if not bar:
            raise Mistake(f"line {number}: no '|'")
        if segment.strip():
            line, inside = read_segment(segment, number)
            read_expectation(line, expectation.strip())
            if inside:
                line.frame, line.time = lines[-1].frame, lines[-1].time
                lines[-1].inner.append(line)
            else:
                line.frame = len(lines) + 1
                lines.append(line)
        else:  # more of the line above
            line = lines[-1].inner[-1] if lines[-1].inner else lines[-1]
            read_more(line, expectation.split())
        # Who is the client holds until a line says otherwise; to begin with it is
        # whom the header names, or who stands on the left.
        pair = line.left, line.right
        line.client = line.client or clients.get(pair) or header.get("client", line.left)
        clients[pair] = line.client
    return lines


def read_figure(path):
    """The figure of a file: a header, an empty line, a body."""
    texts = [(number, text) for number, text in enumerate(path.read_text("utf-8").splitlines(), 1)
             if not text.lstrip().startswith("#")]
    end = next((i for i, (_, text) in enumerate(texts) if not text.strip()), len(texts))
    try:
        header, endpoints = read_header([text for _, text in texts[:end]])
        lines = read_body([(number, text) for number, text in texts[end:] if text.strip()], header)
    except Mistake as mistake:
        raise Mistake(f"{path.name}: {mistake}") from None
    return Figure(path.stem, header, endpoints, lines)


def read_figures():
    return [read_figure(path) for path in sorted(CASES.glob("*.figure"))]


# ---- Writing ----

def main(names):
    from drawn import capture_of

    for figure in read_figures():
        if names and figure.name not in names:
            continue
        capture = capture_of(figure)
        if not figure.capture.exists() or figure.capture.read_bytes() != capture:
            figure.capture.write_bytes(capture)
            print(figure.capture.name)


if __name__ == "__main__":
    main(sys.argv[1:])
