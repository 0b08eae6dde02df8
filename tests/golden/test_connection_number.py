# SPDX-License-Identifier: GPL-2.0-or-later
"""tcpstate.connection: a number of each connection, and tcp.stream beside it.

Which segments are one connection is a person's reading of the figures of cases/; the numbers count them from 0.
"""
import re

import pytest

from built import ROOT, TESTS, run
from frames import ETHERNET

SAMPLES, CASES = ROOT / "samples", TESTS / "golden" / "cases"
WAYS = {"one-pass": (), "two-passes": ("-2",)}
# Whom the frames belong to.  Old duplicate SYNs and answers to them belong to the connection that they meet.
READ = {"rfc9293-08-old-duplicate-syn-3": {0}, "reuse-after-close": {0, 1}, "reuse-roles-swapped": {0, 1},
        "midstream-then-new-connection": {0, 1}}


def numbers(tshark, capture, *options, name="tcpstate.connection"):
    """{frame number: number}"""
    rows = (line.split("\t") for line in tshark("-r", capture, "-T", "fields", "-e", "frame.number", "-e", name,
                                                *options).splitlines())
    return {int(frame): number for frame, number in rows}


@pytest.mark.parametrize("name", READ)
def test_as_many_connections_as_a_person_reads(tshark, name):
    assert {int(number) for number in numbers(tshark, CASES / f"{name}.pcap").values()} == READ[name]


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """Four-tuples used again, and others between them: the two numberings part."""
    path = tmp_path_factory.mktemp("numbers") / "merged.pcapng"
    names = "rfc9293-08-old-duplicate-syn-3", "reuse-after-close", "midstream-then-new-connection", "reuse-roles-swapped"
    run("mergecap", "-a", "-w", path, *(CASES / f"{name}.pcap" for name in names), SAMPLES / "port-reused-in-time-wait.pcapng")
    return path


def test_first_seen_first_counted(tshark, merged):
    seen = list(dict.fromkeys(int(number) for number in numbers(tshark, merged).values() if number))
    assert seen == list(range(len(seen))) and len(seen) > 8


def test_however_one_looks(tshark, merged):
    once = numbers(tshark, merged)
    assert numbers(tshark, merged, "-2") == once
    for options in (("-Y", "tcp.flags.syn == 0"), ("-2", "-Y", "tcp.flags.syn == 0"), ("-2", "-R", "tcp.flags.syn == 0"),
                    ("-Y", "tcpstate.connection > 2"), ("-2", "-Y", "tcpstate.connection > 2")):
        some = numbers(tshark, merged, *options)
        if "-R" in options:  # frames are counted anew there
            assert list(some.values()) == [number for frame, number in once.items()
                                           if frame not in numbers(tshark, merged, "-Y", "tcp.flags.syn == 1")]
        else:
            assert some and all(once[frame] == number for frame, number in some.items()), options


def test_the_filter_finds_the_row_of_the_table(tshark, merged):
    head, *lines = (line.split("\t") for line in tshark("-q", "-r", merged, "-z", "tcpstate,connections,tsv").splitlines())
    rows = [dict(zip(head, line)) for line in lines]
    assert [row["connection"] for row in rows] == [str(number) for number in range(len(rows))]
    # By the streams alone the frames of some connections are not found.
    assert [row["stream"] for row in rows] != [row["connection"] for row in rows]
    for row in rows:
        found = tshark("-r", merged, "-Y", f"tcpstate.connection == {row['connection']}", "-T", "fields", "-e", "ip.src", "-e",
                       "tcp.srcport", "-e", "tcp.dstport").splitlines()
        ports = {row["port_a"], row["port_b"]}
        assert len(found) == int(row["packets_a_to_b"]) + int(row["packets_b_to_a"])
        assert all(set(line.split("\t")[1:]) <= ports for line in found)


@pytest.mark.parametrize("way", WAYS)
def test_the_tree_names_both_numbers_where_they_differ(tshark, merged, way):
    ours, theirs = (numbers(tshark, merged, name=name) for name in ("tcpstate.connection", "tcp.stream"))
    told = re.findall(r"\[Connection: (\d+)(?: \(tcp.stream (\d+)\))?\]", tshark("-V", *WAYS[way], "-r", merged))
    assert told == [(ours[frame], "" if ours[frame] == theirs[frame] else theirs[frame]) for frame in ours]
    assert {there for _, there in told} != {""}


