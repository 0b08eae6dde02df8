# SPDX-License-Identifier: GPL-2.0-or-later
"""What the handshake agreed.

Expected is what Wireshark prints of the SYNs' options, and what RFC 7323, 2018, 9768, 8684 and 7413 make of it.  The
captures in kernel/captures are a Linux kernel's.
"""
import pytest
from scapy.all import IP, TCP, Raw, wrpcap

from built import TESTS
from frames import ETHERNET
from test_connections import NAMES, VIEW

KERNEL = TESTS / "kernel" / "captures"
ALL = "MSS 1460/1460, window scale 1024/1024, time stamps, SACK"
MSS, SCALE, SACK, TIMES = ("MSS", 1460), ("WScale", 7), ("SAckOK", b""), ("Timestamp", (1, 0))


def rows(tshark, capture):
    lines = tshark("-q", "-r", capture, "-z", f"{VIEW},tsv").splitlines()[1:]
    return [dict(zip(NAMES, line.split("\t"))) for line in lines]


def handshake(path, syn, syn_ack, flags=("S", "SA", "A"), again=None):
    """SYN, perhaps once more with other options, SYN,ACK, ACK and a little data."""
    client, server = dict(sport=40000, dport=80), dict(sport=80, dport=40000)
    segments = [TCP(flags=flags[0], seq=1000, options=syn, **client)]
    if again is not None:
        segments.append(TCP(flags="S", seq=1000, options=again, **client))
    segments += [TCP(flags=flags[1], seq=9000, ack=1001, options=syn_ack, **server),
                 TCP(flags=flags[2], seq=1001, ack=9001, **client),
                 TCP(flags="PA", seq=1001, ack=9001, **client) / Raw(b"d" * 10),
                 TCP(flags="A", seq=9001, ack=1011, **server)]
    packets = []
    for number, segment in enumerate(segments):
        ends = ("192.0.2.1", "192.0.2.2") if segment.sport == 40000 else ("192.0.2.2", "192.0.2.1")
        packet = (ETHERNET
                  / IP(src=ends[0], dst=ends[1], id=number + 1) / segment)
        packet.time = 1_700_000_000 + number * 1.5
        packets.append(packet)
    wrpcap(str(path), packets)
    return path


@pytest.mark.parametrize("name, expected", [
    ("opened", {ALL}),
    ("opened_ipv6", {ALL.replace("1460", "1440")}),
    ("ecn", {ALL + ", ECN"}),
    ("without_options", {"MSS 1460/1460"}),
    ("fast_open", {ALL + ", Fast Open cookie given", ALL + ", Fast Open: data on the SYN accepted"}),
    ("mptcp", {ALL + ", MPTCP", ALL + ", MPTCP subflow (MP_JOIN)"}),
    ("simultaneous_open", {ALL}),
    ("headers_cut_short", {"MSS ?/?, window scale not known, time stamps not known, SACK not known"}),
    ("refused", {""}),
    ("syn_unanswered", {""}),
    ("syn_scan", {""}),                      # the SYN,ACK was rejected
    ("capture_begins_after_handshake", {""}),
])
def test_of_a_kernel(tshark, name, expected):
    told = tshark("-2", "-r", KERNEL / f"{name}.pcapng", "-Y", "tcp", "-T", "fields", "-e", "tcpstate.agreed")
    assert set(told.splitlines()) == expected


def test_fields_and_rows_have_each_part(tshark, fields):
    names = ("client.mss", "server.mss", "agreed.window_scale", "agreed.timestamps", "client.may_send_sack",
             "server.may_send_sack", "agreed.ecn", "agreed.mptcp", "agreed.fast_open")
    last = fields(KERNEL / "ecn.pcapng", *(f"tcpstate.{name}" for name in names), options=("-2",))[-1]
    last = ["1" if value == "True" else value for value in last]        # since 4.4 tshark prints booleans so
    assert last == ["1460", "1460", "1", "1", "1", "1", "ecn", "none", "none"]
    row, = rows(tshark, KERNEL / "ecn.pcapng")
    assert [row[name] for name in NAMES[25:-7]] == ["1460", "1460", "true", "10", "10", "true", "true", "true", "ecn", "none", "none"]
    cut = rows(tshark, KERNEL / "headers_cut_short.pcapng")[0]
    assert [cut[name] for name in NAMES[25:-7]] == [""] * 8 + ["none", "", ""]   # ECN is in the flags, which are there


