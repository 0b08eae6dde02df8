# SPDX-License-Identifier: GPL-2.0-or-later
"""What the capture is: said in the report, the table, the tree of its first segment, and for programs.

Each capture is made here from one of cases/ by Wireshark's own tools, so what it is is known.
The filter or command in a sentence is run, and does what the sentence says.
"""
import json
import re
import shutil
import subprocess

import pytest
from scapy.all import IP, TCP, Raw, wrpcap

from built import BUILD, ROOT, TESTS, environment, run
from frames import ETHERNET

SAMPLES, CASES = ROOT / "samples", TESTS / "golden" / "cases"
CLOSE = CASES / "close-by-client-4-segments.pcap"


def frames(path):
    return len(run("tshark", "-r", path, "-T", "fields", "-e", "frame.number").stdout.split())


@pytest.fixture
def said(tshark, tmp_path):
    """said(capture, language) -> {kind: sentence}, which all views agree upon, and those of the program."""

    def said(path, language="en"):
        options = ("-o", f"tcpstate.language:{language}")
        rows = [line.split("\t") for line in
                tshark("-2", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "tcpstate.capture").splitlines()]
        assert not any(kinds for _, kinds in rows[1:])
        kinds = rows[0][1].split(",") if rows[0][1] else []
        tree = [line.strip()[1:-1].split(": ", 1)[1] for line in tshark("-2", "-V", *options, "-r", path).splitlines()
                if line.strip().startswith(("[Capture: ", "[抓包: "))]
        report = tshark("-q", *options, "-r", path, "-z", "tcpstate,report").splitlines()
        table = tshark("-q", *options, "-r", path, "-z", "tcpstate,connections").splitlines()
        assert report[1:1 + len(tree)] == tree == table[1:1 + len(tree)]
        assert len(kinds) == len(tree) and report[1 + len(tree)].startswith(("Connections: ", "连接数"))
        json_rows = [json.loads(line) for line in
                     tshark("-q", "-r", path, "-z", "tcpstate,connections,json").splitlines()]
        programs = [json.loads(line) for line in subprocess.run(
            [BUILD / "tcpstate", "connections", "--json", path], stdout=subprocess.PIPE, encoding="utf-8", check=True,
            env=environment()).stdout.splitlines()]
        for row in json_rows + programs:
            assert [pair.split("=")[0] for pair in (row["capture"] or "").split()] == kinds
        notes = [row for row in map(json.loads, tshark("-q", "-r", path, "-z", "tcpstate,report,json").splitlines())
                 if row["record"] == "note"]
        assert [row["note"] for row in notes] == kinds
        for note, text in zip(notes, tree):
            assert note["filter"] or note["command"]
            assert "interface_id" in text or (note["command"] or note["filter"]).removeprefix("dumpcap -f ").split(" -w OUT")[0] in text
        for row in json_rows + programs:
            assert all(f"{note['note']}={note['count']}" in row["capture"].split() for note in notes)
        assert [row["capture"] for row in json_rows] == [row["capture"] for row in programs]
        # What is told is the capture's, whatever a filter lets through.
        assert tshark("-q", *options, "-r", path, "-z", "tcpstate,report,tcp.flags.syn == 1").splitlines()[1:1 + len(tree)] == tree
        return dict(zip(kinds, tree))

    return said


@pytest.mark.parametrize("path", [CLOSE, SAMPLES / "http-server-closes.pcapng", CASES / "open-refused.pcap",
                                  CASES / "open-syn-unanswered.pcap", CASES / "abort-by-client.pcap",
                                  SAMPLES / "syn-scan.pcapng"], ids=lambda path: path.stem)
def test_of_an_ordinary_capture_nothing_is_said(said, path):
    """Not even of a scan, which has nothing but SYN and RST, for nothing else was sent."""
    assert said(path) == {}


def test_twice_on_two_interfaces(said, tmp_path, tshark):
    path = tmp_path / "twice.pcapng"
    run("mergecap", "-I", "none", "-w", path, CLOSE, CLOSE)
    text, = said(path).values()
    count = frames(CLOSE)
    assert text == (f"Captured more than once: {count} of {2 * count} TCP segments are copies, on interfaces 0 and 1; "
                    "filter: frame.interface_id == 0")
    for text in ("frame.interface_id == 0", "!tcpstate.copy"):  # a person's, a program's
        assert len(tshark("-r", path, "-Y", text).splitlines()) == count


