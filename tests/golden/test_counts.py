"""How many ends are in a state after each packet: tcpstate.count.*, for I/O graphs, plots, columns and filters.

SPDX-License-Identifier: GPL-2.0-or-later

Expected numbers are counted by hand from the segments, as RFC 9293's figures move the ends.
"""
import json

import pytest
from scapy.all import IP, TCP, wrpcap

from built import ROOT, run
from frames import ETHERNET
from dialogue import OPEN, capture

STATES = "syn_rcvd", "established", "fin_wait_2", "close_wait", "time_wait"
CLOSE = ">F. <. <F. >. "     # the client first
FOLDERS = "samples", "tests/golden/kinds"


def frame_of(source, to, seconds, **segment):
    frame = ETHERNET / IP(src=source, dst=to) / TCP(**segment)
    frame.time = 1_700_000_000 + seconds
    return frame


def another(seconds):
    """Somebody else's SYN, at which it is counted."""
    return frame_of("192.0.2.30", "192.0.2.20", seconds, sport=50000, dport=8081, flags="S", seq=1)


def fields_of(states):
    """tshark's options for them: of each state, all and those that are inferred."""
    return [part for state in states for name in (f"tcpstate.count.{state}", f"tcpstate.count.{state}.inferred") for part in ("-e", name)]


@pytest.fixture
def counts(tshark):
    """counts(path, state, ...) -> for each TCP packet "all" or "all/inferred", and so for each state."""

    def counts(path, *states, more=()):
        rows = [line.split("\t") for line in tshark("-2", "-r", path, *more, "-Y", "tcp", "-T", "fields", *fields_of(states)).splitlines()]
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
    frames = []
    for seconds in (59.0, 60.0049, 60.0051, 61.0):  # since the first SYN; the server's FIN came after 5 ms
        frames.append(another(seconds))
    wrpcap(str(path), frames, append=True)
    assert counts(path, "time_wait")[-5:] == ["1", "1", "1", "0", "0"]
    assert counts(path, "time_wait", more=("-o", "tcpstate.two_msl:30"))[-5:] == ["1", "0", "0", "0", "0"]


def test_a_fin_seen_again_begins_the_time_wait_anew(counts, tmp_path):
    """RFC 9293 section 3.10.7.8."""
    path = capture(tmp_path / "again.pcap", OPEN + CLOSE + "+40 <F.:sent >. +40 >.:lost")
    wrpcap(str(path), [another(80)], append=True)
    assert counts(path, "time_wait")[-1] == "1"


def test_a_port_used_again_ends_the_time_wait_before_it(counts):
    """In this sample the client opens the next connection while the server is in TIME_WAIT: frame 12."""
    path = ROOT / "samples" / "port-reused-in-time-wait.pcapng"
    assert counts(path, "time_wait")[9:13] == ["1/1", "1", "0", "0"]


def pile(seconds):
    """Ten clients close, one in each so many seconds, and the server never does."""
    frames, server = [], "192.0.2.20"
    for number in range(10):
        client, at = f"192.0.2.{100 + number}", number * seconds
        there, back = {"sport": 40000, "dport": 80}, {"sport": 80, "dport": 40000}
        frames += [frame_of(client, server, at, flags="S", seq=10, **there),
                   frame_of(server, client, at + 0.002, flags="SA", seq=50, ack=11, **back),
                   frame_of(client, server, at + 0.004, flags="A", seq=11, ack=51, **there),
                   frame_of(client, server, at + 0.006, flags="FA", seq=11, ack=51, **there),
                   frame_of(server, client, at + 0.008, flags="A", seq=51, ack=12, **back)]
    return frames


def test_many_that_pile_up(counts, tmp_path):
    wrpcap(str(tmp_path / "pile.pcap"), pile(0.01))
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
        rows = [line.split("\t") for line in tshark("-2", "-r", path, "-T", "fields", "-e", "frame.number", *fields_of(STATES)).splitlines()]
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


# ---- The sockets of each host, every so many seconds ----

def test_sockets_every_second(tshark, tmp_path):
    """The client closes at once; the server after 2.5 s.  The client's TIME_WAIT ends 60 s later."""
    path = capture(tmp_path / "every.pcap", OPEN + ">F. <. +2.5 <F. >. +63 other")
    rows = [line.split() for line in tshark("-q", "-r", path, "-z", "tcpstate,sockets,every,10").splitlines()]
    first = [["0.000", "192.0.2.10", "SYN_SENT", "1", "0"], ["0.000", "192.0.2.20", "SYN_RCVD", "1", "1"]]
    assert rows[0] == ["Time", "(s)", "Host", "State", "Sockets", "Inferred"] and rows[1:3] == first
    at_ten = [row[1:] for row in rows if row[0] == "10.000"]
    assert at_ten == [["192.0.2.10", "SYN_SENT", "0", "0"], ["192.0.2.10", "TIME_WAIT", "1", "0"], ["192.0.2.20", "SYN_RCVD", "0", "0"]]
    assert [(row[0], row[3]) for row in rows if row[2] == "TIME_WAIT"][1:] == [
        *((f"{second}.000", "1") for second in range(20, 70, 10)), ("65.507", "0")]
    early = tshark("-q", "-r", path, "-z", "tcpstate,sockets,every,1,192.0.2.20")
    assert [line.split()[0] for line in early.splitlines() if "CLOSE_WAIT" in line] == ["1.000", "2.000", "3.000"]    # at 3 it is 0
    assert "192.0.2.10" not in early