def test_the_report_prints_filters_that_find_one_connection(tshark, merged):
    found = re.findall(r"tcpstate\.connection == \d+", tshark("-q", "-r", merged, "-z", "tcpstate,report",
                                                              "-o", "tcpstate.slow_handshake:1"))
    assert found
    for text in found:
        frames = tshark("-r", merged, "-Y", text, "-T", "fields", "-e", "tcpstate.connection").split()
        assert set(frames) == {text.split()[-1]}


# ---- Wireshark's preference that keeps VLANs, interfaces or Ethernet addresses apart ----

VLANS = CASES / "copies-with-vlan.pcap"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("key", ["VM.", "V", "I", "M"])
def test_deinterlacing(tshark, key, way):
    version = tuple(map(int, re.search(r"(\d+)\.(\d+)", tshark("--version")).groups()))
    if version < (4, 4):
        pytest.skip("Wireshark has conversation_deinterlacing_key since 4.4")
    rows = tshark(*WAYS[way], "-r", VLANS, "-o", f"protocols.conversation_deinterlacing_key:{key}", "-T", "fields", "-e", "tcp.stream",
                  "-e", "tcpstate.stream").splitlines()
    streams = [row.split("\t") for row in rows]
    assert all(theirs == ours != "" for theirs, ours in streams)
    if key == "VM.":
        assert {theirs for theirs, _ in streams} == {"0", "1"}


# ---- Two connections of one four-tuple at once ----

@pytest.fixture(scope="module")
def long_beside(tmp_path_factory):
    """Two connections in two VLANs, a segment of each in turn; what the first sends passes where the second began."""
    from scapy.all import Dot1Q, IP, Raw, TCP, wrpcap

    def frame(vlan, there, flags, seq, ack, size=0):
        ends = ("192.0.2.1", "192.0.2.2") if there else ("192.0.2.2", "192.0.2.1")
        ports = (40404, 7) if there else (7, 40404)
        made = (ETHERNET / Dot1Q(vlan=vlan) / IP(src=ends[0], dst=ends[1], id=len(made_all) + 1)
                / TCP(sport=ports[0], dport=ports[1], flags=flags, seq=seq, ack=ack, window=65535) / Raw(b"x" * size))
        made.time = 1000 + len(made_all) / 1000
        made_all.append(made)
        vlans.append(vlan)

    made_all, vlans = [], []
    sides = {10: [1_000_000, 500_000_000], 20: [9_000_000, 500_000_100]}
    for vlan in (10, 20):
        a, b = sides[vlan]
        frame(vlan, True, "S", a, 0)
        if vlan == 20:
            continue
        frame(vlan, False, "SA", b, a + 1)
        frame(vlan, True, "A", a + 1, b + 1)
    frame(10, True, "PA", 1_000_001, 500_000_001, 10)
    frame(20, False, "SA", 500_000_100, 9_000_001)
    frame(20, True, "A", 9_000_001, 500_000_101)
    sent = {10: 1_000_011, 20: 9_000_001}
    for _ in range(400):  # 24 MB each, of which the capture has every fortieth segment
        for vlan in (10, 20):
            frame(vlan, True, "A", sent[vlan], sides[vlan][1] + 1, 1000)
            sent[vlan] += 60_000
            frame(vlan, False, "A", sides[vlan][1] + 1, sent[vlan])
    path = tmp_path_factory.mktemp("beside") / "beside.pcap"
    wrpcap(str(path), made_all)
    return path, {number: "01"[vlan == 20] for number, vlan in enumerate(vlans, 1)}


@pytest.mark.parametrize("way", WAYS)
def test_told_apart_for_as_long_as_they_go_on(tshark, long_beside, way):
    path, truth = long_beside
    assert numbers(tshark, path, *WAYS[way]) == truth


def test_filters_and_visits_in_another_order(tshark, long_beside):
    path, truth = long_beside
    for number in "01":
        found = tshark("-2", "-r", path, "-Y", f"tcpstate.connection == {number}", "-T", "fields", "-e", "frame.number").split()
        assert found == [str(frame) for frame, whose in truth.items() if whose == number]


def test_of_an_ordinary_reuse_nothing_goes_back(tshark):
    """A SYN answered by a challenge ACK in the old numbers, and then by a RST: one connection after another."""
    found = numbers(tshark, CASES / "reuse-while-the-old-one-lives.pcap")
    assert list(found.values()) == sorted(found.values())