def test_twice_on_one(said, tmp_path):
    path, once = tmp_path / "twice.pcap", tmp_path / "once.pcap"
    run("mergecap", "-F", "pcap", "-w", path, CLOSE, CLOSE)
    text, = said(path).values()
    assert "are copies; editcap -w 0.01 IN OUT" in text
    run("editcap", "-w", "0.01", path, once)
    assert frames(once) == frames(CLOSE)


def told_filter(text):
    """The display filter in a sentence."""
    return re.split(r"(?:filter[^:]*: |过滤器：)", text)[1]


@pytest.mark.parametrize("way", [(), ("-2",)], ids=["one-pass", "two-passes"])
def test_before_a_router_and_behind_it(said, tmp_path, way):
    path, once = CASES / "copies-routed.pcap", tmp_path / "once.pcap"
    told = said(path)
    assert list(told) == ["copies", "two-points"]
    assert {told_filter(text) for text in told.values()} == {"!tcpstate.copy"}
    run("tshark", *way, "-r", path, "-Y", "!tcpstate.copy", "-F", "pcap", "-w", once)
    assert frames(once) * 2 == frames(path) and said(once) == {}


@pytest.mark.parametrize("milliseconds", [5, 20, 50, 2500])
def test_two_points_of_a_long_way(said, tmp_path, milliseconds):
    """Copies that come later than a router takes; nothing says whether it is the way or the clocks."""
    later, path = tmp_path / "later.pcap", tmp_path / "merged.pcap"
    run("editcap", "-F", "pcap", "-t", f"{milliseconds / 1000}", CLOSE, later)
    run("mergecap", "-F", "pcap", "-w", path, CLOSE, later)
    told, once = said(path), tmp_path / "once.pcap"
    assert "; editcap -w 3.00 IN OUT" in told["copies"]
    run("editcap", "-w", "3.00", path, once)
    assert frames(once) == frames(CLOSE)
    text = told["two-points"]
    found = re.fullmatch(r"Captured at two points, or with two clocks: (\d+) copies come at least (\d+) ms after the segment was first captured; "
                         r"filter without them: (!tcpstate\.copy)", text)
    run("tshark", "-r", path, "-Y", found[3], "-F", "pcap", "-w", once)
    assert frames(once) == frames(CLOSE)
    # An end may have sent something in between: then it is at least the time since that.
    assert int(found[1]) > 1 and 2 <= int(found[2]) <= milliseconds


def test_a_mirror_is_no_second_point(said, tmp_path):
    later, path = tmp_path / "later.pcap", tmp_path / "merged.pcap"
    run("editcap", "-F", "pcap", "-t", "0.0015", CLOSE, later)
    run("mergecap", "-F", "pcap", "-w", path, CLOSE, later)
    assert list(said(path)) == ["copies"]


BOTH_ENDS = TESTS / "kernel" / "sightings" / "both_ends.pcapng"  # each end captured; 20 ms and a router between them


@pytest.mark.parametrize("language, form", [
    ("en", r"Captured at two points with a router between them: \d+ copies have another TTL or hop limit; "
           r"(\d+) come at least (\d+) ms after the segment was first captured; filter without them: (.*)"),
    ("zh", r"在两处抓包，其间有路由器：\d+个副本的TTL或跳数限制不同；(\d+)个副本比首次抓到时至少晚(\d+)毫秒；去掉副本的过滤器：(.*)")])
def test_both_ends_of_a_long_way(said, tshark, language, form):
    found = re.fullmatch(form, said(BOTH_ENDS, language)["two-points"])
    assert int(found[1]) > 40 and 10 <= int(found[2]) <= 20
    assert len(tshark("-r", BOTH_ENDS, "-Y", found[3]).splitlines()) * 2 == frames(BOTH_ENDS)


@pytest.mark.parametrize("language, sentence", [
    ("en", "Only segments with SYN, FIN or RST were captured: what lies between them is not here; a capture filter that keeps it: tcp"),
    ("zh", "只抓取了带有SYN、FIN或RST的报文段：抓包中没有其间的报文段；可全部保留的抓包过滤器：tcp")])
def test_only_flags(said, tmp_path, language, sentence):
    path = tmp_path / "flags.pcap"
    run("tshark", "-r", CLOSE, "-Y", "tcp.flags.syn == 1 || tcp.flags.fin == 1 || tcp.flags.reset == 1", "-F", "pcap", "-w", path)
    assert said(path, language) == {"flags-only": sentence}