def test_moments_are_the_sockets_of_those_moments(tshark):
    """Every 0.5 s, and at the end, as -z tcpstate,sockets counts them there."""
    path = ROOT / "samples" / "websocket-session.pcapng"
    rows = [json.loads(line) for line in tshark("-q", "-r", path, "-z", "tcpstate,sockets,json,every,0.5").splitlines()]
    moments = sorted({row["time"] for row in rows})
    assert len(moments) > 3
    for moment in moments[:-1][::3]:
        now = [json.loads(line) for line in tshark("-q", "-r", path, "-z", f"tcpstate,sockets,json,{moment:.4f}").splitlines()]
        names = "host", "state", "count", "count_inferred", "owes"
        wanted = {tuple(row[name] for name in names) for row in now if row["record"] == "count"}
        assert {tuple(row[name] for name in names) for row in rows if row["time"] == moment and row["count"]} == wanted


def scanned(path, hosts):
    """A SYN from each of so many hosts, 10 ms apart; two more from the last but one."""
    frames = []
    for number in [*range(hosts), hosts - 2, hosts - 2]:
        frame = ETHERNET / IP(src=f"198.51.100.{number + 1}", dst="192.0.2.20") / TCP(
            sport=4000 + len(frames), dport=80, flags="S", seq=1000)
        frame.time = 1_700_000_000 + len(frames) / 100
        frames.append(frame)
    wrpcap(str(path), frames)
    return path


@pytest.mark.parametrize("language, others", [("en", "(other hosts)"), ("zh", "（其他主机）")])
def test_a_scan_is_not_told_host_by_host(tshark, tmp_path, language, others):
    """Those that had the most sockets at once have rows of their own, twenty of them; all others are one."""
    path = scanned(tmp_path / "scan.pcap", 100)
    at_the_end = [line for line in tshark("-q", "-o", f"tcpstate.language:{language}", "-r", path, "-z", "tcpstate,sockets,every,5").splitlines()
                  if line.strip().startswith("1.01")]
    assert len(at_the_end) == 21 and at_the_end[-1].split("  ")[-1].strip() == "0"
    told = {line[13:54].strip(): int(line.split()[-2]) for line in at_the_end[:-1]}
    assert told == {"192.0.2.20": 102, "198.51.100.99": 3, **{f"198.51.100.{number}": 1 for number in range(1, 19)}}
    assert others in at_the_end[-1] and at_the_end[-1].split()[-2] == "81"
    alone = tshark("-q", "-r", path, "-z", "tcpstate,sockets,every,5,198.51.100.50")
    assert [line.split()[1:] for line in alone.splitlines()[1:]] == [["198.51.100.50", "SYN_SENT", "1", "0"]]
    rows = [json.loads(line) for line in tshark("-q", "-r", path, "-z", "tcpstate,sockets,json,every,5").splitlines()]
    assert [row["count"] for row in rows if row["host"] is None] == [81]


@pytest.mark.parametrize("language, rest", [("en", "… and {} more: name a host, or print all with -z tcpstate,sockets,all"),
                                            ("zh", "……另有{}项：可指定主机，或用 -z tcpstate,sockets,all 全部列出")])
def test_of_many_sockets_the_worst_are_told(tshark, tmp_path, language, rest):
    """1200 SYNs, which may have opened as many sockets of the server, then three connections whose clients have closed."""
    def sockets(*words):
        return tshark("-q", "-o", f"tcpstate.language:{language}", "-r", path, "-z", ",".join(("tcpstate,sockets", *words))).splitlines()

    frames = []
    for number in range(1203):
        there = dict(src=f"198.51.{number // 200}.{number % 200 + 1}", dst="192.0.2.20")
        back = dict(src=there["dst"], dst=there["src"])
        segments = [(there, "S", 1000, 0)] if number < 1200 else [
            (there, "S", 1000, 0), (back, "SA", 9000, 1001), (there, "A", 1001, 9001), (there, "FA", 1001, 9001), (back, "A", 9001, 1002)]
        for ends, flags, seq, ack in segments:
            ports = dict(sport=4000, dport=80) if ends is there else dict(sport=80, dport=4000)
            frames.append(ETHERNET / IP(**ends) / TCP(flags=flags, seq=seq, ack=ack, **ports))
            frames[-1].time = 1_700_000_000 + len(frames) / 100
    wrpcap(str(path := tmp_path / "many.pcap"), frames)
    lines = sockets()
    assert [line.split()[0] for line in lines[2:9]] == ["CLOSE_WAIT"] * 3 + ["FIN_WAIT_2?"] * 3 + ["SYN_RCVD?"]
    assert [line.split()[2] for line in lines[2:5]] == [f"198.51.6.{number}:4000" for number in (1, 2, 3)]     # the longest first
    assert all(":80 " in line + " " for line in lines[2:1002]) and lines[1002:1004] == [rest.format(1406), ""]
    assert len(lines) == 1004 + 1 + 100 + 1 and lines[1005].split()[:2] == ["1200", "SYN_RCVD"] and lines[-1] == rest.format(1105)
    whole = sockets("all")
    assert whole[:1002] == lines[:1002] and len(whole) == 2 + 2406 + 2 + 1205
    assert sockets("192.0.2.20", "all") == sockets("all", "192.0.2.20") and len(sockets("192.0.2.20", "all")) == 2 + 1203 + 2 + 2
    rows = [json.loads(line)["record"] for line in sockets("json")]
    assert (rows.count("socket"), rows.count("count")) == (2406, 1205)


@pytest.mark.parametrize("given, said", [("every", "more than 0"), ("every,x", "more than 0"), ("every,-1", "more than 0"),
                                         ("every,0", "more than 0"), ("every,0.0000001", "count less often")])
def test_what_is_no_time_is_said(tshark, given, said):
    done = run("tshark", "-q", "-r", ROOT / "samples" / "http-server-closes.pcapng", "-z", f"tcpstate,sockets,{given}")
    assert said in done.stderr and done.stdout == ""
