"""How many ends are in a state after each packet: tcpstate.count.*, for I/O graphs, plots, columns and filters.

SPDX-License-Identifier: GPL-2.0-or-later

Expected numbers are counted by hand from the segments, as RFC 9293's figures move the ends.
"""
import json

import pytest
from scapy.all import IP, TCP, Ether, wrpcap

from conftest import ROOT
from test_why import OPEN, capture

STATES = "syn_rcvd", "established", "fin_wait_2", "close_wait", "time_wait"
CLOSE = ">F. <. <F. >. "     # the client first
FOLDERS = "samples", "tests/golden/kinds"


@pytest.fixture
def counts(tshark):
    """counts(path, state, ...) -> for each TCP packet "all" or "all/inferred", and so for each state."""

    def counts(path, *states, more=()):
        fields = [part for state in states for name in (f"tcpstate.count.{state}", f"tcpstate.count.{state}.inferred")
                  for part in ("-e", name)]
        rows = [line.split("\t") for line in tshark("-2", "-r", path, *more, "-Y", "tcp", "-T", "fields", *fields).splitlines()]
        told = ([f"{row[i]}/{row[i + 1]}" if row[i + 1] not in ("", "0") else row[i] for i in range(0, len(row), 2)] for row in rows)
        return [" ".join(row) for row in told]

    return counts


def test_a_connection_that_opens_and_closes(counts, tmp_path):
    path = capture(tmp_path / "whole.pcap", OPEN + CLOSE)
    assert counts(path, *STATES) == [
        "1/1 0 0 0 0",      # SYN: the server may have it
        "1 1/1 0 0 0",      # SYN,ACK
        "0 2/1 0 0 0",
        "0 0 0 1/1 0",      # FIN: the server, perhaps, waits for its program
        "0 0 1/1 1 0",
        "0 0 0 0 1/1",      # both are past that; the client is in TIME_WAIT once it has the FIN
        "0 0 0 0 1"]


def test_a_time_wait_ends_by_its_time(counts, tmp_path):
    path = capture(tmp_path / "wait.pcap", OPEN + CLOSE)
    later = Ether() / IP(src="192.0.2.30", dst="192.0.2.20") / TCP(sport=50000, dport=8081, flags="S", seq=1)
    frames = []
    for seconds in (59.0, 60.0059, 60.0061, 61.0):  # since the first SYN; its last ACK came after 6 ms
        frames.append(later.copy())
        frames[-1].time = 1_700_000_000.0 + seconds
    wrpcap(str(path), frames, append=True)
    assert counts(path, "time_wait")[-5:] == ["1", "1", "1", "0", "0"]
    assert counts(path, "time_wait", more=("-o", "tcpstate.two_msl:30"))[-5:] == ["1", "0", "0", "0", "0"]


def test_a_fin_seen_again_begins_the_time_wait_anew(counts, tmp_path):
    """RFC 9293 section 3.10.7.8."""
    path = capture(tmp_path / "again.pcap", OPEN + CLOSE + "+40 <F.:sent >. +40 >.:lost")
    later = Ether() / IP(src="192.0.2.30", dst="192.0.2.20") / TCP(sport=50000, dport=8081, flags="S", seq=1)
    later.time = 1_700_000_080
    wrpcap(str(path), [later], append=True)
    assert counts(path, "time_wait")[-1] == "1"


def test_a_port_used_again_ends_the_time_wait_before_it(counts):
    """In this sample the client opens the next connection while the server is in TIME_WAIT: frame 12."""
    path = ROOT / "samples" / "port-reused-in-time-wait.pcapng"
    assert counts(path, "time_wait")[9:13] == ["1/1", "1", "0", "0"]


def test_many_that_pile_up(counts, tmp_path):
    """Ten clients close, one in each 10 ms, and the server never does."""
    frames, at = [], 1_700_000_000.0
    for number in range(10):
        there = Ether() / IP(src=f"192.0.2.{100 + number}", dst="192.0.2.20")
        back = Ether() / IP(dst=f"192.0.2.{100 + number}", src="192.0.2.20")
        ports, swapped = {"sport": 40000, "dport": 80}, {"sport": 80, "dport": 40000}
        for frame in (there / TCP(flags="S", seq=10, **ports), back / TCP(flags="SA", seq=50, ack=11, **swapped),
                      there / TCP(flags="A", seq=11, ack=51, **ports), there / TCP(flags="FA", seq=11, ack=51, **ports),
                      back / TCP(flags="A", seq=51, ack=12, **swapped)):
            frame.time = at = at + 0.002
            frames.append(frame)
    wrpcap(str(tmp_path / "pile.pcap"), frames)
    assert counts(tmp_path / "pile.pcap", "close_wait")[4::5] == [str(number) for number in range(1, 11)]


def test_only_hindsight_has_them(tshark, tmp_path):
    path = capture(tmp_path / "once.pcap", OPEN)
    assert tshark("-r", path, "-T", "fields", "-e", "tcpstate.count.established").split() == []
    assert len(tshark("-2", "-r", path, "-Y", "tcpstate.count.established == 2").splitlines()) == 1


def test_nobody_counts_time_waits_where_time_goes_back_by_as_much(counts, tmp_path):
    path = capture(tmp_path / "back.pcap", OPEN + CLOSE + "+-100 other")
    assert set(counts(path, "time_wait")) == {""} and counts(path, "established")[2] == "2/1"


@pytest.mark.parametrize("folder", FOLDERS)
def test_they_are_the_sockets_of_that_moment(tshark, folder):
    """-z tcpstate,sockets counts from what it is fed; here at a capture's middle and end."""
    seen = 0
    for path in sorted((ROOT / folder).glob("*.pcap*"))[::9]:
        fields = [part for state in STATES for part in ("-e", f"tcpstate.count.{state}", "-e", f"tcpstate.count.{state}.inferred")]
        rows = [line.split("\t") for line in tshark("-2", "-r", path, "-T", "fields", "-e", "frame.number", *fields).splitlines()]
        rows = [row for row in rows if row[1]]
        for row in (rows[len(rows) // 2], rows[-1]):
            wanted = dict.fromkeys(STATES, (0, 0))
            for line in tshark("-q", "-r", path, "-z", f"tcpstate,sockets,json,{row[0]}").splitlines():
                told = json.loads(line)
                if told["record"] == "count" and told["state"].lower() in wanted:
                    before = wanted[told["state"].lower()]
                    wanted[told["state"].lower()] = before[0] + told["count"], before[1] + told["count_inferred"]
            numbers = [int(value.split(",")[0]) for value in row[1:]]
            assert dict(zip(STATES, zip(numbers[::2], numbers[1::2]))) == wanted, (path.name, row[0])
            seen += 1
    assert seen >= 6