def test_of_flags_alone_nothing_is_said_to_be_missing(tshark, tmp_path):
    """The third segment, and the ACK of a FIN, are not in such a capture."""
    stories = {"unknown": (("S", 1000, 0), ("SA", 9000, 1001)),
               "unknown ": (("S", 1000, 0), ("SA", 9000, 1001), ("FA", 1101, 9501), ("FA>", 9501, 1102)),
               "reset": (("S", 1000, 0), ("SA", 9000, 1001), ("R>", 9001, 0)),
               "unknown  ": (("S", 1000, 0), ("SA", 9000, 1001), ("R>", 9501, 0))}
    packets = []
    for number, story in enumerate(stories.values()):
        for flags, seq, ack in story:
            back = flags == "SA" or flags.endswith(">")
            here, there = ("192.0.2.2", "192.0.2.1") if back else ("192.0.2.1", "192.0.2.2")
            ports = dict(sport=80, dport=40000 + number) if back else dict(sport=40000 + number, dport=80)
            packets.append(ETHERNET / IP(src=here, dst=there) / TCP(flags=flags.rstrip(">"), seq=seq, ack=ack, **ports))
            packets[-1].time = 1e9 + 2 * len(packets)
    path = tmp_path / "flags.pcap"
    wrpcap(str(path), packets)
    header, *rows = (line.split("\t") for line in tshark("-q", "-r", path, "-z", "tcpstate,connections,tsv").splitlines() if "\t" in line)
    told = [dict(zip(header, row)) for row in rows]
    assert [row["outcome"] for row in told] == [name.strip() for name in stories]
    # Of a RST the column says what came before it: its number, if it is the first behind the SYN,ACK's, shows that it was no data.
    assert [row["missing"] for row in told] == ["", "", "before the server sent any data", ""]


ORDERLY = (("S", 0, 0, 0), ("SA<", 0, 1, 0), ("A", 1, 1, 0), ("PA", 1, 1, 50), ("A<", 1, 51, 0), ("PA<", 1, 51, 90), ("A", 51, 91, 0),
           ("FA", 51, 91, 0), ("A<", 91, 52, 0), ("FA<", 91, 52, 0), ("A", 52, 92, 0))  # of the client, "<": of the server


def orderly(path, connections, keep, repeated=""):
    """Connections that open, ask, answer and close, five seconds apart, of which those segments are kept that a filter keeps;
    `repeated`: what is sent again after a second."""
    packets = []
    for number in range(connections):
        for at, (flags, seq, ack, size) in enumerate(ORDERLY):
            back = flags.endswith("<")
            here, there = ("192.0.2.2", "192.0.2.1") if back else ("192.0.2.1", "192.0.2.2")
            ports = dict(sport=80, dport=40000 + number) if back else dict(sport=40000 + number, dport=80)
            isns = (9000, 1000) if back else (1000, 9000)
            packet = ETHERNET / IP(src=here, dst=there) / TCP(flags=flags.rstrip("<"), seq=isns[0] + seq, ack=isns[1] + ack if ack else 0, **ports)
            packet = packet / Raw(bytes(size)) if size else packet
            for late in (0, 1) if flags == repeated else (0,):
                packets.append(packet.copy())
                packets[-1].time = 1e9 + 5 * number + 0.01 * at + late
    kept = [packet for number, packet in enumerate(sorted(packets, key=lambda packet: packet.time)) if keep(number, packet[TCP])]
    wrpcap(str(path), kept)
    return path


def has_data(segment):
    return isinstance(segment.payload, Raw)


def is_bare(segment):
    return str(segment.flags) == "A" and not has_data(segment)


@pytest.mark.parametrize("keep, repeated, outcome, kinds", [
    (lambda number, segment: True, "", "closed", []),
    (lambda number, segment: not is_bare(segment), "", "unknown", ["no-bare-acks"]),
    (lambda number, segment: not is_bare(segment), "FA<", "last-ack-missing", ["no-bare-acks"]),  # it was sent again: nobody had acknowledged it
    (lambda number, segment: "S" in segment.flags, "", "unknown", []),
    (lambda number, segment: "S" in segment.flags, "SA<", "half-open", []),
    (lambda number, segment: has_data(segment), "", "unknown", ["no-bare-acks", "midstream"]),
    (lambda number, segment: has_data(segment) or "S" in segment.flags, "", "unknown", ["no-bare-acks"]),
    (lambda number, segment: "F" in segment.flags, "", "unknown", ["midstream"]),
])
def test_what_a_filter_left_out_is_not_missing(said, tshark, tmp_path, keep, repeated, outcome, kinds):
    path = orderly(tmp_path / "filtered.pcap", 4, keep, repeated)
    header, *rows = (line.split("\t") for line in tshark("-q", "-r", path, "-z", "tcpstate,connections,tsv").splitlines() if "\t" in line)
    told = [row[header.index("outcome")] for row in rows]
    assert len(told) == 4 and set(told[:3]) == {outcome}  # of the fourth it is too early to say
    assert list(said(path)) == kinds