@pytest.mark.parametrize("syn, syn_ack, expected", [
    ([MSS, SCALE, SACK, TIMES], [("MSS", 1400), ("WScale", 2), SACK, TIMES],
     "MSS 1460/1400, window scale 128/4, time stamps, SACK"),
    ([MSS, SCALE, SACK, TIMES], [MSS, SACK],
     "MSS 1460/1460, window scale offered by the client only, time stamps offered by the client only, SACK"),
    ([MSS, SACK], [], "MSS 1460/-, SACK for the server only"),
    ([], [SACK], "MSS -/-, SACK for the client only"),
    ([("WScale", 200)], [("WScale", 14)], "MSS -/-, window scale 16384/16384"),   # RFC 7323 section 2.3: 14 at most
])
def test_agreed_only_where_both_offer_it(tshark, tmp_path, syn, syn_ack, expected):
    path = handshake(tmp_path / "offers.pcap", syn, syn_ack)
    assert set(tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.agreed").splitlines()) == {expected}


@pytest.mark.parametrize("syn_ack, expected", [
    # A SYN,ACK may have a scale and time stamps only in answer to a SYN with them: the first one was answered.
    ([MSS, SCALE, TIMES], {"window_scale": "true", "timestamps": "true"}),
    # Either SYN may have been answered so; nothing is in use.
    ([MSS], {"window_scale": "false", "timestamps": "false"}),
])
def test_a_syn_that_leaves_options_out_when_sent_again(tshark, tmp_path, syn_ack, expected):
    row, = rows(tshark, handshake(tmp_path / "again.pcap", [MSS, SCALE, SACK, TIMES], syn_ack, again=[MSS]))
    assert {name: row[name] for name in expected} == expected
    assert row["may_send_sack_b"] == ""     # by the one SYN it may, by the other not


# RFC 9768 table 2, and RFC 3168 section 6.1.1: N is the bit AE, C is CWR, E is ECE.
@pytest.mark.parametrize("syn, syn_ack, ecn", [
    ("SNCE", "SAC", "accecn"), ("SNCE", "SACE", "accecn"), ("SNCE", "SAN", "accecn"), ("SNCE", "SANC", "accecn"),
    ("SNCE", "SAE", "ecn"), ("SNCE", "SA", "none"), ("SNCE", "SANCE", "none"), ("SNCE", "SANE", ""),
    ("SCE", "SAE", "ecn"), ("SCE", "SA", "none"), ("SCE", "SACE", "none"), ("S", "SA", "none"), ("S", "SAE", "none"),
])
def test_ecn_is_what_the_flags_of_both_syns_say(tshark, tmp_path, syn, syn_ack, ecn):
    row, = rows(tshark, handshake(tmp_path / "ecn.pcap", [], [], flags=(syn, syn_ack, "A")))
    assert row["ecn"] == ecn


def test_only_the_syn_ack_was_captured(tshark, tmp_path):
    path, alone = handshake(tmp_path / "both.pcap", [MSS, SCALE, TIMES], [MSS, SCALE]), tmp_path / "alone.pcap"
    tshark("-r", path, "-Y", "frame.number > 1", "-w", alone, "-F", "pcap")
    row, = rows(tshark, alone)
    assert [row[name] for name in NAMES[25:-7]] == ["", "1460", "true", "", "7", "false", "false", "", "none", "none", ""]


def test_in_chinese(tshark):
    told = tshark("-2", "-o", "tcpstate.language:zh", "-r", KERNEL / "ecn.pcapng", "-T", "fields", "-e", "tcpstate.agreed")
    assert set(told.splitlines()) == {"MSS 1460/1460，窗口扩大因子 1024/1024，时间戳，SACK，ECN"}


def test_a_tree_has_one_line(tshark):
    tree = tshark("-2", "-r", KERNEL / "ecn.pcapng", "-O", "tcpstate", "-Y", "frame.number == 7")
    assert [line.strip() for line in tree.splitlines() if "1460" in line] == [f"[Agreed in the handshake: {ALL}, ECN]"]


def test_the_ladder_counts_marks_as_wireshark_does(tshark, tmp_path):
    """With AccECN the three flags are a counter, 5 here; in the SYNs and without AccECN they are flags."""
    accurate = handshake(tmp_path / "accurate.pcap", [], [], flags=("SNCE", "SAC", "ANE"))
    classic = handshake(tmp_path / "classic.pcap", [], [], flags=("SCE", "SAE", "AE"))
    for path, frames in ((accurate, ["SYN,ECE,CWR,AE", "SYN,ACK,CWR", "ACK,ACE=5", "ACK,ACE=0", "ACK,ACE=0"]),
                         (classic, ["SYN,ECE,CWR", "SYN,ACK,ECE", "ACK,ECE", "ACK", "ACK"])):
        info = tshark("-r", path, "-T", "fields", "-e", "_ws.col.Info").splitlines()
        ladder = tshark("-q", "-r", path, "-z", "tcpstate,ladder").splitlines()
        drawn = [line.split(" seq=")[0].split()[-1] for line in ladder if " seq=" in line]
        assert drawn == frames
        for line, flags in zip(info, frames):
            assert "[" not in line or line[line.index("[") + 1:line.index("]")].replace(", ", ",").replace("PSH,", "") == flags
