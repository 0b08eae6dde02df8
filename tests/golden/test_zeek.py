# SPDX-License-Identifier: GPL-2.0-or-later
"""What is not as Zeek has it: each row of the table in plugin/doc/zeek.md, on a capture of that kind.

The rest, conn_state and history as Zeek's code has them, is held by tests/core/zeek.c.
"""
import re

import pytest
from scapy.all import TCP, rdpcap, wrpcap

from built import ROOT
from dialogue import OPEN, capture

TABLE = (ROOT / "plugin/doc/zeek.md").read_text(encoding="utf-8").split("What is not the same:\n")[1].split("\nOn the captures")[0]
KINDS = [line.split("|")[1].strip() for line in TABLE.splitlines() if line.startswith("| ")][1:]
DATA = OPEN + ">P.:10 <. "


def changed(path, change):
    frames = change(list(rdpcap(str(path))))
    wrpcap(str(path), frames)


def with_a_bad_checksum(frames):
    frames[3][TCP].chksum ^= 0x5555
    return frames


def each_twice(frames):
    return [frame for frame in frames for _ in range(2)]


CASES = [       # kind, segments, what is done to the capture, conn_state, history
    ("one connection, several rows", ">S +6 >S:sent <S. >.", None, "S1", "ShA"),
    ("one connection, several rows", OPEN + ">F. <F. >. +6 >R", None, "SF", "ShAFf"),
    ("one connection, several rows", DATA + "+400 >P.:10 <.", None, "S1", "ShADa"),
    ("a bad checksum", DATA, with_a_bad_checksum, "S1", "ShADa"),
    ("a gap in the data", OPEN + ">P.:10:lost <. >P.:10 <.", None, "S1", "ShAaD"),
    ("analysis cut off by a limit of Zeek's", OPEN + ">P.:1000 " * 300 + "<.", None, "S1", "ShADa"),
    ("a segment that the capture holds twice", DATA, each_twice, "S1", "ShADa"),
    ("a history of more than 40 letters", OPEN + ">R >P.:10 " * 50, None, "RSTO", "ShA" + "RD" + 35 * "R"),
]


def test_each_row_has_its_case():
    assert {kind for kind, *_ in CASES} == set(KINDS)


@pytest.mark.parametrize("kind, segments, change, conn_state, history", CASES, ids=[f"{at} {case[0]}" for at, case in enumerate(CASES)])
def test_a_row(tshark, tmp_path, kind, segments, change, conn_state, history):
    path = capture(tmp_path / "zeek.pcap", segments)
    if change:
        changed(path, change)
    rows = tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.connection", "-e", "tcpstate.conn_state", "-e", "tcpstate.history")
    assert set(rows.splitlines()) == {f"0\t{conn_state}\t{history}"}, re.sub(r"(.+\n)\1*", r"\1", rows)