def test_what_a_sampler_left_out_is_not_missing(tshark, tmp_path):
    path = orderly(tmp_path / "sampled.pcap", 9, lambda number, segment: number % 3 != 2)
    header, *rows = (line.split("\t") for line in tshark("-q", "-r", path, "-z", "tcpstate,connections,tsv").splitlines() if "\t" in line)
    outcomes = {row[header.index("outcome")] for row in rows[:-1]}
    assert outcomes and outcomes <= {"closed", "unknown"}


@pytest.mark.parametrize("language, sentence", [
    ("en", "Not one bare ACK was captured (a segment without data, SYN, FIN and RST): what only such segments show is not here; "
           "a capture filter that keeps them: tcp"),
    ("zh", "没有抓到任何纯ACK（不带数据、SYN、FIN和RST的报文段）：只有它们才能表明的事不在抓包中；可全部保留的抓包过滤器：tcp")])
def test_no_bare_ack(said, tmp_path, language, sentence):
    assert said(orderly(tmp_path / "no.pcap", 4, lambda number, segment: not is_bare(segment)), language) == {"no-bare-acks": sentence}
    assert said(orderly(tmp_path / "few.pcap", 2, lambda number, segment: not is_bare(segment)), language) == {}


@pytest.mark.parametrize("capture_filter, kinds", [("tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0", ["flags-only"]), ("tcp", [])])
def test_the_capture_filter_keeps_it(said, tmp_path, capture_filter, kinds):
    if not shutil.which("tcpdump"):
        pytest.skip("no tcpdump here, which alone applies a capture filter to a file")
    path = tmp_path / "captured.pcap"
    run("tcpdump", "-r", CLOSE, "-w", path, capture_filter)
    assert list(said(path)) == kinds


@pytest.mark.parametrize("language, sentence", [("en", "Only one direction was captured: 1 of 2 connections; filter: tcpstate.one_direction"),
                                                ("zh", "只抓取了一个方向：1个连接（共2个）；过滤器：tcpstate.one_direction")])
@pytest.mark.parametrize("end", ["src", "dst"])
def test_one_direction(said, tshark, tmp_path, end, language, sentence):
    one, path = tmp_path / "one.pcap", tmp_path / "both.pcap"
    run("tshark", "-r", CLOSE, "-Y", f"ip.{end} == 192.0.2.1", "-F", "pcap", "-w", one)
    run("mergecap", "-F", "pcap", "-a", "-w", path, one, CASES / "open-refused.pcap")
    assert said(path, language)["one-direction"] == sentence
    found = tshark("-2", "-r", path, "-Y", told_filter(sentence), "-T", "fields", "-e", "frame.number").split()
    assert found == [str(number + 1) for number in range(frames(one))] and len(found) < frames(path)
    # What only the end of the capture tells is not said before.
    assert tshark("-r", path, "-Y", "tcpstate.one_direction") == ""


SERVER_SENDS = {"1": (9001, 100), "2": (9101, 100), "3": (9201, 100), "4": (9301, 100), "12": (9001, 200)}


def transfer(path, words):
    """A handshake; then the server's segments of SERVER_SENDS and, as "a9101", the client's ACKs of so much; "F": its FIN."""
    client, server = dict(sport=40000, dport=80), dict(sport=80, dport=40000)
    there, back = [ETHERNET / IP(src=f"192.0.2.{one}", dst=f"192.0.2.{other}") for one, other in ((1, 2), (2, 1))]
    packets = [there / TCP(flags="S", seq=1000, **client), back / TCP(flags="SA", seq=9000, ack=1001, **server),
               there / TCP(flags="A", seq=1001, ack=9001, **client), there / TCP(flags="PA", seq=1001, ack=9001, **client) / Raw(b"get")]
    for word in words.split():
        if word in SERVER_SENDS:
            seq, size = SERVER_SENDS[word]
            packets.append(back / TCP(flags="PA", seq=seq, ack=1004, **server) / Raw(bytes(size)))
        elif word == "F":
            packets.append(back / TCP(flags="FA", seq=9401, ack=1004, **server))
        else:
            packets.append(there / TCP(flags="A", seq=1004, ack=int(word[1:]), **client))
    for number, packet in enumerate(packets):
        packet[IP].id = number + 1
        packet.time = 1_700_000_000 + number / 1000
    wrpcap(str(path), packets)
    return path


@pytest.mark.parametrize("words, missing", [
    ("1 2 a9201 3 4 a9401 F a9402", False),
    ("1 3 a9301 4", True),              # the second was not captured, and did arrive
    ("1 3 4 F a9402", True),
    ("1 a9201 3 a9301", True),          # acknowledged before anything behind it was seen
    ("1 a9401 F a9402", True),
    ("1 3 a9101 a9101 2 a9301", False), # it was lost before the capture, and sent again
    ("2 a9001 1 a9201 3 a9301", False),
    ("3 a9001 12 a9301", False),        # the same in one segment
    ("2 4 a9001 1 a9201 a9201 3 a9401", False),
    ("1 3 a9101 a9101", False),         # nobody has it yet
    ("1 2 3 4 F a9402 a9402", False),
])
def test_segments_missing(said, tshark, tmp_path, words, missing):
    path = transfer(tmp_path / "missing.pcap", words)
    told = said(path)
    assert list(told) == (["segments-missing"] if missing else [])
    frames_of = tshark("-2", "-r", path, "-Y", "tcpstate.segments_missing", "-T", "fields", "-e", "frame.number").split()
    assert len(frames_of) == (frames(path) if missing else 0)
    if missing:
        assert "1 of 1 connections" in told["segments-missing"] and told_filter(told["segments-missing"]) == "tcpstate.segments_missing"
        assert "抓包缺少报文段" in said(path, "zh")["segments-missing"]
        note = tshark("-q", "-r", path, "-z", "tcpstate,report,json").splitlines()[1]
        assert '"note":"segments-missing","count":1,"filter":"tcpstate.segments_missing"' in note


def test_begins_in_the_middle(said, tmp_path):
    path = tmp_path / "middle.pcap"
    run("editcap", "-F", "pcap", CLOSE, path, "1-3")
    assert said(path) == {"midstream": "The capture begins in the middle: 1 of 1 connections; filter: tcpstate.midstream"}


def test_cut(said, tmp_path, tshark):
    path = tmp_path / "cut.pcapng"
    run("editcap", "-s", "68", SAMPLES / "http-server-closes.pcapng", path)
    text = said(path)["cut"]
    longer = len(tshark("-r", path, "-Y", "frame.cap_len < frame.len").splitlines())
    assert text == f"Cut when they were captured: {longer} of {frames(path)} packets, to 68 bytes at most; filter: frame.cap_len < frame.len"
    assert longer > 5


def test_time_goes_backwards(said, tmp_path):
    path, first, rest = tmp_path / "back.pcap", tmp_path / "first.pcap", tmp_path / "rest.pcap"
    count = frames(CLOSE)
    run("editcap", "-F", "pcap", "-r", CLOSE, first, f"1-{count - 2}")
    run("editcap", "-F", "pcap", "-r", CLOSE, rest, f"{count - 1}-{count}")
    run("mergecap", "-F", "pcap", "-a", "-w", path, rest, first)
    text = said(path)["time-backwards"]
    assert text.startswith(f"Time goes backwards: at 1 of {count} packets, first at frame 3; reordercap IN OUT")
    ordered = tmp_path / "ordered.pcap"
    run("reordercap", path, ordered)
    assert said(ordered) == {}


def test_in_chinese(said, tmp_path):
    path = tmp_path / "middle.pcap"
    run("editcap", "-F", "pcap", CLOSE, path, "1-3")
    assert said(path, "zh") == {"midstream": "抓包从中途开始：1个连接（共1个）没有开头；过滤器：tcpstate.midstream"}


def test_one_pass_cannot_know(tshark, tmp_path):
    path = tmp_path / "middle.pcap"
    run("editcap", "-F", "pcap", CLOSE, path, "1-3")
    assert tshark("-r", path, "-T", "fields", "-e", "tcpstate.capture").split() == []
